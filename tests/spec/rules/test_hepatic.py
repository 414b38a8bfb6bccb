"""Liver and acetaminophen beside an opioid."""

from decimal import Decimal

import pytest

from app.domain.codes import Concept
from app.domain.medication import Dosage, DoseAndRate, Medication, Repeat, Timing
from app.domain.quantities import Quantity
from tests.spec.rules.chart import (
    LUNG_CANCER,
    MORPHINE,
    Example,
    Part,
    check,
    fill,
    found,
    has,
    icd,
    medicine,
    mg,
    on_opioids,
    order,
    person,
    short_course,
    snomed,
    takes,
    unreadable_opioid,
)

PERCOCET = medicine("1049221", "acetaminophen 325 MG / oxycodone hydrochloride 5 MG Oral Tablet")
OLD_VICODIN = medicine("856903", "acetaminophen 500 MG / hydrocodone bitartrate 5 MG Oral Tablet")
ACETAMINOPHEN = medicine("198440", "acetaminophen 500 MG Oral Tablet")
SYRUP = medicine("307668", "acetaminophen 32 MG/ML Oral Solution")
CIRRHOSIS, ASCITES = icd("K74.60", "Cirrhosis of liver"), icd("R18.8", "Ascites")
LONG = on_opioids()


def tablets(count: int, times: int) -> Dosage:
    """So many tablets, so many times a day."""
    dose = DoseAndRate("ordered", Quantity(Decimal(count), "tablet"))
    return Dosage(timing=Timing(Repeat(frequency=times, period=Quantity(Decimal(1)), period_unit="d")), doses=(dose,))


def percocet(times: int, count: int = 1) -> Part:
    return order(PERCOCET, ago=10, take=tablets(count, times))


def vicodin(times: int) -> Part:
    return order(OLD_VICODIN, ago=10, take=tablets(1, times))


def acetaminophen(times: int, count: int = 1) -> Part:
    return order(ACETAMINOPHEN, ago=10, take=tablets(count, times))


def filled_order(take: Dosage) -> tuple[Part, Part]:
    """Acetaminophen as an order that the pharmacy filled; the fill says nothing of its own."""
    ordered = order(ACETAMINOPHEN, ago=5, take=take)
    return ordered, fill(ACETAMINOPHEN, ago=3, prescriptions=(ordered[1].reference,))


EXAMPLES = (
    Example("morphine alone, healthy liver", person(LONG), "green", "no acetaminophen; no liver disease"),
    Example("4 combination tablets: 1.3 g", person(percocet(4)), "green", "acetaminophen 1.3 g a day"),
    Example("5 tablets of 500 mg: 2.5 g", person(vicodin(5)), "green", "2.5 g a day"),
    Example("6 tablets of 500 mg: exactly 3 g", person(vicodin(6)), "yellow", "3 g a day, 3 g/day or more"),
    Example("8 tablets of 500 mg: exactly 4 g", person(vicodin(8)), "yellow", "4 g a day"),
    Example("9 tablets of 500 mg: 4.5 g", person(vicodin(9)), "red", "4.5 g a day, more than 4 g/day"),
    Example("two products add up", person(percocet(4), acetaminophen(3, 2)), "red", "4.3 g a day"),
    Example("opioid without it, tablets of its own", person(LONG, acetaminophen(4, 2)), "yellow", "4 g a day"),
    Example("said to be taken", person(vicodin(6), takes(ACETAMINOPHEN)), "grey", "could not be computed"),
    Example(
        "too much already without the unknown part", person(vicodin(9), takes(ACETAMINOPHEN)), "red", "at least 4.5 g"
    ),
    Example(
        "liquid, 20 mL four times: 2.6 g",
        person(
            LONG,
            order(
                SYRUP,
                ago=3,
                take=Dosage(
                    timing=Timing(Repeat(frequency=4, period=Quantity(Decimal(1)), period_unit="d")),
                    doses=(DoseAndRate("ordered", Quantity(Decimal(20), "mL")),),
                ),
            ),
        ),
        "green",
        "2.6 g a day",
    ),
    Example(
        "by quantity and days: 300 in 30 days",
        person(fill(OLD_VICODIN, ago=3, quantity=Quantity(Decimal(300), "tablet"))),
        "red",
        "5 g a day",
    ),
    Example(
        "tablets of its own, over long ago",
        person(percocet(4), order(ACETAMINOPHEN, ago=60, days=10, take=tablets(2, 4))),
        "green",
        "1.3 g",
    ),
    Example(
        "tablets of its own, listed for years",
        person(percocet(4), order(ACETAMINOPHEN, ago=800, days=None, take=tablets(2, 4))),
        "green",
        "1.3 g",
    ),
    Example(
        "dose of the combination not known",
        person(order(PERCOCET, ago=10, take=Dosage(text="as directed"))),
        "grey",
        "could not be computed",
    ),
    Example(
        "hepatitis C",
        person(LONG, has(icd("B18.2", "Chronic hepatitis C"))),
        "yellow",
        "liver disease (Chronic hepatitis C)",
    ),
    Example(
        "tablets of its own, filled with directions",
        person(vicodin(6), fill(ACETAMINOPHEN, ago=3, dosages=(tablets(2, 3),))),
        "red",
        "6 g a day",
    ),
    Example(
        "a fill that is over",
        person(vicodin(6), fill(ACETAMINOPHEN, ago=40, dosages=(tablets(2, 3),))),
        "yellow",
        "3 g",
    ),
    Example(
        "a fill for the ward",
        person(vicodin(6), fill(ACETAMINOPHEN, ago=3, dosages=(tablets(2, 3),), category_codes=("inpatient",))),
        "yellow",
        "3 g",
    ),
    Example("an order and its fill are one", person(vicodin(5), filled_order(tablets(1, 4))), "red", "4.5 g a day"),
    Example(
        "an order on hold",
        person(vicodin(6), order(ACETAMINOPHEN, ago=3, take=tablets(2, 3), status="on-hold")),
        "yellow",
        "3 g",
    ),
    Example(
        "an order for the ward",
        person(vicodin(6), order(ACETAMINOPHEN, ago=3, take=tablets(2, 3), category=("inpatient",))),
        "yellow",
        "3 g",
    ),
    Example(
        "coded by its ingredient only",
        person(vicodin(6), order(medicine("161", "Pain tablet"), ago=3, take=tablets(2, 3))),
        "grey",
        "pain tablet could not be computed",
    ),
    Example(
        "an opioid that only names it",
        person(order(Medication(Concept(text="hydrocodone-acetaminophen")), ago=3, take=tablets(1, 4))),
        "grey",
        "how much acetaminophen is taken is not known",
    ),
    Example("cirrhosis", person(LONG, has(CIRRHOSIS)), "yellow", "cirrhosis"),
    Example(
        "hepatic failure", person(LONG, has(icd("K72.10", "Chronic hepatic failure"))), "red", "on long-term opioids"
    ),
    Example(
        "cirrhosis with ascites in one code",
        person(LONG, has(icd("K70.31", "Alcoholic cirrhosis with ascites"))),
        "red",
        "failing liver",
    ),
    Example("cirrhosis and ascites", person(LONG, has(CIRRHOSIS), has(ASCITES)), "red", "failing liver (Ascites)"),
    Example("ascites without cirrhosis", person(LONG, has(ASCITES)), "yellow", "ascites"),
    Example(
        "portal hypertension is no failure", person(LONG, has(icd("K76.6", "Portal hypertension"))), "yellow", "portal"
    ),
    Example("by SNOMED", person(LONG, has(snomed("19943007", "Cirrhosis of liver"))), "yellow", "cirrhosis"),
    Example(
        "hepatic failure, a few days of opioids",
        person(short_course(), has(icd("K72.10", "Hepatic failure"))),
        "yellow",
        "hepatic failure",
    ),
    Example(
        "hepatic failure, long-term use not known",
        person(unreadable_opioid(ago=200), has(icd("K72.10", "Hepatic failure"))),
        "red",
        "failing liver",
    ),
    Example(
        "failure resolved",
        person(LONG, has(icd("K72.00", "Acute hepatic failure"), status="resolved")),
        "green",
        "no liver disease",
    ),
    Example(
        "liver disease and 3 g",
        person(vicodin(6), has(CIRRHOSIS)),
        "yellow",
        "3 g a day, 3 g/day or more; liver disease",
    ),
    Example("conditions down", person(LONG, conditions="failed"), "grey", "liver disease is not known"),
    Example("conditions down, too much acetaminophen", person(vicodin(9), conditions="failed"), "red", "4.5 g a day"),
    Example("medications in part", person(vicodin(6), medications="partial"), "grey", "how much acetaminophen"),
    Example("medications down", person(medications="failed"), "grey", "could not be read"),
    Example("no opioid", person(acetaminophen(9), has(CIRRHOSIS)), "not_applicable", "no opioid is in force"),
    Example("lung cancer: acetaminophen still counts", person(vicodin(9), has(LUNG_CANCER)), "red", "4.5 g a day"),
    Example(
        "lung cancer: the liver is not judged",
        person(LONG, has(LUNG_CANCER), has(CIRRHOSIS)),
        "green",
        "no acetaminophen",
    ),
    Example("17 years old", person(vicodin(9), born="2008-03-02"), "not_applicable", "under 18"),
)


@pytest.mark.parametrize("example", EXAMPLES, ids=str)
def test_liver_and_acetaminophen(example: Example) -> None:
    check("hepatic", example)


def test_red_names_the_medicine_and_never_the_opioid_dose() -> None:
    finding = found("hepatic", person(vicodin(9)))
    assert [each.value for each in finding.evidence] == [
        "acetaminophen 500 MG / hydrocodone bitartrate 5 MG Oral Tablet"
    ]
    assert finding.next_step == "Go through all products with acetaminophen together, and agree on a safe total a day"


def test_a_failing_liver_shows_what_says_so() -> None:
    finding = found("hepatic", person(LONG, has(CIRRHOSIS), has(icd("K76.82", "Hepatic encephalopathy"))))
    assert [each.value for each in finding.evidence] == ["Hepatic encephalopathy"]
    assert finding.next_step == "Talk over the opioid with a liver specialist; change nothing abruptly"


def test_a_sum_that_is_known_in_part_says_so() -> None:
    assert found("hepatic", person(vicodin(9), takes(ACETAMINOPHEN))).is_known_in_part
    assert not found("hepatic", person(vicodin(9))).is_known_in_part
    assert not found("hepatic", person(LONG, conditions="failed")).is_known_in_part


def test_green_is_told_with_both_halves_and_yellow_with_what_matters() -> None:
    assert (
        found("hepatic", person(percocet(4))).reason
        == "Acetaminophen 1.3 g a day; no liver disease on the problem list."
    )
    assert found("hepatic", person(LONG, has(CIRRHOSIS))).reason == "Liver disease (Cirrhosis of liver)."


def test_long_term_use_that_is_not_known_makes_red_known_in_part() -> None:
    failing = has(icd("K72.10", "Hepatic failure"))
    assert found("hepatic", person(unreadable_opioid(ago=200), failing)).is_known_in_part
    assert not found("hepatic", person(LONG, failing)).is_known_in_part


def test_what_is_listed_for_years_is_named_as_missing() -> None:
    chart = person(on_opioids(of=MORPHINE), order(ACETAMINOPHEN, ago=800, days=None, take=mg(500, 4)))
    assert any("acetaminophen of MedicationRequest/" in each for each in found("hepatic", chart).missing)
