"""A slow documents feed: who and the dose are on the screen while it is waited for, and the page ends up as it always is."""

import re
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Page, expect

from app.domain.audit import Action
from tests.e2e.conftest import World
from tests.e2e.launching import Frame
from tests.e2e.opened import check_access, open_visit, overflow
from tests.e2e.test_audit_log import opened
from tests.e2e.walk import browser_page
from tests.unit.web.test_two_pieces import pieces, preview_of, record_of

PATIENTS = ("opioid-benzodiazepine", "the-four-shapes", "everything-grey", "no-opioids")
SLOW = {"type": "DocumentReference", "kind": "delay", "value": 3}
CLOSED = {"type": "DocumentReference", "kind": "expired_token"}


@pytest.fixture(scope="module")
def page() -> Iterator[Page]:
    with browser_page(600, 700) as shown:
        yield shown


@pytest.fixture
def slow(sandbox_world: World) -> Iterator[World]:
    """The sandbox; whatever is armed is disarmed afterwards."""
    sandbox_world.ehr.clear_requests()
    yield sandbox_world
    sandbox_world.ehr.disarm()


def begin(page: Page, address: str) -> None:
    """Ask for the page without waiting for its end."""
    page.goto(address, wait_until="commit")


def documents_answered(world: World) -> bool:
    """Whether the EHR has answered the search of documents since its log was cleared."""
    return any(each["type"] == "DocumentReference" for each in world.ehr.requests())


def shown(page: Page) -> str:
    """The page's HTML without what differs from one time to the next: the clock."""
    return str(
        page.evaluate(
            """() => {
              const body = document.body.cloneNode(true);
              for (const each of body.querySelectorAll('.still-reading, .as-of')) each.remove();
              for (const each of [...body.childNodes, ...body.querySelectorAll('*')]) each.normalize();
              return body.innerHTML.replace(/<!--.*?-->/gs, '').replace(/\\s+/g, ' ');
            }"""
        )
    )


def review(page: Page, address: str) -> Any:
    """The same as JSON."""
    answer = page.goto(f"{address}/review.json")
    assert answer is not None
    return answer.json()


@pytest.mark.parametrize("patient", PATIENTS)
def test_the_dose_is_on_the_screen_while_the_documents_are_waited_for(page: Page, slow: World, patient: str) -> None:
    address = open_visit(page, slow, patient)
    usual, figure, answer = shown(page), page.locator(".dose .number").inner_text(), review(page, address)
    slow.ehr.clear_requests()
    slow.ehr.arm(SLOW)
    begin(page, address)
    expect(page.locator(".dose .number")).to_have_text(figure)
    expect(page.locator("header h1")).to_be_visible()
    expect(page.get_by_text("The rest of the chart follows below")).to_be_visible()
    assert page.locator("#todo-title, .tier, .notice, .write").count() == 0
    assert not documents_answered(slow), "the dose waited for the documents"
    expect(page.locator("#todo-title")).to_be_visible()
    page.wait_for_load_state("load")
    expect(page.get_by_text("The rest of the chart follows below")).to_be_hidden()
    assert documents_answered(slow)
    assert shown(page) == usual
    assert review(page, address) == answer


def test_the_dose_comes_long_before_the_rest(page: Page, slow: World) -> None:
    """In the browser's own times: painted in the first half of what the whole page takes."""
    address = open_visit(page, slow, "opioid-benzodiazepine")
    slow.ehr.arm(SLOW)
    page.goto(address)
    painted, loaded = page.evaluate(
        "[performance.getEntriesByName('first-contentful-paint')[0].startTime,"
        " performance.getEntriesByType('navigation')[0].loadEventEnd]"
    )
    assert painted * 2 < loaded, (painted, loaded)


def test_axe_finds_nothing_on_the_first_piece_and_on_both(page: Page, slow: World) -> None:
    address = open_visit(page, slow, "the-four-shapes")
    slow.ehr.arm({**SLOW, "value": 9})
    begin(page, address)
    expect(page.locator(".dose .number")).to_be_visible()
    check_access(page, "first piece")
    assert page.locator("#todo-title").count() == 0, "the rest came before axe had looked"
    page.wait_for_load_state("load")
    check_access(page, "both pieces")


def test_the_first_piece_needs_no_sideways_scrolling_and_reads_in_order(page: Page, slow: World) -> None:
    address = open_visit(page, slow, "the-four-shapes")
    slow.ehr.arm(SLOW)
    page.set_viewport_size({"width": 320, "height": 700})
    begin(page, address)
    expect(page.locator(".still-reading")).to_be_visible()
    root = "document.documentElement"
    assert page.evaluate(f"{root}.scrollWidth <= {root}.clientWidth")
    tree = page.locator("body").aria_snapshot()
    order = [
        "Bernadette Kowalczyk",
        "Opioid dose today (MED)",
        "at least 120 MME/day",
        "Not in this number",
        "The dose comes first",
    ]
    places = [tree.find(words) for words in order]
    assert -1 not in places, tree
    assert places == sorted(places)
    page.set_viewport_size({"width": 600, "height": 700})
    page.wait_for_load_state("load")


def test_a_dose_that_was_worked_out_again_takes_the_place_of_the_first(page: Page, slow: World, tmp_path: Path) -> None:
    """No server of ours sends orders with another feed, so the pieces are made here and shown with the real stylesheet."""
    record = record_of("the-four-shapes", tmp_path)
    with ThreadPoolExecutor(1) as other:  # this thread's event loop is the browser's
        html = "".join(other.submit(pieces, replace(record, orders=()), lambda: preview_of(record)).result())
    address = f"{slow.app.base_url}/worked-out-again"
    page.route(address, lambda route: route.fulfill(body=html, content_type="text/html"))
    page.goto(address)
    expect(page.get_by_role("heading", name="The dose was worked out again with the whole chart")).to_be_visible()
    assert page.locator(".number:visible").count() == 1
    expect(page.locator(".number:visible")).to_have_text("120")
    assert "Not in this number" in page.locator(".dose-again").inner_text()
    check_access(page, "worked out again")
    assert not overflow(page)


def test_a_launch_that_ends_meanwhile_ends_the_page_with_what_to_do(page: Page, slow: World) -> None:
    address = open_visit(page, slow, "opioid-benzodiazepine")
    figure = page.locator(".dose .number").inner_text()
    slow.ehr.arm({**SLOW, "value": 2}, CLOSED)
    before = reads(slow)
    begin(page, address)
    expect(page.locator(".still-reading")).to_be_visible()
    with opened(slow) as storage:  # as "close this launch" in another window does
        storage.sessions.end(address.rpartition("/")[2])
    expect(page.get_by_role("heading", name="The rest of the chart could not be shown")).to_be_visible()
    expect(page.locator(".dose .number")).to_have_text(figure)
    expect(page.get_by_text("The rest of the chart follows below")).to_be_hidden()
    expect(page.get_by_role("heading", name="How the dose is worked out")).to_be_visible()
    assert page.locator("#todo-title").count() == 0
    assert "choose Sextant in the patient's chart" in page.locator(".broke-off").inner_text()
    check_access(page, "broke off")
    assert reads(slow)[len(before) :] == ["error"]


def test_a_browser_that_goes_away_leaves_one_audit_line(slow: World) -> None:
    frame = Frame()
    address = frame.open(slow.ehr.base_url, "opioid-benzodiazepine")
    slow.ehr.arm({**SLOW, "value": 2})
    slow.ehr.clear_requests()
    before = reads(slow)
    with httpx.stream("GET", address, headers={"Cookie": frame.cookie}, timeout=30, trust_env=False) as answer:
        first = next(answer.iter_text())
        assert "MME/day" in first
        assert "To do at this visit" not in first
    wait_until(lambda: documents_answered(slow) and len(reads(slow)) > len(before))
    time.sleep(0.5)
    assert reads(slow)[len(before) :] == ["ok"]


def test_a_page_that_is_not_slow_comes_in_one_piece_of_known_length(slow: World) -> None:
    frame = Frame()
    answer = frame.get(frame.open(slow.ehr.base_url, "opioid-benzodiazepine"))
    assert int(answer.headers["content-length"]) == len(answer.content)
    assert "still-reading" not in answer.text
    assert re.search(r"<h2[^>]*>To do at this visit", answer.text)


def reads(world: World) -> list[str]:
    """The outcome of every reading of a chart, from Sextant's audit log."""
    with opened(world) as storage:
        return [each.outcome for each in storage.audit.entries() if each.action is Action.READ_CHART]


def wait_until(holds: Any, seconds: float = 15) -> None:
    """Until it does; an assertion fails when it does not."""
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, "it never came to hold"
        time.sleep(0.1)
