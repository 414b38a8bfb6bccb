"""Take a picture of the visit page of many patients: `python -m tests.e2e.gallery DIR`.

Each patient in the frame's width; some of them wide as well, and as they print. Two states are made on the way: a finding that
was put aside, and Flags that were written. `--whole` shows the narrow pages to their ends.
"""

import argparse
import re
from pathlib import Path

from playwright.sync_api import FloatRect, Page, expect

from tests.e2e.conftest import World, world
from tests.e2e.opened import open_visit
from tests.e2e.png import lighter
from tests.e2e.walk import FRAME, browser_page

PATIENTS = {
    "steady-low-dose": "stable low dose",
    "high-dose-unreviewed": "high dose",
    "at-least-60": "incomplete data",
    "palliative-care": "excluded",
    "oud-without-treatment": "opioid use disorder",
    "abrupt-stop": "abrupt change",
    "planned-taper": "planned taper",
    "pregnant": "pregnant",
    "everything-grey": "everything grey",
    "forty-prescriptions": "40 prescriptions",
    "new-start": "new start",
    "unexpected-urine-test": "urine test with unexpected results",
    "kidney-lung-sleep": "kidney, lung and sleep",
    "methadone-for-pain": "two factor sets, two answers",
}
DISMISSED = "one-overdue-test"
WRITTEN = "opioid-benzodiazepine"
WIDE_AND_PRINTED = ("high-dose-unreviewed", "unexpected-urine-test", "steady-low-dose")
WIDE = (1280, 800)
NARROW_SHOWN = 1240
"""Pixels from the top: the dose, what to do, the drawing and the working of most patients."""
A4 = (718, 1016)
"""An A4 sheet less margins of 14 mm, at 96 pixels an inch."""


def main() -> None:
    """Start both servers, take each picture, end."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--whole", action="store_true")
    options = parser.parse_args()
    folder, height = options.folder, None if options.whole else NARROW_SHOWN
    folder.mkdir(parents=True, exist_ok=True)
    with world("generic") as running, browser_page(*FRAME) as page:
        for patient in PATIENTS:
            open_visit(page, running, patient)
            shoot(page, folder / f"{patient}-600.png", height)
        for patient in WIDE_AND_PRINTED:
            wide_and_printed(page, running, patient, folder)
        dismissed(page, running, folder, height)
        written(page, running, folder, height)


def shoot(page: Page, file: Path, height: int | None = None) -> None:
    """The whole page, or its upper part, packed small."""
    page.wait_for_load_state()
    size = page.evaluate("[document.documentElement.scrollWidth, document.documentElement.scrollHeight]")
    clip: FloatRect | None = {"x": 0, "y": 0, "width": size[0], "height": min(size[1], height)} if height else None
    page.screenshot(path=file, full_page=True, clip=clip)
    file.write_bytes(lighter(file.read_bytes()))


def wide_and_printed(page: Page, running: World, patient: str, folder: Path) -> None:
    """One patient in a wide window and on paper."""
    open_visit(page, running, patient)
    sizes = {"1280": (WIDE, "screen"), "print": (A4, "print")}
    for name, ((width, height), medium) in sizes.items():
        page.set_viewport_size({"width": width, "height": height})
        page.emulate_media(media="print" if medium == "print" else "screen")
        shoot(page, folder / f"{patient}-{name}.png")
    page.emulate_media(media="screen")
    page.set_viewport_size({"width": FRAME[0], "height": FRAME[1]})


def dismissed(page: Page, running: World, folder: Path, height: int | None) -> None:
    """One finding put aside, with a reason of the policy's list."""
    open_visit(page, running, DISMISSED)
    page.get_by_role("link", name=re.compile("^later")).first.click()
    page.get_by_role("radio").first.check()
    page.get_by_role("button", name="Put aside").click()
    expect(page.locator(".state-aside")).to_be_visible(timeout=30_000)
    shoot(page, folder / f"{DISMISSED}-dismissed-600.png", height)


def written(page: Page, running: World, folder: Path, height: int | None) -> None:
    """Flags written: the answer, and the visit page afterwards."""
    visit = open_visit(page, running, WRITTEN)
    page.goto(f"{visit}/preview")
    page.get_by_role("button", name=re.compile("^Write ")).click()
    expect(page.get_by_role("heading", name="What the EHR answered")).to_be_visible(timeout=30_000)
    shoot(page, folder / f"{WRITTEN}-written-600.png")
    page.goto(visit)
    shoot(page, folder / f"{WRITTEN}-after-600.png", height)


if __name__ == "__main__":
    main()
