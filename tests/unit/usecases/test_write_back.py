"""Confirming a preview: what is carried out, what gives a new preview, and what the one button says."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Any, cast

import pytest

from app.domain.errors import LaunchAgain, TryAgainLater
from app.domain.flag import Change, ChangeKind, FlagIntent, FlagPlan, NoteChange, WantedNote, Withheld, Written
from app.domain.outbox import RowState
from app.domain.session import LaunchSession
from app.flags.undo import NOT_SENT
from app.ports import PreviewedWrite
from app.usecases.plan_afresh import GOOD_FOR, PlanAfresh
from app.usecases.preview_changes import Preview, PreviewChanges, PreviewedChange
from app.usecases.review_patient import ReviewedChart
from app.usecases.send_outbox import NO_LONGER_WANTED, OVERTAKEN
from app.usecases.write_back import WriteBack
from app.web.presenters.writing import answer_lines, button_words, is_nothing_there, offer_words
from tests.clocks import NINE, SetClock
from tests.unit.usecases.outbox_desk import PACE, Desk, desk, flag, session
from tests.unit.usecases.test_confirmed_changes import reviewed

NO_CHART = cast(ReviewedChart, None)
"""Nothing here looks at what was read."""
SHOWN = PreviewedWrite("a new Flag in the chart", "text", "{}")
LINE = Withheld(1, "naloxone", ChangeKind.CREATE, "Naloxone: offer", NOT_SENT)


def preview(*changes: Change, withheld: tuple[Withheld, ...] = (), is_whole: bool = True) -> Preview:
    plan = FlagPlan(changes, "digest", withheld)
    return Preview(NO_CHART, plan, tuple(PreviewedChange(each, SHOWN) for each in changes), "", is_whole)


@dataclass
class Shown:
    """Previews that were written down; the last one stays."""

    given: list[Preview]
    asked: list[str] = field(default_factory=list)

    async def __call__(self, opened: LaunchSession) -> Preview:
        self.asked.append(opened.launch)
        return self.given.pop(0) if len(self.given) > 1 else self.given[0]

    def intent(self, opened: LaunchSession, digest: str, change: Change) -> FlagIntent:
        return flag()


@pytest.fixture
def outbox(tmp_path: Path) -> Iterator[Desk]:
    with desk(tmp_path) as opened:
        yield opened


def confirm(outbox: Desk, *given: Preview, lines: tuple[str, ...] = ("naloxone", "row 1")) -> Any:
    write_back = WriteBack(Shown(list(given)), outbox.ehrs, outbox.carry_out)
    return asyncio.run(write_back(session(), "digest", lines))


class TestConfirming:
    def test_only_what_is_ticked_is_carried_out(self, outbox: Desk) -> None:
        assert confirm(outbox, preview(flag().change), lines=()).written == ()
        assert [each.outcome for each in confirm(outbox, preview(flag().change)).written] == ["created"]

    def test_flags_that_cannot_be_read_are_no_answer_without_lines(self, outbox: Desk) -> None:
        result = confirm(outbox, preview(is_whole=False))
        assert (result.written, result.preview.is_whole) == ((), False)
        assert outbox.outcomes() == []

    def test_what_is_being_sent_cannot_be_withheld_and_gives_a_new_preview(self, outbox: Desk) -> None:
        outbox.ehrs.sink().answers = [TryAgainLater("silent")]
        outbox.confirm()
        outbox.clock.forward(timedelta(minutes=1))
        assert outbox.storage.outbox.claim("worker", PACE.lease) is not None
        later = preview(flag().change)
        result = confirm(outbox, preview(withheld=(LINE,)), later)
        assert result.changed_meanwhile
        assert result.preview is later
        assert outbox.row().state is RowState.PENDING

    def test_what_is_withheld_needs_no_way_into_the_chart(self, outbox: Desk) -> None:
        outbox.ehrs.sink().answers = [LaunchAgain("over")]
        outbox.confirm()
        outbox.ehrs.is_switched_off = True
        result = confirm(outbox, preview(withheld=(LINE,)))
        assert [each.outcome for each in result.written] == ["superseded"]
        assert outbox.row().state is RowState.SETTLED


class TestTheButton:
    NOTE = NoteChange("one note", WantedNote("n", "title", "text", NINE.date(), ("naloxone",)))

    @pytest.mark.parametrize(
        ("changes", "button", "offer"),
        [
            ((flag().change,), "Write the ticked Flag", "Preview 1 Flag"),
            ((flag().change, flag("lane-2", "med").change), "Write the ticked Flags", "Preview 2 Flags"),
            (
                (flag().change, replace(flag().change, kind=ChangeKind.INACTIVATE)),
                "Write the ticked changes",
                "Preview 2 changes",
            ),
            ((NOTE,), "Write the ticked note", "Preview 1 note"),
        ],
    )
    def test_stays_true_when_lines_are_unticked(self, changes: tuple[Change, ...], button: str, offer: str) -> None:
        assert (button_words(preview(*changes)), offer_words(preview(*changes))) == (button, offer)


class TestPlanAfresh:
    @staticmethod
    def of(*given: Preview) -> tuple[PlanAfresh, Shown, SetClock]:
        shown, clock = Shown(list(given)), SetClock()
        return PlanAfresh(cast(PreviewChanges, shown), clock), shown, clock

    def test_one_reading_serves_the_rows_of_a_launch_for_a_moment(self) -> None:
        plan, shown, clock = self.of(preview())
        for launch, step in (("a", 0.0), ("a", 1.0), ("b", 0.0), ("b", GOOD_FOR.total_seconds())):
            clock.forward(timedelta(seconds=step))
            asyncio.run(plan(replace(session(), launch=launch)))
        assert shown.asked == ["a", "b", "b"]

    def test_a_chart_that_cannot_be_read_whole_gives_no_plan(self) -> None:
        plan, _, _ = self.of(preview(is_whole=False))
        with pytest.raises(TryAgainLater):
            asyncio.run(plan(session()))


def test_an_answer_that_names_nothing_is_nothing_to_take_back() -> None:
    assert is_nothing_there(Written("naloxone", "already_there"))
    assert not is_nothing_there(Written("naloxone", "already_there", "Flag/1"))


@pytest.mark.parametrize(
    ("detail", "word"),
    [(OVERTAKEN, "a newer decision"), ("", "a newer decision"), (NO_LONGER_WANTED, "no longer asked for")],
)
def test_what_was_superseded_says_by_what(detail: str, word: str) -> None:
    (line,) = answer_lines((Written("naloxone", "superseded", detail=detail),), reviewed())
    assert word in line.word
    assert ("newer decision" in line.word) == (word == "a newer decision")
