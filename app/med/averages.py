"""The last 90 days: the average over all days, the average over covered days, and the highest day."""

from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction

from app.med.ledger import Stretch

WINDOW_DAYS = 90


@dataclass(frozen=True, slots=True)
class Averages:
    """None where nothing could be computed. `is_complete` False: the numbers are "at least"."""

    over_all_days: Fraction | None
    over_covered_days: Fraction | None
    maximum: Fraction | None
    is_complete: bool


NOTHING_KNOWN = Averages(None, None, None, False)


def last_90_days(stretches: tuple[Stretch, ...], as_of: date) -> Averages:
    """Over `as_of` and the 89 days before it."""
    first, end = as_of - timedelta(days=WINDOW_DAYS - 1), as_of + timedelta(days=1)
    parts = [
        (max(each.starts, first), min(each.ends, end), each.balance)
        for each in stretches
        if each.starts < end and each.ends > first
    ]
    total = sum((balance.mme * (ends - starts).days for starts, ends, balance in parts), Fraction(0))
    covered = sum((ends - starts).days for starts, ends, balance in parts if balance.is_covered)
    is_complete = all(balance.is_complete for _, _, balance in parts)
    if not covered and not is_complete:
        return NOTHING_KNOWN
    return Averages(
        over_all_days=total / WINDOW_DAYS,
        over_covered_days=total / covered if covered else None,
        maximum=max((balance.mme for _, _, balance in parts), default=Fraction(0)),
        is_complete=is_complete,
    )
