"""Treatment goals: agreed, and looked at again once a year."""

import pytest

from app.domain.record import PatientRecord
from tests.spec.rules.chart import (
    LUNG_CANCER,
    Example,
    Part,
    check,
    document,
    entered,
    found,
    has,
    loinc,
    on_opioids,
    person,
    plan,
    short_course,
)

HERE = "sandbox-clinic"
PLAN_OF_CARE = "80764-4"


def goal(ago: int, text: str = "Walk to the shop and back", status: str = "active") -> Part:
    return plan("Goal", text, ago=ago, status=status)


def long_term(*parts: Part, **feeds: str) -> PatientRecord:
    return person(on_opioids(), *parts, **feeds)


EXAMPLES = (
    Example("agreed last month", long_term(goal(30)), "green", "in date"),
    Example("61 days left", long_term(goal(304)), "green", "in date"),
    Example("60 days left", long_term(goal(305)), "yellow", "due by 2026-04-30"),
    Example("365 days old", long_term(goal(365)), "yellow", "due by 2026-03-01"),
    Example("366 days old: yellow, not red", long_term(goal(366)), "yellow", "was due 2026-02-28"),
    Example("five years old", long_term(goal(1800)), "yellow", "4 years ago"),
    Example("none, goals are kept elsewhere", long_term(), "grey", "not recorded where Sextant can see"),
    Example("none, in a clinic that records them", long_term(), "red", "no goal of treatment is on record", pack=HERE),
    Example("on hold", long_term(goal(30, status="on-hold")), "green", "in date"),
    Example("reached", long_term(goal(30, status="completed")), "green", "in date"),
    Example("only proposed", long_term(goal(30, status="proposed")), "grey", "not recorded"),
    Example("cancelled", long_term(goal(30, status="cancelled")), "grey", "not recorded"),
    Example("a goal about blood sugar", long_term(goal(30, "HbA1c below 7")), "grey", "not recorded"),
    Example("a goal about pain", long_term(goal(30, "Pain 4 or less on most days")), "green", "in date"),
    Example(
        "pain plan of care as a document", long_term(document("Note", ago=30, code=PLAN_OF_CARE)), "green", "in date"
    ),
    Example(
        "pain plan of care as a care plan",
        long_term(plan("CarePlan", "Plan", ago=30, what=loinc(PLAN_OF_CARE))),
        "green",
        "in date",
    ),
    Example("a nurse says so", long_term(entered("goals", "set", ago=30)), "green", "in date"),
    Example("care plans down", long_term(care_plans="failed"), "grey", "could not be read"),
    Example(
        "care plans down, entered by a nurse",
        long_term(entered("goals", "set", ago=30), care_plans="failed"),
        "green",
        "in date",
    ),
    Example(
        "care plans in part, old goal", long_term(goal(900), care_plans="partial"), "grey", "a newer one may exist"
    ),
    Example("care plans not connected", long_term(care_plans="not_offered"), "grey", "not connected"),
    Example("a few days of opioids", person(short_course()), "not_applicable", "not on long-term"),
    Example("lung cancer", long_term(has(LUNG_CANCER)), "not_applicable", "does not apply"),
)


@pytest.mark.parametrize("example", EXAMPLES, ids=str)
def test_treatment_goals(example: Example) -> None:
    check("goals", example)


def test_it_says_what_to_agree_on() -> None:
    finding = found("goals", long_term(goal(400)))
    assert finding.next_step == "Agree on goals for pain and daily life, and on what to do if they are not met"
    assert finding.due is not None
