"""What an administrator sees of the outbox, and the one thing that may be done: try a row again."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from app.domain.audit import Action, AuditEntry
from app.domain.errors import WrongUsage
from app.domain.flag import FollowUp
from app.domain.outbox import OutboxRow, RowState
from app.ports import Clock, Outbox
from app.usecases.pace import Pace

UNFINISHED = (RowState.PENDING, RowState.WAITING, RowState.DEAD)


@dataclass(frozen=True, slots=True)
class TendOutbox:
    """Use case: look after the outbox."""

    outbox: Outbox
    clock: Clock
    pace: Pace = field(default_factory=Pace)

    def unfinished(self) -> Sequence[OutboxRow]:
        """Everything that is not settled, oldest first."""
        return self.outbox.rows(UNFINISHED)

    def settled(self) -> Sequence[OutboxRow]:
        """Everything that is, oldest first."""
        return self.outbox.rows((RowState.SETTLED,))

    def row(self, number: int) -> OutboxRow:
        """One row. Raises WrongUsage when there is none."""
        found = self.outbox.row(number)
        if found is None:
            raise WrongUsage(f"There is no row {number} in the outbox.")
        return found

    def explained(self, row: OutboxRow) -> str:
        """What a row waits for at present, in one sentence."""
        return explanation(row, self.clock.now(), self.pace.good_for)

    def retry(self, number: int) -> OutboxRow:
        """Make a dead or waiting row due again; audited. Raises WrongUsage for any other, and for one whose Flag or note
        somebody has decided anew since."""
        row = self.row(number)
        newer = self._newer(row)
        may_be_tried = newer is None and row.state in (RowState.DEAD, RowState.WAITING)
        entry = AuditEntry(
            at=self.clock.now(),
            action=Action.RETRY_WRITE,
            outcome="ok" if may_be_tried else "refused",
            patient=row.patient,
            ehr=row.ehr,
            launch=row.launch,
            reason="an administrator asked for it at the command line",
            detail={"row": str(row.id), "rule": row.intent.rule},
        )
        if self.outbox.revive(number, entry):
            return self.row(number)
        if newer is not None:
            raise WrongUsage(
                f"Row {newer} is a newer decision about the same as row {number}: sending the older one would go over it. "
                f"See: sextant outbox explain {newer}"
            )
        raise WrongUsage(f"Row {number} is {row.state.value}: only a dead or waiting row can be tried again.")

    def _newer(self, row: OutboxRow) -> int | None:
        """The number of the newest row about the same Flag or note, if that is another one."""
        lane = [each.id for each in self.outbox.rows_of(row.ehr, row.patient) if each.intent.lane == row.intent.lane]
        return max(lane) if max(lane) > row.id else None


def explanation(row: OutboxRow, now: datetime, good_for: timedelta) -> str:
    """What a row waits for, in one sentence. `good_for` after its confirmation it is not written unseen any more."""
    if row.state is RowState.DEAD:
        return row.remedy
    if row.state is RowState.WAITING and now - row.created_at > good_for and not isinstance(row.intent, FollowUp):
        return (
            "It was confirmed too long ago to be sent any more. When somebody opens this chart in the EHR, the visit page says "
            "so, and the preview shows what is to be written then."
        )
    if row.state is RowState.WAITING:
        return (
            "It is sent when somebody opens this chart in the EHR; with Backend Services set up: sextant outbox retry."
        )
    if row.state is RowState.SETTLED:
        return "Nothing is left to do."
    return "The worker sends it by itself; if it stays here, see whether a worker runs and writing is on for this site."
