"""How the opioid supply changed: a gap now, the dose of two windows, and what was planned or happened meanwhile."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from app.domain.feeds import Feed
from app.domain.med import Supply
from app.rules.case import Case
from app.rules.evidence.found import Found, newest
from app.rules.evidence.opioids import coverage, is_for_taking
from app.rules.evidence.processes import day_of_plan, done, said
from app.rules.evidence.visits import admissions


@dataclass(frozen=True, slots=True)
class Gap:
    """No supply now: since when, and the supply that ended last."""

    since: date
    days: int
    last: tuple[Supply, ...]


@dataclass(frozen=True, slots=True)
class Level:
    """The mean dose of the covered days of a window."""

    mean: Decimal | None
    is_complete: bool


def gap_now(case: Case) -> Gap | None:
    """None while some opioid for pain covers, or may cover, the day."""
    cover = coverage(case)
    if cover.is_open or cover.days_between(case.as_of, case.as_of):
        return None
    ends = [end for start, end in cover.intervals if start <= case.as_of]
    if not ends:
        return None
    since = max(ends)
    last = tuple(each for each in case.med.supplies if each.ends == since and is_for_taking(each))
    return Gap(since, case.days_since(since), last)


def mean_dose(case: Case, first_back: int, last_back: int) -> Level:
    """The window from `first_back` to `last_back` days ago, both included; uncovered days are left out: a late fill is no
    lower dose."""
    first, until = case.as_of - timedelta(days=first_back), case.as_of - timedelta(days=last_back - 1)
    total, days, is_complete = Decimal(0), 0, True
    for each in case.med.timeline:
        length = (min(each.ends, until) - max(each.starts, first)).days
        if length > 0:
            is_complete = is_complete and each.complete
            if each.mme > 0:
                total, days = total + each.mme * length, days + length
    return Level(total / days if days else None, is_complete)


def taper_plans(case: Case) -> Iterator[Found]:
    """Plans for a slower dose, by code, title or a person's word."""
    yield from done(case, "tapering_plan")
    yield from said(case, "taper_plan")
    for each in case.record.plans:
        if each.kind == "CarePlan" and each.status in {"active", "completed"} and "taper" in (each.title or "").lower():
            yield Found(each.reference, day_of_plan(each, case.as_of), each.title or "taper", Feed.CARE_PLANS)


def current_taper(case: Case) -> Found | None:
    """The newest plan for a slower dose, or the word that it is under way, while the pack believes it."""
    words = sorted(said(case, "ltot"), key=lambda each: each.day or date.min)
    under_way = [each for each in words[-1:] if each.fact_value == "tapering"]
    last = newest(each for each in (*taper_plans(case), *under_way) if each.day)
    valid = case.policy.rules.change_watch.plan_valid.value
    return last if last and last.day and case.days_since(last.day) <= valid else None


def recent_stay(case: Case) -> Found | None:
    """In hospital now, or until a few days ago."""
    grace = timedelta(days=case.policy.rules.change_watch.grace.value)
    return next((found for _, end, found in admissions(case) if end >= case.as_of - grace), None)
