"""Take back what Sextant wrote today about one person: the same way as writing it, from a preview that a person confirms."""

from dataclasses import dataclass

from app.domain.flag import Change, FlagIntent, NoteIntent
from app.domain.session import LaunchSession
from app.flags.undo import undo_plan
from app.ports import Outbox
from app.usecases.preview_changes import Preview, PreviewChanges


@dataclass(frozen=True, slots=True)
class PreviewUndo:
    """Use case: what would be ended or never sent, from a chart read this moment. `WriteBack` carries out what is confirmed."""

    preview_changes: PreviewChanges
    outbox: Outbox

    async def __call__(self, session: LaunchSession) -> Preview:
        """Lines that are left, and why, are in the plan."""
        changes = self.preview_changes
        chart = await changes.review_patient(session)
        ehr, clock = changes.ehrs.connect(session), changes.clock
        rows = self.outbox.rows_of(session.ehr, session.patient)
        flags, person = chart.record.flags, session.patient
        made = undo_plan(rows, flags, person, clock.now(), clock.today(), can_end_notes=ehr.can_take_back)
        return changes.shown(session, chart, ehr, made)

    def intent(self, session: LaunchSession, digest: str, change: Change) -> FlagIntent | NoteIntent:
        """The end of one Flag or note, as this user would make it."""
        return self.preview_changes.intent(session, digest, change)
