"""Renew the pictures of docs/screenshots from a demo of its own: `python -m tests.e2e.pictures DIR`."""

import argparse
import re
from pathlib import Path

from playwright.sync_api import FloatRect, Page, expect

from tests.e2e.conftest import World, world
from tests.e2e.opened import open_visit
from tests.e2e.png import lighter
from tests.e2e.walk import FRAME, Walk, browser_page

PATIENT = "opioid-benzodiazepine"
FOUR_SHAPES = "the-four-shapes"
WIDE = (1280, 760)


def main() -> None:
    """Start both servers, take each picture, end."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    folder = parser.parse_args().folder
    folder.mkdir(parents=True, exist_ok=True)
    with world("generic") as running, browser_page(*WIDE) as page:
        schedule(page, running, folder)
        visits(page, running, folder)
        write(page, running, folder)
    for picture in folder.glob("*.png"):
        picture.write_bytes(lighter(picture.read_bytes()))


def schedule(page: Page, running: World, folder: Path) -> None:
    """How the day begins in the EHR."""
    page.goto(running.ehr.base_url)
    page.screenshot(path=folder / "schedule.png")


def visits(page: Page, running: World, folder: Path) -> None:
    """The visit page in the frame's width and wide; and what a hard dose looks like."""
    open_visit(page, running, PATIENT)
    page.screenshot(path=folder / "visit-1280.png", full_page=True)
    resize(page, *FRAME)
    page.screenshot(path=folder / "visit-600.png", full_page=True)
    open_visit(page, running, FOUR_SHAPES)
    page.locator("#working").scroll_into_view_if_needed()
    page.screenshot(path=folder / "the-four-shapes.png", full_page=True, clip=upper_part(page))


def write(page: Page, running: World, folder: Path) -> None:
    """The preview in the frame's width, and the Flags in the chart's own header afterwards."""
    visit = open_visit(page, running, PATIENT)
    page.goto(f"{visit}/preview")
    page.screenshot(path=folder / "preview.png", full_page=True)
    resize(page, *WIDE)
    walk = Walk(page, running.ehr.base_url, PATIENT)
    walk.open_chart_from_schedule()
    before = page.locator("#flags li").count()
    lines = walk.preview()
    walk.app.get_by_role("button", name=re.compile("^Write ")).click()
    expect(walk.app.get_by_role("heading", name="What the EHR answered")).to_be_visible(timeout=30_000)
    walk.flags_in_header(before + lines)
    walk.app.get_by_role("link", name="Back to the visit page").click()
    expect(walk.app.get_by_text("nothing to write")).to_be_visible(timeout=30_000)
    page.screenshot(path=folder / "flag-in-chart.png")


def upper_part(page: Page) -> FloatRect:
    """The page down to the end of the working table."""
    box = page.locator("#working > table").bounding_box()
    assert box
    top = page.evaluate("window.scrollY")
    return {"x": 0, "y": 0, "width": FRAME[0], "height": top + box["y"] + box["height"] + 3}


def resize(page: Page, width: int, height: int) -> None:
    """Another window."""
    page.set_viewport_size({"width": width, "height": height})


if __name__ == "__main__":
    main()
