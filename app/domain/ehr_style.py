"""How the EHR would like apps to look: the part of a SMART style that Sextant takes, each value checked.

The style is text that somebody else wrote and it ends in a stylesheet, so only values of these narrow shapes exist at all.
"""

import re
from dataclasses import dataclass

_COLOUR = re.compile(r"#[0-9a-f]{6}")
_FAMILY = re.compile(r"-?[A-Za-z][A-Za-z0-9 -]{0,39}")

FONT_PIXELS = (12, 18)
"""Smaller cannot be read, larger pushes what matters out of the first screen."""
RADIUS_PIXELS = (0, 12)
GUTTER_PIXELS = (4, 24)
MOST_FAMILIES = 8


@dataclass(frozen=True, slots=True)
class EhrStyle:
    """Colours are "#rrggbb" in lower case, sizes whole CSS pixels, fonts family names without quotes; None or empty where
    the EHR states nothing that can be used. Raises ValueError for anything else."""

    background: str | None = None
    text: str | None = None
    highlight: str | None = None
    font_pixels: int | None = None
    radius_pixels: int | None = None
    gutter_pixels: int | None = None
    body_fonts: tuple[str, ...] = ()
    heading_fonts: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        colours = (self.background, self.text, self.highlight)
        if not all(colour is None or _COLOUR.fullmatch(colour) for colour in colours):
            raise ValueError("a colour is #rrggbb")
        sizes = (
            (self.font_pixels, FONT_PIXELS),
            (self.radius_pixels, RADIUS_PIXELS),
            (self.gutter_pixels, GUTTER_PIXELS),
        )
        if not all(size is None or least <= size <= most for size, (least, most) in sizes):
            raise ValueError("a size is out of its bounds")
        if not all(are_families(fonts) for fonts in (self.body_fonts, self.heading_fonts)):
            raise ValueError("a font family has letters, digits, spaces and hyphens only")

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to follow."""
        return self == EhrStyle()


def are_families(fonts: tuple[str, ...]) -> bool:
    """Whether each is a family name that means nothing else in a stylesheet."""
    return len(fonts) <= MOST_FAMILIES and all(_FAMILY.fullmatch(font) for font in fonts)
