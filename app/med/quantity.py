"""The second source: quantity over days' supply, as the daily dose that the amount handed out allows."""

from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache

from app.domain.outcome import No
from app.domain.quantities import Quantity
from app.med.drug import Drug
from app.med.durations import days_of
from app.med.exact import exact, shown
from app.med.line import counted
from app.med.portion import pieces_of
from app.med.units import Kind, Measure, read_quantity

USUAL_WEAR_DAYS = Fraction(3)
_COUNTED_SINGLY = frozenset({"tablet", "capsule", "patch", "film", "lozenge", "suppository"})


@dataclass(frozen=True, slots=True)
class QuantityDose:
    """`daily` in mg a day (mcg/h for patches). `pieces` is the quantity (for patches the number worn at once); `days` the
    supply length, None for patches, as in the working."""

    daily: Fraction
    pieces: Fraction | None
    days: Fraction | None
    words: str
    notes: tuple[str, ...] = ()


@lru_cache(maxsize=8192)
def quantity_dose(
    quantity: Quantity | None, days_supply: Quantity | None, drug: Drug, wear_days: Fraction | None
) -> QuantityDose | No:
    """Quantity ÷ days' supply. `wear_days` is the change interval by the directions; else the label's, else three days."""
    days = days_of(days_supply)
    if days is None or isinstance(days, No):
        return days or No("no days' supply is given")
    measure = _measure(quantity, drug)
    if isinstance(measure, No):
        return measure
    if drug.is_patch:
        return _worn_at_once(measure, days, drug, wear_days or drug.wear_days or USUAL_WEAR_DAYS)
    if measure.unit.kind is Kind.MASS:
        words = f"{shown(measure.number)} {measure.unit.word} ÷ {shown(days)} days"
        return QuantityDose(measure.scaled / days, None, days, words, measure.notes)
    return _pieces_a_day(measure, days, drug)


def _pieces_a_day(measure: Measure, days: Fraction, drug: Drug) -> QuantityDose | No:
    if drug.strength is None:
        return No(f"strength not known: {drug.why_no_strength}")
    if drug.piece == "spray" or (drug.piece == "mL" and measure.unit.kind is not Kind.VOLUME):
        return No("the quantity does not say how much is in it")
    pieces = pieces_of(measure, drug)
    if isinstance(pieces, No):
        return pieces
    strength = f"{shown(drug.strength)} {drug.strength_unit}"
    words = f"{strength} × {counted(pieces, drug.piece or 'piece')} ÷ {shown(days)} days"
    return QuantityDose(pieces * drug.strength / days, pieces, days, words, measure.notes)


def _worn_at_once(measure: Measure, days: Fraction, drug: Drug, wear: Fraction) -> QuantityDose | No:
    if drug.strength is None:
        return No(f"strength not known: {drug.why_no_strength}")
    if measure.unit.kind is not Kind.PIECE or measure.unit.word not in ("patch", "each"):
        return No(f"a quantity in {measure.unit.word} does not fit a patch")
    worn = measure.scaled * wear / days
    words = (
        f"{shown(drug.strength)} mcg/h × {counted(measure.scaled, 'patch')} × {shown(wear)} days of wear "
        f"÷ {shown(days)} days"
    )
    return QuantityDose(worn * drug.strength, worn, None, words, measure.notes)


def _measure(quantity: Quantity | None, drug: Drug) -> Measure | No:
    """A quantity without a unit counts pieces where the product has countable ones, as pharmacies send it."""
    if quantity is None or quantity.value is None:
        return No("no quantity is given")
    if quantity.unit or quantity.code or drug.piece not in _COUNTED_SINGLY:
        return read_quantity(quantity)
    number = exact(quantity.value)
    return read_quantity(quantity) if number is None else read_quantity(Quantity(quantity.value, drug.piece))
