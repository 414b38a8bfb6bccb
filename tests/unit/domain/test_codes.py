"""Codes refuse text that cannot be such a code."""

import pytest

from app.domain.codes import LOINC, RXNORM, Code, Coding, Concept, Icd10, Loinc, RxNorm, Snomed


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (Loinc, "91147-9"),
        (Loinc, "44261-6"),
        (Snomed, "461621000124108"),
        (Snomed, "408957008"),
        (RxNorm, "7804"),
        (Icd10, "Z79.891"),
        (Icd10, "F11"),
    ],
)
def test_well_formed_codes_are_taken(kind: type[Code], value: str) -> None:
    assert kind(value).value == value


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (Loinc, "91147-8"),
        (Loinc, "911479"),
        (Snomed, "461621000124107"),
        (Snomed, "12"),
        (RxNorm, "07804"),
        (RxNorm, ""),
        (Icd10, "Z79891"),
        (Icd10, "z79.891"),
    ],
)
def test_other_text_is_refused(kind: type[Code], value: str) -> None:
    with pytest.raises(ValueError, match="is not a"):
        kind(value)


def test_a_concept_keeps_the_order_of_its_codes_and_names_itself() -> None:
    concept = Concept((Coding(RXNORM, "7804", "oxycodone"), Coding(LOINC, "1-8"), Coding(RXNORM, "1049683")))
    assert concept.codes(RXNORM) == ("7804", "1049683")
    assert concept.label == "oxycodone"
    assert Concept(text="Roxicodone 5").label == "Roxicodone 5"
    assert Concept().label is None
