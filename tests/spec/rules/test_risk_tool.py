"""Opioid risk assessment."""

import pytest

from tests.spec.rules.chart import (
    LUNG_CANCER,
    ORT,
    Example,
    benefit_risk_review,
    check,
    entered,
    has,
    on_opioids,
    person,
    procedure,
    short_course,
    total,
)

LONG = on_opioids()
DONE = "454281000124100"

EXAMPLES = (
    Example("never, not recorded here", person(LONG), "grey", "not recorded where Sextant can see"),
    Example("never, recorded here", person(LONG), "red", "is on record", pack="sandbox-clinic"),
    Example("ORT of 3", person(LONG, total(ORT, 3, ago=30)), "green", "(low)"),
    Example("ORT of 4", person(LONG, total(ORT, 4, ago=30)), "yellow", "(moderate)"),
    Example("ORT of 7", person(LONG, total(ORT, 7, ago=30)), "yellow", "(moderate)"),
    Example("ORT of 8, no plan", person(LONG, total(ORT, 8, ago=30)), "red", "no plan"),
    Example("ORT of 8, plan", person(LONG, total(ORT, 8, ago=30), benefit_risk_review(ago=365)), "yellow", "a plan is"),
    Example("ORT of 8, old plan", person(LONG, total(ORT, 8, ago=30), benefit_risk_review(ago=366)), "red", "no plan"),
    Example("ORT-OUD of 2, entered", person(LONG, entered("ort_oud", "2", ago=9)), "green", "ORT-OUD 2"),
    Example("ORT-OUD of 3, entered", person(LONG, entered("ort_oud", "3", ago=9)), "red", "no plan"),
    Example("ORT of 3, entered", person(LONG, entered("ort", "3", ago=9)), "green", "ORT 3"),
    Example("done without a score", person(LONG, procedure(DONE, ago=9)), "grey", "score is not recorded"),
    Example(
        "done and scored the same day", person(LONG, procedure(DONE, ago=9), total(ORT, 2, ago=9)), "green", "ORT 2"
    ),
    Example("61 days left", person(LONG, total(ORT, 1, ago=304)), "green", "(low)"),
    Example("60 days left", person(LONG, total(ORT, 1, ago=305)), "yellow", "is due by"),
    Example("over a year", person(LONG, total(ORT, 1, ago=366)), "yellow", "was due by"),
    Example("questionnaires down", person(LONG, surveys="failed"), "grey", "could not be read"),
    Example("short course", person(short_course()), "not_applicable", "not on long-term"),
    Example("cancer", person(LONG, has(LUNG_CANCER)), "not_applicable", "cancer"),
)


@pytest.mark.parametrize("example", EXAMPLES, ids=str)
def test_risk_tool(example: Example) -> None:
    check("risk_tool", example)
