"""One line of directions as read: so much, so often, on these days; with its working."""

from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from app.domain.med import Amount
from app.med.exact import shown


@dataclass(frozen=True, slots=True)
class DailyDose:
    """The directions' dose of one day, mg (mcg/h for patches), and the lines it is made of."""

    low: Fraction
    high: Fraction
    lines: tuple["Line", ...]


NOTHING_TAKEN = DailyDose(Fraction(0), Fraction(0), ())


@dataclass(frozen=True, slots=True)
class Line:
    """A readable instruction.

    `low` and `high` are mg a day, or mcg/h worn at once. `pieces` (each of `strength`) and `times` are the factors of the
    high end as far as they are known (`times` None for patches). `starts`, `ends` (half-open) are stated days; `length` is a
    stated length in days from the beginning. `sequence` orders steps. `interval_days` is how long one dose lasts (a patch's
    wear). `length_by_count` serves when nothing else says how long.
    """

    low: Fraction
    high: Fraction
    pieces: Fraction | None
    times: Fraction | None
    words: str
    strength: Amount | None = None
    as_needed: bool = False
    weekdays: frozenset[int] | None = None
    on_dates: tuple[date, ...] = ()
    sequence: int | None = None
    starts: date | None = None
    ends: date | None = None
    length: Fraction | None = None
    length_by_count: Fraction | None = None
    interval_days: Fraction | None = None
    amount_per_dose: Fraction | None = None
    is_from_text: bool = False
    notes: tuple[str, ...] = ()

    def dose_on(self, day: date) -> DailyDose | None:
        """The dose of a day that lies within its bounds; None on a day of the week, or a date, without one."""
        if self.on_dates:
            times = self.on_dates.count(day)
            return DailyDose(self.low * times, self.high * times, (self,)) if times else None
        if self.weekdays is not None and day.weekday() not in self.weekdays:
            return None
        return DailyDose(self.low, self.high, (self,))

    @property
    def is_bounded(self) -> bool:
        """It says when it ends."""
        return self.ends is not None or self.length is not None


def words_of(strength: str | None, pieces: Fraction | None, unit: str, amount: Fraction, times: str | None) -> str:
    """ "10 mg × 2 tablets × 4 a day", "20 mg × 4 a day", "25 mcg/h × 1 patch"."""
    is_counted = strength is not None and pieces is not None
    first = f"{strength} × {counted(pieces, unit)}" if is_counted and pieces else f"{shown(amount)} {unit}"
    return first if times is None else f"{first} × {times} a day"


def counted(number: Fraction, piece: str) -> str:
    """ "1 tablet", "2 tablets", "1.5 mL", "2 patches"."""
    if number == 1 or piece == "mL":
        return f"{shown(number)} {piece}"
    plural = {"patch": "patches", "suppository": "suppositories"}.get(piece, f"{piece}s")
    return f"{shown(number)} {plural}"
