"""Next visit: booked before the next reassessment is due."""

import pytest

from tests.spec.rules.chart import (
    LUNG_CANCER,
    Example,
    booked,
    check,
    has,
    on_opioids,
    person,
    short_course,
    visit,
)

LONG, HIGHER = on_opioids(30), on_opioids(95)

EXAMPLES = (
    Example("booked well in time", person(LONG, visit(ago=30), booked(in_days=20)), "green", "in time"),
    Example("booked on the due day", person(LONG, visit(ago=30), booked(in_days=60)), "green", "in time"),
    Example("booked a day after", person(LONG, visit(ago=30), booked(in_days=61)), "yellow", "after it is due"),
    Example("none booked, 31 days left", person(LONG, visit(ago=59)), "yellow", "no next visit is booked"),
    Example("none booked, 30 days left", person(LONG, visit(ago=60)), "red", "due by 2026-03-31"),
    Example("none booked, due today", person(LONG, visit(ago=90)), "red", "due by 2026-03-01"),
    Example("none booked, overdue", person(LONG, visit(ago=100)), "red", "was due 2026-02-19"),
    Example("overdue, booked next week", person(LONG, visit(ago=100), booked(in_days=7)), "yellow", "after it is due"),
    Example("never seen, none booked", person(LONG), "red", "none is on record yet"),
    Example("never seen, booked", person(LONG, booked(in_days=3)), "yellow", "no visit is on record yet"),
    Example("visit today, none after it", person(LONG, visit(ago=0)), "yellow", "no next visit"),
    Example("visit today, next in time", person(LONG, visit(ago=0), booked(in_days=90)), "green", "in time"),
    Example("visit today, next too late", person(LONG, visit(ago=0), booked(in_days=91)), "yellow", "after it is due"),
    Example("today's appointment is not the next", person(LONG, booked(in_days=0)), "yellow", "no next visit"),
    Example("higher risk: 60 days", person(HIGHER, visit(ago=0), booked(in_days=60)), "green", "in time"),
    Example("higher risk: 61 days", person(HIGHER, visit(ago=0), booked(in_days=61)), "yellow", "after it is due"),
    Example("cancelled", person(LONG, visit(ago=60), booked(in_days=5, status="cancelled")), "red", "no next visit"),
    Example(
        "only asked for", person(LONG, visit(ago=60), booked(in_days=5, status="proposed")), "red", "no next visit"
    ),
    Example(
        "with somebody else",
        person(LONG, visit(ago=60), booked(in_days=5, practitioners=("Practitioner/x",))),
        "red",
        "no",
    ),
    Example("appointments down", person(LONG, visit(ago=60), appointments="failed"), "grey", "could not be read"),
    Example(
        "appointments not exposed", person(LONG, visit(ago=60), appointments="not_offered"), "grey", "not connected"
    ),
    Example(
        "appointments in part, booked in time",
        person(LONG, visit(ago=9), booked(in_days=9), appointments="partial"),
        "green",
        "in",
    ),
    Example("visits down, booked", person(LONG, booked(in_days=5), encounters="failed"), "grey", "could not be read"),
    Example("short course", person(short_course()), "not_applicable", "not on long-term"),
    Example("cancer", person(LONG, has(LUNG_CANCER)), "not_applicable", "cancer"),
)


@pytest.mark.parametrize("example", EXAMPLES, ids=str)
def test_next_visit(example: Example) -> None:
    check("next_visit", example)
