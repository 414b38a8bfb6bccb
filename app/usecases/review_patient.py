"""Read one chart through an open launch and review it: one audit row for every chart that is read, good or bad."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime

from app.domain.audit import Action, AuditEntry
from app.domain.dismissal import Dismissal
from app.domain.feeds import Feed
from app.domain.finding import Review
from app.domain.med import MedTotal
from app.domain.record import PatientRecord
from app.domain.session import LaunchSession
from app.med import total
from app.ports import Clock, Ehrs, UnitOfWork
from app.rules import Policy
from app.rules.dismissal import with_dismissals
from app.rules.dose_words import in_few_words
from app.rules.evidence.admissible import as_read
from app.rules.evidence.found import Found
from app.rules.evidence.toxicology import Outcome
from app.rules.over_time import Mark, MarkKind, OverTime, PegBaseline, PegPoint, Taken, over_time
from app.rules.picture.beside import Beside, CoPrescribing
from app.rules.picture.care import Seen, Step, VisitFacts
from app.rules.picture.clinical_picture import ClinicalPicture, clinical_picture
from app.rules.picture.explanations import OURS as THIS_CHART
from app.rules.picture.nothing import Nothing, Unknown
from app.rules.picture.other_facts import Fact, Said
from app.rules.picture.scores import ITEM_NINE, Level, Reading, ScoreLine, ScoreTable
from app.rules.picture.scores import Direction as PegDirection
from app.rules.picture.toxicology import Cell, Collection, ToxicologyTable
from app.rules.ranking import PageOrder, page_order
from app.rules.ranking import Row as RankedRow
from app.rules.review import case_of, review_case
from app.rules.taper import PaceGuide, Planned
from app.terminology.factors import FACTOR_SETS
from app.usecases.staff_names import dismissal_by_name, fact_by_name, staff_names

__all__ = [
    "ITEM_NINE",
    "THIS_CHART",
    "Beside",
    "Cell",
    "ClinicalPicture",
    "CoPrescribing",
    "Collection",
    "DoseFirst",
    "DoseIn",
    "Fact",
    "Found",
    "Level",
    "Mark",
    "MarkKind",
    "Nothing",
    "Outcome",
    "OverTime",
    "PaceGuide",
    "PegBaseline",
    "PegDirection",
    "PegPoint",
    "Planned",
    "RankedRow",
    "Reading",
    "ReviewPatient",
    "ReviewedChart",
    "Said",
    "ScoreLine",
    "ScoreTable",
    "Seen",
    "Step",
    "Taken",
    "ToxicologyTable",
    "Unknown",
    "VisitFacts",
    "in_few_words",
    "reviewed",
]


@dataclass(frozen=True, slots=True)
class ReviewedChart:
    """What was read, what was concluded, in which order it is shown, and when it was read.

    `over_time` is what the time axis shows beside the dose, `picture` the other facts below it. `other_doses` are the same
    supplies under the factor sets that are not in force: for comparison only, no finding rests on them.
    """

    record: PatientRecord
    review: Review
    order: PageOrder
    read_at: datetime
    over_time: OverTime
    picture: ClinicalPicture
    other_doses: tuple[MedTotal, ...] = ()


@dataclass(frozen=True, slots=True)
class DoseFirst:
    """What is known once person and medicines are in: the dose, worked out just as the review will do it.

    Nothing else may be concluded from `record`, since the rest of the chart is still being read: no tier, no exclusion, no
    finding. `over_time` has the bands; what would stand beside the dose is not in it yet.
    """

    record: PatientRecord
    med: MedTotal
    over_time: OverTime
    as_of: date
    read_at: datetime
    pack: str


DoseIn = Callable[[Callable[[], DoseFirst]], None]
"""Told once that the dose can be worked out; what it is given does so."""


def dose_first(record: PatientRecord, policy: Policy, today: date, read_at: datetime) -> DoseFirst:
    """The dose of a chart that is still being read, by the way that the whole review takes. Pure."""
    case = case_of(record, policy, today)
    return DoseFirst(record, case.med, over_time(case), today, read_at, policy.id)


def reviewed(
    record: PatientRecord, policy: Policy, today: date, read_at: datetime, dismissals: Iterable[Dismissal] = ()
) -> ReviewedChart:
    """Everything that the page says about a chart that has just been read, and what was put aside in it. Pure."""
    case = case_of(record, policy, today)
    answer = with_dismissals(review_case(case), dismissals)
    others = tuple(name for name in FACTOR_SETS if name != answer.med.factor_set)
    return ReviewedChart(
        record=record,
        review=answer,
        order=page_order(answer, policy),
        read_at=read_at,
        over_time=over_time(case),
        picture=clinical_picture(case),
        other_doses=tuple(dose_under(record, policy, today, name) for name in others),
    )


def dose_under(record: PatientRecord, policy: Policy, today: date, factor_set: str) -> MedTotal:
    """The dose as another factor set would give it, all else as the pack has it."""
    dose = policy.dose
    return total(
        as_read(record),
        today,
        factor_set,
        research_factors=dose.research_factors.value,
        headline="quantity" if dose.headline.value == "quantity" else "signature",
    )


@dataclass(frozen=True, slots=True)
class ReviewPatient:
    """Use case: the review of the launch's patient, today, with what people entered and put aside in Sextant."""

    ehrs: Ehrs
    policy: Policy
    clock: Clock
    unit_of_work: UnitOfWork

    async def __call__(self, session: LaunchSession, dose_in: DoseIn | None = None) -> ReviewedChart:
        """Raises LaunchAgain when the session's token is over; feeds that are down are in the review, not raised.

        `dose_in` is told when the dose can be worked out although the rest is still being read.
        """
        read_at = self.clock.now()

        def medicines_in(so_far: Callable[[], PatientRecord]) -> None:
            if dose_in:
                dose_in(lambda: dose_first(so_far(), self.policy, self.clock.today(), read_at))

        with self._breaking_off_audited(session, read_at):
            source = self.ehrs.connect(session).source
            record = await source.read(session.patient, medicines_in if dose_in else None)
        with self.unit_of_work() as work:
            work.audit.append(read_entry(session, read_at, "ok", feed_summary(record)))
            facts = work.facts.facts(session.ehr, session.patient)
            dismissals = work.dismissals.dismissals(session.ehr, session.patient)
        names = staff_names(record)
        told = replace(record, facts=(*record.facts, *(fact_by_name(each, names) for each in facts)))
        aside = [dismissal_by_name(each, names) for each in dismissals]
        return reviewed(told, self.policy, self.clock.today(), read_at, aside)

    @contextmanager
    def _breaking_off_audited(self, session: LaunchSession, read_at: datetime) -> Iterator[None]:
        """Part of the chart may have been read before: that is told, whatever it was that ended the reading."""
        try:
            yield
        except BaseException as error:
            with self.unit_of_work() as work:
                work.audit.append(read_entry(session, read_at, "error", {"error": type(error).__name__}))
            raise


def read_entry(session: LaunchSession, at: datetime, outcome: str, detail: Mapping[str, str]) -> AuditEntry:
    """The audit line of a chart that was read, or could not be."""
    return AuditEntry(
        at=at,
        action=Action.READ_CHART,
        outcome=outcome,
        user=session.user,
        patient=session.patient,
        ehr=session.ehr,
        launch=session.launch,
        target=session.patient,
        detail=detail,
    )


def feed_summary(record: PatientRecord) -> dict[str, str]:
    """Feed states by name: which part of the chart was seen, without saying what stood in it."""
    return {feed.value: record.feeds.of(feed).status.value for feed in Feed}
