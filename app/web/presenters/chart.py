"""The drawing of dose and benefit on one time axis: where each line, point, mark and bar lies."""

from collections.abc import Callable, Iterable
from datetime import date
from decimal import ROUND_CEILING, Decimal

from app.usecases.review_patient import MarkKind, Taken
from app.web.presenters.drawing import (
    Drawing,
    Label,
    Path,
    Rect,
    Scale,
    TimeAxis,
    at,
    box,
    diamond,
    level,
    merged,
    ring,
    square,
    steps,
    triangle,
)
from app.web.presenters.peg_panel import PEG_BOTTOM, peg_panel
from app.web.presenters.shown import LABEL_HEIGHT, LEFT, RIGHT, WIDTH, Shown
from app.web.presenters.taper_line import planned_label, planned_line, today_label, today_line
from app.web.presenters.words import medicine_words, number

DOSE_TOP, DOSE_BOTTOM = 16, 108
MONTHS_AT, LANES_FROM, LANE, BAR_LANE = 210, 226, 16, 24
BARS_SHOWN = 4
SHAPES: dict[MarkKind, Callable[[float, float, str], Path]] = {
    MarkKind.VISIT: triangle,
    MarkKind.URINE_TEST: diamond,
    MarkKind.PDMP_CHECK: square,
    MarkKind.TAPER_PLAN: ring,
}
LANE_NAMES = {
    MarkKind.VISIT: "visits",
    MarkKind.URINE_TEST: "urine tests",
    MarkKind.PDMP_CHECK: "PDMP",
    MarkKind.TAPER_PLAN: "dose plan",
}
CLASS_NAMES = {
    "benzodiazepine": "benzodiazepine",
    "z_drug": "sleeping medicine",
    "barbiturate": "barbiturate",
    "skeletal_muscle_relaxant": "muscle relaxant",
    "gabapentinoid": "gabapentinoid",
    "other_cns_depressant": "sedating medicine",
}


def full_chart(shown: Shown, months: int, description: str) -> Drawing:
    """Dose above, PEG below it, then one lane for each kind of event and each sedating medicine."""
    scale = Scale(top_of_scale(shown), DOSE_TOP, DOSE_BOTTOM)
    events, lanes_end = event_lanes(shown)
    bars, bar_labels, bottom = sedative_lanes(shown, lanes_end)
    peg_paths, peg_labels = peg_panel(shown)
    return Drawing(
        key="chart",
        width=WIDTH,
        height=round(bottom),
        title=f"Daily dose and PEG over {months} months",
        description=description,
        rects=(*bands(shown, scale), *hatched(shown, scale), *bars),
        paths=merged(
            (
                *edges(shown, scale),
                *today_line(shown, DOSE_TOP, PEG_BOTTOM),
                *planned_line(shown, scale),
                *dose_line(shown, scale),
                *peg_paths,
                *(mark for mark, _ in events),
            )
        ),
        labels=(
            *dose_labels(shown, scale),
            *planned_label(shown, scale),
            *today_label(shown, DOSE_TOP - 5),
            *peg_labels,
            *month_labels(shown.axis, months),
            *dict.fromkeys(label for _, label in events),
            *bar_labels,
        ),
    )


def spark(shown: Shown, description: str) -> Drawing:
    """The small one beside the number: line and bands alone."""
    scale = Scale(top_of_scale(shown), 3, 41)
    return Drawing(
        key="spark",
        width=400,
        height=44,
        fit="none",
        title=f"Daily dose since {shown.axis.first:%b %Y}",
        description=description,
        rects=(*bands(shown, scale), *hatched(shown, scale)),
        paths=(*edges(shown, scale), *dose_line(shown, scale)),
    )


def top_of_scale(shown: Shown) -> Decimal:
    """A round number above the highest dose, never so low that the lower band is out of sight."""
    highest = max(shown.highest_line, shown.facts.band_moderate)
    step = Decimal(20) if highest <= 120 else Decimal(50) if highest <= 500 else Decimal(200)
    return ((highest + 1) / step).to_integral_value(ROUND_CEILING) * step


def bands(shown: Shown, scale: Scale) -> tuple[Rect, ...]:
    """The review bands of the pack, as far as the scale reaches."""
    axis, facts = shown.axis, shown.facts
    middle, high = scale.y(facts.band_moderate), scale.y(facts.band_high)
    found = [box(axis.left, high, axis.right, middle, "band-middle-fill")]
    if scale.highest > facts.band_high:
        found.append(box(axis.left, scale.top, axis.right, high, "band-high-fill"))
    return tuple(found)


def edges(shown: Shown, scale: Scale) -> tuple[Path, ...]:
    """The lower edges of the bands, and the zero line."""
    facts = shown.facts
    inside = [edge for edge in (facts.band_moderate, facts.band_high) if edge < scale.highest]
    lines = [level(shown.axis, scale.y(edge), "band-edge") for edge in inside]
    return (*lines, level(shown.axis, scale.bottom, "base"))


def hatched(shown: Shown, scale: Scale) -> tuple[Rect, ...]:
    """Stretches in which something could not be counted."""
    axis = shown.axis
    return tuple(
        box(axis.x(each.starts), scale.top, axis.x(each.ends), scale.bottom, "hatched")
        for each in shown.segments
        if not each.complete
    )


def dose_line(shown: Shown, scale: Scale) -> tuple[Path, ...]:
    """One step line; each stretch is level, and the next begins where it ends. Where nothing is known there is no line."""
    runs: list[list[tuple[float, float, float]]] = [[]]
    for each in shown.segments:
        if each.complete or each.mme > 0:
            runs[-1].append((shown.axis.x(each.starts), shown.axis.x(each.ends), scale.y(each.mme)))
        else:
            runs.append([])
    d = "".join(steps(run) for run in runs)
    return (Path(d, "dose-line"),) if d else ()


def dose_labels(shown: Shown, scale: Scale) -> tuple[Label, ...]:
    """The numbers at the left, most important first: what would overlap is left out."""
    facts = shown.facts
    placed: list[tuple[float, Decimal]] = []
    for value in (Decimal(0), facts.band_high, facts.band_moderate, scale.highest):
        y = scale.y(value)
        if value <= scale.highest and all(abs(y - other) >= LABEL_HEIGHT for other, _ in placed):
            placed.append((y, value))
    numbers = tuple(Label(at(LEFT - 6), at(y + 4), number(value), "end") for y, value in placed)
    unit = Label(at(LEFT), at(DOSE_TOP - 5), "MED, MME/day", css="label-ink")
    return (*numbers, unit, *incomplete_labels(shown), *nothing_known(shown))


def incomplete_labels(shown: Shown) -> tuple[Label, ...]:
    """ "incomplete" on each hatched stretch that has room for it."""
    axis = shown.axis
    wide = [each for each in shown.segments if not each.complete and axis.x(each.ends) - axis.x(each.starts) > 64]
    return tuple(
        Label(at((axis.x(each.starts) + axis.x(each.ends)) / 2), at(DOSE_BOTTOM - 5), "incomplete", "middle")
        for each in wide
    )


def nothing_known(shown: Shown) -> tuple[Label, ...]:
    """In place of a line that cannot be drawn."""
    middle = at((LEFT + RIGHT) / 2)
    return () if shown.segments else (Label(middle, at(DOSE_BOTTOM - 30), "the dose is not known", "middle"),)


def month_labels(axis: TimeAxis, months: int) -> tuple[Label, ...]:
    """Names of months where they begin, few enough to be read; the year where it changes."""
    step = {3: 1, 12: 2, 24: 4}[months]
    labels: list[Label] = []
    for count, begin in enumerate(month_starts(axis)):
        if count % step == 0:
            text = f"{begin:%b}" if labels and begin.month > step else f"{begin:%b %Y}"
            labels.append(Label(at(axis.x(begin)), at(MONTHS_AT), text))
    return tuple(label for label in labels if float(label.x) < axis.right - 40)


def month_starts(axis: TimeAxis) -> Iterable[date]:
    """The first days of the months that are shown."""
    year, month = axis.first.year, axis.first.month
    while (begin := date(year, month, 1)) <= axis.last:
        if begin >= axis.first:
            yield begin
        year, month = (year, month + 1) if month < 12 else (year + 1, 1)


def event_lanes(shown: Shown) -> tuple[list[tuple[Path, Label]], float]:
    """One lane for each kind of event that there is, its name at the left."""
    y, drawn = float(LANES_FROM), []
    for kind in SHAPES:
        days = [mark.day for mark in shown.marks if mark.kind is kind]
        if days:
            label = Label(at(LEFT - 6), at(y + 4), LANE_NAMES[kind], "end")
            drawn += [(event(kind, day, y, shown), label) for day in days]
            y += LANE
    return drawn, y


def event(kind: MarkKind, day: date, y: float, shown: Shown) -> Path:
    """One mark."""
    return SHAPES[kind](shown.axis.middle(day), y, shown.tooltip(kind.value, day))


def sedative_lanes(shown: Shown, y: float) -> tuple[list[Rect], list[Label], float]:
    """A bar for each sedating medicine, its name on it; the rest is in the table."""
    names = list(dict.fromkeys(taken.name for taken in shown.sedatives))
    rects, labels = [], []
    for name in names[:BARS_SHOWN]:
        group = [taken for taken in shown.sedatives if taken.name == name]
        rects += [bar(taken, y + 8, shown) for taken in group]
        labels.append(bar_label(group, y + 3, shown.axis))
        y += BAR_LANE
    return rects, labels, y


def bar(taken: Taken, y: float, shown: Shown) -> Rect:
    """One stretch of one medicine; what lies ahead of today is not shown."""
    css = "bar" if taken.is_certain else "bar bar-guess"
    return box(shown.axis.x(taken.starts), y, shown.axis.x(min(taken.ends, shown.tomorrow)), y + 6, css)


def bar_label(group: list[Taken], y: float, axis: TimeAxis) -> Label:
    """The name above its bar, turned to the side that has room."""
    first = group[0]
    text = f"{medicine_words(first.name)} ({CLASS_NAMES[first.drug_class]})"
    x = axis.x(first.starts)
    if x < (axis.left + axis.right) / 2:
        return Label(at(x), at(y), text, "start", "label-ink")
    return Label(at(axis.right), at(y), text, "end", "label-ink")
