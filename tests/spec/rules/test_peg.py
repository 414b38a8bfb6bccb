"""PEG: every 3 months, and whether the treatment helps."""

import pytest

from tests.spec.rules.chart import (
    LUNG_CANCER,
    PEG_ACTIVITY,
    PEG_ENJOYMENT,
    PEG_MEAN,
    PEG_PAIN,
    Example,
    benefit_risk_review,
    check,
    entered,
    form,
    found,
    has,
    loinc,
    number,
    on_opioids,
    peg,
    peg_mean,
    person,
    seen,
    short_course,
    text,
)

LONG = on_opioids(since=200)
EARLY = on_opioids(since=70)
START = peg(8, 8, 8, ago=200)

EXAMPLES = (
    Example("never", person(LONG), "red", "no PEG is on record"),
    Example("first one, today", person(LONG, peg(8, 8, 8, ago=0)), "green", "first measurement"),
    Example("first one, 31 days left", person(LONG, peg(8, 8, 8, ago=59)), "green", "first measurement"),
    Example("first one, 30 days left", person(LONG, peg(8, 8, 8, ago=60)), "yellow", "due by 2026-03-31"),
    Example("on the last day", person(LONG, peg(8, 8, 8, ago=90)), "yellow", "due by 2026-03-01"),
    Example("a day too late", person(LONG, peg(8, 8, 8, ago=91)), "red", "was due 2026-02-28"),
    Example("both 30 % better", person(LONG, START, peg("5.6", "5.6", "5.6", ago=9)), "green", "better"),
    Example("pain not quite 30 % better", person(LONG, START, peg("5.7", 5, 5, ago=9)), "yellow", "no meaningful"),
    Example("function not quite", person(LONG, START, peg(5, "5.6", "5.7", ago=9)), "yellow", "no meaningful"),
    Example("function is the mean of two", person(LONG, START, peg(5, 5, "6.2", ago=9)), "green", "better"),
    Example(
        "no better, reviewed this year",
        person(LONG, START, peg(8, 8, 8, ago=9), benefit_risk_review(ago=365)),
        "green",
        "reviewed",
    ),
    Example(
        "no better, reviewed long ago",
        person(LONG, START, peg(8, 8, 8, ago=9), benefit_risk_review(ago=366)),
        "yellow",
        "no meaningful",
    ),
    Example(
        "no better, at her goal",
        person(LONG, START, peg(8, 8, 8, ago=9), entered("peg_goal", "at_goal", ago=9)),
        "green",
        "goal",
    ),
    Example(
        "no better, 89 days of therapy",
        person(on_opioids(since=89), peg(8, 8, 8, ago=89), peg(8, 8, 8, ago=3)),
        "green",
        "too early",
    ),
    Example(
        "no better, medications read in part from 89 days ago",
        person(on_opioids(since=89), peg(8, 8, 8, ago=89), peg(8, 8, 8, ago=3), medications="partial"),
        "grey",
        "since when opioids are taken is not known",
    ),
    Example(
        "no better, confirmed by a nurse and no supply on record",
        person(peg(8, 8, 8, ago=89), peg(8, 8, 8, ago=3), entered("ltot", "confirmed")),
        "grey",
        "since when opioids are taken is not known",
    ),
    Example(
        "no better, 90 days of therapy",
        person(on_opioids(since=90), peg(8, 8, 8, ago=90), peg(8, 8, 8, ago=3)),
        "yellow",
        "no meaningful",
    ),
    Example("30 % worse", person(LONG, peg(4, 4, 4, ago=200), peg("5.2", "5.2", "5.2", ago=9)), "red", "worse"),
    Example(
        "29 % worse", person(LONG, peg(4, 4, 4, ago=200), peg("5.1", "5.2", "5.1", ago=9)), "yellow", "no meaningful"
    ),
    Example(
        "30 % worse but less than a point",
        person(LONG, peg(3, 3, 3, ago=200), peg("3.9", "3.9", "3.9", ago=9)),
        "yellow",
        "no mean",
    ),
    Example("a whole point and 33 % worse", person(LONG, peg(3, 3, 3, ago=200), peg(4, 4, 4, ago=9)), "red", "worse"),
    Example("better and due soon", person(LONG, START, peg(2, 2, 2, ago=70)), "yellow", "due by"),
    Example("worse and early in therapy", person(EARLY, peg(4, 4, 4, ago=70), peg(8, 8, 8, ago=3)), "red", "worse"),
    Example("baseline 0", person(LONG, peg(0, 0, 0, ago=200), peg(3, 3, 3, ago=9)), "grey", "cannot be compared"),
    Example(
        "pain 0 at the start", person(LONG, peg(0, 6, 6, ago=200), peg(0, 3, 3, ago=9)), "grey", "cannot be compared"
    ),
    Example("an item is missing", person(LONG, START, peg(5, 5, 5, ago=9)[:2]), "grey", "item 3 missing"),
    Example(
        "an item is not a number",
        person(LONG, (*peg(5, 5, 5, ago=9)[:2], seen(loinc(PEG_ACTIVITY), text("some"), ago=9))),
        "grey",
        "item 3",
    ),
    Example("an item above 10", person(LONG, peg(5, 5, 11, ago=9)), "grey", "item 3"),
    Example("a pain score alone is no PEG", person(LONG, seen(loinc(PEG_PAIN), number(5), ago=9)), "red", "no PEG"),
    Example(
        "only totals, 30 % better",
        person(LONG, peg_mean(8, ago=200), peg_mean("5.6", ago=9)),
        "green",
        "by the mean: better",
    ),
    Example(
        "only totals, not quite", person(LONG, peg_mean(8, ago=200), peg_mean("5.7", ago=9)), "yellow", "by the mean"
    ),
    Example(
        "sums are converted",
        person(LONG, peg_mean(24, ago=200), peg_mean(15, ago=9)),
        "green",
        "converted from a sum of 15",
    ),
    Example("a low sum among sums", person(LONG, peg_mean(24, ago=200), peg_mean(9, ago=9)), "green", "PEG 3"),
    Example("a sum above 30", person(LONG, peg_mean(31, ago=9)), "grey", "incomplete"),
    Example(
        "as a form", person(LONG, form({PEG_PAIN: 5, PEG_ENJOYMENT: 5, PEG_ACTIVITY: 6}, ago=9)), "green", "PEG 5.3"
    ),
    Example("a form not finished", person(LONG, form({PEG_PAIN: 5}, ago=9, status="in-progress")), "red", "no PEG"),
    Example(
        "form and observations of one day",
        person(LONG, peg(6, 6, 6, ago=9), form({PEG_PAIN: 6, PEG_ENJOYMENT: 6, PEG_ACTIVITY: 6}, ago=9)),
        "green",
        "first measurement",
    ),
    Example("a numeric text", person(LONG, seen(loinc(PEG_MEAN), text("6"), ago=9)), "green", "PEG 6"),
    Example("a text with words", person(LONG, seen(loinc(PEG_MEAN), text("about 6"), ago=9)), "grey", "incomplete"),
    Example(
        "entered in error",
        person(LONG, seen(loinc(PEG_MEAN), number(6), ago=9, status="entered-in-error")),
        "red",
        "no PEG",
    ),
    Example(
        "questionnaires down", person(LONG, START, peg(5, 5, 5, ago=9), surveys="failed"), "grey", "could not be read"
    ),
    Example("questionnaires not connected", person(LONG, surveys="not_offered"), "grey", "not connected"),
    Example("short course", person(short_course()), "not_applicable", "not on long-term"),
    Example("cancer", person(LONG, has(LUNG_CANCER)), "not_applicable", "cancer"),
    Example("medications down", person(LONG, medications="failed"), "grey", "could not be worked out"),
)


@pytest.mark.parametrize("example", EXAMPLES, ids=str)
def test_peg(example: Example) -> None:
    check("peg", example)


def test_the_baseline_is_the_last_one_before_therapy() -> None:
    finding = found("peg", person(LONG, peg(4, 4, 4, ago=300), peg(8, 8, 8, ago=210), peg(5, 5, 5, ago=9)))
    assert finding.status.value == "green"
    assert "8 at the start (2025-08-03)" in finding.reason


def test_a_later_baseline_is_labelled() -> None:
    finding = found("peg", person(LONG, peg(8, 8, 8, ago=150), peg(5, 5, 5, ago=9)))
    assert "8 at the earliest on record" in finding.reason
