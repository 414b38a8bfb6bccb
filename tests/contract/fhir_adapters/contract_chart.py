"""The charts that the adapter contract is tested on: one to read, and a few empty ones to write to."""

from typing import Any

Resource = dict[str, Any]

CHART = "Patient/contract-chart"
OTHER = "Patient/contract-other"
WRITTEN_TO = tuple(f"Patient/contract-flags-{number}" for number in range(12))
OBSERVATIONS = 47

_SURVEY = {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/observation-category", "code": "survey"}]}
_RXNORM = "http://www.nlm.nih.gov/research/umls/rxnorm"


def everything() -> list[Resource]:
    """All resources, each before the ones that refer to it."""
    people = [
        {"resourceType": "Patient", "id": p.partition("/")[2], "birthDate": "1964-02-29"} for p in (*WRITTEN_TO, OTHER)
    ]
    return [
        {"resourceType": "Patient", "id": "contract-chart", "birthDate": "1958-07-01", "gender": "female"},
        *people,
        {
            "resourceType": "Medication",
            "id": "contract-medicine",
            "code": _coded("1049621", "oxycodone 5 MG Oral Tablet"),
        },
        _of(CHART, "MedicationRequest", "contract-referred", **_order(reference="Medication/contract-medicine")),
        _of(CHART, "MedicationRequest", "contract-coded", **_order(code=_coded("892342", "morphine ER 15 MG"))),
        _of(
            CHART,
            "MedicationRequest",
            "contract-contained",
            contained=[{"resourceType": "Medication", "id": "m", "code": {"text": "Tramadol 50 mg tablet"}}],
            **_order(reference="#m"),
        ),
        _of(OTHER, "MedicationRequest", "contract-others", **_order(code=_coded("892342", "morphine ER 15 MG"))),
        *(_peg(number) for number in range(OBSERVATIONS)),
        _of(CHART, "Condition", "contract-pain", code={"text": "Chronic pain"}),
        _of(
            CHART,
            "Procedure",
            "contract-pdmp",
            status="completed",
            code={"coding": [{"system": "http://snomed.info/sct", "code": "461621000124108"}]},
            performedDateTime="2026-11-01",
        ),
    ]


def transactions() -> list[Resource]:
    """The same as transaction Bundles of moderate size, for servers to load."""
    rows = everything()
    return [_bundle(rows[start : start + 25]) for start in range(0, len(rows), 25)]


def _bundle(rows: list[Resource]) -> Resource:
    entries = [{"resource": r, "request": {"method": "PUT", "url": f"{r['resourceType']}/{r['id']}"}} for r in rows]
    return {"resourceType": "Bundle", "type": "transaction", "entry": entries}


def _of(patient: str, kind: str, resource_id: str, **more: Any) -> Resource:
    return {"resourceType": kind, "id": resource_id, "subject": {"reference": patient}, **more}


def _coded(code: str, name: str) -> Resource:
    return {"coding": [{"system": _RXNORM, "code": code, "display": name}], "text": name}


def _order(code: Resource | None = None, reference: str | None = None) -> Resource:
    medicine: Resource = (
        {"medicationCodeableConcept": code} if code else {"medicationReference": {"reference": reference}}
    )
    dose = {"doseQuantity": {"value": 1.5, "unit": "tablet"}}
    timing = {"repeat": {"frequency": 1, "period": 12, "periodUnit": "h"}}
    directions = {"text": "1 and a half tablets every 12 hours", "timing": timing, "doseAndRate": [dose]}
    return {
        "status": "active",
        "intent": "order",
        "authoredOn": "2026-11-01",
        "dosageInstruction": [directions],
        **medicine,
    }


def _peg(number: int) -> Resource:
    return _of(
        CHART,
        "Observation",
        f"contract-peg-{number:02}",
        status="final",
        category=[_SURVEY] if number else [],
        code={"coding": [{"system": "http://loinc.org", "code": "77564-3"}]},
        effectiveDateTime=f"2026-{1 + number % 9:02}-15",
        valueQuantity={"value": number % 11},
    ) | ({} if number else {"category": [{"text": "Assessment"}]})
