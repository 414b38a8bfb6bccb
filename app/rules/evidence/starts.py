"""Starts: when an opioid was begun by somebody who had none before, and when a long-acting one or methadone was.

A start is the first supply after a stretch without any (90 days by the pack). Supplies of the day after belong to it: what was
given in the last 24 hours does not make a person used to opioids. Treatment of opioid use disorder is no start for pain, but
whoever had it was not without opioids.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from app.domain.feeds import Feed
from app.domain.finding import Evidence
from app.domain.med import Segment, Supply
from app.rules.case import Case, once
from app.rules.evidence.found import evidence_of
from app.rules.evidence.opioids import found_of, is_for_taking, is_moud

Which = Callable[[Supply], bool]


@dataclass(frozen=True, slots=True)
class Start:
    """A first supply. `is_certain` False: an earlier one may not have been seen, or is listed without a length."""

    day: date
    supplies: tuple[Supply, ...]
    is_certain: bool

    @property
    def evidence(self) -> tuple[Evidence, ...]:
        """The prescriptions that it consists of."""
        return evidence_of(found_of(each) for each in self.supplies)


@dataclass(frozen=True, slots=True)
class FirstDose:
    """The daily dose at the start. `is_complete` False: at least this much."""

    mme: Decimal
    is_complete: bool


@once
def naive_start(case: Case) -> Start | None:
    """The newest start, still current, by a person without any opioid before."""
    return _first_of(case, lambda supply: not is_moud(case, supply), lambda supply: True)


@once
def long_acting_start(case: Case) -> Start | None:
    """The newest start of a long-acting opioid for pain, still current."""
    exempt = case.policy.rules.erla_start.exempt.value

    def is_long(supply: Supply) -> bool:
        return supply.is_long_acting and supply.ingredient not in exempt and not is_moud(case, supply)

    return _first_of(case, is_long, is_long)


@once
def methadone_start(case: Case) -> Start | None:
    """The newest start of methadone for pain, still current."""

    def is_methadone(supply: Supply) -> bool:
        return supply.ingredient == "methadone" and not is_moud(case, supply)

    return _first_of(case, is_methadone, is_methadone)


def has_start(case: Case) -> bool | None:
    """Whether an opioid was started in the last 90 days; None when that could not be worked out."""
    return True if naive_start(case) else None if may_hide_a_start(case) else False


def may_hide_a_start(case: Case) -> bool:
    """Medications were not read in full, or an opioid is in force of which nobody knows when it began."""
    is_dated = all(each.starts for each in case.med.supplies if each.in_force and is_for_taking(each))
    return not (case.feed(Feed.MEDICATIONS).is_complete and is_dated)


def was_without_opioids(case: Case, day: date) -> bool | None:
    """Whether nothing was supplied in the stretch before a day; None when an undated or open supply could have been."""
    together = timedelta(days=case.policy.start.together.value)
    return _was_without(case, day, lambda supply: supply.starts is None or supply.starts < day - together)


def first_dose(case: Case, start: Start) -> FirstDose:
    """The highest daily dose of the first day and the day after."""
    until = start.day + timedelta(days=case.policy.start.together.value)
    days = _segments(case, start.day, until + timedelta(days=1))
    mme = max((each.mme for each in days), default=Decimal(0))
    return FirstDose(mme, bool(days) and all(each.complete for each in days))


def _segments(case: Case, first: date, end: date) -> tuple[Segment, ...]:
    return tuple(each for each in case.med.timeline if each.starts < end and first < each.ends)


def begun_within(case: Case, start: Start, days: int) -> tuple[Supply, ...]:
    """The opioids for pain that were begun within so many days, the first day counted."""
    end = start.day + timedelta(days=days)
    supplies = (each for each in _supplies(case) if not is_moud(case, each))
    return tuple(each for each in supplies if each.starts and start.day <= each.starts < end)


def doses_before(case: Case, day: date, days: int) -> tuple[Segment, ...]:
    """The stretches of the timeline that touch the so many days before a day."""
    return _segments(case, day - timedelta(days=days), day)


# --- finding starts ---------------------------------------------------------------------------------------------------


def _supplies(case: Case) -> tuple[Supply, ...]:
    """Opioids that were in force for a day at least: what was cancelled on its first day was none."""
    supplies = (each for each in case.med.supplies if is_for_taking(each))
    return tuple(each for each in supplies if not (each.starts and each.ends and each.ends <= each.starts))


def _first_of(case: Case, those: Which, before: Which) -> Start | None:
    """The newest first supply of `those` within the window, with nothing of `before` in the stretch before it."""
    window = case.policy.start.current.value
    supplies = [each for each in _supplies(case) if those(each)]
    days = sorted({each.starts for each in supplies if each.starts and each.starts <= case.as_of})
    starts = [day for day in days if case.days_since(day) <= window and _was_without(case, day, before) is not False]
    if not starts:
        return None
    day = starts[-1]
    until = day + timedelta(days=case.policy.start.together.value)
    begun = tuple(each for each in supplies if each.starts and day <= each.starts <= until)
    return Start(day, begun, _was_without(case, day, before) is True)


def _was_without(case: Case, day: date, which: Which) -> bool | None:
    stretch = day - timedelta(days=case.policy.ltot.new_start_after.value)
    earlier = [each for each in _supplies(case) if which(each) and (each.starts is None or each.starts < day)]
    if any(each.starts and (each.starts > stretch or (each.ends and each.ends > stretch)) for each in earlier):
        return False
    is_open = any(each.starts is None or each.ends is None for each in earlier)
    is_open = is_open or (bool(earlier) and not all(each.complete for each in _segments(case, stretch, day)))
    return True if case.feed(Feed.MEDICATIONS).is_complete and not is_open else None
