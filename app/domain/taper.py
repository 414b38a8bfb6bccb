"""A plan for a slower dose, in numbers, and the daily dose that it means for each day.

Pauses are normal in a taper and are not modelled: the plan says what was agreed, not what has to be.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_CEILING, Decimal
from enum import StrEnum

from app.domain.med import Segment


class StepUnit(StrEnum):
    """What one step is counted in."""

    PERCENT = "percent"
    """Percent of the starting dose: each step is as large as the first."""
    MME = "mme"


@dataclass(frozen=True, slots=True)
class TaperPlan:
    """Doses are MME/day. `starts` is the first day of the first lower dose; until then the dose is `from_mme`.

    Then it falls by one step every `every_weeks` weeks and stays at `target_mme`; the last step may be smaller. Raises
    ValueError for numbers that lead nowhere.
    """

    starts: date
    from_mme: Decimal
    step: Decimal
    step_unit: StepUnit
    every_weeks: int
    target_mme: Decimal

    def __post_init__(self) -> None:
        if not (0 <= self.target_mme < self.from_mme and self.step > 0 and self.every_weeks > 0):
            raise ValueError("A plan for a slower dose goes down, by steps above 0, some weeks apart.")

    @property
    def step_mme(self) -> Decimal:
        """One step in MME/day."""
        return self.from_mme * self.step / 100 if self.step_unit is StepUnit.PERCENT else self.step

    @property
    def steps(self) -> int:
        """How many steps lead to the target."""
        return int(((self.from_mme - self.target_mme) / self.step_mme).to_integral_value(ROUND_CEILING))

    @property
    def reached_on(self) -> date:
        """The first day at the target."""
        return self._step_day(self.steps)

    def planned_on(self, day: date) -> Decimal:
        """The planned dose of one day."""
        if day < self.starts:
            return self.from_mme
        return self._after((day - self.starts).days // (7 * self.every_weeks) + 1)

    def stretches(self, first: date, end: date) -> tuple[Segment, ...]:
        """The planned dose from `first` until before `end`, level by level."""
        return tuple(self._between(first, end))

    def is_faster_than(self, percent: Decimal, weeks: int) -> bool:
        """Whether it goes down by more than `percent` of the starting dose in so many weeks."""
        return self.step_mme * 100 * weeks > percent * self.from_mme * self.every_weeks

    def _between(self, first: date, end: date) -> Iterator[Segment]:
        begins = [first, *(day for day in map(self._step_day, range(1, self.steps + 1)) if first < day < end)]
        for begin, until in zip(begins, (*begins[1:], end), strict=True):
            if begin < until:
                yield Segment(begin, until, self.planned_on(begin), True)

    def _step_day(self, number: int) -> date:
        return self.starts + timedelta(weeks=self.every_weeks * (number - 1))

    def _after(self, steps: int) -> Decimal:
        return max(self.target_mme, self.from_mme - steps * self.step_mme)
