"""Opioid with a sedating medicine."""

import pytest

from tests.spec.rules.chart import (
    CYCLOBENZAPRINE,
    GABAPENTIN,
    LORAZEPAM,
    LUNG_CANCER,
    NARCAN,
    PHENOBARBITAL,
    SUBOXONE,
    ZOLPIDEM,
    Example,
    benefit_risk_review,
    check,
    entered,
    fill,
    found,
    has,
    on_opioids,
    order,
    person,
    plan,
    takes,
)

LONG = on_opioids()

EXAMPLES = (
    Example("no sedative", person(LONG), "green", "no sedating medicine"),
    Example("naloxone is none", person(LONG, order(NARCAN)), "green", "no sedating medicine"),
    Example("lorazepam, no plan", person(LONG, order(LORAZEPAM)), "red", "lorazepam"),
    Example(
        "lorazepam, plan today", person(LONG, order(LORAZEPAM), benefit_risk_review(ago=0)), "yellow", "plan is doc"
    ),
    Example(
        "plan on the last day", person(LONG, order(LORAZEPAM), benefit_risk_review(ago=365)), "yellow", "plan is doc"
    ),
    Example("plan a day too old", person(LONG, order(LORAZEPAM), benefit_risk_review(ago=366)), "red", "no plan"),
    Example(
        "an opioid care plan counts",
        person(LONG, order(LORAZEPAM), plan("CarePlan", "Opioid therapy", ago=20)),
        "yellow",
        "plan is documented",
    ),
    Example(
        "a care plan for something else",
        person(LONG, order(LORAZEPAM), plan("CarePlan", "Diabetes", ago=20)),
        "red",
        "no plan",
    ),
    Example(
        "a care plan that was called off",
        person(LONG, order(LORAZEPAM), plan("CarePlan", "Opioid therapy", ago=20, status="revoked")),
        "red",
        "no plan",
    ),
    Example(
        "plan entered", person(LONG, order(LORAZEPAM), entered("documented_plan", "made", ago=5)), "yellow", "plan"
    ),
    Example("supply ended yesterday", person(LONG, order(LORAZEPAM, ago=30, days=30)), "green", "no sedating"),
    Example("last day of supply", person(LONG, order(LORAZEPAM, ago=29, days=30)), "red", "lorazepam"),
    Example("starts today", person(LONG, order(LORAZEPAM, ago=0)), "red", "lorazepam"),
    Example("ordered for tomorrow", person(LONG, order(LORAZEPAM, ago=-1)), "green", "no sedating"),
    Example("refills carry on", person(LONG, order(LORAZEPAM, ago=80, days=30, refills=2)), "red", "lorazepam"),
    Example("stopped", person(LONG, order(LORAZEPAM, status="stopped")), "green", "no sedating"),
    Example("on hold", person(LONG, order(LORAZEPAM, status="on-hold")), "green", "no sedating"),
    Example("draft", person(LONG, order(LORAZEPAM, status="draft")), "green", "no sedating"),
    Example("given in hospital", person(LONG, order(LORAZEPAM, category=("inpatient",))), "green", "no sedating"),
    Example("another person's", person(LONG, order(LORAZEPAM, subject="Patient/x")), "green", "no sedating"),
    Example("no length, 89 days old", person(LONG, order(LORAZEPAM, ago=89, days=None)), "red", "lorazepam"),
    Example("no length, 90 days old", person(LONG, order(LORAZEPAM, ago=90, days=None)), "red", "still listed"),
    Example("dispensed", person(LONG, fill(LORAZEPAM, ago=10)), "red", "lorazepam"),
    Example("dispensed, used up", person(LONG, fill(LORAZEPAM, ago=30)), "green", "no sedating"),
    Example("says she takes it", person(LONG, takes(LORAZEPAM)), "red", "lorazepam"),
    Example("said it once", person(LONG, takes(LORAZEPAM, status="completed")), "green", "no sedating"),
    Example("sleeping tablet", person(LONG, order(ZOLPIDEM)), "yellow", "zolpidem"),
    Example("muscle relaxant", person(LONG, order(CYCLOBENZAPRINE)), "yellow", "cyclobenzaprine"),
    Example("barbiturate", person(LONG, order(PHENOBARBITAL)), "yellow", "phenobarbital"),
    Example("gabapentin", person(LONG, order(GABAPENTIN)), "yellow", "gabapentin"),
    Example("the benzodiazepine decides", person(LONG, order(GABAPENTIN), order(LORAZEPAM)), "red", "lorazepam"),
    Example("MOUD with lorazepam", person(order(SUBOXONE), order(LORAZEPAM)), "red", "lorazepam"),
    Example("lorazepam without opioid", person(order(LORAZEPAM)), "not_applicable", "no opioid"),
    Example("medications down", person(LONG, medications="failed"), "grey", "not known"),
    Example("medications in part, none seen", person(LONG, medications="partial"), "grey", "read only in part"),
    Example("medications in part, seen", person(LONG, order(LORAZEPAM), medications="partial"), "red", "lorazepam"),
    Example("PDMP not connected: no matter", person(LONG, pdmp="not_offered"), "green", "no sedating"),
    Example("documents down", person(LONG, order(LORAZEPAM), documents="failed"), "red", "no plan"),
    Example("cancer: still a safety matter", person(LONG, order(LORAZEPAM), has(LUNG_CANCER)), "red", "lorazepam"),
    Example("17 years old", person(LONG, order(LORAZEPAM), born="2010-01-01"), "not_applicable", "under 18"),
)


@pytest.mark.parametrize("example", EXAMPLES, ids=str)
def test_sedative(example: Example) -> None:
    check("sedative", example)


def test_a_pdmp_that_is_missing_is_named() -> None:
    assert found("sedative", person(LONG)).missing == ("pdmp",)


def test_a_fill_decides_over_its_order() -> None:
    name, row = order(LORAZEPAM, ago=20, days=90)
    filled = fill(LORAZEPAM, ago=20, days=10, prescriptions=(row.reference,))
    assert found("sedative", person(LONG, (name, row), filled)).status.value == "green"


def test_only_a_benzodiazepine_makes_a_row_of_the_visit() -> None:
    assert found("sedative", person(LONG, order(LORAZEPAM))).place.value == "visit"
    assert found("sedative", person(LONG, order(ZOLPIDEM))).place.value == "background"
    gabapentin = found("sedative", person(LONG, order(GABAPENTIN)))
    assert (gabapentin.place.value, gabapentin.standing) == ("background", True)


def test_nobody_is_told_to_stop_abruptly() -> None:
    step = found("sedative", person(LONG, order(LORAZEPAM))).next_step
    assert step is not None
    assert "stop neither medicine abruptly" in step


def test_without_a_stated_length_the_red_is_known_in_part() -> None:
    assert found("sedative", person(LONG, order(LORAZEPAM, ago=200, days=None))).is_known_in_part
    assert not found("sedative", person(LONG, order(LORAZEPAM))).is_known_in_part
