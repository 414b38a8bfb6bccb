"""What the pages say and weigh: the first answer without scrolling, approved words, bytes, requests, one printed page."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, Request, expect

from app.rules.words import unapproved
from app.sandbox_ehr.clinic import SCENARIOS
from tests.e2e.conftest import World
from tests.e2e.launching import Frame, visible_text
from tests.e2e.opened import open_visit
from tests.e2e.walk import browser_page

NAMES = [scenario.name for scenario in SCENARIOS]
TYPICAL = (
    "steady-low-dose",
    "one-overdue-test",
    "typical-four-gaps",
    "high-dose-unreviewed",
    "opioid-benzodiazepine",
    "the-four-shapes",
    "abrupt-stop",
    "pregnant",
)
MOST_BYTES = 60_000
ROW_LIMIT = 7


@pytest.fixture(scope="module")
def page() -> Iterator[Page]:
    """One browser for the module."""
    with browser_page(600, 700) as opened:
        yield opened


@pytest.mark.parametrize("patient", TYPICAL)
def test_the_first_answer_needs_no_scrolling(page: Page, reading_world: World, patient: str) -> None:
    open_visit(page, reading_world, patient)
    assert bottom(page, ".figure") < 140
    assert bottom(page, ".rows > .row:nth-child(1)") <= 700
    assert bottom(page, ".write") <= 700, "the way to the preview is on the first screen"
    assert page.locator(".rows > .row:not(.row-folded)").count() <= ROW_LIMIT


def bottom(page: Page, selector: str) -> float:
    """Where an element ends, from the top of the page."""
    box = page.locator(selector).first.bounding_box()
    assert box, selector
    return box["y"] + box["height"]


@pytest.mark.parametrize("patient", NAMES)
def test_every_patient_of_the_clinic_gets_a_light_page_in_approved_words(reading_world: World, patient: str) -> None:
    frame = Frame()
    address = frame.open(reading_world.ehr.base_url, patient)
    for path in ("", "/note"):
        answer = frame.get(address + path)
        assert answer.status_code == 200
        assert len(answer.content) <= MOST_BYTES
        assert "<script" not in answer.text
        assert " style=" not in answer.text
        assert not unapproved(visible_text(answer))


def test_every_why_page_is_in_approved_words_and_names_its_rule(reading_world: World) -> None:
    frame = Frame()
    address = frame.open(reading_world.ehr.base_url, "high-dose-unreviewed")
    rules = [finding["rule"] for finding in frame.get(f"{address}/review.json").json()["findings"]]
    for rule in rules:
        answer = frame.get(f"{address}/why/{rule}")
        assert answer.status_code == 200
        text = visible_text(answer)
        assert f"Rule {rule}, version" in text
        assert "The rule in words" in text
        assert not unapproved(without_references(text)), rule


def without_references(text: str) -> str:
    """Without the paths of pack values and resources, which are names of codes."""
    return re.sub(r"\b[a-z_0-9]+(?:\.[a-z_0-9]+)+\b|\b[A-Z]\w+/[\w-]+", " ", text)


def test_the_value_of_a_pack_is_shown_with_its_source_and_sign_off(reading_world: World) -> None:
    frame = Frame()
    address = frame.open(reading_world.ehr.base_url, "one-overdue-test")
    text = visible_text(frame.get(f"{address}/why/udt_check"))
    assert "rules.udt_check.interval" in text
    assert "365 days" in text
    assert "CDC22 recommendation 10" in text
    assert "not signed off" in text


def test_nothing_is_fetched_from_elsewhere(page: Page, reading_world: World) -> None:
    fetched: list[str] = []

    def note_request(request: Request) -> None:
        fetched.append(request.url)

    visit = open_visit(page, reading_world, "the-four-shapes")
    page.on("request", note_request)
    page.goto(visit)
    page.goto(f"{visit}/preview")
    page.remove_listener("request", note_request)
    assert fetched
    assert {url.split("/")[2] for url in fetched} == {reading_world.app.base_url.split("/")[2]}


@pytest.mark.parametrize(
    "patient",
    ["typical-four-gaps", "high-dose-unreviewed", "the-four-shapes", "names-without-codes", "kidney-lung-sleep"],
)
def test_the_visit_summary_prints_on_one_page(page: Page, reading_world: World, patient: str) -> None:
    open_visit(page, reading_world, patient)
    printed = page.pdf(format="A4", prefer_css_page_size=False, print_background=True)
    assert len(re.findall(rb"/Type\s*/Page\b", printed)) == 1


def test_nothing_reads_as_an_all_clear_above_what_is_due(reading_world: World) -> None:
    stopped = shown_text(reading_world, "abrupt-stop")
    assert "Act now" in stopped
    assert "No other risk found: act on the list below" in stopped
    assert "No added risk found" not in stopped
    tapering = shown_text(reading_world, "planned-taper")
    assert "None of the main checks is due" in tapering
    assert "2 other checks due or not known: " in tapering


def test_what_is_red_is_named_though_the_policy_keeps_it_off_the_visit_list(reading_world: World) -> None:
    page = shown_text(reading_world, "kidney-lung-sleep")
    assert "Act now Sleep and breathing · Kidney function" in page


def test_the_page_says_why_something_red_is_not_offered_for_the_chart(reading_world: World) -> None:
    assert "The policy says which checks are written there." in shown_text(reading_world, "unexpected-urine-test")
    assert "policy says which" not in shown_text(reading_world, "high-dose-unreviewed")


def test_what_was_not_prescribed_on_the_day_of_the_test_is_told(reading_world: World) -> None:
    assert "not detected, screen, not prescribed then" in shown_text(reading_world, "opioid-benzodiazepine")


def test_the_working_names_who_prescribed(reading_world: World) -> None:
    assert "10 mg tablet Elena Reyes, MD 10 mg × 1 tablet × 4 a day" in shown_text(
        reading_world, "high-dose-unreviewed"
    )


def test_no_least_amount_is_spoken_of_where_no_amount_is_known(reading_world: World) -> None:
    assert "at least" not in shown_text(reading_world, "everything-grey")


def shown_text(world: World, patient: str) -> str:
    """The words of a visit page, each run of white space as one space."""
    frame = Frame()
    return " ".join(visible_text(frame.get(frame.open(world.ehr.base_url, patient))).split())


def test_the_page_about_this_page_leads_back(page: Page, reading_world: World) -> None:
    visit = open_visit(page, reading_world, "steady-low-dose")
    page.get_by_role("link", name="about this page").click()
    page.get_by_role("link", name="Back to the visit page").click()
    assert page.url == visit


def test_the_time_axis_has_three_lengths(page: Page, reading_world: World) -> None:
    open_visit(page, reading_world, "planned-taper")
    expect(page.get_by_role("img", name="Daily dose and PEG over 12 months")).to_be_visible()
    page.get_by_role("link", name="24 months").click()
    expect(page.get_by_role("img", name="Daily dose and PEG over 24 months")).to_be_visible()
    page.get_by_role("link", name="3 months", exact=True).click()
    expect(page.get_by_role("img", name="Daily dose and PEG over 3 months")).to_be_visible()


def test_a_length_that_is_not_offered_is_the_usual_one(page: Page, reading_world: World) -> None:
    visit = open_visit(page, reading_world, "planned-taper")
    page.goto(f"{visit}?months=999%3Cscript%3E")
    expect(page.get_by_role("img", name="Daily dose and PEG over 12 months")).to_be_visible()


def test_a_dose_that_is_not_known_has_no_line(page: Page, reading_world: World) -> None:
    open_visit(page, reading_world, "everything-grey")
    assert page.locator(".over-time .hatched").count() == 1
    assert page.locator(".over-time .dose-line").count() == 0
    assert "not known" in page.locator(".figure").inner_text()


def test_the_drawing_and_its_table_say_the_same(page: Page, reading_world: World) -> None:
    open_visit(page, reading_world, "opioid-benzodiazepine")
    page.locator("summary", has_text="the same as tables").click()
    tables = page.locator(".over-time table")
    assert tables.count() == 4
    assert "30 MME/day" in tables.nth(0).inner_text()
    for part in ("peg-pain", "peg-function"):
        assert page.locator(f".over-time .peg-point.{part}").count() == tables.nth(1).locator("tbody tr").count()
    assert "clonazepam 0.5 mg tablet (benzodiazepine)" in tables.nth(3).inner_text()
    assert page.locator(".over-time .bar").count() == tables.nth(3).locator("tbody tr").count()


def test_the_other_factor_set_says_what_it_would_give(page: Page, reading_world: World) -> None:
    open_visit(page, reading_world, "methadone-for-pain")
    working = page.locator("#working").inner_text()
    assert "141" in working
    assert "The CDC 2016 factors would give 240 MME/day" in working


def test_what_is_not_in_the_number_is_listed_with_its_reason(page: Page, reading_world: World) -> None:
    open_visit(page, reading_world, "the-four-shapes")
    working = page.locator("#working").inner_text()
    assert "Not counted: Buprenorphine is not converted" in working
    assert "Not known: No factor without a route or form" in working
    assert "30 to 60 MME/day, as needed; the highest is counted" in working


def test_an_excluded_person_is_told_why_and_keeps_the_safety_facts(page: Page, reading_world: World) -> None:
    open_visit(page, reading_world, "active-cancer")
    notice = page.locator(".notice").first.inner_text()
    assert notice.startswith("This guideline does not apply: cancer-related pain or active cancer treatment.")
    assert "Malignant neoplasm" in notice
    assert page.locator("#row-naloxone").count() == 1


def test_yellow_is_due_soon_only_when_a_due_date_is_coming(page: Page, reading_world: World) -> None:
    open_visit(page, reading_world, "due-soon")
    rows = page.locator(".rows > .row:not(.row-folded) > .state-yellow")
    assert {words.strip() for words in rows.all_inner_texts()} == {"Due soon"}
    open_visit(page, reading_world, "typical-four-gaps")
    assert page.locator("#row-naloxone .state").inner_text().strip() == "Look"


def test_the_text_for_the_note_can_be_selected_and_says_the_same(page: Page, reading_world: World) -> None:
    visit = open_visit(page, reading_world, "high-dose-unreviewed")
    first_row = page.locator("#row-naloxone .what p").last.inner_text()
    page.goto(f"{visit}/note")
    area = page.get_by_label("Text for the note")
    text = area.input_value()
    assert "MED 90 MME/day" in text
    assert first_row in text
    area.click()
    page.keyboard.press("Control+a")
    selected = page.evaluate(
        "(e => e.value.slice(e.selectionStart, e.selectionEnd))(document.querySelector('textarea'))"
    )
    assert selected == text
