"""Opening Sextant's own pages in Chromium, each at top level: the launch is the real one, only the EHR's frame is left out."""

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from tests.e2e.conftest import World


def open_visit(page: Page, world: World, patient: str) -> str:
    """Launch one chart; the address of its visit page, which is now shown."""
    page.goto(f"{world.ehr.base_url}/chart/{patient}/app")
    frame = page.locator("iframe[name=sextant]").get_attribute("src")
    assert frame, f"the chart's app tab has no frame for {patient}"
    page.goto(frame)
    assert "/chart/" in page.url, page.url
    return page.url


def open_everything(page: Page) -> None:
    """Unfold every folded part, so that what is in it is looked at too."""
    page.evaluate("document.querySelectorAll('details').forEach(each => { each.open = true })")


def check_access(page: Page, where: str) -> None:
    """axe-core finds nothing on what is shown, in either colour scheme. It is evaluated: the pages admit no script tag."""
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
        found = Axe().run(page)
        assert found.violations_count == 0, f"{where}, {scheme}:\n{found.generate_report()}"


def overflow(page: Page) -> list[str]:
    """Elements that make the page scroll sideways; empty when it does not."""
    return list(
        page.evaluate(
            """() => {
              const root = document.documentElement;
              if (root.scrollWidth <= root.clientWidth) return [];
              return [...document.body.querySelectorAll('*')]
                .filter(each => each.getBoundingClientRect().right > root.clientWidth + 1)
                .map(each => `${each.tagName}.${each.getAttribute('class')}`);
            }"""
        )
    )
