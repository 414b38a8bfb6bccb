"""Dose at the start: 20 to 30 MME a day, 5 to 10 MME at a time."""

from decimal import Decimal
from typing import Any

import pytest

from app.domain.medication import Medication
from app.domain.quantities import Quantity
from tests.spec.rules.chart import (
    LUNG_CANCER,
    METHADONE,
    MORPHINE,
    SUBOXONE,
    Example,
    Part,
    check,
    fill,
    found,
    has,
    medicine,
    mg,
    on_opioids,
    order,
    person,
    reviewed,
    short_course,
    unreadable_opioid,
)

OXYCODONE = medicine("1049621", "oxycodone hydrochloride 5 MG Oral Tablet")
MORPHINE_5 = medicine("0", "morphine sulfate 5 MG Oral Capsule")
TRAMADOL = medicine("835603", "tramadol hydrochloride 50 MG Oral Tablet")
FENTANYL_12 = medicine("577057", "fentanyl 0.012 MG/HR 72 HR Transdermal System")


def first(mme_at_a_time: float | str, times: int, *, ago: int = 3, what: Medication = MORPHINE, **more: Any) -> Part:
    """The first opioid: so much at a time, so many times a day."""
    return order(what, ago=ago, days=7, take=mg(mme_at_a_time, times), **more)


EXAMPLES = (
    Example("5 mg three times a day", person(first(5, 3)), "green", "15 MME a day"),
    Example("10 mg three times a day: 30 MME", person(first(10, 3)), "green", "not more than 30"),
    Example("30.1 MME a day", person(first("7.525", 4)), "yellow", "more than 30 MME/day"),
    Example("49.9 MME a day", person(first("9.98", 5)), "yellow", "49.9"),
    Example("50 MME a day", person(first(10, 5)), "red", "50 MME/day or more"),
    Example("10.1 MME at a time", person(first("10.1", 2)), "yellow", "10.1 MME at a time"),
    Example("one dose of 10 MME", person(first(10, 1)), "green", "10 MME a day"),
    Example(
        "15 MME at a time, as needed",
        person(order(MORPHINE, ago=3, days=5, take=mg(15, 2, as_needed=True))),
        "yellow",
        "15 MME at a time",
    ),
    Example("oxycodone 5 mg six times: 45 MME", person(first(5, 6, what=OXYCODONE)), "yellow", "45 MME a day"),
    Example("tramadol 50 mg three times: 30 MME", person(first(50, 3, what=TRAMADOL)), "green", "30 MME a day"),
    Example("methadone 5 mg twice: 47 MME", person(first(5, 2, what=METHADONE)), "yellow", "47 MME a day"),
    Example(
        "methadone with the factors of 2016: 40 MME",
        person(first(5, 2, what=METHADONE)),
        "yellow",
        "40 MME a day",
        pack="cdc-2016",
    ),
    Example(
        "two opioids from the same day add up", person(first(5, 3), first(5, 6, what=OXYCODONE)), "red", "60 MME a day"
    ),
    Example(
        "a second one the day after adds up",
        person(first(5, 3, ago=4), first(5, 6, ago=3, what=OXYCODONE)),
        "red",
        "60 MME a day",
    ),
    Example(
        "a second one two days after does not",
        person(first(5, 3, ago=5), first(5, 6, ago=3, what=OXYCODONE)),
        "green",
        "15 MME a day",
    ),
    Example(
        "patch of 12 mcg/h: 28.8 MME, nothing at a time",
        person(fill(FENTANYL_12, ago=3, days=15, quantity=Quantity(Decimal(5), "patch"))),
        "green",
        "28.8 MME a day",
    ),
    Example(
        "dose at a time not stated",
        person(fill(OXYCODONE, ago=3, days=5, quantity=Quantity(Decimal(10), "tablet"))),
        "grey",
        "at a time is not stated",
    ),
    Example(
        "whole day below 10 MME",
        person(fill(OXYCODONE, ago=3, days=5, quantity=Quantity(Decimal(5), "tablet"))),
        "green",
        "7.5 MME a day",
    ),
    Example(
        "whole day of 10 MME, dose at a time not stated",
        person(fill(MORPHINE_5, ago=3, days=3, quantity=Quantity(Decimal(6), "tablet"))),
        "green",
        "10 MME a day",
    ),
    Example("directions say nothing", person(unreadable_opioid(ago=3)), "grey", "not known"),
    Example(
        "part cannot be computed, the rest is 15", person(first(5, 3), unreadable_opioid(ago=3)), "grey", "at least 15"
    ),
    Example(
        "part cannot be computed, the rest is 50",
        person(first(10, 5, what=TRAMADOL), first(10, 5), order(OXYCODONE, ago=3)),
        "red",
        "at least",
    ),
    Example(
        "raised later: the start counts",
        person(first(5, 3, ago=40), order(OXYCODONE, ago=30, take=mg(10, 6))),
        "green",
        "15 MME a day",
    ),
    Example("started 90 days ago", person(first(10, 5, ago=90)), "red", "50 MME"),
    Example("started 91 days ago", person(first(10, 5, ago=91)), "not_applicable", "no opioid was started"),
    Example(
        "opioids 3 months before", person(first(10, 5), short_course(ago=99)), "not_applicable", "no opioid was started"
    ),
    Example("long-term therapy", person(on_opioids(100)), "not_applicable", "no opioid was started"),
    Example(
        "treatment of opioid use disorder",
        person(order(SUBOXONE, ago=3, take=mg(8))),
        "not_applicable",
        "no opioid was started",
    ),
    Example("medications down", person(first(10, 5), medications="failed"), "grey", "could not be read"),
    Example(
        "medications read in part", person(first(10, 5), medications="partial"), "grey", "was the first is not known"
    ),
    Example("lung cancer", person(first(10, 5), has(LUNG_CANCER)), "not_applicable", "does not apply"),
    Example("17 years old", person(first(10, 5), born="2008-03-02"), "not_applicable", "under 18"),
)


@pytest.mark.parametrize("example", EXAMPLES, ids=str)
def test_dose_at_the_start(example: Example) -> None:
    check("start_dose", example)


def test_a_draft_is_judged_before_it_is_signed() -> None:
    chart = person(first(10, 5, ago=0, status="draft"))
    finding = reviewed(chart, with_drafts=True).finding("start_dose")
    assert finding is not None
    assert finding.status.value == "red"


def test_a_red_that_rests_on_part_of_the_dose_says_so() -> None:
    finding = found("start_dose", person(first(10, 5), order(OXYCODONE, ago=3)))
    assert finding.is_known_in_part
    assert finding.missing == ("dose of an entry",)
    assert finding.next_step == "Talk about the starting dose, and agree on a visit soon"
