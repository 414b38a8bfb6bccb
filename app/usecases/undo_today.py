"""Take back what Sextant wrote today about one person: the same way as writing it, from a preview that a person confirms."""

from dataclasses import dataclass

from app.domain.flag import Change, FlagIntent, FlagPlan, NoteIntent
from app.domain.session import LaunchSession
from app.flags.undo import undo_plan
from app.ports import EhrConnection, Outbox
from app.usecases.preview_changes import Preview, PreviewChanges
from app.usecases.review_patient import ReviewedChart


@dataclass(frozen=True, slots=True)
class PreviewUndo:
    """Use case: what would be ended or never sent, from a chart read this moment. `WriteBack` carries out what is confirmed."""

    preview_changes: PreviewChanges
    outbox: Outbox

    async def __call__(self, session: LaunchSession) -> Preview:
        """Lines that are left, and why, are in the plan."""
        changes = self.preview_changes
        chart = await changes.review_patient(session)
        ehr = changes.ehrs.connect(session)
        return changes.shown(session, chart, ehr, self._plan(session, chart, ehr))

    def has_something(self, session: LaunchSession, chart: ReviewedChart) -> bool:
        """Whether there is a line to confirm, by a chart that was read before: for a link to the page."""
        plan = self._plan(session, chart, self.preview_changes.ehrs.connect(session))
        return bool(plan.to_write or plan.withheld)

    def _plan(self, session: LaunchSession, chart: ReviewedChart, ehr: EhrConnection) -> FlagPlan:
        clock, flags, person = self.preview_changes.clock, chart.record.flags, session.patient
        rows = self.outbox.rows_of(session.ehr, person)
        return undo_plan(rows, flags, person, clock.now(), clock.today(), clock.day_of, can_end_notes=ehr.can_take_back)

    def intent(self, session: LaunchSession, digest: str, change: Change) -> FlagIntent | NoteIntent:
        """The end of one Flag or note, as this user would make it."""
        return self.preview_changes.intent(session, digest, change)
