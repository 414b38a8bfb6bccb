"""The stylesheet made from an EHR's style: readable whatever the EHR asks for, and made of checked values only."""

import random
import re
from pathlib import Path

import pytest

from app.domain.ehr_style import EhrStyle
from app.web.presenters.colours import contrast, mixed
from app.web.presenters.ehr_style import (
    MARKS,
    READ_ON,
    OwnPalettes,
    chosen_palette,
    faint_pairs,
    own_palettes,
    palette_of,
    style_sheet,
)
from tests.unit.web.test_contrast import contrast as second_contrast
from tests.unit.web.test_contrast import scheme

STYLES = Path(__file__).parents[3] / "templates" / "static" / "sextant.css"
STATE_INKS = ("red", "yellow", "green", "grey")


@pytest.fixture(scope="module")
def own() -> OwnPalettes:
    return own_palettes(STYLES.read_text())


def test_our_own_colours_are_read_from_the_stylesheet(own: OwnPalettes) -> None:
    assert (own.light, own.dark) == (scheme("light"), scheme("dark"))


def test_a_stylesheet_without_a_dark_scheme_is_refused() -> None:
    with pytest.raises(ValueError, match="the same colours"):
        own_palettes(":root { --ground: #fff; }")


@pytest.mark.parametrize(
    ("one", "other"), [("#000", "#ffffff"), ("#777777", "#fff"), ("#b3261e", "#fdeceb"), ("#10222f", "#8cc4f5")]
)
def test_contrast_agrees_with_a_second_way_of_computing_it(one: str, other: str) -> None:
    assert contrast(one, other) == pytest.approx(second_contrast(one, other), rel=1e-3)


def test_a_mixture() -> None:
    assert (mixed("#ffffff", "#000000", 0.0), mixed("#ffffff", "#000000", 0.5)) == ("#ffffff", "#808080")


def test_our_own_schemes_pass_the_same_check(own: OwnPalettes) -> None:
    assert faint_pairs(own.light) == faint_pairs(own.dark) == ()


def test_a_light_style_is_followed(own: OwnPalettes) -> None:
    chosen = chosen_palette(EhrStyle("#f4f1ea", "#2b2b2b", "#14539a"), own)
    assert chosen is not None
    assert (chosen["ground"], chosen["ink"], chosen["link"], chosen["on-link"]) == (
        "#f4f1ea",
        "#2b2b2b",
        "#14539a",
        "#ffffff",
    )
    assert [chosen[ink] for ink in STATE_INKS] == [own.light[ink] for ink in STATE_INKS]


def test_a_dark_ground_brings_our_dark_inks(own: OwnPalettes) -> None:
    chosen = chosen_palette(EhrStyle("#10222f", "#dfe7ec", "#8cc4f5"), own)
    assert chosen is not None
    assert (chosen["ground"], chosen["link"], chosen["on-link"]) == ("#10222f", "#8cc4f5", "#000000")
    assert [chosen[ink] for ink in STATE_INKS] == [own.dark[ink] for ink in STATE_INKS]
    assert "color-scheme: dark" in style_sheet(EhrStyle("#10222f", "#dfe7ec"), own)


def test_a_dark_ground_alone_is_enough(own: OwnPalettes) -> None:
    chosen = chosen_palette(EhrStyle("#101010"), own)
    assert chosen is not None
    assert (chosen["ground"], chosen["ink"]) == ("#101010", own.dark["ink"])


def test_a_highlight_that_cannot_be_read_is_left_out(own: OwnPalettes) -> None:
    """The specification's own example: its highlight has 1.9 : 1 on its background."""
    chosen = chosen_palette(EhrStyle("#edeae3", "#303030", "#69b5ce"), own)
    assert chosen is not None
    assert (chosen["ground"], chosen["ink"], chosen["link"]) == ("#edeae3", "#303030", own.light["link"])


def test_a_text_colour_that_cannot_be_read_is_left_out(own: OwnPalettes) -> None:
    chosen = chosen_palette(EhrStyle("#ffffff", "#9a9a9a", "#0b5cad"), own)
    assert chosen is not None
    assert (chosen["ground"], chosen["ink"], chosen["link"]) == ("#ffffff", own.light["ink"], "#0b5cad")


@pytest.mark.parametrize("ground", ["#808080", "#9a9a9a", "#ff0000", "#3366ff", "#c98a00"])
def test_a_ground_on_which_our_states_fade_is_left_out(own: OwnPalettes, ground: str) -> None:
    """Then our own schemes stay, with whichever the system prefers."""
    assert any(ink in STATE_INKS for ink, _ in faint_pairs(palette_of(own, ground, None, None)))
    assert chosen_palette(EhrStyle(ground, "#000000"), own) is None
    assert "--ground" not in style_sheet(EhrStyle(ground, "#000000", font_pixels=15), own)


def test_colours_without_a_ground_are_left_out(own: OwnPalettes) -> None:
    assert chosen_palette(EhrStyle(text="#222222", highlight="#7a0070"), own) is None
    assert chosen_palette(EhrStyle(font_pixels=15), own) is None


def test_whatever_colours_the_ehr_has_everything_can_be_read(own: OwnPalettes) -> None:
    """2,000 styles at random (fixed seed), half of them with a ground near white or black: the second computation agrees."""
    dice = random.Random(7)
    taken = 0
    for turn in range(2000):
        palette = chosen_palette(EhrStyle(*(random_colour(dice, turn) for _ in range(3))), own)
        if palette is None:
            continue
        taken += 1
        for ground, inks in READ_ON.items():
            assert all(second_contrast(palette[ink], palette[ground]) >= 4.49 for ink in inks), palette
        for mark, _, least in MARKS:
            assert second_contrast(palette[mark], palette["soft"]) >= least - 0.01, (mark, palette)
    assert 500 < taken < 2000, "both answers must occur"


def random_colour(dice: random.Random, turn: int) -> str:
    least, most = ((0, 255), (235, 255), (0, 40), (0, 255))[turn % 4]
    return "#" + "".join(f"{dice.randint(least, most):02x}" for _ in range(3))


def test_sizes_and_fonts(own: OwnPalettes) -> None:
    style = EhrStyle(
        font_pixels=15,
        radius_pixels=8,
        gutter_pixels=18,
        body_fonts=("Georgia", "serif"),
        heading_fonts=("DejaVu Sans",),
    )
    css = style_sheet(style, own)
    assert "html { font-size: 93.75%; }" in css
    assert 'body { font-family: "Georgia", serif, system-ui, sans-serif; }' in css
    assert 'h1, h2, h3, legend { font-family: "DejaVu Sans", system-ui, sans-serif; }' in css
    assert "border-radius: 8px" in css
    assert "padding-left: 18px" in css


def test_paper_and_a_wish_for_contrast_keep_our_own_colours(own: OwnPalettes) -> None:
    css = style_sheet(EhrStyle("#f4f1ea", "#2b2b2b", font_pixels=15), own)
    assert css.startswith("@media screen and (prefers-contrast: no-preference) {")
    assert css.count("{") == css.count("}") == 3


def test_the_stylesheet_has_no_other_signs_than_ours(own: OwnPalettes) -> None:
    css = style_sheet(EhrStyle("#10222f", "#dfe7ec", "#8cc4f5", 15, 3, 10, ("a b-C 9", "cursive"), ("Inherit",)), own)
    assert re.fullmatch(r"[\w\s#:;,.%(){}@\"-]*", css)
    assert not re.search(r"url|import|expression|javascript|/\*", css)
