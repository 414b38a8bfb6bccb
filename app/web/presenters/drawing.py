"""Shapes of a drawing in SVG's own units: templates print them, the stylesheet colours them, nothing else is in them."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal

MARK_SIZE = 4.5


@dataclass(frozen=True, slots=True)
class Rect:
    """A filled box; `css` names what it is ("band-high", "hatched", "bar")."""

    x: str
    y: str
    width: str
    height: str
    css: str
    title: str = ""


@dataclass(frozen=True, slots=True)
class Path:
    """A line, or a closed shape, in SVG path syntax."""

    d: str
    css: str
    title: str = ""


@dataclass(frozen=True, slots=True)
class Label:
    """A text. `anchor` is start, middle or end."""

    x: str
    y: str
    text: str
    anchor: str = "start"
    css: str = "label-quiet"


@dataclass(frozen=True, slots=True)
class Drawing:
    """One drawing: its size, its name, and its shapes in the order in which they are painted. `key` keeps ids apart;
    `fit` is SVG's preserveAspectRatio ("none" fills the width that there is)."""

    key: str
    width: int
    height: int
    title: str
    description: str
    rects: tuple[Rect, ...] = ()
    paths: tuple[Path, ...] = ()
    labels: tuple[Label, ...] = ()
    fit: str = "xMidYMid"


def at(value: float) -> str:
    """A coordinate: one decimal is a tenth of a pixel."""
    return f"{value:.1f}".removesuffix(".0")


@dataclass(frozen=True, slots=True)
class TimeAxis:
    """Days from left to right: the left edge is the start of `first`, the right edge the end of `last`."""

    first: date
    last: date
    left: float
    right: float

    @property
    def end(self) -> date:
        """The day after the last one."""
        return self.last + timedelta(days=1)

    def x(self, day: date) -> float:
        """Where a day begins; days outside lie on the edge."""
        inside = min(max(day, self.first), self.end)
        return self.left + (self.right - self.left) * (inside - self.first).days / (self.end - self.first).days

    def middle(self, day: date) -> float:
        """The middle of a day: where an event of that day is drawn."""
        return (self.x(day) + self.x(day + timedelta(days=1))) / 2

    def has(self, day: date) -> bool:
        """Whether a day is shown."""
        return self.first <= day <= self.last

    def overlaps(self, starts: date, ends: date) -> bool:
        """Whether a half-open stretch is shown in part."""
        return starts < self.end and ends > self.first


@dataclass(frozen=True, slots=True)
class Scale:
    """Values from 0 at `bottom` to `highest` at `top`."""

    highest: Decimal
    top: float
    bottom: float

    def y(self, value: Decimal) -> float:
        """Where a value lies; values above the scale lie on its edge."""
        share = float(min(value, self.highest) / self.highest)
        return self.bottom - (self.bottom - self.top) * share


def merged(paths: Iterable[Path]) -> tuple[Path, ...]:
    """Neighbours of one kind without a title as one shape: a long chart has hundreds of them."""
    kept: list[Path] = []
    for path in paths:
        if kept and not path.title and not kept[-1].title and kept[-1].css == path.css:
            kept[-1] = replace(kept[-1], d=kept[-1].d + path.d)
        else:
            kept.append(path)
    return tuple(kept)


def box(x1: float, y1: float, x2: float, y2: float, css: str, title: str = "") -> Rect:
    """A box from corner to corner."""
    return Rect(at(x1), at(y1), at(max(x2 - x1, 0.5)), at(y2 - y1), css, title)


def level(axis: TimeAxis, y: float, css: str) -> Path:
    """A horizontal line across the plot."""
    return Path(f"M{at(axis.left)} {at(y)}H{at(axis.right)}", css)


def triangle(x: float, y: float, title: str) -> Path:
    """A mark of its own shape: a triangle that points up."""
    s = MARK_SIZE
    return Path(f"M{at(x)} {at(y - s)}l{at(s)} {at(2 * s)}h{at(-2 * s)}z", "mark", title)


def diamond(x: float, y: float, title: str) -> Path:
    """A mark of its own shape: a square on its corner."""
    s = MARK_SIZE
    return Path(f"M{at(x)} {at(y - s)}l{at(s)} {at(s)}l{at(-s)} {at(s)}l{at(-s)} {at(-s)}z", "mark", title)


def square(x: float, y: float, title: str) -> Path:
    """A mark of its own shape: a square."""
    s = MARK_SIZE - 1
    return Path(f"M{at(x - s)} {at(y - s)}h{at(2 * s)}v{at(2 * s)}h{at(-2 * s)}z", "mark", title)


def ring(x: float, y: float, title: str) -> Path:
    """A mark of its own shape: a circle."""
    return dot(x, y, title, "mark")


def dot(x: float, y: float, title: str, css: str) -> Path:
    """A circle."""
    r = 3
    return Path(f"M{at(x - r)} {at(y)}a{r} {r} 0 1 0 {2 * r} 0a{r} {r} 0 1 0 {-2 * r} 0Z", css, title)


def steps(levels: Iterable[tuple[float, float, float]]) -> str:
    """The path of a step line through levels of (from x, to x, y), each beginning where the last one ended."""
    parts: list[str] = []
    for x1, x2, y in levels:
        parts.append(f"{f'V{at(y)}' if parts else f'M{at(x1)} {at(y)}'}H{at(x2)}")
    return "".join(parts)
