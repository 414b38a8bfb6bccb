"""Put a finding aside for a while, with a reason of the pack's list; or bring it back before its time."""

from dataclasses import dataclass
from datetime import date

from app.domain.audit import Action
from app.domain.dismissal import Dismissal
from app.domain.errors import WrongUsage
from app.domain.finding import Finding
from app.domain.outcome import Ok
from app.domain.session import LaunchSession
from app.ports import Clock, UnitOfWork, Work
from app.rules import Policy
from app.rules.dismissal import DISMISSIBLE, fingerprint, latest_day, usual_day
from app.usecases.record_fact import Problem, Refused, entry_of, name_of
from app.usecases.review_patient import ReviewedChart, ReviewPatient

CHANGED = "The facts changed since this page was shown. This is the finding as it is now."


@dataclass(frozen=True, slots=True)
class Offer:
    """What the form offers for one finding: the reasons, the usual and the last day, and the finding's fingerprint.

    `is_open` False: there is nothing to put aside (in date, or does not apply). One that is put aside already may be put aside
    until another day, sooner or later: `usual` is then the day that stands.
    """

    finding: Finding
    is_open: bool
    reasons: tuple[str, ...]
    usual: date
    latest: date
    fingerprint: str


@dataclass(frozen=True, slots=True)
class DismissFinding:
    """Use case: a clinician puts one finding of the launch's patient aside."""

    review_patient: ReviewPatient
    policy: Policy
    clock: Clock
    unit_of_work: UnitOfWork

    async def offer(self, session: LaunchSession, rule: str) -> tuple[ReviewedChart, Offer]:
        """The finding as it is now, from a chart read this moment. Raises WrongUsage for a rule that is not in use."""
        chart = await self.review_patient(session)
        return chart, self._offer(chart, rule)

    def _offer(self, chart: ReviewedChart, rule: str) -> Offer:
        finding = chart.review.finding(rule)
        if finding is None:
            raise WrongUsage("The policy in force has no such rule.")
        return Offer(
            finding=finding,
            is_open=finding.status in DISMISSIBLE,
            reasons=self.policy.dismissal.reasons.value,
            usual=finding.dismissed.until if finding.dismissed else usual_day(finding, self.policy, chart.review.as_of),
            latest=latest_day(finding, self.policy, chart.review.as_of),
            fingerprint=fingerprint(finding),
        )

    def __call__(
        self, session: LaunchSession, offer: Offer, shown: str, reason: str, until: str
    ) -> Ok[Dismissal] | Refused:
        """`shown` is the fingerprint that the form carries: a finding that changed meanwhile is looked at again first."""
        problems = self._problems(offer, shown, reason, until)
        if problems:
            return Refused(problems)
        dismissal = Dismissal(
            patient=session.patient,
            rule=offer.finding.rule,
            fingerprint=offer.fingerprint,
            reason=reason,
            by=name_of(session),
            at=self.clock.now(),
            until=date.fromisoformat(until.strip()),
        )
        detail = {"rule": dismissal.rule, "until": dismissal.until.isoformat()}
        with self.unit_of_work() as work:
            self._end_standing(work, session, offer)
            work.dismissals.add(session.ehr, dismissal, entry_of(session, Action.DISMISS, self.clock, detail))
        return Ok(dismissal)

    def _end_standing(self, work: Work, session: LaunchSession, offer: Offer) -> None:
        """Another day takes the place of the one that stands: whoever brings the finding back then ends the only one."""
        standing = offer.finding.dismissed.number if offer.finding.dismissed else None
        if standing is not None:
            audit = entry_of(session, Action.END_DISMISSAL, self.clock, {"dismissal": str(standing)})
            work.dismissals.end(session.ehr, session.patient, standing, name_of(session), audit)

    def _problems(self, offer: Offer, shown: str, reason: str, until: str) -> tuple[Problem, ...]:
        if not offer.is_open or shown != offer.fingerprint:
            return (Problem("finding", CHANGED),)
        chosen = () if reason in offer.reasons else (Problem("reason", "Choose a reason."),)
        return (*chosen, *_day_problems(until, self.clock.today(), offer.latest))

    def bring_back(self, session: LaunchSession, number: int) -> None:
        """End one dismissal now. Raises WrongUsage when there is none of that number about the launch's patient."""
        audit = entry_of(session, Action.END_DISMISSAL, self.clock, {"dismissal": str(number)})
        with self.unit_of_work() as work:
            work.dismissals.end(session.ehr, session.patient, number, name_of(session), audit)


def may_be_put_aside(finding: Finding) -> bool:
    """Whether there is something to put aside: a gap or a grey that was not put aside already."""
    return finding.status in DISMISSIBLE and finding.dismissed is None


def _day_problems(text: str, today: date, latest: date) -> tuple[Problem, ...]:
    try:
        day = date.fromisoformat(text.strip())
    except ValueError:
        return (Problem("until", "Write the day as 2026-03-01."),)
    if day < today:
        return (Problem("until", "This day is over. Choose today or a later day."),)
    if day > latest:
        return (Problem("until", f"This finding can be put aside until {latest} at most. Choose an earlier day."),)
    return ()
