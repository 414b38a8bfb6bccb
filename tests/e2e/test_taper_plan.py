"""A plan for a slower dose in numbers, in the browser and out: recorded, on the chart at once, sent back, withdrawn."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import World
from tests.e2e.launching import visible_text
from tests.e2e.opened import check_access, open_visit, overflow
from tests.e2e.test_recorded_and_dismissed import Desk, day
from tests.e2e.walk import browser_page

PLAN = {
    "taper.starts": day(-30),
    "taper.from": "90",
    "taper.step": "10",
    "taper.unit": "percent",
    "taper.weeks": "4",
    "taper.target": "45",
}
MADE = {"fact.taper_plan": "made", "day": day()}
LABELS = {
    "taper.starts": "First day of a lower dose",
    "taper.from": "Starting dose",
    "taper.step": "Each step",
    "taper.weeks": "Weeks between steps",
    "taper.target": "Target",
}


@pytest.fixture
def page() -> Iterator[Page]:
    """A browser in the frame's width."""
    with browser_page(600, 700) as opened:
        yield opened


def test_a_plan_that_is_recorded_is_on_the_chart_at_once_and_gone_when_it_is_withdrawn(
    page: Page, sandbox_world: World
) -> None:
    visit = open_visit(page, sandbox_world, "high-dose-unreviewed")
    expect(page.locator(".planned-line")).to_have_count(0)
    page.goto(f"{visit}/record/change_watch")
    page.get_by_label("Made together, with target and pace").check()
    for name, label in LABELS.items():
        page.locator(f"[name='{name}']").and_(page.get_by_label(label, exact=True)).fill(PLAN[name])
    page.get_by_role("button", name="Record", exact=True).click()
    expect(page.get_by_role("status")).to_contain_text("Recorded.")
    expect(page.locator(".entries")).to_contain_text("90 to 45 MME/day, 9 MME/day (10 % of the starting dose) less")
    page.get_by_role("link", name="Back to the visit page").click()
    over_time = page.locator("#over-time")
    expect(over_time).to_contain_text("Planned for today: 72 MME/day; actual 90, above the plan.")
    expect(over_time.locator("svg .planned-line")).to_have_count(1)
    expect(over_time.locator("svg .today")).to_have_count(1)
    over_time.locator("summary").click()
    expect(over_time.get_by_role("table").filter(has_text="Planned dose, entered by")).to_contain_text("54 MME/day")
    page.goto(f"{visit}/record/change_watch")
    page.get_by_role("button", name="Withdraw Plan for a slower dose").first.click()
    page.goto(visit)
    expect(page.locator(".planned-line")).to_have_count(0)


@pytest.mark.parametrize("width", [320, 600])
def test_the_form_with_problems_can_be_used_by_everyone(page: Page, sandbox_world: World, width: int) -> None:
    visit = open_visit(page, sandbox_world, "typical-four-gaps")
    page.set_viewport_size({"width": width, "height": 700})
    page.goto(f"{visit}/record/change_watch")
    page.get_by_label("Starting dose").fill("-90")
    page.get_by_role("button", name="Record", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("Starting dose: write a number, as 90 or 67.5.")
    expect(page.get_by_label("Starting dose")).to_have_value("-90")
    page.get_by_role("link", name="Starting dose: write a number").click()
    assert page.url.endswith("#field-taper.from")
    assert overflow(page) == []
    check_access(page, f"the plan's problems, {width} px")


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"taper.from": "-90"}, "Starting dose: write a number, as 90 or 67.5."),
        ({"taper.from": "9" * 5000}, "Starting dose: write a number, as 90 or 67.5."),
        ({"taper.target": "120"}, "Target: it is not below the starting dose."),
        ({"taper.weeks": "0"}, "Weeks between steps: write a whole number from 1 to 52."),
        ({"taper.step": "400"}, "Each step: one step would go past the target; make it smaller."),
        ({"taper.unit": "<b>"}, "Each step: choose what it is counted in."),
        ({"taper.target": ""}, "Target: fill it in, or clear the others."),
        ({"fact.taper_plan": ""}, "Plan for a slower dose: choose “Made together, with target and pace” too"),
    ],
)
def test_what_cannot_be_meant_is_said_and_what_was_typed_is_kept(
    sandbox_world: World, typed: dict[str, str], sentence: str
) -> None:
    desk = Desk.of(sandbox_world, "forty-prescriptions")
    answer = desk.send("record/change_watch", {**MADE, **PLAN, "note": "a word of mine", **typed})
    assert answer.status_code == 422
    assert sentence in visible_text(answer)
    assert "Nothing yet." in visible_text(answer)
    for kept in ("a word of mine", f'value="{day(-30)}"'):
        assert kept in answer.text


def test_the_same_plan_is_stored_once_and_another_beside_it(sandbox_world: World) -> None:
    desk = Desk.of(sandbox_world, "steady-low-dose")
    for plan in (PLAN, PLAN, {**PLAN, "taper.target": "0", "taper.step": "50", "taper.weeks": "1"}):
        assert desk.send("record/change_watch", {**MADE, **plan}).status_code == 303
    shown = visible_text(desk.shown("record/change_watch"))
    assert shown.count("90 to 45 MME/day") == 1
    assert shown.count("90 to 0 MME/day") == 1
    assert shown.count("The steps are faster than") == 1


def test_a_plan_without_numbers_stays_possible(sandbox_world: World) -> None:
    desk = Desk.of(sandbox_world, "opioid-benzodiazepine")
    assert desk.send("record/change_watch", {**MADE, "taper.unit": "percent"}).status_code == 303
    assert "planned-line" not in desk.shown("").text
    assert "Plan for a slower dose: Made together" in visible_text(desk.shown("record/change_watch"))
