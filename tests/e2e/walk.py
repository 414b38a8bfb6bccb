"""The walk of a clinician in Chromium: schedule → patient → Sextant in the chart → preview → write → Flag in the header.

Used by the end-to-end tests, and by `python -m tests.e2e.walk --screenshots DIR` on a running demo.
"""

import argparse
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import FrameLocator, Page, expect, sync_playwright

CHROMIUM = "/usr/bin/chromium"
FRAME = (600, 700)
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]


@contextmanager
def browser_page(width: int = 1280, height: int = 900) -> Iterator[Page]:
    """A page of the system's Chromium; anything it says on the console about the content security policy fails."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        page = browser.new_page(viewport={"width": width, "height": height})
        violations: list[str] = []
        page.on("console", lambda m: violations.append(m.text) if "Content Security Policy" in m.text else None)
        try:
            yield page
        finally:
            browser.close()
        assert not violations, violations


@dataclass(frozen=True)
class Walk:
    """One walk. `pictures` None: none are taken."""

    page: Page
    ehr_url: str
    patient: str
    pictures: Path | None = None

    @property
    def app(self) -> FrameLocator:
        """Sextant inside the chart."""
        return self.page.frame_locator("iframe[name=sextant]")

    def picture(self, name: str) -> None:
        """A screenshot of the whole screen."""
        if self.pictures:
            self.pictures.mkdir(parents=True, exist_ok=True)
            self.page.screenshot(path=self.pictures / f"{name}.png")

    def open_chart_from_schedule(self) -> None:
        """As the day begins: the schedule, then one patient on it, then the app's tab."""
        self.page.goto(self.ehr_url)
        self.picture("1-schedule")
        self.page.locator(f'a[href="/chart/{self.patient}"]').first.click()
        self.picture("2-chart")
        self.page.get_by_role("link", name="Sextant").click()
        expect(self.app.get_by_role("heading", name="Opioid dose today (MED)")).to_be_visible(timeout=30_000)
        expect(self.app.get_by_role("heading", name="To do at this visit")).to_be_visible(timeout=30_000)
        self.picture("3-sextant-in-the-chart")

    def preview(self) -> int:
        """The preview page; how many lines it has."""
        self.app.get_by_role("link", name=re.compile("Preview")).click()
        expect(self.app.get_by_role("heading", name="What will be written to the chart")).to_be_visible(timeout=30_000)
        self.picture("4-preview")
        return self.app.get_by_role("checkbox").count()

    def write(self) -> list[str]:
        """The one confirmed click; what the EHR answered."""
        self.app.get_by_role("button", name=re.compile("^Write ")).click()
        expect(self.app.get_by_role("heading", name="What the EHR answered")).to_be_visible(timeout=30_000)
        self.picture("5-written")
        return self.app.locator(".change").all_inner_texts()

    def flags_in_header(self, expected: int) -> list[str]:
        """The chart's own header, which renews itself."""
        expect(self.page.locator("#flags li")).to_have_count(expected, timeout=15_000)
        self.picture("6-flag-in-the-header")
        return self.page.locator("#flags li").all_inner_texts()


def main() -> None:
    """Walk through a running demo once."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--ehr", default="http://127.0.0.1:8100")
    parser.add_argument("--patient", default="opioid-benzodiazepine")
    parser.add_argument("--screenshots", type=Path)
    options = parser.parse_args()
    with browser_page() as page:
        walk = Walk(page, options.ehr, options.patient, options.screenshots)
        walk.open_chart_from_schedule()
        lines = walk.preview()
        print(*walk.write(), sep="\n")
        print(*walk.flags_in_header(lines), sep="\n")


if __name__ == "__main__":
    main()
