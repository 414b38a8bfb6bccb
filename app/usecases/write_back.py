"""Carry out the lines of a preview that a person confirmed.

Order of effects: the chart is read again; if the plan is no longer the one that was shown, nothing is written. Then the
decision, its audit row and the outbox rows are stored in one transaction, and only then is the EHR asked. A crash in
between leaves pending rows that the next confirmation carries out by looking first.
"""

from collections.abc import Collection
from dataclasses import dataclass

from app.domain.audit import Action, AuditEntry
from app.domain.errors import TryAgainLater
from app.domain.flag import FlagChange, FlagIntent, Written
from app.domain.session import LaunchSession
from app.ports import Clock, Ehrs, FlagSink, UnitOfWork
from app.usecases.preview_changes import Preview, PreviewChanges


@dataclass(frozen=True, slots=True)
class WriteResult:
    """`written` is empty when the plan had changed since it was shown (`changed_meanwhile`) or nothing was chosen."""

    preview: Preview
    written: tuple[Written, ...]
    changed_meanwhile: bool = False


@dataclass(frozen=True, slots=True)
class WriteBack:
    """Use case: write what was confirmed, nothing more."""

    preview_changes: PreviewChanges
    ehrs: Ehrs
    clock: Clock
    unit_of_work: UnitOfWork

    async def __call__(self, session: LaunchSession, digest: str, rules: Collection[str]) -> WriteResult:
        """`digest` is the fingerprint of the plan that was shown, `rules` the lines left ticked."""
        preview = await self.preview_changes(session)
        sink = self.ehrs.connect(session).sink
        if preview.plan.digest != digest or sink is None:
            return WriteResult(preview, (), changed_meanwhile=True)
        chosen = tuple(c for c in preview.plan.to_write if c.rule in rules)
        intents = {key_of(session, digest, c): self.preview_changes.intent(session, c) for c in chosen}
        self._decide(session, intents)
        written = tuple([await self._send(session, sink, key, intent) for key, intent in intents.items()])
        return WriteResult(preview, written)

    def _decide(self, session: LaunchSession, intents: dict[str, FlagIntent]) -> None:
        with self.unit_of_work() as work:
            for key, intent in intents.items():
                work.audit.append(self._entry(session, Action.CONFIRM_WRITE, intent, "ok"))
                work.outbox.add(key, session.launch, intent)

    async def _send(self, session: LaunchSession, sink: FlagSink, key: str, intent: FlagIntent) -> Written:
        try:
            written = await sink.write(intent)
        except TryAgainLater as error:
            return self._unknown(session, intent, str(error))
        with self.unit_of_work() as work:
            work.audit.append(self._entry(session, Action.WRITE, intent, written.outcome, written.reference))
            work.outbox.settle(key, written)
        return written

    def _unknown(self, session: LaunchSession, intent: FlagIntent, detail: str) -> Written:
        """The EHR did not answer: the row stays pending, and the audit says that the outcome is not known."""
        with self.unit_of_work() as work:
            work.audit.append(self._entry(session, Action.WRITE, intent, "unknown"))
        return Written(intent.change.rule, "unknown", detail=detail)

    def _entry(
        self, session: LaunchSession, action: Action, intent: FlagIntent, outcome: str, target: str | None = None
    ) -> AuditEntry:
        return AuditEntry(
            at=self.clock.now(),
            action=action,
            outcome=outcome,
            user=session.user,
            patient=session.patient,
            ehr=session.ehr,
            launch=session.launch,
            target=target or (intent.change.existing.reference if intent.change.existing else None),
            reason=intent.change.reason,
            detail={"rule": intent.change.rule, "change": intent.change.kind.value},
        )


def key_of(session: LaunchSession, digest: str, change: FlagChange) -> str:
    """Idempotency key: the same confirmed line of the same plan is one row, however often it is sent."""
    return f"{session.launch}:{digest}:{change.rule}"
