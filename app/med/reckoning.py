"""A course with its factor: what it amounts to on a day, by each method, in the factor's own unit."""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from fractions import Fraction
from typing import Literal

from app.domain.med import Method, SupplyState
from app.domain.outcome import No
from app.med.course import Course
from app.med.drug import factor_of
from app.med.exact import exact
from app.med.line import DailyDose, Line
from app.med.plan import Plan
from app.med.quantity import QuantityDose
from app.terminology.factors import Factor, NeverCounted, NoFactor

Headline = Literal["signature", "quantity"]
_MCG_PER_MG = Fraction(1000)


@dataclass(frozen=True, slots=True)
class Reckoned:
    """A course that has its state. `factor` None when it is not counted; `method` None when nothing could be read."""

    course: Course
    state: SupplyState
    reason: str | None
    factor: Factor | None
    method: Method | None
    rate: Fraction | None = None
    """The factor as a fraction; None when it is not counted or has tiers."""
    steady: Fraction | None = None
    """MME a day where every covered day is alike, else None."""

    @property
    def is_counted(self) -> bool:
        return self.state is SupplyState.COUNTED

    @property
    def can_be_worked_out(self) -> bool:
        """It has a dose and a factor, whatever its state on the day asked about."""
        return self.factor is not None and self.method is not None

    @property
    def per(self) -> str:
        """The unit of the daily dose: "mg", "mcg" or "mcg/h"."""
        if self.factor is not None:
            return self.factor.per
        return "mcg/h" if self.course.drug.is_patch else "mg"

    def in_unit(self, dose: Fraction) -> Fraction:
        """From the engine's mg to the factor's unit."""
        return dose * _MCG_PER_MG if self.per == "mcg" else dose

    def directed_on(self, day: date) -> DailyDose | None:
        """By the directions, in mg or mcg/h."""
        return self.course.plan.dose_on(day) if isinstance(self.course.plan, Plan) else None

    def by_quantity(self) -> Fraction | None:
        """By quantity over days, in mg or mcg/h."""
        return self.course.quantity.daily if isinstance(self.course.quantity, QuantityDose) else None

    def doses_on(self, day: date) -> "Doses":
        """The day's dose by every method, in the factor's unit."""
        directed, supplied = self.directed_on(day), self.by_quantity()
        by_quantity = None if supplied is None else self.in_unit(supplied)
        if directed is None:
            only = by_quantity or Fraction(0)
            return Doses(only, only, only, only, ())
        high = self.in_unit(directed.high)
        low = high if directed.low == directed.high else self.in_unit(directed.low)
        second = high if by_quantity is None else by_quantity
        headline = second if self.method is Method.QUANTITY else high
        return Doses(low, high, second, headline, directed.lines)

    def low_on(self, day: date) -> Fraction:
        return self.doses_on(day).low

    def high_on(self, day: date) -> Fraction:
        return self.doses_on(day).high

    def supplied_on(self, day: date) -> Fraction:
        return self.doses_on(day).supplied

    def dose_on(self, day: date) -> Fraction:
        return self.doses_on(day).headline


@dataclass(frozen=True, slots=True)
class Doses:
    """One day of one supply. `low`, `high`: by the directions, or by quantity without any. `supplied`: by quantity, or the
    high end without one. `headline`: the one that counts. `lines`: the directions that hold on the day."""

    low: Fraction
    high: Fraction
    supplied: Fraction
    headline: Fraction
    lines: tuple[Line, ...]


def reckon(course: Course, as_of: date, factor_set: str, *, research: bool, headline: Headline) -> Reckoned:
    """Give the course exactly one state, as of the day asked about."""
    factor = factor_of(course.drug, factor_set, research)
    method = _method(course, headline)
    if isinstance(factor, NeverCounted):
        return Reckoned(course, SupplyState.NOT_COUNTED, factor.reason, None, method)
    reason = _why_not(course, factor, method, as_of)
    if reason is not None:
        usable = factor if isinstance(factor, Factor) and _fits(factor, course) else None
        return Reckoned(course, SupplyState.NOT_COMPUTABLE, reason, usable, method, _rate(usable))
    assert isinstance(factor, Factor)
    return _steadied(Reckoned(course, SupplyState.COUNTED, None, factor, method, _rate(factor)))


def _steadied(each: Reckoned) -> Reckoned:
    """Work out the dose of any day once, where the directions do not change from day to day."""
    plan = each.course.plan
    if each.rate is None:
        return each
    if each.method is Method.QUANTITY:
        return replace(each, steady=each.in_unit(each.by_quantity() or Fraction(0)) * each.rate)
    if isinstance(plan, Plan) and plan.is_steady:
        return replace(each, steady=each.in_unit(plan.steps[0].line.high) * each.rate)
    return each


def _rate(factor: Factor | None) -> Fraction | None:
    return None if factor is None or factor.value is None else exact(factor.value)


def _method(course: Course, headline: Headline) -> Method | None:
    has = {Method.SIGNATURE: isinstance(course.plan, Plan), Method.QUANTITY: isinstance(course.quantity, QuantityDose)}
    first = Method(headline)
    second = Method.QUANTITY if first is Method.SIGNATURE else Method.SIGNATURE
    return first if has[first] else second if has[second] else None


def _why_not(course: Course, factor: Factor | NoFactor, method: Method | None, as_of: date) -> str | None:
    if isinstance(factor, NoFactor):
        return factor.reason
    if method is None:
        plan, quantity = course.plan, course.quantity
        directions = plan.reason if isinstance(plan, No) else ""
        return f"directions: {directions}; quantity: {quantity.reason}" if isinstance(quantity, No) else directions
    if not _fits(factor, course):
        return f"a factor per {factor.per} does not fit this form"
    if course.is_unsure_on(as_of):
        return "still listed; no supply length, and older than 90 days"
    return None


def _fits(factor: Factor, course: Course) -> bool:
    """A factor per mcg/h is for patches, and only for them."""
    return (factor.per == "mcg/h") == course.drug.is_patch


def reference_day(course: Course, as_of: date) -> date:
    """The day whose dose stands for the course in its row: the day asked about, else the last day it covered, else the
    first it will cover."""
    if course.covers(as_of, as_of):
        return as_of
    starts, ends = course.days.starts, course.days.ends
    if ends is not None and ends <= as_of and ends > date.min:
        return _last_day_with_dose(course, ends - timedelta(days=1))
    return starts or as_of


def _last_day_with_dose(course: Course, last: date) -> date:
    """Directions by day of the week may leave the very last day empty."""
    if not isinstance(course.plan, Plan):
        return last
    days = (last - timedelta(days=back) for back in range(7) if (last - date.min).days > back)
    return next((day for day in days if course.plan.dose_on(day).high), last)
