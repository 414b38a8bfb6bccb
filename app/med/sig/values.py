"""What a free-text direction says, as values: doses, how often, as needed or not, stated maxima, steps in order.

Nothing is assumed: a text without a readable frequency is `Refused`, never "once a day".
"""

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

MEASURED = frozenset({"mg", "mcg", "g", "mL"})
"""Units that measure a dose; all others count pieces of the product."""


def as_decimal(value: Fraction) -> Decimal:
    """An exact fraction as a Decimal (28 digits where it does not end, as in one patch every three days)."""
    return Decimal(value.numerator) / Decimal(value.denominator)


@dataclass(frozen=True, slots=True)
class Equivalent:
    """The same dose in another unit, as the text states it: "1 tablet (10 mg)"."""

    low: Decimal
    high: Decimal
    unit: str


@dataclass(frozen=True, slots=True)
class Dose:
    """The amount of one administration. `unit` is "tablet", "capsule", "patch", "film", "lozenge", "spray", "suppository",
    "drop", "mL", "mg", "mcg", "g", or "each": units of the product, whatever they are ("1 po tid")."""

    low: Decimal
    high: Decimal
    unit: str
    equivalent: Equivalent | None = None


@dataclass(frozen=True, slots=True)
class Frequency:
    """How often: administrations per day, exact. An interval of 72 hours is 1/3."""

    low: Fraction
    high: Fraction

    @property
    def per_day_low(self) -> Decimal:
        return as_decimal(self.low)

    @property
    def per_day_high(self) -> Decimal:
        return as_decimal(self.high)

    @property
    def longest_interval_hours(self) -> Decimal:
        """24 / low: the hours between doses at the low end (72 for a patch changed every three days)."""
        return as_decimal(24 / self.low)

    @property
    def shortest_interval_hours(self) -> Decimal:
        return as_decimal(24 / self.high)


@dataclass(frozen=True, slots=True)
class Part:
    """One dose and its times within a day. `frequency` None: a single dose, once (only as one step of several)."""

    dose: Dose
    frequency: Frequency | None
    as_needed: bool = False

    @property
    def units_low(self) -> Fraction:
        """Units a day at the low end; a single dose counts for its own day."""
        return Fraction(self.dose.low) * (self.frequency.low if self.frequency else 1)

    @property
    def units_high(self) -> Fraction:
        return Fraction(self.dose.high) * (self.frequency.high if self.frequency else 1)


@dataclass(frozen=True, slots=True)
class Step:
    """All parts of one day, for `days` days (None: not stated). Parts of one day add."""

    parts: tuple[Part, ...]
    days: Decimal | None = None

    @property
    def unit(self) -> str | None:
        """The unit of all parts, or None when they differ and cannot be added. "1 tab twice a day and 1 at noon" is tablets."""
        units = {part.dose.unit for part in self.parts}
        named = units - {"each"} or units
        unit = next(iter(named))
        return unit if len(named) == 1 and not (len(units) > 1 and unit in MEASURED) else None

    @property
    def doses_per_day_low(self) -> Decimal:
        return as_decimal(
            sum((part.frequency.low if part.frequency else Fraction(1) for part in self.parts), Fraction(0))
        )

    @property
    def doses_per_day_high(self) -> Decimal:
        return as_decimal(
            sum((part.frequency.high if part.frequency else Fraction(1) for part in self.parts), Fraction(0))
        )


@dataclass(frozen=True, slots=True)
class Maximum:
    """A stated limit: `amount` `unit` in `days` days. Unit "each": a bare number ("max 6/day"); "dose": administrations."""

    amount: Decimal
    unit: str
    days: Decimal

    @property
    def per_day(self) -> Fraction:
        return Fraction(self.amount) / Fraction(self.days)


@dataclass(frozen=True, slots=True)
class Sig:
    """Directions that were read completely. `steps` follow each other in time; `maxima` limit every step."""

    text: str
    steps: tuple[Step, ...]
    maxima: tuple[Maximum, ...] = ()

    @property
    def as_needed(self) -> bool:
        return any(part.as_needed for step in self.steps for part in step.parts)

    @property
    def is_sequence(self) -> bool:
        return len(self.steps) > 1

    def units_per_day_low(self, step: Step) -> Decimal:
        """Units a day of a step at the low end, in `step.unit` (ValueError when its parts have different units)."""
        total = self._added(step, [part.units_low for part in step.parts])
        return as_decimal(min([total, *self._limits(step)]))

    def units_per_day_high(self, step: Step) -> Decimal:
        """The same at the high end, after every stated maximum whose unit can be compared."""
        total = self._added(step, [part.units_high for part in step.parts])
        return as_decimal(min([total, *self._limits(step)]))

    @property
    def highest_units_per_day(self) -> Decimal:
        """The most units a day over all steps."""
        return max(self.units_per_day_high(step) for step in self.steps)

    def unapplied_maxima(self, step: Step) -> tuple[Maximum, ...]:
        """Stated maxima that could not be compared with the dose (mg against tablets): a caller that knows the strength
        has to apply them."""
        return tuple(limit for limit in self.maxima if self._in_units(limit, step) is None)

    @staticmethod
    def _added(step: Step, amounts: list[Fraction]) -> Fraction:
        if step.unit is None:
            raise ValueError("the parts of this step have different units")
        return sum(amounts, Fraction(0))

    def _limits(self, step: Step) -> list[Fraction]:
        return [limit for each in self.maxima if (limit := self._in_units(each, step)) is not None]

    @staticmethod
    def _in_units(limit: Maximum, step: Step) -> Fraction | None:
        """A maximum in the step's units a day; None when the text gives no way to compare."""
        counted = step.unit is not None and step.unit not in MEASURED
        if limit.unit == step.unit or (limit.unit == "each" and counted):
            return limit.per_day
        if step.unit == "each" and limit.unit not in MEASURED | {"dose"}:
            return limit.per_day
        if limit.unit == "dose":
            return limit.per_day * max(Fraction(part.dose.high) for part in step.parts)
        ratios = {_units_per(part.dose, limit.unit) for part in step.parts}
        ratio = next(iter(ratios)) if len(ratios) == 1 else None
        return None if ratio is None else limit.per_day * ratio


def _units_per(dose: Dose, unit: str) -> Fraction | None:
    """How many of the dose's units make one `unit`, by the text's own equivalence ("1 tablet (5 mg)": 1/5)."""
    same = dose.equivalent
    if same is None or same.unit != unit or not same.high:
        return None
    return Fraction(dose.high) / Fraction(same.high)


@dataclass(frozen=True, slots=True)
class Refused:
    """Directions that were not fully understood. `reason` is one plain sentence; nothing of the text may be used."""

    text: str
    reason: str
