"""Drug classes, drug tests, assessments, processes, conditions, labs and therapies: the rows that rules lean on."""

from decimal import Decimal

import pytest

from app.domain.codes import HCPCS, ICD10CM, LOINC, RXNORM, SNOMED, Coding, Concept
from app.domain.medication import Medication
from app.terminology.assessments import assessment_items, item_of, items_of
from app.terminology.conditions import conditions_meant, icd10_meanings, snomed_meanings, with_dot
from app.terminology.drug_classes import drug_classes
from app.terminology.drug_tests import drug_test, drug_tests_in
from app.terminology.labs import labs_in
from app.terminology.processes import process_table, processes_coded, processes_titled
from app.terminology.therapies import therapies_coded, therapy_drugs_named


def coded(system: str, code: str) -> Concept:
    return Concept((Coding(system, code),))


def classes(*, code: str | None = None, text: str | None = None) -> set[str]:
    concept = Concept((Coding(RXNORM, code),) if code else (), text)
    return {each.drug_class for each in drug_classes(Medication(concept))}


@pytest.mark.parametrize(
    ("code", "text", "expected"),
    [
        ("6470", None, {"benzodiazepine"}),
        (None, "LORazepam 1 mg tablet", {"benzodiazepine"}),
        (None, "Xanax 0.5 mg", {"benzodiazepine"}),
        (None, "zolpidem 10 mg tablet", {"z_drug"}),
        (None, "gabapentin 300 mg capsule", {"gabapentinoid"}),
        (None, "carisoprodol-aspirin-codeine 200-325-16 mg tablet", {"skeletal_muscle_relaxant"}),
        ("7242", None, {"opioid_antagonist_reversal"}),
        (None, "Narcan 4 mg nasal spray", {"opioid_antagonist_reversal"}),
        ("1010604", None, {"moud"}),
        (None, "buprenorphine-naloxone 8-2 mg SL film", {"moud"}),
        ("904870", "buprenorphine 10 mcg/hr patch", set()),
        (None, "Butrans 10 mcg/hour patch", set()),
        (None, "pentazocine-naloxone 50-0.5 mg tablet", set()),
        (None, "lisinopril 10 mg tablet", set()),
    ],
)
def test_drug_classes(code: str | None, text: str | None, expected: set[str]) -> None:
    assert classes(code=code, text=text) == expected


def test_methadone_is_moud_only_as_also_an_analgesic() -> None:
    (found,) = drug_classes(Medication(Concept((Coding(RXNORM, "6813"),))))
    assert (found.drug_class, found.subclass) == ("moud", "also_analgesic")


def test_drug_tests() -> None:
    benzodiazepines = drug_test("3390-2")
    assert benzodiazepines is not None
    assert benzodiazepines.drug_class == "benzodiazepines"
    assert drug_test("4548-4") is None
    assert drug_tests_in(coded(LOINC, "3390-2")) == (benzodiazepines,)


def test_assessments() -> None:
    assert item_of("PEG", "total").loinc.value == "91147-9"
    assert {item.item for item in items_of("PEG")} == {"panel", "total", "1", "2", "3"}
    assert {(each.instrument, each.item) for each in assessment_items("44250-9")} == {("PHQ-4", "3"), ("PHQ-9", "1")}
    assert assessment_items("PEGASSESSMENT") == (item_of("PEG", "total"),)
    assert item_of("PHQ-9", "9").accepts(Decimal(3))
    assert not item_of("PHQ-9", "9").accepts(Decimal(4))
    with pytest.raises(KeyError):
        item_of("PEG", "17")


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("Opioid Treatment Agreement signed 2025", ("treatment_agreement",)),
        ("Controlled substance contract", ("treatment_agreement",)),
        ("Opioid agreement - patient declined", ()),
        ("PDMP report", ("pdmp_check",)),
        ("Opioid taper plan", ("tapering_plan",)),
        ("Prednisone taper schedule", ()),
        ("Urine drug screen", ("urine_drug_test",)),
        ("Colonoscopy report", ()),
    ],
)
def test_document_titles(title: str, expected: tuple[str, ...]) -> None:
    assert processes_titled(title) == expected


def test_process_codes() -> None:
    assert [each.process for each in processes_coded(coded(SNOMED, "461621000124108"))] == ["pdmp_check"]
    assert [each.process for each in processes_coded(coded(HCPCS, "G9578"))] == ["treatment_agreement"]
    assert [each.process for each in processes_coded(coded(LOINC, "80764-4"))] == ["pain_treatment_plan"]
    assert {"treatment_agreement", "pdmp_check", "risk_counseling", "tapering_plan"} <= process_table().names


@pytest.mark.parametrize(
    ("code", "concept", "subtype"),
    [
        ("F11.20", "opioid_use_disorder", "active"),
        ("F11.21", "opioid_use_disorder", "in_remission"),
        ("F1120", "opioid_use_disorder", "active"),
        ("T40.2X1A", "opioid_overdose", "accidental"),
        ("C50.911", "cancer_active", "malignant_neoplasm"),
    ],
)
def test_the_longest_icd_match_wins_within_a_concept(code: str, concept: str, subtype: str) -> None:
    assert (concept, subtype) in {(each.concept, each.subtype) for each in icd10_meanings(code)}


def test_remission_is_not_active_disease_as_well() -> None:
    assert [each.subtype for each in icd10_meanings("F11.21") if each.concept == "opioid_use_disorder"] == [
        "in_remission"
    ]


def test_dots_are_put_in_where_they_are_missing() -> None:
    assert [with_dot(code) for code in ("f1120", "F11.20", "C50", " Z79891 ")] == ["F11.20", "F11.20", "C50", "Z79.891"]


def test_snomed_cancer_rows_carry_their_subtype() -> None:
    assert [(each.concept, each.subtype) for each in snomed_meanings("4135001")] == [("cancer_active", "not_cancer")]


def test_conditions_of_a_concept_with_two_codings_are_given_once() -> None:
    found = conditions_meant(Concept((Coding(ICD10CM, "F11.20"), Coding(ICD10CM, "F11.20"))))
    assert len(found) == len({(each.concept, each.subtype) for each in found})


def test_labs() -> None:
    (albumin,) = labs_in(coded(LOINC, "1751-7"))
    assert (albumin.concept, albumin.units, albumin.is_answer) == ("albumin", ("g/dL",), False)
    assert labs_in(coded(LOINC, "3390-2")) == ()


def test_therapies() -> None:
    (acetaminophen,) = therapies_coded(coded(RXNORM, "161"))
    assert acetaminophen.is_for_pain
    assert {each.concept for each in therapy_drugs_named("ibuprofen 600 MG Oral Tablet")} == {"nsaid"}
    assert therapy_drugs_named("lisinopril 10 mg") == ()
