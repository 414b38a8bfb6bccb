"""The pages that take a person's word, for everybody: axe-core finds nothing in any state, nothing scrolls sideways."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import World
from tests.e2e.opened import check_access, open_everything, open_visit, overflow
from tests.e2e.walk import browser_page


@pytest.fixture(scope="module")
def page() -> Iterator[Page]:
    """One browser for the module."""
    with browser_page(600, 700) as opened:
        yield opened


def look(page: Page, where: str) -> None:
    """Everything unfolded, wide and narrow."""
    open_everything(page)
    check_access(page, where)
    for width in (300, 320, 600):
        page.set_viewport_size({"width": width, "height": 700})
        assert not overflow(page), (where, width)


def test_the_form_of_a_rule_and_of_everything(page: Page, sandbox_world: World) -> None:
    visit = open_visit(page, sandbox_world, "high-dose-unreviewed")
    for path in ("/record", "/record/pdmp_check", "/record/risk_tool", "/record/ltot_code"):
        page.goto(visit + path)
        look(page, path)


def test_what_cannot_be_taken_and_what_was_recorded_and_withdrawn(page: Page, sandbox_world: World) -> None:
    visit = open_visit(page, sandbox_world, "high-dose-unreviewed")
    page.goto(f"{visit}/record/naloxone")
    page.locator("#day").fill("2099-01-01")
    page.get_by_role("button", name="Record", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("Choose what to record.")
    look(page, "refused")
    page.get_by_role("link", name="This day is still to come").click()
    assert page.url.endswith("#field-day")
    page.locator("#day").fill("2026-01-05")
    page.get_by_label("Has it at home").check()
    page.get_by_label("Note").fill("a long word: " + "naloxone" * 30)
    page.get_by_role("button", name="Record", exact=True).click()
    look(page, "recorded")
    page.get_by_role("button", name="Withdraw Naloxone").click()
    expect(page.get_by_role("status")).to_contain_text("Withdrawn.")
    look(page, "withdrawn")


def test_put_aside_and_bring_back(page: Page, sandbox_world: World) -> None:
    visit = open_visit(page, sandbox_world, "opioid-benzodiazepine")
    page.goto(f"{visit}/later/sedative")
    look(page, "later")
    page.locator("#until").fill("2099-01-01")
    page.get_by_role("button", name="Put aside").click()
    look(page, "later, refused")
    page.get_by_label("Arranged for a later visit").check()
    page.goto(f"{visit}/later/sedative")
    page.get_by_label("Arranged for a later visit").check()
    page.get_by_role("button", name="Put aside").click()
    look(page, "the visit with a dismissed finding")
    page.goto(f"{visit}/later/sedative")
    look(page, "dismissed")
    page.get_by_role("button", name="Bring it back now").click()
    page.goto(f"{visit}/later/last_visit")
    look(page, "nothing to put aside")


def test_take_back(page: Page, sandbox_world: World) -> None:
    visit = open_visit(page, sandbox_world, "typical-four-gaps")
    page.goto(f"{visit}/undo")
    look(page, "nothing to take back")
    page.goto(f"{visit}/preview")
    page.get_by_role("button", name="Write").click()
    look(page, "written")
    page.get_by_role("link", name="Take back what was written today").click()
    look(page, "take back")


def test_the_keyboard_alone_records_something(page: Page, sandbox_world: World) -> None:
    visit = open_visit(page, sandbox_world, "steady-low-dose")
    page.goto(f"{visit}/record/agreement")
    page.keyboard.press("Tab")
    for _ in range(40):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.name") == "fact.agreement":
            page.keyboard.press("Space")
        if page.evaluate("document.activeElement.textContent").strip() == "Record":
            page.keyboard.press("Enter")
            break
    expect(page.get_by_role("status")).to_contain_text("Recorded.")
