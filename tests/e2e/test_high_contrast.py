"""Forced colours and a wish for more contrast, in the browser: nothing that carries meaning disappears."""

from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Locator, Page

from tests.e2e.conftest import World
from tests.e2e.opened import open_everything, open_visit, overflow
from tests.e2e.seen import look_at
from tests.e2e.walk import browser_page

MODES = {
    "forced colours, light": {"forced_colors": "active", "contrast": "null", "color_scheme": "light"},
    "forced colours, dark": {"forced_colors": "active", "contrast": "null", "color_scheme": "dark"},
    "more contrast, light": {"forced_colors": "none", "contrast": "more", "color_scheme": "light"},
    "more contrast, dark": {"forced_colors": "none", "contrast": "more", "color_scheme": "dark"},
}
PATIENTS = ("high-dose-unreviewed", "opioid-benzodiazepine", "everything-grey", "the-four-shapes")
SHAPES = (".icon", ".pill", ".band", ".drawing", ".button")
"""What carries meaning by its shape; each must stand out from its ground by 3 : 1 at least (WCAG 1.4.11)."""

NOT_OF_THE_SYSTEM = """
() => {
  // In forced colours the browser changes boxes and text by itself, but never the paint of drawings.
  const probe = document.createElement('p');
  document.body.append(probe);
  const named = ['Canvas', 'CanvasText', 'LinkText', 'GrayText', 'Highlight'].map(name => {
    probe.style.color = name;
    return getComputedStyle(probe).color;
  });
  probe.remove();
  const painted = [...document.querySelectorAll('svg :is(path, rect, circle, text)')];
  return painted.flatMap(each => {
    const style = getComputedStyle(each);
    const isOurs = paint => paint !== 'none' && !paint.startsWith('url(') && !named.includes(paint);
    return ['fill', 'stroke'].filter(kind => isOurs(style[kind]))
      .map(kind => `${each.tagName}.${each.getAttribute('class')}: ${kind} ${style[kind]}`);
  });
}
"""


@pytest.fixture(scope="module")
def page() -> Iterator[Page]:
    """One browser for the module."""
    with browser_page(600, 700) as opened:
        yield opened


@pytest.fixture(scope="module")
def blank(page: Page) -> Page:
    """A page of the same browser on which screenshots are measured."""
    browser = page.context.browser
    assert browser
    return browser.new_page()


@pytest.fixture(params=MODES)
def mode(page: Page, request: pytest.FixtureRequest) -> Iterator[str]:
    """The page in one mode, and back."""
    page.emulate_media(**MODES[request.param])
    yield request.param
    page.emulate_media(forced_colors="none", contrast="null", color_scheme="light")


def visible(page: Page, selector: str) -> list[Locator]:
    """The first few of what is shown, so that a long page does not take minutes."""
    return [each for each in page.locator(selector).all() if each.is_visible()][:12]


def test_the_browser_knows_these_modes(page: Page, mode: str) -> None:
    query = "(forced-colors: active)" if mode.startswith("forced") else "(prefers-contrast: more)"
    assert page.evaluate(f"matchMedia('{query}').matches")


@pytest.mark.parametrize("patient", PATIENTS)
def test_every_shape_can_be_seen(page: Page, blank: Page, reading_world: World, mode: str, patient: str) -> None:
    open_visit(page, reading_world, patient)
    faint = []
    for selector in SHAPES:
        shown = visible(page, selector)
        faint += [(selector, at) for at, each in enumerate(shown) if look_at(blank, each.screenshot()).contrast < 3]
    assert not faint, (mode, faint)
    assert len(visible(page, ".icon")) >= 2


def test_what_has_no_contrast_would_be_noticed(page: Page, blank: Page, reading_world: World, mode: str) -> None:
    open_visit(page, reading_world, PATIENTS[0])
    icon = visible(page, ".icon")[0]
    assert look_at(blank, icon.screenshot()).contrast >= 3
    ground = "Canvas" if mode.startswith("forced") else "var(--ground)"
    icon.evaluate(
        "(icon, ground) => [icon, ...icon.children].forEach(e => { e.style.fill = e.style.stroke = ground })", ground
    )
    assert look_at(blank, icon.screenshot()).contrast < 3


def test_drawings_use_the_colours_of_the_system(page: Page, reading_world: World, mode: str) -> None:
    for patient in PATIENTS:
        open_visit(page, reading_world, patient)
        open_everything(page)
        found = page.evaluate(NOT_OF_THE_SYSTEM)
        assert bool(found) != mode.startswith("forced"), (patient, found)


def test_every_state_is_told_by_an_icon_and_a_word(page: Page, reading_world: World, mode: str) -> None:
    open_visit(page, reading_world, "opioid-benzodiazepine")
    open_everything(page)
    states = page.locator(".state").all()
    assert len({each.inner_text().strip() for each in states}) >= 3
    for each in states:
        assert each.locator("svg").count() == 1
        assert each.inner_text().strip()


def test_the_focus_can_be_seen_at_every_stop(page: Page, blank: Page, reading_world: World, mode: str) -> None:
    """The stop and what is around it, with the focus and without: the difference is there and has 3 : 1."""
    open_visit(page, reading_world, "opioid-benzodiazepine")
    for _ in range(14):
        page.keyboard.press("Tab")
        ring = page.evaluate(
            """() => {
              const style = getComputedStyle(document.activeElement);
              return {line: style.outlineStyle, width: parseFloat(style.outlineWidth), colour: style.outlineColor,
                      ground: getComputedStyle(document.body).backgroundColor};
            }"""
        )
        assert (ring["line"], ring["width"]) == ("solid", 3), ring
        assert ring["colour"] != ring["ground"], ring
        with_ring = page.screenshot(clip=around(page))
        assert look_at(blank, with_ring).contrast >= 3


def around(page: Page) -> dict[str, float]:
    """The focused element and its ring."""
    box: dict[str, float] = page.evaluate(
        """() => {
          const box = document.activeElement.getBoundingClientRect();
          return {x: Math.max(box.x - 6, 0), y: Math.max(box.y - 6, 0), width: box.width + 12, height: box.height + 12};
        }"""
    )
    return box


@pytest.mark.parametrize("patient", PATIENTS[:3])
def test_axe_finds_nothing(page: Page, reading_world: World, mode: str, patient: str) -> None:
    visit = open_visit(page, reading_world, patient)
    for path in ("", "/why/med", "/preview", "/record/naloxone") if patient == PATIENTS[0] else ("",):
        page.goto(visit + path)
        open_everything(page)
        found = Axe().run(page)
        assert found.violations_count == 0, f"{mode}, {patient}{path}:\n{found.generate_report()}"
        assert not overflow(page), (mode, patient, path)
