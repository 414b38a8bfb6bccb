"""A confirmation is good only for what was shown: everything that would be sent is in the plan's fingerprint."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from app.domain.flag import ChangeKind, FlagChange, WantedFlag
from app.flags.plan import digest_of

WANTED = WantedFlag(
    "naloxone", "1", "hmac-1", "Naloxone not on record", "red", "safety", date(2026, 11, 24), ("Condition/c1",), "f1"
)


def digest(wanted: WantedFlag) -> str:
    """The fingerprint of a plan with this one line."""
    return digest_of([FlagChange(ChangeKind.CREATE, "naloxone", "because", wanted)], "Patient/p1")


@pytest.mark.parametrize(
    "other",
    [
        {"fingerprint": "f2"},
        {"evidence": ("Condition/c2",)},
        {"category": "drug"},
        {"rule_version": "2"},
        {"text": "Naloxone: offer"},
        {"level": "yellow"},
        {"since": date(2026, 11, 25)},
    ],
    ids=lambda other: next(iter(other)),
)
def test_anything_else_that_would_be_sent_is_another_plan(other: dict[str, Any]) -> None:
    assert digest(replace(WANTED, **other)) != digest(WANTED)


def test_the_same_is_the_same() -> None:
    assert digest(replace(WANTED)) == digest(WANTED)
