"""Stated limits and lengths: "max 8 tablets per day", "up to 4 times a day", "for 7 days", "Week 1:"."""

from decimal import Decimal

from app.med.sig.doses import dose
from app.med.sig.elements import Duration, Label, Taken, Times
from app.med.sig.frequencies import PER, frequency
from app.med.sig.numbers import at, number, number_range, past
from app.med.sig.units import COUNTED, DAYS, HOURS, MASS
from app.med.sig.values import Maximum

JOINS = frozenset({",", ";", ".", "and", "&", "+", ":", "(", ")"})


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
    after = past(tokens, place, "of")
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
        return (count / 24, past(tokens, place + 1, "period")) if amount and count % 24 == 0 else None
    return (count * DAYS[word], past(tokens, place + 1, "period")) if word in DAYS else None


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
    if not is_stated and (rest or at(tokens, place - 1) == "("):
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
