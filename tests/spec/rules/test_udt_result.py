"""Urine test results against the supply on the day of collection. Possible explanations come before any conclusion."""

from decimal import Decimal

import pytest

from app.domain.chart import ObservationComponent, ObservationValue
from app.domain.codes import Concept
from app.domain.medication import Medication
from app.domain.quantities import Quantity
from tests.spec.rules.chart import (
    GABAPENTIN,
    LORAZEPAM,
    LUNG_CANCER,
    METHADONE,
    MORPHINE,
    SUBOXONE,
    Example,
    Part,
    check,
    document,
    entered,
    found,
    has,
    loinc,
    medicine,
    mg,
    number,
    on_opioids,
    order,
    person,
    reviewed,
    seen,
    snomed,
    text,
)

OXYCODONE = medicine("1049621", "oxycodone hydrochloride 5 MG Oral Tablet")
HYDROCODONE = medicine("856999", "acetaminophen 325 MG / hydrocodone bitartrate 10 MG Oral Tablet")
CODEINE = medicine("997287", "codeine sulfate 30 MG Oral Tablet")
LEVORPHANOL = medicine("197873", "levorphanol tartrate 2 MG Oral Tablet")
DIAZEPAM = medicine("197591", "diazepam 5 MG Oral Tablet")
CLONAZEPAM = medicine("197528", "clonazepam 1 MG Oral Tablet")
FENTANYL = medicine("245136", "72 HR fentanyl 0.1 MG/HR Transdermal System")

OPIATES, OXY, BENZO, COCAINE, METH, BUP, THC = [
    "19295-5",
    "58430-0",
    "14316-4",
    "14314-9",
    "19550-3",
    "58359-1",
    "18282-4",
]
"""Screens."""
D_OXY, D_NOROXY, D_OXYM = "19643-6", "61424-8", "18325-1"
D_MORPHINE, D_HYDROM, D_HYDROC, D_CODEINE = "13648-1", "18473-9", "19483-7", "13641-6"
D_COCAINE, D_7AC, D_NORDIAZ, D_6MAM, D_EDDP = "14315-6", "58365-8", "16202-4", "19322-7", "58428-4"
"""Definitive tests."""
CREATININE, PH, GRAVITY = "2161-8", "2756-5", "2965-2"

POS, NEG = "Positive", "Negative"


def result(code: str, said: str = NEG, *, ago: int = 10, status: str = "final") -> Part:
    """One result."""
    return seen(loinc(code), text(said), ago=ago, status=status)


def level(code: str, value: float | str, unit: str = "", *, ago: int = 10) -> Part:
    return seen(loinc(code), ObservationValue(quantity=Quantity(Decimal(str(value)), unit, None, unit)), ago=ago)


def taking(what: Medication, *, as_needed: bool = False, ago: int = 50, days: int = 30, refills: int = 3) -> Part:
    return order(what, ago=ago, days=days, refills=refills, take=mg(5, 3, as_needed=as_needed))


OXY_DAILY, MORPHINE_DAILY = taking(OXYCODONE), on_opioids(30)
COMPONENTS = tuple(
    ObservationComponent(loinc(code), ObservationValue(text=result)) for code, result in ((OXY, POS), (COCAINE, NEG))
)

BELOW_LIMIT = ObservationValue(quantity=Quantity(Decimal(50), "ng/mL", comparator="<"))

EXAMPLES = (
    # what is supplied is found, what is not supplied is not
    Example(
        "morphine found by the opiates screen", person(MORPHINE_DAILY, result(OPIATES, POS)), "green", "as expected"
    ),
    Example(
        "oxycodone found by its own screen",
        person(OXY_DAILY, result(OXY, POS), result(COCAINE)),
        "green",
        "as expected",
    ),
    Example("nothing supplied, nothing found", person(result(OPIATES), result(COCAINE)), "green", "as expected"),
    Example(
        "as components of one panel",
        person(OXY_DAILY, seen(loinc("69739-1"), ObservationValue(), ago=10, parts=COMPONENTS)),
        "green",
        "as expected",
    ),
    # surprises of a screen
    Example(
        "cocaine by screen, today",
        person(OXY_DAILY, result(OXY, POS), result(COCAINE, POS, ago=0)),
        "yellow",
        "awaiting confirmation",
    ),
    Example("cocaine by screen, 30 days ago", person(result(COCAINE, POS, ago=30)), "yellow", "awaiting confirmation"),
    Example("cocaine by screen, 31 days ago", person(result(COCAINE, POS, ago=31)), "red", "not confirmed in 30 days"),
    Example(
        "methadone not supplied", person(OXY_DAILY, result(OXY, POS), result(METH, POS)), "yellow", "methadone detected"
    ),
    Example(
        "oxycodone supplied, not found",
        person(OXY_DAILY, result(OXY)),
        "yellow",
        "oxycodone not detected, though supplied",
    ),
    Example(
        "morphine supplied, opiates not found",
        person(MORPHINE_DAILY, result(OPIATES)),
        "yellow",
        "not detected, though",
    ),
    # what was not read is not "no supply"
    Example(
        "oxycodone found, medicines not read",
        person(OXY_DAILY, result(D_OXY, POS), medications="failed"),
        "grey",
        "could not be read",
    ),
    Example(
        "oxycodone not found, medicines not read",
        person(OXY_DAILY, result(OXY), medications="failed"),
        "grey",
        "could not be read",
    ),
    Example(
        "benzodiazepine found, fills not read",
        person(OXY_DAILY, result(BENZO, POS), dispenses="failed"),
        "grey",
        "read only in part",
    ),
    Example(
        "cocaine found, medicines not read",
        person(OXY_DAILY, result(D_COCAINE, POS), medications="failed"),
        "red",
        "cocaine detected",
    ),
    # definitive tests
    Example("cocaine, definitive", person(result(D_COCAINE, POS)), "red", "cocaine detected"),
    Example("definitive beats the screen", person(result(COCAINE, POS), result(D_COCAINE)), "green", "as expected"),
    Example(
        "a later definitive test clears it",
        person(result(D_COCAINE, POS, ago=90), result(D_COCAINE, ago=10)),
        "green",
        "as expected",
    ),
    Example(
        "a later screen does not clear it",
        person(result(D_COCAINE, POS, ago=90), result(COCAINE, ago=10)),
        "red",
        "cocaine",
    ),
    Example(
        "explained the same day",
        person(result(D_COCAINE, POS, ago=90), entered("udt_result", "explained", ago=90)),
        "yellow",
        "explained on",
    ),
    Example(
        "explained before it",
        person(result(D_COCAINE, POS, ago=90), entered("udt_result", "explained", ago=91)),
        "red",
        "cocaine",
    ),
    Example("365 days ago", person(result(D_COCAINE, POS, ago=365)), "red", "cocaine"),
    Example("366 days ago", person(result(D_COCAINE, POS, ago=366)), "not_applicable", "no urine drug test result"),
    Example(
        "heroin's own metabolite",
        person(MORPHINE_DAILY, result(D_MORPHINE, POS), result(D_6MAM, POS)),
        "red",
        "6-mam detected",
    ),
    Example(
        "oxycodone supplied, definitive, not found",
        person(OXY_DAILY, result(D_OXY), result(D_NOROXY)),
        "red",
        "oxycodone not detected, though",
    ),
    Example(
        "oxycodone supplied, its metabolite alone",
        person(OXY_DAILY, result(D_OXY), result(D_NOROXY, POS)),
        "green",
        "as expected",
    ),
    # metabolites explain
    Example(
        "oxycodone explains oxymorphone",
        person(OXY_DAILY, result(D_OXY, POS), result(D_OXYM, POS)),
        "green",
        "as expected",
    ),
    Example(
        "hydrocodone explains hydromorphone",
        person(taking(HYDROCODONE), result(D_HYDROC, POS), result(D_HYDROM, POS)),
        "green",
        "as expected",
    ),
    Example(
        "codeine explains morphine",
        person(taking(CODEINE), result(D_CODEINE, POS), result(D_MORPHINE, POS)),
        "green",
        "as expected",
    ),
    Example(
        "morphine explains a little hydromorphone",
        person(MORPHINE_DAILY, result(D_MORPHINE, POS), result(D_HYDROM, POS)),
        "green",
        "as expected",
    ),
    Example(
        "morphine does not explain codeine",
        person(MORPHINE_DAILY, result(D_MORPHINE, POS), result(D_CODEINE, POS)),
        "red",
        "codeine detected",
    ),
    Example(
        "hydromorphone does not explain hydrocodone",
        person(taking(medicine("897696", "hydromorphone hydrochloride 2 MG Oral Tablet")), result(D_HYDROC, POS)),
        "red",
        "hydrocodone detected",
    ),
    Example(
        "clonazepam by its metabolite", person(order(CLONAZEPAM, ago=20), result(D_7AC, POS)), "green", "as expected"
    ),
    Example(
        "diazepam by its metabolite", person(order(DIAZEPAM, ago=20), result(D_NORDIAZ, POS)), "green", "as expected"
    ),
    Example("methadone by its metabolite", person(taking(METHADONE), result(D_EDDP, POS)), "green", "as expected"),
    # what the method cannot find
    Example("oxycodone and an opiates screen", person(OXY_DAILY, result(OPIATES)), "grey", "cannot be judged"),
    Example(
        "hydrocodone missed by the opiates screen",
        person(taking(HYDROCODONE), result(OPIATES)),
        "grey",
        "cannot be judged",
    ),
    Example(
        "hydrocodone found by the opiates screen",
        person(taking(HYDROCODONE), result(OPIATES, POS)),
        "green",
        "as expected",
    ),
    Example("oxycodone, opiates screen positive", person(OXY_DAILY, result(OPIATES, POS)), "grey", "cannot be judged"),
    Example(
        "lorazepam missed by the benzodiazepine screen",
        person(order(LORAZEPAM, ago=20), result(BENZO)),
        "grey",
        "cannot be judged",
    ),
    Example(
        "lorazepam found by the benzodiazepine screen",
        person(order(LORAZEPAM, ago=20), result(BENZO, POS)),
        "green",
        "as expected",
    ),
    Example(
        "diazepam not found",
        person(order(DIAZEPAM, ago=20, take=mg(5)), result(BENZO)),
        "yellow",
        "not detected, though",
    ),
    Example(
        "fentanyl supplied, only opiates tested", person(taking(FENTANYL), result(OPIATES)), "grey", "cannot be judged"
    ),
    Example("the rest is judged", person(OXY_DAILY, result(OPIATES), result(OXY, POS)), "green", "as expected"),
    Example("gabapentin is not tested for", person(order(GABAPENTIN), result(OPIATES)), "green", "as expected"),
    # taken as needed
    Example(
        "as needed and not found", person(taking(OXYCODONE, as_needed=True), result(OXY)), "grey", "cannot be judged"
    ),
    Example(
        "as needed, definitive, not found",
        person(taking(OXYCODONE, as_needed=True), result(D_OXY)),
        "grey",
        "cannot be judged",
    ),
    Example("as needed and found", person(taking(OXYCODONE, as_needed=True), result(OXY, POS)), "green", "as expected"),
    # coverage, not the date of the order
    Example(
        "an order of the same day explains",
        person(taking(OXYCODONE, ago=10), result(OXY, POS, ago=10)),
        "green",
        "as expected",
    ),
    Example(
        "an order of the next day does not",
        person(taking(OXYCODONE, ago=9), result(OXY, POS, ago=10)),
        "yellow",
        "oxycodone detected",
    ),
    Example(
        "a long supply explains",
        person(taking(OXYCODONE, ago=100, days=90, refills=0), result(OXY, POS, ago=15)),
        "green",
        "as expected",
    ),
    Example(
        "supply ended 30 days before",
        person(taking(OXYCODONE, ago=70, days=30, refills=0), result(OXY, POS, ago=11)),
        "green",
        "as expected",
    ),
    Example(
        "supply ended 31 days before",
        person(taking(OXYCODONE, ago=71, days=30, refills=0), result(OXY, POS, ago=10)),
        "yellow",
        "oxycodone detected",
    ),
    Example(
        "supply ended: not found is expected",
        person(taking(OXYCODONE, ago=60, days=30, refills=0), result(OXY, ago=10)),
        "green",
        "as expected",
    ),
    # the specimen
    Example(
        "creatinine below 2: no valid specimen",
        person(MORPHINE_DAILY, result(OPIATES), level(CREATININE, "1.9", "mg/dL")),
        "grey",
        "cannot be judged",
    ),
    Example(
        "creatinine of 2: believed",
        person(MORPHINE_DAILY, result(OPIATES), level(CREATININE, 2, "mg/dL")),
        "yellow",
        "not detected",
    ),
    Example(
        "dilute: not detected cannot be told",
        person(MORPHINE_DAILY, result(OPIATES), level(CREATININE, "19.9", "mg/dL"), level(GRAVITY, "1.002")),
        "grey",
        "cannot be judged",
    ),
    Example(
        "creatinine of 20: not dilute",
        person(MORPHINE_DAILY, result(OPIATES), level(CREATININE, 20, "mg/dL"), level(GRAVITY, "1.002")),
        "yellow",
        "not detected",
    ),
    Example(
        "gravity of 1.003: not dilute",
        person(MORPHINE_DAILY, result(OPIATES), level(CREATININE, 10, "mg/dL"), level(GRAVITY, "1.003")),
        "yellow",
        "not detected",
    ),
    Example(
        "dilute: what is found is found",
        person(MORPHINE_DAILY, result(OPIATES, POS), level(CREATININE, 10, "mg/dL"), level(GRAVITY, "1.002")),
        "green",
        "as expected",
    ),
    Example("pH below 3", person(MORPHINE_DAILY, result(OPIATES), level(PH, "2.9")), "grey", "cannot be judged"),
    Example("pH of 3", person(MORPHINE_DAILY, result(OPIATES), level(PH, 3)), "yellow", "not detected"),
    Example("pH of 11", person(MORPHINE_DAILY, result(OPIATES), level(PH, 11)), "grey", "cannot be judged"),
    # readable or not
    Example("result pending", person(MORPHINE_DAILY, result(OPIATES, "pending")), "grey", "cannot be judged"),
    Example("text: not detected", person(MORPHINE_DAILY, result(OPIATES, "Not Detected")), "yellow", "not detected"),
    Example(
        "text: presumptive positive",
        person(MORPHINE_DAILY, result(OPIATES, "PRESUMPTIVE POSITIVE")),
        "green",
        "as expected",
    ),
    Example(
        "coded value",
        person(MORPHINE_DAILY, seen(loinc(OPIATES), ObservationValue(concept=snomed("10828004")), ago=10)),
        "green",
        "as expected",
    ),
    Example(
        "interpretation alone",
        person(
            MORPHINE_DAILY,
            seen(loinc(OPIATES), ObservationValue(), ago=10, interpretations=(Concept(text="Positive"),)),
        ),
        "green",
        "as expected",
    ),
    Example(
        "below the limit",
        person(MORPHINE_DAILY, seen(loinc("16251-1"), BELOW_LIMIT, ago=10)),
        "red",
        "morphine not detected",
    ),
    Example(
        "a definitive number",
        person(MORPHINE_DAILY, seen(loinc("16251-1"), number(900), ago=10)),
        "green",
        "as expected",
    ),
    Example(
        "a screen's number without its limit",
        person(MORPHINE_DAILY, seen(loinc("70150-8"), number(900), ago=10)),
        "grey",
        "cannot be judged",
    ),
    Example(
        "preliminary",
        person(MORPHINE_DAILY, result(OPIATES, status="preliminary")),
        "not_applicable",
        "no urine drug test result",
    ),
    Example(
        "THC is not judged", person(MORPHINE_DAILY, result(OPIATES, POS), result(THC, POS)), "green", "as expected"
    ),
    Example(
        "a report without a result that can be read",
        person(MORPHINE_DAILY, document("Urine drug screen report", ago=9)),
        "grey",
        "no result on record",
    ),
    Example(
        "done elsewhere, by a nurse's word 365 days ago",
        person(MORPHINE_DAILY, entered("udt_check", "done", ago=365)),
        "grey",
        "no result on record",
    ),
    Example(
        "done elsewhere 366 days ago",
        person(MORPHINE_DAILY, entered("udt_check", "done", ago=366)),
        "not_applicable",
        "no urine drug test result",
    ),
    Example(
        "an opiate screen finds something while on levorphanol, which some screens show",
        person(order(LEVORPHANOL, ago=20, days=60, take=mg(2, 3)), result(OPIATES, POS)),
        "grey",
        "cannot be judged",
    ),
    Example("only THC", person(MORPHINE_DAILY, result(THC, NEG)), "grey", "no result on record"),
    Example(
        "done, and no opioid in force",
        person(document("Urine drug screen report", ago=9)),
        "not_applicable",
        "no urine drug test result",
    ),
    Example("no result", person(MORPHINE_DAILY), "not_applicable", "no urine drug test result"),
    Example("laboratory down", person(MORPHINE_DAILY, result(OPIATES), labs="failed"), "grey", "could not be read"),
    Example("cancer", person(MORPHINE_DAILY, result(D_COCAINE, POS), has(LUNG_CANCER)), "not_applicable", "cancer"),
    Example("buprenorphine on Suboxone", person(order(SUBOXONE, ago=20), result(BUP, POS)), "green", "as expected"),
)


@pytest.mark.parametrize("example", EXAMPLES, ids=str)
def test_udt_result(example: Example) -> None:
    check("udt_result", example)


def test_explanations_come_before_any_conclusion() -> None:
    step = found("udt_result", person(result(D_COCAINE, POS))).next_step
    assert step is not None
    assert step.startswith("Think of timing, as-needed use, metabolites, other medicines and laboratory error first")


@pytest.mark.parametrize(("test", "asks"), [(result(D_COCAINE, POS), False), (result(COCAINE, POS, ago=31), True)])
def test_only_a_screen_is_to_be_confirmed(test: Part, asks: bool) -> None:
    assert ("confirm" in (found("udt_result", person(test)).next_step or "")) is asks


def test_the_day_of_the_newest_specimen_decides() -> None:
    chart = person(on_opioids(30), result(OPIATES, ago=200), result(OPIATES, POS, ago=10))
    assert found("udt_result", chart).status.value == "green"


def test_an_open_surprise_raises_the_tier_until_it_is_explained() -> None:
    surprise = result(D_COCAINE, POS)
    assert reviewed(person(on_opioids(20), surprise)).tier.level == "high"
    assert reviewed(person(on_opioids(20), surprise, entered("udt_result", "explained"))).tier.level == "low"


def test_morphine_is_the_drug_of_these_tables() -> None:
    assert reviewed(person(on_opioids(30))).med.supplies[0].ingredient == "morphine"
    assert MORPHINE.concept.label == "morphine sulfate 15 MG Oral Tablet"
