"""Taking back what was written today: only our own work of this day, and nothing that a person touched since."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from app.domain.flag import (
    ChangeKind,
    ChartFlag,
    FlagChange,
    FlagIntent,
    NoteChange,
    NoteIntent,
    ProvenanceIntent,
    WantedFlag,
    WantedNote,
    Written,
)
from app.domain.outbox import OutboxRow, RowState
from app.flags.undo import (
    BEING_ENDED,
    BEING_SENT,
    CHANGED_SINCE,
    NOT_ANSWERED,
    NOT_SENT,
    NOTE_STAYS,
    ON_ITS_WAY,
    PERHAPS_ENDED,
    PERHAPS_RENEWED,
    PERHAPS_THERE,
    STOOD_BEFORE,
    TAKE_BACK,
    taken_back_today,
    undo_plan,
)

TODAY = date(2026, 5, 4)
NOW = datetime(2026, 5, 4, 15, tzinfo=UTC)
ANA = "Patient/ana"
PACIFIC = ZoneInfo("America/Los_Angeles")
TEXT = "Naloxone access not on record: offer (Sextant, as of 2026-05-04)"


def day_of(instant: datetime) -> date:
    """The clinic is on the west coast."""
    return instant.astimezone(PACIFIC).date()


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
    return [(each.rule, each.kind, each.reason) for each in undo_plan(rows, chart, ANA, NOW, TODAY, day_of).changes]


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


YESTERDAY = TODAY - timedelta(days=1)


def test_what_was_confirmed_on_an_earlier_day_and_sent_today_is_todays() -> None:
    sent = replace(row(day=YESTERDAY), settled_at=NOW)
    assert kinds(sent, chart=(flag(),)) == [("naloxone", ChangeKind.INACTIVATE, TAKE_BACK)]


@pytest.mark.parametrize(("hour", "is_todays"), [(6, False), (8, True)])
def test_the_day_is_the_clinics(hour: int, is_todays: bool) -> None:
    """Midnight is 7:00 UTC there."""
    sent = replace(row(day=YESTERDAY), settled_at=NOW.replace(hour=hour))
    assert (kinds(sent, chart=(flag(),)) != []) == is_todays


@pytest.mark.parametrize(
    ("rows", "chart"),
    [
        ((replace(row(day=YESTERDAY), settled_at=NOW - timedelta(days=1)),), (flag(),)),
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
    one = undo_plan([row()], (flag(),), ANA, NOW, TODAY, day_of)
    same = undo_plan([row()], (flag(), flag("med")), ANA, NOW, TODAY, day_of)
    other = undo_plan([row(version="2")], (flag(version="2"),), ANA, NOW, TODAY, day_of)
    assert one.digest == same.digest != other.digest


def confirmed(
    number: int = 1,
    rule: str = "naloxone",
    *,
    state: RowState = RowState.PENDING,
    outcome: str | None = None,
    attempts: int = 0,
    leased_for: int = 0,
    before: ChartFlag | None = None,
    kind: ChangeKind | None = None,
    reason: str = "New gap",
) -> OutboxRow:
    """A row that the EHR has not answered. `leased_for` minutes from now it is being sent."""
    kind = kind or (ChangeKind.UPDATE if before else ChangeKind.CREATE)
    asked = None if kind is ChangeKind.INACTIVATE else wanted(rule)
    intent = FlagIntent(FlagChange(kind, rule, reason, asked, before), ANA, decided_on=TODAY)
    written = Written(rule, outcome) if outcome else None
    until = NOW + timedelta(minutes=leased_for) if leased_for else None
    return OutboxRow(
        number, f"k{number}", "l", "l", "clinic", ANA, intent, state, attempts, NOW, leased_until=until, written=written
    )


def lines(
    *rows: OutboxRow, chart: tuple[ChartFlag, ...] = (), can_end_notes: bool = True
) -> list[tuple[str, str, str]]:
    """What the page lists: what a line does, about what, and why."""
    plan = undo_plan(rows, chart, ANA, NOW, TODAY, day_of, can_end_notes=can_end_notes)
    return [
        *((each.kind.value, each.rule, each.reason) for each in plan.changes),
        *(("withhold", each.rule, each.reason) for each in plan.withheld),
    ]


class TestNotSentYet:
    @pytest.mark.parametrize("state", [RowState.PENDING, RowState.WAITING])
    def test_is_never_sent(self, state: RowState) -> None:
        assert lines(confirmed(state=state)) == [("withhold", "naloxone", NOT_SENT)]
        (line,) = undo_plan([confirmed(7, state=state)], (), ANA, NOW, TODAY, day_of).withheld
        assert (line.row, line.kind, line.text, line.line) == (7, ChangeKind.CREATE, TEXT, "row 7")

    def test_nor_is_the_renewal_of_one_that_stood_before(self) -> None:
        standing = flag(text="Naloxone: offer (Sextant, as of 2026-05-01)")
        assert lines(confirmed(before=standing), chart=(standing,)) == [("withhold", "naloxone", NOT_SENT)]

    def test_nor_an_end(self) -> None:
        end = confirmed(before=flag(), kind=ChangeKind.INACTIVATE)
        assert lines(end, chart=(flag(),)) == [("withhold", "naloxone", NOT_SENT)]

    def test_what_was_tried_and_is_not_in_the_chart_is_looked_for_and_ended(self) -> None:
        (line,) = undo_plan([confirmed(attempts=2, outcome="unknown")], (), ANA, NOW, TODAY, day_of).changes
        assert isinstance(line, FlagChange)
        assert (line.kind, line.reason, line.existing) == (ChangeKind.INACTIVATE, PERHAPS_THERE, None)
        assert line.wanted == wanted(), "of its lane, so it is looked for first; and as that one reads"

    def test_also_where_a_newer_decision_waits_behind_it(self) -> None:
        rows = (confirmed(attempts=1, outcome="unknown"), confirmed(2))
        assert lines(*rows) == [("inactivate", "naloxone", PERHAPS_THERE)]

    def test_an_end_that_was_tried_cannot_be_stopped_but_what_waits_behind_it_can(self) -> None:
        end = confirmed(before=flag(), kind=ChangeKind.INACTIVATE, attempts=1, outcome="unknown")
        assert lines(end, chart=(flag(),)) == [("leave", "naloxone", PERHAPS_ENDED)]
        assert lines(end, confirmed(2), chart=(flag(),)) == [("withhold", "naloxone", NOT_SENT)]

    def test_the_renewal_of_one_that_stood_before_neither(self) -> None:
        standing = flag(text="Naloxone: offer (Sextant, as of 2026-05-01)")
        renewal = confirmed(before=standing, attempts=1, outcome="unknown")
        for chart in (standing, flag(version="2")):
            assert lines(renewal, chart=(chart,)) == [("leave", "naloxone", PERHAPS_RENEWED)]
        assert lines(renewal, confirmed(2, before=standing), chart=(standing,)) == [("withhold", "naloxone", NOT_SENT)]

    def test_what_was_tried_and_is_in_the_chart_is_ended(self) -> None:
        tried = confirmed(attempts=1, outcome="unknown")
        assert lines(tried, chart=(flag(),)) == [("inactivate", "naloxone", TAKE_BACK)]

    def test_a_renewal_waits_while_what_was_created_today_stands(self) -> None:
        rows = (row(), confirmed(2, before=flag()))
        assert lines(*rows, chart=(flag(),)) == [("inactivate", "naloxone", TAKE_BACK)]

    def test_yesterdays_is_not_todays(self) -> None:
        old = confirmed()
        assert isinstance(old.intent, FlagIntent)
        assert lines(replace(old, intent=replace(old.intent, decided_on=TODAY - timedelta(days=1)))) == []

    def test_a_provenance_that_is_owed_is_nobodys_decision(self) -> None:
        owed = ProvenanceIntent("Flag/9", "naloxone", "CREATE", ANA, None, NOW)
        assert lines(replace(confirmed(), intent=owed)) == []

    def test_the_digest_holds_it(self) -> None:
        plans = [
            undo_plan(rows, (), ANA, NOW, TODAY, day_of)
            for rows in ([], [confirmed()], [confirmed(2)], [confirmed(attempts=1, outcome="unknown")])
        ]
        assert len({each.digest for each in plans}) == 4


class TestBeingSent:
    def test_is_taken_back_behind_it(self) -> None:
        (line,) = undo_plan([confirmed(attempts=1, leased_for=1)], (), ANA, NOW, TODAY, day_of).changes
        assert isinstance(line, FlagChange)
        assert (line.kind, line.reason, line.existing) == (ChangeKind.INACTIVATE, BEING_SENT, None)
        assert line.wanted is not None
        assert FlagIntent(line, ANA).lane == confirmed().intent.lane, "of one lane, so it is sent after it"

    def test_a_lease_that_ran_out_is_nobodys_and_it_may_be_there(self) -> None:
        assert lines(confirmed(attempts=1, leased_for=-1)) == [("inactivate", "naloxone", PERHAPS_THERE)]

    def test_an_end_cannot_be_stopped(self) -> None:
        end = confirmed(before=flag(), kind=ChangeKind.INACTIVATE, attempts=1, leased_for=1)
        assert lines(end, chart=(flag(),)) == [("leave", "naloxone", BEING_ENDED)]

    def test_the_renewal_of_one_that_stood_before_is_left(self) -> None:
        assert lines(confirmed(before=flag(), attempts=1, leased_for=1), chart=(flag(),)) == [
            ("leave", "naloxone", STOOD_BEFORE)
        ]


class TestNeverAnswered:
    DEAD = confirmed(state=RowState.DEAD, outcome="unknown", attempts=10)

    def test_what_is_in_the_chart_now_is_ended(self) -> None:
        assert lines(self.DEAD, chart=(flag(),)) == [("inactivate", "naloxone", TAKE_BACK)]

    def test_what_is_not_there_is_never_tried_again(self) -> None:
        assert lines(self.DEAD) == [("withhold", "naloxone", NOT_ANSWERED)]

    def test_what_was_refused_is_not_in_the_chart(self) -> None:
        assert lines(confirmed(state=RowState.DEAD, outcome="refused", attempts=1)) == []

    def test_what_was_refused_after_a_try_without_answer_may_be(self) -> None:
        refused = confirmed(state=RowState.DEAD, outcome="refused", attempts=2)
        assert lines(refused, chart=(flag(),)) == [("inactivate", "naloxone", TAKE_BACK)]
        assert lines(refused) == [("withhold", "naloxone", NOT_ANSWERED)]

    def test_one_that_landed_after_it_was_taken_back_is_found_the_next_time(self) -> None:
        landed = confirmed(state=RowState.SETTLED, outcome="superseded", attempts=2)
        assert lines(landed, chart=(flag(),)) == [("inactivate", "naloxone", TAKE_BACK)]
        never_sent = confirmed(state=RowState.SETTLED, outcome="superseded")
        assert lines(never_sent) == []


class TestTakenBackAlready:
    @pytest.mark.parametrize("state", [RowState.PENDING, RowState.WAITING])
    def test_what_is_on_its_way_is_said(self, state: RowState) -> None:
        on_its_way = confirmed(2, before=flag(), kind=ChangeKind.INACTIVATE, reason=TAKE_BACK, state=state)
        assert lines(row(), on_its_way, chart=(flag(),)) == [("leave", "naloxone", ON_ITS_WAY)]

    def test_what_is_done_is_not_offered_again(self) -> None:
        done = confirmed(
            2,
            before=flag(),
            kind=ChangeKind.INACTIVATE,
            reason=TAKE_BACK,
            state=RowState.SETTLED,
            outcome="inactivated",
        )
        assert lines(row(), done, chart=(flag(status="inactive", version="2"),)) == []
        assert taken_back_today([row(), done], TODAY, day_of) == {"naloxone": done}
        again = row(3, outcome="updated", version="3", before=flag(status="inactive", version="2"))
        assert lines(row(), done, again, chart=(flag(version="3"),)) == [("inactivate", "naloxone", TAKE_BACK)]
        assert taken_back_today([row(), done, again], TODAY, day_of) == {}

    def test_of_twins_the_one_that_stays_is_ended(self) -> None:
        twins = (flag(), replace(flag(), reference="Flag/naloxone-2"))
        (line,) = undo_plan([row()], twins, ANA, NOW, TODAY, day_of).changes
        assert isinstance(line, FlagChange)
        assert line.existing is not None
        assert line.existing.reference == "Flag/naloxone"


def note_row(
    number: int = 1,
    outcome: str | None = "created",
    *,
    state: RowState = RowState.SETTLED,
    attempts: int = 1,
    leased_for: int = 0,
    visit: str = "v1",
    day: date = TODAY,
    take_back: bool = False,
) -> OutboxRow:
    made = WantedNote(f"note of {visit}", "title", f"open: naloxone ({number})", day, ("naloxone",), "facts")
    kind, reason = (ChangeKind.INACTIVATE, TAKE_BACK) if take_back else (ChangeKind.NOTE, "one note")
    intent = NoteIntent(NoteChange(reason, made, kind=kind), ANA, NOW)
    written = Written("visit_note", outcome, "DocumentReference/1", str(number)) if outcome else None
    until = NOW + timedelta(minutes=leased_for) if leased_for else None
    return OutboxRow(
        number, f"k{number}", "l", "l", "clinic", ANA, intent, state, attempts, NOW, leased_until=until, written=written
    )


class TestNotes:
    def test_of_yesterday_that_was_sent_today_is_todays(self) -> None:
        earlier = note_row(day=YESTERDAY)
        assert undo_plan([earlier], (), ANA, NOW, TODAY, day_of).changes == ()
        (line,) = undo_plan([replace(earlier, settled_at=NOW)], (), ANA, NOW, TODAY, day_of).changes
        assert line.reason == TAKE_BACK

    def test_of_today_is_marked_as_entered_in_error(self) -> None:
        (line,) = undo_plan([note_row()], (), ANA, NOW, TODAY, day_of).changes
        assert isinstance(line, NoteChange)
        assert (line.kind, line.reason) == (ChangeKind.INACTIVATE, TAKE_BACK)
        assert line.last is not None
        assert (line.last.reference, line.last.version, line.note.text) == (
            "DocumentReference/1",
            "1",
            "open: naloxone (1)",
        )

    def test_one_that_was_corrected_today_is_taken_back_as_it_reads_now(self) -> None:
        (line,) = undo_plan([note_row(), note_row(2, "updated")], (), ANA, NOW, TODAY, day_of).changes
        assert isinstance(line, NoteChange)
        assert line.last is not None
        assert (line.note.text, line.last.version) == ("open: naloxone (2)", "2")

    def test_each_visit_of_the_day_has_a_line_of_its_own(self) -> None:
        plan = undo_plan([note_row(), note_row(2, visit="v2")], (), ANA, NOW, TODAY, day_of)
        assert len({each.line for each in plan.changes}) == 2

    def test_where_the_ehr_cannot_change_notes_it_says_so(self) -> None:
        assert lines(note_row(), can_end_notes=False) == [("leave", "visit_note", NOTE_STAYS)]

    def test_not_sent_yet_it_never_is_on_any_ehr(self) -> None:
        waiting = note_row(outcome="waiting", state=RowState.WAITING, attempts=0)
        for can_end in (True, False):
            assert lines(waiting, can_end_notes=can_end) == [("withhold", "visit_note", NOT_SENT)]

    @pytest.mark.parametrize("state", [RowState.PENDING, RowState.DEAD])
    def test_never_answered_it_is_looked_for(self, state: RowState) -> None:
        assert lines(note_row(outcome="unknown", state=state)) == [("inactivate", "visit_note", PERHAPS_THERE)]

    def test_also_where_it_could_not_be_taken_back_for_it_may_not_be_there(self) -> None:
        tried = note_row(outcome="unknown", state=RowState.PENDING)
        assert lines(tried, can_end_notes=False) == [("inactivate", "visit_note", PERHAPS_THERE)]
        newer = note_row(2, None, state=RowState.PENDING, attempts=0)
        assert lines(tried, newer, can_end_notes=False) == [("inactivate", "visit_note", PERHAPS_THERE)]
        correction = note_row(2, "unknown", state=RowState.PENDING)
        assert lines(note_row(), correction, can_end_notes=False) == [("leave", "visit_note", NOTE_STAYS)]

    def test_being_sent_it_is_taken_back_behind_it(self) -> None:
        sent = note_row(outcome=None, state=RowState.PENDING, leased_for=1)
        assert lines(sent) == [("inactivate", "visit_note", BEING_SENT)]

    @pytest.mark.parametrize(
        "rows",
        [
            (note_row(day=TODAY - timedelta(days=1)),),
            (note_row(outcome="refused", state=RowState.DEAD),),
            (note_row(), note_row(2, "inactivated", take_back=True)),
        ],
        ids=["yesterday's", "refused", "taken back already"],
    )
    def test_nothing_to_take_back(self, rows: tuple[OutboxRow, ...]) -> None:
        assert lines(*rows) == []

    def test_taking_it_back_is_on_its_way(self) -> None:
        pending = note_row(2, None, state=RowState.PENDING, take_back=True, attempts=0)
        assert lines(note_row(), pending) == [("leave", "visit_note", ON_ITS_WAY)]
