"""The main states look as they did when their looks were last taken (`python -m tests.e2e.appearance` takes them anew).

Not pixel by pixel: another font, or one 5 % smaller or larger, is the same look; a lost colour, section, size or column is not.
"""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page

from tests.e2e.appearance import FOLDER, STATES, differences, look_of, show, stored
from tests.e2e.conftest import World
from tests.e2e.walk import FRAME, browser_page

FONTS = {
    "another font": ("Liberation Sans", "87.5%"),
    "a font with serifs": ("Liberation Serif", "87.5%"),
    "5 % smaller": ("", "83.1%"),
    "5 % larger": ("", "91.9%"),
    "another font, larger": ("Liberation Sans", "91.9%"),
}
"""Set through the document itself, as a style tag is not admitted."""
BREAKS = {
    "a row loses the colour of its icon": ("high-dose", ".todo .row .icon", "each.style.fill = 'var(--ink)'", "icon 1 has"),
    "a section vanishes": ("high-dose", ".todo", "each.remove()", "rows 1 is gone"),
    "a row vanishes": ("high-dose", ".todo .row", "each.remove()", "is gone"),
    "the button to the preview vanishes": ("high-dose", ".write .button", "each.remove()", "button 1 stands at"),
    "the dose figure shrinks": ("high-dose", ".number", "each.style.fontSize = '1.6rem'", "number 1 is"),
    "the columns of a row collapse": ("high-dose", ".todo .row", "each.style.display = 'block'", "what 1 stands at"),
    "the columns of the wide page collapse": ("wide", ".now", "each.style = 'float: none; width: auto'", "rows 1 stands at"),
    "a tint disappears": ("high-dose", ".pill", "each.style.background = each.style.color = 'inherit'", "tier 1 has"),
    "the main button loses its ground": ("high-dose", ".button:last-child", "each.style.background = 'none'", "button 2 has"),
    "a notice vanishes": ("excluded", ".notice", "each.remove()", "notice 2 is gone"),
    "the dark scheme is lost": ("dark", "html", "each.style.filter = 'invert(1)'", "the screen is"),
    "the sides of the preview become one": ("preview", ".change", "each.style.display = 'block'", "change-text 1 stands"),
    "the dose goes below the rows": ("high-dose", ".dose", "document.querySelector('.todo').after(each)", "not stand above"),
}  # fmt: skip
"""What was done to which state, and what is said about it."""


@pytest.fixture(scope="module")
def page() -> Iterator[Page]:
    """One browser for the module."""
    with browser_page(*FRAME) as opened:
        yield opened


@pytest.fixture(scope="module")
def blank(page: Page) -> Page:
    """Where screenshots are measured."""
    assert page.context.browser
    return page.context.browser.new_page()


@pytest.mark.parametrize("name", STATES)
def test_a_state_looks_as_before_in_any_font(page: Page, blank: Page, sandbox_world: World, name: str) -> None:
    show(page, sandbox_world, STATES[name])
    before = stored(name)
    assert differences(before, look_of(page, blank)) == []
    for what, (family, size) in FONTS.items():
        page.evaluate(
            "([family, size]) => { document.body.style.fontFamily = family; document.documentElement.style.fontSize = size }",
            [family, size],
        )
        assert differences(before, look_of(page, blank)) == [], what


@pytest.mark.parametrize("what", BREAKS)
def test_what_anybody_would_notice_is_noticed(page: Page, blank: Page, reading_world: World, what: str) -> None:
    name, selector, change, said = BREAKS[what]
    show(page, reading_world, STATES[name])
    before = look_of(page, blank)
    page.locator(selector).first.evaluate(f"each => {{ {change} }}")
    found = differences(before, look_of(page, blank))
    assert any(said in words for words in found), found


def test_each_look_is_small_and_belongs_to_a_state() -> None:
    files = sorted(FOLDER.glob("*.json"))
    assert {path.stem for path in files} == STATES.keys()
    assert all(path.stat().st_size < 50_000 for path in files)
