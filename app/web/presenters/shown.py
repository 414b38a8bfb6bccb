"""What one drawing of the time axis shows: the facts, cut to its days."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from app.domain.med import MedTotal, Segment
from app.usecases.review_patient import Mark, OverTime, PegPoint, Taken
from app.web.presenters.drawing import TimeAxis
from app.web.presenters.words import short_date

MONTHS = {3: 91, 12: 365, 24: 730}
"""The choices of the page, and how many days each shows."""
USUAL_MONTHS = 12
MOST_AHEAD = {3: 45, 12: 91, 24: 91}
"""So many days to the right of today at most, where a plan goes on."""
AFTER_LAST_STEP = 28
"""So many days the planned dose is shown after its last step."""
WIDTH, LEFT, RIGHT = 580, 70, 554
LABEL_HEIGHT = 11
TOOLTIPS_AT_MOST = 60
"""With more points and marks than these they name no days on hover: the page stays small, and the table has them all."""


@dataclass(frozen=True, slots=True)
class Shown:
    """What one drawing shows. The axis may reach beyond `today`, where only the planned dose goes on."""

    axis: TimeAxis
    today: date
    segments: tuple[Segment, ...]
    planned: tuple[Segment, ...]
    facts: OverTime

    @property
    def tomorrow(self) -> date:
        """Where the actual dose ends."""
        return self.today + timedelta(days=1)

    @property
    def is_ahead(self) -> bool:
        """Whether days to come are shown."""
        return self.axis.last > self.today

    @property
    def peg(self) -> tuple[PegPoint, ...]:
        return tuple(point for point in self.facts.peg if self.axis.has(point.day))

    @property
    def marks(self) -> tuple[Mark, ...]:
        return tuple(mark for mark in self.facts.marks if self.axis.has(mark.day))

    @property
    def sedatives(self) -> tuple[Taken, ...]:
        return tuple(
            taken
            for taken in self.facts.sedatives
            if self.axis.overlaps(taken.starts, taken.ends) and taken.starts <= self.today
        )

    @property
    def has_tooltips(self) -> bool:
        return len(self.peg) + len(self.marks) <= TOOLTIPS_AT_MOST

    def tooltip(self, what: str, day: date) -> str:
        """What a mark says on hover, or nothing."""
        return f"{what}, {short_date(day, self.today)}" if self.has_tooltips else ""

    @property
    def highest(self) -> Decimal:
        """Of the actual dose."""
        return max((segment.mme for segment in self.segments), default=Decimal(0))

    @property
    def highest_line(self) -> Decimal:
        """Of the actual and the planned dose."""
        return max((segment.mme for segment in (*self.segments, *self.planned)), default=Decimal(0))


def shown_of(
    med: MedTotal, facts: OverTime, months: int, left: float, right: float, *, with_plan: bool = True
) -> Shown:
    """The facts cut to the axis. The unexpired part of a supply lies ahead of the day and is not shown as taken."""
    first = med.as_of - timedelta(days=MONTHS[months] - 1)
    planned = facts.planned.stretches if facts.planned and with_plan else ()
    axis = TimeAxis(first, med.as_of + days_ahead(planned, med.as_of, months), left, right)
    tomorrow = med.as_of + timedelta(days=1)
    return Shown(axis, med.as_of, cut(med.timeline, first, tomorrow), cut(planned, first, axis.end), facts)


def days_ahead(planned: tuple[Segment, ...], today: date, months: int) -> timedelta:
    """How far the axis reaches beyond today: until after the last step that is to come."""
    last_step = planned[-1].starts if planned else today
    if last_step <= today:
        return timedelta(0)
    return timedelta(days=min((last_step - today).days + AFTER_LAST_STEP, MOST_AHEAD[months]))


def cut(segments: tuple[Segment, ...], first: date, end: date) -> tuple[Segment, ...]:
    """Stretches as far as they lie from `first` until before `end`."""
    return tuple(
        Segment(max(each.starts, first), min(each.ends, end), each.mme, each.complete)
        for each in segments
        if each.starts < end and each.ends > first
    )
