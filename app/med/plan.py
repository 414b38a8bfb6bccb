"""Directions laid on the calendar: which line holds on which day, and what they come to together."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction

from app.domain.medication import Dosage
from app.domain.outcome import No
from app.med.directions import Directions, says_nothing
from app.med.dosage import bounds_of
from app.med.durations import days_after, whole_days
from app.med.line import NOTHING_TAKEN, DailyDose, Line
from app.med.timing import bounds_days


@dataclass(frozen=True, slots=True)
class Step:
    """A line with the days on which it holds (half-open; None: open)."""

    line: Line
    starts: date | None
    ends: date | None

    def dose_on(self, day: date) -> DailyDose | None:
        """What this line alone gives on the day; None when it does not hold."""
        if (self.starts is not None and day < self.starts) or (self.ends is not None and day >= self.ends):
            return None
        return self.line.dose_on(day)


@dataclass(frozen=True, slots=True)
class Plan:
    """Directions laid on the calendar."""

    steps: tuple[Step, ...]
    directions: Directions

    def dose_on(self, day: date) -> DailyDose:
        """The sum of all lines that hold on the day; nothing when none does."""
        doses = [dose for step in self.steps if (dose := step.dose_on(day)) is not None]
        if len(doses) == 1:
            return doses[0]
        return _added(doses) if doses else NOTHING_TAKEN

    @property
    def first_day(self) -> date | None:
        """The first day of any step; None when one is open."""
        starts = [step.starts for step in self.steps]
        return None if None in starts else min(each for each in starts if each)

    @property
    def end(self) -> date | None:
        """The day after the last step; None when one is open."""
        ends = [step.ends for step in self.steps]
        return None if None in ends else max(each for each in ends if each)

    def changes(self) -> Iterable[date]:
        """Days on which the dose may change, other than by day of the week."""
        for step in self.steps:
            yield from (day for day in (step.starts, step.ends) if day)
            for day in step.line.on_dates:
                yield from (day, days_after(day, 1))

    @property
    def is_steady(self) -> bool:
        """One line that holds every day: the cover of its supply is held to its bounds, so within it all days are alike."""
        return len(self.steps) == 1 and self.steps[0].line.weekdays is None and not self.steps[0].line.on_dates

    @property
    def changes_daily(self) -> bool:
        return any(step.line.weekdays is not None for step in self.steps)


def _added(doses: list[DailyDose]) -> DailyDose:
    low = sum((dose.low for dose in doses), Fraction(0))
    high = sum((dose.high for dose in doses), Fraction(0))
    return DailyDose(low, high, tuple(line for dose in doses for line in dose.lines))


def plan_from(directions: Directions, anchor: date | None, *, ignore_length: bool = False) -> Plan | No:
    """The directions on the calendar, lengths counted from `anchor` (the first day of the order or fill)."""
    if anchor is None and any(line.length is not None for line in directions.lines):
        if directions.is_stepwise:
            return No("the directions go in steps and the first day is not known")
        ignore_length = True
    if directions.is_stepwise and anchor is not None:
        return Plan(tuple(_in_steps(directions.lines, anchor)), directions)
    lines = [replace(line, length=None) for line in directions.lines] if ignore_length else directions.lines
    return Plan(tuple(_placed(line, anchor) for line in lines), directions)


def _placed(line: Line, anchor: date | None) -> Step:
    """A line by its own dates, else by its length from the anchor."""
    starts = line.starts
    if line.length is None:
        return Step(line, starts, line.ends)
    begun = starts or anchor
    ends = None if begun is None else days_after(begun, whole_days(line.length))
    return Step(line, begun, ends)


def _in_steps(lines: tuple[Line, ...], anchor: date) -> Iterable[Step]:
    """Lines of one number run side by side; the next number starts when the longest of them ends."""
    begins, number, latest = anchor, lines[0].sequence, anchor
    for line in lines:
        if line.sequence != number:
            begins, number = (latest if line.sequence is not None else anchor), line.sequence
        step = _placed(line, begins)
        step = step if step.starts else replace(step, starts=begins)
        latest = max(latest, step.ends or begins)
        yield step


@dataclass(frozen=True, slots=True)
class Span:
    """The days on which any of the directions hold (half-open; None: open)."""

    starts: date | None
    ends: date | None


OPEN = Span(None, None)


def span_of(plan: Plan | No, dosages: tuple[Dosage, ...], anchor: date | None, *, ignore_length: bool = False) -> Span:
    """Of the plan; of the stated bounds where the directions as such cannot be read: an order that has run out is over,
    whatever it said."""
    if isinstance(plan, Plan):
        first, end = plan.first_day, plan.end
        return OPEN if first is None and end is None else Span(first, end)
    told = [dosage for dosage in dosages if not says_nothing(dosage)]
    bounds = [_bounds(dosage, None if ignore_length else anchor) for dosage in told]
    if not bounds or len({dosage.sequence for dosage in told}) > 1:
        return OPEN
    starts, ends = [each.starts for each in bounds], [each.ends for each in bounds]
    return Span(
        None if None in starts else min(each for each in starts if each),
        None if None in ends else max(each for each in ends if each),
    )


def _bounds(dosage: Dosage, anchor: date | None) -> Span:
    repeat = dosage.timing.repeat if dosage.timing else None
    length, (starts, ends) = bounds_days(repeat), bounds_of(repeat)
    if isinstance(length, Fraction) and anchor is not None:
        return Span(anchor, days_after(anchor, whole_days(length)))
    return Span(starts, ends)
