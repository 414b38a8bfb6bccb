"""Early refills."""

import pytest

from tests.spec.rules.chart import (
    GABAPENTIN,
    LUNG_CANCER,
    MORPHINE,
    MORPHINE_ER,
    Example,
    Part,
    check,
    fill,
    found,
    has,
    on_opioids,
    person,
)


def fills(*agos: int, days: int = 30) -> tuple[Part, ...]:
    return tuple(fill(MORPHINE, ago=ago, days=days) for ago in agos)


EXAMPLES = (
    Example("each on time", person(fills(70, 40, 10)), "green", "no fill came early"),
    Example("7 days early", person(fills(33, 10)), "green", "no fill came early"),
    Example("8 days early", person(fills(32, 10)), "yellow", "one fill came more than 7 days early"),
    Example("twice 8 days early", person(fills(54, 32, 2)), "red", "2 fills"),
    Example("what is left over carries on", person(fills(60, 35, 10)), "yellow", "one fill"),
    Example("5 days early once", person(fills(35, 10)), "green", "no fill came early"),
    Example("early 90 days ago", person(fills(112, 90), fills(1)), "yellow", "one fill"),
    Example("early 91 days ago", person(fills(113, 91), fills(1)), "green", "no fill came early"),
    Example("another drug", person(fills(20), fill(MORPHINE_ER, ago=10)), "green", "no fill came early"),
    Example(
        "a drug that is no opioid", person(fills(10), fill(GABAPENTIN, ago=20), fill(GABAPENTIN, ago=10)), "green", "no"
    ),
    Example("two fills of one day", person(fills(10, 10)), "green", "no fill came early"),
    Example(
        "reported by EHR and PDMP", person(fills(10), fill(MORPHINE, ago=8, pdmp=True)), "green", "no fill came early"
    ),
    Example("orders only", person(on_opioids()), "grey", "only orders"),
    Example(
        "a fill without length",
        person(fills(10), fill(MORPHINE, ago=40, days=None)),
        "grey",
        "without a date or length",
    ),
    Example("fills down", person(on_opioids(), fills(32, 10), dispenses="failed"), "grey", "could not be read"),
    Example("fills in part, twice early", person(fills(54, 32, 2), dispenses="partial"), "red", "2 fills"),
    Example("fills in part, none early", person(fills(10), dispenses="partial"), "grey", "read only in part"),
    Example("no opioid", person(), "not_applicable", "no opioid"),
    Example("cancer", person(fills(32, 10), has(LUNG_CANCER)), "not_applicable", "cancer"),
)


@pytest.mark.parametrize("example", EXAMPLES, ids=str)
def test_early_refill(example: Example) -> None:
    check("early_refill", example)


def test_without_fills_there_is_no_row_on_the_page() -> None:
    assert found("early_refill", person(on_opioids(), dispenses="not_offered")).place.value == "background"
    assert found("early_refill", person(on_opioids())).place.value == "background"
    assert found("early_refill", person(fills(32, 10))).place.value == "visit"


def test_fills_of_a_pdmp_count_by_its_own_feed() -> None:
    reported = tuple(fill(MORPHINE, ago=ago, days=30, pdmp=True) for ago in (54, 32, 2))
    assert found("early_refill", person(reported, dispenses="failed", pdmp="available")).status.value == "red"
    assert found("early_refill", person(reported, on_opioids(), pdmp="failed")).status.value == "grey"
