"""Medicines beside opioids: which are in force on the day, by drug class.

The same reading of supply as for opioids (the dose engine owns those): fills decide where there are any; an order covers its
supply length with refills; an order that is still listed as active without a length may cover the day, and is shown so.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction

from app.domain.feeds import Feed
from app.domain.medication import Dispense, Medication, Order, Statement
from app.domain.quantities import Quantity
from app.med.durations import days_of, whole_days
from app.rules.case import Case, once
from app.rules.evidence.found import Found, day_of
from app.terminology.drug_classes import REVERSAL, DrugClass, drug_classes

ENDED = frozenset({"stopped", "completed", "cancelled"})
INPATIENT = frozenset({"inpatient", "discharge"})
USUAL_SUPPLY = timedelta(days=90)
"""How long an active order without a supply length is taken to cover (as the dose engine does); later it "may" cover."""


@dataclass(frozen=True, slots=True)
class InForce:
    """One medicine that covers the day. `is_certain` False: still listed, and nothing says for how long."""

    medication: Medication
    reference: str
    since: date | None
    feed: Feed
    classes: tuple[DrugClass, ...]
    is_certain: bool

    @property
    def name(self) -> str:
        return self.medication.concept.label or "a medicine without a name"

    @property
    def found(self) -> Found:
        note = "" if self.is_certain else " (still listed; no supply length)"
        return Found(self.reference, self.since, f"{self.name}{note}", self.feed)

    def is_of(self, *classes: str) -> bool:
        return any(each.drug_class in classes for each in self.classes)


@once
def classed_in_force(case: Case) -> tuple[InForce, ...]:
    """Every medicine of a known class that covers, or may cover, the day."""
    filled = {order for fill in case.record.dispenses for order in fill.prescriptions}
    found = [*_fills(case), *_orders(case, filled)]
    ordered = {ingredient for each in found for ingredient in _ingredients(each)}
    said = (each for each in _statements(case) if not ordered.intersection(_ingredients(each)))
    return tuple(sorted([*found, *said], key=lambda each: (each.since or date.min, each.reference)))


def in_force(case: Case, classes: Iterable[str]) -> tuple[InForce, ...]:
    """Those of some classes."""
    wanted = tuple(classes)
    return tuple(each for each in classed_in_force(case) if each.is_of(*wanted))


def _ingredients(each: InForce) -> set[str]:
    return {member.ingredient for member in each.classes}


def _orders(case: Case, filled: set[str]) -> Iterator[InForce]:
    for order in case.record.orders:
        classes = drug_classes(order.medication)
        if not classes or order.reference in filled or order.status == "on-hold" or is_inpatient(order.category_codes):
            continue
        covers = order_covers(order, case.as_of)
        if covers is not None:
            since = day_of(order.authored_on, case.as_of)
            yield InForce(order.medication, order.reference, since, Feed.MEDICATIONS, classes, covers)


def order_covers(order: Order, as_of: date) -> bool | None:
    """True: covers the day; False: may cover it; None: does not."""
    if order.status in ENDED and not (order.last_updated and as_of < order.last_updated.date()):
        return None
    start, end = bounds_of(order)
    if start and start > as_of:
        return None
    if end:
        return True if as_of < end else None
    return start is None or as_of < start + USUAL_SUPPLY


def bounds_of(order: Order) -> tuple[date | None, date | None]:
    """First day, and the first day that is no longer covered, as far as the order says."""
    supply = order.supply
    start = order.authored_on.earliest if order.authored_on else None
    length = length_in_days(supply.days_supply if supply else None)
    if start and length:
        return start, start + timedelta(days=length * (1 + (supply.repeats or 0 if supply else 0)))
    ends = [
        each.timing.repeat.bounds_period.end.latest
        for each in order.dosages
        if each.timing
        and each.timing.repeat
        and each.timing.repeat.bounds_period
        and each.timing.repeat.bounds_period.end
    ]
    return start, max(ends) + timedelta(days=1) if ends else None


def length_in_days(duration: Quantity | None) -> int | None:
    """A length of supply in whole days; None when there is none or it cannot be read."""
    days = days_of(duration)
    return whole_days(days) if isinstance(days, Fraction) and days > 0 else None


def _fills(case: Case) -> Iterator[InForce]:
    for fill in case.record.dispenses:
        classes = drug_classes(fill.medication)
        if classes and not is_inpatient(fill.category_codes):
            covers = fill_covers(fill, case.as_of)
            if covers is not None:
                feed = Feed.PDMP if fill.is_pdmp else Feed.DISPENSES
                start = day_of(fill.handed_over_on or fill.prepared_on, case.as_of)
                yield InForce(fill.medication, fill.reference, start, feed, classes, covers)


def fill_covers(fill: Dispense, as_of: date) -> bool | None:
    """True: covers the day; False: may cover it; None: does not."""
    handed = fill.handed_over_on or fill.prepared_on
    if handed is None:
        return False
    length = length_in_days(fill.days_supply)
    if length is None:
        return False if as_of < handed.day + USUAL_SUPPLY else None
    return True if handed.earliest <= as_of < handed.earliest + timedelta(days=length) else None


def _statements(case: Case) -> Iterator[InForce]:
    for said in case.record.statements:
        classes = drug_classes(said.medication)
        if classes and said.status == "active" and is_within(said, case.as_of):
            start = said.effective.start if said.effective else said.asserted_on
            since = day_of(start, case.as_of)
            yield InForce(said.medication, said.reference, since, Feed.MEDICATIONS, classes, True)


def is_within(said: Statement, as_of: date) -> bool:
    """Not over by the day, as far as the statement says."""
    end = said.effective.end if said.effective else None
    return end is None or end.latest >= as_of


def is_inpatient(categories: tuple[str, ...]) -> bool:
    """For the ward only: no supply at home."""
    return bool(categories) and INPATIENT.issuperset(categories)


# --- naloxone --------------------------------------------------------------------------------------------------------


@once
def reversal_agents(case: Case) -> tuple[Found, ...]:
    """Naloxone or nalmefene alone: ordered, dispensed, or in the house by somebody's word on the list."""
    return tuple(_reversal(case))


def _reversal(case: Case) -> Iterator[Found]:
    for order in case.record.orders:
        is_live = order.status not in {"stopped", "cancelled", "draft"} and not is_inpatient(order.category_codes)
        if is_live and _is_reversal(order.medication):
            day = day_of(order.authored_on, case.as_of)
            yield Found(order.reference, day, _label(order.medication), Feed.MEDICATIONS)
    for fill in case.record.dispenses:
        if fill.status in {"completed", None} and _is_reversal(fill.medication):
            handed = day_of(fill.handed_over_on or fill.prepared_on, case.as_of)
            yield Found(fill.reference, handed, _label(fill.medication), Feed.DISPENSES)
    for said in case.record.statements:
        if said.status == "active" and _is_reversal(said.medication) and is_within(said, case.as_of):
            start = said.asserted_on or (said.effective.start if said.effective else None)
            yield Found(said.reference, day_of(start, case.as_of), _label(said.medication), Feed.MEDICATIONS)


def _is_reversal(medication: Medication) -> bool:
    return any(each.drug_class == REVERSAL for each in drug_classes(medication))


def _label(medication: Medication) -> str:
    return medication.concept.label or "naloxone"
