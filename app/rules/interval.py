"""Items that are done again and again: when one is due, and what colour that makes.

Days since the last time up to the limit are in date (the limit's day itself is still due, not overdue). The warning window
is inclusive: due in exactly 30 days is yellow. The tier may shorten an interval, never lengthen it; then the window is a
quarter of what is left of it.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from app.domain.finding import Status
from app.rules.case import Case
from app.rules.policy import Days, Interval, Setting


@dataclass(frozen=True, slots=True)
class Length:
    """The interval in force for one person, and the settings it came from."""

    days: int
    warning: int
    used: tuple[Setting[Any], ...]

    def due(self, last: date) -> date:
        """The last day on which it is in date."""
        return last + timedelta(days=self.days)

    def status(self, last: date, as_of: date) -> Status:
        """Red when overdue, yellow within the warning window, else green."""
        left = (self.due(last) - as_of).days
        if left < 0:
            return Status.RED
        return Status.YELLOW if left <= self.warning else Status.GREEN


def length_of(floor: Days, warning: Days, shorter: Days | None = None) -> Length:
    """The floor, or the tier's shorter interval."""
    if shorter is None or shorter.value >= floor.value:
        return Length(floor.value, warning.value, (floor, warning))
    return Length(shorter.value, min(warning.value, shorter.value // 4), (floor, shorter, warning))


def length_for_tier(section: Interval, tier: str) -> Length:
    """The interval of an item for a person of this tier."""
    shorter = {"high": section.interval_high, "moderate": section.interval_moderate}.get(tier)
    return length_of(section.interval, section.warning, shorter)


def ago(case: Case, day: date) -> str:
    """How long ago, in words a person uses ("today", "1 day ago", "14 months ago")."""
    days = case.days_since(day)
    if days == 0:
        return "today"
    if days < 60:
        return f"{days} day{'s' if days > 1 else ''} ago"
    return f"{days * 12 // 365} months ago" if days < 730 else f"{days // 365} years ago"
