"""Every state that a page can be in, for everybody: axe-core finds nothing, nothing scrolls sideways, the headings lead on.

The plain pages are in test_page_access and test_record_access; here are the states in which something is missing, refused,
late, written or over.
"""

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import World
from tests.e2e.launching import Frame
from tests.e2e.opened import check_access, open_everything, open_visit, overflow
from tests.e2e.walk import CHROMIUM, FLAGS, browser_page

PATIENT = "high-dose-unreviewed"
MORE_PATIENTS = (
    "deceased",
    "forty-prescriptions",
    "unknown-dose",
    "at-least-60",
    "under-18",
    "pregnant",
    "planned-taper",
    "new-start",
    "oud-on-buprenorphine",
    "unexpected-urine-test",
)
EVERY_FHIR_REQUEST = {"type": "*", "kind": "500"}

Arrive = Callable[[Page, World], None]


@pytest.fixture(scope="module")
def page() -> Iterator[Page]:
    """One browser for the module; a report of the content security policy fails at its end."""
    with browser_page(600, 700) as opened:
        yield opened


@pytest.fixture
def whole(sandbox_world: World) -> Iterator[World]:
    """The sandbox; whatever is armed is disarmed afterwards."""
    yield sandbox_world
    sandbox_world.ehr.disarm()


def check(page: Page, where: str) -> None:
    """What holds for every page: axe-core, 320 px, 200 % zoom of the frame (600 px wide), one way in."""
    open_everything(page)
    check_access(page, where)
    page.emulate_media(color_scheme="light")
    assert page.locator("h1").count() == page.locator("main").count() == 1, where
    assert page.title().endswith("Sextant"), where
    for width in (320, 300, 600):
        page.set_viewport_size({"width": width, "height": 700})
        assert not overflow(page), (where, width)


def all_feeds_down(page: Page, world: World) -> None:
    open_visit(page, world, PATIENT)
    world.ehr.arm(EVERY_FHIR_REQUEST)
    page.reload()
    expect(page.locator(".number")).to_have_text("not known")


def one_feed_down(page: Page, world: World) -> None:
    open_visit(page, world, PATIENT)
    world.ehr.arm({"type": "Observation", "kind": "500"})
    page.reload()
    expect(page.get_by_text("could not be read").first).to_be_attached()


def dose_is_at_least_because_paging_broke(page: Page, world: World) -> None:
    open_visit(page, world, "forty-prescriptions")
    world.ehr.arm({"type": "MedicationRequest", "kind": "truncated_paging"})
    page.reload()
    expect(page.get_by_text("read in part").first).to_be_attached()


def the_token_is_refused(page: Page, world: World) -> None:
    open_visit(page, world, PATIENT)
    world.ehr.arm({"type": "*", "kind": "expired_token"})
    page.reload()
    expect(page.locator(".number")).to_have_text("not known")
    expect(page.get_by_text("refused this launch's token").first).to_be_attached()


def the_launch_is_over(page: Page, world: World) -> None:
    visit = open_visit(page, world, PATIENT)
    page.context.clear_cookies()
    page.goto(f"{visit}/preview")
    expect(page.get_by_role("heading", name="Please open Sextant from the chart again")).to_be_visible()


def ehr_refuses_flags(page: Page, world: World) -> None:
    world.ehr.arm({"type": "token", "kind": "refused_scope", "value": "patient/Flag"})
    page.goto(open_visit(page, world, PATIENT) + "/preview")
    expect(page.get_by_role("heading", name="What will be written to the chart")).to_be_visible()
    expect(page.get_by_role("button", name=re.compile("^Write "))).to_have_count(0)


def a_write_is_refused(page: Page, world: World) -> None:
    page.goto(open_visit(page, world, PATIENT) + "/preview")
    world.ehr.arm({"type": "Flag", "kind": "403", "method": "POST"})
    page.get_by_role("button", name=re.compile("^Write ")).click()
    expect(page.get_by_role("heading", name="What the EHR answered")).to_be_visible()
    expect(page.get_by_text("Created")).to_have_count(0)


def a_write_is_not_answered(page: Page, world: World) -> None:
    page.goto(open_visit(page, world, "opioid-benzodiazepine") + "/preview")
    world.ehr.arm({"type": "Flag", "kind": "503", "method": "POST"})
    page.get_by_role("button", name=re.compile("^Write ")).click()
    expect(page.get_by_role("heading", name="What the EHR answered")).to_be_visible()
    expect(page.get_by_text("Created")).to_have_count(0)


def the_chart_changed_meanwhile(page: Page, world: World) -> None:
    page.goto(open_visit(page, world, "typical-four-gaps") + "/preview")
    write_elsewhere(world, "typical-four-gaps")
    page.get_by_role("button", name=re.compile("^Write ")).click()
    expect(page.get_by_role("alert")).to_contain_text("The chart changed since this preview was shown")


def write_elsewhere(world: World, patient: str) -> None:
    """Somebody else confirms the whole preview, in another browser."""
    frame = Frame()
    visit = frame.open(world.ehr.base_url, patient)
    preview = frame.get(f"{visit}/preview").text
    hidden = dict(re.findall(r'name="(form_token|digest)" value="([^"]+)"', preview))
    lines = re.findall(r'name="rule" value="([^"]+)"', preview)
    assert frame.post(f"{visit}/write", {**hidden, "rule": lines[:1]}).status_code == 200


def nothing_was_ticked(page: Page, world: World) -> None:
    page.goto(open_visit(page, world, "sickle-cell") + "/preview")
    for box in page.get_by_role("checkbox").all():
        box.uncheck()
    page.get_by_role("button", name=re.compile("^Write ")).click()
    expect(page.get_by_text("nothing was written")).to_be_visible()


def written_and_taken_back(page: Page, world: World) -> None:
    visit = open_visit(page, world, "pharmacy-fills-only")
    page.goto(f"{visit}/preview")
    page.get_by_role("button", name=re.compile("^Write ")).click()
    expect(page.get_by_role("heading", name="What the EHR answered")).to_be_visible()
    page.goto(f"{visit}/undo")
    page.get_by_role("button", name="Take back what is ticked").click()
    expect(page.get_by_role("heading", name="What the EHR answered")).to_be_visible()
    expect(page.get_by_text("Ended").first).to_be_visible()


def nothing_is_left_to_write(page: Page, world: World) -> None:
    page.goto(open_visit(page, world, "deceased") + "/preview")
    expect(page.get_by_text("nothing to write")).to_be_visible()


def the_launch_is_closed(page: Page, world: World) -> None:
    open_visit(page, world, PATIENT)
    page.get_by_role("button", name="close this launch").click()
    expect(page.get_by_role("heading", name="Closed")).to_be_visible()


def an_unknown_ehr(page: Page, world: World) -> None:
    page.goto(f"{world.app.base_url}/launch?iss=https://elsewhere.example/fhir&launch=x")
    expect(page.get_by_role("alert")).to_contain_text("not set up")


def a_launch_without_anything(page: Page, world: World) -> None:
    page.goto(f"{world.app.base_url}/launch")
    expect(page.get_by_role("alert")).to_be_visible()


def a_rule_that_does_not_exist(page: Page, world: World) -> None:
    page.goto(open_visit(page, world, PATIENT) + "/why/no_such_rule")
    expect(page.get_by_role("alert")).to_contain_text("no such rule")


STATES: tuple[Arrive, ...] = (
    all_feeds_down,
    one_feed_down,
    dose_is_at_least_because_paging_broke,
    the_token_is_refused,
    the_launch_is_over,
    ehr_refuses_flags,
    a_write_is_refused,
    a_write_is_not_answered,
    the_chart_changed_meanwhile,
    nothing_was_ticked,
    written_and_taken_back,
    nothing_is_left_to_write,
    the_launch_is_closed,
    an_unknown_ehr,
    a_launch_without_anything,
    a_rule_that_does_not_exist,
)


@pytest.mark.parametrize("arrive", STATES, ids=lambda arrive: str(arrive.__name__))
def test_a_state_in_which_something_is_different(page: Page, whole: World, arrive: Arrive) -> None:
    page.set_viewport_size({"width": 600, "height": 700})
    arrive(page, whole)
    whole.ehr.disarm()
    check(page, arrive.__name__)


@pytest.mark.parametrize("patient", MORE_PATIENTS)
def test_the_visit_page_of_many_kinds_of_patients(page: Page, reading_world: World, patient: str) -> None:
    page.set_viewport_size({"width": 600, "height": 700})
    open_visit(page, reading_world, patient)
    check(page, patient)


def test_every_page_of_one_chart(page: Page, whole: World) -> None:
    page.set_viewport_size({"width": 600, "height": 700})
    visit = open_visit(page, whole, "opioid-benzodiazepine")
    for path in ("", "/why/sedative", "/note", "/preview", "/record", "/record/naloxone", "/later/sedative", "/undo"):
        page.goto(visit + path)
        check(page, path)
    page.goto(f"{whole.app.base_url}/about")
    check(page, "about")


@pytest.fixture(scope="module")
def large_text(page: Page) -> Iterator[Page]:
    """A browser whose own text size is set to twice the usual one, as people do who cannot read the usual one."""
    of_page = page.context.browser
    assert of_page
    settings = [*FLAGS, "--blink-settings=defaultFontSize=32,defaultFixedFontSize=26"]
    browser = of_page.browser_type.launch(executable_path=CHROMIUM, args=settings)
    yield browser.new_page(viewport={"width": 600, "height": 700})
    browser.close()


@pytest.mark.parametrize(
    "patient", ["opioid-benzodiazepine", "forty-prescriptions", "oud-on-buprenorphine", "unknown-dose"]
)
def test_text_of_twice_the_size_is_followed_and_fits(large_text: Page, reading_world: World, patient: str) -> None:
    """WCAG 1.4.4, by the browser's setting for text and not by zoom."""
    visit = open_visit(large_text, reading_world, patient)
    for path in ("", "/why/med", "/note", "/preview", "/record", "/record/naloxone", "/later/naloxone"):
        large_text.goto(visit + path)
        open_everything(large_text)
        assert large_text.evaluate("getComputedStyle(document.body).fontSize") == "28px"
        assert not overflow(large_text), path


def test_the_whole_path_by_keyboard_alone(page: Page, whole: World) -> None:
    """Visit → why → back → preview → untick a line → write → back, with the ring of the focus in sight at every stop."""
    page.set_viewport_size({"width": 600, "height": 700})
    page.emulate_media(color_scheme="light")
    open_visit(page, whole, "active-cancer")
    go_to(page, r"^why ")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("/why/"))
    go_to(page, r"^Back")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="To do at this visit")).to_be_visible()
    go_to(page, r"^Preview \d+ Flag")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="What will be written to the chart")).to_be_visible()
    lines = page.get_by_role("checkbox").count()
    go_to(page, r"^checkbox")
    page.keyboard.press("Space")
    expect(page.get_by_role("checkbox").first).not_to_be_checked()
    go_to(page, r"^Write ")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="What the EHR answered")).to_be_visible()
    assert page.locator(".change").count() == lines - 1
    go_to(page, r"^Back")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="To do at this visit")).to_be_visible()


def go_to(page: Page, wanted: str, at_most: int = 60) -> None:
    """Tab until something of this name has the focus; each stop on the way has a name, a ring, and is on the screen."""
    for _ in range(at_most):
        page.keyboard.press("Tab")
        stop = page.evaluate(
            """() => {
              const focused = document.activeElement;
              const style = getComputedStyle(focused), box = focused.getBoundingClientRect();
              const label = focused.type === 'checkbox' ? `checkbox ${focused.labels[0].textContent}` : focused.ariaLabel;
              return {name: (label || focused.textContent).trim().replace(/\\s+/g, ' '),
                      ring: style.outlineStyle === 'solid' && parseFloat(style.outlineWidth) >= 2,
                      seen: box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth};
            }"""
        )
        assert stop["name"], "a stop without a name"
        assert stop["ring"], stop
        assert stop["seen"], stop
        if re.search(wanted, stop["name"]):
            return
    raise AssertionError(f"the keyboard does not reach {wanted}")


FOLDED = ("To do at this visit", "How the dose is worked out")
HEARD = {
    "opioid-benzodiazepine": (
        'heading "',
        "Opioid dose today (MED)",
        "MME/day",
        "Higher risk of harm",
        "To do at this visit",
        "Act now",
        "why Opioid with sedative",
        "In date",
        "Preview 2 Flags",
        "Dose and benefit",
        "How the dose is worked out",
        "about this page",
    ),
    "everything-grey": ('heading "', "Opioid dose today (MED)", "not known", *FOLDED),
    "active-cancer": ('heading "', "Opioid dose today (MED)", "This guideline", *FOLDED),
}


@pytest.mark.parametrize("patient", HEARD)
def test_a_screen_reader_hears_the_questions_answered_in_order(page: Page, reading_world: World, patient: str) -> None:
    open_visit(page, reading_world, patient)
    tree, at = page.locator("body").aria_snapshot(), 0
    for words in HEARD[patient]:
        found = tree.find(words, at)
        assert found >= 0, f"{words!r} is not heard after position {at} of:\n{tree}"
        at = found


@pytest.mark.parametrize("patient", HEARD)
def test_links_of_one_name_lead_to_one_place(page: Page, reading_world: World, patient: str) -> None:
    """In a list of links, as screen readers offer it, a name has to say where it leads."""
    open_visit(page, reading_world, patient)
    open_everything(page)
    places: dict[str, set[str]] = {}
    for name, place in page.evaluate(
        "[...document.links].map(a => [a.textContent.trim().replace(/\\s+/g, ' '), a.href])"
    ):
        assert name, place
        places.setdefault(name, set()).add(place)
    assert not {name: found for name, found in places.items() if len(found) > 1}
