"""Follow-up after a start: seen within four weeks; sooner for long-acting opioids, higher doses and methadone."""

from dataclasses import replace

import pytest

from tests.spec.rules.chart import (
    DOCTOR,
    LUNG_CANCER,
    METHADONE,
    MORPHINE,
    MORPHINE_ER,
    SUBOXONE,
    Example,
    Part,
    booked,
    care_team,
    check,
    entered,
    found,
    has,
    mg,
    on_opioids,
    order,
    person,
    short_course,
    takes,
    unreadable_opioid,
    visit,
)

STRANGER, NURSE = "Practitioner/hospital-doctor", "Practitioner/nurse-kim"


def begun(ago: int, mme: float = 30) -> Part:
    """A short-acting opioid, still taken."""
    return order(MORPHINE, ago=ago, days=30, refills=3, take=mg(mme))


def long_acting(ago: int) -> Part:
    return order(MORPHINE_ER, ago=ago, days=30, refills=3, take=mg(15, 2))


def methadone(ago: int) -> Part:
    return order(METHADONE, ago=ago, days=30, refills=3, take=mg(2.5, 2))


def undated() -> Part:
    """An opioid on the list, of which nobody knows since when."""
    name, row = takes(MORPHINE)
    return name, replace(row, effective=None)


EXAMPLES = (
    Example("started today", person(begun(0)), "green", "due by 2026-03-29"),
    Example("day 20", person(begun(20)), "green", "a visit is due by"),
    Example("day 21: a week left", person(begun(21)), "yellow", "due by 2026-03-08"),
    Example("day 28: last day", person(begun(28)), "yellow", "due by 2026-03-01"),
    Example("day 29", person(begun(29)), "red", "was due by 2026-02-28"),
    Example("day 90", person(begun(90)), "red", "was due by"),
    Example("day 91: no longer a start", person(begun(91)), "not_applicable", "no opioid was started"),
    Example("seen a week after", person(begun(40), visit(ago=33)), "green", "7 days after"),
    Example("seen the day after", person(begun(40), visit(ago=39)), "green", "1 day after"),
    Example("only seen on the day it was started", person(begun(40), visit(ago=40)), "red", "none is on record since"),
    Example("seen before it was started", person(begun(40), visit(ago=50)), "red", "none is on record since"),
    Example("seen late", person(begun(40), visit(ago=2)), "green", "38 days after"),
    Example("by video", person(begun(40), visit(ago=30, kind="VR")), "green", "10 days after"),
    Example("at home", person(begun(40), visit(ago=30, kind="HH")), "green", "10 days after"),
    Example("emergency department", person(begun(40), visit(ago=30, kind="EMER")), "red", "none is on record since"),
    Example("in hospital", person(begun(40), visit(ago=30, kind="IMP")), "red", "none is on record since"),
    Example("planned encounter", person(begun(40), visit(ago=30, status="planned")), "red", "none is on record since"),
    Example("did not come", person(begun(40), visit(ago=30, status="cancelled")), "red", "none is on record since"),
    Example(
        "seen elsewhere", person(begun(40), visit(ago=30, participants=(STRANGER,))), "red", "none is on record since"
    ),
    Example("seen by somebody not named", person(begun(40), visit(ago=30, participants=())), "green", "10 days after"),
    Example(
        "seen by the nurse of the care team",
        person(begun(40), visit(ago=30, participants=(NURSE,)), care_team(DOCTOR, NURSE)),
        "green",
        "10 days after",
    ),
    Example("visit today", person(begun(40), booked(in_days=0)), "green", "seen on 2026-03-01"),
    Example("started today, an appointment today", person(begun(0), booked(in_days=0)), "green", "a visit is due by"),
    Example("appointment tomorrow", person(begun(40), booked(in_days=1)), "red", "none is on record since"),
    Example("a nurse telephoned", person(begun(40), entered("visit", "done", ago=30)), "green", "10 days after"),
    Example("long-acting, day 6", person(long_acting(6)), "green", "(long-acting)"),
    Example("long-acting, day 7", person(long_acting(7)), "yellow", "(long-acting)"),
    Example("long-acting, day 14", person(long_acting(14)), "yellow", "(long-acting)"),
    Example("long-acting, day 15", person(long_acting(15)), "red", "(long-acting)"),
    Example(
        "long-acting added to short-acting", person(on_opioids(30, since=200), long_acting(15)), "red", "(long-acting)"
    ),
    Example("49 MME, day 15", person(begun(15, 49)), "green", "due by"),
    Example("50 MME, day 15", person(begun(15, 50)), "red", "(50 MME/day or more)"),
    Example("dose not known, day 6", person(unreadable_opioid(ago=6)), "green", "(dose not known)"),
    Example("dose not known, day 7", person(unreadable_opioid(ago=7)), "grey", "or by 2026-03-08 if the dose"),
    Example("dose not known, day 15", person(unreadable_opioid(ago=15)), "grey", "a visit is due by 2026-03-14"),
    Example("dose not known, day 28", person(unreadable_opioid(ago=28)), "grey", "a visit is due by 2026-03-01"),
    Example("dose not known, day 29", person(unreadable_opioid(ago=29)), "red", "(dose not known)"),
    Example("an opioid entry without a date", person(undated()), "grey", "an opioid entry has no date"),
    Example("methadone, today", person(methadone(0)), "yellow", "(methadone)"),
    Example("methadone, day 3", person(methadone(3)), "yellow", "due by 2026-03-01"),
    Example("methadone, day 4", person(methadone(4)), "red", "(methadone)"),
    Example("methadone, seen on day 2", person(methadone(4), visit(ago=2)), "green", "2 days after"),
    Example(
        "methadone in place of morphine",
        person(on_opioids(60, since=200, of=MORPHINE_ER), methadone(4)),
        "red",
        "methadone",
    ),
    Example("a few days that are over", person(short_course(ago=40, days=3)), "red", "none is on record since"),
    Example("long-term therapy", person(on_opioids()), "not_applicable", "no opioid was started"),
    Example(
        "treatment of opioid use disorder", person(order(SUBOXONE, ago=40, take=mg(8))), "not_applicable", "no opioid"
    ),
    Example("visits down", person(begun(40), encounters="failed"), "grey", "visits: could not be read"),
    Example("visits down, last day", person(begun(28), encounters="failed"), "yellow", "is due by"),
    Example("visits down, not yet due", person(begun(5), encounters="failed"), "green", "is due by"),
    Example(
        "visits down, a nurse telephoned",
        person(begun(40), entered("visit", "done", ago=3), encounters="failed"),
        "green",
        "37 days",
    ),
    Example("medications down", person(begun(40), medications="failed"), "grey", "could not be read"),
    Example("medications read in part", person(begun(40), medications="partial"), "grey", "was the first is not known"),
    Example("on the list without an order", person(takes(MORPHINE, since=40)), "red", "none is on record since"),
    Example("lung cancer", person(begun(40), has(LUNG_CANCER)), "not_applicable", "does not apply"),
)


@pytest.mark.parametrize("example", EXAMPLES, ids=str)
def test_follow_up_after_a_start(example: Example) -> None:
    check("start_followup", example)


def test_a_dose_that_is_not_known_is_named() -> None:
    assert found("start_followup", person(unreadable_opioid(ago=29))).missing == ("dose of an entry",)
    assert found("start_followup", person(begun(29))).missing == ()


def test_overdue_says_since_when_and_what_to_do() -> None:
    finding = found("start_followup", person(begun(40)))
    assert finding.days_overdue == 12
    assert finding.next_step == "Arrange a visit, also by telephone or video, to ask about benefit and harm"
    assert [each.value for each in finding.pack_values] == ["28 days", "7 days", "90 days"]
