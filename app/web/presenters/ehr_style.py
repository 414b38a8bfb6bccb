"""The EHR's style as a stylesheet after our own: what cannot be read on it is left out.

The inks of the states stay ours in every case. A dark ground of the EHR selects the inks of our dark scheme, whatever the
operating system prefers.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from app.domain.ehr_style import EhrStyle
from app.web.presenters.colours import TEXT_CONTRAST, contrast, luminance, mixed

Palette = Mapping[str, str]
"""Custom property (without dashes) → colour, as in sextant.css."""

READ_ON = {
    "ground": ("ink", "quiet", "link", "red", "yellow", "green", "grey"),
    "soft": ("ink", "quiet", "link", "red", "yellow", "green", "grey"),
    "red-tint": ("ink", "quiet", "red"),
    "yellow-tint": ("ink", "quiet", "link", "yellow"),
    "grey-tint": ("grey",),
    "link": ("on-link",),
}
"""Ground → the inks that stand on it somewhere. Each pair must keep 4.5 : 1."""
MARKS = (("yellow-mark", "yellow", 2.5), ("edge", "quiet", 3.0), ("bar", "red", 3.0))
"""A mark, the ink that takes its place where it would be too faint on the ground, and the contrast that it needs."""

SOFT, LINE = 0.05, 0.18
"""How much ink is in a soft ground, and in a hairline."""
DARK = 0.18
"""Below this luminance a ground is dark: there white text reads better than black."""

GENERIC = frozenset(("serif", "sans-serif", "monospace", "cursive", "fantasy", "system-ui"))
SYSTEM = frozenset(("ui-serif", "ui-sans-serif", "ui-monospace", "-apple-system", "BlinkMacSystemFont"))
"""Families that mean something only without quotes."""


@dataclass(frozen=True, slots=True)
class OwnPalettes:
    """The two schemes of our own stylesheet."""

    light: Palette
    dark: Palette


def own_palettes(stylesheet: str) -> OwnPalettes:
    """The colours as sextant.css has them: they are written down once. Raises ValueError when it has no such blocks."""
    blocks = re.findall(r"(prefers-color-scheme: dark\) \{\s*)?:root \{(.*?)\}", stylesheet, flags=re.DOTALL)
    light = next((colours(body) for mark, body in blocks if not mark), {})
    dark = next((colours(body) for mark, body in blocks if mark), {})
    if not light or light.keys() != dark.keys():
        raise ValueError("sextant.css must state the same colours for the light and the dark scheme")
    return OwnPalettes(light, dark)


def colours(block: str) -> dict[str, str]:
    """The custom properties of one block that are colours."""
    return dict(re.findall(r"--([\w-]+): (#[0-9a-fA-F]{3,6})\b", block))


def chosen_palette(style: EhrStyle, own: OwnPalettes) -> Palette | None:
    """The colours to use, as near to the EHR's as can be read; None: our own schemes stay as they are.

    Tried in this order: all three of the EHR's colours, without its highlight, without its text colour, its ground alone.
    """
    return next((palette for palette in candidates(style, own) if is_readable(palette)), None)


def candidates(style: EhrStyle, own: OwnPalettes) -> Iterator[Palette]:
    """From the nearest to the EHR's style to the farthest. None without a ground, for then nobody knows what ours is: the
    system chooses between light and dark."""
    if style.background:
        yield palette_of(own, style.background, style.text, style.highlight)
        yield palette_of(own, style.background, style.text, None)
        yield palette_of(own, style.background, None, style.highlight)
        yield palette_of(own, style.background, None, None)


def palette_of(own: OwnPalettes, ground: str, text: str | None, highlight: str | None) -> Palette:
    """One of our schemes with these colours in it, and those that lie between ground and ink made from them."""
    scheme = own.dark if luminance(ground) < DARK else own.light
    ink = text or scheme["ink"]
    changed = {"ground": ground, "ink": ink, "soft": mixed(ground, ink, SOFT), "line": mixed(ground, ink, LINE)}
    if highlight:
        changed |= {"link": highlight, "on-link": best_on(highlight)}
    whole = {**scheme, **changed}
    return whole | {mark: whole[ink] for mark, ink, least in MARKS if contrast(whole[mark], whole["soft"]) < least}


def best_on(ground: str) -> str:
    """Black or white, whichever reads better."""
    return max(("#000000", "#ffffff"), key=lambda ink: contrast(ink, ground))


def is_readable(palette: Palette) -> bool:
    """Whether every ink keeps its contrast on every ground on which it stands."""
    return not faint_pairs(palette)


def faint_pairs(palette: Palette) -> tuple[tuple[str, str], ...]:
    """The pairs (ink, ground) below 4.5 : 1."""
    pairs = ((ink, ground) for ground, inks in READ_ON.items() for ink in inks)
    return tuple((ink, ground) for ink, ground in pairs if contrast(palette[ink], palette[ground]) < TEXT_CONTRAST)


def style_sheet(style: EhrStyle, own: OwnPalettes) -> str:
    """The CSS for one launch; it stands after sextant.css. Paper and a wish for more contrast keep our own colours."""
    palette = chosen_palette(style, own)
    rules = [colour_rule(palette)] if palette else []
    rules += size_rules(style)
    if style.body_fonts:
        rules.append(f"body {{ font-family: {families(style.body_fonts)}; }}")
    if style.heading_fonts:
        rules.append(f"h1, h2, h3, legend {{ font-family: {families(style.heading_fonts)}; }}")
    return "@media screen and (prefers-contrast: no-preference) {\n" + "\n".join(rules) + "\n}\n"


def colour_rule(palette: Palette) -> str:
    """All custom properties, so that nothing of the other scheme shows through."""
    scheme = "dark" if luminance(palette["ground"]) < DARK else "light"
    properties = " ".join(f"--{name}: {colour};" for name, colour in palette.items())
    return f":root {{ {properties} color-scheme: {scheme}; }}"


def size_rules(style: EhrStyle) -> list[str]:
    """Text size, corners and the space at the sides. Text stays relative to what the browser is set to."""
    rules = []
    if style.font_pixels is not None:
        rules.append(f"html {{ font-size: {style.font_pixels / 16:.2%}; }}")
    if style.radius_pixels is not None:
        rules.append(f".rows, .button, .question, textarea, input {{ border-radius: {style.radius_pixels}px; }}")
    if style.gutter_pixels is not None:
        rules.append(f"body {{ padding-left: {style.gutter_pixels}px; padding-right: {style.gutter_pixels}px; }}")
    return rules


def families(names: tuple[str, ...]) -> str:
    """The families as CSS; ours stand last, so that text is never without a font."""
    stated = [name if name in GENERIC | SYSTEM else f'"{name}"' for name in names]
    return ", ".join([*stated, *(each for each in ("system-ui", "sans-serif") if each not in stated)])
