"""Other treatment first: pain care without opioids, or a plan with goals, when an opioid is started."""

import pytest

from tests.spec.rules.chart import (
    CYCLOBENZAPRINE,
    GABAPENTIN,
    LUNG_CANCER,
    MORPHINE,
    SUBOXONE,
    Example,
    benefit_risk_review,
    check,
    entered,
    fill,
    found,
    has,
    medicine,
    mg,
    on_opioids,
    order,
    person,
    plan,
    procedure,
    short_course,
    snomed,
    takes,
    unreadable_opioid,
)

NEW = short_course(ago=3, days=7)
IBUPROFEN = medicine("197806", "ibuprofen 600 MG Oral Tablet")
PERCOCET = medicine("1049221", "oxycodone hydrochloride 5 MG / acetaminophen 325 MG Oral Tablet")
ACETAMINOPHEN = medicine("313782", "acetaminophen 325 MG Oral Tablet")
HEART_ASPIRIN = medicine("243670", "aspirin 81 MG Oral Tablet")
PAIN_ASPIRIN = medicine("212033", "aspirin 325 MG Oral Tablet")
EYE_DROPS = medicine("860107", "ketorolac tromethamine 5 MG/ML Ophthalmic Solution")
PHYSICAL_THERAPY, PT_REFERRAL, EXERCISE_ADVICE = "91251008", "306170007", "281090004"
NOTHING = "no treatment without opioids"

EXAMPLES = (
    Example("opioid first, nothing else", person(NEW), "yellow", NOTHING),
    Example("anti-inflammatory tablets", person(NEW, order(IBUPROFEN, ago=20)), "green", "ibuprofen"),
    Example("same day as the opioid", person(NEW, order(IBUPROFEN, ago=3)), "green", "ibuprofen"),
    Example("a muscle relaxant", person(NEW, order(CYCLOBENZAPRINE, ago=20)), "green", "cyclobenzaprine"),
    Example("gabapentin on the list", person(NEW, takes(GABAPENTIN, since=900)), "green", "gabapentin"),
    Example("filled at the pharmacy", person(NEW, fill(IBUPROFEN, ago=30)), "green", "ibuprofen"),
    Example("last day of supply 365 days ago", person(NEW, order(IBUPROFEN, ago=394, days=30)), "green", "ibuprofen"),
    Example("last day of supply 366 days ago", person(NEW, order(IBUPROFEN, ago=395, days=30)), "yellow", NOTHING),
    Example("acetaminophen of its own", person(NEW, order(ACETAMINOPHEN, ago=9)), "green", "acetaminophen"),
    Example(
        "acetaminophen only inside an opioid",
        person(order(PERCOCET, ago=3, days=5, take=mg(5, 3))),
        "yellow",
        NOTHING,
    ),
    Example("aspirin for the heart", person(NEW, order(HEART_ASPIRIN, ago=9)), "yellow", NOTHING),
    Example("aspirin for pain", person(NEW, order(PAIN_ASPIRIN, ago=9)), "green", "aspirin"),
    Example("eye drops", person(NEW, order(EYE_DROPS, ago=9)), "yellow", NOTHING),
    Example(
        "tablets ordered in error", person(NEW, order(IBUPROFEN, ago=9, status="entered-in-error")), "yellow", NOTHING
    ),
    Example("physical therapy done", person(NEW, procedure(PHYSICAL_THERAPY, ago=60)), "green", "on record from"),
    Example("physical therapy 365 days ago", person(NEW, procedure(PHYSICAL_THERAPY, ago=365)), "green", "on record"),
    Example("physical therapy 366 days ago", person(NEW, procedure(PHYSICAL_THERAPY, ago=366)), "yellow", NOTHING),
    Example(
        "physical therapy not done",
        person(NEW, procedure(PHYSICAL_THERAPY, ago=9, status="not-done")),
        "yellow",
        NOTHING,
    ),
    Example(
        "referred to physical therapy",
        person(NEW, plan("ServiceRequest", "Physical therapy", ago=2, what=snomed(PT_REFERRAL))),
        "green",
        "on record from",
    ),
    Example("only told to exercise", person(NEW, procedure(EXERCISE_ADVICE, ago=9)), "yellow", NOTHING),
    Example("goals are set", person(NEW, plan("Goal", "Walk to the shop without pain", ago=5)), "green", "walk"),
    Example("a goal about something else", person(NEW, plan("Goal", "HbA1c below 7", ago=5)), "yellow", NOTHING),
    Example("plan of care", person(NEW, benefit_risk_review(ago=3)), "green", "pain control management"),
    Example("a nurse says so", person(NEW, entered("nonopioid", "done", ago=1)), "green", "therapy without opioids"),
    Example("started 90 days ago", person(short_course(ago=90)), "yellow", NOTHING),
    Example("started 91 days ago", person(short_course(ago=91)), "not_applicable", "no opioid was started"),
    Example(
        "89 days without an opioid before",
        person(short_course(ago=3), short_course(ago=99, days=7)),
        "not_applicable",
        "no opioid was started",
    ),
    Example(
        "90 days without an opioid before",
        person(short_course(ago=3), short_course(ago=100, days=7)),
        "yellow",
        NOTHING,
    ),
    Example("long-term therapy", person(on_opioids(since=200)), "not_applicable", "no opioid was started"),
    Example(
        "treatment of opioid use disorder", person(order(SUBOXONE, ago=3, take=mg(8))), "not_applicable", "no opioid"
    ),
    Example("no opioids", person(), "not_applicable", "no opioid was started"),
    Example("medications down", person(NEW, medications="failed"), "grey", "could not be read"),
    Example("medications read in part", person(NEW, medications="partial"), "grey", "was the first is not known"),
    Example("procedures down", person(NEW, procedures="failed"), "grey", "procedures: could not be read"),
    Example("procedures not connected", person(NEW, procedures="not_offered"), "yellow", NOTHING),
    Example(
        "an older opioid still listed without length",
        person(NEW, unreadable_opioid(ago=400)),
        "grey",
        "listed without a length of supply",
    ),
    Example("lung cancer", person(NEW, has(LUNG_CANCER)), "not_applicable", "does not apply"),
    Example("no birth date", person(NEW, born=None), "grey", "age is not known"),
)


@pytest.mark.parametrize("example", EXAMPLES, ids=str)
def test_opioid_first(example: Example) -> None:
    check("opioid_first", example)


def test_it_names_the_prescription_and_what_to_do() -> None:
    finding = found("opioid_first", person(order(MORPHINE, ago=3, days=7, take=mg(15, 2))))
    assert [each.value for each in finding.evidence] == ["morphine sulfate 15 MG Oral Tablet"]
    assert finding.next_step == "Talk about treatment without opioids and about goals, and record the plan"
    assert {each.path for each in finding.pack_values} == {"rules.opioid_first.valid", "start.current"}


def test_a_feed_that_is_not_connected_is_named() -> None:
    assert found("opioid_first", person(NEW, procedures="not_offered")).missing == ("procedures",)
