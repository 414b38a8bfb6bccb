"""Sextant in the EHR's own colours, in the browser: what is followed, what is not, and that hostile styles do nothing."""

from collections.abc import Iterator

import httpx
import pytest
from playwright.sync_api import Page

from tests.e2e.conftest import World
from tests.e2e.launching import Frame
from tests.e2e.opened import check_access, open_everything, open_visit, overflow
from tests.e2e.walk import browser_page

PATIENT = "high-dose-unreviewed"


@pytest.fixture(scope="module")
def page() -> Iterator[Page]:
    """One browser for the module; a report of the content security policy fails at its end."""
    with browser_page(600, 700) as opened:
        yield opened


def open_styled(page: Page, world: World, style: str) -> str:
    """One visit page whose launch named this style: a name of the sandbox's, or a whole address."""
    world.ehr.arm({"type": "token", "kind": "style", "value": style})
    page.emulate_media(color_scheme="light")
    visit = open_visit(page, world, PATIENT)
    world.ehr.disarm()
    return visit


def looks(page: Page) -> dict[str, str]:
    """What the browser made of it."""
    found: dict[str, str] = page.evaluate(
        """() => {
          const body = getComputedStyle(document.body);
          const icon = getComputedStyle(document.querySelector('.row .icon-red'));
          return {ground: body.backgroundColor, ink: body.color, size: body.fontSize, font: body.fontFamily,
                  gutter: body.paddingLeft, red: icon.fill,
                  number: getComputedStyle(document.querySelector('.number')).fontSize,
                  radius: getComputedStyle(document.querySelector('.rows')).borderTopLeftRadius,
                  sheets: String(document.styleSheets.length)};
        }"""
    )
    return found


def test_a_launch_without_a_style_has_no_sheet_of_its_own(page: Page, sandbox_world: World) -> None:
    open_visit(page, sandbox_world, PATIENT)
    assert looks(page)["sheets"] == "1"
    frame = Frame()
    visit = frame.open(sandbox_world.ehr.base_url, PATIENT)
    assert frame.get(f"{visit}/style.css").status_code == 404


def test_a_light_style_is_followed_on_every_page(page: Page, sandbox_world: World) -> None:
    visit = open_styled(page, sandbox_world, "light")
    seen = looks(page)
    assert (seen["ground"], seen["ink"], seen["size"], seen["number"]) == (
        "rgb(244, 241, 234)",
        "rgb(43, 43, 43)",
        "15px",
        "36.435px",
    )
    assert (seen["radius"], seen["gutter"]) == ("8px", "18px")
    assert seen["font"].startswith('Georgia, Times, "Times New Roman", serif')
    assert seen["red"] == "rgb(179, 38, 30)", "the colours of states stay ours"
    for path in ("", "/why/med", "/note", "/preview", "/record", "/record/naloxone", "/later/med_90", "/undo"):
        page.goto(visit + path)
        assert page.locator("link[href$='/style.css']").count() == 1, path
        open_everything(page)
        check_access(page, f"light {path}")
        assert not overflow(page), path


def test_a_dark_style_brings_our_dark_inks_although_the_system_is_light(page: Page, sandbox_world: World) -> None:
    visit = open_styled(page, sandbox_world, "dark")
    seen = looks(page)
    assert (seen["ground"], seen["ink"], seen["red"]) == ("rgb(16, 34, 47)", "rgb(223, 231, 236)", "rgb(255, 157, 149)")
    for path in ("", "/why/med", "/preview", "/record/naloxone"):
        page.goto(visit + path)
        open_everything(page)
        check_access(page, f"dark {path}")


@pytest.mark.parametrize("style", ["faint", "hostile", "missing", "https://elsewhere.example/style.json"])
def test_a_style_that_cannot_be_used_changes_nothing(page: Page, sandbox_world: World, style: str) -> None:
    open_visit(page, sandbox_world, PATIENT)
    page.emulate_media(color_scheme="light")
    plain = looks(page)
    requested: list[str] = []
    page.on("request", lambda request: requested.append(request.url))
    open_styled(page, sandbox_world, style)
    seen = looks(page)
    assert {**seen, "sheets": ""} == {**plain, "sheets": ""}
    assert all(url.startswith((sandbox_world.app.base_url, sandbox_world.ehr.base_url)) for url in requested), requested


def test_the_sheet_belongs_to_the_browser_that_opened_the_chart(sandbox_world: World) -> None:
    frame = Frame()
    sandbox_world.ehr.arm({"type": "token", "kind": "style", "value": "light", "times": 1})
    visit = frame.open(sandbox_world.ehr.base_url, PATIENT)
    sheet = frame.get(f"{visit}/style.css")
    assert (sheet.status_code, sheet.headers["content-type"]) == (200, "text/css; charset=utf-8")
    assert (sheet.headers["cache-control"], sheet.headers["x-content-type-options"]) == ("no-store", "nosniff")
    stranger = httpx.get(f"{visit}/style.css", trust_env=False)
    assert stranger.status_code == 401
    assert "#f4f1ea" not in stranger.text


def test_high_contrast_keeps_our_own_colours(page: Page, sandbox_world: World) -> None:
    open_styled(page, sandbox_world, "light")
    page.emulate_media(contrast="more")
    assert looks(page)["size"] == "14px"
    page.emulate_media(contrast="null")
    assert looks(page)["size"] == "15px"
