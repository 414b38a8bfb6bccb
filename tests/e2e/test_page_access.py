"""The pages for everybody: axe-core finds nothing, the keyboard reaches all, nothing scrolls sideways, the order reads well."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import World
from tests.e2e.opened import check_access, open_everything, open_visit, overflow
from tests.e2e.walk import browser_page

PATIENTS = (
    "steady-low-dose",
    "high-dose-unreviewed",
    "the-four-shapes",
    "everything-grey",
    "active-cancer",
    "opioid-benzodiazepine",
    "abrupt-stop",
    "no-opioids",
)
WIDE_TEXT_PATIENTS = ("the-four-shapes", "everything-grey", "active-cancer", "forty-prescriptions")
SUBPAGES = ("/why/sedative", "/resources/sedative", "/why/med", "/note", "/preview")


@pytest.fixture(scope="module")
def page() -> Iterator[Page]:
    """One browser for the module; a report of the content security policy fails at its end."""
    with browser_page(600, 700) as opened:
        yield opened


@pytest.mark.parametrize("patient", PATIENTS)
def test_axe_finds_nothing_on_the_visit_page(page: Page, reading_world: World, patient: str) -> None:
    open_visit(page, reading_world, patient)
    open_everything(page)
    check_access(page, patient)


def test_axe_finds_nothing_on_the_pages_behind_it(page: Page, reading_world: World) -> None:
    visit = open_visit(page, reading_world, "opioid-benzodiazepine")
    for path in SUBPAGES:
        page.goto(visit + path)
        open_everything(page)
        check_access(page, path)


def test_axe_finds_nothing_on_pages_without_a_chart(page: Page, reading_world: World) -> None:
    for path in ("/about", "/nothing-here", "/chart/unknown"):
        page.goto(reading_world.app.base_url + path)
        check_access(page, path)


@pytest.mark.parametrize("patient", WIDE_TEXT_PATIENTS)
def test_nothing_scrolls_sideways(page: Page, reading_world: World, patient: str) -> None:
    open_visit(page, reading_world, patient)
    open_everything(page)
    for width in (320, 480, 1000, 1280, 600):
        page.set_viewport_size({"width": width, "height": 700})
        assert not overflow(page), width


def test_nothing_scrolls_sideways_on_the_pages_behind_it(page: Page, reading_world: World) -> None:
    page.set_viewport_size({"width": 320, "height": 700})
    visit = open_visit(page, reading_world, "opioid-benzodiazepine")
    for path in SUBPAGES:
        page.goto(visit + path)
        open_everything(page)
        assert not overflow(page), path
    page.set_viewport_size({"width": 600, "height": 700})


def test_text_twice_as_large_needs_no_sideways_scrolling(page: Page, reading_world: World) -> None:
    """200 % zoom of a 600 px frame leaves 300 px for the layout."""
    page.set_viewport_size({"width": 300, "height": 350})
    open_visit(page, reading_world, "high-dose-unreviewed")
    assert not overflow(page)
    page.set_viewport_size({"width": 600, "height": 700})


def test_the_keyboard_reaches_every_action_in_reading_order(page: Page, reading_world: World) -> None:
    open_visit(page, reading_world, "opioid-benzodiazepine")
    reached = walk_by_tab(page, 60)
    first = [reached.index(name) for name in ("working", "why Opioid with sedative", "Preview 2 Flags", "3 months")]
    assert first == sorted(first), reached
    row = reached.index("why Opioid with sedative")
    assert reached[row : row + 3] == [f"{name} Opioid with sedative" for name in ("why", "later", "record")]
    assert "about this page" in reached[-2:], "the foot of the page is reached last"
    assert len(set(reached)) == len(reached), "something is reached twice"


def test_the_keyboard_opens_what_is_folded_and_goes_to_the_preview(page: Page, reading_world: World) -> None:
    open_visit(page, reading_world, "opioid-benzodiazepine")
    folded = page.locator("summary", has_text="In date")
    folded.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("Urine drug test is in date")).to_be_visible()
    page.get_by_role("link", name="Preview").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="What will be written to the chart")).to_be_visible()
    page.get_by_role("checkbox").first.focus()
    page.keyboard.press("Space")
    expect(page.get_by_role("checkbox").first).not_to_be_checked()


def walk_by_tab(page: Page, at_most: int) -> list[str]:
    """The names of what Tab reaches, until it leaves the page."""
    names = []
    for _ in range(at_most):
        page.keyboard.press("Tab")
        name = page.evaluate(
            "document.activeElement === document.body ? '' :"
            " (document.activeElement.ariaLabel || document.activeElement.textContent).trim().replace(/\\s+/g, ' ')"
        )
        if not name:
            break
        names.append(name)
    return names


def test_a_screen_reader_hears_the_answers_in_the_order_of_the_questions(page: Page, reading_world: World) -> None:
    open_visit(page, reading_world, "the-four-shapes")
    tree = page.locator("body").aria_snapshot()
    order = [
        "Bernadette Kowalczyk",
        "Opioid dose today (MED)",
        "at least 120 MME/day",
        "Not in this number: MS Contin",
        "Higher risk of harm",
        "To do at this visit",
        "Act now",
        "Preview 1 Flag",
        "Dose and benefit",
        "How the dose is worked out",
    ]
    places = [tree.find(words) for words in order]
    assert -1 not in places, [words for words, place in zip(order, places, strict=True) if place < 0]
    assert places == sorted(places)
