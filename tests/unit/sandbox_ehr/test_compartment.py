"""Whose resource is it? Odd references belong to nobody that a token can speak for."""

from __future__ import annotations

from typing import Any

import pytest

from app.sandbox_ehr.compartment import Compartment

ANNE = Compartment("anne", ("http://ehr.test/fhir", "http://store.test/fhir"))


def flag(reference: Any) -> dict[str, Any]:
    return {"resourceType": "Flag", "subject": reference}


@pytest.mark.parametrize(
    "text",
    [
        "Patient/anne",
        "Patient/anne/_history/3",
        "http://ehr.test/fhir/Patient/anne",
        "http://store.test/fhir/Patient/anne",
    ],
)
def test_own(text: str) -> None:
    assert ANNE.holds(flag({"reference": text}))
    assert ANNE.holds_alone(flag({"reference": text}))


@pytest.mark.parametrize(
    "subject",
    [
        {"reference": "Patient/boris"},
        {"reference": "http://elsewhere.test/fhir/Patient/anne"},
        {"reference": "Group/anne"},
        {"reference": "#anne"},
        {"reference": "urn:uuid:5f0b6f3e-0000-4000-8000-000000000000"},
        {"identifier": {"value": "anne"}},
        {"reference": 7},
        "Patient/anne",
        None,
    ],
)
def test_not_own(subject: Any) -> None:
    assert not ANNE.holds(flag(subject))
    assert not ANNE.holds_alone(flag(subject))


def test_an_appointment_of_two_is_seen_and_not_written() -> None:
    people = [{"actor": {"reference": f"Patient/{name}"}} for name in ("anne", "boris")]
    shared = {"resourceType": "Appointment", "participant": people}
    assert ANNE.holds(shared)
    assert not ANNE.holds_alone(shared)
    with_doctor = {
        "resourceType": "Appointment",
        "participant": [people[0], {"actor": {"reference": "Practitioner/d"}}],
    }
    assert ANNE.holds_alone(with_doctor)


def test_types_outside_the_table_are_nobodys() -> None:
    assert not ANNE.holds({"resourceType": "Group", "subject": {"reference": "Patient/anne"}})


def test_targets_of_a_provenance() -> None:
    references = ["Flag/1", "Patient/anne", "http://ehr.test/fhir/Observation/2/_history/1", "urn:uuid:x"]
    provenance = {"resourceType": "Provenance", "target": [{"reference": text} for text in references]}
    assert ANNE.targets(provenance) == (("Flag", "1"), ("Observation", "2"))
