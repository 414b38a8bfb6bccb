"""How dates, numbers, medicines and states are written for a person."""

import re
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import NamedTuple
from zoneinfo import ZoneInfo

from app.domain.finding import Finding, Status


class State(NamedTuple):
    """A status as shown: never a colour alone, always the icon and the word too. `css` names the class and the icon."""

    css: str
    word: str


STATES = {
    Status.RED: State("red", "Act now"),
    Status.YELLOW: State("yellow", "Look"),
    Status.GREEN: State("green", "In date"),
    Status.GREY: State("grey", "Not known"),
    Status.NOT_APPLICABLE: State("none", "Does not apply"),
}
DUE_SOON = State("yellow", "Due soon")
ASIDE = State("aside", "Dismissed")
REASON_LENGTH = 220
"""Longer reasons are cut on the first screen; "why" has them whole."""

_ISO_DAY = re.compile(r"(?<![\d-])(\d{4})-(\d{2})-(\d{2})(?![\d-])")
_YEAR = re.compile(r"(?<![\d.])365 days\b")
_UNITS = {"MG": "mg", "MCG": "mcg", "ML": "mL", "HR": "h", "ACTUAT": "spray"}
_UNIT = re.compile(r"(?<=\d )(MG|MCG|ML|HR)(?:/(ML|HR|ACTUAT))?(?![\w/])")
_FORM = re.compile(
    r"\b(?P<long>Extended Release )?(?:Oral (?P<oral>Tablet|Capsule)|(?P<patch>Transdermal (?:System|Patch))"
    r"|(?P<other>Oral Solution|Nasal Spray|Sublingual Film|Buccal Tablet|Prefilled Syringe))\b"
)
"""RxNorm's way of writing names, as a person would read them aloud. Only spelling: strengths and drugs stay as stated."""


def state_of(finding: Finding, today: date) -> State:
    """Yellow is "Due soon" when a due date is coming, else "Look". What was put aside has a state of its own."""
    if finding.dismissed:
        return ASIDE
    is_coming = finding.status is Status.YELLOW and finding.due is not None and finding.due >= today
    return DUE_SOON if is_coming else STATES[finding.status]


def short_date(day: date | None, today: date) -> str:
    """ "12 Oct" in the current year, else "12 Oct 2025"; an empty text when there is none."""
    if day is None:
        return ""
    text = f"{day.day} {day:%b}"
    return text if day.year == today.year else f"{text} {day.year}"


def long_date(day: date) -> str:
    """ "12 Oct 2025": for what is read later than today."""
    return f"{day.day} {day:%b %Y}"


def clock_time(at: datetime, zone: ZoneInfo) -> str:
    """ "23 Nov, 09:14" in the clinic's zone."""
    local = at.astimezone(zone)
    return f"{local.day} {local:%b}, {local:%H:%M}"


def plain(text: str, today: date) -> str:
    """A sentence of a rule as people read it: days as "12 Oct", a year as 12 months, medicines without shouting units."""
    dated = _ISO_DAY.sub(lambda found: _day_in(found, today), text)
    return medicine_words(_YEAR.sub("12 months", dated))


def with_long_dates(text: str) -> str:
    """ISO days as "12 Oct 2025", the rest as it is: for what is read later than today."""
    return _ISO_DAY.sub(lambda found: long_date(date.fromisoformat(found[0])), text)


def _day_in(found: re.Match[str], today: date) -> str:
    try:
        return short_date(date.fromisoformat(found[0]), today)
    except ValueError:
        return found[0]


def medicine_words(text: str) -> str:
    """ "morphine sulfate 15 MG Extended Release Oral Tablet" → "morphine sulfate 15 mg ER tablet"."""
    text = _UNIT.sub(lambda found: "/".join(_UNITS[unit] for unit in found.groups() if unit), text)
    return _FORM.sub(_form_in, text)


def _form_in(found: re.Match[str]) -> str:
    form = "patch" if found["patch"] else (found["oral"] or found["other"]).lower()
    return f"ER {form}" if found["long"] else form


def clipped(text: str, length: int = REASON_LENGTH) -> str:
    """At most about `length` characters, cut between words and marked as cut."""
    if len(text) <= length:
        return text
    return text[:length].rsplit(" ", 1)[0].rstrip(",;:") + " …"


def sentence(text: str) -> str:
    """With a full stop, unless it ends in one already."""
    return text if not text or text[-1] in ".!?…" else f"{text}."


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


def percent(value: Decimal) -> str:
    """ "30 %", never broken across lines."""
    return f"{value:.0f}\N{NO-BREAK SPACE}%"


def counted(count: int, one: str, many: str) -> str:
    """ "1 day", "3 days"."""
    return f"{count} {one if count == 1 else many}"
