"""The planned dose beside the actual one: a dashed step line, where today is, what both say in words, and as a table."""

from datetime import date, timedelta
from decimal import Decimal

from app.domain.med import Segment
from app.usecases.review_patient import PaceGuide, Planned
from app.web.presenters.drawing import Label, Path, Scale, at, steps
from app.web.presenters.shown import LABEL_HEIGHT, Shown
from app.web.presenters.words import counted, number, percent, short_date

AS_PLANNED = Decimal("0.5")
"""A difference that is below what the page shows."""
BY_DIRECTIONS = "The directions of the order step down."
PAUSES = "Pauses are normal, and are not drawn."


def planned_line(shown: Shown, scale: Scale) -> tuple[Path, ...]:
    """One dashed step line, before and after today."""
    d = steps([(shown.axis.x(each.starts), shown.axis.x(each.ends), scale.y(each.mme)) for each in shown.planned])
    return (Path(d, "planned-line"),) if d else ()


def planned_label(shown: Shown, scale: Scale) -> tuple[Label, ...]:
    """ "planned 45" at the end of the line, below it unless there is no room: what is taken mostly lies above."""
    if not shown.planned:
        return ()
    last = shown.planned[-1]
    y = scale.y(last.mme)
    is_below = scale.bottom - y > LABEL_HEIGHT + 2
    return (
        Label(at(shown.axis.right), at(y + LABEL_HEIGHT if is_below else y - 4), f"planned {number(last.mme)}", "end"),
    )


def today_line(shown: Shown, top: float, bottom: float) -> tuple[Path, ...]:
    """Where what is known ends, when days to come are shown."""
    return (Path(f"M{at(shown.axis.x(shown.tomorrow))} {at(top)}V{at(bottom)}", "today"),) if shown.is_ahead else ()


def today_label(shown: Shown, y: float) -> tuple[Label, ...]:
    """Its name."""
    return (Label(at(shown.axis.x(shown.tomorrow)), at(y), "today", "middle"),) if shown.is_ahead else ()


# --- in words --------------------------------------------------------------------------------------------------------


def planned_sentences(shown: Shown) -> tuple[str, ...]:
    """Planned and actual today, what comes next, and the pace; empty without a plan."""
    plan = shown.facts.planned
    if plan is None:
        return ()
    first = BY_DIRECTIONS if plan.plan is None else today_words(plan, shown)
    return tuple(
        each for each in (first, next_words(plan, shown.today), pace_words(plan, shown.facts.pace), PAUSES) if each
    )


def today_words(plan: Planned, shown: Shown) -> str:
    """ "Planned for today: 60 MME/day; actual 75, above the plan."."""
    now = next((each for each in plan.stretches if each.starts <= shown.today < each.ends), None)
    return f"Planned for today: {number(now.mme)} MME/day; actual {actual_words(now.mme, shown)}." if now else ""


def actual_words(planned: Decimal, shown: Shown) -> str:
    """The actual dose, and which side of the plan it is on as far as that can be told."""
    actual = next((each for each in shown.segments if each.ends == shown.tomorrow), None)
    if actual is None or not (actual.complete or actual.mme):
        return "not known"
    difference = actual.mme - planned
    if actual.complete:
        side = "as planned" if abs(difference) < AS_PLANNED else f"{'above' if difference > 0 else 'below'} the plan"
        return f"{number(actual.mme)}, {side}"
    side = "above the plan" if difference >= AS_PLANNED else "so which side of the plan it is on is not known"
    return f"at least {number(actual.mme)}, {side}"


def next_words(plan: Planned, today: date) -> str:
    """The next step and the last one, as far as they are to come."""
    coming = [each for each in plan.stretches if each.starts > today]
    if not coming:
        return ""
    first, last = coming[0], coming[-1]
    step = f"Next step: {number(first.mme)} on {short_date(first.starts, today)}"
    return f"{step}, last: {number(last.mme)} on {short_date(last.starts, today)}." if first != last else f"{step}."


def pace_words(plan: Planned, guide: PaceGuide) -> str:
    """Only for a plan that is faster than usual: something to talk over."""
    return f"The planned steps are {faster_words(guide)}." if plan.is_faster_than_guide else ""


def faster_words(guide: PaceGuide) -> str:
    """How a pace above the guide is named."""
    return f"faster than {usual_words(guide)}, the usual guide"


def usual_words(guide: PaceGuide) -> str:
    """The guide."""
    return f"{percent(guide.percent)} of the starting dose in {counted(guide.weeks, 'week', 'weeks')}"


# --- as a table ------------------------------------------------------------------------------------------------------


def planned_when(segment: Segment, shown: Shown) -> str:
    """The days of one level; the last one that is shown goes on."""
    begin = short_date(segment.starts, shown.today)
    if segment.ends >= shown.axis.end:
        return f"from {begin}"
    days = counted((segment.ends - segment.starts).days, "day", "days")
    return f"{begin} to {short_date(segment.ends - timedelta(days=1), shown.today)} ({days})"
