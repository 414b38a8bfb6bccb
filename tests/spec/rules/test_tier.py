"""Risk tier: each reason on the day or number before, on and after its limit; tiers only shorten intervals."""

import pytest

from app.domain.finding import Review
from tests.spec.rules.chart import (
    COPD,
    DEPRESSION,
    GABAPENTIN,
    LORAZEPAM,
    METHADONE,
    MORPHINE_ER,
    OUD,
    SLEEP_APNEA,
    Example,
    Part,
    agreement,
    check,
    entered,
    has,
    icd,
    loinc,
    mg,
    number,
    on_opioids,
    order,
    pdmp_review,
    person,
    seen,
    udt,
    unreadable_opioid,
    visit,
)
from tests.spec.rules.states import State, check_state

KIDNEY = icd("N18.4", "Chronic kidney disease, stage 4")
LOW, MODERATE, HIGHER = on_opioids(20), on_opioids(60), on_opioids(95)


def phq9(points: int, *, ago: int) -> Part:
    return seen(loinc("44261-6"), number(points), ago=ago)


def egfr(value: float, *, ago: int = 30) -> Part:
    return seen(loinc("98979-8"), number(value), ago=ago)


def says(review: Review) -> str:
    """The tier and its first reason."""
    first = f": {review.tier.reasons[0].text}" if review.tier.reasons else ""
    return f"{review.tier.level}{first}"


CASES = (
    State("nothing found", person(LOW), "low"),
    State("49 MME a day", person(on_opioids(49)), "low"),
    State("50 MME a day", person(on_opioids(50)), "moderate: MED 50 or more"),
    State("89 MME a day", person(on_opioids(89)), "moderate: MED 50 or more"),
    State("90 MME a day", person(on_opioids(90)), "high: MED 90 or more"),
    State("64 years old", person(LOW, born="1961-03-02"), "low"),
    State("65 years old today", person(LOW, born="1961-03-01"), "moderate: age 65 or older"),
    State("66 years old", person(LOW, born="1960-03-01"), "moderate: age 65 or older"),
    State("eGFR 60", person(LOW, egfr(60)), "low"),
    State("eGFR 59", person(LOW, egfr(59)), "moderate: eGFR below 60"),
    State("eGFR 60 in a year, kidney disease listed", person(LOW, egfr(60, ago=365), has(KIDNEY)), "low"),
    State(
        "eGFR 60 before, kidney disease listed", person(LOW, egfr(60, ago=366), has(KIDNEY)), "moderate: kidney disease"
    ),
    State("PHQ-9 positive a year ago", person(LOW, phq9(10, ago=365)), "moderate: PHQ-9 positive"),
    State("PHQ-9 positive longer ago", person(LOW, phq9(10, ago=366)), "low"),
    State("PHQ-9 9", person(LOW, phq9(9, ago=5)), "low"),
    State("PHQ-9 11", person(LOW, phq9(11, ago=5)), "moderate: PHQ-9 positive"),
    State("a benzodiazepine", person(LOW, order(LORAZEPAM)), "high: opioid with a benzodiazepine"),
    State("gabapentin", person(LOW, order(GABAPENTIN)), "moderate: opioid with another sedating medicine"),
    State("opioid use disorder", person(LOW, has(OUD)), "high: opioid use disorder, now or earlier"),
    State("an overdose, long resolved", person(LOW, has(icd("T40.2X1A"), status="resolved")), "high: earlier overdose"),
    State("sleep apnea", person(LOW, has(SLEEP_APNEA)), "high: sleep-disordered breathing"),
    State("COPD", person(LOW, has(COPD)), "moderate: COPD or another chronic lung disease"),
    State(
        "depression",
        person(LOW, has(DEPRESSION)),
        "moderate: depression, anxiety, PTSD or another mental-health condition",
    ),
    State(
        "a long-acting opioid",
        person(order(MORPHINE_ER, take=mg(30))),
        "high: long-acting opioid or methadone (morphine sulfate 30 MG Extended Release Oral Tablet)",
    ),
    State(
        "methadone",
        person(order(METHADONE, take=mg(5))),
        "high: long-acting opioid or methadone (methadone hydrochloride 10 MG Oral Tablet)",
    ),
    State("ORT 7", person(LOW, entered("ort", "7")), "moderate: ORT moderate"),
    State("ORT 8", person(LOW, entered("ort", "8")), "high: ORT high"),
    State("ORT 8 a year ago", person(LOW, entered("ort", "8", ago=365)), "high: ORT high"),
    State("ORT 8 longer ago", person(LOW, entered("ort", "8", ago=366)), "low"),
    State("ORT 8, then 2", person(LOW, entered("ort", "8", ago=90), entered("ort", "2", ago=9)), "low"),
    State("pregnant by her word", person(LOW, entered("pregnancy", "pregnant", ago=300)), "high: pregnancy"),
    State("pregnant by her word, longer ago", person(LOW, entered("pregnancy", "pregnant", ago=301)), "low"),
    State("ORT 3", person(LOW, entered("ort", "3")), "low"),
    State("ORT 4", person(LOW, entered("ort", "4")), "moderate: ORT moderate"),
    State("ORT-OUD 2", person(LOW, entered("ort_oud", "2")), "low"),
    State("ORT-OUD 3", person(LOW, entered("ort_oud", "3")), "high: ORT-OUD high"),
    State("STOP-Bang 2", person(LOW, entered("stop_bang", "2")), "low"),
    State("STOP-Bang 3", person(LOW, entered("stop_bang", "3")), "moderate: STOP-Bang 3 or more"),
    State("medications down", person(LOW, medications="failed"), "unknown: medications could not be read in full"),
    State(
        "an opioid that cannot be computed",
        person(unreadable_opioid()),
        "unknown: medications could not be read in full",
    ),
    State(
        "medications down, sleep apnea known",
        person(LOW, has(SLEEP_APNEA), medications="failed"),
        "high: sleep-disordered breathing",
    ),
    State("no PDMP is only noted", person(LOW, pdmp="not_offered"), "low"),
)

MORE_EXAMPLES = (
    ("agreement", Example("moderate tier, the last day", person(MODERATE, agreement(ago=365)), "yellow", "due by")),
    ("agreement", Example("higher tier, the last day", person(HIGHER, agreement(ago=365)), "yellow", "due by")),
    ("pdmp_check", Example("moderate tier, the last day", person(MODERATE, pdmp_review(ago=90)), "yellow", "due by")),
    ("pdmp_check", Example("higher tier, the last day", person(HIGHER, pdmp_review(ago=90)), "yellow", "due by")),
    ("udt_check", Example("moderate tier, the last day", person(MODERATE, udt(ago=365)), "yellow", "due by")),
    ("udt_check", Example("higher tier, the last day", person(HIGHER, udt(ago=365)), "yellow", "due by")),
    ("last_visit", Example("moderate tier, the last day", person(MODERATE, visit(ago=90)), "yellow", "due by")),
)
"""A tier whose interval is the floor shortens nothing."""


@pytest.mark.parametrize("line", CASES, ids=str)
def test_tier(line: State) -> None:
    check_state(line, says)


@pytest.mark.parametrize(("rule", "example"), MORE_EXAMPLES, ids=lambda part: str(part))
def test_a_tier_never_lengthens_and_shortens_only_where_the_pack_says(rule: str, example: Example) -> None:
    check(rule, example)
