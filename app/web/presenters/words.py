"""How dates, numbers and states are written for a person."""

from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import NamedTuple
from zoneinfo import ZoneInfo

from app.domain.finding import Status


class State(NamedTuple):
    """A status as shown: never a colour alone, always the icon and the word too. `css` names the class and the icon."""

    css: str
    word: str


STATES = {
    Status.RED: State("red", "Act now"),
    Status.YELLOW: State("yellow", "Due soon"),
    Status.GREEN: State("green", "In date"),
    Status.GREY: State("grey", "Not known"),
    Status.NOT_APPLICABLE: State("none", "Does not apply"),
}
LOOK = State("yellow", "Look")


def short_date(day: date | None, today: date) -> str:
    """ "12 Oct" in the current year, else "12 Oct 2025"; an empty text when there is none."""
    if day is None:
        return ""
    text = f"{day.day} {day:%b}"
    return text if day.year == today.year else f"{text} {day.year}"


def clock_time(at: datetime, zone: ZoneInfo) -> str:
    """ "23 Nov, 09:14" in the clinic's zone."""
    local = at.astimezone(zone)
    return f"{local.day} {local:%b}, {local:%H:%M}"


def number(value: Decimal) -> str:
    """At most one decimal, none when it is whole: "90", "62.5", "0.3". Rounded half up, for reading only."""
    rounded = value.quantize(Decimal("0.1"), ROUND_HALF_UP)
    whole = rounded.to_integral_value()
    return str(whole) if rounded == whole else f"{rounded}"


def age(born: date, today: date) -> int:
    """Completed years."""
    return today.year - born.year - ((today.month, today.day) < (born.month, born.day))


def listed(items: list[str]) -> str:
    """ "a", "a and b", "a, b and c"."""
    return items[0] if len(items) == 1 else f"{', '.join(items[:-1])} and {items[-1]}" if items else ""
