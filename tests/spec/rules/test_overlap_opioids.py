"""Several opioids at a time."""

import pytest

from tests.spec.rules.chart import (
    GABAPENTIN,
    LUNG_CANCER,
    METHADONE,
    MORPHINE,
    MORPHINE_ER,
    SUBOXONE,
    Example,
    check,
    found,
    has,
    medicine,
    order,
    person,
)

OXYCODONE = medicine("1049621", "oxycodone hydrochloride 5 MG Oral Tablet")
MORPHINE_30 = medicine("892672", "morphine sulfate 30 MG Oral Tablet")
IR, ER, METH, OXY = order(MORPHINE), order(MORPHINE_ER), order(METHADONE), order(OXYCODONE)

EXAMPLES = (
    Example("one", person(IR), "green", "no two opioids overlap"),
    Example("two strengths of one", person(IR, order(MORPHINE_30)), "green", "no two opioids"),
    Example("long with short", person(ER, IR), "yellow", "long-acting with a short-acting"),
    Example("two short", person(IR, OXY), "yellow", "two short-acting"),
    Example("two long", person(ER, METH), "red", "two long-acting"),
    Example("long with two short: the two short", person(ER, IR, OXY), "yellow", "two short-acting"),
    Example(
        "a switch within 7 days", person(order(MORPHINE, ago=26), order(OXYCODONE, ago=3, days=30)), "green", "no two"
    ),
    Example(
        "a switch within 8 days", person(order(MORPHINE, ago=25), order(OXYCODONE, ago=3, days=30)), "yellow", "two sho"
    ),
    Example("a sedative is none", person(IR, order(GABAPENTIN)), "green", "no two opioids"),
    Example("MOUD beside it", person(IR, order(SUBOXONE)), "green", "no two opioids"),
    Example("no opioid", person(order(GABAPENTIN)), "not_applicable", "no opioid"),
    Example("medications down", person(IR, OXY, medications="failed"), "grey", "could not be read"),
    Example("medications in part, two long seen", person(ER, METH, medications="partial"), "red", "two long-acting"),
    Example("medications in part, one seen", person(IR, medications="partial"), "grey", "read only in part"),
    Example("cancer: still a safety matter", person(ER, METH, has(LUNG_CANCER)), "red", "two long-acting"),
)


@pytest.mark.parametrize("example", EXAMPLES, ids=str)
def test_overlap_opioids(example: Example) -> None:
    check("overlap_opioids", example)


def test_long_with_short_is_a_fact() -> None:
    assert found("overlap_opioids", person(ER, IR)).standing
