"""The visit page: who, the dose, what to do now, what is in date, what could not be read."""

from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from app.domain.feeds import Feed, Feeds, FeedStatus
from app.domain.finding import Evidence, Finding, Review
from app.domain.record import PatientRecord
from app.usecases.review_patient import RankedRow, ReviewedChart
from app.web.presenters.dose import DoseView, dose_view
from app.web.presenters.words import STATES, State, age, clock_time, short_date

TIERS = {
    "high": ("red", "Higher risk of harm"),
    "moderate": ("yellow", "Some risk of harm"),
    "low": ("none", "No added risk found"),
    "unknown": ("grey", "Risk not known"),
}
FEED_NAMES = {
    Feed.PATIENT: "personal details",
    Feed.MEDICATIONS: "medicines",
    Feed.DISPENSES: "pharmacy fills",
    Feed.LABS: "laboratory results",
    Feed.SURVEYS: "questionnaires",
    Feed.CONDITIONS: "conditions",
    Feed.ENCOUNTERS: "visits",
    Feed.APPOINTMENTS: "appointments",
    Feed.DOCUMENTS: "documents",
    Feed.PROCEDURES: "procedures",
    Feed.CARE_PLANS: "care plans",
    Feed.FLAGS: "Flags",
    Feed.PDMP: "PDMP",
}
FEED_WORDS = {
    FeedStatus.PARTIAL: "read in part",
    FeedStatus.NOT_GRANTED: "not permitted for this launch",
    FeedStatus.NOT_OFFERED: "not offered by this EHR",
    FeedStatus.FAILED: "could not be read",
}


@dataclass(frozen=True, slots=True)
class Row:
    """One finding, one row: state, what (bold), why, next step. `folded` holds the findings of a shared cause."""

    rule: str
    state: State
    title: str
    why: str
    next_step: str
    evidence: tuple[str, ...] = ()
    partly_known: bool = False
    folded: tuple["Row", ...] = ()


@dataclass(frozen=True, slots=True)
class FeedProblem:
    """A feed that is not complete: name, what happened, and whether it broke (rather than was never offered)."""

    name: str
    what: str
    detail: str
    is_broken: bool


@dataclass(frozen=True, slots=True)
class VisitView:
    """Everything that templates/visit.html shows."""

    name: str
    about: str
    as_of: str
    dose: DoseView
    tier_css: str
    tier: str
    tier_reasons: tuple[str, ...]
    exclusions: tuple[str, ...]
    rows: tuple[Row, ...]
    background: tuple[Row, ...]
    standing: tuple[str, ...]
    in_date: tuple[Row, ...]
    does_not_apply: int
    feed_problems: tuple[FeedProblem, ...]
    unreadable: tuple[str, ...]
    pack: str


def visit_view(chart: ReviewedChart, zone: ZoneInfo) -> VisitView:
    """Arrange one review for the page."""
    review, record, order = chart.review, chart.record, chart.order
    tier_css, tier = TIERS[review.tier.level]
    return VisitView(
        name=(record.patient.name if record.patient else None) or "Name not read",
        about=about_person(record, review.as_of),
        as_of=clock_time(chart.read_at, zone),
        dose=dose_view(review.med),
        tier_css=tier_css,
        tier=tier,
        tier_reasons=tuple(reason.text for reason in review.tier.reasons),
        exclusions=exclusion_lines(review),
        rows=tuple(task_row(row, review.as_of) for row in order.rows),
        background=tuple(row_of(finding, review.as_of) for finding in order.background),
        standing=tuple(finding.reason for finding in order.standing),
        in_date=tuple(row_of(finding, review.as_of) for finding in order.green),
        does_not_apply=len(order.not_applicable),
        feed_problems=feed_problems(review.feeds),
        unreadable=tuple(f"{item.reference}: {item.reason}" for item in record.unreadable),
        pack=review.pack,
    )


def about_person(record: PatientRecord, today: date) -> str:
    """ "58 y, female, born 12 Mar 1968, MRN 104882": whatever of it is known."""
    person = record.patient
    if person is None:
        return "personal details could not be read"
    parts = []
    if person.birth_date:
        born = person.birth_date
        parts += [f"{age(born.earliest, today)} y"] if born.is_exact else []
    parts += [person.sex] if person.sex else []
    if person.birth_date:
        parts.append(f"born {person.birth_date.earliest.day} {person.birth_date.earliest:%b %Y}")
    parts += [f"MRN {person.medical_record_number}"] if person.medical_record_number else []
    return ", ".join(parts)


def task_row(row: RankedRow, today: date) -> Row:
    """One row of the visit: a finding, or several that share a cause."""
    if not row.is_folded:
        return row_of(row.findings[0], today)
    folded = tuple(row_of(finding, today) for finding in row.findings)
    return Row(folded[0].rule, STATES[row.status], row.title, row.reason, folded[0].next_step, folded=folded)


def row_of(finding: Finding, today: date) -> Row:
    """One finding as its row."""
    return Row(
        rule=finding.rule,
        state=STATES[finding.status],
        title=finding.title,
        why=finding.reason,
        next_step=finding.next_step or "",
        evidence=tuple(evidence_words(item, today) for item in finding.evidence),
        partly_known=finding.is_known_in_part,
    )


def evidence_words(item: Evidence, today: date) -> str:
    """Fact, day, and who said so."""
    whole = whole_day(item.date)
    day = short_date(whole, today) if whole else (item.date or "no date")
    said = f", entered by {item.entered_by}" if item.entered_by else ""
    return f"{item.value} ({day}{said})"


def whole_day(text: str | None) -> date | None:
    """The day that a date text names; None for a year, a month or nothing."""
    try:
        return date.fromisoformat(text[:10]) if text else None
    except ValueError:
        return None


def exclusion_lines(review: Review) -> tuple[str, ...]:
    """Why the guideline may not apply, with its evidence."""
    return tuple(
        f"{item.kind.replace('_', ' ').capitalize()}: "
        + "; ".join(evidence_words(evidence, review.as_of) for evidence in item.evidence)
        for item in review.exclusions
        if item.active and not item.overridden
    )


def feed_problems(feeds: Feeds) -> tuple[FeedProblem, ...]:
    """The feeds that are not complete; a PDMP that nobody connected is the normal case and is said by its rule."""
    incomplete = [(feed, feeds.of(feed)) for feed in feeds.incomplete(Feed) if feed is not Feed.PDMP]
    return tuple(
        FeedProblem(
            FEED_NAMES[feed],
            FEED_WORDS[state.status],
            state.detail,
            state.status in (FeedStatus.FAILED, FeedStatus.PARTIAL),
        )
        for feed, state in incomplete
    )
