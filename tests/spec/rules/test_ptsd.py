"""PTSD: PC-PTSD-5, with the lower cut-off for women and where the sex is not recorded."""

import pytest

from tests.spec.rules.chart import (
    LUNG_CANCER,
    PTSD5,
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
GATE, FIRST = "102011-4", "102012-2"

EXAMPLES = (
    Example("never asked", person(LONG), "yellow", "no PC-PTSD-5 is on record"),
    Example("2 points", person(LONG, total(PTSD5, 2, ago=30)), "green", "below 3"),
    Example("a woman with 3", person(LONG, total(PTSD5, 3, ago=30)), "red", "is positive"),
    Example("a man with 3", person(LONG, total(PTSD5, 3, ago=30), sex="male"), "yellow", "3 or more"),
    Example("a man with 4", person(LONG, total(PTSD5, 4, ago=30), sex="male"), "red", "is positive"),
    Example("sex not recorded, 3", person(LONG, total(PTSD5, 3, ago=30), sex=None), "red", "is positive"),
    Example("4 and seen since", person(LONG, total(PTSD5, 4, ago=30), visit(ago=3)), "yellow", "followed up"),
    Example("no trauma", person(LONG, form({GATE: 0}, ago=3)), "green", "PC-PTSD-5 0"),
    Example("trauma, answers missing", person(LONG, form({GATE: 1, FIRST: 1}, ago=3)), "grey", "incomplete"),
    Example("61 days left", person(LONG, total(PTSD5, 0, ago=304)), "green", "below 3"),
    Example("60 days left", person(LONG, total(PTSD5, 0, ago=305)), "yellow", "is due by"),
    Example("over a year", person(LONG, total(PTSD5, 0, ago=366)), "yellow", "was due by"),
    Example("questionnaires down", person(LONG, surveys="failed"), "grey", "could not be read"),
    Example("short course", person(short_course()), "not_applicable", "not on long-term"),
    Example("cancer", person(LONG, has(LUNG_CANCER)), "not_applicable", "cancer"),
)


@pytest.mark.parametrize("example", EXAMPLES, ids=str)
def test_ptsd(example: Example) -> None:
    check("ptsd", example)
