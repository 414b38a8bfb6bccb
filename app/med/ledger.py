"""The daily book: what all supplies together amount to on any day, and where something is missing from the sum."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from itertools import pairwise

from app.domain.med import Segment, SupplyState
from app.med.exact import as_decimal
from app.med.plan import Plan
from app.med.reckoning import Reckoned

HISTORY = timedelta(days=730)
OUTLOOK = timedelta(days=730)
_ONE_DAY = timedelta(days=1)

DoseOn = Callable[[Reckoned, date], Fraction]


@dataclass(frozen=True, slots=True)
class Balance:
    """One day: MED, whether that is all, and whether any counted supply covers it."""

    mme: Fraction
    is_complete: bool
    is_covered: bool


@dataclass(frozen=True, slots=True)
class Stretch:
    """Days (half-open) with one balance."""

    starts: date
    ends: date
    balance: Balance

    @property
    def days(self) -> int:
        return (self.ends - self.starts).days


@dataclass(frozen=True, slots=True)
class Ledger:
    """All courses of one person. `has_undated_gap`: something unreadable may cover any day."""

    reckoned: tuple[Reckoned, ...]
    as_of: date
    has_undated_gap: bool = False
    is_partial: bool = False

    # --- one day ---

    def in_force(self, day: date) -> tuple[Reckoned, ...]:
        """What covers the day. A statement gives way to an order or fill of the same product."""
        covering = (each for each in self.reckoned if each.course.covers(day, self.as_of))
        return tuple(each for each in covering if not self.gives_way(each, day))

    def gives_way(self, each: Reckoned, day: date) -> bool:
        """Whether this is a statement about a product that an order or a fill covers on the day."""
        if not each.course.is_statement:
            return False
        supplied = (other.course for other in self.reckoned if not other.course.is_statement)
        return any(each.course.drug.is_like(other.drug) for other in supplied if other.covers(day, self.as_of))

    def factor_on(self, each: Reckoned, day: date, dose_on: DoseOn) -> Fraction:
        """The factor of that day: with tiers, that of the person's whole dose of the ingredient."""
        if each.factor is None:
            return Fraction(0)
        if each.rate is not None:
            return each.rate
        alike = [other for other in self.in_force(day) if other.can_be_worked_out and other.factor == each.factor]
        total = sum((dose_on(other, day) for other in alike), Fraction(0)) or dose_on(each, day)
        return Fraction(each.factor.at(as_decimal(total))) if total > 0 else Fraction(0)

    def balance_on(self, day: date) -> Balance:
        covering = [each for each in self.in_force(day) if each.can_be_worked_out]
        mme = sum((self._mme_on(each, day) for each in covering), Fraction(0))
        return Balance(mme, self._is_complete_on(day), bool(covering))

    def _mme_on(self, each: Reckoned, day: date) -> Fraction:
        if each.steady is not None:
            return each.steady
        dose = each.dose_on(day)
        return dose * self.factor_on(each, day, Reckoned.dose_on) if dose else dose

    def _is_complete_on(self, day: date) -> bool:
        if self.is_partial or (self.has_undated_gap and day <= self.as_of):
            return False
        return not any(self.is_in_doubt(each, day) for each in self.reckoned)

    def is_in_doubt(self, each: Reckoned, day: date) -> bool:
        """Whether this course may add something to the day that is not in the sum, or something that should not be."""
        days, course = each.course.days, each.course
        if each.state is SupplyState.NOT_COUNTED:
            return False
        if days.unsure_from is not None and days.unsure_from <= day <= self.as_of:
            return (days.unsure_until is None or day < days.unsure_until) and not self.gives_way(each, day)
        is_uncomputed = not each.can_be_worked_out
        if is_uncomputed and days.starts is None and day <= self.as_of:
            return days.ends is None or day < days.ends
        if days.starts is None and not is_uncomputed and day < self.as_of:
            return not course.has_ended or days.is_guess
        covers = course.covers(day, self.as_of) and not self.gives_way(each, day)
        return covers and (is_uncomputed or days.is_guess)

    # --- many days ---

    def stretches(self) -> tuple[Stretch, ...]:
        """From 730 days before to the last covered day, at least to the day asked about and at most 730 days beyond it;
        neighbours that are alike are one."""
        marks = sorted(self._marks())
        merged: list[Stretch] = []
        for starts, ends in pairwise(marks):
            balance = self.balance_on(starts)
            if merged and merged[-1].balance == balance:
                merged[-1] = Stretch(merged[-1].starts, ends, balance)
            else:
                merged.append(Stretch(starts, ends, balance))
        return tuple(merged)

    def _marks(self) -> set[date]:
        """Days on which anything may change."""
        first = self.as_of - HISTORY
        last = min(max([self.as_of + _ONE_DAY, *self._ends()]), self.as_of + OUTLOOK)
        inside = {day for each in self.reckoned for day in self._changes(each, first, last) if first < day < last}
        return inside | {first, last, self.as_of, self.as_of + _ONE_DAY}

    def _ends(self) -> Iterable[date]:
        return (each.course.days.ends for each in self.reckoned if each.is_counted and each.course.days.ends)

    def _changes(self, each: Reckoned, first: date, last: date) -> Iterable[date]:
        days, plan = each.course.days, each.course.plan
        yield from (day for day in (days.starts, days.ends, days.unsure_from, days.unsure_until) if day)
        if isinstance(plan, Plan):
            yield from plan.changes()
            if plan.changes_daily:
                begin, end = max(days.starts or first, first), min(days.ends or last, last)
                yield from (begin + timedelta(days=count) for count in range(max((end - begin).days, 0)))


def as_segments(stretches: tuple[Stretch, ...]) -> tuple[Segment, ...]:
    """For the answer: stretches that differ only in whether a supply covers them become one."""
    merged: list[Segment] = []
    for each in stretches:
        mme, complete = as_decimal(each.balance.mme), each.balance.is_complete
        if merged and (merged[-1].mme, merged[-1].complete) == (mme, complete):
            merged[-1] = Segment(merged[-1].starts, each.ends, mme, complete)
        else:
            merged.append(Segment(each.starts, each.ends, mme, complete))
    return tuple(merged)
