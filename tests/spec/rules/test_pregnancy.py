"""Pregnancy with an opioid in force."""

import pytest

from app.domain.chart import ObservationValue
from tests.spec.rules.chart import (
    LUNG_CANCER,
    Example,
    Part,
    benefit_risk_review,
    check,
    document,
    entered,
    found,
    has,
    icd,
    loinc,
    on_opioids,
    person,
    plan,
    seen,
    snomed,
    text,
)

LONG = on_opioids()
PREGNANT = icd("Z33.1", "Pregnant state, incidental")
DELIVERED = icd("O80", "Encounter for full-term uncomplicated delivery")
STATUS, TEST = "82810-3", "2106-3"


def status(code: str, *, ago: int) -> Part:
    return seen(loinc(STATUS), ObservationValue(concept=snomed(code)), ago=ago)


YES, NO, UNCONFIRMED = "77386006", "60001007", "152231000119106"

EXAMPLES = (
    Example("pregnant, no plan", person(LONG, has(PREGNANT, ago=60)), "red", "no plan is on record"),
    Example(
        "pregnant, care plan",
        person(LONG, has(PREGNANT, ago=60), plan("CarePlan", "Pregnancy care", ago=30)),
        "green",
        "a plan",
    ),
    Example(
        "pregnant, plan 365 days old",
        person(LONG, has(PREGNANT, ago=60), benefit_risk_review(ago=365)),
        "green",
        "a plan",
    ),
    Example(
        "pregnant, plan 366 days old",
        person(LONG, has(PREGNANT, ago=60), benefit_risk_review(ago=366)),
        "red",
        "no plan",
    ),
    Example(
        "pregnant, expert asked",
        person(LONG, has(PREGNANT, ago=60), entered("pregnancy_expert", "asked", ago=3)),
        "green",
        "a plan",
    ),
    Example(
        "a taper without an expert",
        person(LONG, has(PREGNANT, ago=60), benefit_risk_review(ago=9), document("Opioid taper plan", ago=5)),
        "red",
        "no expert was asked",
    ),
    Example(
        "a taper with an expert",
        person(
            LONG,
            has(PREGNANT, ago=60),
            document("Opioid taper plan", ago=5),
            entered("pregnancy_expert", "asked", ago=3),
        ),
        "green",
        "a plan",
    ),
    Example("status observed", person(LONG, status(YES, ago=20)), "red", "no plan"),
    Example("test positive", person(LONG, seen(loinc(TEST), text("Positive"), ago=5)), "red", "no plan"),
    Example("by her word", person(LONG, entered("pregnancy", "pregnant", ago=5)), "red", "no plan"),
    Example("not pregnant, 90 days ago", person(LONG, status(NO, ago=90)), "green", "not pregnant"),
    Example("not pregnant, 91 days ago", person(LONG, status(NO, ago=91)), "grey", "last recorded on"),
    Example("test negative", person(LONG, seen(loinc(TEST), text("Negative"), ago=5)), "green", "not pregnant"),
    Example("not yet confirmed", person(LONG, status(UNCONFIRMED, ago=5)), "grey", "not recorded"),
    Example("pregnant 300 days ago", person(LONG, has(PREGNANT, ago=300)), "red", "no plan"),
    Example("pregnant 301 days ago, not since", person(LONG, has(PREGNANT, ago=301)), "grey", "last recorded on"),
    Example(
        "test positive two years ago",
        person(LONG, seen(loinc(TEST), text("Positive"), ago=730)),
        "grey",
        "last recorded on",
    ),
    Example(
        "her word a year ago, with a plan since",
        person(LONG, entered("pregnancy", "pregnant", ago=365), benefit_risk_review(ago=30)),
        "grey",
        "last recorded on",
    ),
    Example(
        "pregnant, then a negative test",
        person(LONG, has(PREGNANT, ago=200), status(NO, ago=5)),
        "green",
        "not pregnant",
    ),
    Example("delivered", person(LONG, has(DELIVERED, ago=20)), "grey", "not recorded"),
    Example("nothing recorded", person(LONG), "grey", "not recorded"),
    Example("sex not recorded", person(LONG, sex=None), "grey", "pregnancy is not known"),
    Example("a man", person(LONG, sex="male"), "not_applicable", "does not arise"),
    Example("55 years old", person(LONG, born="1970-03-02"), "grey", "not recorded"),
    Example("56 today", person(LONG, born="1970-03-01"), "not_applicable", "does not arise"),
    Example(
        "hysterectomy",
        person(LONG, has(icd("Z90.710", "Acquired absence of cervix and uterus"))),
        "not_applicable",
        "does not",
    ),
    Example(
        "menopause",
        person(LONG, has(icd("N95.1", "Menopausal and female climacteric states"))),
        "not_applicable",
        "does not",
    ),
    Example("no opioid", person(has(PREGNANT, ago=60)), "not_applicable", "no opioid"),
    Example("conditions down", person(LONG, conditions="failed"), "grey", "could not be read"),
    Example("cancer: still a safety matter", person(LONG, has(PREGNANT, ago=60), has(LUNG_CANCER)), "red", "no plan"),
)


@pytest.mark.parametrize("example", EXAMPLES, ids=str)
def test_pregnancy(example: Example) -> None:
    check("pregnancy", example)


def test_only_a_known_pregnancy_is_a_row_of_the_visit() -> None:
    assert found("pregnancy", person(LONG, has(PREGNANT, ago=60))).place.value == "visit"
    assert found("pregnancy", person(LONG)).place.value == "background"
