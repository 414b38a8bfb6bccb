"""Reading tokens into elements: doses, frequencies, times of day, maxima, durations. Every token must be used.

Each reader looks at one place and returns (element, next place) or None. A token that no reader takes makes the whole text
refused: it might be the word that changes the dose.
"""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from app.med.sig.tokens import is_number
from app.med.sig.values import Dose, Equivalent, Frequency, Maximum
from app.med.sig.words import vocabulary

COUNTED = {
    "tablet": "tablet", "capsule": "capsule", "patch": "patch", "patches": "patch", "film": "film", "lozenge": "lozenge",
    "spray": "spray", "suppository": "suppository", "drop": "drop",
}  # fmt: skip
MASS = frozenset({"mg", "mcg", "g"})
SPOONS = {"teaspoon": Decimal(5), "tablespoon": Decimal(15)}
DAYS = {"day": Decimal(1), "week": Decimal(7), "month": Decimal(30)}
SLOTS = {
    "morning": "morning", "breakfast": "morning", "noon": "noon", "lunch": "noon", "afternoon": "afternoon",
    "evening": "evening", "dinner": "evening", "bedtime": "bedtime", "@clock": "clock",
}  # fmt: skip
WEEKDAYS = frozenset({"monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"})
JOINS = frozenset({",", ";", ".", "and", "&", "+", ":", "(", ")"})
PREPOSITIONS = frozenset({"at", "in", "the", "before", "with", "every", "on", "after", "daily"})
PER = frozenset({"a", "per", "every", "/", "in", "within", "the", "an"})
BARE_HOURS = frozenset({4, 6, 8, 12})
HOURS = frozenset({"hours", "hour"})
RANGE_WORDS = frozenset({"-", "to", "or"})
PAIN_SCALE_TOP = 10
"""Numbers after a reason ("moderate pain (4-6)") are a pain score when they are no greater."""


class NotUnderstood(Exception):
    """Raised inside the reader when a text contradicts itself; turned into Refused at the edge."""


@dataclass(frozen=True, slots=True)
class Times:
    """A frequency; `is_limit` when the text says "up to"."""

    frequency: Frequency
    is_limit: bool = False


@dataclass(frozen=True, slots=True)
class Slot:
    """A time of day."""

    name: str


@dataclass(frozen=True, slots=True)
class Duration:
    days: Decimal


@dataclass(frozen=True, slots=True)
class Label:
    """ "Week 1:" or "Days 1-3:": opens a step of so many days that starts on day `first`."""

    first: Decimal
    days: Decimal


@dataclass(frozen=True, slots=True)
class Mark:
    """A word with a meaning of its own: "asneeded", "then", "stop", "once", "patch" (one, by the singular), "and", ","."""

    word: str


Element = Dose | Times | Slot | Duration | Label | Maximum | Mark
Taken = tuple[tuple[Element, ...], int]
Reader = Callable[[list[str], int], "Taken | None"]


def read_elements(tokens: list[str]) -> list[Element]:
    """All elements of a text. Raises NotUnderstood at the first token that cannot be used."""
    elements: list[Element] = []
    place = _after_drug_name(tokens)
    while place < len(tokens):
        for reader in READERS:
            taken = reader(tokens, place)
            if taken:
                elements.extend(taken[0])
                place = taken[1]
                break
        else:
            raise NotUnderstood(f"{tokens[place]!r} was not understood")
    return elements


def at(tokens: list[str], place: int) -> str:
    """The token at a place, "" past the end."""
    return tokens[place] if 0 <= place < len(tokens) else ""


# --- numbers ---------------------------------------------------------------------------------------------------------


def number(tokens: list[str], place: int) -> tuple[Decimal, int] | None:
    """2, 1.5, "half", "1 1/2", "1 and 1/2", "1-1/2", "6 (six)". Zero is refused: nobody prescribes it."""
    first = _plain_number(at(tokens, place))
    if first is None:
        return None
    place += 1
    second = place + 1 if at(tokens, place) in {"and", "-", "&"} else place
    part = at(tokens, second)
    if first == first.to_integral_value() and (part.startswith("~") or (part == "half" and second > place)):
        first, place = first + (_plain_number(part) or 0), second + 1
    if at(tokens, place) == "(" and at(tokens, place + 2) == ")":
        again = _plain_number(at(tokens, place + 1))
        if again is not None:
            if again != first:
                raise NotUnderstood("a number is given twice and differs")
            place += 3
    if first <= 0:
        raise NotUnderstood("a number is zero")
    return first, place


def _plain_number(token: str) -> Decimal | None:
    if token == "half":
        return Decimal("0.5")
    if token.startswith("~"):
        return Decimal(token[1:])
    return Decimal(token) if token and is_number(token) else None


def number_range(tokens: list[str], place: int) -> tuple[Decimal, Decimal, int] | None:
    """ "1", "1-2", "1 to 2", "1 or 2". A range that does not rise is refused."""
    low = number(tokens, place)
    if low is None:
        return None
    high = number(tokens, low[1] + 1) if at(tokens, low[1]) in RANGE_WORDS else None
    if high is None:
        return low[0], low[0], low[1]
    if high[0] <= low[0]:
        raise NotUnderstood("a range does not rise")
    return low[0], high[0], high[1]


# --- doses -----------------------------------------------------------------------------------------------------------


def dose(tokens: list[str], place: int) -> Taken | None:
    """ "1-2 tablets (5-10 mg total)", "5 mL", "half tablet", "15 mg = 1 tab", and "1" before a frequency."""
    if at(tokens, place) in {"a", "an"} and at(tokens, place + 1) in COUNTED:
        return _with_equivalents(tokens, Dose(Decimal(1), Decimal(1), COUNTED[tokens[place + 1]]), place + 2)
    amount = number_range(tokens, place)
    if amount is None:
        return None
    low, high, place = amount
    place = _past(tokens, place, "additional")
    unit = _unit(tokens, _past_strength(tokens, place))
    if unit:
        made = Dose(low * unit[1], high * unit[1], unit[0])
        return _with_equivalents(tokens, made, _past(tokens, unit[2], "additional"))
    if _opens_a_frequency(tokens, place):
        return (Dose(low, high, "each"),), place
    return None


def _past(tokens: list[str], place: int, word: str) -> int:
    return place + 1 if at(tokens, place) == word else place


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
    """In "two 50 mcg patches" the strength stands between number and unit."""
    strength = number(tokens, place)
    if strength is None or at(tokens, strength[1]) not in MASS:
        return place
    after = _past_per_hour(tokens, strength[1] + 1)
    return after if at(tokens, after) in COUNTED else place


def _past_per_hour(tokens: list[str], place: int) -> int:
    return place + 2 if at(tokens, place) == "/" and at(tokens, place + 1) in HOURS else place


def _opens_a_frequency(tokens: list[str], place: int) -> bool:
    word = at(tokens, place)
    return (
        word in {"every", "asneeded", "daily"}
        or word.startswith("@")
        or word in SLOTS
        or frequency(tokens, place) is not None
    )


def _with_equivalents(tokens: list[str], made: Dose, place: int) -> Taken:
    """The dose, with what follows it in brackets or after "=": the same amount in other units, or the strength."""
    while True:
        opened = at(tokens, place) in {"(", "="}
        following = _amount(tokens, place + 1 if opened else place)
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


def _amount(tokens: list[str], place: int) -> _Amount | None:
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
    after = _past_per_hour(tokens, place + 1)
    is_total = at(tokens, after) == "total"
    return _Amount(low, high, COUNTED.get(unit, unit), is_combination or after > place + 1, is_total, after + is_total)


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


# --- how often -------------------------------------------------------------------------------------------------------


def frequency(tokens: list[str], place: int) -> tuple[Frequency, int] | None:
    """ "twice daily", "every 4-6 hours", "3 times a week", "q72h", "q8", weekdays."""
    word = at(tokens, place)
    if word.startswith("@") and word[1].isdigit():
        low, _, high = word[1:].partition("-")
        return Frequency(Fraction(low), Fraction(high or low)), place + 1
    if word == "daily":
        return Frequency(Fraction(1), Fraction(1)), place + 1
    if word == "every":
        return _every(tokens, place + 1)
    return _so_many_times(tokens, place) or _weekdays(tokens, place)


def _every(tokens: list[str], place: int) -> tuple[Frequency, int] | None:
    word = at(tokens, place)
    if word in DAYS or word == "hour":
        often = Fraction(24) if word == "hour" else 1 / Fraction(DAYS[word])
        return Frequency(often, often), place + 1
    first = _interval(tokens, place)
    if first is None:
        return None
    shortest, longest, place = first
    if (
        at(tokens, place) in {"-", "to"}
        and at(tokens, place + 1) == "every"
        and (second := _interval(tokens, place + 2))
    ):
        longest, place = second[1], second[2]
    if longest < shortest:
        raise NotUnderstood("a range of intervals does not rise")
    return Frequency(1 / longest, 1 / shortest), place


def _interval(tokens: list[str], place: int) -> tuple[Fraction, Fraction, int] | None:
    """(shortest, longest) in days."""
    amount = number_range(tokens, place)
    if amount is None:
        return None
    low, high, place = amount
    unit = at(tokens, place)
    if unit in HOURS:
        # "q4h-6h" repeats the unit.
        if (
            low == high
            and at(tokens, place + 1) == "-"
            and (more := number(tokens, place + 2))
            and at(tokens, more[1]) in HOURS
        ):
            high, place = more[0], more[1]
        return Fraction(low) / 24, Fraction(high) / 24, place + 1
    if unit in DAYS:
        return Fraction(low * DAYS[unit]), Fraction(high * DAYS[unit]), place + 1
    if {int(low), int(high)} <= BARE_HOURS and low == int(low) and unit not in COUNTED and not is_number(unit or " "):
        return Fraction(low) / 24, Fraction(high) / 24, place
    return None


def _so_many_times(tokens: list[str], place: int) -> tuple[Frequency, int] | None:
    amount = number_range(tokens, place)
    if amount is None or at(tokens, amount[2]) != "times":
        return None
    low, high, place = amount
    place += 1
    while at(tokens, place) in PER:
        place += 1
    word = at(tokens, place)
    days = {"daily": Decimal(1), "@1/7": Decimal(7), "day": Decimal(1), "week": Decimal(7), "month": Decimal(30)}.get(
        word
    )
    if days is None:
        return None
    return Frequency(Fraction(low) / Fraction(days), Fraction(high) / Fraction(days)), place + 1


def _weekdays(tokens: list[str], place: int) -> tuple[Frequency, int] | None:
    place = place + 1 if at(tokens, place) == "on" else place
    found: set[str] = set()
    while at(tokens, place) in WEEKDAYS or (
        found and at(tokens, place) in {",", "and", "&", "/"} and at(tokens, place + 1) in WEEKDAYS
    ):
        found |= {tokens[place]} & WEEKDAYS
        place += 1
    often = Fraction(len(found), 7)
    return (Frequency(often, often), place) if found else None


def times(tokens: list[str], place: int) -> Taken | None:
    found = frequency(tokens, place)
    return ((Times(found[0]),), found[1]) if found else None


def slot(tokens: list[str], place: int) -> Taken | None:
    """ "every morning", "at bedtime", "in the evening", "before breakfast", "@clock"."""
    start = place
    while at(tokens, place) in PREPOSITIONS and (tokens[place] != "daily" or place == start):
        place += 1
    if at(tokens, place) not in SLOTS:
        return None
    daily: tuple[Element, ...] = (Times(Frequency(Fraction(1), Fraction(1))),) if tokens[start] == "daily" else ()
    return (*daily, Slot(SLOTS[tokens[place]])), place + 1


# --- limits and lengths ----------------------------------------------------------------------------------------------


def maximum(tokens: list[str], place: int) -> Taken | None:
    """ "max 8 tablets per day", "maxdaily: 30 mg", "max 45 tablets per 30 days". A limit on acetaminophen is dropped."""
    if at(tokens, place) not in {"max", "maxdaily"}:
        return None
    is_daily = tokens[place] == "maxdaily"
    place += 1
    while at(tokens, place) in {":", "of", "dose", "is"}:
        place += 1
    return _limit(tokens, place, is_daily)


def _limit(tokens: list[str], place: int, is_daily: bool) -> Taken | None:
    place, is_partner = _past_partner(tokens, place)
    amount = number(tokens, place)
    if amount is None:
        return None
    unit, place = _limit_unit(tokens, amount[1])
    place, is_partner_after = _past_partner(tokens, place)
    period = _period(tokens, place)
    if period is None and not is_daily:
        return None
    days, place = period or (Decimal(1), place)
    if is_partner or is_partner_after:
        return (), place
    return (Maximum(amount[0], unit, days),), place


def _past_partner(tokens: list[str], place: int) -> tuple[int, bool]:
    after = _past(tokens, place, "of")
    return (after + 1, True) if at(tokens, after) == "acetaminophen" else (place, False)


def _limit_unit(tokens: list[str], place: int) -> tuple[str, int]:
    word = at(tokens, place)
    if word in COUNTED:
        return COUNTED[word], place + 1
    if word in MASS | {"mL", "dose"}:
        return word, place + 1
    return ("dose", place + 1) if word == "times" else ("each", place)


def _period(tokens: list[str], place: int) -> tuple[Decimal, int] | None:
    """ "per day", "/24 hours", "in 24 hours", "daily", "per 30 days", "a week" -> days."""
    if at(tokens, place) in {"daily", "@1"}:
        return Decimal(1), place + 1
    if at(tokens, place) == "@1/7":
        return Decimal(7), place + 1
    start = place
    while at(tokens, place) in PER:
        place += 1
    if place == start:
        return None
    amount = number(tokens, place)
    count, place = amount if amount else (Decimal(1), place)
    word = at(tokens, place)
    if word in HOURS:
        return (count / 24, place + 1) if amount and count % 24 == 0 else None
    return (count * DAYS[word], place + 1) if word in DAYS else None


def up_to(tokens: list[str], place: int) -> Taken | None:
    """ "up to 4 times a day", "up to 8 tablets a day", "up to 2 tablets"."""
    if at(tokens, place) != "upto":
        return None
    often = frequency(tokens, place + 1)
    if often:
        return (Times(often[0], is_limit=True),), often[1]
    limit = _limit(tokens, place + 1, is_daily=False)
    return limit if limit else dose(tokens, place + 1)


def duration(tokens: list[str], place: int) -> Taken | None:
    """ "for 7 days", "x 1 week"; at the very end also a bare "30 days", as one EHR writes the supply."""
    is_stated = at(tokens, place) in {"for", "times"}
    amount = number(tokens, place + 1 if is_stated else place)
    if amount is None or at(tokens, amount[1]) not in DAYS:
        return None
    rest = [token for token in tokens[amount[1] + 1 :] if token not in JOINS]
    if not is_stated and rest:
        return None
    return (Duration(amount[0] * DAYS[tokens[amount[1]]]),), amount[1] + 1


def label(tokens: list[str], place: int) -> Taken | None:
    """ "Week 1:", "Weeks 1-2:", "Days 4-6:"."""
    word = at(tokens, place)
    if word not in {"week", "day"} or (span := number_range(tokens, place + 1)) is None:
        return None
    first, last, after = span
    if at(tokens, after) != ":":
        return None
    return (Label((first - 1) * DAYS[word] + 1, (last - first + 1) * DAYS[word]),), after + 1


# --- words that carry no dose ----------------------------------------------------------------------------------------


def mark(tokens: list[str], place: int) -> Taken | None:
    word = at(tokens, place)
    if word in {"asneeded", "then", "stop"}:
        return (Mark(word),), place + 1
    return ((Mark("once"),), place + 1) if word in {"now", "once"} else None


def join(tokens: list[str], place: int) -> Taken | None:
    return (
        ((Mark("and" if tokens[place] in {"and", "&", "+"} else ","),), place + 1) if tokens[place] in JOINS else None
    )


def verb(tokens: list[str], place: int) -> Taken | None:
    """ "Take", "apply": they say that one is taken. "= 1 tab" opens a dose in one EHR."""
    is_opening = tokens[place] == "=" and place == 0
    return ((), place + 1) if tokens[place] in vocabulary().verbs or is_opening else None


def reason(tokens: list[str], place: int) -> Taken | None:
    """ "for moderate to severe pain (4-6)": why or where, with the small words before it and a pain score after it."""
    known = vocabulary()
    here = place
    while at(tokens, here) in known.connectors or (
        at(tokens, here) == "(" and at(tokens, here + 1) in known.reasons | {"painscore"}
    ):
        here += 1
    if at(tokens, here) not in known.reasons and at(tokens, here) != "painscore":
        return None
    return (), _past_score(tokens, here + 1)


def _past_score(tokens: list[str], place: int) -> int:
    opened = at(tokens, place) == "("
    score = number_range(tokens, place + 1) if opened else None
    if score and score[1] <= PAIN_SCALE_TOP and at(tokens, score[2]) == ")":
        return score[2] + 1
    if at(tokens, place - 1) == "painscore" and (bare := number_range(tokens, place)) and bare[1] <= PAIN_SCALE_TOP:
        return bare[2]
    return place


def minutes(tokens: list[str], place: int) -> Taken | None:
    """ "over 15 minutes": how long one dose takes."""
    amount = number(tokens, place + 1) if at(tokens, place) == "over" else None
    return ((), amount[1] + 1) if amount and at(tokens, amount[1]) == "minute" else None


def clerical(tokens: list[str], place: int) -> Taken | None:
    """Quantity, refills, fill dates, "must last 30 days": the pharmacy's business, not the dose."""
    word = at(tokens, place)
    if word in {"#", "dispense"}:
        after = place + 1
        while at(tokens, after) in {":", "#"}:
            after += 1
        amount = number(tokens, after)
        return ((), amount[1] + (at(tokens, amount[1]) in COUNTED or at(tokens, amount[1]) == "mL")) if amount else None
    if word == "fillon" and at(tokens, place + 1) == "@date":
        return (), place + 2
    if word == "mustlast" and (amount := number(tokens, place + 1)) and at(tokens, amount[1]) in DAYS:
        return (), amount[1] + 1
    return _refills_or_supply(tokens, place)


def _refills_or_supply(tokens: list[str], place: int) -> Taken | None:
    if at(tokens, place) == "refills":
        after = _past(tokens, place + 1, ":")
        return ((), after + 1) if is_number(at(tokens, after) or " ") else None
    if is_number(at(tokens, place) or " ") and at(tokens, _past(tokens, place + 1, "-")) in {"refills", "daysupply"}:
        return (), _past(tokens, place + 1, "-") + 1
    return None


# Order matters: a limit before a dose, a frequency before a bare number.
READERS: tuple[Reader, ...] = (
    maximum,
    up_to,
    label,
    clerical,
    times,
    slot,
    duration,
    dose,
    single_patch,
    minutes,
    mark,
    reason,
    join,
    verb,
)


# --- a drug's name before its directions -----------------------------------------------------------------------------

_NAME_WORDS = frozenset({
    "acetaminophen", "aspirin", "bitartrate", "er", "extended", "hcl", "hydrochloride", "ibuprofen", "immediate", "ir",
    "naloxone", "phosphate", "release", "sr", "sulfate", "sulf", "xr", "tablet", "capsule", "film", "solution", "patch", "disintegrating",
})  # fmt: skip


def _after_drug_name(tokens: list[str]) -> int:
    """Where the directions start in "oxycodone 5 mg tablet take 1 tablet ..."; 0 when no drug is named at the start.

    The strength belongs to the name only when a dose, a verb or a colon follows; in "oxycodone 5-10 mg q4h" it is the dose.
    """
    place = 0
    while _is_name_word(at(tokens, place)) or (
        place and at(tokens, place) in {"-", "/"} and _is_name_word(at(tokens, place + 1))
    ):
        place += 1
    strength = _strength_of_name(tokens, place)
    if strength == place:
        return place if place and at(tokens, place) not in COUNTED else 0
    after = strength
    while at(tokens, after) in _NAME_WORDS or (at(tokens, after) == "," and after > strength):
        after += 1
    if at(tokens, after) == ":" or at(tokens, after) in vocabulary().verbs:
        return after + (tokens[after] == ":")
    following = dose(tokens, after)
    opens = following is not None and isinstance(following[0][0], Dose) and following[0][0].unit != "each"
    return after if opens else place


def _is_name_word(token: str) -> bool:
    return token in _NAME_WORDS - {"tablet", "capsule", "film", "patch"} or bool(
        token and token.isalpha() and _names_opioid(token)
    )


def _names_opioid(token: str) -> bool:
    from app.terminology.product_names import opioids_named

    return len(token) > 2 and bool(opioids_named(token))


def _strength_of_name(tokens: list[str], place: int) -> int:
    """Past "5 mg", "10-325 mg", "8 mg-2 mg"; the same place when there is no strength."""
    amount = _amount(tokens, place)
    return amount.place if amount and amount.unit in MASS else place
