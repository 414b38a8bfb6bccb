"""Daily dose: a guidepost for review. No answer of this rule ever says to give less."""

from dataclasses import replace
from decimal import Decimal

import pytest

from app.domain.quantities import Quantity
from tests.spec.rules.chart import (
    GABAPENTIN,
    LUNG_CANCER,
    MORPHINE,
    PAIN_REFERRAL,
    SUBOXONE,
    Example,
    benefit_risk_review,
    check,
    document,
    entered,
    found,
    has,
    mg,
    on_opioids,
    order,
    person,
    plan,
    procedure,
    reviewed,
    unreadable_opioid,
)

EXAMPLES = (
    Example("20 a day", person(on_opioids(20)), "green", "20 MME/day, below 50"),
    Example("49.9 a day", person(on_opioids("49.9")), "green", "below 50"),
    Example("50 a day", person(on_opioids(50)), "yellow", "at or above 50"),
    Example("89.9 a day", person(on_opioids("89.9")), "yellow", "at or above 50"),
    Example("90 a day, never reviewed", person(on_opioids(90)), "red", "no benefit-risk review"),
    Example("90 a day, reviewed today", person(on_opioids(90), benefit_risk_review(ago=0)), "yellow", "were reviewed"),
    Example("reviewed 90 days ago", person(on_opioids(90), benefit_risk_review(ago=90)), "yellow", "were reviewed on"),
    Example("reviewed 91 days ago", person(on_opioids(90), benefit_risk_review(ago=91)), "red", "no benefit-risk"),
    Example(
        "a pain plan of care", person(on_opioids(90), document("Plan", ago=9, code="80764-4")), "yellow", "reviewed"
    ),
    Example(
        "a care plan of that type", person(on_opioids(90), plan("CarePlan", "Pain care plan", ago=9)), "red", "no ben"
    ),
    Example(
        "entered by the doctor", person(on_opioids(90), entered("benefit_risk_review", "done", ago=2)), "yellow", "rev"
    ),
    Example("admission to the pain ward", person(on_opioids(90), procedure("305391001", ago=5)), "red", "no benefit"),
    Example("two orders of 45 add up", person(on_opioids(45), on_opioids(45)), "red", "90 MME/day"),
    Example("40 and one unreadable", person(on_opioids(40), unreadable_opioid()), "grey", "at least 40 MME/day"),
    Example("90 and one unreadable", person(on_opioids(90), unreadable_opioid()), "red", "at least 90 MME/day"),
    Example(
        "90 reviewed, and one unreadable",
        person(on_opioids(90), unreadable_opioid(), benefit_risk_review(ago=3)),
        "grey",
        "at least 90",
    ),
    Example("only an unreadable one", person(unreadable_opioid()), "grey", "the dose is not known"),
    Example("Suboxone alone", person(order(SUBOXONE, take=mg(8))), "green", "buprenorphine is not counted"),
    Example("no opioid", person(order(GABAPENTIN)), "not_applicable", "no opioid"),
    Example("medications down", person(on_opioids(95), medications="failed"), "grey", "could not be read"),
    Example("medications in part: 95", person(on_opioids(95), medications="partial"), "red", "at least 95"),
    Example("medications in part: 30", person(on_opioids(30), medications="partial"), "grey", "read only in part"),
    Example("documents down: 95", person(on_opioids(95), documents="failed"), "red", "no benefit-risk review"),
    Example("documents down: 30", person(on_opioids(30), documents="failed"), "green", "below 50"),
    Example("cancer: still shown", person(on_opioids(95), has(LUNG_CANCER)), "red", "95 MME/day"),
    Example("17 years old", person(on_opioids(95), born="2010-01-01"), "not_applicable", "under 18"),
    Example("Washington 119", person(on_opioids(119), benefit_risk_review(ago=1)), "yellow", "reviewed", pack="wa"),
    Example("Washington 120", person(on_opioids(120), benefit_risk_review(ago=1)), "red", "consultation", pack="wa"),
    Example(
        "Washington 120 with a consultation",
        person(on_opioids(120), benefit_risk_review(ago=1), procedure(PAIN_REFERRAL, ago=365)),
        "yellow",
        "reviewed",
        pack="wa",
    ),
    Example(
        "Washington 120, consultation too old",
        person(on_opioids(120), benefit_risk_review(ago=1), procedure(PAIN_REFERRAL, ago=366)),
        "red",
        "consultation",
        pack="wa",
    ),
    Example("elsewhere 120", person(on_opioids(120), benefit_risk_review(ago=1)), "yellow", "reviewed"),
)


@pytest.mark.parametrize("example", EXAMPLES, ids=str)
def test_daily_dose(example: Example) -> None:
    check("med", example)


@pytest.mark.parametrize("example", EXAMPLES, ids=str)
def test_no_answer_asks_for_a_lower_dose(example: Example) -> None:
    words = f"{found('med', example.chart, example.pack).next_step or ''}".lower()
    assert not any(word in words for word in ("lower", "reduc", "taper", "decrease", "less"))


def test_a_known_red_with_something_missing_says_so() -> None:
    finding = found("med", person(on_opioids(95), unreadable_opioid(), documents="failed"))
    assert finding.is_known_in_part
    assert "documents" in finding.missing
    assert any(each.startswith("dose of MedicationRequest/") for each in finding.missing)


def test_a_dose_below_the_review_band_stands_beside_the_number_and_is_no_task() -> None:
    assert found("med", person(on_opioids(60))).standing
    assert not found("med", person(on_opioids(95))).standing


def test_methods_in_different_bands_are_both_told() -> None:
    chart = person(order(MORPHINE, ago=5, days=30, take=mg(45)))
    name, row = order(MORPHINE, ago=5, days=30, take=mg(45))
    supply = replace(row.supply, quantity=Quantity(Decimal(120), "tablets"))
    differing = person((name, replace(row, supply=supply)))
    assert "different bands" in found("med", differing).reason
    assert "different bands" not in found("med", chart).reason


def test_the_2016_factors_are_those_of_that_year() -> None:
    assert reviewed(person(on_opioids(20)), "cdc-2016").med.factor_set == "cdc-2016"
