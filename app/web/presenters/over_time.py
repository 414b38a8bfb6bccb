"""Dose and benefit on one time axis: the drawing, sentences that say what it shows, and the same data as tables."""

from dataclasses import dataclass
from datetime import date, timedelta

from app.domain.feeds import Feed, Feeds, FeedStatus
from app.domain.med import MedTotal, Segment
from app.usecases.review_patient import OverTime, PegPoint, ReviewedChart, Taken
from app.web.presenters.chart import (
    CLASS_NAMES,
    LANE_NAMES,
    SHAPES,
    full_chart,
    spark,
)
from app.web.presenters.drawing import Drawing
from app.web.presenters.peg_panel import parts_words, peg_row_words
from app.web.presenters.shown import LEFT, MONTHS, RIGHT, USUAL_MONTHS, Shown, shown_of
from app.web.presenters.taper_line import planned_sentences, planned_when
from app.web.presenters.words import counted, listed, long_date, medicine_words, number, percent, short_date

DRAWN_FEEDS = (
    (Feed.MEDICATIONS, "medicines"),
    (Feed.SURVEYS, "PEG"),
    (Feed.ENCOUNTERS, "visits"),
    (Feed.LABS, "urine tests"),
    (Feed.PROCEDURES, "PDMP checks"),
)


@dataclass(frozen=True, slots=True)
class TableRow:
    """One line of a table: when, what, how much."""

    when: str
    what: str


@dataclass(frozen=True, slots=True)
class Choice:
    """One of the lengths of the axis."""

    months: int
    is_shown: bool


@dataclass(frozen=True, slots=True)
class Spark:
    """The small drawing beside the number and the month in which it begins. None when no dose is known at all."""

    spark: Drawing | None
    spark_from: str


@dataclass(frozen=True, slots=True)
class OverTimeView:
    """Everything that the page shows of the time axis. `spark` is None when no dose is known at all."""

    months: int
    choices: tuple[Choice, ...]
    spark: Drawing | None
    spark_from: str
    chart: Drawing
    summary: tuple[str, ...]
    not_drawn: str
    dose_rows: tuple[TableRow, ...]
    planned_rows: tuple[TableRow, ...]
    planned_by: str
    peg_rows: tuple[TableRow, ...]
    event_rows: tuple[TableRow, ...]
    medicine_rows: tuple[TableRow, ...]


def months_chosen(text: str) -> int:
    """The length that a query asks for; anything else is the usual one."""
    return int(text) if text in {str(months) for months in MONTHS} else USUAL_MONTHS


def over_time_view(chart: ReviewedChart, months: int = USUAL_MONTHS) -> OverTimeView:
    """The time axis of `months` (a key of MONTHS) up to the day of the review."""
    med, facts = chart.review.med, chart.over_time
    shown = shown_of(med, facts, months, LEFT, RIGHT)
    sentences = summary(shown, months)
    small = spark_of(med, facts)
    return OverTimeView(
        months=months,
        choices=tuple(Choice(each, each == months) for each in MONTHS),
        spark=small.spark,
        spark_from=small.spark_from,
        chart=full_chart(shown, months, " ".join(sentences)),
        summary=sentences,
        not_drawn=not_drawn(chart.review.feeds),
        dose_rows=tuple(dose_row(segment, shown.today) for segment in reversed(shown.segments)),
        planned_rows=tuple(planned_row(segment, shown) for segment in reversed(shown.planned)),
        planned_by=planned_by(shown),
        peg_rows=tuple(peg_row(point, shown.today) for point in reversed(shown.peg)),
        event_rows=event_rows(shown),
        medicine_rows=tuple(medicine_row(taken, shown.today) for taken in reversed(shown.sedatives)),
    )


def spark_of(med: MedTotal, facts: OverTime) -> Spark:
    """The usual months of the dose alone. Rests on the medicines only, since it is shown before the rest is read."""
    usual = shown_of(med, facts, USUAL_MONTHS, 0, 400, with_plan=False)
    drawn = spark(usual, dose_sentence(usual, USUAL_MONTHS)) if usual.segments else None
    return Spark(drawn, f"{usual.axis.first:%b %Y}")


def summary(shown: Shown, months: int) -> tuple[str, ...]:
    """What the drawing shows, as sentences."""
    sentences = (
        dose_sentence(shown, months),
        gaps_sentence(shown),
        *planned_sentences(shown),
        peg_sentence(shown),
        sedatives_sentence(shown),
    )
    return tuple(each for each in sentences if each)


def dose_sentence(shown: Shown, months: int) -> str:
    """Now against the beginning of the axis."""
    if not shown.segments:
        return "The dose is not known."
    first, last = shown.segments[0], shown.segments[-1]
    highest = f"; the highest was {number(shown.highest)}" if shown.highest > max(first.mme, last.mme) else ""
    return f"{now_words(last)}{then_words(first, last)} {months} months ago{highest}."


def now_words(last: Segment) -> str:
    """How the sentence begins."""
    return "No opioid is counted today" if last.complete and not last.mme else f"MED is {dose_words(last)}"


def then_words(first: Segment, last: Segment) -> str:
    """How it goes on: up, down, the same, or both named when one of them is incomplete."""
    if first.complete and not first.mme:
        return ", and none was" if last.complete and not last.mme else "; no opioid was counted"
    if not (first.complete and last.complete) or not last.mme:
        return f"; it was {dose_words(first)}"
    if first.mme == last.mme:
        return ", as it was"
    change = abs(last.mme - first.mme) * 100 / first.mme
    return f", {'up' if last.mme > first.mme else 'down'} {percent(change)} from {number(first.mme)}"


def dose_words(segment: Segment) -> str:
    """ "90 MME/day", "at least 60 MME/day" or "not known"."""
    if segment.complete:
        return f"{number(segment.mme)} MME/day"
    return f"at least {number(segment.mme)} MME/day" if segment.mme else "not known"


def gaps_sentence(shown: Shown) -> str:
    """How much of the time is incomplete."""
    days = sum((each.ends - each.starts).days for each in shown.segments if not each.complete)
    whole = (shown.tomorrow - shown.axis.first).days
    return f"On {days} of {whole} days something could not be counted (hatched)." if days else ""


def peg_sentence(shown: Shown) -> str:
    """The newest PEG against its baseline."""
    facts = shown.facts
    if not facts.peg:
        return "No complete PEG is on record."
    last, baseline = facts.peg[-1], facts.peg_baseline
    now = f"PEG is {number(last.mean)} ({short_date(last.day, shown.today)})"
    if baseline is None or baseline.point.day == last.day or not baseline.point.mean:
        return f"{now}, the first measurement." if len(facts.peg) == 1 else f"{now}."
    where = "at the start" if baseline.is_at_start else "at the first on record"
    then = f"{number(baseline.point.mean)} {where} ({short_date(baseline.point.day, shown.today)})"
    change = (baseline.point.mean - last.mean) * 100 / baseline.point.mean
    words = f"{percent(abs(change))} {'better' if change > 0 else 'worse'} than" if change else "the same as"
    return f"{now}, {words} {then}.{parts_sentence(last, baseline.point)}"


def parts_sentence(last: PegPoint, first: PegPoint) -> str:
    """Pain and function then and now, where both times both were asked."""
    if last.pain is None or last.function is None or first.pain is None or first.function is None:
        return ""
    return f" Now {parts_words(last.pain, last.function)}; then it was {parts_words(first.pain, first.function)}."


def sedatives_sentence(shown: Shown) -> str:
    """Sedating medicines of this time by name."""
    names = list(dict.fromkeys(medicine_words(taken.name) for taken in shown.sedatives))
    return f"Sedating medicines in this time: {listed(names)}." if names else ""


def not_drawn(feeds: Feeds) -> str:
    """What is missing from the drawing because it could not be read: an empty lane is not "none"."""
    missing = [name for feed, name in DRAWN_FEEDS if feeds.of(feed).status is not FeedStatus.AVAILABLE]
    return f"May be missing here, because not everything could be read: {listed(missing)}." if missing else ""


def dose_row(segment: Segment, today: date) -> TableRow:
    """One stretch of the daily dose."""
    days = (segment.ends - segment.starts).days
    last = segment.ends - timedelta(days=1)
    when = f"{short_date(segment.starts, today)} to {short_date(last, today)} ({counted(days, 'day', 'days')})"
    return TableRow(when, dose_words(segment))


def peg_row(point: PegPoint, today: date) -> TableRow:
    """One PEG."""
    return TableRow(short_date(point.day, today), peg_row_words(point))


def planned_row(segment: Segment, shown: Shown) -> TableRow:
    """One level of the planned dose."""
    return TableRow(planned_when(segment, shown), f"{number(segment.mme)} MME/day")


def planned_by(shown: Shown) -> str:
    """Where the planned dose comes from."""
    plan = shown.facts.planned
    if plan is None:
        return ""
    if plan.made_on is None:
        return "from the directions of the order"
    return f"entered by {plan.entered_by}, plan of {short_date(plan.made_on, shown.today)}"


def event_rows(shown: Shown) -> tuple[TableRow, ...]:
    """Each kind of event with all its days."""
    rows = []
    for kind in SHAPES:
        days = [short_date(mark.day, shown.today) for mark in reversed(shown.marks) if mark.kind is kind]
        if days:
            rows.append(TableRow(", ".join(days), LANE_NAMES[kind]))
    return tuple(rows)


def medicine_row(taken: Taken, today: date) -> TableRow:
    """One stretch of a sedating medicine."""
    last = taken.ends - timedelta(days=1)
    end = short_date(last, today) if taken.is_certain else "not stated"
    name = f"{medicine_words(taken.name)} ({CLASS_NAMES[taken.drug_class]})"
    return TableRow(f"{long_date(taken.starts)} to {end}", name)
