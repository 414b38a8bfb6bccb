"""Fills that could not be read never become "no opioid in force": a fill may stand without any order."""

import json
from datetime import date
from zoneinfo import ZoneInfo

import pytest

from app.domain.feeds import Feed, FeedStatus
from app.domain.finding import Review, Status
from app.fhir_adapters.files import iter_charts
from app.rules import load_pack, review
from app.sandbox_ehr.clinic import SCENARIOS, bundle_of

TODAY = date(2026, 11, 24)
POLICY = load_pack("sandbox-clinic")


def reviewed(name: str, dispenses: FeedStatus) -> Review:
    """One of the clinic's people, with the feed of fills in the given state (its rows are lost unless it is available)."""
    scenario = next(each for each in SCENARIOS if each.name == name)
    bundle = bundle_of(scenario, TODAY)
    if dispenses is not FeedStatus.AVAILABLE:
        bundle["entry"] = [e for e in bundle["entry"] if e["resource"]["resourceType"] != "MedicationDispense"]
    states = dict.fromkeys(Feed, FeedStatus.AVAILABLE) | {Feed.DISPENSES: dispenses}
    (record,) = iter_charts([json.dumps(bundle).encode()], ZoneInfo("America/Los_Angeles"), states)
    return review(record, POLICY, TODAY)


def test_with_its_fills_the_dose_is_known() -> None:
    assert reviewed("pharmacy-fills-only", FeedStatus.AVAILABLE).med.mme_per_day


@pytest.mark.parametrize("state", [FeedStatus.FAILED, FeedStatus.PARTIAL])
def test_without_them_the_dose_and_long_term_use_are_not_known(state: FeedStatus) -> None:
    answer = reviewed("pharmacy-fills-only", state)
    assert answer.med.mme_per_day is None
    assert not answer.med.complete
    assert answer.ltot.meets is None


@pytest.mark.parametrize("state", [FeedStatus.FAILED, FeedStatus.PARTIAL])
@pytest.mark.parametrize("name", ["pharmacy-fills-only", "steady-low-dose", "opioid-benzodiazepine"])
def test_no_rule_stops_applying_because_fills_were_not_read(name: str, state: FeedStatus) -> None:
    whole, broken = reviewed(name, FeedStatus.AVAILABLE), reviewed(name, state)
    applied = {f.rule for f in whole.findings if f.status is not Status.NOT_APPLICABLE}
    assert not [f.rule for f in broken.findings if f.rule in applied and f.status is Status.NOT_APPLICABLE]


@pytest.mark.parametrize("state", [FeedStatus.NOT_OFFERED, FeedStatus.NOT_GRANTED])
def test_fills_that_this_ehr_never_gives_leave_the_orders_to_speak(state: FeedStatus) -> None:
    answer = reviewed("steady-low-dose", state)
    assert answer.med.complete
    assert answer.ltot.meets
