"""Whether pain and function changed: the newest PEG against the one at the start of therapy.

Better means at least 30 % better in pain, and in enjoyment of life with activity; where only totals are recorded, by the mean.
"""

from dataclasses import dataclass
from decimal import Decimal

from app.rules.case import Case
from app.rules.evidence.scores import PEG_ITEMS, Score, tidy
from app.rules.ltot import therapy_began


@dataclass(frozen=True, slots=True)
class Change:
    """How the newest PEG compares with the baseline. `better` None: cannot be computed."""

    better: bool | None
    worse: bool
    words: str


def baseline_of(case: Case, found: tuple[Score, ...]) -> Score | None:
    """The last one at or before the start of therapy, else the earliest; only complete ones."""
    complete = [score for score in found if score.total is not None]
    began = therapy_began(case)
    before = [score for score in complete if began and score.day <= began]
    return before[-1] if before else complete[0] if complete else None


def compare(case: Case, last: Score, baseline: Score) -> Change:
    """Better by the pack's method, worse by the mean, or not comparable when something was 0 at the start."""
    section = case.policy.rules.peg
    now, then = last.total or Decimal(0), baseline.total or Decimal(0)
    label = (
        f"{tidy(then)} at the start ({baseline.day})"
        if is_at_start(case, baseline)
        else (f"{tidy(then)} at the earliest on record ({baseline.day})")
    )
    if then == 0:
        return Change(None, False, label)
    percent = section.meaningful_change.value
    worse = now - then >= section.worse_points.value and _fell(then, now, -percent)
    both = section.method.value == "both30" and has_items(last) and has_items(baseline)
    if not both:
        return Change(_fell(then, now, percent), worse, f"{label}, by the mean")
    parts = ((baseline.items["1"], last.items["1"]), (function_of(baseline), function_of(last)))
    if any(start == 0 for start, _ in parts):
        return Change(None, worse, label)
    return Change(all(_fell(start, end, percent) for start, end in parts), worse, f"{label}, pain and function")


def is_at_start(case: Case, baseline: Score) -> bool:
    """Whether a PEG was taken at or before the first day of therapy."""
    began = therapy_began(case)
    return began is not None and baseline.day <= began


def _fell(start: Decimal, end: Decimal, percent: Decimal) -> bool:
    """True when `end` is at least `percent` below `start`; with a negative percent, at least so much above."""
    if percent < 0:
        return (end - start) * 100 >= -percent * start
    return (start - end) * 100 >= percent * start


def has_items(score: Score) -> bool:
    """Whether all three answers are there, not the total alone."""
    return len(score.items) == PEG_ITEMS


def function_of(score: Score) -> Decimal:
    """Enjoyment of life and general activity together."""
    return (score.items["2"] + score.items["3"]) / 2
