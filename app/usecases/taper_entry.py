"""The numbers of a plan for a slower dose, as somebody typed them: all of them or none, and each readable.

No pace is refused: what is faster than the usual guide is told beside the plan. Only what leads nowhere, or can only be a
slip of the pen, is sent back.
"""

import re
from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from types import MappingProxyType

from app.domain.outcome import Ok
from app.domain.taper import StepUnit, TaperPlan
from app.usecases.refused import Problem, Refused

LABELS: Mapping[str, str] = MappingProxyType(
    {
        "starts": "First day of a lower dose",
        "from": "Starting dose",
        "step": "Each step",
        "weeks": "Weeks between steps",
        "target": "Target",
    }
)
"""What a person fills in, in this order; `unit` says what the step is counted in."""
UNITS: Mapping[str, str] = MappingProxyType(
    {StepUnit.PERCENT.value: "% of the starting dose", StepUnit.MME.value: "MME/day"}
)
LONGEST = timedelta(days=366 * 20)
MOST_AHEAD = timedelta(days=366)
MOST_WEEKS = 52
"""Longer, later or rarer than these is taken for a slip of the pen."""
_AMOUNT = re.compile(r"[0-9]{1,4}(?:\.[0-9]{1,2})?")
_WEEKS = re.compile(r"[0-9]{1,2}")


def field_of(name: str) -> str:
    """What a form calls one of them."""
    return f"taper.{name}"


def taper_from(cells: Mapping[str, str], today: date) -> Ok[TaperPlan | None] | Refused:
    """The plan, or None when nothing was filled in. `cells` are texts by the names of LABELS, and `unit`."""
    typed = {name: cells.get(name, "").strip() for name in LABELS}
    if not any(typed.values()):
        return Ok(None)
    problems = [problem for name, text in typed.items() if (problem := _problem_of(name, text, today))]
    unit = cells.get("unit", "").strip()
    if unit not in UNITS:
        problems.append(_problem("step", "choose what it is counted in"))
    return Refused(tuple(problems)) if problems else _leading_somewhere(typed, StepUnit(unit))


def _problem(name: str, remedy: str) -> Problem:
    return Problem(field_of(name), f"{LABELS[name]}: {remedy}.")


def _problem_of(name: str, text: str, today: date) -> Problem | None:
    if not text:
        return _problem(name, "fill it in, or clear the others")
    if name == "starts":
        return _day_problem(text, today)
    if name == "weeks":
        is_right = _WEEKS.fullmatch(text) and 1 <= int(text) <= MOST_WEEKS
        return None if is_right else _problem(name, f"write a whole number from 1 to {MOST_WEEKS}")
    if not _AMOUNT.fullmatch(text):
        return _problem(name, "write a number, as 90 or 67.5")
    return None if Decimal(text) or name == "target" else _problem(name, "write a number above 0")


def _day_problem(text: str, today: date) -> Problem | None:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return _problem("starts", "write the day as 2026-03-01")
    if day > today + MOST_AHEAD:
        return _problem("starts", "this is more than a year ahead; check the year")
    return _problem("starts", "this is more than 20 years ago; check the year") if day < today - LONGEST else None


def _leading_somewhere(typed: Mapping[str, str], unit: StepUnit) -> Ok[TaperPlan | None] | Refused:
    """What each field cannot show by itself: down, not past the target, and in a lifetime."""
    before, target = Decimal(typed["from"]), Decimal(typed["target"])
    if target >= before:
        return Refused((_problem("target", "it is not below the starting dose"),))
    plan = TaperPlan(
        date.fromisoformat(typed["starts"]), before, Decimal(typed["step"]), unit, int(typed["weeks"]), target
    )
    if plan.step_mme > before - target:
        return Refused((_problem("step", "one step would go past the target; make it smaller"),))
    if plan.steps * plan.every_weeks * timedelta(weeks=1) > LONGEST:
        return Refused((_problem("step", "so the plan takes more than 20 years; check the step and the weeks"),))
    return Ok(plan)
