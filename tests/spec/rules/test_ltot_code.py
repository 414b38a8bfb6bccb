"""A code for long-term opioid therapy on the problem list."""

import pytest

from tests.spec.rules.chart import COPD, LUNG_CANCER, Example, check, found, has, icd, on_opioids, person, short_course

LONG = on_opioids()
CODE = icd("Z79.891", "Long term (current) use of opiate analgesic")

EXAMPLES = (
    Example("listed", person(LONG, has(CODE)), "green", "has a code"),
    Example("listed without a category", person(LONG, has(CODE, category=())), "green", "has a code"),
    Example("of one encounter only", person(LONG, has(CODE, category=("encounter-diagnosis",))), "yellow", "no code"),
    Example("resolved", person(LONG, has(CODE, status="resolved")), "yellow", "no code"),
    Example("refuted", person(LONG, has(CODE, verified="refuted")), "yellow", "no code"),
    Example("something else", person(LONG, has(COPD)), "yellow", "no code"),
    Example("conditions down", person(LONG, conditions="failed"), "grey", "could not be read"),
    Example("conditions in part, seen", person(LONG, has(CODE), conditions="partial"), "green", "has a code"),
    Example("conditions in part, not seen", person(LONG, conditions="partial"), "grey", "read only in part"),
    Example("short course", person(short_course()), "not_applicable", "not on long-term"),
    Example("cancer", person(LONG, has(LUNG_CANCER)), "not_applicable", "cancer"),
)


@pytest.mark.parametrize("example", EXAMPLES, ids=str)
def test_ltot_code(example: Example) -> None:
    check("ltot_code", example)


def test_it_is_a_fact_and_no_task() -> None:
    finding = found("ltot_code", person(LONG))
    assert (finding.standing, finding.place.value) == (True, "background")
