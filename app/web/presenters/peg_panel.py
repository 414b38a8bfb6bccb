"""PEG on the time axis: pain and function as two lines where both were asked, the mean where only it is known."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from app.usecases.review_patient import PegBaseline, PegPoint
from app.web.presenters.drawing import Label, Path, Scale, at, dot, level
from app.web.presenters.shown import LABEL_HEIGHT, LEFT, RIGHT, Shown
from app.web.presenters.words import number, percent

PEG_TOP, PEG_BOTTOM = 138, 196
PEG_HIGHEST = Decimal(10)
TARGET_WIDTH, NAME_WIDTH = 160, 52
"""About as wide are the label of the improvement and the longest name."""

Marks = tuple[tuple[Path, ...], tuple[Label, ...]]
Place = tuple[float, float, Decimal, date]


@dataclass(frozen=True, slots=True)
class Series:
    """One line: its name, its points by day, the value at which its meaningful change is reached, and its stylesheet names."""

    name: str
    points: tuple[tuple[date, Decimal], ...]
    improved: Decimal | None
    css: str


def peg_panel(shown: Shown) -> Marks:
    """The lines with their names, newest values and the lines of the meaningful improvement."""
    scale = Scale(PEG_HIGHEST, PEG_TOP, PEG_BOTTOM)
    lines = [each for each in series_of(shown) if each.points]
    paths = [level(shown.axis, PEG_BOTTOM, "base")]
    labels = [
        Label(at(LEFT), at(PEG_TOP - 6), f"PEG{what(lines)}, 0 to 10 (lower is better)", css="label-peg"),
        Label(at(LEFT - 6), at(PEG_TOP + 6), "10", "end"),
        Label(at(LEFT - 6), at(PEG_BOTTOM + 3), "0", "end"),
    ]
    if not lines:
        labels.append(Label(at((LEFT + RIGHT) / 2), at(PEG_BOTTOM - 12), "no PEG in this time", "middle"))
    target_paths, target_labels = improvement_lines(shown, lines, scale)
    paths += target_paths
    labels += target_labels
    placed = [places(shown, scale, each) for each in lines]
    for each, at_places in zip(lines, placed, strict=True):
        paths += drawn(shown, each, at_places)
    return (*paths,), (*labels, *names(lines, placed))


def what(lines: list[Series]) -> str:
    """What the panel's title adds."""
    return " mean" if [each.name for each in lines] == ["mean"] else ""


def series_of(shown: Shown) -> tuple[Series, ...]:
    """Pain and function of the days on which both were asked; the mean of the others."""
    base = shown.facts.peg_baseline if len(shown.facts.peg) > 1 else None
    both = [point for point in shown.peg if point.pain is not None and point.function is not None]
    means = [point for point in shown.peg if point not in both]
    return (
        Series("pain", tuple((p.day, p.pain) for p in both if p.pain is not None), of(base, "improved_pain"), "pain"),
        Series(
            "function",
            tuple((p.day, p.function) for p in both if p.function is not None),
            of(base, "improved_function"),
            "function",
        ),
        Series("mean", tuple((p.day, p.mean) for p in means), of(base, "improved"), "pain"),
    )


def of(base: PegBaseline | None, part: str) -> Decimal | None:
    """One of the levels of improvement, when there is a baseline and something to compare."""
    value: Decimal | None = getattr(base, part) if base else None
    return value


def places(shown: Shown, scale: Scale, series: Series) -> list[Place]:
    """Where the points of one line lie."""
    return [(shown.axis.middle(day), scale.y(value), value, day) for day, value in series.points]


def drawn(shown: Shown, series: Series, at_places: list[Place]) -> list[Path]:
    """One line with its points."""
    line = "L".join(f"{at(x)} {at(y)}" for x, y, _, _ in at_places)
    name = f"PEG {series.name}" if series.name != "mean" else "PEG"
    dots = [
        dot(x, y, shown.tooltip(f"{name} {number(value)}", day), f"peg-point peg-{series.css}")
        for x, y, value, day in at_places
    ]
    return [Path(f"M{line}", f"peg-line peg-{series.css}"), *dots]


def names(lines: list[Series], placed: list[list[Place]]) -> list[Label]:
    """Each line by its name, left of its first point, or behind its newest value where there is no room; kept apart."""
    if what(lines):
        return newest_values([(each[-1], number(each[-1][2])) for each in placed])
    is_room = all(each[0][0] - NAME_WIDTH > LEFT for each in placed)
    firsts = [(each[0], line.name) for line, each in zip(lines, placed, strict=True)] if is_room else []
    lasts = [
        (each[-1], number(each[-1][2]) if is_room else f"{number(each[-1][2])} {line.name}")
        for line, each in zip(lines, placed, strict=True)
    ]
    return [Label(at(x - 6), at(y), text, "end", "label-peg") for x, y, text in apart(firsts)] + newest_values(lasts)


def newest_values(lasts: list[tuple[Place, str]]) -> list[Label]:
    """The newest value of each line, to the right of its point."""
    return [Label(at(x + 6), at(y), text, css="label-peg") for x, y, text in apart(lasts)]


def apart(texts: list[tuple[Place, str]]) -> list[tuple[float, float, str]]:
    """Where texts beside points lie, from the top, so that none lies on another."""
    found, lowest = [], float("-inf")
    ranked = sorted(texts, key=lambda each: (each[0][1], each[1]))
    rise = LABEL_HEIGHT / 2 if len(ranked) > 1 and ranked[-1][0][1] - ranked[0][0][1] < LABEL_HEIGHT else 0
    for (x, y, _, _), text in ranked:
        lowest = max(y + 4 - rise, lowest + LABEL_HEIGHT)
        found.append((x, lowest, text))
    return found


def improvement_lines(shown: Shown, lines: list[Series], scale: Scale) -> Marks:
    """Where the meaningful change of the pack begins for each line, counted from the start or from the first on record."""
    base = shown.facts.peg_baseline
    levels = [(scale.y(each.improved), each.name) for each in lines if each.improved is not None]
    if base is None or not levels:
        return (), ()
    since = "the start" if base.is_at_start else "the first on record"
    upper, lower = min(y for y, _ in levels), max(y for y, _ in levels)
    are_below = all(scale.y(each.points[0][1]) > upper for each in lines)
    y = upper - 4 if are_below else min(lower + LABEL_HEIGHT, PEG_BOTTOM - 2)
    words = f"{percent(base.percent)} better than {since}"
    x, anchor = free_side(shown)
    label = Label(at(x), at(y), words, anchor, "label-target")
    return tuple(level(shown.axis, y, f"peg-target peg-target-{name}") for y, name in levels), (label,)


def free_side(shown: Shown) -> tuple[float, str]:
    """Where the label of the improvement does not lie on the points or their names: the left, else the right if it is free."""
    places = [shown.axis.x(point.day) for point in shown.peg]
    is_left_taken = bool(places) and places[0] < LEFT + TARGET_WIDTH + NAME_WIDTH
    is_right_free = bool(places) and places[-1] < RIGHT - TARGET_WIDTH
    return (shown.axis.right, "end") if is_left_taken and is_right_free else (LEFT + 4, "start")


def peg_row_words(point: PegPoint) -> str:
    """ "5; pain 5, function 4.5 (converted from a sum of 15)"."""
    parts = "" if point.pain is None or point.function is None else f"; {parts_words(point.pain, point.function)}"
    return f"{number(point.mean)}{parts}{f' ({point.note})' if point.note else ''}"


def parts_words(pain: Decimal, function: Decimal) -> str:
    """Both parts."""
    return f"pain {number(pain)}, function {number(function)}"
