"""Renew the pictures of docs/screenshots from a demo of its own: `python -m tests.e2e.pictures DIR`.

`--only write-back` takes those of the way into the chart and back alone.
"""

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
SHORT = 200
"""Of a page that is pictured whole, so that nothing empty is below it."""


def main() -> None:
    """Start both servers, take each picture, end."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--only", choices=("write-back",))
    options = parser.parse_args()
    way = options.folder / "write-back"
    way.mkdir(parents=True, exist_ok=True)
    with world("generic") as running, browser_page(*WIDE) as page:
        if options.only is None:
            schedule(page, running, options.folder)
            visits(page, running, options.folder)
            write(page, running, options.folder)
    # Charts as they were in the morning: what was written above would be offered no more.
    with world("generic") as running, browser_page(FRAME[0], SHORT) as page:
        write_back(page, running, way)
    taken = list(way.glob("*.png")) if options.only else list(options.folder.rglob("*.png"))
    for picture in taken:
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


def write_back(page: Page, running: World, folder: Path) -> None:
    """The way into the chart and back, in the frame's width: untick, write, end, put aside, take back."""
    visit = open_visit(page, running, PATIENT)
    confirm(page, f"{visit}/preview", folder, "1-one-line-unticked", untick="Naloxone")
    page.screenshot(path=folder / "2-what-the-ehr-answered.png", full_page=True)
    confirm(page, f"{visit}/preview")
    page.goto(f"{visit}/record/naloxone")
    page.get_by_label("Has it at home").check()
    page.get_by_role("button", name="Record", exact=True).click()
    confirm(page, f"{visit}/preview", folder, "3-end-of-a-flag")
    page.screenshot(path=folder / "4-ended.png", full_page=True)
    put_aside(page, open_visit(page, running, "typical-four-gaps"), folder)
    visit = open_visit(page, running, "high-dose-unreviewed")
    confirm(page, f"{visit}/preview")
    confirm(page, f"{visit}/undo", folder, "6-take-back")
    page.screenshot(path=folder / "7-taken-back.png", full_page=True)


def confirm(page: Page, url: str, folder: Path | None = None, name: str = "", untick: str = "") -> None:
    """A preview, pictured where it has a name, and its one button."""
    page.goto(url)
    if untick:
        page.locator(".change").filter(has_text=untick).get_by_role("checkbox").uncheck()
    if folder:
        page.screenshot(path=folder / f"{name}.png", full_page=True)
    page.get_by_role("button", name=re.compile("^(Write|Take back) ")).click()
    expect(page.get_by_role("heading", name="What the EHR answered")).to_be_visible(timeout=30_000)


def put_aside(page: Page, visit: str, folder: Path) -> None:
    """One finding is put aside; its row, unfolded, among those that are left to do."""
    page.goto(f"{visit}/later/agreement")
    page.get_by_label("Arranged for a later visit").check()
    page.get_by_role("button", name="Put aside").click()
    aside = page.locator(".row").filter(has_text="Dismissed")
    aside.locator("summary").click()
    first, last = page.get_by_role("heading", name="To do at this visit").bounding_box(), aside.bounding_box()
    assert first
    assert last
    top = page.evaluate("window.scrollY") + first["y"] - 8
    height = last["y"] + last["height"] - first["y"] + 12
    clip: FloatRect = {"x": 0, "y": top, "width": FRAME[0], "height": height}
    page.screenshot(path=folder / "5-put-aside.png", full_page=True, clip=clip)


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
