"""Naloxone: at hand for everybody who takes opioids, above all at raised risk."""

from typing import Any

import pytest

from app.domain.codes import Concept
from app.domain.medication import Medication
from tests.spec.rules.chart import (
    AUDIT_C,
    COPD,
    CYCLOBENZAPRINE,
    DEPRESSION,
    GABAPENTIN,
    LORAZEPAM,
    LUNG_CANCER,
    NARCAN,
    OUD,
    SLEEP_APNEA,
    SUBOXONE,
    ZOLPIDEM,
    Example,
    Part,
    check,
    entered,
    fill,
    found,
    has,
    icd,
    on_opioids,
    order,
    person,
    short_course,
    takes,
    total,
    unreadable_opioid,
)

LOW, HIGH = on_opioids(30), on_opioids(60)
SHORT = short_course()


def narcan(ago: int, **more: Any) -> Part:
    return order(NARCAN, ago=ago, days=None, **more)


def by_name(name: str) -> Medication:
    return Medication(Concept(text=name))


EXAMPLES = (
    Example(
        "a slower dose is under way",
        person(LOW, entered("ltot", "tapering", ago=365)),
        "red",
        "tapering lowers tolerance",
    ),
    Example(
        "a slower dose was under way 366 days ago",
        person(LOW, entered("ltot", "tapering", ago=366)),
        "yellow",
        "on long-term therapy",
    ),
    Example("a plan for a slower dose", person(LOW, entered("taper_plan", "made", ago=9)), "red", "tapering"),
    Example("AUDIT-C of 3 in a woman", person(LOW, total(AUDIT_C, 3, ago=365)), "red", "AUDIT-C 3"),
    Example("AUDIT-C of 3, 366 days old", person(LOW, total(AUDIT_C, 3, ago=366)), "yellow", "long-term"),
    Example("AUDIT-C of 2 in a woman", person(LOW, total(AUDIT_C, 2, ago=9)), "yellow", "long-term"),
    Example("AUDIT-C of 3 in a man", person(LOW, total(AUDIT_C, 3, ago=9), sex="male"), "yellow", "long-term"),
    Example("AUDIT-C of 4 in a man", person(LOW, total(AUDIT_C, 4, ago=9), sex="male"), "red", "AUDIT-C 4"),
    Example("ordered this year", person(HIGH, narcan(100)), "green", "on record from"),
    Example("dispensed this year", person(HIGH, fill(NARCAN, ago=200, days=None)), "green", "on record"),
    Example("on the list as taken", person(HIGH, takes(NARCAN, since=20)), "green", "on record"),
    Example("has it at home, by her word", person(HIGH, entered("naloxone", "has", ago=10)), "green", "on record"),
    Example("bought it over the counter", person(HIGH, entered("naloxone", "otc", ago=10)), "green", "on record"),
    Example("61 days left", person(HIGH, narcan(304)), "green", "on record"),
    Example("60 days left", person(HIGH, narcan(305)), "yellow", "ask again by 2026-04-30"),
    Example("on the last day", person(HIGH, narcan(365)), "yellow", "ask again by 2026-03-01"),
    Example("a day too old, raised risk", person(HIGH, narcan(366)), "red", "raised risk (60 MME/day)"),
    Example("a day too old, no raised risk", person(LOW, narcan(366)), "yellow", "last on record"),
    Example("order stopped", person(HIGH, narcan(10, status="stopped")), "red", "no access"),
    Example("only drafted", person(HIGH, narcan(10, status="draft")), "red", "no access"),
    Example("given in hospital only", person(HIGH, narcan(10, category=("inpatient",))), "red", "no access"),
    Example("a Suboxone film is not naloxone", person(HIGH, order(SUBOXONE, ago=5)), "red", "no access"),
    Example(
        "Suboxone by name is not naloxone", person(HIGH, order(by_name("Suboxone 8-2 mg film"), ago=5)), "red", "no"
    ),
    Example("declined this year", person(HIGH, entered("naloxone", "declined", ago=30)), "yellow", "ask again by"),
    Example("declined on the last day", person(HIGH, entered("naloxone", "declined", ago=365)), "yellow", "ask again"),
    Example("declined long ago", person(HIGH, entered("naloxone", "declined", ago=366)), "red", "raised risk"),
    Example(
        "had it, declined since",
        person(HIGH, narcan(100), entered("naloxone", "declined", ago=30)),
        "yellow",
        "declined on",
    ),
    Example(
        "declined, has it since",
        person(HIGH, entered("naloxone", "declined", ago=100), narcan(30)),
        "green",
        "on record from",
    ),
    Example("49 MME a day", person(on_opioids(49)), "yellow", "on long-term therapy"),
    Example("50 MME a day", person(on_opioids(50)), "red", "50 MME/day"),
    Example("a benzodiazepine", person(LOW, order(LORAZEPAM)), "red", "lorazepam"),
    Example("a sleeping tablet", person(LOW, order(ZOLPIDEM)), "red", "zolpidem"),
    Example("a muscle relaxant", person(LOW, order(CYCLOBENZAPRINE)), "red", "cyclobenzaprine"),
    Example("gabapentin", person(LOW, order(GABAPENTIN)), "red", "gabapentin"),
    Example("COPD", person(LOW, has(COPD)), "red", "COPD"),
    Example("sleep apnea", person(LOW, has(SLEEP_APNEA)), "red", "sleep apnea"),
    Example("depression", person(LOW, has(DEPRESSION)), "red", "depressive"),
    Example("depression resolved", person(LOW, has(DEPRESSION, status="resolved")), "yellow", "long-term"),
    Example("opioid use disorder", person(LOW, has(OUD)), "red", "opioid dependence"),
    Example("opioid use disorder in remission", person(LOW, has(icd("F11.21", "OUD in remission"))), "red", "OUD"),
    Example(
        "an overdose years ago", person(LOW, has(icd("T40.2X1A", "Opioid poisoning"), status="resolved")), "red", "pois"
    ),
    Example(
        "alcohol use disorder, resolved", person(LOW, has(icd("F10.20", "Alcohol"), status="resolved")), "red", "alc"
    ),
    Example("only suspected", person(LOW, has(OUD, verified="provisional")), "yellow", "long-term"),
    Example("a short course without risk", person(SHORT), "green", "course is short"),
    Example("a short course with COPD", person(SHORT, has(COPD)), "red", "COPD"),
    Example("short course, conditions down", person(SHORT, conditions="failed"), "grey", "could not be read"),
    Example("long-term, conditions down", person(LOW, conditions="failed"), "grey", "risk is raised is not known"),
    Example("60 MME, conditions down", person(HIGH, conditions="failed"), "red", "60 MME/day"),
    Example("dose not known", person(unreadable_opioid()), "grey", "not known: the dose could not be computed"),
    Example("medications down", person(HIGH, medications="failed"), "grey", "could not be read"),
    Example("medications in part, naloxone seen", person(HIGH, narcan(9), medications="partial"), "green", "on record"),
    Example("medications in part, none seen", person(HIGH, medications="partial"), "grey", "read only in part"),
    Example("no opioid", person(has(COPD)), "not_applicable", "no opioid"),
    Example("MOUD alone still needs it", person(order(SUBOXONE), has(OUD)), "red", "opioid dependence"),
    Example("cancer: still a safety matter", person(HIGH, has(LUNG_CANCER)), "red", "60 MME/day"),
    Example("17 years old", person(HIGH, born="2010-01-01"), "not_applicable", "under 18"),
)


@pytest.mark.parametrize("example", EXAMPLES, ids=str)
def test_naloxone(example: Example) -> None:
    check("naloxone", example)


def test_a_persons_word_is_shown_with_who_said_it() -> None:
    finding = found("naloxone", person(HIGH, entered("naloxone", "has", ago=10, by="Nurse Kim")))
    assert [(each.reference, each.entered_by) for each in finding.evidence] == [(None, "Nurse Kim")]


def test_every_reason_for_risk_is_in_the_evidence() -> None:
    finding = found("naloxone", person(HIGH, has(COPD), order(LORAZEPAM)))
    assert {each.value for each in finding.evidence} == {"60 MME/day", "COPD", "lorazepam 1 MG Oral Tablet"}
