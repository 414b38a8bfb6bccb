"""Exact numbers: fractions inside the engine, decimals at its edge. Nothing here or elsewhere in `app.med` is a float.

10 mg every 9 hours is 26.666… mg a day, and × 1.5 it is exactly 40: kept as a fraction it stays 40, so that a total of 90 is
never shown as 89.999999. A result that has no end in decimals is rounded to six places, half to even, once, when it is
handed out.
"""

from decimal import ROUND_HALF_EVEN, Context, Decimal
from fractions import Fraction
from functools import lru_cache

_SIX_PLACES = Decimal("0.000001")
_WIDE = Context(prec=60, rounding=ROUND_HALF_EVEN)
_LARGEST_POWER, _SMALLEST_POWER, _MOST_DIGITS = 6, -9, 28


@lru_cache(maxsize=16384)
def exact(value: Decimal | None) -> Fraction | None:
    """The number as a fraction; None when there is none, or when no dose can be meant: zero, below zero, absurd size."""
    if value is None or not value.is_finite() or value <= 0:
        return None
    is_sane = _SMALLEST_POWER <= value.adjusted() <= _LARGEST_POWER and len(value.as_tuple().digits) <= _MOST_DIGITS
    return Fraction(value) if is_sane else None


def as_decimal(value: Fraction) -> Decimal:
    """The same number as a decimal; rounded to six places only when it would not end."""
    return _quotient(value.numerator, value.denominator)


@lru_cache(maxsize=16384)
def _quotient(numerator: int, denominator: int) -> Decimal:
    quotient = _WIDE.divide(Decimal(numerator), Decimal(denominator))
    ends = _denominator_left_by_tens(denominator) == 1
    return tidy(quotient if ends else quotient.quantize(_SIX_PLACES, context=_WIDE))


def _denominator_left_by_tens(denominator: int) -> int:
    for prime in (2, 5):
        while denominator % prime == 0:
            denominator //= prime
    return denominator


def tidy(value: Decimal) -> Decimal:
    """One spelling of each number: 60.0 and 6E+1 both become 60."""
    return Decimal(plain(value))


def plain(value: Decimal) -> str:
    """For people and JSON: no exponent, no trailing zeros."""
    return format(_WIDE.plus(value).normalize(_WIDE), "f") if value else "0"


def shown(value: Fraction) -> str:
    """A fraction as it is written in a working line."""
    return plain(as_decimal(value))
