"""Change watch: a supply that stops or drops suddenly. The answer is to reach the person."""

import pytest

from tests.spec.rules.chart import (
    LUNG_CANCER,
    MORPHINE,
    SUBOXONE,
    Example,
    Part,
    check,
    document,
    entered,
    fill,
    found,
    has,
    mg,
    on_opioids,
    order,
    person,
    plan,
    procedure,
    short_course,
    unreadable_opioid,
    visit,
)

TAPER_MANAGED = "874903005"


def filled(mme: float, *, last_ago: int, months: int = 4) -> tuple[Part, ...]:
    """Monthly fills of one product, the last one `last_ago` days ago."""
    return tuple(fill(MORPHINE, ago=last_ago + 30 * back, days=30, dosages=(mg(mme),)) for back in range(months))


def course(mme: float, *, ago: int, days: int, status: str = "active", ended_ago: int | None = None) -> Part:
    return order(MORPHINE, ago=ago, days=days, take=mg(mme), status=status, ended_ago=ended_ago)


def changed(before: float, after: float, *, ago: int = 14, since: int = 140) -> tuple[Part, ...]:
    """A new order with another dose."""
    return (course(before, ago=since, days=since - ago), course(after, ago=ago, days=60))


STEADY = on_opioids(60)

EXAMPLES = (
    Example("steady", person(STEADY), "green", "steady"),
    Example("fills: due today", person(filled(60, last_ago=30)), "green", "7 days late"),
    Example("fills: 7 days late", person(filled(60, last_ago=37)), "green", "7 days late"),
    Example("fills: 8 days late", person(filled(60, last_ago=38)), "red", "possible abrupt stop"),
    Example(
        "fills: 8 days late, then filled",
        person(filled(60, last_ago=38), filled(60, last_ago=0, months=1)),
        "green",
        "steady",
    ),
    Example("an order ran out 7 days ago", person(course(60, ago=127, days=120)), "green", "7 days late"),
    Example("an order ran out 8 days ago", person(course(60, ago=128, days=120)), "yellow", "supply ran out: check"),
    Example(
        "an order stopped 8 days ago",
        person(course(60, ago=120, days=200, status="stopped", ended_ago=8)),
        "red",
        "abrupt stop",
    ),
    Example(
        "an order cancelled 8 days ago",
        person(course(60, ago=120, days=200, status="cancelled", ended_ago=8)),
        "red",
        "abrupt stop",
    ),
    Example(
        "stopped 7 days ago",
        person(course(60, ago=120, days=200, status="stopped", ended_ago=7)),
        "green",
        "7 days late",
    ),
    Example(
        "stopped with a plan",
        person(course(60, ago=120, days=200, status="stopped", ended_ago=9), entered("taper_plan", "made", ago=60)),
        "green",
        "planned",
    ),
    Example(
        "a taper document", person(filled(60, last_ago=38), document("Opioid taper plan", ago=50)), "green", "planned"
    ),
    Example("taper managed", person(filled(60, last_ago=38), procedure(TAPER_MANAGED, ago=50)), "green", "planned"),
    Example("a plan a year old", person(filled(60, last_ago=38), procedure(TAPER_MANAGED, ago=366)), "red", "no plan"),
    Example(
        "a taper care plan",
        person(filled(60, last_ago=38), plan("CarePlan", "Opioid taper", ago=50)),
        "green",
        "planned",
    ),
    Example(
        "state: tapering", person(filled(60, last_ago=38), entered("ltot", "tapering", ago=50)), "green", "planned"
    ),
    Example(
        "switched to buprenorphine",
        person(filled(60, last_ago=38), fill(SUBOXONE, ago=8, days=30)),
        "green",
        "by design",
    ),
    Example(
        "in hospital",
        person(filled(60, last_ago=38), visit(ago=0, kind="IMP", status="in-progress")),
        "green",
        "hospital stay",
    ),
    Example("in hospital long ago", person(filled(60, last_ago=38), visit(ago=60, kind="IMP")), "red", "abrupt stop"),
    Example("25 % less", person(changed(100, 75)), "green", "steady"),
    Example("26 % less", person(changed(100, 74)), "red", "fell by 26 %"),
    Example("more", person(changed(60, 80)), "green", "steady"),
    Example("10 % less after 5 months", person(changed(100, 90)), "green", "steady"),
    Example("10 % less after a year", person(changed(100, 90, since=365)), "yellow", "fell by 10 %"),
    Example("9 % less after a year", person(changed(100, 91, since=365)), "green", "steady"),
    Example("10 % less after 364 days", person(changed(100, 90, since=364)), "green", "steady"),
    Example("half, with a plan", person(changed(100, 50), entered("taper_plan", "made", ago=20)), "green", "planned"),
    Example(
        "half, and one unreadable", person(changed(100, 50), unreadable_opioid(ago=5)), "grey", "could not be computed"
    ),
    Example(
        "a late fill is no lower dose",
        person(course(60, ago=130, days=125), course(60, ago=1, days=30)),
        "green",
        "steady",
    ),
    Example("a short course that ended", person(short_course(ago=60, days=20)), "not_applicable", "to watch"),
    Example("long ago", person(course(60, ago=400, days=200)), "not_applicable", "to watch"),
    Example("no opioids", person(), "not_applicable", "to watch"),
    Example("medications down", person(STEADY, medications="failed"), "grey", "could not be read"),
    Example(
        "medications in part, none now",
        person(course(60, ago=128, days=120), medications="partial"),
        "grey",
        "one may exist",
    ),
    Example(
        "an opioid without length",
        person(course(60, ago=128, days=120), unreadable_opioid(ago=100)),
        "grey",
        "states no length",
    ),
    Example("cancer: still a safety matter", person(filled(60, last_ago=38), has(LUNG_CANCER)), "red", "abrupt stop"),
)


@pytest.mark.parametrize("example", EXAMPLES, ids=str)
def test_change_watch(example: Example) -> None:
    check("change_watch", example)


def test_the_answer_is_to_reach_the_person() -> None:
    finding = found("change_watch", person(filled(60, last_ago=38)))
    assert finding.next_step is not None
    assert finding.next_step.startswith("Contact the patient today")
    assert finding.evidence


@pytest.mark.parametrize("example", EXAMPLES, ids=str)
def test_nothing_suggests_to_give_less(example: Example) -> None:
    words = f"{found('change_watch', example.chart).next_step or ''}".lower()
    assert not any(word in words for word in ("lower", "reduc", "decrease", "taper"))
