"""Depression: PHQ-2 and PHQ-9, with item 9 on its own."""

import pytest

from tests.spec.rules.chart import (
    LUNG_CANCER,
    PHQ2,
    PHQ4,
    PHQ9,
    PHQ9_ITEM9,
    PHQ9_ITEMS,
    Example,
    check,
    entered,
    form,
    found,
    has,
    loinc,
    number,
    on_opioids,
    person,
    phq9,
    plan,
    procedure,
    seen,
    short_course,
    text,
    total,
    visit,
)

LONG = on_opioids()
WELL, MILD = (0, 0, 0, 0, 0, 0, 0, 0, 0), (1, 1, 1, 1, 1, 1, 1, 1, 0)
NINE = (2, 1, 1, 1, 1, 1, 1, 1, 0)
TEN = (2, 2, 1, 1, 1, 1, 1, 1, 0)
FIFTEEN = (2, 2, 2, 2, 2, 2, 2, 1, 0)
ITEM9 = (0, 0, 0, 0, 0, 0, 0, 0, 1)
ASSESSMENT = "225337009"

EXAMPLES = (
    Example("never asked", person(LONG), "red", "no PHQ-9 is on record"),
    Example("PHQ-9 of 0", person(LONG, phq9(*WELL, ago=30)), "green", "PHQ-9 0"),
    Example("PHQ-9 of 9", person(LONG, phq9(*NINE, ago=30)), "green", "PHQ-9 9"),
    Example("PHQ-9 of 10", person(LONG, phq9(*TEN, ago=30)), "yellow", "10 or more"),
    Example("PHQ-9 of 14 as a total", person(LONG, total(PHQ9, 14, ago=30)), "yellow", "10 or more"),
    Example("PHQ-9 of 15, nobody followed up", person(LONG, phq9(*FIFTEEN, ago=30)), "red", "no follow-up"),
    Example("PHQ-9 of 15 today", person(LONG, phq9(*FIFTEEN, ago=0)), "red", "no follow-up"),
    Example(
        "PHQ-9 of 15, seen the same day only",
        person(LONG, phq9(*FIFTEEN, ago=30), visit(ago=30)),
        "red",
        "no follow-up",
    ),
    Example(
        "PHQ-9 of 15, seen a day later", person(LONG, phq9(*FIFTEEN, ago=30), visit(ago=29)), "yellow", "followed up"
    ),
    Example(
        "PHQ-9 of 15, referred",
        person(LONG, phq9(*FIFTEEN, ago=30), plan("ServiceRequest", "Referral to psychology", ago=20)),
        "yellow",
        "followed up",
    ),
    Example(
        "PHQ-9 of 15, an X-ray ordered",
        person(LONG, phq9(*FIFTEEN, ago=30), plan("ServiceRequest", "Chest X-ray", ago=20)),
        "red",
        "no follow-up",
    ),
    Example(
        "PHQ-9 of 15, entered as followed up",
        person(LONG, phq9(*FIFTEEN, ago=30), entered("follow_up", "done", ago=2)),
        "yellow",
        "followed up",
    ),
    Example(
        "PHQ-9 of 15, in hospital only",
        person(LONG, phq9(*FIFTEEN, ago=30), visit(ago=20, kind="IMP")),
        "red",
        "no follow-up",
    ),
    Example("item 9 above zero", person(LONG, phq9(*ITEM9, ago=3)), "red", "item 9 is 1"),
    Example(
        "item 9, total low, not averaged away",
        person(LONG, total(PHQ9, 1, ago=3), seen(loinc(PHQ9_ITEM9), number(1), ago=3)),
        "red",
        "item 9",
    ),
    Example(
        "item 9, assessed the same day",
        person(LONG, phq9(*ITEM9, ago=3), procedure(ASSESSMENT, ago=3)),
        "yellow",
        "assessed the same day",
    ),
    Example(
        "item 9, assessed a day later",
        person(LONG, phq9(*ITEM9, ago=3), procedure(ASSESSMENT, ago=2)),
        "yellow",
        "assessed later",
    ),
    Example(
        "item 9, assessed the day before",
        person(LONG, phq9(*ITEM9, ago=3), procedure(ASSESSMENT, ago=4)),
        "red",
        "item 9",
    ),
    Example("item 9, only seen", person(LONG, phq9(*ITEM9, ago=3), visit(ago=2)), "red", "item 9"),
    Example(
        "item 9, a safety plan the same day",
        person(LONG, phq9(*ITEM9, ago=3), plan("CarePlan", "Safety plan", ago=3)),
        "yellow",
        "same day",
    ),
    Example(
        "item 9, entered",
        person(LONG, phq9(*ITEM9, ago=3), entered("suicide_risk_assessment", "done", ago=3)),
        "yellow",
        "same day",
    ),
    Example("item 9, nobody assessed it in a year", person(LONG, phq9(*ITEM9, ago=366)), "red", "item 9 is 1"),
    Example("PHQ-9 of 15, nobody followed up in a year", person(LONG, phq9(*FIFTEEN, ago=366)), "red", "no follow-up"),
    Example(
        "a day over a year, questionnaires read in part",
        person(LONG, phq9(*MILD, ago=366), surveys="partial"),
        "grey",
        "a newer one may exist",
    ),
    Example(
        "a day to the year, questionnaires read in part",
        person(LONG, phq9(*MILD, ago=365), surveys="partial"),
        "yellow",
        "due by 2026-03-01",
    ),
    Example("item 9, then a PHQ-9 without", person(LONG, phq9(*ITEM9, ago=30), phq9(*WELL, ago=3)), "green", "PHQ-9 0"),
    Example("item 9 before, PHQ-2 since", person(LONG, phq9(*ITEM9, ago=30), total(PHQ2, 0, ago=3)), "red", "item 9"),
    Example("61 days left", person(LONG, phq9(*MILD, ago=304)), "green", "PHQ-9 8"),
    Example("60 days left", person(LONG, phq9(*MILD, ago=305)), "yellow", "due by 2026-04-30"),
    Example("a day over a year", person(LONG, phq9(*MILD, ago=366)), "yellow", "was due by 2026-02-28"),
    Example("PHQ-2 of 2", person(LONG, total(PHQ2, 2, ago=30)), "green", "negative"),
    Example("PHQ-2 of 3", person(LONG, total(PHQ2, 3, ago=30)), "yellow", "no PHQ-9 since"),
    Example("PHQ-2 of 3, then PHQ-9", person(LONG, total(PHQ2, 3, ago=30), phq9(*MILD, ago=30)), "green", "PHQ-9 8"),
    Example(
        "two first questions", person(LONG, form({PHQ9_ITEMS[0]: 2, PHQ9_ITEMS[1]: 1}, ago=3)), "yellow", "PHQ-2 3"
    ),
    Example(
        "PHQ-4, depression pair 3",
        person(LONG, form({"69725-0": 0, "68509-9": 0, "44250-9": 2, "44255-8": 1}, ago=3)),
        "yellow",
        "PHQ-4 3",
    ),
    Example(
        "PHQ-4, anxiety pair only",
        person(LONG, form({"69725-0": 3, "68509-9": 3, "44250-9": 0, "44255-8": 1}, ago=3)),
        "green",
        "PHQ-4 7",
    ),
    Example("PHQ-4 total of 2", person(LONG, total(PHQ4, 2, ago=3)), "green", "negative"),
    Example("PHQ-4 total of 5", person(LONG, total(PHQ4, 5, ago=3)), "grey", "incomplete"),
    Example(
        "an answer is missing",
        person(LONG, form(dict(zip(PHQ9_ITEMS[:8], MILD[:8], strict=True)), ago=3)),
        "grey",
        "incomplete",
    ),
    Example("a total that cannot be", person(LONG, total(PHQ9, 28, ago=3)), "grey", "incomplete"),
    Example("a total in words", person(LONG, seen(loinc(PHQ9), text("moderate"), ago=3)), "grey", "incomplete"),
    Example(
        "a form in progress", person(LONG, form({PHQ9_ITEMS[8]: 3}, ago=3, status="in-progress")), "red", "no PHQ-9"
    ),
    Example("questionnaires down", person(LONG, phq9(*WELL, ago=3), surveys="failed"), "grey", "could not be read"),
    Example("short course", person(short_course()), "not_applicable", "not on long-term"),
    Example("cancer", person(LONG, has(LUNG_CANCER)), "not_applicable", "cancer"),
)


@pytest.mark.parametrize("example", EXAMPLES, ids=str)
def test_depression(example: Example) -> None:
    check("depression", example)


def test_a_total_without_item_9_says_so() -> None:
    assert "item 9" in found("depression", person(LONG, total(PHQ9, 4, ago=3))).missing
    assert found("depression", person(LONG, phq9(*MILD, ago=3))).missing == ()


def test_while_positive_it_is_due_again_after_three_months() -> None:
    finding = found("depression", person(LONG, phq9(*TEN, ago=30)))
    assert finding.due is not None
    assert finding.due.isoformat() == "2026-04-30"
