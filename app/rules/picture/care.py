"""Visits, and the steps of care that are repeated: who was seen when, what was done last, and from where that is known."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date

from app.domain.feeds import Feed
from app.rules.case import Case
from app.rules.evidence.found import Found, newest
from app.rules.evidence.processes import agreements, benefit_risk_reviews, done, pdmp_checks, said
from app.rules.evidence.scores import scores
from app.rules.evidence.visits import appointments, visits
from app.rules.picture.nothing import Unknown, nothing_seen, partly_read
from app.rules.reading import not_read


@dataclass(frozen=True, slots=True)
class Seen:
    """One visit or appointment, and whom it was or will be with (empty when the chart does not say)."""

    day: date
    found: Found
    who: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class VisitFacts:
    """The last visit, the next one, and on how many days of the last `window_days` the person was seen."""

    last: Seen | None
    last_unknown: Unknown | None
    next: Seen | None
    next_unknown: Unknown | None
    count: int
    window_days: int
    partly_read: str


@dataclass(frozen=True, slots=True)
class Step:
    """One repeated step of care. `rule` judges it and knows when the next one is due. `result`: what it showed, where a person
    said so. `last` None: `unknown` says why. `is_timed_by_rule`: the due day of that rule is the due day of this step."""

    name: str
    rule: str
    last: Found | None
    unknown: Unknown | None
    result: Found | None = None
    is_timed_by_rule: bool = True


@dataclass(frozen=True, slots=True)
class _Kind:
    """How one step is found. `needs` and `any_of` must be read before "none" is believed."""

    name: str
    rule: str
    find: Callable[[Case], Iterable[Found]]
    needs: tuple[Feed, ...] = ()
    any_of: tuple[Feed, ...] = ()
    recorded: str | None = None


def _risk_scores(case: Case) -> tuple[Found, ...]:
    return (*(score.found for score in scores(case, "ORT")), *said(case, "ort"), *said(case, "ort_oud"))


PDMP_SOURCES = (Feed.PROCEDURES, Feed.DOCUMENTS, Feed.PDMP)
STEPS = (
    _Kind("Care agreement", "agreement", agreements, needs=(Feed.DOCUMENTS,), recorded="agreement"),
    _Kind("PDMP check", "pdmp_check", pdmp_checks, any_of=PDMP_SOURCES, recorded="pdmp_check"),
    _Kind(
        "Opioid risk assessment",
        "risk_tool",
        lambda case: (*_risk_scores(case), *done(case, "opioid_risk_assessment")),
        needs=(Feed.SURVEYS,),
        recorded="risk_tool",
    ),
    _Kind("Benefit-risk review", "med", benefit_risk_reviews, needs=(Feed.DOCUMENTS, Feed.PROCEDURES, Feed.CARE_PLANS)),
)


def visit_facts(case: Case) -> VisitFacts:
    """Visits with the care team or the prescriber."""
    seen = {each.day: each for each in sorted(visits(case), key=lambda each: each.reference or "") if each.day}
    window = case.policy.ltot.year.value
    booked = next(iter(appointments(case)), None)
    last = seen[max(seen)] if seen else None
    return VisitFacts(
        last=Seen(max(seen), last, _participants(case, last)) if last else None,
        last_unknown=None
        if last
        else nothing_seen(case, (Feed.ENCOUNTERS,), recorded=case.policy.recorded_here.visit.value),
        next=Seen(booked[0], booked[1], _booked_with(case, booked[1])) if booked else None,
        next_unknown=None if booked else nothing_seen(case, (Feed.APPOINTMENTS,), "none booked"),
        count=sum(case.days_since(day) < window for day in seen),
        window_days=window,
        partly_read=partly_read(case, (Feed.ENCOUNTERS,)),
    )


def _participants(case: Case, found: Found) -> tuple[str, ...]:
    names = {each.reference: each.participant_names for each in case.record.encounters}
    return tuple(dict.fromkeys(names.get(found.reference or "", ())))


def _booked_with(case: Case, found: Found) -> tuple[str, ...]:
    names = {each.reference: each.practitioner_names for each in case.record.appointments}
    return tuple(dict.fromkeys(names.get(found.reference or "", ())))


def steps_of_care(case: Case) -> tuple[Step, ...]:
    """Agreement, PDMP check, risk assessment and benefit-risk review: the newest of each."""
    return tuple(_step(case, kind) for kind in STEPS)


def _step(case: Case, kind: _Kind) -> Step:
    last = newest(kind.find(case))
    recorded = getattr(case.policy.recorded_here, kind.recorded).value if kind.recorded else True
    unread = not_read(case, kind.needs, kind.any_of)
    unknown = None if last else nothing_seen(case, unread, recorded=recorded)
    return Step(kind.name, kind.rule, last, unknown, _result(case, kind, last), kind.rule != "med")


def _result(case: Case, kind: _Kind, last: Found | None) -> Found | None:
    """What the newest PDMP check showed: a person's word of that day or later."""
    if kind.rule != "pdmp_check" or last is None or last.day is None:
        return None
    found = newest(said(case, "pdmp_result"))
    return found if found and found.day and found.day >= last.day else None
