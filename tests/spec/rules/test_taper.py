"""The planned dose: whose plan is shown, for how long, and what is noted about its pace. It changes no finding's colour."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from functools import partial

import pytest

from app.domain.chart import RecordedFact
from app.domain.dates import Period, on
from app.domain.medication import Dosage
from app.domain.taper import StepUnit, TaperPlan
from app.rules.fact_words import plan_words
from app.rules.over_time import MarkKind, over_time
from app.rules.review import case_of
from app.rules.taper import Planned, is_faster_than_guide, planned
from tests.spec.rules.chart import (
    DAY,
    MORPHINE,
    Part,
    back,
    entered,
    mg,
    on_opioids,
    order,
    person,
    policy,
    reviewed,
)
from tests.spec.rules.plans import PLANS, in_percent


def with_plan(plan: TaperPlan | None, *, ago: int = 20) -> Part:
    """A plan for a slower dose that was entered so many days ago, with its numbers."""
    name, fact = entered("taper_plan", "made", ago=ago)
    assert isinstance(fact, RecordedFact)
    return name, replace(fact, taper=plan)


def planned_for(*parts: object) -> Planned | None:
    return planned(case_of(person(*parts), policy(), DAY))  # type: ignore[arg-type]


def doses(found: Planned | None) -> list[tuple[date, Decimal]]:
    assert found
    return [(each.starts, each.mme) for each in found.stretches]


@pytest.mark.parametrize(("plan", "is_faster"), PLANS, ids=[plan_words(plan) for plan, _ in PLANS])
def test_a_pace_above_the_guide_is_noted(plan: TaperPlan, is_faster: bool) -> None:
    assert is_faster_than_guide(plan, policy()) is is_faster
    found = planned_for(on_opioids(90), with_plan(plan))
    assert found
    assert found.is_faster_than_guide is is_faster


def test_the_line_begins_when_the_plan_was_made_at_the_starting_dose() -> None:
    later = replace(in_percent("10", 4), starts=back(-10))
    found = planned_for(on_opioids(90), with_plan(later))
    assert doses(found)[:3] == [(back(20), 90), (back(-10), 81), (back(-38), 72)]
    assert found
    assert found.entered_by
    assert found.made_on == back(20)


def test_a_plan_that_was_entered_after_its_first_step_begins_there() -> None:
    found = planned_for(on_opioids(90), with_plan(replace(in_percent("10", 4), starts=back(40))))
    assert doses(found)[:2] == [(back(40), 81), (back(12), 72)]


def test_the_newest_plan_decides_also_when_it_has_no_numbers() -> None:
    first, second = in_percent("10", 4), in_percent("5", 4)
    assert (planned_for(with_plan(first, ago=30), with_plan(second, ago=10)) or fail()).plan == second
    assert planned_for(with_plan(first, ago=30), with_plan(None, ago=10)) is None


def fail() -> Planned:
    raise AssertionError("no plan was found")


def test_a_plan_long_past_has_no_line_any_more() -> None:
    short = partial(TaperPlan, from_mme=Decimal(60), step=Decimal(10), step_unit=StepUnit.MME, every_weeks=4)
    ended = short(starts=back(365), target_mme=Decimal(50))
    assert planned_for(with_plan(ended, ago=366)) is not None, "its last day"
    assert planned_for(with_plan(replace(ended, starts=back(366)), ago=366)) is None
    running = short(starts=back(500), target_mme=Decimal(0), every_weeks=52)
    assert planned_for(with_plan(running, ago=510)) is not None, "a long plan that still goes on"


def test_an_order_that_steps_down_is_a_plan_from_today_on() -> None:
    found = planned_for(stepping_down())
    assert doses(found) == [(DAY, 60), (back(-5), 45), (back(-15), 30)]
    assert found
    assert (found.plan, found.entered_by) == (None, None)
    assert str(found.reference).startswith("MedicationRequest/")


def stepping_down() -> Part:
    """One order of 45 days: 60 mg until in 5 days, 45 mg for 10 days, 30 mg for 10 days."""
    name, row = order(MORPHINE, ago=20, days=45)
    parts = ((60, 20, -4), (45, -5, -14), (30, -15, -24))
    return name, replace(row, dosages=tuple(dated(*part, number) for number, part in enumerate(parts, 1)))


def dated(amount: int, first_ago: int, last_ago: int, number: int) -> Dosage:
    """So many mg a day from one day to another."""
    directions = mg(amount)
    assert directions.timing
    assert directions.timing.repeat
    bounds = Period(on(back(first_ago)), on(back(last_ago)))
    repeat = replace(directions.timing.repeat, bounds_period=bounds)
    return replace(directions, sequence=number, timing=replace(directions.timing, repeat=repeat))


@pytest.mark.parametrize(
    "other",
    [order(MORPHINE, ago=10, days=20, take=mg(15)), order(MORPHINE, ago=10, days=None, take=Dosage(text="as told"))],
    ids=["another order ends meanwhile", "an entry that cannot be computed"],
)
def test_beside_another_entry_a_falling_total_is_no_plan(other: Part) -> None:
    assert planned_for(stepping_down(), other) is None


def test_a_steady_dose_and_a_supply_that_ends_are_no_plan() -> None:
    assert planned_for(on_opioids(60)) is None
    assert planned_for(order(MORPHINE, ago=20, days=30, take=mg(60))) is None


def test_a_persons_plan_goes_before_the_steps_of_an_order() -> None:
    assert (planned_for(stepping_down(), with_plan(in_percent("10", 4))) or fail()).plan == in_percent("10", 4)


def test_the_day_of_a_plan_is_a_mark() -> None:
    marks = over_time(case_of(person(on_opioids(90), with_plan(None)), policy(), DAY)).marks
    assert [(each.kind, each.day) for each in marks] == [(MarkKind.TAPER_PLAN, back(20))]


def test_the_numbers_of_a_plan_change_no_status_and_stand_in_the_evidence() -> None:
    stopped = order(MORPHINE, ago=120, days=200, take=mg(60), status="stopped", ended_ago=9)
    without, having = (reviewed(person(stopped, with_plan(plan))) for plan in (None, in_percent("50", 1)))
    assert [each.status for each in without.findings] == [each.status for each in having.findings]
    watch = having.finding("change_watch")
    assert watch
    assert "with target and pace (90 to 45 MME/day from 2026-02-01)" in watch.evidence[0].value
