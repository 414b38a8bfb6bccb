"""Which days a supply covers. Half-open: a supply of 30 days from the 1st covers the 1st to the 30th.

What is known about the length is used in this order: the supply length with refills, the end of the directions' bounds, the
end of the prescription's validity, the number of doses. When nobody says, an active order is believed for 90 days and is
of unknown use after them.
"""

from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction

from app.domain.dates import Period
from app.med.durations import days_after, whole_days
from app.med.plan import OPEN, Plan, Span

LONGEST_GUESS_DAYS = 90


@dataclass(frozen=True, slots=True)
class Days:
    """Covered days, half-open. `starts` None: not known when it began, `ends` None: not known when it ends.

    `unsure_from`: from this day on (until `unsure_until`, None: still) it is listed, and nobody knows whether it is taken.
    `is_guess`: the end rests on the day of a status change. `has_known_length`: a supply length or an end was stated.
    """

    starts: date | None
    ends: date | None
    unsure_from: date | None = None
    unsure_until: date | None = None
    is_guess: bool = False
    has_known_length: bool = True
    notes: tuple[str, ...] = ()

    def within(self, span: Span) -> "Days":
        """Held to the days on which the directions hold."""
        if span is OPEN:
            return self
        starts = later_of(self.starts, span.starts)
        if span.ends is None or (self.ends is not None and self.ends <= span.ends):
            return replace(self, starts=starts, ends=later_of(self.ends, starts) if self.ends else None)
        ends = max(span.ends, starts) if starts else span.ends
        return replace(self, starts=starts, ends=ends, unsure_from=None, has_known_length=True)

    def until(self, day: date) -> "Days":
        """The same, ended on this day by something that takes its place."""
        ends = day if self.ends is None else min(self.ends, day)
        was_unsure = self.unsure_from is not None and self.unsure_from < day
        begins, stops = (self.unsure_from, day) if was_unsure else (None, None)
        return replace(self, ends=ends, unsure_from=begins, unsure_until=stops)

    def noting(self, *notes: str) -> "Days":
        return self if not notes else replace(self, notes=(*self.notes, *notes))


def later_of(one: date | None, other: date | None) -> date | None:
    """The later of two days of which either may be unknown."""
    return max(one, other) if one and other else one or other


def covered_days(
    starts: date | None, length: Fraction | None, span: Span, validity: Period | None, plan: Plan | None
) -> Days:
    """From `starts`, by the first thing that says how long."""
    if starts is None:
        return Days(None, span.ends, notes=("no date is given: taken as current",))
    if length is not None:
        return Days(starts, days_after(starts, whole_days(length)))
    if span.ends is not None:
        return Days(starts, span.ends)
    if validity is not None and validity.end is not None:
        ends = days_after(validity.end.latest, 1)
        return Days(starts, max(ends, starts), notes=("no supply length: runs to the end of validity",))
    counted = _length_by_count(plan)
    if counted is not None:
        until = days_after(starts, whole_days(counted))
        said = f"no supply length: {whole_days(counted)} days by the number of doses"
        return Days(starts, until, unsure_from=until, has_known_length=False, notes=(said,))
    return believed(starts, starts)


def believed(starts: date, said_on: date) -> Days:
    """Current for at most 90 days after somebody said so, and of unknown use after them."""
    until = days_after(said_on, LONGEST_GUESS_DAYS)
    said = f"no supply length: taken as current for at most {LONGEST_GUESS_DAYS} days"
    return Days(starts, until, unsure_from=until, has_known_length=False, notes=(said,))


def _length_by_count(plan: Plan | None) -> Fraction | None:
    """A number of doses is a length only where they are taken regularly and last a day or more; as needed, nobody knows how
    long they last. Some EHRs send a count that means something else: after it the use is unknown, not over."""
    lines = plan.directions.lines if plan else ()
    lengths = [None if line.as_needed else line.length_by_count for line in lines]
    known = [each for each in lengths if each is not None]
    return max(known) if known and len(known) == len(lengths) and min(known) >= 1 else None
