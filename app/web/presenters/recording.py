"""The forms for a person's word and for putting a finding aside, and what was entered before."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from zoneinfo import ZoneInfo

from app.domain.chart import FactEntry
from app.domain.dismissal import Dismissal
from app.domain.finding import Finding
from app.domain.taper import TaperPlan
from app.usecases.dismiss_finding import Offer
from app.usecases.record_fact import (
    TAPER_FIELDS,
    Problem,
    Question,
    field_of,
    plan_words,
    questions_about,
    questions_of,
    words_of,
)
from app.usecases.review_patient import PaceGuide
from app.web.presenters.taper_line import faster_words, usual_words
from app.web.presenters.words import State, clock_time, long_date, plain, sentence, state_of, with_long_dates

DONE = {
    "recorded": "Recorded. This page and the visit page use it from now on.",
    "withdrawn": "Withdrawn. It is no evidence any more; that it was entered stays on record.",
}
"""What a page says after it has done something, by the word in its address."""
UNITS_AFTER = {"from": "MME/day", "target": "MME/day"}
KINDS = {"starts": "date", "weeks": "number"}


@dataclass(frozen=True, slots=True)
class TaperInput:
    """One field of a plan in numbers. `kind` is an input type; `unit` stands behind it."""

    name: str
    field: str
    label: str
    kind: str
    unit: str


TAPER_INPUTS = tuple(
    TaperInput(name, field_of(name), label, KINDS.get(name, "text"), UNITS_AFTER.get(name, ""))
    for name, label in TAPER_FIELDS.items()
)


@dataclass(frozen=True, slots=True)
class Filled:
    """What was typed into a form, kept when it is shown again, and what is wrong with it by field."""

    chosen: Mapping[str, str] = field(default_factory=dict)
    day: str = ""
    note: str = ""
    problems: tuple[Problem, ...] = ()
    numbers: Mapping[str, str] = field(default_factory=dict)

    @property
    def has_numbers(self) -> bool:
        """Whether something of a plan in numbers was typed; what the step is counted in is chosen from the start."""
        return any(self.numbers.get(name) for name in TAPER_FIELDS) or any(
            each.field.startswith(field_of("")) for each in self.problems
        )

    def problem(self, name: str) -> str:
        """The sentence for one field, or an empty text."""
        return next((each.sentence for each in self.problems if each.field == name), "")


@dataclass(frozen=True, slots=True)
class Group:
    """Questions that stand together. `title` empty: they are what the page is about, and are not folded."""

    title: str
    questions: tuple[Question, ...]
    is_open: bool


@dataclass(frozen=True, slots=True)
class EntryLine:
    """One thing that was entered. `plan` is the plan in numbers, if any; `withdrawn` says by whom and when, or is empty while
    it stands."""

    number: int
    what: str
    plan: str
    day: str
    by: str
    note: str
    withdrawn: str


@dataclass(frozen=True, slots=True)
class About:
    """The finding that a page is about."""

    rule: str
    title: str
    state: State
    reason: str
    next_step: str


@dataclass(frozen=True, slots=True)
class AsideView:
    """The page that puts one finding aside. `dismissed` says who did so already, or is empty."""

    about: About
    is_open: bool
    reasons: tuple[str, ...]
    earliest: str
    usual: str
    latest: str
    latest_words: str
    fingerprint: str
    dismissed: str
    number: int | None
    can_record: bool


def about(finding: Finding, today: date) -> About:
    """The finding as it stands."""
    return About(
        rule=finding.rule,
        title=finding.title,
        state=state_of(finding, today),
        reason=plain(finding.reason, today),
        next_step=sentence(finding.next_step or ""),
    )


def groups(rule: str | None, filled: Filled) -> tuple[Group, ...]:
    """What the rule asks, then who the guideline is for, then everything else; folded unless something is in it."""
    own = questions_about(rule) if rule else ()
    rest = questions_of(rest_of=rule or "")
    return (
        *([Group("", own, True)] if own else []),
        Group("Something else", rest, not own or _is_touched(rest, filled)),
        Group("Who the guideline is for", of_person := questions_of(), _is_touched(of_person, filled)),
    )


def _is_touched(questions: Sequence[Question], filled: Filled) -> bool:
    names = {each.concept for each in questions}
    if filled.has_numbers and any(each.takes_plan for each in questions):
        return True
    return any(filled.chosen.get(name) for name in names) or any(each.field in names for each in filled.problems)


def entry_lines(entries: Sequence[FactEntry], zone: ZoneInfo, pace: PaceGuide) -> tuple[EntryLine, ...]:
    """The newest first."""
    return tuple(_entry_line(each, zone, pace) for each in reversed(entries))


def usual_pace(pace: PaceGuide) -> str:
    """What stands beside the numbers of a plan: a guide, no limit."""
    return (
        f"The usual guide is about {usual_words(pace)}, or slower. It is a guide and no limit: the person sets the pace, and "
        "pauses are normal."
    )


def _plan_line(plan: TaperPlan | None, pace: PaceGuide) -> str:
    if plan is None:
        return ""
    words = with_long_dates(plan_words(plan))
    return (
        f"{words}. The steps are {faster_words(pace)}."
        if plan.is_faster_than(pace.percent, pace.weeks)
        else f"{words}."
    )


def _entry_line(entry: FactEntry, zone: ZoneInfo, pace: PaceGuide) -> EntryLine:
    fact, gone = entry.fact, entry.withdrawal
    return EntryLine(
        number=fact.number or 0,
        what=words_of(fact.concept, fact.value),
        plan=_plan_line(fact.taper, pace),
        day=long_date(fact.day.day) if fact.day.is_exact else fact.day.text,
        by=f"{fact.entered_by}, {clock_time(fact.entered_at, zone)}",
        note=fact.note or "",
        withdrawn=f"withdrawn by {gone.by}, {clock_time(gone.at, zone)}" if gone else "",
    )


def aside_view(offer: Offer, today: date, zone: ZoneInfo) -> AsideView:
    """The page that puts a finding aside."""
    finding = offer.finding
    return AsideView(
        about=about(finding, today),
        is_open=offer.is_open,
        reasons=offer.reasons,
        earliest=today.isoformat(),
        usual=offer.usual.isoformat(),
        latest=offer.latest.isoformat(),
        latest_words=long_date(offer.latest),
        fingerprint=offer.fingerprint,
        dismissed=dismissed_words(finding.dismissed, zone) if finding.dismissed else "",
        number=finding.dismissed.number if finding.dismissed else None,
        can_record=bool(questions_about(finding.rule)),
    )


def dismissed_words(dismissal: Dismissal, zone: ZoneInfo) -> str:
    """ "Dismissed by Dr. Day on 24 Nov, 09:14, until 24 Dec 2026: Arranged for a later visit."."""
    when, until = clock_time(dismissal.at, zone), long_date(dismissal.until)
    return f"Dismissed by {dismissal.by} on {when}, until {until}: {dismissal.reason}."
