"""A drug's name before its directions, as one EHR writes both in one line."""

from app.med.sig.doses import amount_in, dose
from app.med.sig.frequencies import frequency
from app.med.sig.numbers import at, number
from app.med.sig.units import COUNTED, MASS
from app.med.sig.words import vocabulary
from app.terminology.product_names import opioids_named

_NAME_WORDS = frozenset({
    "acetaminophen", "aspirin", "bitartrate", "capsule", "disintegrating", "er", "extended", "film", "hcl", "hydrochloride",
    "ibuprofen", "immediate", "ir", "naloxone", "patch", "phosphate", "release", "solution", "sr", "sulf", "sulfate",
    "tablet", "xr",
})  # fmt: skip


def after_drug_name(tokens: list[str]) -> int:
    """Where the directions start in "oxycodone 5 mg tablet take 1 tablet ..."; 0 when no drug is named at the start.

    The strength belongs to the name only when a dose, a verb or a colon follows; in "oxycodone 5-10 mg q4h" it is the dose.
    """
    place = 0
    while (step := _name_words(tokens, place)) or (
        place and at(tokens, place) in {"-", "/"} and _name_words(tokens, place + 1)
    ):
        place += step or 1
    strength = _strength_of_name(tokens, place)
    if strength == place:
        return place if place and at(tokens, place) not in COUNTED else 0
    after = strength
    while at(tokens, after) in _NAME_WORDS | {",", "per"}:
        after += 1
    if at(tokens, after) == ":" or at(tokens, after) in vocabulary().verbs:
        return after + (tokens[after] == ":")
    is_dose = frequency(tokens, after) is None and dose(tokens, after) is not None
    return after if is_dose else place


def _name_words(tokens: list[str], place: int) -> int:
    """How many tokens here belong to a drug's name: 1, or 2 for a name of two words ("ms contin"); 0 for none."""
    here, after = at(tokens, place), at(tokens, place + 1)
    if here in _NAME_WORDS - set(COUNTED) or _names_opioid(here):
        return 1
    is_pair = here.isalpha() and after.isalpha() and not _names_opioid(after) and _names_opioid(f"{here} {after}")
    return 2 if is_pair else 0


def _names_opioid(words: str) -> bool:
    return len(words) > 2 and words[0].isalpha() and bool(opioids_named(words))


def _strength_of_name(tokens: list[str], place: int) -> int:
    """Past "5 mg", "10-325 mg", "8 mg-2 mg", "25 mcg/hr", and "5/325" after a name; else the same place."""
    amount = amount_in(tokens, place)
    if amount and amount.unit in MASS:
        return amount.place
    first = number(tokens, place)
    if place and first and at(tokens, first[1]) in {"/", "-"} and (second := number(tokens, first[1] + 1)):
        return second[1] if second[0] >= 100 > first[0] else place
    return place
