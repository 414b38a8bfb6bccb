"""Taking back what was written today: only our own work of this day, and nothing that a person touched since."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from app.domain.flag import ChangeKind, ChartFlag, FlagChange, FlagIntent, WantedFlag, Written
from app.domain.outbox import OutboxRow, RowState
from app.flags.undo import CHANGED_SINCE, STOOD_BEFORE, TAKE_BACK, undo_plan

TODAY = date(2026, 5, 4)
NOW = datetime(2026, 5, 4, 15, tzinfo=UTC)
ANA = "Patient/ana"
TEXT = "Naloxone access not on record: offer (Sextant, as of 2026-05-04)"


def wanted(rule: str = "naloxone") -> WantedFlag:
    return WantedFlag(rule, "1", f"id-{rule}", TEXT, "red", "safety", TODAY)


def flag(rule: str = "naloxone", *, version: str | None = "1", status: str = "active", text: str = TEXT) -> ChartFlag:
    return ChartFlag(f"Flag/{rule}", status, text, ANA, f"id-{rule}", rule, "red", version=version)


def row(
    number: int = 1,
    rule: str = "naloxone",
    outcome: str = "created",
    *,
    version: str | None = "1",
    day: date = TODAY,
    state: RowState = RowState.SETTLED,
    before: ChartFlag | None = None,
) -> OutboxRow:
    kind = ChangeKind.CREATE if before is None else ChangeKind.UPDATE
    intent = FlagIntent(FlagChange(kind, rule, "New gap", wanted(rule), before), ANA, decided_on=day)
    at = datetime(day.year, day.month, day.day, 9, tzinfo=UTC)
    written = Written(rule, outcome, f"Flag/{rule}", version)
    return OutboxRow(number, f"k{number}", "l", "l", "clinic", ANA, intent, state, 1, at, written=written)


def kinds(*rows: OutboxRow, chart: tuple[ChartFlag, ...]) -> list[tuple[str, ChangeKind, str]]:
    return [(each.rule, each.kind, each.reason) for each in undo_plan(rows, chart, ANA, NOW, TODAY).changes]


def test_what_was_created_today_is_ended() -> None:
    assert kinds(row(), chart=(flag(),)) == [("naloxone", ChangeKind.INACTIVATE, TAKE_BACK)]


def test_what_was_made_active_again_today_is_ended() -> None:
    again = row(outcome="updated", version="3", before=flag(status="inactive", version="2"))
    assert kinds(again, chart=(flag(version="3"),)) == [("naloxone", ChangeKind.INACTIVATE, TAKE_BACK)]


def test_created_and_renewed_today_is_ended() -> None:
    rows = (row(), row(2, outcome="updated", version="2", before=flag()))
    assert kinds(*rows, chart=(flag(version="2"),)) == [("naloxone", ChangeKind.INACTIVATE, TAKE_BACK)]


def test_what_only_had_its_text_renewed_today_is_left() -> None:
    renewed = row(outcome="updated", version="2", before=flag())
    assert kinds(renewed, chart=(flag(version="2"),)) == [("naloxone", ChangeKind.LEAVE, STOOD_BEFORE)]


def test_what_somebody_changed_since_is_left() -> None:
    assert kinds(row(), chart=(flag(version="2"),)) == [("naloxone", ChangeKind.LEAVE, CHANGED_SINCE)]


def test_where_the_ehr_tells_no_version_the_text_decides() -> None:
    silent = row(version=None)
    assert kinds(silent, chart=(flag(version=None),)) == [("naloxone", ChangeKind.INACTIVATE, TAKE_BACK)]
    edited = flag(version=None, text="Has two kits at home")
    assert kinds(silent, chart=(edited,)) == [("naloxone", ChangeKind.LEAVE, CHANGED_SINCE)]


@pytest.mark.parametrize(
    ("rows", "chart"),
    [
        ((row(day=TODAY - timedelta(days=1)),), (flag(),)),
        ((row(outcome="already_there"),), (flag(),)),
        ((row(outcome="refused"),), (flag(),)),
        ((row(),), (flag(status="inactive"),)),
        ((row(),), ()),
        ((), (flag(),)),
        ((row(),), (replace(flag(), identifier=None),)),
        ((row(),), (replace(flag(), subject="Patient/ben"),)),
    ],
    ids=[
        "written yesterday",
        "was there already",
        "the EHR refused it",
        "ended since",
        "no longer in the chart",
        "nothing written",
        "somebody else's Flag",
        "another person's Flag",
    ],
)
def test_nothing_to_take_back(rows: tuple[OutboxRow, ...], chart: tuple[ChartFlag, ...]) -> None:
    assert kinds(*rows, chart=chart) == []


def test_the_fingerprint_holds_the_version_of_each_flag() -> None:
    one = undo_plan([row()], (flag(),), ANA, NOW, TODAY)
    same = undo_plan([row()], (flag(), flag("med")), ANA, NOW, TODAY)
    other = undo_plan([row(version="2")], (flag(version="2"),), ANA, NOW, TODAY)
    assert one.digest == same.digest != other.digest
