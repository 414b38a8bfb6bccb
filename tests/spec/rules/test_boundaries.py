"""Days and numbers that no other table meets: the day before, on and after, for windows that lie inside a rule."""

import pytest

from app.domain.finding import Review
from tests.spec.rules.chart import (
    DOCTOR,
    MORPHINE,
    PHQ2,
    PHQ4,
    PHQ9,
    Example,
    Part,
    check,
    entered,
    fill,
    loinc,
    medicine,
    mg,
    number,
    on_opioids,
    order,
    person,
    phq9,
    procedure,
    seen,
    text,
    total,
    visit,
)
from tests.spec.rules.states import State, check_state

LONG = on_opioids()
OTHER, THIRD = "Practitioner/other", "Practitioner/third"
OXYCODONE = medicine("1049621", "oxycodone hydrochloride 5 MG Oral Tablet")
OPIATES, NOROXYCODONE, PH = "19295-5", "61424-8", "2756-5"


def supply(mme: float | str, *, ago: int, days: int, by: str = DOCTOR) -> Part:
    return order(MORPHINE, ago=ago, days=days, take=mg(mme), by=by)


def steps(*, up: int, down: int) -> tuple[Part, ...]:
    """60 MME, then 100 from `up` days ago, then 74.5 from `down` days ago."""
    return (
        supply(60, ago=200, days=200 - up),
        supply(100, ago=up, days=up - down),
        supply("74.5", ago=down, days=60),
    )


def stopped(*, planned: int) -> tuple[Part, ...]:
    """Stopped 9 days ago, with a plan for it made so many days ago."""
    ended = order(MORPHINE, ago=120, days=200, take=mg(60), status="stopped", ended_ago=9)
    return ended, entered("taper_plan", "made", ago=planned)


def outside(*, ago: int) -> tuple[Part, ...]:
    """Two people outside the team; the first supply was for a week."""
    ours = (supply(30, ago=80, days=90), supply(30, ago=20, days=60))
    return (supply(30, ago=ago, days=7, by=OTHER), supply(30, ago=50, days=10, by=THIRD), *ours)


def overlapping(days: int) -> tuple[Part, ...]:
    """A new prescription is begun so many days before the old one is used up."""
    return (supply(40, ago=60, days=30 + days, by=OTHER), supply(40, ago=30, days=90))


def with_test(*parts: Part) -> tuple[Part, ...]:
    """A urine test 10 days ago, with the opiates of the prescription in it."""
    return (LONG, seen(loinc(OPIATES), text("Positive"), ago=10), *parts)


def supplied_until(days_before: int) -> tuple[Part, ...]:
    """Oxycodone whose last day was so many days before a test that finds what the body makes of it."""
    last = order(OXYCODONE, ago=10 + days_before + 29, days=30, take=mg(5, 3))
    return with_test(last, seen(loinc(NOROXYCODONE), text("Positive"), ago=10))


def acid(value: int) -> tuple[Part, ...]:
    return with_test(seen(loinc(PH), number(value), ago=10))


def phq4(item_3: int, item_4: int | None, *, ago: int) -> tuple[Part, ...]:
    """The depression pair of the PHQ-4; the second question may be left out."""
    asked = (("44250-9", item_3), ("44255-8", item_4))
    return tuple(seen(loinc(code), number(points), ago=ago) for code, points in asked if points is not None)


def assessed(*, ago: int) -> Part:
    """A suicide-risk assessment."""
    return procedure("225337009", ago=ago)


def filled(ago: int, *, days: int = 30, pdmp: bool = False) -> Part:
    return fill(MORPHINE, ago=ago, days=days, pdmp=pdmp)


DARK = (0, 0, 0, 0, 0, 0, 0, 0, 1)
HEAVY, HEAVY_14 = (2, 2, 2, 2, 2, 2, 1, 1, 1), (2, 2, 2, 2, 2, 1, 1, 1, 1)

DAYS = (
    ("change_watch", Example("lower on each of 14 days", person(steps(up=90, down=13)), "red", "fell by 25.5 %")),
    ("change_watch", Example("lower on 13 of 14 days", person(steps(up=90, down=12)), "green", "before")),
    ("change_watch", Example("higher from the 42nd day back", person(steps(up=42, down=28)), "red", "100 to 74.5")),
    ("change_watch", Example("higher from the 41st day back", person(steps(up=41, down=28)), "green", "97.1 before")),
    ("change_watch", Example("higher up to the 30th day back", person(steps(up=90, down=29)), "green", "98.2 before")),
    ("change_watch", Example("long-term 28 days ago", person(supply(60, ago=87, days=60)), "yellow", "ran out")),
    (
        "change_watch",
        Example("long-term 27 days ago only", person(supply(60, ago=86, days=60)), "not_applicable", "no long-term"),
    ),
    ("change_watch", Example("long-term 90 days ago", person(supply(60, ago=179, days=60)), "yellow", "ran out")),
    (
        "change_watch",
        Example("long-term 91 days ago only", person(supply(60, ago=180, days=60)), "not_applicable", "no long-term"),
    ),
    ("change_watch", Example("a plan 365 days old", person(stopped(planned=365)), "green", "planned")),
    ("change_watch", Example("a plan 366 days old", person(stopped(planned=366)), "red", "abrupt stop")),
    ("prescriber", Example("outside, 90 days ago", person(outside(ago=95)), "red", "2 people outside")),
    ("prescriber", Example("outside, 91 days ago", person(outside(ago=96)), "green", "in charge prescribes")),
    ("escalation", Example("7 days of overlap are no rise", person(overlapping(7)), "green", "no rise")),
    ("escalation", Example("8 days of overlap are one", person(overlapping(8)), "red", "across 50")),
    ("pregnancy", Example("18 years old, not recorded", person(LONG, born="2008-03-01"), "grey", "not recorded")),
    ("udt_result", Example("supplied 30 days before", person(supplied_until(30)), "green", "as expected")),
    ("udt_result", Example("supplied 31 days before", person(supplied_until(31)), "red", "no supply explains it")),
    ("udt_result", Example("pH 10", person(acid(10)), "green", "as expected")),
    ("udt_result", Example("pH 11", person(acid(11)), "grey", "cannot be judged")),
)


FORMS = (
    (
        "depression",
        Example(
            "a PHQ-2 and a bare PHQ-4 total of one day",
            person(LONG, total(PHQ2, 1, ago=9), total(PHQ4, 7, ago=9)),
            "green",
            "PHQ-2 1",
        ),
    ),
    (
        "depression",
        Example(
            "a PHQ-9 and a PHQ-4 of one day", person(LONG, phq4(3, 3, ago=9), total(PHQ9, 4, ago=9)), "green", "PHQ-9 4"
        ),
    ),
    (
        "depression",
        Example(
            "half of the PHQ-4 pair", person(LONG, phq4(1, None, ago=9), total(PHQ4, 5, ago=9)), "grey", "incomplete"
        ),
    ),
    ("depression", Example("PHQ-4 total of 3", person(LONG, total(PHQ4, 3, ago=9)), "grey", "incomplete")),
    ("depression", Example("item 9 a year ago", person(LONG, phq9(*DARK, ago=365)), "red", "item 9 is 1")),
    ("depression", Example("item 9 longer ago", person(LONG, phq9(*DARK, ago=366)), "yellow", "was due")),
    (
        "depression",
        Example("15 with item 9, assessed", person(LONG, phq9(*HEAVY, ago=9), assessed(ago=9)), "red", "no follow-up"),
    ),
    (
        "depression",
        Example(
            "14 with item 9, assessed", person(LONG, phq9(*HEAVY_14, ago=9), assessed(ago=9)), "yellow", "same day"
        ),
    ),
    (
        "depression",
        Example(
            "15 with item 9, assessed and seen since",
            person(LONG, phq9(*HEAVY, ago=9), assessed(ago=9), visit(ago=3)),
            "yellow",
            "same day",
        ),
    ),
)
"""Forms of one day beside each other, and item 9 beside the total."""

FILLS = (
    (
        "early_refill",
        Example(
            "one fill in two systems, 3 days apart",
            person(LONG, filled(20), filled(17, pdmp=True), pdmp="available"),
            "green",
            "no fill",
        ),
    ),
    (
        "early_refill",
        Example(
            "in two systems, 4 days apart",
            person(LONG, filled(20), filled(16, pdmp=True), pdmp="available"),
            "yellow",
            "one fill",
        ),
    ),
    (
        "early_refill",
        Example(
            "in two systems, of other lengths",
            person(LONG, filled(20), filled(17, days=20, pdmp=True), pdmp="available"),
            "yellow",
            "one fill",
        ),
    ),
    (
        "early_refill",
        Example("in one system, 3 days apart", person(LONG, filled(20), filled(17)), "yellow", "one fill"),
    ),
    (
        "change_watch",
        Example(
            "nothing 4 to 6 weeks ago",
            person(supply(60, ago=150, days=105), supply(30, ago=20, days=60)),
            "green",
            "no two stretches",
        ),
    ),
)


def says(review: Review) -> str:
    """When depression is to be asked about again."""
    return f"due {review.by_rule['depression'].due}"


MORE_EXAMPLES = (*DAYS, *FORMS, *FILLS)

CASES = (
    State("positive: again after 90 days", person(LONG, seen(loinc(PHQ9), number(12), ago=80)), "due 2026-03-11"),
    State("not positive: again after a year", person(LONG, seen(loinc(PHQ9), number(9), ago=80)), "due 2026-12-11"),
)


@pytest.mark.parametrize(("rule", "example"), MORE_EXAMPLES, ids=str)
def test_day_before_on_and_after(rule: str, example: Example) -> None:
    check(rule, example)


@pytest.mark.parametrize("line", CASES, ids=str)
def test_a_positive_score_is_asked_again_sooner(line: State) -> None:
    check_state(line, says)
