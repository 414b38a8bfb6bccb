"""The visit page: who, the dose, what to do now, what is in date, what could not be read."""

from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from app.domain.feeds import Feed, Feeds, FeedStatus
from app.domain.finding import Exclusion, Finding, Review, Status, TierReason
from app.domain.record import PatientRecord
from app.usecases.review_patient import ReviewedChart
from app.web.presenters.dose import DoseView, dose_view
from app.web.presenters.over_time import OverTimeView, over_time_view
from app.web.presenters.picture import PictureView, picture_view
from app.web.presenters.recording import dismissed_words
from app.web.presenters.rows import EVIDENCE_SHOWN, Row, evidence_words, in_date_words, rows_of, some_names, task_row
from app.web.presenters.shown import USUAL_MONTHS
from app.web.presenters.words import age, clock_time, counted, long_date, medicine_words, short_date

ROWS_SHOWN = 7
"""More rows than these fold: a page of twenty rows helps nobody."""
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


EXCLUSIONS = {
    "cancer": "cancer-related pain or active cancer treatment",
    "palliative": "palliative care",
    "end_of_life": "end-of-life care",
    "sickle_cell": "sickle cell disease",
    "under_18": "age under 18",
    "long_term_care": "long-term care",
}


@dataclass(frozen=True, slots=True)
class FeedProblem:
    """A feed that is not complete: name, what happened, and whether it broke (rather than was never offered)."""

    name: str
    what: str
    detail: str
    is_broken: bool


@dataclass(frozen=True, slots=True)
class Person:
    """Who, and how fresh: the line on top of every page."""

    name: str
    about: str
    as_of: str


@dataclass(frozen=True, slots=True)
class TierLine:
    """One reason of the tier with what it rests on."""

    reason: str
    evidence: str


@dataclass(frozen=True, slots=True)
class AsideLine:
    """A finding that somebody put aside: who, until when, why."""

    rule: str
    title: str
    words: str


@dataclass(frozen=True, slots=True)
class VisitView:
    """Everything that templates/visit.html and its parts show. `has_rest`: not only what can be shown first."""

    person: Person
    dose: DoseView
    over_time: OverTimeView
    picture: PictureView
    tier_css: str
    tier: str
    tier_reasons: str
    tier_evidence: tuple[TierLine, ...]
    therapy: str
    notices: tuple[str, ...]
    rows: tuple[Row, ...]
    more_rows: tuple[Row, ...]
    nothing_due: str
    urgent_elsewhere: tuple[Row, ...]
    background: tuple[Row, ...]
    standing: tuple[Row, ...]
    standing_words: str
    in_date: tuple[Row, ...]
    in_date_words: str
    does_not_apply: tuple[Row, ...]
    background_words: str
    put_aside: tuple[AsideLine, ...]
    feed_problems: tuple[FeedProblem, ...]
    unreadable: tuple[str, ...]
    pack: str
    has_rest: bool = True


def visit_view(
    chart: ReviewedChart, zone: ZoneInfo, months: int = USUAL_MONTHS, offered: frozenset[str] = frozenset()
) -> VisitView:
    """Arrange one review for the page. `offered` are the rules for whose findings the site has services."""
    review, record, order = chart.review, chart.record, chart.order
    tier_css, tier = tier_of(chart)
    rows = tuple(task_row(row, review.as_of, offered) for row in order.rows)
    in_date = rows_of(order.green, review.as_of)
    urgent = tuple(each for each in order.background if each.status is Status.RED)
    others = tuple(each for each in order.background if each.status is not Status.RED)
    return VisitView(
        person=person_of(chart, zone),
        dose=dose_view(review.med, chart.over_time, chart.other_doses),
        over_time=over_time_view(chart, months),
        picture=picture_view(chart),
        tier_css=tier_css,
        tier=tier,
        tier_reasons=medicine_words("; ".join(reason.text for reason in review.tier.reasons)),
        tier_evidence=tuple(tier_line(reason, review.as_of) for reason in review.tier.reasons),
        therapy=therapy(review),
        notices=notices(record, review),
        rows=rows[:ROWS_SHOWN],
        more_rows=rows[ROWS_SHOWN:],
        nothing_due=nothing_due(chart),
        urgent_elsewhere=rows_of(urgent, review.as_of, offered),
        background=rows_of(others, review.as_of, offered),
        standing=rows_of(order.standing, review.as_of, offered),
        standing_words=" · ".join(finding.title for finding in order.standing),
        in_date=in_date,
        in_date_words=in_date_words(in_date),
        does_not_apply=rows_of(order.not_applicable, review.as_of),
        put_aside=aside_lines(order.dismissed, zone),
        background_words=background_words(others, len(order.not_applicable)),
        feed_problems=feed_problems(review.feeds),
        unreadable=tuple(f"{item.reference}: {item.reason}" for item in record.unreadable),
        pack=review.pack,
    )


def person_of(chart: ReviewedChart, zone: ZoneInfo) -> Person:
    """The line on top of every page."""
    return person_line(chart.record, chart.review.as_of, chart.read_at, zone)


def person_line(record: PatientRecord, today: date, read_at: datetime, zone: ZoneInfo) -> Person:
    """The same before there is a review."""
    name = (record.patient.name if record.patient else None) or "Name not read"
    return Person(name, about_person(record, today), clock_time(read_at, zone))


def about_person(record: PatientRecord, today: date) -> str:
    """ "58 y, female, born 12 Mar 1968, MRN 104882": whatever of it is known."""
    person = record.patient
    if person is None:
        return "personal details could not be read"
    parts = []
    if person.birth_date and person.birth_date.is_exact:
        parts.append(f"{age(person.birth_date.earliest, today)} y")
    parts += [person.sex] if person.sex else []
    if person.birth_date:
        born = person.birth_date
        parts.append(f"born {long_date(born.earliest) if born.is_exact else born.text}")
    else:
        parts.append("birth date not known")
    parts += [f"MRN {person.medical_record_number}"] if person.medical_record_number else []
    return ", ".join(parts)


def tier_of(chart: ReviewedChart) -> tuple[str, str]:
    """Class and words. "No added risk found" above something to act on now would read as an all-clear."""
    css, words = TIERS[chart.review.tier.level]
    is_due = any(row.status is Status.RED for row in chart.order.rows)
    return (
        (css, "No other risk found: act on the list below")
        if is_due and chart.review.tier.level == "low"
        else (css, words)
    )


def tier_line(reason: TierReason, today: date) -> TierLine:
    """A reason with each piece of its evidence."""
    return TierLine(medicine_words(reason.text), "; ".join(evidence_words(item, today) for item in reason.evidence))


def therapy(review: Review) -> str:
    """Whether opioid therapy is long term, by the policy's definition."""
    state = review.ltot
    if state.meets is None:
        return "Whether opioid therapy is long term could not be worked out."
    if not state.meets:
        return ""
    since = f" since {short_date(state.since, review.as_of)}" if state.since else ""
    return f"Long-term opioid therapy{since} ({state.covered_days} of {state.window_days} days covered)."


def notices(record: PatientRecord, review: Review) -> tuple[str, ...]:
    """What changes how the whole page is read: deceased, or why the guideline does not or may not apply."""
    deceased = ("Recorded as deceased.",) if record.patient and record.patient.deceased else ()
    return (*deceased, *(exclusion_words(each, review.as_of) for each in review.exclusions))


def exclusion_words(exclusion: Exclusion, today: date) -> str:
    """One reason, with its evidence."""
    kind = EXCLUSIONS.get(exclusion.kind, exclusion.kind.replace("_", " "))
    seen = "; ".join(evidence_words(each, today) for each in exclusion.evidence[:EVIDENCE_SHOWN])
    rest = f"; {len(exclusion.evidence) - EVIDENCE_SHOWN} more" if len(exclusion.evidence) > EVIDENCE_SHOWN else ""
    seen = f" Seen: {seen}{rest}." if seen else ""
    if exclusion.overridden:
        return f"Recorded as not applying to this person: {kind}.{seen}"
    if exclusion.active:
        kept = "" if exclusion.kind == "under_18" else " Drug-safety facts are still shown."
        return f"This guideline does not apply: {kind}.{seen}{kept}"
    return f"This guideline may not apply: {kind}? Please confirm.{seen}"


def nothing_due(chart: ReviewedChart) -> str:
    """What stands in place of rows."""
    if chart.record.patient and chart.record.patient.deceased:
        return "No check applies."
    if all(finding.status is Status.NOT_APPLICABLE for finding in chart.review.findings):
        reason = chart.review.findings[0].reason if chart.review.findings else ""
        return f"No check applies today. {reason}".strip()
    if chart.order.background:
        return "None of the main checks is due, as far as Sextant can see."
    return "Nothing is due that Sextant can see."


def aside_lines(dismissed: tuple[Finding, ...], zone: ZoneInfo) -> tuple[AsideLine, ...]:
    """What was put aside: out of the way, never out of sight."""
    return tuple(
        AsideLine(each.rule, each.title, dismissed_words(each.dismissed, zone)) for each in dismissed if each.dismissed
    )


def background_words(background: tuple[Finding, ...], not_applicable: int) -> str:
    """The one line of all other checks, some by name; empty when there are none."""
    others = f"{counted(len(background), 'other check', 'other checks')} due or not known"
    others = f"{others}: {some_names([each.title for each in background])}" if background else ""
    outside = counted(not_applicable, "does not apply", "do not apply") if not_applicable else ""
    return " · ".join(each for each in (others, outside) if each)


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
