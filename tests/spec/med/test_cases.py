"""The case tables of `cases/`, one test a case. Each is a small chart in words and the dose worked out by hand."""

import tomllib
from decimal import Decimal
from pathlib import Path

import pytest

from app.domain.feeds import FeedStatus
from app.domain.med import MedTotal, Supply
from app.med import total
from tests.spec.med import shapes
from tests.spec.med.shapes import AS_OF, Case

TABLES = Path(__file__).parent / "cases"
EXPECTATIONS = {
    "mme", "low", "high", "state", "reason", "method", "note", "complete", "quantity_mme", "in_force", "from", "to", "average",
    "maximum", "supplies", "total_note", "daily", "words", "no_note", "row",
}  # fmt: skip

OF_THE_TOTAL = {"mme", "complete", "quantity_mme", "average", "maximum", "supplies", "total_note"}


def all_cases() -> list[tuple[str, Case]]:
    """(table, case) of every table, in order."""
    tables = sorted(TABLES.glob("*.toml"))
    return [(table.stem, case) for table in tables for case in tomllib.loads(table.read_text(encoding="utf8"))["case"]]


CASES = all_cases()


def answer(case: Case) -> MedTotal:
    """The engine's answer to the chart of a case."""
    feed = FeedStatus(case.get("medications", "available"))
    return total(
        shapes.record(shapes.resources(case), feed),
        AS_OF,
        case.get("set", "cdc-2022"),
        research_factors=case.get("research", False),
        headline=case.get("headline", "signature"),
        include_drafts=case.get("with_drafts", False),
    )


@pytest.mark.parametrize(("table", "case"), CASES, ids=[f"{table}: {case['name']}" for table, case in CASES])
def test_case(table: str, case: Case) -> None:
    expected = case["expect"]
    assert set(expected) <= EXPECTATIONS, "a case expects something that is not checked"
    given = answer(case)
    assert shown(given.mme_per_day) == expected["mme"]
    assert given.complete is expected.get("complete", True)
    for name, value in (("average", given.average_90d), ("maximum", given.maximum_90d)):
        if name in expected:
            assert shown(value) == expected[name]
    if "quantity_mme" in expected:
        assert shown(given.quantity_mme_per_day) == expected["quantity_mme"]
    if "supplies" in expected:
        assert len(given.supplies) == expected["supplies"]
    if "total_note" in expected:
        assert any(expected["total_note"] in note for note in given.notes), given.notes
    if set(expected) & {
        "low",
        "high",
        "state",
        "reason",
        "method",
        "note",
        "in_force",
        "from",
        "to",
        "daily",
        "words",
        "no_note",
    }:
        check_supply(given.supplies[expected.get("row", 0)], expected)


def check_supply(supply: Supply, expected: Case) -> None:
    stated = {
        "low": shown(supply.low),
        "high": shown(supply.high),
        "state": supply.state.value,
        "method": supply.method.value if supply.method else None,
        "in_force": supply.in_force,
        "from": supply.starts.isoformat() if supply.starts else "none",
        "to": supply.ends.isoformat() if supply.ends else "none",
        "daily": f"{shown(supply.daily_dose.value)} {supply.daily_dose.unit}" if supply.daily_dose else "none",
        "words": supply.working.words if supply.working else "none",
    }
    for name, value in stated.items():
        assert expected.get(name, value) == value, name
    assert expected.get("reason", "") in (supply.reason or "")
    assert any(expected.get("note", "") in note for note in (*supply.notes, ""))
    if "note" in expected:
        assert any(expected["note"] in note for note in supply.notes), supply.notes
    if "no_note" in expected:
        assert not any(expected["no_note"] in note for note in supply.notes), supply.notes


def shown(value: Decimal | None) -> str:
    return "none" if value is None else format(value, "f")


def test_there_are_enough_cases_and_none_is_named_twice() -> None:
    names = [(table, case["name"]) for table, case in CASES]
    assert len(names) >= 250
    assert len(set(names)) == len(names)
