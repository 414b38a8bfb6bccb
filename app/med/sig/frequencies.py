"""How often: rates, intervals, days of the week, times of day."""

from decimal import Decimal
from fractions import Fraction

from app.med.sig.elements import Element, NotUnderstood, Slot, Taken, Times
from app.med.sig.numbers import RANGE_WORDS, at, number, number_range
from app.med.sig.tokens import is_number
from app.med.sig.units import COUNTED, DAYS, HOURS
from app.med.sig.values import Frequency

SLOTS = {
    "morning": "morning", "breakfast": "morning", "noon": "noon", "lunch": "noon", "afternoon": "afternoon",
    "evening": "evening", "dinner": "evening", "bedtime": "bedtime", "am": "morning", "pm": "evening", "@clock": "clock",
}  # fmt: skip
WEEKDAYS = frozenset({"monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"})
PREPOSITIONS = frozenset({"at", "in", "the", "before", "with", "every", "on", "after", "daily"})
PER = frozenset({"a", "per", "every", "/", "in", "within", "the", "an"})
BARE_HOURS = frozenset({4, 6, 8, 12})
SHORTEST_INTERVAL = Fraction(1, 24)
"""In days: an interval below one hour is a misreading ("q.4h."), not a direction for use at home."""


def frequency(tokens: list[str], place: int) -> tuple[Frequency, int] | None:
    """ "twice daily", "every 4-6 hours", "3 times a week", "q72h", "q8", weekdays."""
    word = at(tokens, place)
    if _is_rate(word):
        low, _, high = word[1:].partition("-")
        if at(tokens, place + 1) in RANGE_WORDS and _is_rate(at(tokens, place + 2)):
            return _rising(Fraction(low), Fraction(tokens[place + 2][1:]), place + 3)
        return Frequency(Fraction(low), Fraction(high or low)), place + 1
    if word == "daily":
        return Frequency(Fraction(1), Fraction(1)), place + 1
    if word == "every":
        return _every(tokens, place + 1)
    return _so_many_times(tokens, place) or _weekdays(tokens, place)


def _is_rate(word: str) -> bool:
    """ "@2" is twice a day; "@clock" and "@date" are not rates."""
    return word.startswith("@") and word[1].isdigit()


def _rising(low: Fraction, high: Fraction, place: int) -> tuple[Frequency, int]:
    if high <= low:
        raise NotUnderstood("a range of frequencies does not rise")
    return Frequency(low, high), place


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
    if shortest < SHORTEST_INTERVAL:
        raise NotUnderstood("an interval is shorter than an hour")
    if any(each > 1 and (each * 2).denominator != 1 for each in (shortest, longest)):
        raise NotUnderstood("an interval beyond a day is no whole number of half days: perhaps a lost hyphen (q46h)")
    return Frequency(1 / longest, 1 / shortest), _past_restated(tokens, place, shortest, longest)


def _past_restated(tokens: list[str], place: int, shortest: Fraction, longest: Fraction) -> int:
    """Past "(3 days)" after "every 72 hours"; a restatement that differs is refused."""
    again = _interval(tokens, place + 1) if at(tokens, place) == "(" else None
    if again is None or at(tokens, again[2]) != ")":
        return place
    if again[:2] != (shortest, longest):
        raise NotUnderstood("an interval is given twice and differs")
    return again[2] + 1


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
            and at(tokens, place + 1) in {"-", "to"}
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
    """ "3 times a day", and "x 3 daily"."""
    if at(tokens, place) == "times" and (count := number(tokens, place + 1)) and at(tokens, count[1]) == "daily":
        return Frequency(Fraction(count[0]), Fraction(count[0])), count[1] + 1
    amount = number_range(tokens, place)
    if amount is None or at(tokens, amount[2]) != "times":
        return None
    low, high, place = amount
    if low % 1 or high % 1:
        raise NotUnderstood("a number of times is not whole")
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
