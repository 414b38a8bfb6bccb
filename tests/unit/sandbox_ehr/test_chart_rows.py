"""The EHR's tables show what is written, in the words of the chart."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from app.sandbox_ehr.chart_rows import flag_rows, medication_rows, person, result_rows, written_day

TODAY = date(2026, 11, 24)


@pytest.mark.parametrize(
    ("born", "age", "shown"),
    [("1968-11-24", "58", "Nov 24, 1968"), ("1968-11-25", "57", "Nov 25, 1968"), ("1968", "", "1968"), ("", "", "–")],
)
def test_age(born: str, age: str, shown: str) -> None:
    found = person({"id": "a", "birthDate": born}, TODAY)
    assert (found.age, found.birth_date) == (age, shown)


def test_the_record_number_is_the_mr_identifier() -> None:
    ssn = {"value": "000"}
    mrn = {"type": {"coding": [{"code": "MR"}]}, "value": "4711"}
    assert person({"id": "a", "identifier": [ssn, mrn]}, TODAY).mrn == "4711"


def test_medications_are_named_however_they_are_written() -> None:
    orders: list[dict[str, Any]] = [
        {"medicationCodeableConcept": {"text": "By text"}, "authoredOn": "2026-04-01"},
        {"medicationReference": {"reference": "Medication/m"}, "authoredOn": "2026-03-01"},
        {"medicationReference": {"reference": "#c"}, "contained": [{"id": "c", "code": {"text": "Contained"}}]},
        {"authoredOn": "2026-02-01"},
    ]
    medication = {"resourceType": "Medication", "id": "m", "code": {"coding": [{"display": "By reference"}]}}
    rows = medication_rows([*({"resourceType": "MedicationRequest", **order} for order in orders), medication])
    assert [row["medication"] for row in rows] == ["By text", "By reference", "(not named)", "Contained"]


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ({"valueQuantity": {"value": 4.3, "unit": "{score}"}}, "4.3"),
        ({"valueQuantity": {"value": 5, "comparator": "<", "unit": "ng/mL"}}, "<5 ng/mL"),
        ({"valueInteger": 0}, "0"),
        ({"valueCodeableConcept": {"text": "Detected"}}, "Detected"),
        ({"component": [{"code": {"text": "a"}, "valueInteger": 1}, {"code": {"text": "b"}, "valueInteger": 2}]}, "a 1; b 2"),
        ({"dataAbsentReason": {"text": "masked"}}, "masked"),
        ({}, "–"),
    ],
)  # fmt: skip
def test_values(value: dict[str, object], shown: str) -> None:
    assert result_rows([value])[0]["value"] == shown


def test_only_flags_in_force_are_shown() -> None:
    flags = [
        {"status": status, "code": {"text": status}, "period": {"start": "2026-01-01"}}
        for status in ("active", "inactive", "entered-in-error")
    ]
    assert [row["text"] for row in flag_rows(flags)] == ["active"]


def test_days() -> None:
    assert written_day("2026-11-04T09:40:00-06:00") == "Nov 4, 2026"
    assert written_day("2026-11") == "2026-11"
