"""What was confirmed and is not in the chart yet, or no longer asked for, or a note: taken back, stopped, and told."""

import re
import time
from collections.abc import Iterator
from typing import Any

import pytest

from tests.e2e.conftest import World, world
from tests.e2e.launching import visible_text
from tests.e2e.test_recorded_and_dismissed import Desk, day, hidden_fields
from tests.smart_dance import Dance

NO_PERMISSION = (
    {"type": "Flag", "kind": "expired_token", "method": "POST"},
    {"type": "token", "kind": "refused_scope", "value": "x"},
)


@pytest.fixture(scope="module")
def running() -> Iterator[World]:
    """A sandbox of this file's own: each test writes in another chart."""
    with world("generic") as found:
        yield found


@pytest.fixture
def with_notes() -> Iterator[World]:
    """The sandbox, taken for an EHR of Epic's make: it takes notes, and lets them be changed."""
    with world("epic") as found:
        yield found


def confirm(desk: Desk, path: str) -> Any:
    """Every line of the preview, or of what would be taken back."""
    page = desk.shown("preview" if path == "write" else path).text
    lines = re.findall(r'name="rule" value="([^"]+)"', page)
    form: dict[str, str | list[str]] = {**hidden_fields(page), "rule": lines}
    return desk.frame.post(f"{desk.page}/{path}", form)


def in_chart(where: World, patient: str, kind: str = "Flag") -> list[dict[str, Any]]:
    """What stands in the EHR, read by another app."""
    with Dance(where.ehr.base_url, redirect_uri=f"{where.app.base_url}/callback").fhir(patient) as other:
        bundle = other.get(kind, params={"patient": patient}).raise_for_status().json()
    found = [entry["resource"] for entry in bundle.get("entry", [])]
    return [each for each in found if "sextant.example" in str(each.get("identifier"))]


def waiting(where: World, patient: str) -> Desk:
    """A chart with confirmed changes for which nobody's permission was left."""
    desk = Desk.of(where, patient)
    page = desk.shown("preview").text
    where.ehr.arm(*NO_PERMISSION)
    form = {**hidden_fields(page), "rule": re.findall(r'name="rule" value="([^"]+)"', page)}
    assert "somebody opens this chart" in visible_text(desk.frame.post(f"{desk.page}/write", form))
    assert in_chart(where, patient) == []
    return desk


def test_what_is_not_sent_yet_is_told_and_can_be_taken_back(running: World) -> None:
    desk = waiting(running, "opioid-benzodiazepine")
    running.ehr.disarm()
    visit = visible_text(desk.shown(""))
    assert "Confirmed before, not in the chart" in visit
    assert "the EHR's permission had ended. It is sent after somebody opens this chart again." in visit
    shown = visible_text(desk.shown("undo"))
    assert "Confirmed, not sent yet: will not be sent" in shown
    answer = visible_text(confirm(desk, "undo"))
    assert "Taken back before it was sent." in answer
    later = Desk.of(running, "opioid-benzodiazepine")
    time.sleep(4)  # two rounds of the worker
    assert in_chart(running, "opioid-benzodiazepine") == []
    assert "taken back before it was sent. Nothing is left to do." in visible_text(later.shown(""))
    assert "There is nothing to take back" in visible_text(later.shown("undo"))


def test_what_was_sent_meanwhile_gives_a_new_page_and_takes_nothing_back(running: World) -> None:
    desk = waiting(running, "typical-four-gaps")
    running.ehr.disarm()
    page = desk.shown("undo").text
    form = {**hidden_fields(page), "rule": re.findall(r'name="rule" value="([^"]+)"', page)}
    Desk.of(running, "typical-four-gaps")
    deadline = time.monotonic() + 20
    while len(in_chart(running, "typical-four-gaps")) < len(form["rule"]) and time.monotonic() < deadline:
        time.sleep(0.3)
    answer = desk.frame.post(f"{desk.page}/undo", form)
    assert answer.status_code == 409
    assert "nothing was taken back" in visible_text(answer)
    assert "Written by Sextant today" in visible_text(answer)
    assert {each["status"] for each in in_chart(running, "typical-four-gaps")} == {"active"}


def test_what_is_no_longer_asked_for_when_the_chart_is_opened_is_not_sent(running: World) -> None:
    desk = waiting(running, "high-dose-unreviewed")
    desk.send("record/naloxone", {"fact.naloxone": "has", "day": day()})
    running.ehr.disarm()
    later = Desk.of(running, "high-dose-unreviewed")
    deadline = time.monotonic() + 20
    while "no longer asked for" not in visible_text(later.shown("")) and time.monotonic() < deadline:
        time.sleep(0.5)
    visit = visible_text(later.shown(""))
    told = re.search(r"Create Flag: Naloxone (.*?) not written: no longer asked for when it was to be sent", visit)
    assert told, visit
    assert "naloxone" not in {each["code"]["coding"][0]["code"] for each in in_chart(running, "high-dose-unreviewed")}
    assert in_chart(running, "high-dose-unreviewed"), "what is still asked for was sent"


@pytest.mark.parametrize(("path", "says"), [("write", "Nothing was written."), ("undo", "Nothing was taken back.")])
def test_flags_that_cannot_be_read_are_said_and_nothing_is_sent(running: World, path: str, says: str) -> None:
    desk = Desk.of(running, "one-overdue-test")
    if path == "undo":
        confirm(desk, "write")
    page = desk.shown("preview" if path == "write" else path).text
    form = {**hidden_fields(page), "rule": re.findall(r'name="rule" value="([^"]+)"', page)}
    running.ehr.arm({"type": "Flag", "kind": "503", "method": "GET"})
    running.ehr.clear_requests()
    answer = desk.frame.post(f"{desk.page}/{path}", form)
    assert answer.status_code == 503
    assert says in visible_text(answer)
    assert "could not be read whole" in visible_text(answer)
    assert "What the EHR answered" not in answer.text
    running.ehr.disarm()
    assert not [each for each in running.ehr.requests() if each["method"] != "GET"]


def test_a_note_is_taken_back_and_the_next_one_is_another(with_notes: World) -> None:
    desk = Desk.of(with_notes, "opioid-benzodiazepine")
    assert "Created." in visible_text(confirm(desk, "write"))
    shown = visible_text(desk.shown("undo"))
    assert "Take back note: this visit" in shown
    assert "Marked as entered in error." in visible_text(confirm(desk, "undo"))
    (note,) = in_chart(with_notes, "opioid-benzodiazepine", "DocumentReference")
    assert note["status"] == "entered-in-error"
    assert "There is nothing to take back" in visible_text(desk.shown("undo"))
    preview = visible_text(desk.shown("preview"))
    assert "The note of this visit was taken back: write one again" in preview
    assert "Taken back today by Elena Reyes" in preview
    assert "Created." in visible_text(confirm(desk, "write"))
    assert sorted(each["status"] for each in in_chart(with_notes, "opioid-benzodiazepine", "DocumentReference")) == [
        "current",
        "entered-in-error",
    ]


def test_a_flag_that_was_taken_back_is_offered_again_and_says_by_whom_it_was(running: World) -> None:
    desk = Desk.of(running, "opioid-benzodiazepine")
    confirm(desk, "write")
    confirm(desk, "undo")
    assert "Taken back today by Elena Reyes" in visible_text(desk.shown("preview"))


def test_after_an_end_what_else_was_written_today_can_still_be_taken_back(running: World) -> None:
    desk = Desk.of(running, "opioid-benzodiazepine")
    confirm(desk, "write")
    desk.send("record/naloxone", {"fact.naloxone": "has", "day": day()})
    shown = visible_text(desk.shown("preview"))
    assert "End Flag: Naloxone" in shown
    assert "As it stands in the chart" in shown
    assert "As others will read it" not in shown
    ended = visible_text(confirm(desk, "write"))
    assert "Ended." in ended
    assert "Take back what was written today" in ended
    page = desk.shown("undo")
    assert "Written by Sextant today" in visible_text(page)
    nothing_ticked = desk.frame.post(f"{desk.page}/undo", hidden_fields(page.text))
    assert "Take back what was written today" in visible_text(nothing_ticked)
    assert "Take back what was written today" not in visible_text(confirm(desk, "undo"))
