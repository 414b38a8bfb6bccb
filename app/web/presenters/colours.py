"""Contrast of colours (WCAG 2.2: relative luminance, contrast ratio), and a mixture of two. Colours are "#rgb" or "#rrggbb"."""

TEXT_CONTRAST = 4.5
"""Success criterion 1.4.3 (AA)."""


def channels(colour: str) -> tuple[int, int, int]:
    """Red, green, blue from 0 to 255."""
    digits = colour.removeprefix("#")
    digits = "".join(2 * each for each in digits) if len(digits) == 3 else digits
    return int(digits[0:2], 16), int(digits[2:4], 16), int(digits[4:6], 16)


def luminance(colour: str) -> float:
    """From 0 (black) to 1 (white)."""
    red, green, blue = (linear(channel / 255) for channel in channels(colour))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def linear(part: float) -> float:
    """One sRGB channel as light."""
    return part / 12.92 if part <= 0.04045 else float(((part + 0.055) / 1.055) ** 2.4)


def contrast(one: str, other: str) -> float:
    """From 1 (the same) to 21 (black on white)."""
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def mixed(ground: str, ink: str, share: float) -> str:
    """So much of the ink in the ground (0 to 1)."""
    pairs = zip(channels(ground), channels(ink), strict=True)
    return "#" + "".join(f"{round(under + (over - under) * share):02x}" for under, over in pairs)
