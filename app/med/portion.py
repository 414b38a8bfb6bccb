"""One dose of a drug: a stated measure (2 tablets, 10 mL, 20 mg, 25 mcg/h) as milligrams, or as mcg/h for patches."""

from dataclasses import dataclass, replace
from fractions import Fraction

from app.domain.outcome import No
from app.med.drug import Drug
from app.med.exact import shown
from app.med.units import Kind, Measure

_ALIKE = frozenset({"tablet", "capsule"})
_MOST_PIECES = 4
_MOST_MILLILITRES = 60
"""More than this at a time of a combination means that the milligrams are those of the other ingredient (ours)."""
_WHOSE_MILLIGRAMS = "the milligrams may be those of another ingredient: the strength of this combination is not known"
"""A milligram dose of a combination that would be more pieces than this speaks of the other ingredient."""


@dataclass(frozen=True, slots=True)
class Portion:
    """`amount` in mg (mcg/h for patches); `pieces` in tablets, mL, sprays or patches, None when the strength is unknown."""

    amount: Fraction
    pieces: Fraction | None
    notes: tuple[str, ...] = ()

    def times(self, factor: Fraction) -> "Portion":
        return replace(self, amount=self.amount * factor, pieces=None if self.pieces is None else self.pieces * factor)


def portion_of(measure: Measure, drug: Drug) -> Portion | No:
    """The measure in the drug's own terms, or why unit and form do not fit each other."""
    if drug.is_patch:
        found = _patches(measure, drug)
    elif measure.unit.kind is Kind.MASS:
        found = _by_mass(measure.scaled, drug)
    elif drug.strength is None:
        return No(f"strength not known: {drug.why_no_strength}")
    else:
        pieces = pieces_of(measure, drug)
        found = pieces if isinstance(pieces, No) else Portion(pieces * drug.strength, pieces)
    return found if isinstance(found, No) else replace(found, notes=found.notes + measure.notes)


def pieces_of(measure: Measure, drug: Drug) -> Fraction | No:
    """How many of the drug's pieces (tablets, mL …) a count or volume is."""
    is_liquid = drug.piece == "mL"
    if is_liquid and measure.unit.kind is Kind.VOLUME:
        return measure.scaled
    if is_liquid and measure.unit.word == "each" and drug.container_ml is not None:
        return measure.scaled * drug.container_ml
    if not is_liquid and _is_piece_of(measure, drug):
        return measure.scaled
    return No(f"a dose in {measure.unit.word} does not fit a product in {drug.piece}")


def _is_piece_of(measure: Measure, drug: Drug) -> bool:
    word = measure.unit.word
    if measure.unit.kind is not Kind.PIECE:
        return False
    is_counted_alone = word == "each" and drug.piece != "spray"
    return is_counted_alone or word == drug.piece or {word, drug.piece or ""} <= _ALIKE


def _by_mass(milligrams: Fraction, drug: Drug) -> Portion | No:
    """A dose in mg is the opioid's mg. In a combination it is refused when it can only mean the other ingredient."""
    if drug.strength is None:
        return No(_WHOSE_MILLIGRAMS) if drug.is_combination else Portion(milligrams, None)
    pieces = milligrams / drug.strength
    if drug.others and pieces > (_MOST_MILLILITRES if drug.strength_unit == "mg/mL" else _MOST_PIECES):
        return No(f"{shown(milligrams)} mg does not look like the opioid's part of this combination")
    if drug.strength_unit == "mg/mL":
        return Portion(milligrams, pieces)
    is_divisible = (pieces * 4).denominator == 1
    odd = (
        ()
        if is_divisible
        else (f"{shown(milligrams)} mg is no whole number of {shown(drug.strength)} mg {drug.piece}s",)
    )
    return Portion(milligrams, pieces, odd)


def _patches(measure: Measure, drug: Drug) -> Portion | No:
    """Patches worn at once × mcg/h. A dose in mcg/h is compared with the patch's own strength."""
    kind = measure.unit.kind
    if kind is Kind.PIECE and measure.unit.word in ("patch", "each"):
        if drug.strength is None:
            return No(f"strength not known: {drug.why_no_strength}")
        return Portion(measure.scaled * drug.strength, measure.scaled)
    if kind is Kind.RATE:
        return _by_rate(measure.scaled, drug, ())
    if kind is Kind.MASS and drug.strength is not None and measure.unit.word == "mcg":
        return _by_rate(measure.number, drug, ("the dose is written in mcg; read as mcg/h, as the patch is labelled",))
    return No(f"a dose in {measure.unit.word} does not fit a patch")


def _by_rate(rate: Fraction, drug: Drug, notes: tuple[str, ...]) -> Portion | No:
    if drug.strength is None:
        return Portion(rate, None, notes)
    labelled = _as_labelled(rate, drug.strength)
    patches = labelled / drug.strength
    if patches.denominator != 1:
        return No(f"{shown(rate)} mcg/h does not fit a patch of {shown(drug.strength)} mcg/h")
    return Portion(labelled, patches, notes)


def _as_labelled(rate: Fraction, strength: Fraction) -> Fraction:
    """The 12 mcg/h patch gives 12.5, and is written either way."""
    both_ways = {Fraction(12), Fraction(25, 2)}
    return strength if {rate, strength} <= both_ways else rate
