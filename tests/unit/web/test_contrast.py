"""Contrast of the stylesheet's own colours, in each scheme: text at least 4.5 : 1, shapes that carry meaning at least 3 : 1."""

import re
from pathlib import Path

import pytest

STYLES = Path(__file__).parents[3] / "templates" / "static" / "sextant.css"
SCHEMES = ("light", "dark", "print", "more", "more dark")
LEAST = {"more": 7.0, "more dark": 7.0}
"""What text needs, where it is more than 4.5: whoever asks the system for more contrast gets 7 : 1 (WCAG 1.4.6)."""
TEXT = (
    ("ink", "ground"), ("ink", "soft"), ("ink", "yellow-tint"), ("ink", "red-tint"),
    ("quiet", "ground"), ("quiet", "soft"), ("quiet", "red-tint"), ("quiet", "yellow-tint"),
    ("link", "ground"), ("link", "soft"), ("link", "yellow-tint"), ("on-link", "link"),
    ("red", "ground"), ("red", "red-tint"), ("red", "soft"),
    ("yellow", "ground"), ("yellow", "yellow-tint"), ("yellow", "soft"),
    ("green", "ground"), ("green", "soft"),
    ("grey", "ground"), ("grey", "grey-tint"), ("grey", "soft"),
)  # fmt: skip
"""Ink on its ground, as the pages use them (the drawing's labels lie on the tints)."""
SHAPES = (
    ("yellow-mark", "soft", "2.5"), ("edge", "ground", "3"), ("edge", "yellow-tint", "3"), ("edge", "red-tint", "3"),
    ("bar", "ground", "3"), ("link", "yellow-tint", "3"), ("ink", "red-tint", "3"),
)  # fmt: skip
"""Lines and marks. The triangle always stands beside its word, so that it may be lighter."""


def properties(text: str) -> dict[str, str]:
    """The custom properties of one block that are colours."""
    return dict(re.findall(r"--([\w-]+): (#[0-9a-fA-F]{3,6})\b", text))


def scheme(name: str) -> dict[str, str]:
    """The colours of one scheme: the light ones with what the scheme's own block changes."""
    css = STYLES.read_text()
    blocks = re.findall(r"(@media[^{]*\{[^:]*?)?:root \{(.*?)\}", css, flags=re.DOTALL)
    light = properties(blocks[0][1])
    mark = {
        "light": "",
        "dark": "@media (prefers-color-scheme: dark)",
        "print": "@media print",
        "more": "@media (prefers-contrast: more) {",
        "more dark": "@media (prefers-contrast: more) and (prefers-color-scheme: dark)",
    }[name]
    own = [properties(body) for _, body in blocks if name != "light" and body in css.split(mark, 1)[1]]
    return light | (own[0] if own else {})


def luminance(colour: str) -> float:
    """Relative luminance as WCAG 2 defines it."""
    digits = colour.lstrip("#")
    digits = "".join(2 * each for each in digits) if len(digits) == 3 else digits
    parts = [int(digits[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    red, green, blue = (part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """From 1 (the same) to 21 (black on white)."""
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def test_the_measure_itself() -> None:
    assert round(contrast("#000", "#ffffff"), 1) == 21
    assert round(contrast("#777777", "#fff"), 2) == 4.48


def test_each_scheme_states_its_own_colours() -> None:
    light, dark, printed, more, more_dark = (scheme(name) for name in SCHEMES)
    assert light.keys() == dark.keys() == printed.keys() == more.keys() == more_dark.keys()
    assert (more["ink"], more_dark["ink"]) == ("#000", "#fff")
    assert light["ground"] == "#fff"
    assert luminance(dark["ground"]) < 0.05
    assert printed["ink"] == "#000"


@pytest.mark.parametrize("name", SCHEMES)
@pytest.mark.parametrize(("ink", "ground"), TEXT)
def test_text_can_be_read(name: str, ink: str, ground: str) -> None:
    colours = scheme(name)
    assert contrast(colours[ink], colours[ground]) >= LEAST.get(name, 4.5)


@pytest.mark.parametrize("name", SCHEMES)
@pytest.mark.parametrize(("shape", "ground", "least"), SHAPES)
def test_shapes_can_be_seen(name: str, shape: str, ground: str, least: str) -> None:
    colours = scheme(name)
    assert contrast(colours[shape], colours[ground]) >= float(least)


def test_no_colour_is_written_outside_the_properties() -> None:
    css = STYLES.read_text()
    rules = re.sub(r":root \{.*?\}", "", css, flags=re.DOTALL)
    assert not re.findall(r"#[0-9a-fA-F]{3,8}\b", rules)
