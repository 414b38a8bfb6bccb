"""Putting a finding aside: quiet while the facts stay, back when they change or the day is over, never shown as in date."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from app.domain.dismissal import Dismissal
from app.domain.finding import Finding, Review
from app.domain.record import PatientRecord
from app.flags import identify_with, plan, wanted
from app.rules import report, review
from app.rules.dismissal import fingerprint, latest_day, usual_day, with_dismissals
from app.rules.ranking import page_order
from tests.spec.rules.chart import (
    DAY,
    LORAZEPAM,
    MORPHINE,
    Part,
    entered,
    fill,
    found,
    medicine,
    mg,
    on_opioids,
    order,
    person,
    policy,
    reviewed,
    udt,
)

DIAZEPAM = medicine("197591", "diazepam 5 MG Oral Tablet")
WITH_LORAZEPAM = person(on_opioids(), order(LORAZEPAM, ago=20, days=90))


def put_aside(chart: PatientRecord, rule: str, *, days: int = 20) -> Dismissal:
    """As Dr. Day does on the day of the review."""
    return Dismissal(
        "Patient/p1",
        rule,
        fingerprint(found(rule, chart)),
        "Talked over; nothing more for now",
        "Dr. Day",
        datetime(2026, 3, 1, 9, tzinfo=UTC),
        DAY + timedelta(days=days),
    )


def with_it(chart: PatientRecord, dismissal: Dismissal, day: date = DAY) -> Review:
    """The review of a day, with the dismissal in the store."""
    return with_dismissals(review(chart, policy(), day), [dismissal])


def finding(answer: Review, rule: str) -> Finding:
    here = answer.finding(rule)
    assert here is not None
    return here


@pytest.mark.parametrize(
    ("rule", "chart"),
    [("sedative", WITH_LORAZEPAM), ("naloxone", WITH_LORAZEPAM), ("udt_check", person(on_opioids()))],
)
def test_it_is_quiet_the_next_day_and_keeps_its_colour(rule: str, chart: PatientRecord) -> None:
    tomorrow = DAY + timedelta(days=1)
    here = finding(with_it(chart, put_aside(chart, rule), tomorrow), rule)
    assert here.dismissed is not None
    assert here.status.value == "red"
    assert not here.is_gap


def test_it_lasts_through_its_last_day_and_no_longer() -> None:
    dismissal = put_aside(WITH_LORAZEPAM, "sedative", days=5)
    last, after = DAY + timedelta(days=5), DAY + timedelta(days=6)
    assert finding(with_it(WITH_LORAZEPAM, dismissal, last), "sedative").dismissed
    assert finding(with_it(WITH_LORAZEPAM, dismissal, after), "sedative").dismissed is None


@pytest.mark.parametrize(
    ("what", "rule", "before", "after"),
    [
        (
            "a second sedative is prescribed",
            "sedative",
            (on_opioids(), order(LORAZEPAM, ago=20, days=90)),
            (on_opioids(), order(LORAZEPAM, ago=20, days=90), order(DIAZEPAM, ago=1, days=90)),
        ),
        (
            "the dose goes up",
            "naloxone",
            (on_opioids(60),),
            (on_opioids(60), order(MORPHINE, ago=0, days=30, take=mg(40))),
        ),
        (
            "a newer test is found, also long ago",
            "udt_check",
            (on_opioids(), udt(ago=500)),
            (on_opioids(), udt(ago=450)),
        ),
        ("due soon becomes overdue", "udt_check", (on_opioids(), udt(ago=350)), (on_opioids(), udt(ago=400))),
        (
            "a colleague enters something",
            "naloxone",
            (on_opioids(60), entered("naloxone", "has", ago=500)),
            (on_opioids(60), entered("naloxone", "has", ago=450)),
        ),
    ],
)
def test_it_is_back_when_the_facts_change(
    what: str, rule: str, before: tuple[Part, ...], after: tuple[Part, ...]
) -> None:
    dismissal = put_aside(person(*before), rule)
    here = finding(with_it(person(*after), dismissal), rule)
    assert here.dismissed is None, what


def test_a_refill_of_the_same_medicine_does_not_bring_it_back() -> None:
    before = person(on_opioids(), fill(LORAZEPAM, ago=29, days=30))
    after = person(on_opioids(), fill(LORAZEPAM, ago=29, days=30), fill(LORAZEPAM, ago=0, days=30))
    assert finding(with_it(after, put_aside(before, "sedative")), "sedative").dismissed


def test_grey_because_a_feed_failed_is_shown_and_the_dismissal_holds_again_afterwards() -> None:
    dismissal = put_aside(WITH_LORAZEPAM, "sedative")
    unread = person(medications="failed")
    assert finding(with_it(unread, dismissal), "sedative").dismissed is None
    assert finding(with_it(WITH_LORAZEPAM, dismissal), "sedative").dismissed


def test_one_rule_does_not_quieten_another() -> None:
    answer = with_it(WITH_LORAZEPAM, put_aside(WITH_LORAZEPAM, "sedative"))
    assert [each.rule for each in answer.findings if each.dismissed] == ["sedative"]


def test_a_finding_in_date_is_never_dismissed() -> None:
    chart = person(on_opioids(), udt(ago=10))
    assert finding(with_it(chart, put_aside(chart, "udt_check")), "udt_check").dismissed is None


def test_the_page_keeps_it_apart_from_tasks_and_from_what_is_in_date() -> None:
    order_of_page = page_order(with_it(WITH_LORAZEPAM, put_aside(WITH_LORAZEPAM, "sedative")), policy())
    assert [each.rule for each in order_of_page.dismissed] == ["sedative"]
    elsewhere = (
        *(each for row in order_of_page.rows for each in row.findings),
        *order_of_page.standing,
        *order_of_page.background,
        *order_of_page.green,
        *order_of_page.not_applicable,
    )
    assert "sedative" not in {each.rule for each in elsewhere}
    assert len(elsewhere) + 1 == len(reviewed(WITH_LORAZEPAM).findings)


def test_it_asks_for_no_flag() -> None:
    identify = identify_with(b"a secret for tests")
    before, after = reviewed(WITH_LORAZEPAM), with_it(WITH_LORAZEPAM, put_aside(WITH_LORAZEPAM, "sedative"))
    assert "sedative" in {each.rule for each in wanted(before, policy(), identify)}
    assert "sedative" not in {each.rule for each in wanted(after, policy(), identify)}
    assert "sedative" not in {
        each.rule for each in plan(wanted(after, policy(), identify), (), after, policy()).to_write
    }


def test_the_json_says_who_and_when() -> None:
    answer = with_it(WITH_LORAZEPAM, put_aside(WITH_LORAZEPAM, "sedative"))
    assert report.finding_as_json(finding(answer, "sedative"))["dismissed"] == {
        "reason": "Talked over; nothing more for now",
        "by": "Dr. Day",
        "at": "2026-03-01T09:00:00+00:00",
        "until": "2026-03-21",
    }
    assert report.finding_as_json(finding(answer, "naloxone"))["dismissed"] is None


def test_what_asks_to_act_now_may_be_put_aside_for_a_shorter_time() -> None:
    red, yellow = found("udt_check", person(on_opioids())), found("udt_check", person(on_opioids(), udt(ago=350)))
    assert (red.status.value, yellow.status.value) == ("red", "yellow")
    assert latest_day(red, policy(), DAY) == DAY + timedelta(days=30)
    assert latest_day(yellow, policy(), DAY) == DAY + timedelta(days=180)
    assert usual_day(red, policy(), DAY) == usual_day(yellow, policy(), DAY) == DAY + timedelta(days=30)


def test_the_latest_of_two_dismissals_is_the_one_shown() -> None:
    first = put_aside(WITH_LORAZEPAM, "sedative")
    second = replace(first, reason="Arranged for a later visit", by="Nurse Kim")
    here = finding(with_dismissals(reviewed(WITH_LORAZEPAM), [first, second]), "sedative")
    assert here.dismissed is not None
    assert here.dismissed.by == "Nurse Kim"
