"""The dose engine's answer: every opioid entry in exactly one state, the total, and the timeline.

MED is the morphine-equivalent dose; all dose numbers are exact `Decimal`s. Intervals are half-open: `starts` inclusive,
`ends` exclusive.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum


class SupplyState(StrEnum):
    """Exactly one of these for every opioid entry."""

    COUNTED = "counted"
    NOT_COUNTED = "not_counted"
    NOT_COMPUTABLE = "not_computable"


class Method(StrEnum):
    """Where a daily dose came from: the directions, or quantity over days' supply."""

    SIGNATURE = "signature"
    QUANTITY = "quantity"


@dataclass(frozen=True, slots=True)
class Amount:
    """A number with its unit ("mg", "mcg", "mcg/h", "mg/mL")."""

    value: Decimal
    unit: str


@dataclass(frozen=True, slots=True)
class Product:
    """What was prescribed: the product-level RxCUI where one is known, and the name as stated."""

    rxcui: str | None
    name: str | None


@dataclass(frozen=True, slots=True)
class Working:
    """The multiplication behind one daily dose. For patches `units_per_dose` is the number worn at once and
    `doses_per_day` is None; for the quantity method `units_per_dose` is quantity and `doses_per_day` is 1 / days."""

    strength: Amount | None
    units_per_dose: Decimal | None
    doses_per_day: Decimal | None
    words: str
    """The same as one line to read: "10 mg × 2 tablets × 4 a day = 80 mg, × 1.5"."""


@dataclass(frozen=True, slots=True)
class Supply:
    """One prescription or fill as the engine sees it.

    `low` and `high` are MME/day from the directions; `mme_per_day` is the headline (the high end). `factor_note` is set when
    the factor is outside the CDC table. `reason` is set when the state is not `counted`. `in_force` says whether it
    covers (or may cover) the day asked about.
    """

    sources: tuple[str, ...]
    ingredient: str | None
    product: Product
    state: SupplyState
    reason: str | None = None
    prescriber: str | None = None
    prescriber_name: str | None = None
    method: Method | None = None
    working: Working | None = None
    daily_dose: Amount | None = None
    factor: Decimal | None = None
    factor_note: str | None = None
    mme_per_day: Decimal | None = None
    low: Decimal | None = None
    high: Decimal | None = None
    signature_mme_per_day: Decimal | None = None
    quantity_mme_per_day: Decimal | None = None
    as_needed: bool = False
    starts: date | None = None
    ends: date | None = None
    in_force: bool = False
    is_long_acting: bool = False
    route: str | None = None
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch of days with one daily MED. `complete` False: at least this much."""

    starts: date
    ends: date
    mme: Decimal
    complete: bool


@dataclass(frozen=True, slots=True)
class MedTotal:
    """The answer for one person on one day.

    `mme_per_day` None: opioid entries are in force (or could not be read) and none is computable. Zero only when every
    opioid entry was read and none counts today. `complete` False: the number is "at least". Averages are over the
    90 days that end with `as_of`; None when nothing could be computed; with `averages_complete` False they are "at least" too.
    """

    patient: str | None
    as_of: date
    factor_set: str
    mme_per_day: Decimal | None
    complete: bool
    signature_mme_per_day: Decimal | None
    quantity_mme_per_day: Decimal | None
    average_90d: Decimal | None
    average_90d_covered: Decimal | None
    maximum_90d: Decimal | None
    supplies: tuple[Supply, ...] = ()
    timeline: tuple[Segment, ...] = ()
    notes: tuple[str, ...] = ()
    averages_complete: bool = True

    @property
    def in_force(self) -> tuple[Supply, ...]:
        """The supplies that cover, or may cover, the day asked about."""
        return tuple(supply for supply in self.supplies if supply.in_force)
