"""Take back what Sextant wrote today about one person: the same way as writing it, from a preview that a person confirms."""

from dataclasses import dataclass

from app.domain.flag import Change, FlagIntent, NoteIntent
from app.domain.session import LaunchSession
from app.flags.undo import undo_plan
from app.ports import Outbox
from app.usecases.preview_changes import Preview, PreviewChanges


@dataclass(frozen=True, slots=True)
class PreviewUndo:
    """Use case: which Flags would be ended, from a chart read this moment. `WriteBack` carries out what is confirmed."""

    preview_changes: PreviewChanges
    outbox: Outbox

    async def __call__(self, session: LaunchSession) -> Preview:
        """Lines that are left, and why, are in the plan."""
        changes = self.preview_changes
        chart = await changes.review_patient(session)
        rows = self.outbox.rows_of(session.ehr, session.patient)
        made = undo_plan(rows, chart.record.flags, session.patient, changes.clock.today())
        return changes.shown(session, chart, changes.ehrs.connect(session), made)

    def intent(self, session: LaunchSession, digest: str, change: Change) -> FlagIntent | NoteIntent:
        """One Flag's end, as this user would make it."""
        return self.preview_changes.intent(session, digest, change)
