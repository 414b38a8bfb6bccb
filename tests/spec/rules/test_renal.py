"""Kidney function beside an opioid: eGFR of the last year, else the stage on the problem list."""

from decimal import Decimal

import pytest

from app.domain.chart import ObservationValue
from app.domain.quantities import Quantity
from tests.spec.rules.chart import (
    LUNG_CANCER,
    MORPHINE,
    Example,
    Part,
    check,
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
    seen,
    short_course,
    snomed,
    text,
)

OXYCODONE = medicine("1049621", "oxycodone hydrochloride 5 MG Oral Tablet")
CODEINE = medicine("997400", "codeine sulfate 30 MG Oral Tablet")
MEPERIDINE = medicine("861467", "meperidine hydrochloride 50 MG Oral Tablet")
TRAMADOL = medicine("835603", "tramadol hydrochloride 50 MG Oral Tablet")
TRAMADOL_ER = medicine("833709", "24 HR tramadol hydrochloride 100 MG Extended Release Oral Tablet")
ON_MORPHINE = on_opioids(of=MORPHINE)
ON_OXYCODONE = on_opioids(of=OXYCODONE)
CKD_EPI_2021, CKD_EPI = "98979-8", "62238-1"


def egfr(value: float | str, *, ago: int = 30, code: str = CKD_EPI_2021, status: str = "final") -> Part:
    return seen(loinc(code), number(value), ago=ago, status=status)


def above(value: int, sign: str = ">", *, ago: int = 30) -> Part:
    quantity = Quantity(Decimal(value), "mL/min/1.73m2", comparator=sign)
    return seen(loinc(CKD_EPI_2021), ObservationValue(quantity=quantity), ago=ago)


EXAMPLES = (
    Example("eGFR 60", person(ON_MORPHINE, egfr(60)), "green", "eGFR 60"),
    Example("eGFR 59.9", person(ON_MORPHINE, egfr("59.9")), "yellow", "eGFR 59.9"),
    Example("eGFR 30 with morphine", person(ON_MORPHINE, egfr(30)), "yellow", "eGFR 30"),
    Example("eGFR 29.9 with morphine", person(ON_MORPHINE, egfr("29.9")), "red", "morphine"),
    Example("eGFR 29 with codeine", person(on_opioids(of=CODEINE), egfr(29)), "red", "codeine"),
    Example("eGFR 29 with meperidine", person(on_opioids(of=MEPERIDINE), egfr(29)), "red", "meperidine"),
    Example("eGFR 29 with long-acting tramadol", person(on_opioids(100, of=TRAMADOL_ER), egfr(29)), "red", "tramadol"),
    Example("eGFR 29 with short-acting tramadol", person(on_opioids(100, of=TRAMADOL), egfr(29)), "yellow", "tramadol"),
    Example("eGFR 29 with oxycodone", person(ON_OXYCODONE, egfr(29)), "yellow", "oxycodone"),
    Example("eGFR 29 with oxycodone and morphine", person(ON_OXYCODONE, ON_MORPHINE, egfr(29)), "red", "morphine"),
    Example("365 days old", person(ON_MORPHINE, egfr(80, ago=365)), "green", "eGFR 80"),
    Example("366 days old", person(ON_MORPHINE, egfr(80, ago=366)), "grey", "12 months ago"),
    Example("366 days old and low", person(ON_MORPHINE, egfr(20, ago=366)), "grey", "the last eGFR is from"),
    Example("the newest counts", person(ON_MORPHINE, egfr(20, ago=200), egfr(70, ago=20)), "green", "eGFR 70"),
    Example(
        "of one day the formula of 2021", person(ON_MORPHINE, egfr(55, code=CKD_EPI), egfr(61)), "green", "eGFR 61"
    ),
    Example("of one day and formula the lower", person(ON_MORPHINE, egfr(61), egfr(59)), "yellow", "eGFR 59"),
    Example("of one day >60 and 45", person(ON_MORPHINE, above(60), egfr(45)), "yellow", "eGFR 45"),
    Example(
        "of one day a number and an unreadable one",
        person(ON_MORPHINE, egfr(45), seen(loinc(CKD_EPI_2021), text("?"), ago=30)),
        "yellow",
        "eGFR 45",
    ),
    Example("the laboratory says <30", person(ON_MORPHINE, above(30, "<")), "red", "below 30"),
    Example("the laboratory says <31", person(ON_MORPHINE, above(31, "<")), "grey", "cannot be judged"),
    Example("the laboratory says >60", person(ON_MORPHINE, above(60)), "green", "at least 60"),
    Example(
        "the laboratory writes >60",
        person(ON_MORPHINE, seen(loinc(CKD_EPI_2021), text(">60"), ago=9)),
        "green",
        "at least 60",
    ),
    Example("the laboratory says <15", person(ON_MORPHINE, above(15, "<")), "red", "below 15"),
    Example("the laboratory says >45", person(ON_MORPHINE, above(45)), "grey", "cannot be judged"),
    Example("the laboratory says <60", person(ON_MORPHINE, above(60, "<")), "grey", "cannot be judged"),
    Example(
        "not a number", person(ON_MORPHINE, seen(loinc(CKD_EPI_2021), text("hemolyzed"), ago=9)), "grey", "not readable"
    ),
    Example(
        "not a number, 365 days ago",
        person(ON_MORPHINE, seen(loinc(CKD_EPI_2021), text("hemolyzed"), ago=365)),
        "grey",
        "cannot be judged",
    ),
    Example("preliminary result", person(ON_MORPHINE, egfr(80, status="preliminary")), "grey", "no eGFR is on record"),
    Example("never measured", person(ON_MORPHINE), "grey", "no eGFR is on record"),
    Example(
        "stage 4 on the problem list",
        person(ON_MORPHINE, has(icd("N18.4", "CKD stage 4"))),
        "red",
        "on the problem list; no eGFR",
    ),
    Example(
        "stage 4 with oxycodone",
        person(ON_OXYCODONE, has(icd("N18.4", "CKD stage 4"))),
        "yellow",
        "on the problem list",
    ),
    Example(
        "stage 5 by SNOMED",
        person(ON_MORPHINE, has(snomed("433146000", "Chronic kidney disease stage 5"))),
        "red",
        "stage 5",
    ),
    Example("on dialysis", person(ON_MORPHINE, has(icd("Z99.2", "Dependence on renal dialysis"))), "red", "dialysis"),
    Example("stage 3a", person(ON_MORPHINE, has(icd("N18.31", "CKD stage 3a"))), "yellow", "stage 3a"),
    Example(
        "stage 2 says too little", person(ON_MORPHINE, has(icd("N18.2", "CKD stage 2"))), "grey", "no eGFR is on record"
    ),
    Example(
        "kidney disease without a stage", person(ON_MORPHINE, has(icd("N18.9", "CKD"))), "grey", "no eGFR is on record"
    ),
    Example(
        "eGFR 70 beats an old stage 4",
        person(ON_MORPHINE, egfr(70), has(icd("N18.4", "CKD stage 4"))),
        "green",
        "eGFR 70",
    ),
    Example(
        "stage 4 resolved", person(ON_MORPHINE, has(icd("N18.4", "CKD stage 4"), status="resolved")), "grey", "no eGFR"
    ),
    Example("laboratory down", person(ON_MORPHINE, labs="failed"), "grey", "could not be read"),
    Example(
        "laboratory down, stage 4 listed",
        person(ON_MORPHINE, has(icd("N18.4", "CKD 4")), labs="failed"),
        "red",
        "laboratory results: could not be read",
    ),
    Example("laboratory in part, low result seen", person(ON_MORPHINE, egfr(20), labs="partial"), "red", "eGFR 20"),
    Example("a few days of morphine", person(short_course(), egfr(20)), "red", "morphine"),
    Example("no opioid", person(egfr(20)), "not_applicable", "no opioid is in force"),
    Example("lung cancer: safety facts stay", person(ON_MORPHINE, egfr(20), has(LUNG_CANCER)), "red", "morphine"),
    Example("17 years old", person(ON_MORPHINE, egfr(20), born="2008-03-02"), "not_applicable", "under 18"),
)


@pytest.mark.parametrize("example", EXAMPLES, ids=str)
def test_kidney_function(example: Example) -> None:
    check("renal", example)


def test_moderately_weak_kidneys_are_a_fact_and_severe_ones_are_not() -> None:
    assert found("renal", person(ON_MORPHINE, egfr(45))).standing
    assert not found("renal", person(ON_OXYCODONE, egfr(20))).standing


def test_a_laboratory_that_was_read_in_part_is_named() -> None:
    assert found("renal", person(ON_MORPHINE, egfr(20), labs="partial")).missing == ("labs",)
    assert found("renal", person(ON_MORPHINE, egfr(20))).missing == ()


def test_red_shows_result_and_drug_and_what_to_do() -> None:
    finding = found("renal", person(order(MORPHINE, ago=5, take=mg(15)), egfr(22, ago=10)))
    assert [each.value for each in finding.evidence] == ["eGFR 22", "morphine sulfate 15 MG Oral Tablet"]
    assert (
        finding.next_step
        == "Ask a pharmacist which opioid and timing fit these kidneys, and talk it over; change nothing abruptly"
    )
