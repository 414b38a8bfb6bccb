"""A plan for a slower dose by day: first and last step, the target, steps in percent and in MME."""

from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise

import pytest

from app.domain.med import Segment
from app.domain.taper import StepUnit, TaperPlan

FIRST = date(2026, 3, 2)


def plan(before: str, step: str, unit: StepUnit, weeks: int, target: str) -> TaperPlan:
    return TaperPlan(FIRST, Decimal(before), Decimal(step), unit, weeks, Decimal(target))


TENTHS = plan("90", "10", StepUnit.PERCENT, 4, "45")
FIFTEENS = plan("100", "15", StepUnit.MME, 2, "60")


@pytest.mark.parametrize(
    ("which", "after", "dose"),
    [
        (TENTHS, -1, "90"),
        (TENTHS, 0, "81"),
        (TENTHS, 27, "81"),
        (TENTHS, 28, "72"),
        (TENTHS, 111, "54"),
        (TENTHS, 112, "45"),
        (TENTHS, 4000, "45"),
        (FIFTEENS, -400, "100"),
        (FIFTEENS, 0, "85"),
        (FIFTEENS, 14, "70"),
        (FIFTEENS, 28, "60"),
        (FIFTEENS, 42, "60"),
    ],
)
def test_the_planned_dose_of_a_day(which: TaperPlan, after: int, dose: str) -> None:
    assert which.planned_on(FIRST + timedelta(days=after)) == Decimal(dose)


def test_percent_is_of_the_starting_dose_so_that_every_step_is_the_same() -> None:
    doses = [each.mme for each in TENTHS.stretches(date(2026, 1, 1), date(2027, 1, 1))]
    assert doses == [90, 81, 72, 63, 54, 45]


def test_the_last_step_may_be_smaller_and_the_target_is_never_passed() -> None:
    doses = [each.mme for each in FIFTEENS.stretches(date(2026, 1, 1), date(2027, 1, 1))]
    assert doses == [100, 85, 70, 60]
    assert FIFTEENS.steps == 3
    assert FIFTEENS.reached_on == FIRST + timedelta(weeks=4)


def test_a_plan_down_to_nothing_ends_at_zero() -> None:
    off = plan("30", "10", StepUnit.PERCENT, 1, "0")
    assert off.steps == 10
    assert off.planned_on(off.reached_on) == 0
    assert off.planned_on(off.reached_on - timedelta(days=1)) == 3


def test_the_stretches_meet_and_cover_what_was_asked() -> None:
    first, end = date(2026, 2, 1), date(2026, 5, 1)
    stretches = TENTHS.stretches(first, end)
    assert (stretches[0].starts, stretches[-1].ends) == (first, end)
    assert all(before.ends == after.starts for before, after in pairwise(stretches))
    days = [first + timedelta(days=back) for back in range((end - first).days)]
    assert [dose_in(stretches, day) for day in days] == [TENTHS.planned_on(day) for day in days]


def dose_in(stretches: tuple[Segment, ...], day: date) -> Decimal:
    (found,) = [each.mme for each in stretches if each.starts <= day < each.ends]
    return found


def test_asked_for_from_the_first_step_on_it_begins_with_the_lower_dose() -> None:
    assert TENTHS.stretches(FIRST, FIRST + timedelta(days=1)) == (
        Segment(FIRST, FIRST + timedelta(days=1), Decimal(81), True),
    )
    assert TENTHS.stretches(FIRST, FIRST) == ()


@pytest.mark.parametrize(
    ("before", "step", "unit", "weeks", "is_faster"),
    [
        ("90", "10", StepUnit.PERCENT, 4, False),
        ("90", "9", StepUnit.MME, 4, False),
        ("90", "9.01", StepUnit.MME, 4, True),
        ("90", "10.5", StepUnit.PERCENT, 4, True),
        ("90", "5", StepUnit.PERCENT, 2, False),
        ("90", "5", StepUnit.PERCENT, 1, True),
        ("90", "25", StepUnit.PERCENT, 10, False),
        ("70", "10", StepUnit.PERCENT, 4, False),
    ],
)
def test_the_pace_is_compared_exactly(before: str, step: str, unit: StepUnit, weeks: int, is_faster: bool) -> None:
    assert plan(before, step, unit, weeks, "10").is_faster_than(Decimal(10), 4) is is_faster


@pytest.mark.parametrize(
    ("before", "step", "weeks", "target"),
    [("60", "10", 4, "60"), ("60", "10", 4, "90"), ("60", "0", 4, "30"), ("60", "10", 0, "30"), ("60", "10", 4, "-1")],
)
def test_numbers_that_lead_nowhere_are_no_plan(before: str, step: str, weeks: int, target: str) -> None:
    with pytest.raises(ValueError, match="goes down"):
        plan(before, step, StepUnit.MME, weeks, target)
