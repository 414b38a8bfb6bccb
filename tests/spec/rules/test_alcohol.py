"""Alcohol: the AUDIT-C once a year, and a brief intervention when it is positive."""

import pytest

from app.domain.record import PatientRecord
from tests.spec.rules.chart import (
    LUNG_CANCER,
    Example,
    Part,
    check,
    entered,
    form,
    found,
    has,
    icd,
    loinc,
    number,
    on_opioids,
    person,
    procedure,
    seen,
    short_course,
    text,
)

TOTAL, OFTEN, DRINKS, SIX = "75626-2", "68518-0", "68519-8", "68520-6"
INTERVENTION, TEACHING = "429291000124102", "408947007"
HERE = "sandbox-clinic"


def audit_c(points: float, *, ago: int = 30) -> Part:
    return seen(loinc(TOTAL), number(points), ago=ago)


def answers(often: int, drinks: int, six: int, *, ago: int = 30) -> Part:
    return form({OFTEN: often, DRINKS: drinks, SIX: six}, ago=ago)


def woman(*parts: Part, **feeds: str) -> PatientRecord:
    return person(on_opioids(), *parts, **feeds)


def man(*parts: Part) -> PatientRecord:
    return person(on_opioids(), *parts, sex="male")


def intervened(ago: int) -> Part:
    return procedure(INTERVENTION, ago=ago, name="Alcohol brief intervention")


EXAMPLES = (
    Example("a woman with 2", woman(audit_c(2)), "green", "AUDIT-C 2"),
    Example("a woman with 3", woman(audit_c(3)), "red", "AUDIT-C 3"),
    Example("a man with 3", man(audit_c(3)), "green", "below 4"),
    Example("a man with 4", man(audit_c(4)), "red", "4 or more"),
    Example("3, sex not recorded", person(on_opioids(), audit_c(3), sex=None), "red", "3 or more"),
    Example(
        "intervention the same day", woman(audit_c(5), intervened(30)), "yellow", "brief intervention on 2026-01-30"
    ),
    Example("intervention after", woman(audit_c(5), intervened(9)), "yellow", "brief intervention"),
    Example(
        "intervention before it was asked", woman(audit_c(5), intervened(31)), "red", "no brief intervention since"
    ),
    Example("intervention 365 days ago", woman(audit_c(5, ago=400), intervened(365)), "yellow", "brief intervention"),
    Example(
        "intervention 366 days ago", woman(audit_c(5, ago=400), intervened(366)), "red", "no brief intervention since"
    ),
    Example("only taught", woman(audit_c(5), procedure(TEACHING, ago=9)), "red", "no brief intervention since"),
    Example(
        "counselled at a visit",
        woman(audit_c(5), has(icd("Z71.41", "Alcohol counseling"), ago=9, category=("encounter-diagnosis",))),
        "yellow",
        "brief intervention on 2026-02-20",
    ),
    Example(
        "a nurse says so",
        woman(audit_c(5), entered("alcohol_intervention", "done", ago=9)),
        "yellow",
        "brief intervention",
    ),
    Example(
        "counselled at a visit that is long closed",
        woman(
            audit_c(5),
            has(icd("Z71.41", "Alcohol counseling"), ago=9, status="resolved", category=("encounter-diagnosis",)),
        ),
        "yellow",
        "brief intervention on 2026-02-20",
    ),
    Example(
        "counselling on the problem list, resolved",
        woman(audit_c(5), has(icd("Z71.41", "Alcohol counseling"), ago=9, status="resolved")),
        "red",
        "no brief intervention since",
    ),
    Example("61 days left", woman(audit_c(0, ago=304)), "green", "AUDIT-C 0"),
    Example("60 days left", woman(audit_c(0, ago=305)), "yellow", "due by 2026-04-30"),
    Example("365 days old", woman(audit_c(0, ago=365)), "yellow", "is due by 2026-03-01"),
    Example("366 days old: yellow, not red", woman(audit_c(0, ago=366)), "yellow", "was due by 2026-02-28"),
    Example("positive and old, nothing done", woman(audit_c(8, ago=700)), "red", "no brief intervention since"),
    Example("the newest counts", woman(audit_c(8, ago=200), audit_c(1, ago=9)), "green", "AUDIT-C 1"),
    Example("by its three answers: 1 + 1 + 1", woman(answers(1, 1, 1)), "red", "AUDIT-C 3"),
    Example("by its three answers: 1 + 0 + 0", woman(answers(1, 0, 0)), "green", "AUDIT-C 1"),
    Example("two of three answers", woman(form({OFTEN: 4, DRINKS: 4}, ago=9)), "grey", "incomplete"),
    Example("not a number", woman(seen(loinc(TOTAL), text("a few"), ago=9)), "grey", "incomplete"),
    Example("never, asked elsewhere", woman(), "grey", "not recorded where Sextant can see"),
    Example("never, in a clinic that records it", woman(), "yellow", "no AUDIT-C is on record", pack=HERE),
    Example("questionnaires down", woman(surveys="failed"), "grey", "could not be read"),
    Example("questionnaires not connected", woman(surveys="not_offered"), "grey", "not connected"),
    Example("procedures down, positive", woman(audit_c(5), procedures="failed"), "red", "no brief intervention"),
    Example("a few days of opioids", person(short_course(), audit_c(9)), "not_applicable", "not on long-term"),
    Example("lung cancer", woman(audit_c(9), has(LUNG_CANCER)), "not_applicable", "does not apply"),
)


@pytest.mark.parametrize("example", EXAMPLES, ids=str)
def test_alcohol(example: Example) -> None:
    check("alcohol", example)


def test_red_without_procedures_says_that_part_is_unknown() -> None:
    finding = found("alcohol", woman(audit_c(5), procedures="failed"))
    assert finding.is_known_in_part
    assert finding.missing == ("procedures",)
    assert finding.next_step == "Talk about alcohol (brief intervention) and record it"
