"""The numbers of a plan as people type them: all or none; what cannot be meant is refused with words, no pace is."""

from datetime import date
from decimal import Decimal

import pytest

from app.domain.outcome import Ok
from app.domain.taper import StepUnit, TaperPlan
from app.rules.words import unapproved
from app.usecases.refused import Refused
from app.usecases.taper_entry import LABELS, UNITS, taper_from

TODAY = date(2026, 3, 1)
GOOD = {"starts": "2026-03-15", "from": "90", "step": "10", "unit": "percent", "weeks": "4", "target": "45"}


def test_all_numbers_make_a_plan() -> None:
    assert taper_from(GOOD, TODAY) == Ok(
        TaperPlan(date(2026, 3, 15), Decimal(90), Decimal(10), StepUnit.PERCENT, 4, Decimal(45))
    )


def test_blanks_around_them_do_not_matter() -> None:
    assert taper_from({name: f" {text} " for name, text in GOOD.items()}, TODAY) == taper_from(GOOD, TODAY)


@pytest.mark.parametrize("unit", [*UNITS, "", "nonsense"])
def test_nothing_typed_is_no_plan_whatever_the_step_is_counted_in(unit: str) -> None:
    assert taper_from({"unit": unit, "from": " "}, TODAY) == Ok(None)


@pytest.mark.parametrize("name", LABELS)
def test_a_number_that_is_missing_is_asked_for_by_name(name: str) -> None:
    assert sentences(**{name: ""}) == [(f"taper.{name}", f"{LABELS[name]}: fill it in, or clear the others.")]


def sentences(**changes: str) -> list[tuple[str, str]]:
    refused = taper_from({**GOOD, **changes}, TODAY)
    assert isinstance(refused, Refused)
    return [(each.field, each.sentence) for each in refused.problems]


@pytest.mark.parametrize(
    ("changes", "field", "words"),
    [
        ({"from": "-90"}, "taper.from", "write a number, as 90 or 67.5"),
        ({"from": "0"}, "taper.from", "write a number above 0"),
        ({"from": "1e3"}, "taper.from", "write a number, as 90 or 67.5"),
        ({"from": "NaN"}, "taper.from", "write a number, as 90 or 67.5"),
        ({"from": "Infinity"}, "taper.from", "write a number, as 90 or 67.5"),
        ({"from": "²"}, "taper.from", "write a number, as 90 or 67.5"),
        ({"from": "٩٠"}, "taper.from", "write a number, as 90 or 67.5"),
        ({"from": "1,000"}, "taper.from", "write a number, as 90 or 67.5"),
        ({"from": "99999"}, "taper.from", "write a number, as 90 or 67.5"),
        ({"from": "9" * 4000}, "taper.from", "write a number, as 90 or 67.5"),
        ({"from": "<script>"}, "taper.from", "write a number, as 90 or 67.5"),
        ({"target": "-1"}, "taper.target", "write a number, as 90 or 67.5"),
        ({"target": "90"}, "taper.target", "not below the starting dose"),
        ({"target": "120"}, "taper.target", "not below the starting dose"),
        ({"step": "0"}, "taper.step", "write a number above 0"),
        ({"step": "101"}, "taper.step", "past the target"),
        ({"step": "46", "unit": "mme"}, "taper.step", "past the target"),
        ({"step": "0.01"}, "taper.step", "more than 20 years"),
        ({"unit": "grams"}, "taper.step", "choose what it is counted in"),
        ({"weeks": "0"}, "taper.weeks", "from 1 to 52"),
        ({"weeks": "-4"}, "taper.weeks", "from 1 to 52"),
        ({"weeks": "53"}, "taper.weeks", "from 1 to 52"),
        ({"weeks": "2.5"}, "taper.weeks", "from 1 to 52"),
        ({"starts": "soon"}, "taper.starts", "write the day as 2026-03-01"),
        ({"starts": "2027-03-15"}, "taper.starts", "more than a year ahead"),
        ({"starts": "1926-03-15"}, "taper.starts", "more than 20 years ago"),
    ],
)
def test_what_cannot_be_meant_is_sent_back_with_words(changes: dict[str, str], field: str, words: str) -> None:
    ((found, sentence),) = sentences(**changes)
    assert found == field
    assert words in sentence
    assert not unapproved(sentence)


@pytest.mark.parametrize("changes", [{"step": "50"}, {"weeks": "1"}, {"step": "45", "unit": "mme", "weeks": "1"}])
def test_no_pace_is_refused(changes: dict[str, str]) -> None:
    assert isinstance(taper_from({**GOOD, **changes}, TODAY), Ok)


def test_a_plan_of_long_ago_and_one_down_to_nothing_can_be_entered() -> None:
    assert isinstance(taper_from({**GOOD, "starts": "2016-03-15", "target": "0"}, TODAY), Ok)


def test_all_that_is_wrong_is_told_at_once() -> None:
    assert [field for field, _ in sentences(starts="x", step="x", weeks="x")] == [
        "taper.starts",
        "taper.step",
        "taper.weeks",
    ]
