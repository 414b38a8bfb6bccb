"""What one dose or quantity is counted in: milligrams, millilitres, micrograms an hour, or pieces such as tablets.

UCUM code first, then codes of other systems, then the unit's text as real charts spell it. A word that names a package
(bottle, box) or that we do not know is refused; it never becomes a tablet.
"""

import re
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from functools import lru_cache

from app.domain.codes import SNOMED, UCUM
from app.domain.outcome import No
from app.domain.quantities import Quantity
from app.med.exact import exact


class Kind(StrEnum):
    """What a unit measures."""

    MASS = "mass"
    VOLUME = "volume"
    RATE = "rate"
    PIECE = "piece"


@dataclass(frozen=True, slots=True)
class Unit:
    """`scale` turns it into mg (mass), mL (volume), mcg/h (rate) or pieces; `word` is what a person would call it."""

    kind: Kind
    scale: Fraction
    word: str


@dataclass(frozen=True, slots=True)
class Measure:
    """A readable quantity: `number` as stated, in `unit`. `notes` say what was odd about it."""

    number: Fraction
    unit: Unit
    notes: tuple[str, ...] = ()

    @property
    def scaled(self) -> Fraction:
        """In mg, mL, mcg/h or pieces."""
        return self.number * self.unit.scale


EACH = Unit(Kind.PIECE, Fraction(1), "each")
MILLILITRE = Unit(Kind.VOLUME, Fraction(1), "mL")


def _units() -> dict[str, Unit]:
    thousandth = Fraction(1, 1000)
    scales: tuple[tuple[Kind, Fraction | int, str, str], ...] = (
        (Kind.MASS, 1, "mg", "mg mgs milligram milligrams milligramme milligrammes"),
        (Kind.MASS, 1000, "g", "g gm gms gram grams gramme grammes"),
        (Kind.MASS, thousandth, "mcg", "mcg mcgs ug ugs microgram micrograms microgramme microgrammes"),
        (Kind.VOLUME, 1, "mL", "ml mls milliliter milliliters millilitre millilitres cc ccs cm3"),
        (Kind.VOLUME, 10, "cL", "cl"),
        (Kind.VOLUME, 100, "dL", "dl"),
        (Kind.VOLUME, 1000, "L", "l liter liters litre litres"),
        (Kind.VOLUME, 5, "teaspoon", "tsp tsps teaspoon teaspoons teaspoonful teaspoonfuls tsp_us"),
        (Kind.VOLUME, 15, "tablespoon", "tbsp tbsps tablespoon tablespoons tablespoonful tablespoonfuls tbs_us"),
        (Kind.VOLUME, 30, "fluid ounce", "foz_us"),
        (Kind.RATE, 1, "mcg/h", "mcg/h mcg/hr mcg/hour ug/h ug/hr ug/hour mcg/hrs ug/hrs"),
        (Kind.RATE, 1000, "mg/h", "mg/h mg/hr mg/hour"),
        (Kind.PIECE, 1, "tablet", "tablet tablets tab tabs tbl tbls tabl caplet caplets pill pills"),
        (Kind.PIECE, 1, "tablet", "ertab ertab12 ertab24 subtab sltab buctab chewtab odt ectab tabsl tabmphase"),
        (Kind.PIECE, 1, "capsule", "capsule capsules cap caps capsul ercap ercap12 ercap24 capsprinkle"),
        (Kind.PIECE, 1, "patch", "patch patches patche tpatch tpath72 ptch"),
        (Kind.PIECE, 1, "film", "film films strip strips"),
        (Kind.PIECE, 1, "lozenge", "lozenge lozenges loz lollipop lollipops troche troches"),
        (Kind.PIECE, 1, "spray", "spray sprays spry actuation actuations actuat puff puffs"),
        (Kind.PIECE, 1, "suppository", "suppository suppositories supp supps recsupp"),
        (Kind.PIECE, 1, "each", "each ea unit units 1 piece pieces"),
    )
    return {
        spelling: Unit(kind, Fraction(scale), word)
        for kind, scale, word, text in scales
        for spelling in text.split(" ")
    }


_UNITS = _units()
_SNOMED_UNITS = {
    "258684004": _UNITS["mg"],
    "258685003": _UNITS["mcg"],
    "258682000": _UNITS["g"],
    "258773002": _UNITS["ml"],
    "385055001": _UNITS["tablet"],
    "732936001": _UNITS["tablet"],
    "428673006": _UNITS["tablet"],
    "385049006": _UNITS["capsule"],
    "732937005": _UNITS["capsule"],
    "428641000": _UNITS["capsule"],
    "419702001": _UNITS["patch"],
}
_PACKAGE_WORDS = """bottle bottles box boxes pack packs package packages packet packets kit kits carton cartons vial vials
ampule ampules ampoule ampoules syringe syringes tube tubes blister blisters canister canisters inhaler inhalers container"""
_PACKAGES = frozenset(_PACKAGE_WORDS.split())
# Words that only describe a piece ("film-coated oral tablet") say nothing about the unit.
_DESCRIBING_WORDS = """oral orally
extended immediate delayed release er ir dr xr sr film-coated coated chewable chew sublingual buccal
transdermal nasal rectal vaginal disintegrating effervescent soft hard gelatin 12hr 24hr 12-hour 24-hour"""
_DESCRIBING = frozenset(_DESCRIBING_WORDS.split())
_LETTERS = re.compile(r"[a-z]+(?:/[a-z]+)?")


def read_quantity(quantity: Quantity | None) -> Measure | No:
    """A number above zero with a unit that we know, or why not."""
    if quantity is None or (quantity.value is None and not quantity.unit and not quantity.code):
        return No("no amount is given")
    if quantity.comparator:
        return No(f"the amount is given as “{quantity.comparator}”")
    number = exact(quantity.value)
    if number is None:
        return No("the amount has no usable number")
    unit = unit_of(quantity.system, quantity.code, quantity.unit)
    if isinstance(unit, No):
        return unit
    return Measure(number, *unit)


@lru_cache(maxsize=4096)
def unit_of(system: str | None, code: str | None, text: str | None) -> tuple[Unit, tuple[str, ...]] | No:
    """The unit and what is to be noted about it. A code that is known wins over the text."""
    coded, worded = _by_code(system, code), _by_text(text)
    if coded is None or (coded == EACH and worded is not None):
        return _by_words(code, text, worded, is_ucum=system == UCUM)
    if worded is not None and (worded.kind, worded.scale, worded.word) != (coded.kind, coded.scale, coded.word):
        return coded, (f"the unit's code says {coded.word}, its text says {text}",)
    return coded, ()


def _by_words(
    code: str | None, text: str | None, worded: Unit | None, *, is_ucum: bool
) -> tuple[Unit, tuple[str, ...]] | No:
    if worded is not None:
        is_odd = bool(code) and is_ucum and _by_text(code) is None
        return worded, (f"the unit's code {code} is not known; its text was used",) if is_odd else ()
    if text and text.strip():
        return No(_why_not(text))
    by_code = _by_text(code)
    if by_code is not None:
        return by_code, ()
    return No(_why_not(code) if code else "the amount has no unit")


def _why_not(text: str) -> str:
    words = set(_LETTERS.findall(text.lower()))
    return (
        f"“{text.strip()}” does not say how much is in it"
        if words & _PACKAGES
        else f"unit “{text.strip()}” is not known"
    )


def _by_code(system: str | None, code: str | None) -> Unit | None:
    if not code:
        return None
    if system == UCUM:
        return _UNITS.get(_spelled(code).strip("{}[]"))
    return _SNOMED_UNITS.get(code) if system == SNOMED else None


def _spelled(text: str) -> str:
    return " ".join(text.lower().replace("µ", "u").replace("μ", "u").split())


def _by_text(text: str | None) -> Unit | None:
    """One unit, whatever describes it ("oral tablet(s)"); None when a word is unknown, or when two units are named."""
    if not text:
        return None
    spelled = (
        _spelled(text).replace("film coated", "film-coated").replace("(s)", "").replace("(es)", "").strip(" .{}[]")
    )
    whole = _UNITS.get(spelled.replace(" ", "") if "/" in spelled else spelled)
    if whole is not None:
        return whole
    words = [word.strip(",.()") for word in spelled.split(" ")]
    found = {_UNITS[word] for word in words if word in _UNITS}
    is_all_known = all(word in _UNITS or word in _DESCRIBING for word in words)
    return found.pop() if len(found) == 1 and is_all_known else None
