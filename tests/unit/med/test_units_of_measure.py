"""Units as charts spell them."""

from decimal import Decimal

import pytest

from app.domain.codes import SNOMED, UCUM
from app.domain.outcome import No
from app.domain.quantities import Quantity
from app.med.units import Measure, read_quantity, unit_of


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("tablet", "tablet"),
        ("TABLET(S)", "tablet"),
        ("tabs.", "tablet"),
        ("{tbl}", "tablet"),
        ("film-coated tablet", "tablet"),
        ("extended release oral tablet", "tablet"),
        ("Caplet", "tablet"),
        ("Cap", "capsule"),
        ("Patch(es)", "patch"),
        ("strip", "film"),
        ("Lozenge", "lozenge"),
        ("sprays", "spray"),
        ("supp", "suppository"),
        ("mL", "mL"),
        ("cc", "mL"),
        ("MILLILITERS", "mL"),
        ("mg", "mg"),
        ("Milligram(s)", "mg"),
        ("µg", "mcg"),
        ("μg", "mcg"),
        ("mcg / hr", "mcg/h"),
        ("gram", "g"),
        ("each", "each"),
        ("EA", "each"),
    ],
)
def test_known_words(text: str, word: str) -> None:
    found = unit_of(None, None, text)
    assert not isinstance(found, No)
    assert found[0].word == word


@pytest.mark.parametrize(
    "text",
    [
        "bottle",
        "box of tablets",
        "mg tablet",
        "5 mg tablet",
        "m@g",
        "blorp",
        "tablet or capsule",
        "drop",
        "dose",
        " ",
        "mg/mL",
    ],
)
def test_words_that_are_no_unit(text: str) -> None:
    assert isinstance(unit_of(None, None, text), No)


@pytest.mark.parametrize("code", ["mg", "{tablet}", "ug/h", "mL", "g"])
def test_a_ucum_code_needs_no_text(code: str) -> None:
    assert not isinstance(unit_of(UCUM, code, None), No)


def test_ucum_one_takes_its_meaning_from_the_text() -> None:
    found = unit_of(UCUM, "1", "tablet")
    assert not isinstance(found, No)
    assert found[0].word == "tablet"


def test_a_snomed_unit() -> None:
    assert not isinstance(unit_of(SNOMED, "258684004", None), No)


def test_code_and_text_that_differ_are_noted() -> None:
    found = unit_of(UCUM, "mg", "tablet")
    assert not isinstance(found, No)
    assert (found[0].word, len(found[1])) == ("mg", 1)


@pytest.mark.parametrize(
    "quantity",
    [
        None,
        Quantity(None),
        Quantity(None, "mg"),
        Quantity(Decimal(1)),
        Quantity(Decimal(0), "mg"),
        Quantity(Decimal(10), "mg", comparator="<"),
    ],
)
def test_half_a_quantity_is_none(quantity: Quantity | None) -> None:
    assert isinstance(read_quantity(quantity), No)


def test_grams_become_milligrams() -> None:
    found = read_quantity(Quantity(Decimal("0.5"), "g"))
    assert isinstance(found, Measure)
    assert found.scaled == 500
