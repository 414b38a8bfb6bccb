"""The planned daily dose beside the actual one: from a plan that a person entered in numbers, else from an order's own steps.

Shown only: no rule judges by it, and being above a plan is no fault. The usual pace is a guide of the pack.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from app.domain.chart import RecordedFact
from app.domain.med import Segment, Supply, SupplyState
from app.domain.taper import TaperPlan
from app.rules.case import Case
from app.rules.policy import Policy

CONCEPT = "taper_plan"


@dataclass(frozen=True, slots=True)
class PaceGuide:
    """About so many percent of the starting dose in so many weeks, or slower."""

    percent: Decimal
    weeks: int


@dataclass(frozen=True, slots=True)
class Planned:
    """The planned dose by day (MME/day, half-open stretches, oldest first).

    `plan` is what a person entered, by `entered_by` on `made_on`; None when `reference` is an order whose directions step
    down, which is then shown from today on (until today its directions are the actual dose).
    """

    stretches: tuple[Segment, ...]
    plan: TaperPlan | None
    made_on: date | None
    entered_by: str | None
    reference: str | None
    is_faster_than_guide: bool


def guide_of(policy: Policy) -> PaceGuide:
    """The usual pace, as the pack has it."""
    return PaceGuide(policy.taper.usual_step.value, policy.taper.usual_weeks.value)


def is_faster_than_guide(plan: TaperPlan, policy: Policy) -> bool:
    """Whether a plan goes down faster than the pack's usual pace: something to talk over, never refused."""
    guide = guide_of(policy)
    return plan.is_faster_than(guide.percent, guide.weeks)


def planned(case: Case) -> Planned | None:
    """A person's plan goes before an order's steps. None when there is neither, or the plan is long past."""
    facts = [fact for fact in case.record.facts if fact.concept == CONCEPT]
    return (_entered(case, facts[-1]) if facts else None) or _directed(case)


def _entered(case: Case, fact: RecordedFact) -> Planned | None:
    """The newest word decides: a plan made anew without numbers has no line."""
    plan, made_on = fact.taper, min(fact.day.day, case.as_of)
    if plan is None:
        return None
    valid = timedelta(days=case.policy.rules.change_watch.plan_valid.value)
    if case.as_of > max(made_on, plan.reached_on) + valid:
        return None
    stretches = plan.stretches(min(made_on, plan.starts), max(case.as_of, plan.reached_on) + valid)
    return Planned(stretches, plan, made_on, fact.entered_by, None, is_faster_than_guide(plan, case.policy))


# --- an order that steps down ----------------------------------------------------------------------------------------


def _directed(case: Case) -> Planned | None:
    """Only where one order carries the dose alone until it ends: a total that falls as orders end is no plan."""
    supply = _only_supply(case)
    if supply is None or supply.ends is None:
        return None
    ahead = tuple(
        Segment(max(each.starts, case.as_of), min(each.ends, supply.ends), each.mme, each.complete)
        for each in case.med.timeline
        if each.ends > case.as_of and each.starts < supply.ends
    )
    doses = [each.mme for each in ahead]
    is_falling = len(set(doses)) > 1 and doses == sorted(doses, reverse=True)
    if not is_falling or not all(each.complete for each in ahead):
        return None
    return Planned(ahead, None, None, None, supply.sources[0], False)


def _only_supply(case: Case) -> Supply | None:
    """The one entry that covers today or later, when there is just one and it is counted."""
    coming = [each for each in case.med.supplies if each.in_force or (each.ends and each.ends > case.as_of)]
    is_clear = len(coming) == 1 and coming[0].state is SupplyState.COUNTED and coming[0].in_force
    return coming[0] if is_clear else None
