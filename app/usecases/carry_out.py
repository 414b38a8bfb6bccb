"""From a decision to the chart: one transaction stores the decision, its audit rows and the outbox rows; then they are sent.

Whatever writes to the chart comes through here. A crash after the transaction loses nothing: the rows are there, and the
worker carries them out by looking first.
"""

import asyncio
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, count

from app.domain.audit import Action, AuditEntry
from app.domain.errors import TryAgainLater
from app.domain.flag import FlagIntent, NoteIntent, Withheld, Written
from app.domain.outbox import OPEN_STATES, OutboxRow, RowState
from app.domain.session import LaunchSession
from app.flags import perhaps_written
from app.ports import Clock, Outbox, UnitOfWork, Work
from app.usecases.send_outbox import SendOutbox

Intents = Mapping[str, FlagIntent | NoteIntent]
"""Confirmed intents by their idempotency keys."""

_PATIENCE_SECONDS = 20.0
_LOOK_AGAIN_SECONDS = 0.2
CAME_TO_NOTHING = frozenset({"conflict", "superseded", "refused"})
STILL_SENDING = "It is confirmed and on its way; look at the chart in a minute."
TAKEN_BACK = "Taken back before it was sent."
DRY_RUN = "This site only tries Sextant out: nothing was written."


class Overtaken(TryAgainLater):
    """A row that was to be withheld is being sent this moment, or was: nothing was stored. Look again."""


@dataclass(frozen=True, slots=True)
class CarryOut:
    """Decide and send. The answers are those that the person sees; whatever is left is the worker's."""

    unit_of_work: UnitOfWork
    outbox: Outbox
    send: SendOutbox
    clock: Clock

    async def __call__(
        self, session: LaunchSession, intents: Intents, withheld: Sequence[Withheld] = ()
    ) -> tuple[Written, ...]:
        """Raises LaunchAgain when the launch ended meanwhile, Overtaken when a row cannot be withheld any more: then nothing
        was stored and nothing is sent."""
        rows = self.outbox.rows_of(session.ehr, session.patient)
        intents = {_key_for(key, rows): intent for key, intent in intents.items()}
        with self.unit_of_work() as work:
            stopped = [self._withhold(work, session, line) for line in withheld]
            for key, intent in intents.items():
                work.outbox.add(key, session.launch, intent, self._entry(session, intent, "ok"))
        return (*stopped, *[await self._sent(key, intent) for key, intent in intents.items()])

    def _withhold(self, work: Work, session: LaunchSession, line: Withheld) -> Written:
        """The row is never sent. What a dead one's tries may have brought into the chart, the ledger says."""
        row = self.outbox.row(line.row)
        last = perhaps_written(row.intent) if row is not None and row.state is RowState.DEAD else None
        if not work.outbox.withhold(line.row, TAKEN_BACK, self._stopped(session, line), last=last):
            raise Overtaken("What was to be taken back is being written this moment. Look again in a minute.")
        return Written(line.rule, "superseded", detail=TAKEN_BACK)

    def pretend(self, session: LaunchSession, intents: Intents) -> tuple[Written, ...]:
        """A dry run: audited as such, and nothing else."""
        with self.unit_of_work() as work:
            for intent in intents.values():
                work.audit.append(self._entry(session, intent, "dry_run"))
        return tuple(Written(intent.rule, "dry_run", detail=DRY_RUN) for intent in intents.values())

    async def _sent(self, key: str, intent: FlagIntent | NoteIntent) -> Written:
        """Send one row, and what stands before it in its lane; when a worker has either already, wait for its answer."""
        me = f"request {secrets.token_hex(4)}"
        for _ in range(round(_PATIENCE_SECONDS / _LOOK_AGAIN_SECONDS)):
            sent = await self.send.this(me, key)
            row = self.outbox.find(key) if sent is None else None
            if sent is not None or (row is not None and row.state is not RowState.PENDING):
                return sent or answer_of(row, intent)
            if row is not None and row.next_attempt_at is not None and row.written is not None:
                return row.written
            ahead = await self.send.ahead_of(me, row) if row is not None else None
            if ahead is not None and ahead.outcome in ("unknown", "waiting"):
                return _behind(ahead, intent)
            if ahead is None:
                await asyncio.sleep(_LOOK_AGAIN_SECONDS)
        return Written(intent.rule, "unknown", detail=STILL_SENDING)

    def _stopped(self, session: LaunchSession, line: Withheld) -> AuditEntry:
        return AuditEntry(
            at=self.clock.now(),
            action=Action.CONFIRM_WRITE,
            outcome="superseded",
            user=session.user,
            patient=session.patient,
            ehr=session.ehr,
            launch=session.launch,
            reason=line.reason,
            detail={"rule": line.rule, "change": line.kind.value, "row": str(line.row)},
        )

    def _entry(self, session: LaunchSession, intent: FlagIntent | NoteIntent, outcome: str) -> AuditEntry:
        existing = intent.change.existing if isinstance(intent, FlagIntent) else None
        return AuditEntry(
            at=self.clock.now(),
            action=Action.CONFIRM_WRITE,
            outcome=outcome,
            user=session.user,
            patient=session.patient,
            ehr=session.ehr,
            launch=session.launch,
            target=existing.reference if existing else None,
            reason=intent.change.reason,
            detail={"rule": intent.rule, "change": intent.change.kind.value, "decision": intent.decision},
        )


def _key_for(key: str, rows: Sequence[OutboxRow]) -> str:
    """The key as it is; the next one after a try that came to nothing, or after another decision about the same Flag or note:
    confirming again must do something again, while sending the same form twice must not. `rows` are all of the person's.

    Once a Flag was written, taken back and has left the chart, the plan is the very one that was confirmed first.
    """
    newest = {row.intent.lane: row for row in sorted(rows, key=lambda each: each.id)}
    spent = {row.key for row in rows if came_to_nothing(row) or newest[row.intent.lane].id != row.id}
    numbered = chain([key], (f"{key}:{number}" for number in count(2)))
    return next(each for each in numbered if each not in spent)


def came_to_nothing(row: OutboxRow) -> bool:
    """Whether a row ended without its change in the chart, so that the next preview offers the line again."""
    if row.state in OPEN_STATES:
        return False
    return row.state is RowState.DEAD or (row.written is not None and row.written.outcome in CAME_TO_NOTHING)


def _behind(ahead: Written, intent: FlagIntent | NoteIntent) -> Written:
    """What is told of a row before which another is not decided yet: it waits as that one does."""
    is_waiting = ahead.outcome == "waiting"
    return Written(intent.rule, ahead.outcome, detail=ahead.detail if is_waiting else STILL_SENDING)


def answer_of(row: OutboxRow | None, intent: FlagIntent | NoteIntent) -> Written:
    """What somebody else's sending of a row came to."""
    if row is None or row.written is None:
        return Written(intent.rule, "unknown", detail=STILL_SENDING)
    return row.written
