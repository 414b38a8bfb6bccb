"""One prescription from several entries: its order, and its fills as the EHR and the PDMP report them.

A fill belongs to the order that it names. Without a name it is matched by product, date and quantity, never by text;
equal entries of different prescribers stay apart, and so do two equal entries of one system.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from difflib import SequenceMatcher

from app.domain.dates import PartialDate
from app.domain.medication import Dispense, Order
from app.domain.quantities import Quantity
from app.med.entries import ON_HOLD, Entry

_SAME_FILL_DAYS = 3
_EARLY_FILL_DAYS = 1
_LONGEST_WAIT_DAYS = 365
_TITLES = frozenset({"dr", "md", "do", "np", "pa", "dnp", "arnp", "rn", "pharmd", "dds", "dmd"})
_SAME_NAME = 0.85
"""Similarity of two names that differ in a letter or a missing middle name."""


@dataclass(frozen=True, slots=True)
class Fill:
    """One hand-over, as one or two systems report it. The first entry is the one whose details are used."""

    entries: tuple[Entry, ...]

    @property
    def dispense(self) -> Dispense:
        found = self.entries[0].source
        assert isinstance(found, Dispense)
        return found

    @property
    def day(self) -> date | None:
        return fill_day(self.dispense)

    @property
    def references(self) -> tuple[str, ...]:
        return tuple(entry.reference for entry in self.entries)


@dataclass(frozen=True, slots=True)
class Prescription:
    """An order with the fills that belong to it; `order` None for fills whose order is not in the chart."""

    order: Entry | None
    fills: tuple[Fill, ...] = ()

    @property
    def request(self) -> Order | None:
        found = self.order.source if self.order else None
        return found if isinstance(found, Order) else None


@dataclass(frozen=True, slots=True)
class Prescriber:
    """Who prescribed, by reference and by name; either may be missing."""

    reference: str | None
    name: str | None

    def may_be(self, other: "Prescriber") -> bool:
        """False only when the two are known to differ: different names, or different references without names."""
        if self.reference and self.reference == other.reference:
            return True
        if self.name and other.name:
            return _is_same_name(self.name, other.name)
        return not (self.reference and other.reference)


def _is_same_name(one: str, other: str) -> bool:
    first, second = (" ".join(sorted(_name_words(name))) for name in (one, other))
    return first == second or SequenceMatcher(None, first, second).ratio() >= _SAME_NAME


def _name_words(name: str) -> set[str]:
    words = name.lower().replace(",", " ").replace(".", " ").split()
    return {word for word in words if word not in _TITLES} or set(words)


def day_of(stated: PartialDate | None) -> date | None:
    """The first day that it may mean."""
    return stated.earliest if stated else None


def fill_day(fill: Dispense) -> date | None:
    """The day of the hand-over, else of its preparation."""
    return day_of(fill.handed_over_on or fill.prepared_on)


def who_ordered(order: Order) -> Prescriber:
    return Prescriber(order.requester, order.requester_name)


def who_prescribed(fill: Dispense) -> Prescriber:
    return Prescriber(fill.prescriber, fill.prescriber_name)


def gather(orders: tuple[Entry, ...], fills: tuple[Entry, ...]) -> tuple[Prescription, ...]:
    """Every order with its fills, then the fills that belong to none. The order of the entries does not matter."""
    orders = tuple(sorted(orders, key=_order_key))
    named = {entry.reference: place for place, entry in enumerate(orders)}
    taken: dict[int, list[Fill]] = {}
    alone: list[Fill] = []
    hand_overs = sorted(_hand_overs(fills), key=lambda fill: _fill_key(fill.entries[0]))
    for fill in hand_overs:
        place = next((named[each] for each in _named_orders(fill) if each in named), None)
        if place is not None:
            taken.setdefault(place, []).append(fill)
    for fill in hand_overs:
        if any(each in named for each in _named_orders(fill)):
            continue
        place = _matching_order(fill, orders, taken)
        if place is None:
            alone.append(fill)
        else:
            taken.setdefault(place, []).append(fill)
    with_orders = (Prescription(entry, _by_day(taken.get(place, []))) for place, entry in enumerate(orders))
    return (*with_orders, *(Prescription(None, (fill,)) for fill in alone))


def _by_day(fills: list[Fill]) -> tuple[Fill, ...]:
    return tuple(sorted(fills, key=lambda fill: _fill_key(fill.entries[0])))


def _order_key(entry: Entry) -> tuple[date, str]:
    source = entry.source
    return (day_of(source.authored_on) if isinstance(source, Order) else None) or date.min, entry.reference


def _fill_key(entry: Entry) -> tuple[date, str]:
    source = entry.source
    return (fill_day(source) if isinstance(source, Dispense) else None) or date.min, entry.reference


def _named_orders(fill: Fill) -> Iterable[str]:
    for entry in fill.entries:
        if isinstance(entry.source, Dispense):
            yield from entry.source.prescriptions


# --- one hand-over in two systems ------------------------------------------------------------------------------------


def _hand_overs(entries: tuple[Entry, ...]) -> list[Fill]:
    """EHR dispenses, each with the PDMP row of the same hand-over; PDMP rows without one stand alone."""
    ordered = sorted(entries, key=_fill_key)
    reported = [entry for entry in ordered if isinstance(entry.source, Dispense) and entry.source.is_pdmp]
    own = [entry for entry in ordered if entry not in reported]
    found = []
    for entry in own:
        twin = next((each for each in reported if _is_same_hand_over(entry, each)), None)
        if twin is not None:
            reported.remove(twin)
        found.append(Fill((entry,) if twin is None else (_completed(entry, twin), twin)))
    return found + [Fill((entry,)) for entry in reported]


def _is_same_hand_over(own: Entry, reported: Entry) -> bool:
    one, other = own.source, reported.source
    if not isinstance(one, Dispense) or not isinstance(other, Dispense):
        return False
    first, second = fill_day(one), fill_day(other)
    is_near = first is not None and second is not None and abs((first - second).days) <= _SAME_FILL_DAYS
    return is_near and own.drug.is_like(reported.drug) and _may_be_same_amount(one.quantity, other.quantity)


def _completed(own: Entry, reported: Entry) -> Entry:
    """The EHR's row with what only the PDMP knows of the same hand-over."""
    one, other = own.source, reported.source
    assert isinstance(one, Dispense)
    assert isinstance(other, Dispense)
    merged = replace(
        one,
        quantity=one.quantity or other.quantity,
        days_supply=one.days_supply or other.days_supply,
        prescriber=one.prescriber or other.prescriber,
        prescriber_name=one.prescriber_name or other.prescriber_name,
    )
    return replace(own, source=merged, drug=own.drug if own.drug.strength is not None else reported.drug)


def _may_be_same_amount(one: Quantity | None, other: Quantity | None) -> bool:
    """Equal numbers; an amount that is not known fits any."""
    if one is None or other is None or one.value is None or other.value is None:
        return True
    return one.value == other.value


# --- the order of a fill that names none -----------------------------------------------------------------------------


def _matching_order(fill: Fill, orders: tuple[Entry, ...], taken: dict[int, list[Fill]]) -> int | None:
    """The latest order before the fill that it fits and that still has a fill to give."""
    fitting = [place for place, entry in enumerate(orders) if _fits(fill, entry, taken.get(place, []))]
    return fitting[-1] if fitting else None


def _fits(fill: Fill, entry: Entry, already: list[Fill]) -> bool:
    order, dispense = entry.source, fill.dispense
    if not isinstance(order, Order) or entry.aside not in (None, ON_HOLD):
        return False
    written, filled = day_of(order.authored_on), fill.day
    is_in_time = written is None or filled is None or -_EARLY_FILL_DAYS <= (filled - written).days <= _LONGEST_WAIT_DAYS
    ordered = order.supply.quantity if order.supply else None
    repeats = order.supply.repeats if order.supply else None
    return (
        is_in_time
        and entry.drug.is_like(fill.entries[0].drug)
        and (repeats is None or len(already) <= repeats)
        and _may_be_same_amount(ordered, dispense.quantity)
        and who_ordered(order).may_be(who_prescribed(dispense))
    )
