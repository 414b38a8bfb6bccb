"""Days of first supply: for acute pain, three days or less are often enough."""

from dataclasses import replace

import pytest

from app.domain.dates import Period, on
from tests.spec.rules.chart import (
    METHADONE,
    MORPHINE,
    SICKLE_CELL,
    SUBOXONE,
    Example,
    Part,
    back,
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
IN_WASHINGTON = "wa"


def valid_for_a_week() -> Part:
    """A prescription that says how long it may be filled, not for how many days."""
    name, row = order(MORPHINE, ago=2, days=None, take=mg(15))
    supply = replace(row.supply, validity=Period(on(back(2)), on(back(-4))))
    return name, replace(row, supply=supply)


EXAMPLES = (
    Example("3 days", person(short_course(days=3)), "green", "3 days"),
    Example("1 day", person(short_course(days=1, ago=0)), "green", "1 day:"),
    Example("4 days", person(short_course(days=4)), "yellow", "4 days"),
    Example("7 days", person(short_course(days=7)), "yellow", "7 days"),
    Example("8 days", person(short_course(days=8)), "red", "8 days: more than 7"),
    Example("27 days", person(short_course(days=27)), "red", "27 days"),
    Example("28 days: not acute", person(short_course(days=28)), "not_applicable", "not for acute pain"),
    Example(
        "7 days with three refills",
        person(order(MORPHINE, ago=3, days=7, refills=3, take=mg(15))),
        "not_applicable",
        "28 days",
    ),
    Example(
        "3 days with one refill", person(order(MORPHINE, ago=3, days=3, refills=1, take=mg(15))), "yellow", "6 days"
    ),
    Example(
        "two drugs for the same 3 days",
        person(short_course(ago=3, days=3), order(OXYCODONE, ago=3, days=3, take=mg(5))),
        "green",
        "3 days",
    ),
    Example(
        "3 days, then 3 more on the third day",
        person(short_course(ago=5, days=3), order(OXYCODONE, ago=3, days=3, take=mg(5))),
        "yellow",
        "5 days",
    ),
    Example(
        "3 days, then more on the fourth day: a later supply",
        person(short_course(ago=6, days=3), order(OXYCODONE, ago=3, days=5, take=mg(5))),
        "green",
        "3 days",
    ),
    Example("by the pharmacy's fill", person(fill(OXYCODONE, ago=4, days=10)), "red", "10 days"),
    Example("no length of supply", person(order(MORPHINE, ago=2, days=None, take=mg(15))), "grey", "not stated"),
    Example("only valid for a week", person(valid_for_a_week()), "grey", "not stated"),
    Example(
        "a long supply beside one without a length",
        person(short_course(days=30), unreadable_opioid(ago=3)),
        "not_applicable",
        "30 days",
    ),
    Example("started 90 days ago", person(short_course(ago=90, days=10)), "red", "10 days"),
    Example("started 91 days ago", person(short_course(ago=91, days=10)), "not_applicable", "no opioid was started"),
    Example(
        "not the first: opioids last month",
        person(short_course(ago=40), short_course(ago=3, days=10)),
        "yellow",
        "7 days",
    ),
    Example("long-term therapy", person(on_opioids()), "not_applicable", "no opioid was started"),
    Example("methadone for pain counts", person(order(METHADONE, ago=3, days=10, take=mg(5))), "red", "10 days"),
    Example(
        "treatment of opioid use disorder",
        person(order(SUBOXONE, ago=3, days=10, take=mg(8))),
        "not_applicable",
        "no opioid",
    ),
    Example(
        "on the buprenorphine of a disorder before",
        person(order(SUBOXONE, ago=60, days=30, take=mg(8)), short_course()),
        "not_applicable",
        "no opioid",
    ),
    Example(
        "cancelled before it was filled",
        person(order(MORPHINE, ago=3, days=10, take=mg(15), status="cancelled", ended_ago=3)),
        "not_applicable",
        "no opioid",
    ),
    Example("no opioids", person(), "not_applicable", "no opioid was started"),
    Example("medications down", person(short_course(days=10), medications="failed"), "grey", "could not be read"),
    Example(
        "medications read in part",
        person(short_course(days=10), medications="partial"),
        "grey",
        "was the first is not known",
    ),
    Example("sickle cell disease", person(short_course(days=10), has(SICKLE_CELL)), "not_applicable", "sickle cell"),
    Example("in Washington", person(short_course(days=8)), "red", "8 days", pack=IN_WASHINGTON),
)


@pytest.mark.parametrize("example", EXAMPLES, ids=str)
def test_days_of_first_supply(example: Example) -> None:
    check("acute_days", example)


def test_a_draft_for_ten_days_is_judged_before_it_is_signed() -> None:
    chart = person(order(MORPHINE, ago=0, days=10, take=mg(15), status="draft"))
    without, would_be = reviewed(chart).finding("acute_days"), reviewed(chart, with_drafts=True).finding("acute_days")
    assert without
    assert would_be
    assert (without.status.value, would_be.status.value) == ("not_applicable", "red")


def test_it_says_what_to_do_and_which_numbers_were_used() -> None:
    finding = found("acute_days", person(short_course(days=10)))
    assert finding.next_step == "Ask how long the pain is expected to last, and plan a visit before more is prescribed"
    assert [each.value for each in finding.pack_values] == ["3 days", "7 days", "3 days", "28 days"]
