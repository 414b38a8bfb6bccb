"""Choosing the dose: one of several `doseAndRate` entries, low and high. Never a sum: charts repeat one dose in several ways.

Preference: ordered, then untyped, then calculated, then any other (the number of tablets handed out). The others serve as
a check, and as a stand-in, named, when the preferred one cannot be read.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from app.domain.medication import DoseAndRate
from app.domain.outcome import No
from app.domain.quantities import Quantity, Range
from app.med.drug import Drug
from app.med.portion import Portion, portion_of
from app.med.units import read_quantity

_PREFERENCE = {"ordered": 0, None: 1, "calculated": 2}
_LAST = 3


@dataclass(frozen=True, slots=True)
class Dose:
    """One dose as directed: the low and the high end of what is taken at one time."""

    low: Portion
    high: Portion
    notes: tuple[str, ...] = ()

    def is_same(self, other: "Dose") -> bool:
        return (self.low.amount, self.high.amount) == (other.low.amount, other.high.amount)

    def capped(self, cap: Portion) -> "Dose":
        """Neither end above `cap` (a maximum for one administration)."""
        return Dose(_lesser(self.low, cap), _lesser(self.high, cap), self.notes)


def choose_dose(doses: tuple[DoseAndRate, ...], drug: Drug) -> Dose | No:
    """The dose of one instruction in the drug's terms."""
    ranked = sorted(doses, key=_rank)
    read = [(_rank(each), dose_of(each, drug)) for each in ranked if each.dose or each.rate]
    found = [(rank, dose) for rank, dose in read if isinstance(dose, Dose)]
    if not found:
        return next((why for _, why in read if isinstance(why, No)), No("no dose is given"))
    best, chosen = found[0]
    peers = [dose for rank, dose in found if rank == best and not dose.is_same(chosen)]
    if peers:
        return No("the directions give two different doses and do not say which is meant")
    return Dose(chosen.low, chosen.high, chosen.notes + tuple(_doubts(read, best, chosen)))


def _rank(each: DoseAndRate) -> int:
    return _PREFERENCE.get(each.kind.strip().lower() if each.kind else None, _LAST)


def _doubts(read: list[tuple[int, Dose | No]], best: int, chosen: Dose) -> Iterator[str]:
    """What the entries that were not chosen have to say."""
    for rank, other in read:
        if isinstance(other, No) and rank <= best:
            yield f"one dose entry could not be read ({other.reason}); the next was used"
        elif isinstance(other, Dose) and not other.is_same(chosen):
            yield "the dose entries differ (ordered, calculated or handed out); the first of these is used"


def dose_of(stated: DoseAndRate, drug: Drug) -> Dose | No:
    """One entry: an amount, a range, or for a patch a rate."""
    dose = stated.dose
    if dose is None and drug.is_patch and isinstance(stated.rate, Quantity | Range):
        dose = stated.rate
    if isinstance(dose, Range):
        return _range(dose, drug)
    portion = _portion(dose, drug)
    return portion if isinstance(portion, No) else Dose(portion, portion, portion.notes)


def _range(stated: Range, drug: Drug) -> Dose | No:
    """Both ends. Without a lower end it is "up to"; without an upper end the most that may be taken is not known."""
    if stated.high is None:
        return No("the dose range has no upper end")
    high = _portion(_with_unit_of(stated.high, stated.low), drug)
    low = high if stated.low is None else _portion(_with_unit_of(stated.low, stated.high), drug)
    if isinstance(high, No):
        return high
    if isinstance(low, No):
        return low
    if low.amount > high.amount:
        return No("the dose range runs backwards")
    return Dose(low, high, tuple(dict.fromkeys(low.notes + high.notes)))


def _with_unit_of(end: Quantity, other: Quantity | None) -> Quantity:
    """One end of a range may leave the unit to the other."""
    if other is None or end.unit or end.code:
        return end
    return Quantity(end.value, other.unit, other.system, other.code, end.comparator)


def _portion(quantity: Quantity | None, drug: Drug) -> Portion | No:
    measure = read_quantity(quantity)
    return measure if isinstance(measure, No) else portion_of(measure, drug)


def _lesser(one: Portion, other: Portion) -> Portion:
    return one if one.amount <= other.amount else other
