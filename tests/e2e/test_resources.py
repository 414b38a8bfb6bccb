"""Services beside the findings that call for them: from the row to a text to copy, by keyboard, for everybody, as text only."""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.clinic_day import clinic_today
from tests.e2e.conftest import World
from tests.e2e.opened import check_access, open_everything, open_visit, overflow
from tests.e2e.walk import FRAME, browser_page
from tests.servers import free_port, start_sandbox
from tests.sextant_server import EXAMPLE_DIRECTORY, start_sextant

HOSTILE = "</textarea></title><img src=x onerror=document.title='taken'><svg onload=alert(1)>{{7*7}}'--><b>"
LINKS = "a[href*='/resources/']"


@pytest.fixture
def page() -> Iterator[Page]:
    """A browser of its own for each test: a report of the content security policy fails the test that caused it."""
    with browser_page(*FRAME) as opened:
        opened.on("dialog", lambda dialog: pytest.fail(f"a script ran: {dialog.message}"))
        yield opened


@pytest.fixture(scope="module")
def worlds(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, World]]:
    """One sandbox EHR for each of two sites: without a directory, and with a hostile one."""
    hostile = Path(tmp_path_factory.mktemp("directory"), "near.toml")
    hostile.write_text(spoiled(EXAMPLE_DIRECTORY.read_text(encoding="utf-8")), encoding="utf-8")
    with ExitStack() as stack:
        yield {"none": site(stack, None), "hostile": site(stack, hostile)}


def site(stack: ExitStack, directory: Path | None) -> World:
    port = free_port()
    url = f"http://localhost:{port}"
    ehr = stack.enter_context(
        start_sandbox(as_of=clinic_today(), app_launch_url=f"{url}/launch", redirect_uri=f"{url}/callback")
    )
    return World(ehr, stack.enter_context(start_sextant(ehr.base_url, port, directory=directory)))


def spoiled(text: str) -> str:
    """The example directory with hostile text behind every text of an entry that is free."""
    free = (
        "title",
        "note",
        "name",
        "offers",
        "for_whom",
        "phone",
        "place",
        "wait",
        "hours",
        "languages",
        "coverage",
        "checked_by",
    )
    lines = []
    for line in text.splitlines():
        key, _, value = line.partition(" = ")
        is_free = key in (*free, "telehealth")
        lines.append(f'{key} = "{value.strip(chr(34))[:120]} {HOSTILE}"' if is_free else line)
    return "\n".join(lines) + "\n"


def test_from_the_finding_to_a_text_to_copy(page: Page, reading_world: World) -> None:
    open_visit(page, reading_world, "high-dose-unreviewed")
    page.get_by_role("link", name="resources for Daily opioid dose").click()
    expect(page.get_by_role("heading", name="Resources for: Daily opioid dose")).to_be_visible()
    names = page.locator("main h3").all_inner_texts()
    assert names == [
        "Harbor Integrated Pain Program (invented)",
        "Living With Pain group (invented)",
        "Harbor pain consultation line (invented)",
    ]
    first = page.locator(".service").first.inner_text()
    for words in ("206-555-0165", "about 5 weeks", "prior authorization", "by R. Alder"):
        assert words in first
    page.locator("summary", has_text="Referral text to copy").first.click()
    area = page.get_by_label("Referral text for Harbor Integrated Pain Program (invented)")
    expect(area).to_be_visible()
    area.click()
    page.keyboard.press("Control+a")
    text = page.evaluate("(e => e.value.slice(e.selectionStart, e.selectionEnd))(document.activeElement)")
    assert text == area.input_value()
    assert text.startswith("Referral: Integrated pain program\nTo: Harbor Integrated Pain Program (invented)")
    assert "Opioid dose: 90 MME/day (MED) on " in text
    assert area.evaluate("e => e.scrollHeight <= e.clientHeight + 2"), "all of the text is in sight"
    page.get_by_role("link", name="Back to the visit page").click()
    expect(page.locator("#row-med")).to_be_visible()


def test_a_sensitive_referral_tells_one_finding_and_of_consent(page: Page, reading_world: World) -> None:
    visit = open_visit(page, reading_world, "oud-without-treatment")
    page.goto(f"{visit}/resources/oud_moud")
    open_everything(page)
    text = page.get_by_label("Referral text for Cedar Street Bridge Clinic (invented)").input_value()
    assert "written consent: 42 CFR Part 2" in text
    assert "MME" not in text
    expect(page.locator(".service p", has_text="42 CFR Part 2").first).to_be_visible()


def test_the_keyboard_reaches_a_text(page: Page, reading_world: World) -> None:
    open_visit(page, reading_world, "opioid-benzodiazepine")
    link = page.get_by_role("link", name="resources for Opioid with sedative")
    tab_to(page, "resources for Opioid with sedative")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Resources for: Opioid with sedative")).to_be_visible()
    assert link.count() == 0
    tab_to(page, "Referral text to copy for Living With Pain group (invented)")
    page.keyboard.press("Enter")
    tab_to(page, "Referral text for Living With Pain group (invented)")
    page.keyboard.press("Control+a")
    assert page.evaluate("document.activeElement.selectionEnd") > 200


def tab_to(page: Page, name: str) -> None:
    """Press Tab until that is focused."""
    words = "(document.activeElement.ariaLabel || document.activeElement.textContent).trim().replace(/\\s+/g, ' ')"
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate(words) == name:
            return
    pytest.fail(f"Tab does not reach {name}")


def test_axe_finds_nothing_and_nothing_scrolls_sideways(page: Page, reading_world: World) -> None:
    for patient, rule in (
        ("high-dose-unreviewed", "med"),
        ("oud-without-treatment", "oud_moud"),
        ("steady-low-dose", "med"),
    ):
        visit = open_visit(page, reading_world, patient)
        page.goto(f"{visit}/resources/{rule}")
        open_everything(page)
        check_access(page, rule)
        for width in (320, 1280, 600):
            page.set_viewport_size({"width": width, "height": 700})
            assert not overflow(page), width


def test_only_what_is_red_or_yellow_has_the_word(page: Page, reading_world: World) -> None:
    open_visit(page, reading_world, "steady-low-dose")
    assert page.locator(LINKS).count() == 0


def test_without_a_directory_nothing_is_said_on_the_visit_page(page: Page, worlds: dict[str, World]) -> None:
    visit = open_visit(page, worlds["none"], "high-dose-unreviewed")
    open_everything(page)
    assert page.locator(LINKS).count() == 0
    page.goto(f"{visit}/resources/med")
    expect(page.get_by_text("This site keeps no directory of services.")).to_be_visible()
    check_access(page, "no directory")


def test_hostile_text_in_the_directory_is_text(page: Page, worlds: dict[str, World]) -> None:
    visit = open_visit(page, worlds["hostile"], "high-dose-unreviewed")
    page.goto(f"{visit}/resources/med")
    open_everything(page)
    assert "<img src=x onerror=" in page.locator(".service").first.inner_text()
    assert "{{7*7}}" in page.locator(".service").first.inner_text()
    assert "<img src=x onerror=" in page.locator("textarea").first.input_value()
    assert page.title() != "taken"
    assert page.locator("main img, main b, script, svg[onload]").count() == 0
    assert all(
        url.startswith("https://") for url in page.locator("a[target=_blank]").evaluate_all("es => es.map(e => e.href)")
    )


def test_a_rule_that_nobody_has_is_an_answer_and_no_fault(page: Page, reading_world: World) -> None:
    visit = open_visit(page, reading_world, "steady-low-dose")
    answer = page.goto(f"{visit}/resources/%3Cscript%3E")
    assert answer is not None
    assert answer.status == 400
    expect(page.get_by_text("The policy in force has no such rule.")).to_be_visible()
