"""Dose increase: reviewed within 4 weeks."""

import pytest

from tests.spec.rules.chart import (
    LUNG_CANCER,
    MORPHINE,
    Example,
    Part,
    benefit_risk_review,
    check,
    has,
    mg,
    on_opioids,
    order,
    person,
    unreadable_opioid,
)


def rise(before: float, after: float | str, *, ago: int) -> tuple[Part, ...]:
    """From one dose to another, so many days ago."""
    return (
        order(MORPHINE, ago=ago + 100, days=100, take=mg(before)),
        order(MORPHINE, ago=ago, days=200, take=mg(after)),
    )


EXAMPLES = (
    Example("steady", person(on_opioids(60)), "green", "no rise"),
    Example("falling", person(rise(60, 40, ago=20)), "green", "no rise"),
    Example("across 50, 28 days ago", person(rise(40, 50, ago=28)), "yellow", "a review is due by 2026-03-01"),
    Example("across 50, 29 days ago", person(rise(40, 50, ago=29)), "red", "across 50; no review"),
    Example("up to 49.9", person(rise(45, "49.9", ago=29)), "green", "no rise"),
    Example("across 90", person(rise(60, 90, ago=40)), "red", "across 90"),
    Example("across 120", person(rise(100, 120, ago=40)), "red", "across 120"),
    Example("across 50 and 90 at once", person(rise(40, 100, ago=40)), "red", "across 90"),
    Example("across 50, reviewed", person(rise(40, 60, ago=40), benefit_risk_review(ago=20)), "yellow", "reviewed on"),
    Example("reviewed before it", person(rise(40, 60, ago=40), benefit_risk_review(ago=68)), "yellow", "reviewed on"),
    Example("reviewed long before it", person(rise(40, 60, ago=40), benefit_risk_review(ago=69)), "red", "no review"),
    Example("reviewed, 59 days ago", person(rise(40, 60, ago=59), benefit_risk_review(ago=50)), "yellow", "reviewed"),
    Example(
        "reviewed, 60 days ago: stable", person(rise(40, 60, ago=60), benefit_risk_review(ago=50)), "green", "no rise"
    ),
    Example("unreviewed, 90 days ago", person(rise(40, 60, ago=90)), "red", "no review"),
    Example("unreviewed, 91 days ago", person(rise(40, 60, ago=91)), "green", "no rise"),
    Example("20 % more, 59 days ago", person(rise(20, 24, ago=59)), "yellow", "rose from 20 to 24"),
    Example("20 % more, 60 days ago", person(rise(20, 24, ago=60)), "green", "no rise"),
    Example("19 % more", person(rise(100, 119, ago=20)), "green", "no rise"),
    Example("a first supply is no rise", person(on_opioids(95, since=20)), "green", "no rise"),
    Example(
        "a few days of overlap are none",
        person(
            order(MORPHINE, ago=60, days=34, take=mg(40), by="Practitioner/x"),
            order(MORPHINE, ago=30, days=90, take=mg(40)),
        ),
        "green",
        "no rise",
    ),
    Example(
        "one that cannot be computed", person(on_opioids(40), unreadable_opioid()), "grey", "could not be computed"
    ),
    Example("across 50 and one unreadable", person(rise(40, 60, ago=40), unreadable_opioid()), "red", "across 50"),
    Example("no opioid", person(), "not_applicable", "no opioid"),
    Example("medications down", person(on_opioids(), medications="failed"), "grey", "could not be read"),
    Example("cancer", person(rise(40, 60, ago=40), has(LUNG_CANCER)), "not_applicable", "cancer"),
)


@pytest.mark.parametrize("example", EXAMPLES, ids=str)
def test_escalation(example: Example) -> None:
    check("escalation", example)
