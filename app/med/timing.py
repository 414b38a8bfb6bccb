"""How often: a FHIR Timing as doses a day, low and high, or why it cannot be told.

A Timing may state the frequency in four ways (repeat, times of day, `when`, a code). All that are there are read; where
they differ the result spans them and says so. `count` is a total, never a number per day. Nothing is assumed: a frequency
without a period, or the reverse, says nothing. FHIR R4 Timing; codes from the GTS abbreviations value set.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction
from functools import lru_cache

from app.domain.codes import SNOMED, Concept
from app.domain.medication import Repeat, Timing
from app.domain.outcome import No
from app.med.durations import days_of, unit_days
from app.med.exact import exact, shown

DAY_NAMES = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


@dataclass(frozen=True, slots=True)
class Times:
    """Doses a day. `weekdays` (0 = Monday) limits the days on which they are taken; None: every day.

    `on_dates` is set for a timing that lists its events: then `low` and `high` hold for one event and the dates repeat.
    """

    low: Fraction
    high: Fraction
    notes: tuple[str, ...] = ()
    weekdays: frozenset[int] | None = None
    on_dates: tuple[date, ...] = ()

    @property
    def words(self) -> str:
        """ "4", "4 to 6": read as "… a day"."""
        return shown(self.high) if self.low == self.high else f"{shown(self.low)} to {shown(self.high)}"

    def is_same_rate(self, other: "Times") -> bool:
        return (self.low, self.high) == (other.low, other.high)


_ONE = Fraction(1)
_CODES = {
    "QD": _ONE, "DAILY": _ONE, "AM": _ONE, "PM": _ONE, "QAM": _ONE, "QPM": _ONE, "BED": _ONE, "QHS": _ONE, "HS": _ONE,
    "QNIGHT": _ONE, "NIGHTLY": _ONE, "BID": Fraction(2), "TID": Fraction(3), "QID": Fraction(4),
    "QOD": Fraction(1, 2), "EOD": Fraction(1, 2), "WK": Fraction(1, 7), "QWK": Fraction(1, 7), "WEEKLY": Fraction(1, 7),
    "MO": Fraction(1, 30), "MONTHLY": Fraction(1, 30),
}  # fmt: skip
_SNOMED_CODES = {
    "229797004": Fraction(1),  # once daily
    "229799001": Fraction(2),  # twice a day
    "229798009": Fraction(3),  # three times daily
    "307439001": Fraction(4),  # four times daily
}
_EVERY_HOURS = re.compile(r"Q(\d{1,3})(?:-(\d{1,3}))?(?:H|HR|HRS|HOURS?)")
_EVERY_DAYS = re.compile(r"Q(\d{1,2})(?:D|DAYS?)")
_PRN_TAIL = re.compile(r"[ -]*(?:PRN|AS NEEDED)$")

MOST_TIMES = 1000
"""A frequency beyond this is a mistake of typing or of units, whatever its period."""
_MEALS = 3
_WHEN = {
    "MORN": 1, "MORN.early": 1, "MORN.late": 1, "NOON": 1, "AFT": 1, "AFT.early": 1, "AFT.late": 1, "EVE": 1, "EVE.early": 1,
    "EVE.late": 1, "NIGHT": 1, "PHS": 1, "HS": 1, "WAKE": 1, "CM": 1, "CD": 1, "CV": 1, "ACM": 1, "ACD": 1, "ACV": 1,
    "PCM": 1, "PCD": 1, "PCV": 1, "C": _MEALS, "AC": _MEALS, "PC": _MEALS,
}  # fmt: skip


@lru_cache(maxsize=4096)
def read_times(timing: Timing | None) -> Times | No:
    """Doses a day by everything that the timing says."""
    if timing is None:
        return No("no timing is given")
    if timing.events:
        return _from_events(timing)
    read = list(_readings(timing))
    found = [each for each in read if isinstance(each, Times)]
    if not found:
        return next((each for each in read if isinstance(each, No)), No("the timing does not say how often"))
    refused = tuple(f"part of the timing was not used: {each.reason}" for each in read if isinstance(each, No))
    spanned = _spanned(found)
    return _on_weekdays(replace(spanned, notes=spanned.notes + refused), timing.repeat)


def _readings(timing: Timing) -> Iterator[Times | No]:
    repeat = timing.repeat
    if repeat is not None:
        yield from _frequency(repeat)
        yield from _times_of_day(repeat)
        yield from _when(repeat)
    if timing.code.codings or timing.code.text:
        yield from _from_code(timing.code)


def _spanned(found: list[Times]) -> Times:
    if all(each.is_same_rate(found[0]) for each in found):
        return found[0]
    low, high = min(each.low for each in found), max(each.high for each in found)
    said = " and ".join(f"{each.words} a day" for each in found)
    return Times(low, high, (f"the timing says {said}: the higher is used",))


def _frequency(repeat: Repeat) -> Iterator[Times | No]:
    """frequency(Max) per period(Max): the shortest period with the highest frequency is the high end."""
    has_frequency = repeat.frequency is not None or repeat.frequency_max is not None
    has_period = repeat.period is not None or repeat.period_max is not None
    if not has_frequency and not has_period:
        return
    if not has_frequency or not has_period:
        if not repeat.times_of_day and not _counts_alone(repeat):
            yield No("a frequency without a period says nothing" if has_frequency else "a period without a frequency")
        return
    if repeat.period is None:
        yield No("the shorter period is missing")
        return
    unit = unit_days(repeat.period_unit)
    frequencies = [each for each in (repeat.frequency, repeat.frequency_max) if each is not None]
    quantities = [each for each in (repeat.period, repeat.period_max) if each is not None]
    periods = [number for each in quantities if (number := exact(each.value)) is not None]
    if unit is None or min(frequencies) <= 0 or max(frequencies) > MOST_TIMES or len(periods) != len(quantities):
        yield No("frequency and period cannot be read")
        return
    yield Times(min(frequencies) / (max(periods) * unit), max(frequencies) / (min(periods) * unit))


def _counts_alone(repeat: Repeat) -> bool:
    """`when` codes with "period 1 d" and no frequency are a daily list."""
    return bool(repeat.when) and repeat.frequency is None


def _times_of_day(repeat: Repeat) -> Iterator[Times | No]:
    times = len(set(repeat.times_of_day))
    if times:
        yield Times(Fraction(times), Fraction(times))


def _when(repeat: Repeat) -> Iterator[Times | No]:
    """Each code is one dose a day; C, AC and PC are three (meals). With a frequency that is at least as high, the codes
    only say when those doses are."""
    if not repeat.when:
        return
    if any(code not in _WHEN for code in repeat.when):
        if repeat.frequency is None:
            yield No("a “when” code is not known")
        return
    times = Fraction(sum(_WHEN[code] for code in set(repeat.when)))
    stated = next((each for each in _frequency(repeat) if isinstance(each, Times)), None)
    if stated is None or stated.high < times:
        yield Times(times, times)


def _from_code(code: Concept) -> Iterator[Times | No]:
    """The first coding that is known, else the text. A code that is not known is refused only when nothing else speaks."""
    for coding in code.codings:
        rate = _SNOMED_CODES.get(coding.code or "") if coding.system == SNOMED else rate_of_word(coding.code)
        if rate is not None:
            yield rate if isinstance(rate, Times) else Times(rate, rate)
            return
    by_words = next((rate for text in _texts(code) if (rate := rate_of_word(text)) is not None), None)
    yield by_words or No("the timing code is not known")


def _texts(code: Concept) -> tuple[str, ...]:
    return tuple(text for text in (code.text, *(coding.display for coding in code.codings)) if text)


def rate_of_word(word: str | None) -> Times | None:
    """Doses a day for an abbreviation: BID, QHS, Q4H, Q4-6H, "q6h prn"; None for anything else."""
    spelled = _PRN_TAIL.sub("", " ".join((word or "").upper().replace(".", "").split()))
    compact = spelled.replace(" ", "")
    if compact in _CODES:
        return Times(_CODES[compact], _CODES[compact])
    hours = _EVERY_HOURS.fullmatch(compact)
    if hours:
        ends = [int(each) for each in hours.groups() if each]
        if any(each > 24 and each % 12 for each in ends):  # Q46H is Q4-6H that lost its hyphen
            return None
        return Times(Fraction(24, max(ends)), Fraction(24, min(ends))) if min(ends) > 0 else None
    days = _EVERY_DAYS.fullmatch(compact)
    return Times(Fraction(1, int(days[1])), Fraction(1, int(days[1]))) if days and int(days[1]) else None


def _on_weekdays(times: Times, repeat: Repeat | None) -> Times | No:
    """Doses on the listed days of the week. "3 a week on Mon, Wed, Fri" is one on each."""
    if repeat is None or not repeat.days_of_week:
        return times
    named = {day.strip().lower()[:3] for day in repeat.days_of_week}
    if not named <= set(DAY_NAMES):
        return No("a day of the week cannot be read")
    weekdays = frozenset(DAY_NAMES.index(day) for day in named)
    if times.high >= 1:
        return replace(times, weekdays=weekdays)
    low, high = times.low * 7 / len(weekdays), times.high * 7 / len(weekdays)
    notes = () if low >= 1 else ("fewer doses a week than days listed: one on each is used as the high end",)
    return replace(times, low=low, high=max(high, _ONE), notes=times.notes + notes, weekdays=weekdays)


def _from_events(timing: Timing) -> Times | No:
    if not all(event.is_exact for event in timing.events):
        return No("the timing lists events without a day")
    return Times(_ONE, _ONE, on_dates=tuple(event.earliest for event in dict.fromkeys(timing.events)))


def length_by_count(repeat: Repeat | None, times: Times) -> Fraction | None:
    """How many days `count` doses last at the slowest pace; a length, never a dose. None without a count."""
    count = None if repeat is None else repeat.count_max or repeat.count
    return None if count is None or count <= 0 else Fraction(count) / times.low


def bounds_days(repeat: Repeat | None) -> Fraction | No | None:
    """The longest length that boundsDuration or boundsRange allows, in days; None when neither is there."""
    if repeat is None:
        return None
    if repeat.bounds_duration is not None:
        return days_of(repeat.bounds_duration)
    if repeat.bounds_range is not None:
        return days_of(repeat.bounds_range.high or repeat.bounds_range.low)
    return None
