"""One piece of evidence with its day, and how several are compared."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from app.domain.dates import PartialDate, Period
from app.domain.feeds import Feed
from app.domain.finding import Evidence


@dataclass(frozen=True, slots=True)
class Found:
    """Something in the chart (or a person's word: then `entered_by` is set). `day` None: the chart gives no date."""

    reference: str | None
    day: date | None
    value: str
    feed: Feed | None = None
    entered_by: str | None = None
    fact_value: str | None = None

    @property
    def evidence(self) -> Evidence:
        """The form in which a finding shows it."""
        day = self.day.isoformat() if self.day else None
        return Evidence(self.reference, day, self.value, self.entered_by)


def newest(found: Iterable[Found]) -> Found | None:
    """The one with the latest day; undated ones last. Ties go by reference, so that order in the chart never matters."""
    ranked = sorted(found, key=lambda each: (each.day or date.min, each.reference or "", each.value))
    return ranked[-1] if ranked else None


def day_of(when: PartialDate | None, as_of: date) -> date | None:
    """The day to count from, never later than the day of the review ("2026" seen in June 2026 is at most today)."""
    return min(when.day, as_of) if when else None


def last_day_of(period: Period | None, as_of: date) -> date | None:
    """The day something ended, else began."""
    return day_of(period.end or period.start, as_of) if period else None


def first_day_of(period: Period | None, as_of: date) -> date | None:
    """The day something began, else ended."""
    return day_of(period.start or period.end, as_of) if period else None


def evidence_of(found: Iterable[Found | None]) -> tuple[Evidence, ...]:
    """All that were found, as a finding shows them."""
    return tuple(each.evidence for each in found if each)
