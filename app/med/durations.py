"""Lengths of time in days: supply lengths, bounds and periods. A month is 30 days and a year 365, as the public tools count."""

from datetime import date, timedelta
from fractions import Fraction
from functools import lru_cache

from app.domain.outcome import No
from app.domain.quantities import Quantity
from app.med.exact import exact

_DAYS = {
    "s": Fraction(1, 86400), "min": Fraction(1, 1440), "h": Fraction(1, 24), "d": Fraction(1),
    "wk": Fraction(7), "mo": Fraction(30), "a": Fraction(365),
}  # fmt: skip
_SPELLED = {
    "sec": "s", "secs": "s", "second": "s", "seconds": "s", "mins": "min", "minute": "min", "minutes": "min",
    "hr": "h", "hrs": "h", "hour": "h", "hours": "h", "day": "d", "days": "d", "week": "wk", "weeks": "wk", "wks": "wk",
    "month": "mo", "months": "mo", "mos": "mo", "year": "a", "years": "a", "yr": "a", "yrs": "a", "y": "a",
}  # fmt: skip


def unit_days(spelling: str | None) -> Fraction | None:
    """How many days one of this unit is ("d", "Day", "week(s)"), or None when it is no unit of time that we know."""
    word = (spelling or "").strip().lower().replace("(s)", "").strip("{}.")
    return _DAYS.get(_SPELLED.get(word, word))


@lru_cache(maxsize=4096)
def days_of(duration: Quantity | None) -> Fraction | No | None:
    """A duration in days; None when there is none. Code first, then text; without any unit it means days, as pharmacies
    send it. A unit that is stated and unknown is refused."""
    if duration is None or duration.value is None:
        return None
    number = exact(duration.value)
    if number is None or duration.comparator:
        return No("the length of time has no usable number")
    if not duration.code and not (duration.unit or "").strip():
        return number
    days = unit_days(duration.code) or unit_days(duration.unit)
    return number * days if days else No(f"“{duration.unit or duration.code}” is not a length of time that we know")


def whole_days(days: Fraction) -> int:
    """A started day counts as covered."""
    return -(-days.numerator // days.denominator)


def days_after(day: date, days: int) -> date:
    """So many days on; the last day of the calendar when there is no such day."""
    return date.max if days > (date.max - day).days else day + timedelta(days=days)
