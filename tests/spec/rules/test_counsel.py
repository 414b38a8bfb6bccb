"""Opioid safety talk: once a year on long-term opioid therapy."""

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
    on_opioids,
    person,
    procedure,
    short_course,
)

SAFETY_TALK, ADDICTION_COUNSELING = "460831000124102", "60112009"
HERE = "sandbox-clinic"


def talk(ago: int, **more: str) -> Part:
    return procedure(SAFETY_TALK, ago=ago, name="Counseling about opioid safety", **more)


def long_term(*parts: Part, **feeds: str) -> PatientRecord:
    return person(on_opioids(), *parts, **feeds)


EXAMPLES = (
    Example("talked today", long_term(talk(0)), "green", "today"),
    Example("61 days left", long_term(talk(304)), "green", "in date"),
    Example("60 days left", long_term(talk(305)), "yellow", "due by 2026-04-30"),
    Example("last day of the year", long_term(talk(365)), "yellow", "due by 2026-03-01"),
    Example("a day too late", long_term(talk(366)), "red", "was due 2026-02-28"),
    Example("moderate tier: the same year", person(on_opioids(60), talk(365)), "yellow", "due by 2026-03-01"),
    Example("high tier: the same year", person(on_opioids(95), talk(365)), "yellow", "due by 2026-03-01"),
    Example("the newest counts", long_term(talk(700), talk(9)), "green", "9 days ago"),
    Example("never, recorded elsewhere", long_term(), "grey", "not recorded where Sextant can see"),
    Example("never, in a clinic that records it", long_term(), "red", "no opioid safety talk is on record", pack=HERE),
    Example(
        "never, therapy for 20 days", person(on_opioids(since=19)), "not_applicable", "not on long-term", pack=HERE
    ),
    Example("once, long ago: recorded here after all", long_term(talk(900)), "red", "was due"),
    Example("a nurse says so", long_term(entered("counsel", "done", ago=9)), "green", "9 days ago"),
    Example("not done", long_term(talk(9, status="not-done")), "grey", "not recorded"),
    Example("entered in error", long_term(talk(9, status="entered-in-error")), "grey", "not recorded"),
    Example("another kind of counseling", long_term(procedure(ADDICTION_COUNSELING, ago=9)), "grey", "not recorded"),
    Example("a leaflet is no talk", long_term(document("Opioid safety handout", ago=9)), "grey", "not recorded"),
    Example("procedures down", long_term(procedures="failed"), "grey", "could not be read"),
    Example(
        "procedures down, entered by a nurse",
        long_term(entered("counsel", "done", ago=9), procedures="failed"),
        "green",
        "in date",
    ),
    Example(
        "procedures in part, old talk", long_term(talk(900), procedures="partial"), "grey", "a newer one may exist"
    ),
    Example("procedures not connected", long_term(procedures="not_offered"), "grey", "not connected"),
    Example("a few days of opioids", person(short_course()), "not_applicable", "not on long-term"),
    Example("lung cancer", long_term(has(LUNG_CANCER)), "not_applicable", "does not apply"),
)


@pytest.mark.parametrize("example", EXAMPLES, ids=str)
def test_opioid_safety_talk(example: Example) -> None:
    check("counsel", example)


def test_it_says_what_to_talk_about() -> None:
    finding = found("counsel", long_term(talk(400)))
    assert finding.next_step == "Talk about benefits and risks, safe storage and driving, and record it"
    assert finding.days_overdue == 35
