"""How much: "1-2 tablets (5-10 mg total)", "5 mL", "15 mg = 1 tab", and a bare number before a frequency."""

from dataclasses import dataclass
from decimal import Decimal

from app.med.sig.elements import Mark, NotUnderstood, Taken
from app.med.sig.frequencies import frequency, slot
from app.med.sig.numbers import at, number, number_range, past
from app.med.sig.tokens import is_number
from app.med.sig.units import COUNTED, HOURS, MASS, SPOONS
from app.med.sig.values import Dose, Equivalent
from app.med.sig.words import vocabulary


def dose(tokens: list[str], place: int) -> Taken | None:
    """ "1-2 tablets (5-10 mg total)", "5 mL", "half tablet", "15 mg = 1 tab", and "1" before a frequency."""
    if at(tokens, place) in {"a", "an"} and at(tokens, place + 1) in COUNTED:
        return _with_equivalents(tokens, Dose(Decimal(1), Decimal(1), COUNTED[tokens[place + 1]]), place + 2)
    amount = number_range(tokens, place)
    if amount is None:
        return None
    low, high, place = amount
    place = past(tokens, place, "additional")
    unit = _unit(tokens, _past_strength(tokens, place))
    if unit:
        made = Dose(low * unit[1], high * unit[1], unit[0])
        return _with_equivalents(tokens, made, past(tokens, unit[2], "additional"))
    if _opens_a_frequency(tokens, place):
        return (Dose(low, high, "each"),), place
    return None


def _unit(tokens: list[str], place: int) -> tuple[str, Decimal, int] | None:
    """(unit, how many of it one of the word is, next place)."""
    word = at(tokens, place)
    if word in COUNTED:
        return COUNTED[word], Decimal(1), place + 1
    if word in SPOONS:
        return "mL", SPOONS[word], place + 1
    if word in MASS | {"mL"} and not (at(tokens, place + 1) == "/" and at(tokens, place + 2) in HOURS):
        return word, Decimal(1), place + 1
    return None


def _past_strength(tokens: list[str], place: int) -> int:
    """In "two 50 mcg patches" and "2 (5 mg) tablets" the strength stands between number and unit."""
    opened = at(tokens, place) == "("
    strength = number(tokens, place + opened)
    if strength is None or at(tokens, strength[1]) not in MASS:
        return place
    after = past_per_hour(tokens, strength[1] + 1)
    if opened and at(tokens, after) != ")":
        return place
    return after + opened if at(tokens, after + opened) in COUNTED else place


def past_per_hour(tokens: list[str], place: int) -> int:
    return place + 2 if at(tokens, place) == "/" and at(tokens, place + 1) in HOURS else place


def _opens_a_frequency(tokens: list[str], place: int) -> bool:
    """In "1 am 2 pm" the numbers may be hours: a bare number before am or pm is no dose."""
    if at(tokens, place) in {"am", "pm", "times"}:
        return False
    return at(tokens, place) == "asneeded" or frequency(tokens, place) is not None or slot(tokens, place) is not None


def _with_equivalents(tokens: list[str], made: Dose, place: int) -> Taken:
    """The dose, with what follows it in brackets or after "=": the same amount in other units, or the strength."""
    while True:
        opened = at(tokens, place) in {"(", "="}
        following = amount_in(tokens, place + 1 if opened else place)
        if following is None or (not opened and following.unit not in MASS):
            return (made,), place
        if opened and tokens[place] == "(" and at(tokens, following.place) != ")":
            return (made,), place
        made = _joined(made, following)
        place = following.place + 1 if opened and tokens[place] == "(" else following.place


@dataclass(frozen=True, slots=True)
class _Amount:
    """A bracketed amount. `is_strength`: it cannot be the dose (a combination, or per hour)."""

    low: Decimal
    high: Decimal
    unit: str
    is_strength: bool
    is_total: bool
    place: int


def amount_in(tokens: list[str], place: int) -> _Amount | None:
    first = number(tokens, place)
    if first is None:
        return None
    low, place = first
    high, is_combination = low, False
    place = _past_unit_before(tokens, place)
    if at(tokens, place) in {"-", "/", "to"} and (second := number(tokens, place + 1)):
        is_combination = tokens[place] == "/" or second[0] <= low
        high, place = second[0], second[1]
    unit = at(tokens, place)
    if unit not in MASS and unit not in COUNTED and unit != "mL":
        return None
    after = _past_per(tokens, place + 1)
    is_total = at(tokens, after) == "total"
    return _Amount(low, high, COUNTED.get(unit, unit), is_combination or after > place + 1, is_total, after + is_total)


def _past_per(tokens: list[str], place: int) -> int:
    """Past "/ hours", "/ 5 mL" or "/ mL" of a strength."""
    if at(tokens, place) == "/" and (volume := number(tokens, place + 1)) and at(tokens, volume[1]) == "mL":
        return volume[1] + 1
    return place + 2 if at(tokens, place) == "/" and at(tokens, place + 1) == "mL" else past_per_hour(tokens, place)


def _past_unit_before(tokens: list[str], place: int) -> int:
    """ "8 mg-2 mg": the first unit repeats the second."""
    repeats = (
        at(tokens, place) in MASS
        and at(tokens, place + 1) in {"-", "/", "to"}
        and is_number(at(tokens, place + 2) or " ")
    )
    return place + 1 if repeats else place


def _joined(made: Dose, same: _Amount) -> Dose:
    """Merge "15 mg = 1 tablet" and "1 tablet (15 mg)": the counted unit is the dose, the mass its equivalent."""
    if same.unit == made.unit:
        if (same.low, same.high) != (made.low, made.high):
            raise NotUnderstood("the dose is given twice and differs")
        return made
    if same.unit in COUNTED.values():
        if same.is_strength or made.unit in COUNTED.values():
            raise NotUnderstood("the dose is given in two units")
        return Dose(same.low, same.high, same.unit, Equivalent(made.low, made.high, made.unit))
    is_range = made.low != made.high
    if same.is_strength or (not is_range and same.low != same.high) or not _says_the_dose(made, same):
        return made
    if is_range and same.low * made.high != same.high * made.low:
        raise NotUnderstood("a range and its amount in other units do not fit")
    return Dose(made.low, made.high, made.unit, Equivalent(same.low, same.high, same.unit))


def _says_the_dose(made: Dose, same: _Amount) -> bool:
    """ "2 tablets (10 mg)" may mean 10 mg each: only "total", one unit, a volume or a range that fits says the dose."""
    return (
        same.is_total
        or made.low == made.high == 1
        or made.unit == "mL"
        or (made.low != made.high and same.low != same.high)
    )


def single_patch(tokens: list[str], place: int) -> Taken | None:
    """ "Apply patch every 72 hours": a patch without a number is one patch. Not so for tablets."""
    if at(tokens, place) == "patch" and at(tokens, place - 1) in vocabulary().verbs:
        return (Mark("patch"),), place + 1
    return None
