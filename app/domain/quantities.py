"""Amounts as a chart states them. Numbers are `Decimal`, built from the JSON text: a dose is never a float."""

from dataclasses import dataclass
from decimal import Decimal
from typing import NewType

MmePerDay = NewType("MmePerDay", Decimal)
"""Morphine milligram equivalents per day."""


@dataclass(frozen=True, slots=True)
class Quantity:
    """A FHIR Quantity (also SimpleQuantity, Duration, Age). `value` None means that the chart gives no number."""

    value: Decimal | None
    unit: str | None = None
    system: str | None = None
    code: str | None = None
    comparator: str | None = None


@dataclass(frozen=True, slots=True)
class Range:
    """A FHIR Range; either end may be missing."""

    low: Quantity | None = None
    high: Quantity | None = None


@dataclass(frozen=True, slots=True)
class Ratio:
    """A FHIR Ratio, such as 6 tablets per day or 5 mg per 325 mg."""

    numerator: Quantity | None = None
    denominator: Quantity | None = None
