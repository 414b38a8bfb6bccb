"""The EHR breaks while Sextant reads: the page says what is missing, and nothing is green because data is missing."""

import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest

from tests.e2e.conftest import World, world
from tests.e2e.launching import Frame, visible_text

PATIENT = "steady-low-dose"
"""A well-run chart: everything that can be green is green, so a wrongly green finding would show."""

FEEDS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "patient": (("Patient",), ()),
    "medications": (("MedicationRequest", "MedicationStatement"), ("med", "sedative")),
    "dispenses": (("MedicationDispense",), ()),
    "labs": (("Observation", "DiagnosticReport"), ("udt_check",)),
    "surveys": (("Observation", "QuestionnaireResponse"), ("peg",)),
    "conditions": (("Condition",), ()),
    "encounters": (("Encounter",), ()),
    "appointments": (("Appointment",), ()),
    "documents": (("DocumentReference",), ()),
    "procedures": (("Procedure",), ()),
    "care_plans": (("CarePlan", "Goal", "Consent", "ServiceRequest"), ()),
    "flags": (("Flag",), ()),
}
"""Feed → the resource types that fill it, and the rules that then cannot be green whatever else is known."""


@pytest.fixture
def whole(sandbox_world: World) -> Iterator[World]:
    """The sandbox, with every fault disarmed afterwards."""
    yield sandbox_world
    sandbox_world.ehr.disarm()


def reviewed(frame: Frame, page: str) -> dict[str, Any]:
    """The page's answer as JSON."""
    return dict(frame.get(f"{page}/review.json").json())


def statuses(review: dict[str, Any]) -> dict[str, str]:
    """Status by rule."""
    return {finding["rule"]: finding["status"] for finding in review["findings"]}


@pytest.mark.parametrize("feed", FEEDS)
@pytest.mark.parametrize("kind", ["500", "hang_up", "broken_json"])
def test_one_feed_fails(whole: World, feed: str, kind: str) -> None:
    types, cannot_be_green = FEEDS[feed]
    frame = Frame()
    page = frame.open(whole.ehr.base_url, PATIENT)
    before = statuses(reviewed(frame, page))
    whole.ehr.arm(*({"type": each, "kind": kind} for each in types))
    answer = reviewed(frame, page)
    assert answer["feeds"][feed] == "failed"
    after = statuses(answer)
    newly_green = {rule for rule, status in after.items() if status == "green"} - {
        rule for rule, status in before.items() if status == "green"
    }
    assert not newly_green
    assert not [rule for rule in cannot_be_green if after[rule] == "green"]
    text = visible_text(frame.get(page))
    assert "could not be read" in text


def test_without_medications_the_dose_is_not_known(whole: World) -> None:
    frame = Frame()
    page = frame.open(whole.ehr.base_url, PATIENT)
    whole.ehr.arm({"type": "MedicationRequest", "kind": "500"}, {"type": "MedicationStatement", "kind": "500"})
    answer = reviewed(frame, page)
    assert answer["med"]["mme_per_day"] is None
    assert answer["med"]["complete"] is False
    assert "not known" in visible_text(frame.get(page))


def test_paging_that_breaks_off_makes_the_dose_at_least(whole: World) -> None:
    frame = Frame()
    page = frame.open(whole.ehr.base_url, "forty-prescriptions")
    whole.ehr.arm({"type": "MedicationRequest", "kind": "truncated_paging"})
    answer = reviewed(frame, page)
    assert answer["feeds"]["medications"] == "partial"
    assert answer["med"]["complete"] is False


def test_a_broken_entry_costs_only_itself_and_is_said(whole: World) -> None:
    frame = Frame()
    page = frame.open(whole.ehr.base_url, PATIENT)
    whole.ehr.arm({"type": "Condition", "kind": "broken_entry"})
    text = visible_text(frame.get(page))
    assert "could not be read" in text
    assert "MME/day" in text


def test_the_ehr_is_killed_while_it_is_being_read() -> None:
    with world("generic") as dying:
        frame = Frame()
        page = frame.open(dying.ehr.base_url, PATIENT)
        dying.ehr.arm({"type": "*", "kind": "delay", "value": 3})
        killer = threading.Thread(target=lambda: (time.sleep(1), dying.ehr.kill()))
        killer.start()
        shown = frame.get(page)
        killer.join()
        assert shown.status_code == 200
        text = visible_text(shown)
        assert "not known" in text
        assert "could not be read" in text
        answer = reviewed(frame, page)
        assert set(answer["feeds"].values()) <= {"failed", "not_offered"}
        assert "green" not in statuses(answer).values()
