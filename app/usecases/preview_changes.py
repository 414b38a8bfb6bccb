"""Work out which Flags would be created, changed or ended, and show exactly what would be sent. Nothing is written."""

from collections.abc import Callable
from dataclasses import dataclass

from app.domain.flag import FlagChange, FlagIntent, FlagPlan
from app.domain.session import LaunchSession
from app.flags import plan, wanted
from app.ports import Clock, EhrConnection, Ehrs, PreviewedWrite
from app.rules import Policy
from app.usecases.review_patient import ReviewedChart, ReviewPatient

Identify = Callable[[str, str], str]
"""(patient, rule) → the value of our Flag's identifier; carries no patient data."""


@dataclass(frozen=True, slots=True)
class PreviewedChange:
    """One line of the plan with what would be sent for it."""

    change: FlagChange
    write: PreviewedWrite


@dataclass(frozen=True, slots=True)
class Preview:
    """The plan for one person, and where it would go. `sink_note` says why nothing can be written, if so."""

    chart: ReviewedChart
    plan: FlagPlan
    changes: tuple[PreviewedChange, ...]
    sink_note: str


@dataclass(frozen=True, slots=True)
class PreviewChanges:
    """Use case: the plan for the launch's patient, from a chart read this moment."""

    review_patient: ReviewPatient
    ehrs: Ehrs
    policy: Policy
    clock: Clock
    identify: Identify

    async def __call__(self, session: LaunchSession) -> Preview:
        """Reads the chart anew, so that the plan rests on what stands in it now."""
        chart = await self.review_patient(session)
        return self.preview(session, chart, self.ehrs.connect(session))

    def preview(self, session: LaunchSession, chart: ReviewedChart, ehr: EhrConnection) -> Preview:
        """The preview of a chart that has just been read."""
        flag_plan = plan_for(chart, self.policy, self.identify)
        if ehr.sink is None:
            return Preview(chart, flag_plan, (), ehr.sink_note)
        lines = tuple(
            PreviewedChange(change, ehr.sink.preview(self.intent(session, change))) for change in flag_plan.to_write
        )
        return Preview(chart, flag_plan, lines, "")

    def intent(self, session: LaunchSession, change: FlagChange) -> FlagIntent:
        """The change as this user would make it."""
        return FlagIntent(change, session.patient, session.user, session.encounter, self.clock.today())


def plan_for(chart: ReviewedChart, policy: Policy, identify: Identify) -> FlagPlan:
    """The pure part: what the findings want against what stands in the chart."""
    review = chart.review
    return plan(wanted(review, policy, identify), chart.record.flags, review, policy)
