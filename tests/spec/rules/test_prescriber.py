"""Accountable prescriber."""

import pytest

from tests.spec.rules.chart import (
    DOCTOR,
    LUNG_CANCER,
    MORPHINE,
    Example,
    Part,
    care_team,
    check,
    has,
    mg,
    order,
    person,
    short_course,
)

A, B, C = "Practitioner/a", "Practitioner/b", "Practitioner/c"


def by(who: str, *, ago: int = 80, days: int = 100) -> Part:
    return order(MORPHINE, ago=ago, days=days, take=mg(30), by=who)


EXAMPLES = (
    Example("the doctor in charge prescribes", person(by(DOCTOR)), "green", "in charge prescribes"),
    Example("none of ours", person(by(A)), "red", "none of our clinicians"),
    Example(
        "two outside", person(by(DOCTOR), by(A, ago=60, days=10), by(B, ago=40, days=10)), "red", "2 people outside"
    ),
    Example(
        "one outside, earlier", person(by(A, ago=80, days=20), by(DOCTOR, ago=60)), "green", "in charge prescribes"
    ),
    Example(
        "one outside, last", person(by(DOCTOR), by(A, ago=10, days=5)), "yellow", "not the one who prescribed last"
    ),
    Example("a colleague of the team, last", person(by(A), care_team(A, DOCTOR)), "yellow", "prescribed last"),
    Example(
        "half of the supply",
        person(by(A, ago=89, days=45), by(DOCTOR, ago=44, days=90), care_team(A)),
        "green",
        "charge",
    ),
    Example(
        "less than half",
        person(by(A, ago=89, days=46), by(DOCTOR, ago=43, days=90), care_team(A)),
        "yellow",
        "less than 50 %",
    ),
    Example(
        "outside, more than 90 days ago",
        person(by(A, ago=200, days=60), by(B, ago=150, days=30), by(DOCTOR)),
        "green",
        "charge",
    ),
    Example("no care team", person(by(DOCTOR), gp=None), "grey", "no care team"),
    Example("a care team alone", person(by(A), care_team(A), gp=None), "green", "in charge prescribes"),
    Example("no prescriber named", person(by("")), "grey", "no prescriber is recorded"),
    Example("short course", person(short_course()), "not_applicable", "not on long-term"),
    Example("cancer", person(by(DOCTOR), has(LUNG_CANCER)), "not_applicable", "cancer"),
    Example("medications down", person(by(DOCTOR), medications="failed"), "grey", "could not be worked out"),
)


@pytest.mark.parametrize("example", EXAMPLES, ids=str)
def test_prescriber(example: Example) -> None:
    check("prescriber", example)
