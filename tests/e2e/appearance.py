"""How the main states of the pages look, as a few numbers that survive another font: where the parts of the first screen are,
how large, and how light and of what colour on average.

`python -m tests.e2e.appearance` takes the looks anew (into tests/e2e/looks), after a change that was meant.
"""

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.e2e.conftest import World, world
from tests.e2e.opened import open_visit
from tests.e2e.seen import Box, look_at_parts
from tests.e2e.walk import FRAME, browser_page

FOLDER = Path(__file__).with_name("looks")
WIDE = (1280, 700)
COLUMNS, ROWS = 12, 14
"""The grid over the whole screen: cells of 50 px in the frame."""
NEAR_THE_FOLD = 600, 480
"""What began lower may be pushed below the screen by a larger font; what begins lower may have come up with a smaller one."""

PARTS = {
    "who": ".who",
    "dose": ".dose-figure",
    "number": ".number",
    "band": ".band",
    "course": ".dose-course .drawing",
    "missing": ".missing",
    "notice": ".notice",
    "tier": ".pill",
    "rows": ".todo .rows",
    "row": ".todo .rows > .row",
    "state": ".todo .rows > .row .state",
    "icon": ".todo .rows > .row .icon",
    "what": ".todo .rows > .row > .what",
    "actions": ".todo .rows > .row > .actions",
    "write": ".write",
    "button": ".button",
    "basis": ".basis",
    "change": ".change",
    "change-what": ".change-what",
    "change-text": ".change-text",
    "quote": "blockquote",
}
OF_ONE_SIZE = frozenset(("number", "icon", "course"))
"""Parts whose height does not follow from how much text is in them."""
OF_ONE_COLOUR = frozenset(("icon", "tier", "button", "band"))
"""Parts that say something by their colour."""

FIND = """
parts => Object.entries(parts).flatMap(([name, selector]) => [...document.querySelectorAll(selector)]
  .filter(each => each.checkVisibility())
  .map(each => each.getBoundingClientRect())
  .filter(box => box.width >= 4 && box.height >= 4 && box.top >= 0 && box.top < innerHeight - 12)
  .slice(0, 4)
  .map((box, at) => ({name: `${name} ${at + 1}`, box: [box.left, box.top, box.width, box.height].map(Math.round)})))
"""


@dataclass(frozen=True)
class Part:
    """One part of the first screen: its box (the whole of it, also what lies below the screen) and its mean colour."""

    box: tuple[int, int, int, int]
    colour: tuple[int, int, int]


@dataclass(frozen=True)
class Look:
    """One state. `screen` is the lightness of each cell of the grid, 0 to 255, row by row."""

    screen: tuple[int, ...]
    parts: dict[str, Part]


def look_of(page: Page, blank: Page) -> Look:
    """The first screen as it is shown now."""
    page.evaluate("scrollTo(0, 0)")
    page.mouse.move(0, 0)
    size = page.viewport_size
    assert size
    png = page.screenshot()
    found = page.evaluate(FIND, PARTS)
    boxes = [on_screen(each["box"], size["width"], size["height"]) for each in found]
    screen = look_at_parts(blank, png, [(0, 0, size["width"], size["height"])], COLUMNS, ROWS)[0]
    colours = [seen.cells[0] for seen in look_at_parts(blank, png, boxes, 1, 1)]
    parts = {each["name"]: Part(tuple(each["box"]), colour) for each, colour in zip(found, colours, strict=True)}
    return Look(tuple(round(sum(cell) / 3) for cell in screen.cells), parts)


def on_screen(box: Box, width: int, height: int) -> Box:
    """The part of a box that can be seen."""
    left, top = max(box[0], 0), max(box[1], 0)
    return left, top, max(min(box[0] + box[2], width) - left, 1), max(min(box[1] + box[3], height) - top, 1)


def differences(was: Look, now: Look) -> list[str]:
    """What anybody would notice, in words; empty when it is the same page in perhaps another font."""
    gone = [
        f"{name} is gone" for name in was.parts if name not in now.parts and was.parts[name].box[1] < NEAR_THE_FOLD[0]
    ]
    new = [
        f"{name} is new" for name in now.parts if name not in was.parts and now.parts[name].box[1] < NEAR_THE_FOLD[1]
    ]
    both = [name for name in was.parts if name in now.parts]
    moved = [words for name in both for words in moves(name, was.parts[name].box, now.parts[name].box)]
    recoloured = [words for name in both for words in recolours(name, was.parts[name].colour, now.parts[name].colour)]
    return [*gone, *new, *moved, *recoloured, *order(was, now, both), *shading(was, now)]


def moves(name: str, was: Box, now: Box) -> Iterator[str]:
    """Text may run on a few lines more or less; one side of everything stays where it is, and drawings as high as they are."""
    kind = name.partition(" ")[0]
    edge = min(abs(now[0] - was[0]), abs(now[0] + now[2] - was[0] - was[2]))
    if edge > 48 or abs(now[2] - was[2]) > max(40, was[2] * 0.25):
        yield f"{name} stands at {now[0]} and is {now[2]} wide, not {was[0]} and {was[2]}"
    if abs(now[1] - was[1]) > 30 + was[1] * 0.2:
        yield f"{name} begins at {now[1]}, not {was[1]}"
    higher = was[3] * 0.14 if kind in OF_ONE_SIZE else 24 + was[3] * 0.4
    if abs(now[3] - was[3]) > max(higher, 2):
        yield f"{name} is {now[3]} high, not {was[3]}"


def recolours(name: str, was: tuple[int, int, int], now: tuple[int, int, int]) -> Iterator[str]:
    """Mean colours, of which text makes only a small part."""
    most = 26 if name.partition(" ")[0] in OF_ONE_COLOUR else 36
    if max(abs(a - b) for a, b in zip(was, now, strict=True)) > most:
        yield f"{name} has the mean colour {now}, not {was}"


def order(was: Look, now: Look, names: list[str]) -> list[str]:
    """Parts that stood below another and do not any more."""
    pairs = ((a, b) for a in names for b in names if was.parts[a].box[1] + 30 < was.parts[b].box[1])
    return [f"{a} does not stand above {b}" for a, b in pairs if now.parts[a].box[1] >= now.parts[b].box[1]]


def shading(was: Look, now: Look) -> list[str]:
    """The whole screen, cell by cell: on average, and those that are very different."""
    away = [abs(a - b) for a, b in zip(was.screen, now.screen, strict=True)]
    mean = sum(away) / len(away)
    return [f"the screen is {mean:.0f} of 255 lighter or darker on average"] if mean > 14 else []


@dataclass(frozen=True)
class State:
    """One main state: whose chart, how to get there from the visit page, in which window and scheme."""

    patient: str
    arrive: Callable[[Page, str], None] = lambda page, visit: None
    window: tuple[int, int] = FRAME
    scheme: str = "light"


def to_preview(page: Page, visit: str) -> None:
    page.goto(f"{visit}/preview")
    expect(page.get_by_role("heading", name="What will be written to the chart")).to_be_visible()


def to_written(page: Page, visit: str) -> None:
    to_preview(page, visit)
    page.get_by_role("button", name=re.compile("^Write ")).click()
    expect(page.get_by_role("heading", name="What the EHR answered")).to_be_visible()


def to_dismissed(page: Page, visit: str) -> None:
    page.goto(f"{visit}/later/sedative")
    page.get_by_label("Arranged for a later visit").check()
    page.get_by_role("button", name="Put aside").click()
    expect(page.locator(".state-aside")).to_be_visible()


STATES = {
    "stable-low-dose": State("steady-low-dose"),
    "high-dose": State("high-dose-unreviewed"),
    "at-least": State("the-four-shapes"),
    "everything-grey": State("everything-grey"),
    "excluded": State("active-cancer"),
    "dismissed": State("opioid-benzodiazepine", to_dismissed),
    "preview": State("pharmacy-fills-only", to_preview),
    "written": State("typical-four-gaps", to_written),
    "dark": State("high-dose-unreviewed", scheme="dark"),
    "wide": State("the-four-shapes", window=WIDE),
}


def show(page: Page, running: World, state: State) -> None:
    """Go there."""
    page.set_viewport_size({"width": state.window[0], "height": state.window[1]})
    page.emulate_media(color_scheme="dark" if state.scheme == "dark" else "light")
    state.arrive(page, open_visit(page, running, state.patient))


def stored(name: str) -> Look:
    """The look that was taken last."""
    found = json.loads((FOLDER / f"{name}.json").read_text())
    parts = {each: Part(tuple(part["box"]), tuple(part["colour"])) for each, part in found["parts"].items()}
    return Look(tuple(found["screen"]), parts)


def store(name: str, look: Look) -> None:
    """One part a line, so that a change can be read in the diff."""
    lines = ",\n".join(f"    {json.dumps(each)}: {json.dumps(asdict(part))}" for each, part in look.parts.items())
    screen = json.dumps(look.screen)
    (FOLDER / f"{name}.json").write_text(f'{{\n  "screen": {screen},\n  "parts": {{\n{lines}\n  }}\n}}\n')


def main() -> None:
    """Take all looks anew, from servers of its own."""
    FOLDER.mkdir(exist_ok=True)
    with world("generic") as running, browser_page(*FRAME) as page:
        assert page.context.browser
        blank = page.context.browser.new_page()
        for name, state in STATES.items():
            show(page, running, state)
            store(name, look_of(page, blank))
            print(name)


if __name__ == "__main__":
    main()
