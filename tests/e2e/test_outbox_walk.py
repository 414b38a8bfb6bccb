"""The EHR does not answer, or takes no Flags: what the clinician reads, and what stands in the chart a moment later."""

import re
import time
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.e2e.conftest import World, world
from tests.e2e.launching import Frame, visible_text
from tests.smart_dance import Dance

PATIENT = "opioid-benzodiazepine"


@pytest.fixture
def ehr_without_flags() -> Iterator[World]:
    """The sandbox, taken for an EHR of Epic's make."""
    with world("epic") as running:
        yield running


@pytest.fixture
def running() -> Iterator[World]:
    """A sandbox of its own: these tests write."""
    with world("generic") as found:
        yield found


def confirm(frame: Frame, page: str) -> httpx.Response:
    """Preview, then the click."""
    shown = frame.get(f"{page}/preview").text
    form: dict[str, str | list[str]] = {
        "form_token": hidden(shown, "form_token"),
        "digest": hidden(shown, "digest"),
        "rule": re.findall(r'name="rule" value="([^"]+)"', shown),
    }
    return frame.post(f"{page}/write", form)


def hidden(page: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]+)"', page)
    assert found, name
    return found[1]


def in_chart(where: World, kind: str) -> list[dict[str, Any]]:
    """What stands in the EHR, read by another app."""
    with Dance(where.ehr.base_url, redirect_uri=f"{where.app.base_url}/callback").fhir(PATIENT) as other:
        bundle = other.get(kind, params={"patient": PATIENT}).raise_for_status().json()
    return [entry["resource"] for entry in bundle.get("entry", [])]


def ours(where: World) -> list[dict[str, Any]]:
    flags = in_chart(where, "Flag")
    return [flag for flag in flags if "sextant.example" in str(flag.get("identifier"))]


def until(where: World, number: int, seconds: float = 30) -> int:
    """Wait for so many Flags of ours; how many there are."""
    deadline = time.monotonic() + seconds
    while len(ours(where)) < number and time.monotonic() < deadline:
        time.sleep(0.3)
    return len(ours(where))


@pytest.mark.parametrize("kind", ["503", "lost_response", "hang_up"])
def test_a_write_that_was_not_answered_is_finished_by_the_worker_inside_serve(running: World, kind: str) -> None:
    frame = Frame()
    page = frame.open(running.ehr.base_url, PATIENT)
    running.ehr.arm({"type": "Flag", "kind": kind, "method": "POST", "times": 1})
    answer = confirm(frame, page)
    assert answer.status_code == 200
    lines = len(re.findall('class="change"', answer.text))
    assert lines >= 2
    assert until(running, lines) == lines
    assert "Nothing to write to the chart now." in visible_text(frame.get(f"{page}/preview"))


def test_one_whose_permission_ended_waits_for_the_next_launch_and_says_so(running: World) -> None:
    frame = Frame()
    page = frame.open(running.ehr.base_url, PATIENT)
    running.ehr.arm(
        {"type": "Flag", "kind": "expired_token", "method": "POST"},
        {"type": "token", "kind": "refused_scope", "value": "x"},
    )
    assert "somebody opens this chart" in visible_text(confirm(frame, page))
    running.ehr.disarm()
    assert ours(running) == []
    Frame().open(running.ehr.base_url, PATIENT)
    assert until(running, 2) >= 2


def test_an_ehr_without_flags_gets_one_note_that_was_shown_beforehand(ehr_without_flags: World) -> None:
    frame = Frame()
    before = len(in_chart(ehr_without_flags, "DocumentReference"))
    page = frame.open(ehr_without_flags.ehr.base_url, PATIENT)
    shown = visible_text(frame.get(f"{page}/preview"))
    assert "one note of this visit" in shown
    assert "open at the visit of" in shown
    assert "Created" in visible_text(confirm(frame, page))
    assert len(in_chart(ehr_without_flags, "DocumentReference")) == before + 1
    assert ours(ehr_without_flags) == []
    again = frame.get(f"{page}/preview")
    assert 'name="rule"' not in again.text, "the note of this visit says it already"
