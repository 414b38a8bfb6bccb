"""Fractions in, decimals out, one rounding."""

from decimal import Decimal
from fractions import Fraction

import pytest

from app.med.exact import as_decimal, exact, plain


@pytest.mark.parametrize("text", ["0", "-1", "NaN", "Infinity", "1E+7", "1E-10", "1E+400", "0." + "1" * 40])
def test_no_dose_can_be_meant(text: str) -> None:
    assert exact(Decimal(text)) is None


@pytest.mark.parametrize(
    ("text", "value"), [("0.25", Fraction(1, 4)), ("20.50", Fraction(41, 2)), ("1E+2", Fraction(100))]
)
def test_a_number_is_taken_exactly(text: str, value: Fraction) -> None:
    assert exact(Decimal(text)) == value


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (Fraction(60), "60"),
        (Fraction(1, 8), "0.125"),
        (Fraction(10, 3), "3.333333"),
        (Fraction(2, 3), "0.666667"),
        (Fraction(298656, 10000), "29.8656"),
        (Fraction(0), "0"),
        (Fraction(1, 10**9), "0.000000001"),
    ],
)
def test_decimals_are_rounded_only_when_they_would_not_end(value: Fraction, shown: str) -> None:
    assert plain(as_decimal(value)) == shown


def test_a_third_times_three_is_whole() -> None:
    assert as_decimal(Fraction(24, 9) * 10 * Fraction(3, 2)) == Decimal(40)


@pytest.mark.parametrize(("value", "shown"), [("60.0", "60"), ("6E+1", "60"), ("0.50", "0.5"), ("0.000", "0")])
def test_one_spelling_of_each_number(value: str, shown: str) -> None:
    assert plain(Decimal(value)) == shown
