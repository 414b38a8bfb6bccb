"""The visit as plain text for the clinician's note: the same sentences as the page, nothing more."""

from app.usecases.review_patient import ReviewedChart
from app.web.presenters.dose import DoseView, WorkingRow
from app.web.presenters.rows import Row, task_row
from app.web.presenters.visit import VisitView
from app.web.presenters.words import long_date


def note_text(chart: ReviewedChart, view: VisitView) -> str:
    """Lines to copy. What is not known is said, as on the page."""
    review = chart.review
    parts = [
        f"Long-term opioid therapy review (Sextant, {long_date(review.as_of)})",
        *dose_lines(view.dose),
        f"{view.tier}{f': {view.tier_reasons}' if view.tier_reasons else ''}.",
        *([view.therapy] if view.therapy else []),
        *view.notices,
        "",
        *task_lines(chart, view),
        *in_date_lines(view),
        *not_read_lines(view),
        "",
        *view.over_time.summary,
        "",
        f"MED is an estimate for weighing risk ({view.dose.factor_set} factors), not for converting opioids.",
        f"Policy {review.pack}.",
    ]
    return "\n".join(parts).replace("\N{NO-BREAK SPACE}", " ").strip() + "\n"


def dose_lines(dose: DoseView) -> list[str]:
    """The dose and what it is made of."""
    figure = " ".join(part for part in (dose.prefix, dose.figure, dose.unit) if part)
    band = f", {dose.band} MME/day" if dose.band else ""
    lines = [f"MED {figure}{band}{f'; {dose.averages}' if dose.averages else ''}."]
    lines += [f"- {supply_line(row)}" for row in dose.rows]
    return lines


def supply_line(row: WorkingRow) -> str:
    """One supply on one line."""
    amount = f" = {row.amount} MME/day" if row.css == "counted" else ""
    return f"{row.medicine}: {row.working}{amount} ({row.covered})"


def task_lines(chart: ReviewedChart, view: VisitView) -> list[str]:
    """What is to be done, folded rows opened."""
    rows = [task_row(row, chart.review.as_of) for row in chart.order.rows]
    lines = [line for row in (*rows, *view.urgent_elsewhere) for line in row_lines(row)]
    return ["To do at this visit:", *lines] if lines else [view.nothing_due]


def row_lines(row: Row) -> list[str]:
    """One row, or one line for each finding of a shared cause."""
    if row.folded:
        return [line for each in row.folded for line in row_lines(each)]
    text = f"{row.title} {row.why}" if row.is_joined else f"{row.title}: {row.why}"
    return [f"- [{row.state.word}] {text}{f' {row.next_step}' if row.next_step else ''}"]


def in_date_lines(view: VisitView) -> list[str]:
    """What is in date, by name."""
    return ["", f"In date: {', '.join(row.title for row in view.in_date)}."] if view.in_date else []


def not_read_lines(view: VisitView) -> list[str]:
    """What the answer could not rest on."""
    return [
        f"Not read in full: {problem.name} ({problem.what})." for problem in view.feed_problems if problem.is_broken
    ]
