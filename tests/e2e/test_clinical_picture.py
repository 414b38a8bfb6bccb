"""The clinical picture in the browser, by eye, by ear and by keyboard, at every width; its newest part on paper."""

import re
from collections.abc import Iterator
from time import monotonic

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e.conftest import World
from tests.e2e.opened import check_access, open_everything, open_visit, overflow
from tests.e2e.walk import browser_page

SURPRISE = "unexpected-urine-test"
PATIENTS = (SURPRISE, "kidney-lung-sleep", "gabapentin-and-carisoprodol", "everything-grey", "oud-on-buprenorphine")


@pytest.fixture(scope="module")
def page() -> Iterator[Page]:
    """One browser for the module; a report of the content security policy fails at its end."""
    with browser_page(600, 700) as opened:
        yield opened


@pytest.mark.parametrize("patient", PATIENTS)
def test_axe_finds_nothing_and_nothing_scrolls_sideways(page: Page, reading_world: World, patient: str) -> None:
    open_visit(page, reading_world, patient)
    open_everything(page)
    for width in (320, 600, 1280):
        page.set_viewport_size({"width": width, "height": 700})
        assert not overflow(page), width
        check_access(page, f"{patient} at {width}")
    page.set_viewport_size({"width": 600, "height": 700})


def test_the_newest_test_is_seen_without_unfolding_anything(page: Page, reading_world: World) -> None:
    open_visit(page, reading_world, SURPRISE)
    table = page.locator("#toxicology table")
    heads = table.locator("thead th")
    assert heads.first.inner_text() == "Drug class"
    assert heads.count() == 4, "three days, newest first"
    oxycodone = table.get_by_role("row", name="Oxycodone")
    expect(oxycodone.get_by_role("cell").first).to_have_text(re.compile(r"Unexpected\s*not detected, definitive"))
    expect(oxycodone.get_by_role("cell").last).to_have_text(re.compile(r"Expected\s*detected, screen"))
    assert table.locator("td svg").count() == table.locator("td").count(), "an icon in every cell, and a word"
    assert all(re.search(r"[A-Z]\w+", words) for words in table.locator("td").all_inner_texts())


def test_possible_explanations_come_before_any_conclusion(page: Page, reading_world: World) -> None:
    open_visit(page, reading_world, SURPRISE)
    words = page.locator("#toxicology").inner_text()
    order = [
        "Oxycodone: not detected",
        "Possible explanations:",
        "timing: the last dose",
        "No result is a reason to end care",
    ]
    places = [words.find(each) for each in order]
    assert -1 not in places, words
    assert places == sorted(places)


def test_the_table_scrolls_inside_a_named_region_that_the_keyboard_reaches(page: Page, reading_world: World) -> None:
    page.set_viewport_size({"width": 320, "height": 700})
    open_visit(page, reading_world, SURPRISE)
    region = page.get_by_role("region", name="Table of urine drug tests")
    assert region.evaluate("each => each.scrollWidth > each.clientWidth")
    region.focus()
    assert scrolled(region) == 0
    page.keyboard.press("ArrowRight")
    deadline = monotonic() + 5
    while scrolled(region) == 0 and monotonic() < deadline:
        page.wait_for_timeout(50)
    assert scrolled(region) > 0
    page.set_viewport_size({"width": 600, "height": 700})


def scrolled(region: Locator) -> float:
    """How far a region is scrolled to the right, in pixels."""
    return float(region.evaluate("each => each.scrollLeft"))


def test_every_row_is_heard_with_its_name(page: Page, reading_world: World) -> None:
    open_visit(page, reading_world, SURPRISE)
    tree = page.locator("body").aria_snapshot()
    for words in ("PHQ-9", "Last visit", "Care agreement", "Kidneys", "Sleep and breathing"):
        assert re.search(rf'rowheader "{words}: why"', tree), words
    order = [
        "How the dose is worked out",
        "Urine drug tests",
        "Sedating medicines and naloxone",
        "Scores",
        "Other facts",
    ]
    places = [tree.find(f'heading "{words}"') for words in order]
    assert -1 not in places
    assert places == sorted(places)


def test_a_name_leads_to_why(page: Page, reading_world: World) -> None:
    open_visit(page, reading_world, SURPRISE)
    page.get_by_role("link", name="Kidneys: why").click()
    expect(page.get_by_text("Rule renal, version")).to_be_visible()


def test_a_score_says_how_it_was_before(page: Page, reading_world: World) -> None:
    open_visit(page, reading_world, SURPRISE)
    row = page.locator(".scores").get_by_role("row", name="PHQ-9")
    expect(row).to_contain_text("8 of 27")
    expect(row).to_contain_text("was 4 on")


def test_the_printed_summary_has_the_newest_of_it_on_one_page(page: Page, reading_world: World) -> None:
    open_visit(page, reading_world, SURPRISE)
    page.emulate_media(media="print")
    for part in (".toxicology", ".beside-part", ".scores-part", ".care-part", ".facts-part"):
        expect(page.locator(part)).to_be_visible()
    assert page.locator(".results thead th").count() > 3
    assert page.locator(".results thead th").filter(visible=True).count() == 3, "the newest day, and the one before"
    expect(page.locator(".toxicology").get_by_text("a laboratory error or a mix-up of specimens").first).to_be_visible()
    expect(page.get_by_text("close this launch")).to_be_hidden()
    page.emulate_media(media="null")
    printed = page.pdf(format="A4", prefer_css_page_size=False, print_background=True)
    assert len(re.findall(rb"/Type\s*/Page\b", printed)) == 1
