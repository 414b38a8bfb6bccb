"""Send one row of the outbox: lease it, look and write through the EHR's sink, store what became of it.

Used by the request in which a person confirmed, and by the worker for whatever is left. Every outcome, also "not known", is
stored together with its audit line and ends the lease:

    answered              settled, the ledger says what stands in the chart, and what is still owed (a Provenance, the end of a
                          twin) is put into the outbox behind the line that names it
    no answer             pending again, later each time; after the last try dead, with a remedy
    no permission left    another open launch on the same chart, else Backend Services, else waiting for the next launch
    overtaken by a newer decision  not written any more, only looked for: settled as what it came to, else as superseded
    carried by a launch in which it was not confirmed  only if a fresh plan has that line still, else as one that is overtaken
    refused, misconfigured, confirmed too long ago  dead, with a remedy
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from app.domain.audit import Action, AuditEntry
from app.domain.errors import LaunchAgain, SextantError, TryAgainLater
from app.domain.flag import (
    ChangeKind,
    FlagIntent,
    FlagPlan,
    FollowUp,
    Intent,
    LastWritten,
    NoteIntent,
    ProvenanceIntent,
    WithdrawIntent,
    Written,
)
from app.domain.outbox import OPEN_STATES, OutboxRow
from app.domain.session import LaunchSession
from app.flags import is_still_wanted, last_written, perhaps_written, rests_on_plan
from app.ports import Clock, EhrConnection, Ehrs, FlagSink, Ledger, Outbox, SessionStore, Takes, UnitOfWork
from app.usecases.pace import Pace

log = logging.getLogger("sextant.outbox")

WAITING = (
    "Confirmed, not yet written: the EHR's permission has ended. It is written when somebody opens this chart again."
)
REFUSED = "Read why the EHR refused (sextant outbox explain), mend it, then: sextant outbox retry."
NO_ANSWER = "The EHR did not answer any of the tries. When it works again: sextant outbox retry."
TOO_LATE = (
    "It was confirmed too long ago to be written unseen. Open the chart: the preview shows what is to be written today."
)
NO_LONGER_WANTED = (
    "Not written: the chart was read again before sending, and it is no longer asked for as it was confirmed. The preview "
    "shows what is to be written now."
)
OVERTAKEN = (
    "Looked for in the chart: not there. A newer decision about the same thing was confirmed, so it is not written."
)
OUR_FAULT = "A fault of Sextant's own stopped it. Look for this row in the log, then: sextant outbox retry."


class FreshPlan(Protocol):
    """Makes the plan for the chart of an open launch anew."""

    async def __call__(self, session: LaunchSession) -> FlagPlan:
        """Raises LaunchAgain, or TryAgainLater when the chart cannot be read whole."""


@dataclass(frozen=True, slots=True)
class Way:
    """A permission to write, and whose it is. `session` None: nobody's at a screen."""

    name: str
    sink: FlagSink
    session: LaunchSession | None = None


@dataclass(frozen=True, slots=True)
class SendOutbox:
    """Use case: send one row. `held` are EHRs at which writing is switched off."""

    ehrs: Ehrs
    sessions: SessionStore
    outbox: Outbox
    ledger: Ledger
    unit_of_work: UnitOfWork
    clock: Clock
    pace: Pace
    fresh_plan: FreshPlan
    held: frozenset[str] = frozenset()

    async def next_due(self, worker: str) -> bool:
        """Send the oldest due row; False when nothing is due."""
        row = self.outbox.claim(worker, self.pace.lease, held=self.held)
        if row is not None:
            await self._send(row)
        return row is not None

    async def this(self, worker: str, key: str) -> Written | None:
        """Send one row at once; None when it cannot be had: settled already, in somebody's hands, or behind another."""
        row = self.outbox.claim(worker, self.pace.lease, key=key, held=self.held)
        return None if row is None else await self._send(row)

    async def ahead_of(self, worker: str, row: OutboxRow) -> Written | None:
        """Send what stands before a row in its lane; None when there is nothing, or it cannot be had."""
        rows = self.outbox.rows_of(row.ehr, row.patient)
        ahead = (each for each in rows if each.intent.lane == row.intent.lane and each.state in OPEN_STATES)
        first = next((each for each in ahead if each.id < row.id), None)
        return None if first is None else await self.this(worker, first.key)

    async def _send(self, row: OutboxRow) -> Written:
        if row.attempts > self.pace.most_attempts:
            return self._bury(row, Written(rule_of(row), "unknown"), NO_ANSWER)
        if self._is_too_late(row) and row.attempts == 1:
            return self._bury(row, Written(rule_of(row), "expired"), TOO_LATE)
        launches: Sequence[LaunchSession] = ()
        try:
            launches = self.sessions.open_for(row.ehr, row.patient)
            async with asyncio.timeout(self.pace.sending.total_seconds()):
                written, way = await self._carried(row, launches)
        except LaunchAgain:
            return self._wait(row, launches)
        except (TryAgainLater, TimeoutError) as error:
            return self._postpone(row, str(error) or "The EHR took too long.")
        except SextantError as error:
            return self._bury(row, Written(rule_of(row), "refused", detail=str(error)), REFUSED)
        except Exception as error:
            log.error("row %d: unexpected %s", row.id, type(error).__name__)
            return self._postpone(row, f"A fault of Sextant's own ({type(error).__name__}).", OUR_FAULT)
        if written.outcome == "refused":
            return self._bury(row, written, REFUSED)
        return self._settle(row, written, way)

    def _is_too_late(self, row: OutboxRow) -> bool:
        """A follow-up is never too late: it is about what was written then. Nor is looking for an earlier try's work."""
        is_old = self.clock.now() - row.created_at > self.pace.good_for
        return is_old and not isinstance(row.intent, FollowUp) and not row.is_overtaken

    async def _carried(self, row: OutboxRow, launches: Sequence[LaunchSession]) -> tuple[Written, str]:
        """Written with the first permission that holds, and whose it was; refused when every one was.

        Raises LaunchAgain when there is none, or one has ended and the rest are refused: another launch may be allowed to.
        """
        refused: tuple[Written, str] | None = None
        has_ended = False
        async for way in self._ways(row, launches):
            try:
                written = await self._sent(row, way)
            except LaunchAgain:
                has_ended = True
                log.info("row %d: a launch's permission has ended", row.id)
                continue
            if written.outcome != "refused":
                return written, way.name
            refused = written, way.name
        if refused is None or has_ended:
            raise LaunchAgain(WAITING)
        return refused

    async def _sent(self, row: OutboxRow, way: Way) -> Written:
        """Where another launch carries it, only after a look at what the findings ask for now. Backend Services do not look:
        reading a whole chart with nobody there is not what they were registered for, and `Pace.good_for` bounds its age."""
        intent = row.intent
        if isinstance(intent, FollowUp):
            return await way.sink.write(intent)
        if row.is_overtaken or self._is_too_late(row):
            return await self._looked_for(intent, way, OVERTAKEN if row.is_overtaken else TOO_LATE)
        other = way.session if way.session is not None and way.session.launch != row.launch else None
        if other is None or not rests_on_plan(intent) or is_still_wanted(intent, await self.fresh_plan(other)):
            return await way.sink.write(intent)
        if row.attempts > 1:
            return await self._looked_for(intent, way, NO_LONGER_WANTED)
        return Written(intent.rule, "superseded", detail=NO_LONGER_WANTED)

    async def _looked_for(self, intent: FlagIntent | NoteIntent, way: Way, why_not: str) -> Written:
        """What an earlier try, never answered, came to; superseded for this reason where nothing of it is in the chart. A slow
        EHR is given time to store it."""
        found = await way.sink.look(intent)
        if found is None:
            await asyncio.sleep(self.pace.settling.total_seconds())
            found = await way.sink.look(intent)
        return found or Written(intent.rule, "superseded", detail=why_not)

    async def _ways(self, row: OutboxRow, launches: Sequence[LaunchSession]) -> AsyncIterator[Way]:
        """The carrying launch, then others that are open on the same chart, then Backend Services."""
        carrier = self.sessions.find(row.carrier)
        others = [each for each in launches if each.launch != row.carrier]
        for session in [*([carrier] if carrier else []), *others]:
            sink = _sink_for(row.intent, self.ehrs.connect(session))
            if sink is not None:
                yield Way("launch" if session is carrier else "another launch", sink, session)
        unattended = await self.ehrs.unattended(row.ehr)
        sink = _sink_for(row.intent, unattended) if unattended is not None else None
        if sink is not None:
            yield Way("backend services", sink)

    def _settle(self, row: OutboxRow, written: Written, way: str) -> Written:
        before = None if isinstance(row.intent, FollowUp) else self.ledger.find(row.ehr, row.intent.lane)
        last = last_written(row.intent, written, before) or self._perhaps_before(row, written)
        with self.unit_of_work() as work:
            is_ours = work.outbox.settle(row, written, self._entry(row, written, way), last=last)
            for owed in _owed(row, written) if is_ours else ():
                work.outbox.owe(row, owed)
        return written

    def _perhaps_before(self, row: OutboxRow, written: Written) -> LastWritten | None:
        """What is no longer asked for may be in the chart by an earlier try that was never answered."""
        return perhaps_written(row.intent) if written.outcome == "superseded" and row.attempts > 1 else None

    def _postpone(self, row: OutboxRow, why: str, remedy: str = NO_ANSWER) -> Written:
        if row.attempts >= self.pace.most_attempts:
            return self._bury(row, Written(rule_of(row), "unknown", detail=why), remedy)
        wait = self.pace.before_next(row.attempts)
        detail = f"{why} It is tried again by itself in about {max(1, round(wait.total_seconds()))} s."
        written = Written(rule_of(row), "unknown", detail=detail)
        self.outbox.postpone(row, self.clock.now() + wait, written, self._entry(row, written))
        return written

    def _wait(self, row: OutboxRow, tried: Sequence[LaunchSession]) -> Written:
        """A launch that was opened while the row was in hand found nothing that waited: it carries the row all the same."""
        written = Written(rule_of(row), "waiting", detail=WAITING)
        self.outbox.wait(row, written, self._entry(row, written))
        known = {each.launch for each in tried}
        newer = [each.launch for each in self.sessions.open_for(row.ehr, row.patient) if each.launch not in known]
        if newer:
            self.outbox.wake(row.ehr, row.patient, newer[0])
        return written

    def _bury(self, row: OutboxRow, written: Written, remedy: str) -> Written:
        """An earlier try that was never answered may be in the chart: then the ledger says so."""
        is_perhaps_there = written.outcome == "unknown" or row.attempts > 1
        last = perhaps_written(row.intent) if is_perhaps_there else None
        self.outbox.bury(row, written, remedy, self._entry(row, written), last=last)
        return replace(written, detail=written.detail or remedy)

    def _entry(self, row: OutboxRow, written: Written, way: str = "") -> AuditEntry:
        intent = row.intent
        return AuditEntry(
            at=self.clock.now(),
            action=Action.WRITE,
            outcome=written.outcome,
            user=row.user,
            patient=row.patient,
            ehr=row.ehr,
            launch=row.carrier,
            target=written.reference or _target_of(row),
            reason=_reason_of(row, written),
            detail={
                "rule": rule_of(row),
                "change": _kind_of(row),
                "decision": intent.decision,
                "version": written.version or "",
                "row": str(row.id),
                "attempt": str(row.attempts),
                "by": way,
                **({"withdrawn": " ".join(written.withdrawn)} if written.withdrawn else {}),
                **({"signed": " ".join(written.signed)} if written.signed else {}),
                **({"twins": " ".join(each.target for each in written.twins)} if written.twins else {}),
            },
        )


def _sink_for(intent: Intent, ehr: EhrConnection) -> FlagSink | None:
    """None also where notes alone were granted and the intent is about a Flag: its plan has no Flags, which says nothing."""
    is_twin = isinstance(intent, WithdrawIntent) and intent.target.startswith("Flag/")
    is_about_flag = isinstance(intent, FlagIntent) or is_twin
    return None if is_about_flag and ehr.takes is not Takes.FLAGS else ehr.sink


def rule_of(row: OutboxRow) -> str:
    """Whose Flag (or note) a row is about."""
    return row.intent.rule


def _reason_of(row: OutboxRow, written: Written) -> str | None:
    if written.outcome == "superseded":
        return written.detail
    return None if isinstance(row.intent, FollowUp) else row.intent.change.reason


def _target_of(row: OutboxRow) -> str | None:
    """What a row is about, where the answer names nothing."""
    intent = row.intent
    if isinstance(intent, FollowUp):
        return intent.target
    known = intent.change.last if isinstance(intent, NoteIntent) else intent.change.existing
    return known.reference if known else None


def _kind_of(row: OutboxRow) -> str:
    intent = row.intent
    if isinstance(intent, FollowUp):
        return "provenance" if isinstance(intent, ProvenanceIntent) else "withdraw"
    return intent.change.kind.value


def _owed(row: OutboxRow, written: Written) -> tuple[FollowUp, ...]:
    """What is still to be sent for what was written."""
    signature = _signature(row, written)
    return (signature, *written.twins) if signature else written.twins


def _signature(row: OutboxRow, written: Written) -> ProvenanceIntent | None:
    intent = row.intent
    if not written.owes_provenance or written.reference is None or isinstance(intent, FollowUp):
        return None
    wanted = intent.change.wanted if isinstance(intent, FlagIntent) else None
    kind = intent.change.kind
    is_first_note = isinstance(intent, NoteIntent) and intent.change.last is None and kind is not ChangeKind.INACTIVATE
    is_new = is_first_note or kind is ChangeKind.CREATE
    return ProvenanceIntent(
        target=written.reference,
        rule=intent.rule,
        activity="CREATE" if is_new else "UPDATE",
        patient=intent.patient,
        author=intent.author,
        recorded=intent.decided_at or row.created_at,
        evidence=wanted.evidence if wanted else (),
        decision=intent.decision,
    )
