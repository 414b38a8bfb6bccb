"""Fifteen behaviours that executable opioid guidelines get wrong, each held by a test under its number and name.

They were found by running the CDC's own executable rules on their own value sets; see docs/rules/map.md for the rules.
"""

import json
from dataclasses import replace
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from app.domain.chart import ObservationValue
from app.domain.codes import SNOMED, UCUM, Coding, Concept
from app.domain.feeds import Feed, Feeds, FeedState, FeedStatus
from app.domain.finding import Finding
from app.domain.medication import Dosage, DoseAndRate, Medication, Repeat, Timing
from app.domain.quantities import Quantity, Range
from app.domain.record import PatientRecord
from app.fhir_adapters.files import record_of
from app.rules import review
from app.rules.catalogue import CATALOGUE
from tests.spec.rules.chart import (
    DAY,
    LORAZEPAM,
    LUNG_CANCER,
    METHADONE,
    MORPHINE,
    NARCAN,
    OUD,
    SICKLE_CELL,
    SICKLE_TRAIT,
    SLEEP_APNEA,
    SUBOXONE,
    WHO,
    Part,
    back,
    entered,
    fill,
    found,
    has,
    icd,
    loinc,
    medicine,
    mg,
    on_opioids,
    order,
    pdmp_review,
    person,
    plan,
    policy,
    reviewed,
    seen,
    short_course,
    snomed,
    text,
    unreadable_opioid,
)

HYDROMORPHONE = medicine("897702", "hydromorphone hydrochloride 4 MG Oral Tablet")
TRAMADOL = medicine("835603", "tramadol hydrochloride 50 MG Oral Tablet")
TAPENTADOL = medicine("830197", "tapentadol 50 MG Oral Tablet")
OXYCODONE = medicine("1049621", "oxycodone hydrochloride 5 MG Oral Tablet")
HYDROCODONE = medicine("856999", "acetaminophen 325 MG / hydrocodone bitartrate 10 MG Oral Tablet")
FENTANYL_75 = medicine("197696", "72 HR fentanyl 0.075 MG/HR Transdermal System")
NALMEFENE = Medication(Concept(text="nalmefene 2.7 MG/0.1ML Nasal Spray"))


def dose_of(*parts: Part) -> Decimal | None:
    return reviewed(person(*parts)).med.mme_per_day


def status(rule: str, *parts: Part) -> str:
    return found(rule, person(*parts)).status.value


def would_be(rule: str, *parts: Part) -> Finding:
    """The finding when drafts are counted as would-be prescriptions."""
    return reviewed(person(*parts), with_drafts=True).by_rule[rule]


def every(pieces: int, frequency: int, period: int, unit: str, piece: str) -> Dosage:
    """So many pieces, so often."""
    timing = Timing(Repeat(frequency=frequency, period=Quantity(Decimal(period)), period_unit=unit))
    return Dosage(timing=timing, doses=(DoseAndRate("ordered", Quantity(Decimal(pieces), piece)),))


def test_01_equal_orders_are_added_and_a_renewal_is_not() -> None:
    assert dose_of(order(MORPHINE, take=mg(30), by="Practitioner/a"), order(OXYCODONE, take=mg(20))) == 60
    assert (
        dose_of(order(MORPHINE, take=mg(30), by="Practitioner/a"), order(MORPHINE, take=mg(30), by="Practitioner/b"))
        == 60
    )
    assert dose_of(order(MORPHINE, ago=28, take=mg(30)), order(MORPHINE, ago=1, take=mg(30))) == 30


@pytest.mark.parametrize(("period", "unit"), [(72, "h"), (48, "h"), (3, "d"), (1, "d")])
def test_02_a_patch_counts_by_its_rate_and_never_by_how_often_it_is_changed(period: int, unit: str) -> None:
    assert dose_of(order(FENTANYL_75, take=every(1, 1, period, unit, "patch"))) == 180
    assert dose_of(order(FENTANYL_75, take=every(2, 1, period, unit, "patch"))) == 360


def test_03_as_needed_and_ranges_count_with_their_maximum_and_typed_doses_are_read() -> None:
    often = Repeat(frequency=3, frequency_max=4, period=Quantity(Decimal(1)), period_unit="d")
    one_or_two = Range(Quantity(Decimal(1), "tablet"), Quantity(Decimal(2), "tablet"))
    ranged = Dosage(timing=Timing(often), as_needed=True, doses=(DoseAndRate("ordered", one_or_two),))
    assert dose_of(order(MORPHINE, take=ranged)) == 120
    both = (
        DoseAndRate("calculated", Quantity(Decimal(15), "mg", UCUM, "mg")),
        DoseAndRate("ordered", Quantity(Decimal(30), "mg", UCUM, "mg")),
    )
    once = Repeat(frequency=1, period=Quantity(Decimal(1)), period_unit="d")
    assert dose_of(order(MORPHINE, take=Dosage(timing=Timing(once), doses=both))) == 30


def test_04_unknown_is_not_zero_and_the_known_part_still_counts() -> None:
    assert dose_of(unreadable_opioid()) is None
    partly = reviewed(person(on_opioids(95), unreadable_opioid()))
    assert (partly.med.mme_per_day, partly.med.complete) == (95, False)
    assert partly.by_rule["med"].status.value == "red"
    assert "at least 95" in partly.by_rule["med"].reason
    assert status("med", on_opioids(30), unreadable_opioid()) == "grey"


@pytest.mark.parametrize(
    ("what", "take", "expected"),
    [
        (HYDROMORPHONE, mg(4, 3), "60"),
        (METHADONE, mg(10, 3), "141"),
        (METHADONE, mg("20.5"), "96.35"),
        (TRAMADOL, mg(50, 4), "40"),
        (TAPENTADOL, mg(50, 2), "40"),
    ],
    ids=["hydromorphone 5", "methadone 4.7 flat", "methadone without gaps", "tramadol 0.2", "tapentadol 0.4"],
)
def test_05_factors_are_those_of_2022(what: Medication, take: Dosage, expected: str) -> None:
    assert dose_of(order(what, take=take)) == Decimal(expected)


def test_05_buprenorphine_has_no_factor() -> None:
    alone = reviewed(person(order(SUBOXONE, take=mg(16)))).med
    assert (alone.mme_per_day, alone.complete) == (0, True)
    assert [supply.state.value for supply in alone.supplies] == ["not_counted"]


@pytest.mark.parametrize("rule", ["opioid_first", "erla_start", "start_dose", "acute_days", "start_followup"])
def test_06_treatment_of_opioid_use_disorder_starts_none_of_the_rules_on_pain(rule: str) -> None:
    assert status(rule, order(SUBOXONE, ago=3, days=10, take=mg(16))) == "not_applicable"


def test_06_buprenorphine_with_naloxone_is_no_naloxone_at_home() -> None:
    assert status("naloxone", on_opioids(60), order(SUBOXONE, ago=5)) == "red"
    assert status("naloxone", on_opioids(60), order(NARCAN, ago=5, days=None)) == "green"


def test_07_acute_or_long_term_and_never_both() -> None:
    assert status("acute_days", short_course(days=27)) == "red"
    assert status("acute_days", short_course(days=28)) == "not_applicable"
    assert status("acute_days", order(MORPHINE, ago=3, days=7, refills=3, take=mg(15))) == "not_applicable"
    assert status("acute_days", on_opioids(), short_course(days=7)) == "not_applicable"
    for chart in (person(short_course(days=27)), person(on_opioids())):
        states = {rule: reviewed(chart).by_rule[rule].status.value for rule in ("acute_days", "agreement")}
        assert "not_applicable" in states.values()


@pytest.mark.parametrize(
    ("earlier", "is_naive"),
    [
        (order(MORPHINE, ago=92, days=5, take=mg(15), status="completed", ended_ago=87), False),
        (order(MORPHINE, ago=92, days=30, take=mg(15), status="stopped", ended_ago=88), False),
        (fill(MORPHINE, ago=92, days=5), False),
        (order(SUBOXONE, ago=92, days=20, take=mg(8)), False),
        (order(MORPHINE, ago=200, days=5, take=mg(15)), True),
        (order(MORPHINE, ago=92, days=5, take=mg(15), status="entered-in-error"), True),
    ],
    ids=["completed", "stopped", "dispensed", "buprenorphine", "long ago", "entered in error"],
)
def test_08_naive_looks_back_at_everything_that_was_supplied(earlier: Part, is_naive: bool) -> None:
    chart = (earlier, order(MORPHINE, ago=3, days=10, take=mg(15)))
    assert (status("opioid_first", *chart) != "not_applicable") is is_naive


def test_08_todays_other_draft_is_no_history() -> None:
    drafts = (
        order(MORPHINE, ago=0, days=10, take=mg(15), status="draft"),
        order(OXYCODONE, ago=0, days=10, take=mg(5), status="draft"),
    )
    assert would_be("opioid_first", *drafts).status.value == "yellow"


def excluded(*parts: Part) -> bool:
    shown = reviewed(person(on_opioids(), *parts)).exclusions
    return any(each.active and not each.overridden for each in shown)


def test_09_exclusions_are_facts_of_today() -> None:
    assert excluded(has(LUNG_CANCER))
    assert excluded(has(LUNG_CANCER, category=()))
    assert excluded(has(snomed("93880001", "Primary malignant neoplasm of lung")))
    assert not excluded(has(LUNG_CANCER, status="resolved"))
    assert not excluded(has(icd("C44.90", "Skin")))
    assert excluded(has(SICKLE_CELL))
    assert not excluded(has(SICKLE_TRAIT))
    assert excluded(plan("ServiceRequest", "Hospice", ago=5, what=snomed("385763009", "Hospice care")))
    assert status("oud_moud", on_opioids(), has(OUD)) == "red"
    assert status("oud_moud", on_opioids(), has(icd("F11.21", "OUD in remission"))) == "not_applicable"


def test_10_naloxone_asks_on_risk_and_is_quiet_afterwards() -> None:
    low = on_opioids(20)
    risks = (
        order(LORAZEPAM),
        has(SLEEP_APNEA),
        has(OUD),
        has(icd("T40.2X1A", "Opioid poisoning"), status="resolved"),
        has(icd("F10.20", "Alcohol"), status="resolved"),
    )
    assert all(status("naloxone", low, risk) == "red" for risk in risks)
    assert status("naloxone", on_opioids(50)) == "red"
    assert status("naloxone", low) == "yellow"
    assert status("naloxone", low, *risks, order(NARCAN, ago=5, days=None)) == "green"
    assert status("naloxone", low, *risks, order(NALMEFENE, ago=5, days=None)) == "green"
    assert status("naloxone", low, *risks, entered("naloxone", "has", ago=5)) == "green"


def test_11_two_drafts_of_one_session_count_together_and_once() -> None:
    drafts = (
        order(MORPHINE, ago=0, take=mg(30), status="draft"),
        order(LORAZEPAM, ago=0, take=mg(1), status="draft"),
    )
    finding = would_be("sedative", *drafts)
    assert finding.status.value == "red"
    assert any("lorazepam" in each.value for each in finding.evidence)
    assert status("sedative", *drafts) == "not_applicable"
    assert [each.rule for each in reviewed(person(*drafts), with_drafts=True).findings].count("sedative") == 1


COCAINE, D_COCAINE, D_HYDROMORPHONE, D_OXYMORPHONE, D_MORPHINE = "14314-9", "14315-6", "18473-9", "18325-1", "13648-1"
DETECTED = Concept((Coding(SNOMED, "260373001", "Detected"),))
ABNORMAL = Concept((Coding("http://terminology.hl7.org/CodeSystem/v3-ObservationInterpretation", "POS", "Positive"),))


@pytest.mark.parametrize(
    "part",
    [
        seen(loinc(COCAINE), text("POSITIVE"), ago=5),
        seen(loinc(COCAINE), text("Detected"), ago=5),
        seen(loinc(COCAINE), ObservationValue(concept=DETECTED), ago=5),
        seen(loinc(COCAINE), ObservationValue(), ago=5, interpretations=(ABNORMAL,)),
    ],
    ids=["text", "other text", "coded value", "interpretation"],
)
def test_12_a_result_is_read_in_every_shape(part: Part) -> None:
    assert status("udt_result", on_opioids(), part) == "yellow"


@pytest.mark.parametrize("state", ["preliminary", "cancelled", "entered-in-error", "registered"])
def test_12_what_is_no_final_result_is_none(state: str) -> None:
    assert (
        status("udt_result", on_opioids(), seen(loinc(COCAINE), text("Positive"), ago=5, status=state))
        == "not_applicable"
    )


def test_12_the_definitive_test_beats_the_screen_of_that_day() -> None:
    chart = (
        on_opioids(),
        seen(loinc("19295-5"), text("Positive"), ago=5),
        seen(loinc(COCAINE), text("Positive"), ago=5),
    )
    assert status("udt_result", *chart, seen(loinc(D_COCAINE), text("Negative"), ago=5)) == "green"
    assert status("udt_result", *chart, seen(loinc(D_COCAINE), text("Positive"), ago=5)) == "red"


@pytest.mark.parametrize(
    ("taken", "parent", "metabolite"),
    [
        (HYDROCODONE, "19483-7", D_HYDROMORPHONE),
        (medicine("997287", "codeine sulfate 30 MG Oral Tablet"), "13641-6", D_MORPHINE),
        (OXYCODONE, "19643-6", D_OXYMORPHONE),
    ],
    ids=["hydrocodone to hydromorphone", "codeine to morphine", "oxycodone to oxymorphone"],
)
def test_12_metabolites_are_expected(taken: Medication, parent: str, metabolite: str) -> None:
    steady = order(taken, ago=50, days=30, refills=3, take=mg(10, 3))
    results = (seen(loinc(code), text("Positive"), ago=10) for code in (parent, metabolite))
    assert status("udt_result", steady, *results) == "green"
    assert (
        status("udt_result", on_opioids(30, of=METHADONE), seen(loinc(metabolite), text("Positive"), ago=10)) == "red"
    )


def test_13_expected_is_what_was_supplied_on_the_day_of_the_test() -> None:
    positive = seen(loinc("58430-0"), text("Positive"), ago=10)
    long_fill = fill(OXYCODONE, ago=42, days=90, dosages=(mg(5, 3),))
    same_day = order(OXYCODONE, ago=10, days=30, take=mg(5, 3))
    long_gone = order(OXYCODONE, ago=100, days=5, take=mg(5, 3))
    assert status("udt_result", long_fill, positive) == "green"
    assert status("udt_result", same_day, positive) == "green"
    assert status("udt_result", long_gone, positive) == "yellow"


def test_14_windows_hold_both_ends_and_today() -> None:
    assert found("pdmp_check", person(on_opioids(), pdmp_review(ago=0))).status.value == "green"
    assert found("pdmp_check", person(on_opioids(), pdmp_review(ago=90))).status.value == "yellow"
    assert found("pdmp_check", person(on_opioids(), pdmp_review(ago=91))).status.value == "red"
    assert status("risk_tool", on_opioids(), entered("ort", "1", ago=0)) == "green"


@pytest.mark.parametrize(
    ("performed", "expected"),
    [
        ({"performedDateTime": "2026-02-28"}, "2026-02-28"),
        ({"performedPeriod": {"start": "2026-02-27", "end": "2026-02-28"}}, "2026-02-28"),
        ({"performedDateTime": "2026-03-01T05:30:00Z"}, "2026-02-28"),
        ({"performedDateTime": "2026-03-01T09:30:00Z"}, "2026-03-01"),
    ],
    ids=["dateTime", "Period", "an instant that is yesterday here", "an instant of today"],
)
def test_14_date_time_and_period_both_count_as_days_of_the_clinics_zone(
    performed: dict[str, object], expected: str
) -> None:
    code = {"coding": [{"system": SNOMED, "code": "461621000124108"}]}
    review_of_pdmp = {
        "resourceType": "Procedure",
        "id": "p",
        "status": "completed",
        "subject": {"reference": WHO},
        "code": code,
    }
    read = read_here({**review_of_pdmp, **performed})
    chart = replace(person(on_opioids()), procedures=read.procedures)
    (evidence,) = found("pdmp_check", chart).evidence
    assert evidence.date == expected


def read_here(*resources: dict[str, object]) -> PatientRecord:
    """As a file gives it, in a clinic of Los Angeles."""
    feeds = Feeds({feed: FeedState(FeedStatus.AVAILABLE) for feed in Feed})
    texts = [json.dumps(each).encode() for each in resources]
    return record_of(WHO, texts, ZoneInfo("America/Los_Angeles"), feeds)


def test_15_inpatient_orders_are_silent() -> None:
    inside = order(MORPHINE, take=mg(90), category=("inpatient",))
    answers = reviewed(person(inside))
    assert answers.med.mme_per_day == 0
    assert answers.by_rule["med"].status.value == "not_applicable"


def test_15_every_rule_has_a_stable_id_and_words_short_enough_for_a_card() -> None:
    ids = [entry.rule.id for entry in CATALOGUE]
    assert len(ids) == len(set(ids))
    assert all(len(entry.rule.title) < 40 and entry.rule.source for entry in CATALOGUE)
    texts = [
        each.value for each in policy().settings() if each.path.startswith("write_back.") and each.path.endswith("text")
    ]
    assert all(len(each) < 140 for each in texts)


def test_15_a_feed_that_is_missing_is_said_and_never_silence() -> None:
    answers = reviewed(person(on_opioids(95), medications="failed"))
    assert {each.status.value for each in answers.findings} <= {"grey", "not_applicable"}
    assert answers.by_rule["med"].missing == ("medications",)


def test_15_a_reference_to_a_medicine_is_resolved() -> None:
    medication = {
        "resourceType": "Medication",
        "id": "m",
        "code": {"coding": [{"system": "http://www.nlm.nih.gov/research/umls/rxnorm", "code": "892582"}]},
    }
    request = {
        "resourceType": "MedicationRequest",
        "id": "r",
        "status": "active",
        "intent": "order",
        "subject": {"reference": WHO},
        "medicationReference": {"reference": "Medication/m"},
        "authoredOn": str(back(5)),
        "dosageInstruction": [
            {
                "timing": {"repeat": {"frequency": 2, "period": 1, "periodUnit": "d"}},
                "doseAndRate": [{"doseQuantity": {"value": 1, "unit": "tablet"}}],
            }
        ],
        "dispenseRequest": {"expectedSupplyDuration": {"value": 30, "unit": "days", "code": "d", "system": UCUM}},
    }
    assert review(read_here(medication, request), policy(), DAY).med.mme_per_day == 30
