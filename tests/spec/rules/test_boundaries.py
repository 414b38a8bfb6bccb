"""Days and numbers that no other table meets: the day before, on and after, for windows that lie inside a rule."""

import pytest

from app.domain.codes import Concept
from app.domain.finding import Review
from app.domain.medication import Medication
from app.domain.record import PatientRecord
from tests.spec.rules.chart import (
    DOCTOR,
    GABAPENTIN,
    MORPHINE,
    NARCAN,
    PHQ2,
    PHQ4,
    PHQ9,
    Example,
    Part,
    check,
    entered,
    fill,
    found,
    has,
    icd,
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
    short_course,
    text,
    total,
    unreadable_opioid,
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


def stopped(word: Part) -> tuple[Part, ...]:
    """Stopped 9 days ago, with somebody's word about it."""
    ended = order(MORPHINE, ago=120, days=200, take=mg(60), status="stopped", ended_ago=9)
    return ended, word


def planned(ago: int) -> Part:
    """A plan for a slower dose."""
    return entered("taper_plan", "made", ago=ago)


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


def filled(ago: int, *, days: int | None = 30, pdmp: bool = False) -> Part:
    return fill(MORPHINE, ago=ago, days=days, pdmp=pdmp)


def by(who: str, *, ago: int = 20, days: int = 30) -> Part:
    return supply(15, ago=ago, days=days, by=who)


def given(what: Medication, place: str, *, ago: int = 10) -> Part:
    """A fill of our doctor's prescription at one pharmacy."""
    return fill(what, ago=ago, days=20, prescriber_name="Dr. Lee", performer_name=place, dosages=(mg(15),))


def at(number: int) -> tuple[Part, ...]:
    """Fills at so many pharmacies."""
    return tuple(given(MORPHINE, f"Pharmacy {place}", ago=10 + 20 * place) for place in range(number))


def pdmp(value: str) -> Part:
    return entered("pdmp_result", value, ago=5)


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
    ("change_watch", Example("a plan 365 days old", person(stopped(planned(365))), "green", "planned")),
    ("change_watch", Example("a plan 366 days old", person(stopped(planned(366))), "red", "abrupt stop")),
    (
        "change_watch",
        Example(
            "the word for a taper 365 days old", person(stopped(entered("ltot", "tapering", ago=365))), "green", "is"
        ),
    ),
    (
        "change_watch",
        Example(
            "the word for a taper 366 days old",
            person(stopped(entered("ltot", "tapering", ago=366))),
            "red",
            "abrupt stop",
        ),
    ),
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
    (
        "depression",
        Example("item 9 longer ago, never answered", person(LONG, phq9(*DARK, ago=366)), "red", "item 9 is 1"),
    ),
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


HANDS = (
    (
        "multi_prescriber",
        Example(
            "three prescribers", person(LONG, by(OTHER), by(THIRD), pdmp="available"), "yellow", "3 prescribers and 0"
        ),
    ),
    (
        "multi_prescriber",
        Example("two prescribers", person(LONG, by(OTHER), pdmp="available"), "green", "2 prescribers"),
    ),
    (
        "multi_prescriber",
        Example("three pharmacies", person(*at(3), pdmp="available"), "yellow", "1 prescriber and 3 pharmacies"),
    ),
    ("multi_prescriber", Example("two pharmacies", person(*at(2), pdmp="available"), "green", "2 pharmacies")),
    (
        "multi_prescriber",
        Example(
            "the third one's supply ended 90 days ago",
            person(LONG, by(THIRD), by(OTHER, ago=200, days=111), pdmp="available"),
            "yellow",
            "3 p",
        ),
    ),
    (
        "multi_prescriber",
        Example(
            "the third one's supply ended 91 days ago",
            person(LONG, by(THIRD), by(OTHER, ago=200, days=110), pdmp="available"),
            "green",
            "2 p",
        ),
    ),
    (
        "multi_prescriber",
        Example(
            "a pharmacy that gave out something else",
            person(*at(2), given(GABAPENTIN, "Pharmacy 9"), pdmp="available"),
            "green",
            "2 ph",
        ),
    ),
    (
        "early_refill",
        Example(
            "a fill without length, 180 days ago", person(LONG, filled(10), filled(180, days=None)), "grey", "without"
        ),
    ),
    (
        "early_refill",
        Example(
            "a fill without length, 181 days ago", person(LONG, filled(10), filled(181, days=None)), "green", "no fill"
        ),
    ),
)
"""Who prescribed and who gave out."""

RISES = (
    (
        "escalation",
        Example(
            "across 50 today", person(supply(40, ago=100, days=100), supply(60, ago=0, days=30)), "yellow", "across 50"
        ),
    ),
    (
        "escalation",
        Example(
            "from 50 to 59", person(supply(50, ago=140, days=100), supply(59, ago=40, days=90)), "green", "no rise"
        ),
    ),
    (
        "escalation",
        Example(
            "after 89 days without",
            person(supply(40, ago=250, days=101), supply(60, ago=60, days=90)),
            "red",
            "across 50",
        ),
    ),
    (
        "escalation",
        Example(
            "after 90 days without: a new start",
            person(supply(40, ago=250, days=100), supply(60, ago=60, days=90)),
            "green",
            "no rise",
        ),
    ),
)

MAYBE = order(Medication(Concept(text="opioid analgesic")), ago=5, take=mg(5))
NO_LENGTH = order(OXYCODONE, ago=100, days=None, take=mg(5))

WORDS = (
    (
        "overlap_opioids",
        Example("beside an entry that may be an opioid", person(LONG, MAYBE), "grey", "could not be read in full"),
    ),
    (
        "overlap_opioids",
        Example("beside one listed without a length", person(LONG, NO_LENGTH), "yellow", "two short-acting"),
    ),
    (
        "pdmp_result",
        Example(
            "expected and unexpected of one day",
            person(LONG, pdmp("as_expected"), pdmp("unexpected")),
            "red",
            "not yet",
        ),
    ),
    (
        "pdmp_result",
        Example(
            "the same, entered the other way round",
            person(LONG, pdmp("unexpected"), pdmp("as_expected")),
            "red",
            "not yet",
        ),
    ),
    (
        "pdmp_result",
        Example(
            "discussed and unexpected of one day",
            person(LONG, pdmp("discussed"), pdmp("unexpected")),
            "yellow",
            "discussed",
        ),
    ),
)
"""What is listed, and what people entered, in either order."""

START = short_course()
CODED_AGAIN = icd("T40.2X1D", "Poisoning by opioids, later visit")

A_YEAR = (
    (
        "opioid_first",
        Example(
            "tried a year ago, by her word", person(START, entered("nonopioid", "done", ago=365)), "green", "tried"
        ),
    ),
    (
        "opioid_first",
        Example("tried longer ago", person(START, entered("nonopioid", "done", ago=366)), "yellow", "no treatment"),
    ),
    ("opioid_first", Example("goals a year old", person(START, entered("goals", "set", ago=365)), "green", "goals")),
    (
        "opioid_first",
        Example("older goals", person(START, entered("goals", "set", ago=366)), "yellow", "no plan or goals"),
    ),
    (
        "overdose_history",
        Example("coded again a year ago", person(LONG, has(CODED_AGAIN, ago=365)), "grey", "without the day"),
    ),
    (
        "overdose_history",
        Example("coded again longer ago", person(LONG, has(CODED_AGAIN, ago=366)), "yellow", "an overdose before"),
    ),
)

OVERDOSE = icd("T40.2X1A", "Poisoning by opioids")
FOUR = (by(OTHER), by(THIRD), by("Practitioner/fourth"))

LAST = (
    (
        "multi_prescriber",
        Example(
            "four prescribers, no pharmacy", person(LONG, *FOUR, pdmp="available"), "yellow", "4 prescribers and 0"
        ),
    ),
    (
        "naloxone",
        Example(
            "prescribed and declined on one day",
            person(on_opioids(60), order(NARCAN, ago=9, days=None), entered("naloxone", "declined", ago=9)),
            "green",
            "on record",
        ),
    ),
    (
        "overdose_history",
        Example("7 days ago, not yet seen", person(LONG, has(OVERDOSE, ago=7)), "red", "not yet seen"),
    ),
    ("overdose_history", Example("8 days ago, not seen", person(LONG, has(OVERDOSE, ago=8)), "red", "nobody saw")),
)

MORE_EXAMPLES = (*LAST, *A_YEAR, *DAYS, *FORMS, *FILLS, *HANDS, *RISES, *WORDS)

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


@pytest.mark.parametrize(
    "chart",
    [person(on_opioids(95), unreadable_opioid()), person(on_opioids(95), documents="failed")],
    ids=["part of the dose", "papers"],
)
def test_a_red_that_rests_on_part_of_what_there_is_says_so(chart: PatientRecord) -> None:
    assert found("med", chart).is_known_in_part
    assert not found("med", person(on_opioids(95))).is_known_in_part


def test_only_what_was_never_recorded_and_is_not_urgent_folds_into_one_row() -> None:
    assert found("naloxone", person(on_opioids(20))).fold == "never_recorded"
    assert found("naloxone", person(on_opioids(60))).fold is None
    assert found("naloxone", person(on_opioids(20), entered("naloxone", "has", ago=366))).fold is None
