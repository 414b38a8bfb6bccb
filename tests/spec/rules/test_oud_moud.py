"""Medication for opioid use disorder."""

from dataclasses import replace

import pytest

from app.domain.dates import on
from tests.spec.rules.chart import (
    LUNG_CANCER,
    METHADONE,
    OUD,
    SUBOXONE,
    Example,
    Part,
    back,
    check,
    entered,
    fill,
    has,
    icd,
    medicine,
    on_opioids,
    order,
    person,
    procedure,
    takes,
)

BUTRANS = medicine("904878", "168 HR buprenorphine 0.02 MG/HR Transdermal System [BuTrans]")
NALTREXONE = medicine("1483744", "naltrexone hydrochloride 50 MG Oral Tablet")


def for_oud() -> Part:
    name, row = order(METHADONE)
    return name, replace(row, reason=(OUD,))


EXAMPLES = (
    Example("OUD, no treatment", person(has(OUD)), "red", "without medication for it"),
    Example("long-standing OUD", person(has(OUD, ago=4000)), "red", "without medication"),
    Example("on a Suboxone film", person(has(OUD), order(SUBOXONE)), "green", "on medication for OUD"),
    Example("Suboxone dispensed", person(has(OUD), fill(SUBOXONE)), "green", "on medication for OUD"),
    Example("Suboxone ran out", person(has(OUD), order(SUBOXONE, ago=40, days=30)), "red", "without medication"),
    Example("on the list as taken", person(has(OUD), takes(SUBOXONE)), "green", "on medication"),
    Example("naltrexone", person(has(OUD), order(NALTREXONE)), "green", "naltrexone"),
    Example("a pain patch is no treatment of OUD", person(has(OUD), order(BUTRANS)), "red", "without medication"),
    Example("methadone for pain", person(has(OUD), order(METHADONE)), "red", "without medication"),
    Example("methadone ordered for OUD", person(has(OUD), for_oud()), "green", "methadone"),
    Example(
        "methadone treatment on record", person(has(OUD), procedure("310653000", ago=90)), "green", "on medication"
    ),
    Example(
        "at a methadone clinic, by her word", person(has(OUD), entered("moud", "on", ago=60)), "green", "on medication"
    ),
    Example(
        "methadone treatment, last seen 91 days ago",
        person(has(OUD), procedure("310653000", ago=91)),
        "grey",
        "whether it goes on is not known",
    ),
    Example(
        "her word of a methadone clinic, 91 days ago",
        person(has(OUD), entered("moud", "on", ago=91)),
        "grey",
        "whether it goes on",
    ),
    Example("her word of it, 365 days ago", person(has(OUD), entered("moud", "on", ago=365)), "grey", "goes on"),
    Example("her word of it, 366 days ago", person(has(OUD), entered("moud", "on", ago=366)), "red", "without"),
    Example(
        "was on it, then declined",
        person(has(OUD), entered("moud", "on", ago=60), entered("moud", "declined", ago=9)),
        "yellow",
        "declined",
    ),
    Example(
        "was on it, then declined 31 days ago",
        person(has(OUD), entered("moud", "on", ago=60), entered("moud", "declined", ago=31)),
        "red",
        "no offer",
    ),
    Example("offered 30 days ago", person(has(OUD), entered("moud", "offered", ago=30)), "yellow", "answer pending"),
    Example("declined 30 days ago", person(has(OUD), entered("moud", "declined", ago=30)), "yellow", "declined"),
    Example("offered 31 days ago", person(has(OUD), entered("moud", "offered", ago=31)), "red", "no offer"),
    Example("opioid for pain does not treat it", person(has(OUD), on_opioids()), "red", "without medication"),
    Example("in remission", person(has(icd("F11.21", "OUD, in remission"))), "not_applicable", "not active"),
    Example("use, unspecified", person(has(icd("F11.90", "Opioid use, unspecified"))), "not_applicable", "not active"),
    Example("clinical status remission", person(has(OUD, status="remission")), "not_applicable", "not active"),
    Example("ended 365 days ago", person(has(OUD, status="resolved", abated=on(back(365)))), "red", "without"),
    Example(
        "ended 366 days ago", person(has(OUD, status="resolved", abated=on(back(366)))), "not_applicable", "not active"
    ),
    Example("only suspected", person(has(OUD, verified="provisional")), "not_applicable", "not active"),
    Example("no OUD", person(on_opioids()), "not_applicable", "no opioid use disorder"),
    Example("conditions down", person(conditions="failed"), "grey", "could not be read"),
    Example("medications down", person(has(OUD), medications="failed"), "grey", "treated is not known"),
    Example("cancer: still a safety matter", person(has(OUD), has(LUNG_CANCER)), "red", "without medication"),
    Example("17 years old", person(has(OUD), born="2010-01-01"), "not_applicable", "under 18"),
)


@pytest.mark.parametrize("example", EXAMPLES, ids=str)
def test_oud_moud(example: Example) -> None:
    check("oud_moud", example)
