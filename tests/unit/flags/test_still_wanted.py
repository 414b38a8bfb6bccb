"""What waited is held against a fresh plan: the same gap at the same level is still wanted, anything else is not."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from app.domain.flag import (
    Change,
    ChangeKind,
    ChartFlag,
    FlagChange,
    FlagIntent,
    FlagPlan,
    NoteChange,
    NoteIntent,
    ProvenanceIntent,
    WantedFlag,
    WantedNote,
)
from app.flags import is_still_wanted, rests_on_plan
from app.flags.undo import TAKE_BACK

TODAY = date(2026, 5, 6)
BEN = "Patient/ben"
AT = datetime(2026, 5, 4, 9, tzinfo=UTC)
WANTED = WantedFlag(
    "udt_check", "1", "id-udt", "Urine drug test due (Sextant, as of 2026-05-04)", "red", "clinical", date(2026, 5, 4)
)
TODAYS = replace(WANTED, text="Urine drug test due (Sextant, as of 2026-05-06)", since=TODAY)
STANDING = ChartFlag("Flag/1", "active", WANTED.text, BEN, "id-udt", "udt_check", "red", version="1")
ENDED = replace(STANDING, status="inactive")


def change(kind: ChangeKind, wanted: WantedFlag | None = None, existing: ChartFlag | None = None) -> FlagChange:
    return FlagChange(kind, "udt_check", "because", wanted, existing)


def asked(confirmed: FlagChange, *now: Change) -> bool:
    return is_still_wanted(FlagIntent(confirmed, BEN), FlagPlan(now, "digest"))


CREATE, UPDATE, END, LEAVE = ChangeKind.CREATE, ChangeKind.UPDATE, ChangeKind.INACTIVATE, ChangeKind.LEAVE


@pytest.mark.parametrize(
    ("confirmed", "now", "expected"),
    [
        (change(CREATE, WANTED), change(CREATE, TODAYS), True),
        (change(CREATE, WANTED), change(LEAVE, TODAYS, STANDING), True),
        (change(CREATE, WANTED), change(LEAVE, TODAYS, ENDED), False),
        (change(CREATE, WANTED), change(CREATE, replace(TODAYS, level="yellow")), False),
        (change(CREATE, WANTED), change(CREATE, replace(TODAYS, text="Ask (Sextant, as of 2026-05-06)")), False),
        (change(CREATE, WANTED), change(CREATE, replace(TODAYS, identifier="id-med")), False),
        (change(CREATE, WANTED), change(UPDATE, TODAYS, ENDED), False),
        (change(UPDATE, WANTED, ENDED), change(UPDATE, TODAYS, ENDED), True),
        (change(UPDATE, WANTED, ENDED), change(CREATE, TODAYS), False),
        (change(CREATE, WANTED), change(END, None, STANDING), False),
        (change(END, None, STANDING), change(END, None, STANDING), True),
        (change(END, None, STANDING), change(LEAVE, None, ENDED), True),
        (change(END, None, STANDING), change(LEAVE, TODAYS, STANDING), False),
    ],
    ids=[
        "a later day",
        "an earlier try was the one",
        "a person ended it",
        "another level",
        "another text",
        "another rule's Flag",
        "there is an ended one by now",
        "to be made active again",
        "taken out of the chart",
        "the gap closed",
        "still to be ended",
        "ended already",
        "the gap is back",
    ],
)
def test_a_flag(confirmed: FlagChange, now: FlagChange, expected: bool) -> None:
    assert asked(confirmed, now) is expected


def test_a_plan_without_the_line_does_not_want_it() -> None:
    assert not asked(change(CREATE, WANTED))


def test_a_note_is_wanted_while_its_gaps_are_the_same_whatever_the_visit() -> None:
    made = WantedNote("note of v1", "title", "text", TODAY, ("udt_check",), "facts")
    intent = NoteIntent(NoteChange("one note", made), BEN, AT)
    other_visit = NoteChange("one note", replace(made, identifier="note of v2"))
    other_facts = NoteChange("one note", replace(made, fingerprint="other facts"))
    assert is_still_wanted(intent, FlagPlan((other_visit,), "digest"))
    assert not is_still_wanted(intent, FlagPlan((other_facts,), "digest"))
    assert not is_still_wanted(intent, FlagPlan((change(CREATE, TODAYS),), "digest"))


def test_what_a_person_takes_back_and_what_is_owed_rest_on_no_plan() -> None:
    end = change(END, None, STANDING)
    assert rests_on_plan(FlagIntent(end, BEN))
    assert not rests_on_plan(FlagIntent(replace(end, reason=TAKE_BACK), BEN))
    assert not rests_on_plan(ProvenanceIntent("Flag/1", "udt_check", "CREATE", BEN, None, AT))
