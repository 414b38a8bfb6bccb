"""The EHR breaks while Sextant reads: the page says what is missing, and nothing is green because data is missing."""

import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest

from tests.e2e.conftest import World, world
from tests.e2e.launching import Frame, visible_text
from tests.e2e.test_ehr_breaks_anywhere import FEEDS

PATIENT = "steady-low-dose"
"""A well-run chart. What breaks anywhere, on it and on others, is in test_ehr_breaks_anywhere."""


@pytest.fixture
def whole(sandbox_world: World) -> Iterator[World]:
    """The sandbox, with every fault disarmed afterwards."""
    yield sandbox_world
    sandbox_world.ehr.disarm()


def reviewed(frame: Frame, page: str) -> dict[str, Any]:
    """The page's answer as JSON."""
    return dict(frame.get(f"{page}/review.json").json())


def statuses(review: dict[str, Any]) -> dict[str, str]:
    """Status by rule."""
    return {finding["rule"]: finding["status"] for finding in review["findings"]}


@pytest.mark.parametrize("feed", FEEDS)
def test_the_page_says_which_feed_failed(whole: World, feed: str) -> None:
    frame = Frame()
    page = frame.open(whole.ehr.base_url, PATIENT)
    whole.ehr.arm(*({"type": each, "kind": "500"} for each in FEEDS[feed]))
    assert "could not be read" in visible_text(frame.get(page))
    assert reviewed(frame, page)["feeds"][feed] == "failed"


def test_without_medications_the_dose_is_not_known(whole: World) -> None:
    frame = Frame()
    page = frame.open(whole.ehr.base_url, PATIENT)
    whole.ehr.arm({"type": "MedicationRequest", "kind": "500"}, {"type": "MedicationStatement", "kind": "500"})
    answer = reviewed(frame, page)
    assert answer["med"]["mme_per_day"] is None
    assert answer["med"]["complete"] is False
    assert "not known" in visible_text(frame.get(page))


def test_paging_that_breaks_off_makes_the_dose_at_least(whole: World) -> None:
    frame = Frame()
    page = frame.open(whole.ehr.base_url, "forty-prescriptions")
    whole.ehr.arm({"type": "MedicationRequest", "kind": "truncated_paging"})
    answer = reviewed(frame, page)
    assert answer["feeds"]["medications"] == "partial"
    assert answer["med"]["complete"] is False


def test_a_broken_entry_costs_only_itself_and_is_said(whole: World) -> None:
    frame = Frame()
    page = frame.open(whole.ehr.base_url, PATIENT)
    whole.ehr.arm({"type": "Condition", "kind": "broken_entry"})
    text = visible_text(frame.get(page))
    assert "could not be read" in text
    assert "MME/day" in text


def test_the_ehr_is_killed_while_it_is_being_read() -> None:
    with world("generic") as dying:
        frame = Frame()
        page = frame.open(dying.ehr.base_url, PATIENT)
        dying.ehr.arm({"type": "*", "kind": "delay", "value": 3})
        killer = threading.Thread(target=lambda: (time.sleep(1), dying.ehr.kill()))
        killer.start()
        shown = frame.get(page)
        killer.join()
        assert shown.status_code == 200
        text = visible_text(shown)
        assert "not known" in text
        assert "could not be read" in text
        answer = reviewed(frame, page)
        assert set(answer["feeds"].values()) <= {"failed", "not_offered"}
        assert "green" not in statuses(answer).values()
