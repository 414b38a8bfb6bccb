"""Last visit: at least every 3 months on long-term opioid therapy, every 2 at higher risk of harm."""

import pytest

from tests.spec.rules.chart import (
    LUNG_CANCER,
    Example,
    booked,
    care_team,
    check,
    entered,
    found,
    has,
    on_opioids,
    person,
    short_course,
    visit,
)

LONG, HIGHER = on_opioids(30), on_opioids(95)
ELSEWHERE = ("Practitioner/orthopedics",)

EXAMPLES = (
    Example("seen yesterday", person(LONG, visit(ago=1)), "green", "in date"),
    Example("31 days left", person(LONG, visit(ago=59)), "green", "in date"),
    Example("30 days left", person(LONG, visit(ago=60)), "yellow", "due by 2026-03-31"),
    Example("on the last day", person(LONG, visit(ago=90)), "yellow", "due by 2026-03-01"),
    Example("a day too late", person(LONG, visit(ago=91)), "red", "was due 2026-02-28"),
    Example("higher risk: day 44", person(HIGHER, visit(ago=44)), "green", "in date"),
    Example("higher risk: day 45", person(HIGHER, visit(ago=45)), "yellow", "due by"),
    Example("higher risk: day 60", person(HIGHER, visit(ago=60)), "yellow", "due by 2026-03-01"),
    Example("higher risk: day 61", person(HIGHER, visit(ago=61)), "red", "was due 2026-02-28"),
    Example("never seen", person(LONG), "red", "no visit is on record"),
    Example("by video", person(LONG, visit(ago=5, kind="VR")), "green", "5 days ago"),
    Example("at home", person(LONG, visit(ago=5, kind="HH")), "green", "5 days ago"),
    Example("class not stated", person(LONG, visit(ago=5, kind="")), "green", "5 days ago"),
    Example("emergency room", person(LONG, visit(ago=5, kind="EMER")), "red", "no visit"),
    Example("in hospital", person(LONG, visit(ago=5, kind="IMP")), "red", "no visit"),
    Example("under observation", person(LONG, visit(ago=5, kind="OBSENC")), "red", "no visit"),
    Example("cancelled", person(LONG, visit(ago=5, status="cancelled")), "red", "no visit"),
    Example("only planned", person(LONG, visit(ago=5, status="planned")), "red", "no visit"),
    Example("with somebody else", person(LONG, visit(ago=5, participants=ELSEWHERE)), "red", "no visit"),
    Example(
        "with the care team", person(LONG, care_team(*ELSEWHERE), visit(ago=5, participants=ELSEWHERE)), "green", "5"
    ),
    Example("participants not known", person(LONG, visit(ago=5, participants=())), "green", "5 days ago"),
    Example("visit under way", person(LONG, visit(ago=0, status="in-progress")), "green", "visit is today"),
    Example("booked for today", person(LONG, visit(ago=300), booked(in_days=0)), "green", "visit is today"),
    Example("arrived for today", person(LONG, booked(in_days=0, status="arrived")), "green", "visit is today"),
    Example("did not come today", person(LONG, booked(in_days=0, status="noshow")), "red", "no visit"),
    Example("entered", person(LONG, entered("visit", "done", ago=3)), "green", "3 days ago"),
    Example("visits down", person(LONG, visit(ago=3), encounters="failed"), "grey", "could not be read"),
    Example("visits in part, seen lately", person(LONG, visit(ago=3), encounters="partial"), "green", "3 days ago"),
    Example("visits in part, seen long ago", person(LONG, visit(ago=300), encounters="partial"), "grey", "newer one"),
    Example("short course", person(short_course()), "not_applicable", "not on long-term"),
    Example("cancer", person(LONG, has(LUNG_CANCER)), "not_applicable", "cancer"),
    Example("medications down", person(LONG, medications="failed"), "grey", "could not be worked out"),
)


@pytest.mark.parametrize("example", EXAMPLES, ids=str)
def test_last_visit(example: Example) -> None:
    check("last_visit", example)


def test_a_higher_tier_shortens_the_interval_and_names_the_setting() -> None:
    paths = {each.path for each in found("last_visit", person(HIGHER, visit(ago=5))).pack_values}
    assert "rules.last_visit.interval_high" in paths
