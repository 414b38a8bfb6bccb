"""What becomes of a confirmed change: settled, tried again, waiting, dead; each step audited, nothing lost."""

import asyncio
import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from app.domain.errors import AskAnAdministrator, LaunchAgain, TryAgainLater, WrongUsage
from app.domain.flag import (
    PERHAPS,
    ChangeKind,
    FlagIntent,
    LastWritten,
    ProvenanceIntent,
    WithdrawIntent,
    Withheld,
    Written,
)
from app.domain.outbox import RowState
from app.domain.outcome import Ok
from app.flags.undo import BEING_SENT, NOT_SENT, TAKE_BACK
from app.usecases.carry_out import STILL_SENDING, TAKEN_BACK, Overtaken
from app.usecases.pace import Pace
from app.usecases.send_outbox import NO_ANSWER, NO_LONGER_WANTED, OVERTAKEN, REFUSED, TOO_LATE, SendOutbox
from app.usecases.tend_outbox import TendOutbox, explanation
from app.usecases.work_outbox import WorkOutbox
from tests.clocks import NINE
from tests.unit.usecases.outbox_desk import LATER_LAUNCH, PACE, Desk, WrittenDownSink, desk, flag, session

CREATED = Written("naloxone", "created", "Flag/9", "1")
SILENT = TryAgainLater("The EHR did not answer in time.")
OVER = LaunchAgain("over")


@pytest.fixture
def outbox(tmp_path: Path) -> Iterator[Desk]:
    with desk(tmp_path) as opened:
        yield opened


class TestAnswered:
    def test_at_once_in_the_request(self, outbox: Desk) -> None:
        assert outbox.confirm() == (CREATED,)
        assert outbox.row().state is RowState.SETTLED
        assert outbox.outcomes() == [("confirm_write", "ok"), ("write", "created")]
        assert isinstance(outbox.storage.audit.verify(), Ok)

    def test_is_what_the_ledger_says(self, outbox: Desk) -> None:
        outbox.confirm()
        line = outbox.storage.ledger.find("clinic", "lane-1")
        assert line == LastWritten("lane-1", "naloxone", "Naloxone: offer", "active", "facts", "Flag/9", "1")

    def test_a_provenance_that_is_owed_is_sent_after_it(self, outbox: Desk) -> None:
        outbox.ehrs.sink().answers = [replace(CREATED, owes_provenance=True)]
        outbox.confirm()
        assert outbox.work()
        owed = outbox.ehrs.sink().given[-1]
        assert isinstance(owed, ProvenanceIntent)
        assert (owed.target, owed.activity, owed.evidence) == ("Flag/9", "CREATE", ("Condition/1",))
        assert outbox.row("k1:provenance").state is RowState.SETTLED
        assert not outbox.work()

    def test_the_same_confirmation_twice_is_sent_once(self, outbox: Desk) -> None:
        outbox.confirm()
        assert outbox.confirm() == (CREATED,)
        assert len(outbox.ehrs.sink().given) == 1

    def test_a_conflict_is_settled_the_next_preview_asks_again(self, outbox: Desk) -> None:
        outbox.ehrs.sink().answers = [Written("naloxone", "conflict", "Flag/9")]
        assert outbox.confirm()[0].outcome == "conflict"
        assert outbox.row().state is RowState.SETTLED

    @pytest.mark.parametrize("outcome", ["conflict", "refused"])
    def test_confirming_again_what_came_to_nothing_tries_again(self, outbox: Desk, outcome: str) -> None:
        outbox.ehrs.sink().answers = [Written("naloxone", outcome), CREATED]
        assert outbox.confirm()[0].outcome == outcome
        assert outbox.confirm() == (CREATED,)
        assert outbox.confirm() == (CREATED,)
        assert len(outbox.ehrs.sink().given) == 2
        assert outbox.row("k1:2").state is RowState.SETTLED

    def test_and_so_does_confirming_again_what_was_taken_back_since(self, outbox: Desk) -> None:
        """The Flag has left the chart by now, so the plan is the very one that was confirmed first."""
        end = replace(flag().change, kind=ChangeKind.INACTIVATE, reason=TAKE_BACK)
        ended, anew = Written("naloxone", "inactivated", "Flag/9", "2"), replace(CREATED, reference="Flag/10")
        outbox.ehrs.sink().answers = [CREATED, ended, anew]
        outbox.confirm()
        outbox.confirm("undo", replace(flag(), change=end))
        assert outbox.confirm() == (anew,)
        assert outbox.confirm() == (anew,)
        assert len(outbox.ehrs.sink().given) == 3

    def test_a_twin_is_named_before_it_is_withdrawn_and_after(self, outbox: Desk) -> None:
        twin = WithdrawIntent("Flag/10", "Flag/9", "reads", "naloxone", "Patient/p1", "decision of lane-1")
        withdrawn = Written("naloxone", "withdrawn", "Flag/10", "2", withdrawn=("Flag/10",))
        outbox.ehrs.sink().answers = [replace(CREATED, twins=(twin,)), SILENT, withdrawn]
        outbox.confirm()
        assert outbox.storage.audit.entries()[-1].detail["twins"] == "Flag/10"
        assert outbox.work()
        outbox.send = replace(outbox.send, pace=replace(outbox.send.pace, good_for=timedelta(minutes=5)))
        outbox.clock.forward(timedelta(hours=1))
        assert outbox.work(), "it is never too late for it"
        lines = outbox.storage.audit.entries()[-2:]
        assert [(line.target, line.outcome) for line in lines] == [("Flag/10", "unknown"), ("Flag/10", "withdrawn")]
        assert (lines[-1].detail["withdrawn"], lines[-1].detail["change"]) == ("Flag/10", "withdraw")


class TestNotAnswered:
    def test_is_tried_again_later_each_time(self, outbox: Desk) -> None:
        outbox.ehrs.sink().answers = [SILENT, SILENT, CREATED]
        assert outbox.confirm()[0].outcome == "unknown"
        waits = []
        for _ in range(2):
            due = outbox.row().next_attempt_at
            assert due is not None
            waits.append((due - outbox.clock.now()).total_seconds())
            assert not outbox.work(), "not before its time"
            outbox.clock.forward(due - outbox.clock.now())
            assert outbox.work()
        assert waits == [4, 8]
        assert outbox.row().state is RowState.SETTLED
        assert [each[1] for each in outbox.outcomes()] == ["ok", "unknown", "unknown", "created"]

    def test_in_the_end_is_an_administrators(self, outbox: Desk) -> None:
        outbox.ehrs.sink().answers = [SILENT] * 4
        outbox.confirm()
        for _ in range(3):
            outbox.clock.forward(timedelta(minutes=1))
            assert outbox.work()
        assert (outbox.row().state, outbox.row().remedy) == (RowState.DEAD, NO_ANSWER)
        line = outbox.storage.ledger.find("clinic", "lane-1")
        assert line is not None
        assert line.status == PERHAPS, "a later plan knows that it may be there"
        outbox.clock.forward(timedelta(hours=1))
        assert not outbox.work()

    def test_and_may_be_tried_again_by_one(self, outbox: Desk) -> None:
        self.test_in_the_end_is_an_administrators(outbox)
        tend = TendOutbox(outbox.storage.outbox, outbox.clock)
        (dead,) = tend.unfinished()
        assert tend.explained(dead) == NO_ANSWER
        tend.retry(dead.id)
        assert outbox.work()
        assert outbox.row().state is RowState.SETTLED
        with pytest.raises(WrongUsage, match="settled"):
            tend.retry(dead.id)
        assert ("retry_write", "ok") in outbox.outcomes()

    def test_but_not_over_a_newer_decision(self, outbox: Desk) -> None:
        self.test_in_the_end_is_an_administrators(outbox)
        outbox.confirm("k2")
        tend = TendOutbox(outbox.storage.outbox, outbox.clock)
        with pytest.raises(WrongUsage, match="newer"):
            tend.retry(outbox.row().id)
        assert outbox.row().state is RowState.DEAD
        assert outbox.outcomes()[-1] == ("retry_write", "refused")

    def test_a_sender_that_takes_too_long_gives_up_before_its_lease_does(self, tmp_path: Path) -> None:
        async def slowly() -> Written:
            await asyncio.sleep(5)
            return CREATED

        with desk(tmp_path, lease=timedelta(seconds=0.2)) as outbox:
            outbox.ehrs.sink().answers = [slowly]
            assert outbox.confirm()[0].outcome == "unknown"
            assert outbox.row().state is RowState.PENDING

    def test_a_fault_of_our_own_loses_nothing(self, outbox: Desk) -> None:
        outbox.ehrs.sink().answers = [ZeroDivisionError(), CREATED]
        assert outbox.confirm()[0].outcome == "unknown"
        outbox.clock.forward(timedelta(minutes=1))
        assert outbox.work()
        assert outbox.row().state is RowState.SETTLED

    def test_a_row_whose_senders_keep_dying_does_not_go_on_for_ever(self, outbox: Desk) -> None:
        outbox.ehrs.sink().answers = [SILENT]
        outbox.confirm()
        for _ in range(3):
            outbox.clock.forward(timedelta(minutes=1))
            assert outbox.storage.outbox.claim("dies", timedelta(seconds=2)) is not None
        outbox.clock.forward(timedelta(minutes=1))
        assert outbox.work()
        assert outbox.row().state is RowState.DEAD
        assert len(outbox.ehrs.sink().given) == 1


class TestPermission:
    def test_of_another_launch_on_the_same_chart_is_used(self, outbox: Desk) -> None:
        outbox.storage.sessions.open(session(LATER_LAUNCH))
        outbox.ehrs.sink().answers = [OVER]
        assert outbox.confirm() == (CREATED,)
        assert len(outbox.ehrs.sink(LATER_LAUNCH).given) == 1
        assert outbox.storage.audit.entries()[-1].detail["by"] == "another launch"

    def test_of_backend_services_is_used_where_it_is_set_up(self, outbox: Desk) -> None:
        outbox.ehrs.backend = WrittenDownSink("backend")
        outbox.ehrs.sink().answers = [OVER]
        assert outbox.confirm() == (CREATED,)
        assert outbox.storage.audit.entries()[-1].detail["by"] == "backend services"

    def test_that_nobody_has_is_waited_for_and_said(self, outbox: Desk) -> None:
        outbox.ehrs.sink().answers = [OVER]
        (answer,) = outbox.confirm()
        assert answer.outcome == "waiting"
        assert "opens this chart" in answer.detail
        outbox.clock.forward(timedelta(hours=3))
        assert not outbox.work()
        outbox.storage.sessions.open(session(LATER_LAUNCH))
        outbox.storage.outbox.wake("clinic", "Patient/p1", LATER_LAUNCH)
        assert outbox.work()
        assert outbox.row().state is RowState.SETTLED
        assert outbox.storage.audit.entries()[-1].launch == LATER_LAUNCH

    def test_of_a_launch_that_was_closed_meanwhile(self, outbox: Desk) -> None:
        outbox.ehrs.sink().answers = [SILENT]
        outbox.confirm()
        outbox.storage.sessions.end(session().launch)
        outbox.clock.forward(timedelta(minutes=1))
        assert outbox.work()
        assert outbox.row().state is RowState.WAITING

    def test_refused_to_another_launch_is_not_refused_to_all(self, outbox: Desk) -> None:
        outbox.storage.sessions.open(session(LATER_LAUNCH))
        outbox.ehrs.backend = WrittenDownSink("backend")
        outbox.ehrs.sink().answers = [SILENT]
        outbox.confirm()
        outbox.storage.sessions.end(session().launch)
        outbox.ehrs.sink(LATER_LAUNCH).answers = [Written("naloxone", "refused", detail="(403)")]
        outbox.clock.forward(timedelta(minutes=1))
        assert outbox.work()
        assert outbox.row().written == CREATED
        assert outbox.storage.audit.entries()[-1].detail["by"] == "backend services"

    def test_refused_to_all_is_refused(self, outbox: Desk) -> None:
        outbox.storage.sessions.open(session(LATER_LAUNCH))
        for launch in (session().launch, LATER_LAUNCH):
            outbox.ehrs.sink(launch).answers = [Written("naloxone", "refused", detail="(403)")]
        assert outbox.confirm()[0].outcome == "refused"
        assert len(outbox.ehrs.sink(LATER_LAUNCH).given) == 1
        assert (outbox.row().state, outbox.row().remedy) == (RowState.DEAD, REFUSED)

    def test_that_has_ended_while_another_is_refused_is_waited_for(self, outbox: Desk) -> None:
        outbox.storage.sessions.open(session(LATER_LAUNCH))
        outbox.ehrs.sink().answers = [OVER]
        outbox.ehrs.sink(LATER_LAUNCH).answers = [Written("naloxone", "refused", detail="(403)")]
        assert outbox.confirm()[0].outcome == "waiting"
        assert outbox.row().state is RowState.WAITING

    def test_for_notes_alone_is_none_for_a_flag(self, outbox: Desk) -> None:
        outbox.storage.sessions.open(session(LATER_LAUNCH))
        outbox.ehrs.takes_notes_alone = frozenset({LATER_LAUNCH})
        outbox.today.changes = []
        outbox.ehrs.sink().answers = [OVER]
        assert outbox.confirm()[0].outcome == "waiting"
        assert (outbox.row().state, outbox.today.asked) == (RowState.WAITING, [])
        assert outbox.ehrs.sink(LATER_LAUNCH).given == []

    def test_that_comes_while_the_old_one_is_tried_is_not_slept_through(self, outbox: Desk) -> None:
        async def meanwhile() -> Written:
            outbox.storage.sessions.open(session(LATER_LAUNCH))
            assert outbox.storage.outbox.wake("clinic", "Patient/p1", LATER_LAUNCH) == 0, "nothing waits yet"
            raise OVER

        outbox.ehrs.sink().answers = [meanwhile]
        assert outbox.confirm()[0].outcome == "waiting"
        assert (outbox.row().state, outbox.row().carrier) == (RowState.PENDING, LATER_LAUNCH)
        assert outbox.work()
        assert outbox.row().written == CREATED

    def test_that_has_ended_wakes_nothing_for_ever(self, outbox: Desk) -> None:
        outbox.storage.sessions.open(session(LATER_LAUNCH))
        outbox.ehrs.sink().answers, outbox.ehrs.sink(LATER_LAUNCH).answers = [OVER], [OVER]
        outbox.confirm()
        assert outbox.row().state is RowState.WAITING
        assert not outbox.work()


class TestWoken:
    """A launch opens the chart in which something waits: it is sent only if it is still asked for."""

    @pytest.fixture
    def woken(self, outbox: Desk) -> Desk:
        outbox.ehrs.sink().answers = [OVER]
        outbox.confirm()
        outbox.storage.sessions.end(session().launch)
        outbox.storage.sessions.open(session(LATER_LAUNCH))
        outbox.storage.outbox.wake("clinic", "Patient/p1", LATER_LAUNCH)
        return outbox

    def test_and_still_asked_for_it_is_sent(self, woken: Desk) -> None:
        assert woken.work()
        assert woken.row().written == CREATED
        assert woken.today.asked == [LATER_LAUNCH]

    def test_and_no_longer_asked_for_it_is_superseded_and_audited(self, woken: Desk) -> None:
        woken.today.changes = []
        assert woken.work()
        assert woken.row().state is RowState.SETTLED
        assert woken.row().written == Written("naloxone", "superseded", detail=NO_LONGER_WANTED)
        assert woken.ehrs.sink(LATER_LAUNCH).given == []
        last = woken.storage.audit.entries()[-1]
        assert (last.outcome, last.reason) == ("superseded", NO_LONGER_WANTED)
        assert woken.storage.ledger.find("clinic", "lane-1") is None

    def test_and_an_earlier_try_was_never_answered_the_ledger_says_perhaps(self, outbox: Desk) -> None:
        """It may be in the chart, and a person may have ended it there: that must not read as ended by Sextant."""
        outbox.ehrs.sink().answers = [SILENT, OVER]
        outbox.confirm()
        outbox.clock.forward(timedelta(minutes=1))
        assert outbox.work()
        outbox.storage.sessions.open(session(LATER_LAUNCH))
        outbox.storage.outbox.wake("clinic", "Patient/p1", LATER_LAUNCH)
        outbox.today.changes = []
        assert outbox.work()
        assert outbox.row().written == Written("naloxone", "superseded", detail=NO_LONGER_WANTED)
        known = outbox.storage.ledger.find("clinic", "lane-1")
        assert known is not None
        assert known.status == PERHAPS

    def test_and_tried_before_it_is_looked_for_first(self, outbox: Desk) -> None:
        """What it wrote makes the fresh plan leave the Flag as it is."""
        outbox.ehrs.sink().answers = [SILENT]
        outbox.confirm()
        outbox.storage.sessions.end(session().launch)
        outbox.storage.sessions.open(session(LATER_LAUNCH))
        outbox.clock.forward(timedelta(minutes=1))
        outbox.today.changes, outbox.ehrs.sink(LATER_LAUNCH).found = [], [CREATED]
        assert outbox.work()
        assert outbox.row().written == CREATED
        assert outbox.storage.ledger.find("clinic", "lane-1") is not None

    def test_and_the_chart_cannot_be_read_whole_it_is_tried_again_later(self, woken: Desk) -> None:
        woken.today.changes = [SILENT]
        assert woken.work()
        assert woken.row().state is RowState.PENDING
        assert woken.ehrs.sink(LATER_LAUNCH).given == []

    def test_and_that_launch_is_over_too_it_waits_again(self, woken: Desk) -> None:
        woken.today.changes = [OVER]
        woken.work()
        assert woken.row().state is RowState.WAITING

    def test_taking_back_is_asked_of_nobody(self, outbox: Desk) -> None:
        outbox.ehrs.sink().answers = [OVER]
        change = replace(flag().change, kind=ChangeKind.INACTIVATE, reason=BEING_SENT)
        outbox.confirm(intent=replace(flag(), change=change))
        outbox.storage.sessions.open(session(LATER_LAUNCH))
        outbox.storage.outbox.wake("clinic", "Patient/p1", LATER_LAUNCH)
        assert outbox.work()
        assert outbox.today.asked == []
        assert len(outbox.ehrs.sink(LATER_LAUNCH).given) == 1

    def test_in_its_own_launch_it_is_not_asked_again(self, outbox: Desk) -> None:
        outbox.ehrs.sink().answers = [SILENT]
        outbox.confirm()
        outbox.clock.forward(timedelta(minutes=1))
        assert outbox.work()
        assert outbox.today.asked == []


class TestWithheld:
    """What is confirmed and not sent yet can be taken back."""

    LINE = Withheld(1, "naloxone", ChangeKind.CREATE, "Naloxone: offer", NOT_SENT)

    @staticmethod
    def stop(outbox: Desk, *lines: Withheld, **intents: FlagIntent) -> tuple[Written, ...]:
        return asyncio.run(outbox.carry_out(session(), intents, lines))

    def test_it_is_never_sent(self, outbox: Desk) -> None:
        outbox.ehrs.sink().answers = [OVER]
        outbox.confirm()
        assert self.stop(outbox, self.LINE) == (Written("naloxone", "superseded", detail=TAKEN_BACK),)
        assert outbox.row().state is RowState.SETTLED
        outbox.clock.forward(timedelta(minutes=1))
        assert not outbox.work()
        assert outbox.outcomes()[-1] == ("confirm_write", "superseded")
        assert isinstance(outbox.storage.audit.verify(), Ok)

    def test_but_not_what_was_tried_and_not_answered(self, outbox: Desk) -> None:
        outbox.ehrs.sink().answers = [SILENT]
        outbox.confirm()
        with pytest.raises(Overtaken):
            self.stop(outbox, self.LINE)
        assert outbox.row().state is RowState.PENDING

    def test_of_a_dead_one_that_may_be_there_the_ledger_says_so(self, outbox: Desk) -> None:
        outbox.ehrs.sink().answers = [SILENT] * 4
        outbox.confirm()
        while outbox.row().state is RowState.PENDING:
            outbox.clock.forward(timedelta(minutes=1))
            outbox.work()
        self.stop(outbox, self.LINE)
        line = outbox.storage.ledger.find("clinic", "lane-1")
        assert line == LastWritten("lane-1", "naloxone", "Naloxone: offer", PERHAPS, "facts")

    def test_where_it_was_never_sent_the_ledger_learns_nothing(self, outbox: Desk) -> None:
        outbox.ehrs.sink().answers = [OVER]
        outbox.confirm()
        self.stop(outbox, self.LINE)
        assert outbox.storage.ledger.find("clinic", "lane-1") is None

    def test_while_it_is_being_sent_nothing_at_all_is_stored(self, outbox: Desk) -> None:
        outbox.ehrs.sink().answers = [OVER]
        outbox.confirm()
        outbox.storage.outbox.wake("clinic", "Patient/p1", session().launch)
        assert outbox.storage.outbox.claim("worker", PACE.lease) is not None
        before = outbox.outcomes()
        with pytest.raises(Overtaken):
            self.stop(outbox, self.LINE, k2=flag("lane-2"))
        assert outbox.outcomes() == before
        assert outbox.storage.outbox.find("k2") is None


class TestOvertaken:
    """A newer decision comes behind one whose try was not answered: what that wrote is looked for before the newer one goes."""

    NEWER = replace(flag(), decision="the newer decision")

    @pytest.fixture
    def silent(self, outbox: Desk) -> Desk:
        outbox.ehrs.sink().answers = [SILENT]
        outbox.confirm()
        outbox.clock.forward(timedelta(seconds=1))
        return outbox

    def last_lines(self, outbox: Desk, number: int) -> list[tuple[str, str]]:
        lines = outbox.storage.audit.entries()[-number:]
        return [(line.detail["decision"], line.outcome) for line in lines]

    def test_found_it_is_settled_and_audited_and_then_the_newer_one_goes(self, silent: Desk) -> None:
        silent.ehrs.sink().found = [replace(CREATED, reference="Flag/8")]
        silent.ehrs.sink().answers = [Written("naloxone", "conflict", "Flag/8", "1")]
        assert [each.outcome for each in silent.confirm("k2", self.NEWER)] == ["conflict"]
        assert silent.row().written == replace(CREATED, reference="Flag/8")
        assert self.last_lines(silent, 2) == [("decision of lane-1", "created"), ("the newer decision", "conflict")]
        line = silent.storage.ledger.find("clinic", "lane-1")
        assert line is not None
        assert (line.reference, line.version) == ("Flag/8", "1"), "so that no plan takes it for a person's"

    def test_not_there_it_is_superseded_and_never_written(self, silent: Desk) -> None:
        assert silent.confirm("k2", self.NEWER) == (CREATED,)
        assert silent.row().written == Written("naloxone", "superseded", detail=OVERTAKEN)
        sink = silent.ehrs.sink()
        assert (sink.given, sink.looked_for) == ([flag(), self.NEWER], [flag(), flag()])
        assert self.last_lines(silent, 2) == [("decision of lane-1", "superseded"), ("the newer decision", "created")]
        assert silent.storage.audit.entries()[-2].reason == OVERTAKEN

    def test_an_ehr_that_stores_it_late_is_given_time(self, silent: Desk) -> None:
        silent.ehrs.sink().found = [None, CREATED]
        silent.confirm("k2", self.NEWER)
        assert silent.row().written == CREATED

    def test_a_look_that_fails_holds_the_newer_one_but_not_the_person(self, silent: Desk) -> None:
        silent.ehrs.sink().found = [SILENT]
        assert silent.confirm("k2", self.NEWER) == (Written("naloxone", "unknown", detail=STILL_SENDING),)
        assert [silent.row(key).state for key in ("k1", "k2")] == [RowState.PENDING] * 2
        silent.clock.forward(timedelta(minutes=1))
        assert silent.work()
        assert silent.work()
        assert silent.row("k2").written == CREATED

    def test_where_no_permission_is_left_both_wait_for_the_next_launch(self, silent: Desk) -> None:
        silent.ehrs.sink().found = [OVER]
        assert [each.outcome for each in silent.confirm("k2", self.NEWER)] == ["waiting"]
        assert silent.row().state is RowState.WAITING
        silent.storage.outbox.wake("clinic", "Patient/p1", session().launch)
        assert silent.work()
        assert silent.work()
        assert silent.row("k2").written == CREATED

    def test_it_is_looked_for_however_old_it_is(self, silent: Desk) -> None:
        silent.clock.forward(timedelta(hours=7))
        silent.send = replace(silent.send, pace=replace(silent.send.pace, good_for=timedelta(hours=1)))
        silent.ehrs.sink().found = [CREATED]
        silent.confirm("k2", self.NEWER)
        assert silent.row().written == CREATED

    def test_also_when_the_newer_one_came_while_it_was_being_sent(self, outbox: Desk) -> None:
        async def meanwhile() -> Written:
            with outbox.storage.unit_of_work() as work:
                entry = outbox.carry_out._entry(session(), self.NEWER, "ok")
                work.outbox.add("k2", session().launch, self.NEWER, entry)
            raise SILENT

        outbox.ehrs.sink().answers = [meanwhile]
        outbox.confirm()
        assert outbox.row().state is RowState.PENDING
        outbox.ehrs.sink().found = [CREATED]
        assert outbox.work(), "it is due at once"
        assert outbox.row().written == CREATED
        assert outbox.work()
        assert outbox.row("k2").written == CREATED


class TestConfirmedLongAgo:
    def test_is_not_written_unseen(self, outbox: Desk) -> None:
        outbox.ehrs.sink().answers = [OVER]
        outbox.confirm()
        outbox.clock.forward(timedelta(days=3, hours=1))
        later = replace(
            session(LATER_LAUNCH), tokens=replace(session().tokens, expires_at=outbox.clock.now() + PACE.lease)
        )
        outbox.storage.sessions.open(replace(later, created_at=outbox.clock.now()))
        outbox.storage.outbox.wake("clinic", "Patient/p1", LATER_LAUNCH)
        assert outbox.work()
        assert (outbox.row().state, outbox.row().remedy) == (RowState.DEAD, TOO_LATE)
        assert outbox.ehrs.sink(LATER_LAUNCH).given == []
        assert outbox.outcomes()[-1] == ("write", "expired")

    def test_is_explained_so_also_while_it_waits(self, outbox: Desk) -> None:
        outbox.ehrs.sink().answers = [OVER]
        outbox.confirm()
        assert "sent when somebody opens this chart" in explanation(outbox.row(), NINE + PACE.good_for, PACE.good_for)
        assert "too long ago" in explanation(outbox.row(), NINE + PACE.good_for + timedelta(seconds=1), PACE.good_for)
        owed = replace(outbox.row(), intent=ProvenanceIntent("Flag/9", "naloxone", "CREATE", "Patient/p1", None, NINE))
        assert "sent when" in explanation(owed, NINE + timedelta(days=30), PACE.good_for), "it is never too late for it"


class TestConfirmedLongAgoAndTried:
    """The EHR never answered the only try, and its permission has ended; four days later somebody opens the chart."""

    @pytest.fixture
    def late(self, outbox: Desk) -> Desk:
        outbox.ehrs.sink().answers = [SILENT]
        outbox.confirm()
        outbox.clock.forward(timedelta(days=4))
        assert outbox.work()
        now = outbox.clock.now()
        later = replace(session(LATER_LAUNCH), tokens=replace(session().tokens, expires_at=now + PACE.lease))
        outbox.storage.sessions.open(replace(later, created_at=now))
        outbox.storage.outbox.wake("clinic", "Patient/p1", LATER_LAUNCH)
        return outbox

    def test_what_the_try_wrote_is_found_and_told(self, late: Desk) -> None:
        late.ehrs.sink(LATER_LAUNCH).found = [CREATED]
        assert late.work()
        assert late.row().written == CREATED
        assert late.storage.ledger.find("clinic", "lane-1") is not None

    def test_where_there_is_nothing_of_it_nothing_is_written(self, late: Desk) -> None:
        assert late.work()
        assert late.row().written == Written("naloxone", "superseded", detail=TOO_LATE)
        sink = late.ehrs.sink(LATER_LAUNCH)
        assert (len(sink.given), len(sink.looked_for)) == (0, 2)


class TestFollowUpsOfOneLane:
    """Each is about another version or twin: none of them overtakes another."""

    @pytest.mark.parametrize(("answer", "state"), [(SILENT, RowState.PENDING), (OVER, RowState.WAITING)])
    def test_the_first_keeps_its_turn(self, outbox: Desk, answer: Exception, state: RowState) -> None:
        outbox.confirm("k1")
        outbox.confirm("k2", flag("lane-2"))
        for key, number in (("k1", 1), ("k2", 2)):
            signature = ProvenanceIntent(
                f"Flag/{number}", "naloxone", "CREATE", "Patient/p1", None, outbox.clock.now(), (), "one decision"
            )
            outbox.storage.outbox.owe(outbox.row(key), signature)
        outbox.ehrs.sink().answers = [answer] * 9
        assert outbox.work()
        first = outbox.row("k1:provenance")
        assert (first.state, first.leased_by) == (state, None)
        assert not outbox.work(), "neither is due: the first waits, and the second stands behind it"


class TestRefused:
    @pytest.mark.parametrize(
        "answer", [Written("naloxone", "refused", detail="(403)"), AskAnAdministrator("no longer configured")]
    )
    def test_is_an_administrators_with_a_remedy(self, outbox: Desk, answer: Written | Exception) -> None:
        outbox.ehrs.sink().answers = [answer]
        assert outbox.confirm()[0].outcome == "refused"
        assert (outbox.row().state, outbox.row().remedy) == (RowState.DEAD, REFUSED)
        assert outbox.outcomes()[-1] == ("write", "refused")


class TestSwitches:
    def test_a_site_that_is_switched_off_is_held(self, outbox: Desk) -> None:
        outbox.ehrs.sink().answers = [SILENT]
        outbox.confirm()
        outbox.clock.forward(timedelta(minutes=1))
        held: SendOutbox = replace(outbox.send, held=frozenset({"clinic"}))
        assert not asyncio.run(held.next_due("worker"))
        assert outbox.work()

    def test_a_dry_run_is_audited_and_writes_nothing(self, outbox: Desk) -> None:
        (answer,) = outbox.carry_out.pretend(session(), {"k1": flag()})
        assert answer.outcome == "dry_run"
        assert outbox.outcomes() == [("confirm_write", "dry_run")]
        assert outbox.storage.outbox.find("k1") is None

    def test_an_ended_launch_decides_nothing(self, outbox: Desk) -> None:
        outbox.storage.sessions.end(session().launch)
        with pytest.raises(LaunchAgain):
            outbox.confirm()
        assert outbox.outcomes() == []
        assert outbox.ehrs.sinks == {}


class FaultyOnce:
    """An outbox whose first claim breaks in a way that no error of ours names."""

    def __init__(self, outbox: Any) -> None:
        self._outbox = outbox
        self._is_broken = True

    def __getattr__(self, name: str) -> Any:
        return getattr(self._outbox, name)

    def claim(self, *arguments: Any, **named: Any) -> Any:
        if self._is_broken:
            self._is_broken = False
            raise RuntimeError("nobody foresaw it")
        return self._outbox.claim(*arguments, **named)


class TestTheWorker:
    def test_sends_all_that_is_due(self, outbox: Desk) -> None:
        outbox.ehrs.sink().answers = [SILENT] * 3
        for number in range(3):
            outbox.confirm(f"k{number}", flag(f"lane-{number}"))
        outbox.clock.forward(timedelta(minutes=1))
        assert asyncio.run(WorkOutbox(outbox.send).all_due()) == 3

    def test_ends_when_it_is_told_to(self, outbox: Desk) -> None:
        async def run() -> None:
            stop = asyncio.Event()
            worker = asyncio.create_task(WorkOutbox(outbox.send, idle_seconds=30).until(stop))
            await asyncio.sleep(0.05)
            stop.set()
            await asyncio.wait_for(worker, 2)

        asyncio.run(run())

    def test_goes_on_after_a_fault_that_nobody_foresaw(self, outbox: Desk) -> None:
        """The worker inside `serve` is started once: what ended it would leave every row where it is until a restart."""

        async def run() -> None:
            stop = asyncio.Event()
            send = replace(outbox.send, outbox=FaultyOnce(outbox.storage.outbox))
            worker = asyncio.create_task(WorkOutbox(send, idle_seconds=0.01).until(stop))
            for _ in range(200):
                if worker.done() or outbox.row().state is RowState.SETTLED:
                    break
                await asyncio.sleep(0.01)
            stop.set()
            await worker

        outbox.ehrs.sink().answers = [SILENT]
        outbox.confirm()
        outbox.clock.forward(timedelta(minutes=1))
        asyncio.run(run())
        assert outbox.row().written == CREATED

    def test_the_request_waits_for_a_worker_that_has_the_row(self, outbox: Desk) -> None:
        async def both() -> Written:
            key, intent = "k1", flag()
            with outbox.storage.unit_of_work() as work:
                work.outbox.add(key, session().launch, intent, outbox.carry_out._entry(session(), intent, "ok"))
            row = outbox.storage.outbox.claim("worker", PACE.lease)
            assert row is not None
            sent = asyncio.create_task(outbox.carry_out(session(), {key: intent}))
            await asyncio.sleep(0.3)
            await outbox.send._send(row)
            return (await sent)[0]

        assert asyncio.run(both()) == CREATED
        assert len(outbox.ehrs.sink().given) == 1


class TestPace:
    def test_waits_double_up_to_the_longest_and_differ_by_chance(self) -> None:
        pace = Pace(first_wait=timedelta(seconds=5), longest_wait=timedelta(minutes=15), jitter=lambda: 0.0)
        waits = [pace.before_next(attempts).total_seconds() for attempts in (1, 2, 3, 4, 40)]
        assert waits == [5, 10, 20, 40, 900]
        dice = random.Random(7).random
        spread = {replace(pace, jitter=dice).before_next(3).total_seconds() for _ in range(50)}
        assert len(spread) > 40
        assert all(10 < wait <= 20 for wait in spread)

    def test_a_sender_gives_up_before_its_lease_ends(self) -> None:
        assert Pace().sending < Pace().lease
