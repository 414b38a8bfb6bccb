"""Age 65 or older on long-term opioid therapy: falls, thinking and the bowel once a year."""

from dataclasses import replace

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
    medicine,
    number,
    on_opioids,
    order,
    person,
    procedure,
    seen,
    short_course,
    year,
)

LONG = on_opioids()
SENNA = medicine("312935", "sennosides, USP 8.6 MG Oral Tablet")
FALL_RISK, COGNITIVE_TEST, MOCA = "414191008", "113024001", "72172-0"
TODAY_65, TOMORROW_65 = "1961-03-01", "1961-03-02"


def falls(ago: int = 30) -> Part:
    return procedure(FALL_RISK, ago=ago, name="Fall risk assessment")


def thinking(ago: int = 30) -> Part:
    return procedure(COGNITIVE_TEST, ago=ago, name="Cognitive testing")


def bowel(ago: int = 30) -> Part:
    return order(SENNA, ago=ago, days=10)


def aged(*parts: Part, born: str | None = "1955-01-01", **feeds: str) -> PatientRecord:
    return person(LONG, *parts, born=born, **feeds)


def born_in(text: str, *parts: Part) -> PatientRecord:
    """Only the year of birth is known."""
    chart = aged(*parts)
    assert chart.patient is not None
    return replace(chart, patient=replace(chart.patient, birth_date=year(text)))


EXAMPLES = (
    Example(
        "65 today, nothing on record",
        aged(born=TODAY_65),
        "yellow",
        "Age 65: not on record in 365 days: fall risk, thinking and bowel plan",
    ),
    Example("65 tomorrow", aged(born=TOMORROW_65), "not_applicable", "younger than 65"),
    Example("all three this year", aged(falls(), thinking(), bowel()), "green", "each looked at"),
    Example("fall risk left", aged(thinking(), bowel()), "yellow", "in 365 days: fall risk."),
    Example("thinking left", aged(falls(), bowel()), "yellow", "in 365 days: thinking."),
    Example("bowel left", aged(falls(), thinking()), "yellow", "in 365 days: bowel plan."),
    Example("two left", aged(falls()), "yellow", "thinking and bowel plan"),
    Example("fall risk 365 days ago", aged(falls(365), thinking(), bowel()), "green", "each looked at"),
    Example("fall risk 366 days ago", aged(falls(366), thinking(), bowel()), "yellow", "in 365 days: fall risk."),
    Example("last laxative 365 days ago", aged(falls(), thinking(), bowel(374)), "green", "each looked at"),
    Example("last laxative 366 days ago", aged(falls(), thinking(), bowel(375)), "yellow", "bowel plan"),
    Example("MoCA score", aged(falls(), seen(loinc(MOCA), number(26), ago=9), bowel()), "green", "each looked at"),
    Example("Mini-Cog by its name", aged(falls(), document("Mini-Cog", ago=9), bowel()), "green", "each looked at"),
    Example(
        "fall screening by its name",
        aged(document("Falls screening STEADI", ago=9), thinking(), bowel()),
        "green",
        "each",
    ),
    Example(
        "a nurse says so",
        aged(entered("fall_risk", "done"), entered("cognition", "done"), entered("bowel", "advised")),
        "green",
        "each",
    ),
    Example(
        "fall risk not done",
        aged(procedure(FALL_RISK, ago=9, status="not-done"), thinking(), bowel()),
        "yellow",
        "fall risk",
    ),
    Example(
        "procedures down", aged(bowel(), procedures="failed"), "grey", "whether fall risk and thinking were looked at"
    ),
    Example(
        "procedures down, all entered",
        aged(bowel(), entered("fall_risk", "done"), entered("cognition", "done"), procedures="failed"),
        "green",
        "each",
    ),
    Example(
        "medications in part",
        aged(falls(), thinking(), medications="partial"),
        "grey",
        "whether bowel plan was looked at",
    ),
    Example(
        "born in 1950, day not known", born_in("1950", falls(), thinking(), bowel()), "grey", "whether 65 is reached"
    ),
    Example("no birth date", aged(born=None), "grey", "age is not known"),
    Example("a few days of opioids", person(short_course(), born="1955-01-01"), "not_applicable", "not on long-term"),
    Example("lung cancer", aged(has(LUNG_CANCER)), "not_applicable", "does not apply"),
    Example("40 years old", aged(born="1986-01-01"), "not_applicable", "younger than 65"),
)


@pytest.mark.parametrize("example", EXAMPLES, ids=str)
def test_age_65_or_older(example: Example) -> None:
    check("age65", example)


def test_it_is_a_fact_beside_the_dose() -> None:
    finding = found("age65", aged(falls()))
    assert finding.standing
    assert finding.next_step == "Look at thinking and bowel plan, and record it"
