"""Anxiety: GAD-7."""

import pytest

from tests.spec.rules.chart import (
    GAD7,
    LUNG_CANCER,
    Example,
    check,
    form,
    has,
    on_opioids,
    person,
    short_course,
    total,
    visit,
)

LONG = on_opioids()
ITEMS = ("69725-0", "68509-9", "69733-4", "69734-2", "69735-9", "69689-8", "69736-7")

EXAMPLES = (
    Example("never asked", person(LONG), "yellow", "no GAD-7 is on record"),
    Example("GAD-7 of 9", person(LONG, total(GAD7, 9, ago=30)), "green", "below 10"),
    Example("GAD-7 of 10", person(LONG, total(GAD7, 10, ago=30)), "yellow", "10 or more"),
    Example("GAD-7 of 14", person(LONG, total(GAD7, 14, ago=30)), "yellow", "10 or more"),
    Example("GAD-7 of 15, nobody followed up", person(LONG, total(GAD7, 15, ago=30)), "red", "no follow-up"),
    Example("GAD-7 of 15, seen since", person(LONG, total(GAD7, 15, ago=30), visit(ago=2)), "yellow", "followed up"),
    Example("all seven answers", person(LONG, form(dict.fromkeys(ITEMS, 1), ago=3)), "green", "GAD-7 7"),
    Example("an answer is missing", person(LONG, form(dict.fromkeys(ITEMS[:6], 1), ago=3)), "grey", "incomplete"),
    Example("61 days left", person(LONG, total(GAD7, 3, ago=304)), "green", "below 10"),
    Example("60 days left", person(LONG, total(GAD7, 3, ago=305)), "yellow", "is due by"),
    Example("over a year", person(LONG, total(GAD7, 3, ago=366)), "yellow", "was due by"),
    Example("newest counts", person(LONG, total(GAD7, 20, ago=99), total(GAD7, 4, ago=9)), "green", "GAD-7 4"),
    Example("questionnaires down", person(LONG, surveys="failed"), "grey", "could not be read"),
    Example("short course", person(short_course()), "not_applicable", "not on long-term"),
    Example("cancer", person(LONG, has(LUNG_CANCER)), "not_applicable", "cancer"),
)


@pytest.mark.parametrize("example", EXAMPLES, ids=str)
def test_anxiety(example: Example) -> None:
    check("anxiety", example)
