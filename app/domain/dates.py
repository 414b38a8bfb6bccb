"""Dates as charts write them: a year, a month, a day or an instant, each with the span of days it may mean.

Clinical days are `date`s in the clinic's zone; instants are aware. An instant without a zone is read in the EHR's own
zone (real EHRs send those), which the reader passes in.
"""

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal
from zoneinfo import ZoneInfo

Precision = Literal["year", "month", "day", "instant"]

_PARTIAL = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?")


@dataclass(frozen=True, slots=True)
class PartialDate:
    """A date of known precision. `earliest` and `latest` are the first and last day it may mean (both inclusive)."""

    text: str
    precision: Precision
    earliest: date
    latest: date
    instant: datetime | None = None

    @property
    def day(self) -> date:
        """The day to count from when something was *done*: the latest day it may mean is never used to call it overdue.

        For a whole day or an instant this is that day; for "2025" it is 31 December 2025.
        """
        return self.latest

    @property
    def is_exact(self) -> bool:
        """True when it names one day."""
        return self.earliest == self.latest


def on(day: date) -> PartialDate:
    """A whole day, for values that Sextant itself states."""
    return PartialDate(day.isoformat(), "day", day, day)


def parse_partial_date(text: str, zone: ZoneInfo) -> PartialDate:
    """Read a FHIR date, dateTime or instant; days are those of `zone`. Raises ValueError when it is none of these."""
    stripped = text.strip()
    match = _PARTIAL.fullmatch(stripped)
    if match:
        return _from_parts(stripped, *match.groups())
    instant = datetime.fromisoformat(stripped)
    if instant.tzinfo is None:
        instant = instant.replace(tzinfo=zone)
    day = instant.astimezone(zone).date()
    return PartialDate(stripped, "instant", day, day, instant)


def _from_parts(text: str, year: str, month: str | None, day: str | None) -> PartialDate:
    if month is None:
        return PartialDate(text, "year", date(int(year), 1, 1), date(int(year), 12, 31))
    if day is None:
        last = monthrange(int(year), int(month))[1]
        return PartialDate(text, "month", date(int(year), int(month), 1), date(int(year), int(month), last))
    exact = date(int(year), int(month), int(day))
    return PartialDate(text, "day", exact, exact)


@dataclass(frozen=True, slots=True)
class Period:
    """A FHIR Period; either end may be unknown. The end is inclusive, as FHIR says."""

    start: PartialDate | None = None
    end: PartialDate | None = None
