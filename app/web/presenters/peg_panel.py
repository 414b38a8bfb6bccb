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
TARGET_WIDTH = 160

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
    for target_paths, target_labels in (improvement_lines(shown, lines, scale),):
        paths += target_paths
        labels += target_labels
    placed = [places(shown, scale, each) for each in lines]
    for each, at_places in zip(lines, placed, strict=True):
        paths += drawn(shown, each, at_places)
    return (*paths,), (*labels, *names(lines, placed), *newest_values(placed))


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
    """The name of each line at its first point, the upper one above its line, the lower one below; none for the mean alone."""
    if what(lines):
        return []
    firsts = sorted(((each[0][1], each[0][0], line.name) for each, line in zip(placed, lines, strict=True)))
    labels = []
    for index, (y, x, name) in enumerate(firsts):
        is_upper = index == 0 and len(firsts) > 1
        anchor = "start" if x < RIGHT - 60 else "end"
        labels.append(Label(at(x), at(y - 6 if is_upper else y + 13), name, anchor, "label-peg"))
    return labels


def newest_values(placed: list[list[Place]]) -> list[Label]:
    """The newest value of each line, to the right of its point, kept apart from the other's."""
    lasts = sorted((each[-1] for each in placed), key=lambda place: (place[1], place[0]))
    labels, lowest = [], float("-inf")
    for x, y, value, _ in lasts:
        lowest = max(y + 4, lowest + LABEL_HEIGHT)
        labels.append(Label(at(x + 6), at(lowest), number(value), css="label-peg"))
    return labels


def improvement_lines(shown: Shown, lines: list[Series], scale: Scale) -> Marks:
    """Where the meaningful change of the pack begins for each line, counted from the start or from the first on record."""
    base = shown.facts.peg_baseline
    levels = [(scale.y(each.improved), each.name) for each in lines if each.improved is not None]
    if base is None or not levels:
        return (), ()
    since = "the start" if base.is_at_start else "the first on record"
    lowest = max(y for y, _ in levels)
    words = f"{percent(base.percent)} better than {since}"
    x, anchor = free_side(shown)
    label = Label(at(x), at(min(lowest + LABEL_HEIGHT, PEG_BOTTOM - 2)), words, anchor, "label-target")
    return tuple(level(shown.axis, y, f"peg-target peg-target-{name}") for y, name in levels), (label,)


def free_side(shown: Shown) -> tuple[float, str]:
    """Where a label of about TARGET_WIDTH does not lie on the points: the left, else the right if there is room."""
    places = [shown.axis.x(point.day) for point in shown.peg]
    is_left_taken = bool(places) and places[0] < LEFT + TARGET_WIDTH
    is_right_free = bool(places) and places[-1] < RIGHT - TARGET_WIDTH
    return (shown.axis.right, "end") if is_left_taken and is_right_free else (LEFT + 4, "start")


def peg_row_words(point: PegPoint) -> str:
    """ "5; pain 5, function 4.5 (converted from a sum of 15)"."""
    parts = "" if point.pain is None or point.function is None else f"; {parts_words(point.pain, point.function)}"
    return f"{number(point.mean)}{parts}{f' ({point.note})' if point.note else ''}"


def parts_words(pain: Decimal, function: Decimal) -> str:
    """Both parts."""
    return f"pain {number(pain)}, function {number(function)}"
