"""A clinician's walk in Chromium, on both worlds: write some, not all; change the facts in between; record, put aside, end.

`SEXTANT_PICTURES=DIR` takes a screenshot at each step.
"""

import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import World
from tests.e2e.launching import visible_text
from tests.e2e.test_recorded_and_dismissed import Desk, day
from tests.e2e.walk import Walk, browser_page

PICTURES = os.environ.get("SEXTANT_PICTURES")
SLOW = 30_000
"""Milliseconds: each of these pages reads the whole chart anew, from HAPI too."""


@pytest.fixture(scope="module", params=["sandbox_world", "hapi_world"])
def place(request: pytest.FixtureRequest) -> World:
    """Each world in turn."""
    found = request.getfixturevalue(request.param)
    assert isinstance(found, World)
    return found


@pytest.fixture
def begun(place: World, request: pytest.FixtureRequest) -> Iterator[Walk]:
    """Sextant open in the chart of the patient that the test names."""
    with browser_page() as page:
        folder = Path(PICTURES, request.node.name.partition("[")[0]) if PICTURES else None
        walk = Walk(page, place.ehr.base_url, request.param, folder)
        walk.open_chart_from_schedule()
        yield walk


def flags(walk: Walk) -> list[str]:
    """What the chart's header shows once it stands still."""
    return walk.page.locator("#flags li").all_inner_texts()


def to_visit_page(walk: Walk) -> None:
    walk.app.get_by_role("link", name=re.compile("^Back")).first.click()
    expect(walk.app.get_by_role("heading", name="To do at this visit")).to_be_visible(timeout=SLOW)


def line(walk: Walk, title: str) -> str:
    """The text of one line of the preview."""
    return walk.app.locator(".change").filter(has_text=title).first.inner_text()


@pytest.mark.parametrize("begun", ["opioid-benzodiazepine"], indirect=True)
def test_one_line_is_unticked_and_the_rest_is_in_the_chart(begun: Walk) -> None:
    before = begun.page.locator("#flags li").count()
    lines = begun.preview()
    assert lines >= 2
    begun.app.locator(".change").filter(has_text="Naloxone").get_by_role("checkbox").uncheck()
    begun.picture("41-one-unticked")
    answers = begun.write()
    assert len(answers) == lines - 1
    shown = begun.flags_in_header(before + lines - 1)
    assert any("enzodiazepine" in each for each in shown)
    assert not any("aloxone" in each for each in shown)
    to_visit_page(begun)
    assert begun.preview() == 1, "what was left out is offered again"
    assert "Create Flag:" in line(begun, "Naloxone")


@pytest.mark.parametrize("begun", ["high-dose-unreviewed"], indirect=True)
def test_facts_that_change_in_between_give_a_new_preview_and_nothing_is_written(begun: Walk, place: World) -> None:
    lines = begun.preview()
    assert "Daily opioid dose" in " ".join(begun.app.locator(".change").all_inner_texts())
    elsewhere = Desk.of(place, "high-dose-unreviewed")
    elsewhere.send("record/med", {"fact.benefit_risk_review": "done", "day": day()})
    place.ehr.clear_requests()
    begun.app.get_by_role("button", name=re.compile("^Write ")).click()
    expect(begun.app.get_by_role("alert")).to_contain_text("nothing was written", timeout=SLOW)
    begun.picture("42-new-preview")
    assert begun.app.get_by_role("checkbox").count() == lines - 1
    assert not [row for row in place.ehr.requests() if row["method"] != "GET"]
    assert not any("benefit-risk" in each for each in flags(begun))


@pytest.mark.parametrize("begun", ["opioid-benzodiazepine"], indirect=True)
def test_what_is_recorded_ends_the_flag(begun: Walk) -> None:
    begun.preview()
    begun.write()
    expect(begun.page.locator("#flags li").filter(has_text="aloxone")).to_have_count(1, timeout=15_000)
    standing = begun.page.locator("#flags li").count()
    to_visit_page(begun)
    begun.app.get_by_role("link", name="record Naloxone access").click()
    begun.app.get_by_label("Has it at home").check()
    begun.picture("60-record")
    begun.app.get_by_role("button", name="Record", exact=True).click()
    expect(begun.app.get_by_role("status")).to_contain_text("Recorded.", timeout=SLOW)
    begun.picture("61-recorded")
    to_visit_page(begun)
    begun.preview()
    assert "End Flag:" in line(begun, "Naloxone")
    begun.picture("62-preview-of-the-end")
    answers = begun.write()
    assert any("Ended" in each for each in answers), answers
    shown = begun.flags_in_header(standing - 1)
    assert not any("aloxone" in each for each in shown)


@pytest.mark.parametrize("begun", ["typical-four-gaps"], indirect=True)
def test_what_is_put_aside_stays_quiet(begun: Walk) -> None:
    begun.app.get_by_role("link", name="later Care agreement").click()
    begun.app.get_by_label("Arranged for a later visit").check()
    begun.picture("70-later")
    begun.app.get_by_role("button", name="Put aside").click()
    expect(begun.app.get_by_role("heading", name="To do at this visit")).to_be_visible(timeout=SLOW)
    aside = begun.app.locator(".row").filter(has_text="Dismissed")
    expect(aside).to_contain_text("Care agreement")
    begun.picture("71-dismissed")
    assert begun.app.locator("#row-agreement").count() == 0
    aside.locator("summary").click()
    expect(aside).to_contain_text("Arranged for a later visit")
    begun.preview()
    assert "Care agreement" not in " ".join(begun.app.locator(".change").all_inner_texts())
    begun.write()
    assert not any("agreement" in each for each in flags(begun))


@pytest.mark.parametrize("begun", ["high-dose-unreviewed"], indirect=True)
def test_what_was_written_today_is_taken_back(begun: Walk, place: World) -> None:
    before = begun.page.locator("#flags li").count()
    lines = begun.preview()
    begun.write()
    begun.flags_in_header(before + lines)
    begun.app.get_by_role("link", name="Take back what was written today").click()
    expect(begun.app.get_by_role("heading", name="Take back what Sextant wrote today")).to_be_visible(timeout=SLOW)
    assert begun.app.get_by_role("checkbox").count() == lines
    begun.picture("80-take-back")
    begun.app.get_by_role("button", name=re.compile("^Take back ")).click()
    expect(begun.app.get_by_role("heading", name="What the EHR answered")).to_be_visible(timeout=30_000)
    begun.picture("81-taken-back")
    assert all("Ended" in each for each in begun.app.locator(".change").all_inner_texts())
    begun.flags_in_header(before)
    desk = Desk.of(place, begun.patient)
    assert "There is nothing to take back" in visible_text(desk.shown("undo"))
