"""What the visit page tells of confirmed changes that are not in the chart, and in which words."""

from dataclasses import replace
from datetime import date, timedelta
from zoneinfo import ZoneInfo

import pytest

from app.domain.finding import Finding, LtotState, Review, Status, Tier
from app.domain.flag import ProvenanceIntent, Written
from app.domain.med import MedTotal
from app.domain.outbox import OutboxRow, RowState
from app.usecases.carry_out import TAKEN_BACK
from app.usecases.confirmed_changes import LOOK_BACK, to_tell
from app.usecases.send_outbox import TOO_LATE
from app.web.presenters.confirmed import confirmed_lines
from tests.clocks import NINE, SetClock
from tests.unit.usecases.outbox_desk import flag

TODAY = date(2026, 5, 4)
SETTLED, DEAD, PENDING, WAITING = RowState.SETTLED, RowState.DEAD, RowState.PENDING, RowState.WAITING


def row(number: int, state: RowState, outcome: str | None = None, lane: str = "lane-1", detail: str = "") -> OutboxRow:
    written = Written("naloxone", outcome, detail=detail) if outcome else None
    return OutboxRow(
        number, f"k{number}", "l", "l", "clinic", "Patient/p1", flag(lane), state, 1, NINE, written=written
    )


def told(*rows: OutboxRow, today: date = TODAY) -> list[int]:
    return [each.id for each in to_tell(rows, NINE - LOOK_BACK, today, SetClock().day_of)]


@pytest.mark.parametrize(
    ("state", "outcome", "is_told"),
    [
        (PENDING, None, True),
        (PENDING, "unknown", True),
        (WAITING, "waiting", True),
        (DEAD, "unknown", True),
        (DEAD, "refused", True),
        (DEAD, "expired", True),
        (SETTLED, "conflict", True),
        (SETTLED, "superseded", True),
        (SETTLED, "created", False),
        (SETTLED, "updated", False),
        (SETTLED, "inactivated", False),
        (SETTLED, "already_there", False),
    ],
)
def test_only_what_is_not_in_the_chart_is_told(state: RowState, outcome: str | None, is_told: bool) -> None:
    assert told(row(1, state, outcome)) == ([1] if is_told else [])


def test_of_one_flag_only_the_newest_row_counts() -> None:
    assert told(row(1, DEAD, "refused"), row(2, SETTLED, "conflict")) == [2]
    assert told(row(1, DEAD, "refused"), row(2, SETTLED, "created")) == []
    assert told(row(1, DEAD, "refused"), row(2, SETTLED, "created", "lane-2")) == [1]


def test_after_two_weeks_only_the_preview_counts() -> None:
    old = replace(row(1, DEAD, "refused"), created_at=NINE - LOOK_BACK - timedelta(seconds=1))
    assert told(old) == []


def test_what_was_taken_back_before_it_was_sent_is_told_on_that_day_only() -> None:
    gone = row(1, SETTLED, "superseded", detail=TAKEN_BACK)
    assert told(gone) == [1]
    tomorrow = TODAY + timedelta(days=1)
    assert told(gone, today=tomorrow) == []
    assert told(replace(gone, settled_at=NINE + timedelta(days=1)), today=tomorrow) == [1], "taken back the day after"


def test_a_provenance_is_nobodys_decision() -> None:
    owed = ProvenanceIntent("Flag/9", "naloxone", "CREATE", "Patient/p1", None, NINE)
    assert told(replace(row(1, PENDING), intent=owed)) == []


def reviewed() -> Review:
    med = MedTotal("Patient/p1", TODAY, "cdc-2022", None, False, None, None, None, None, None)
    ltot = LtotState("ltot.60of90", True, 90, 90, None, "candidate")
    finding = Finding("naloxone", "1", Status.RED, "Naloxone access", "because")
    return Review("Patient/p1", TODAY, "us-default-2026", ltot, Tier("low"), (), med, (finding,))


@pytest.mark.parametrize("state", [PENDING, WAITING])
def test_where_writing_is_switched_off_nothing_is_said_to_be_on_its_way(state: RowState) -> None:
    (line,) = confirmed_lines([row(1, state)], reviewed(), ZoneInfo("UTC"), frozenset({"clinic"}))
    assert "switched off" in line.happened
    assert "until writing is on again" in line.to_do


@pytest.mark.parametrize(
    ("state", "outcome", "detail", "happened", "to_do"),
    [
        (PENDING, "unknown", "", "not in the chart yet", "by itself"),
        (WAITING, "waiting", "", "permission had ended", "opens this chart"),
        (DEAD, "unknown", "", "never answered", "Look at the chart"),
        (DEAD, "refused", "", "refused it", "administrator"),
        (DEAD, "expired", "", "too long ago", "preview"),
        (SETTLED, "conflict", "", "changed it in the chart first", "preview"),
        (SETTLED, "superseded", "", "no longer asked for", "preview"),
        (SETTLED, "superseded", TAKEN_BACK, "taken back", "Nothing is left"),
        (SETTLED, "superseded", TOO_LATE, "too long ago", "preview"),
    ],
)
def test_each_says_what_happened_and_what_to_do(
    state: RowState, outcome: str, detail: str, happened: str, to_do: str
) -> None:
    (line,) = confirmed_lines([row(1, state, outcome, detail=detail)], reviewed(), ZoneInfo("UTC"))
    assert line.what == "Create Flag: Naloxone access"
    assert "4 May" in line.when
    assert happened in line.happened
    assert to_do in line.to_do


@pytest.mark.parametrize("outcome", ["refused", "expired"])
def test_what_was_tried_before_and_never_answered_is_not_said_to_be_unwritten(outcome: str) -> None:
    tried = replace(row(1, DEAD, outcome), attempts=2)
    (line,) = confirmed_lines([tried], reviewed(), ZoneInfo("UTC"))
    assert line.happened == "not known whether it was written: the EHR never answered"
