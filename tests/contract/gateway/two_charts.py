"""Two patients with one resource of every kind a chart can hold, to show that neither sees the other's.

Not imported from the gateway: its table is the thing under test.
"""

from __future__ import annotations

from typing import Any

Resource = dict[str, Any]
ANNE, BORIS = "anne", "boris"

# Which element makes a resource part of a chart, and what else real servers want to store it.
CONCEPT = {"text": "something"}
KINDS: dict[str, tuple[str, Resource]] = {
    "Account": ("subject[]", {"status": "active"}),
    "AdverseEvent": ("subject", {"actuality": "actual"}),
    "AllergyIntolerance": ("patient", {"code": CONCEPT}),
    "Appointment": (
        "participant[].actor",
        {"status": "booked", "start": "2026-11-24T09:20:00-06:00", "end": "2026-11-24T09:40:00-06:00"},
    ),
    "AppointmentResponse": ("actor", {"participantStatus": "accepted"}),
    "AuditEvent": ("entity[].what", {"recorded": "2026-01-01T10:00:00Z"}),
    "Basic": ("subject", {"code": CONCEPT}),
    "Binary": ("securityContext", {"contentType": "text/plain", "data": "YQ=="}),
    "BodyStructure": ("patient", {}),
    "CarePlan": ("subject", {"status": "active", "intent": "plan"}),
    "CareTeam": ("subject", {"status": "active"}),
    "ChargeItem": ("subject", {"status": "billable", "code": CONCEPT}),
    "Claim": ("patient", {"status": "active", "use": "claim", "created": "2026-01-01"}),
    "ClinicalImpression": ("subject", {"status": "completed"}),
    "Communication": ("subject", {"status": "completed"}),
    "CommunicationRequest": ("subject", {"status": "active"}),
    "Composition": ("subject", {"status": "final", "type": CONCEPT, "date": "2026-01-01", "title": "Note"}),
    "Condition": ("subject", {"code": CONCEPT}),
    "Consent": ("patient", {"status": "active", "scope": CONCEPT, "category": [CONCEPT]}),
    "Coverage": ("beneficiary", {"status": "active"}),
    "DetectedIssue": ("patient", {"status": "final"}),
    "Device": ("patient", {"status": "active"}),
    "DeviceRequest": ("subject", {"intent": "order", "codeCodeableConcept": CONCEPT}),
    "DeviceUseStatement": ("subject", {"status": "active"}),
    "DiagnosticReport": ("subject", {"status": "final", "code": CONCEPT}),
    "DocumentReference": ("subject", {"status": "current", "content": [{"attachment": {"title": "x"}}]}),
    "Encounter": ("subject", {"status": "in-progress", "class": {"code": "AMB"}}),
    "EpisodeOfCare": ("patient", {"status": "active"}),
    "ExplanationOfBenefit": ("patient", {"status": "active", "use": "claim", "outcome": "complete"}),
    "FamilyMemberHistory": ("patient", {"status": "completed", "relationship": CONCEPT}),
    "Flag": ("subject", {"status": "active", "code": CONCEPT}),
    "Goal": ("subject", {"lifecycleStatus": "active", "description": CONCEPT}),
    "GuidanceResponse": ("subject", {"status": "success", "moduleUri": "http://example.org/module"}),
    "ImagingStudy": ("subject", {"status": "available"}),
    "Immunization": ("patient", {"status": "completed", "vaccineCode": CONCEPT, "occurrenceString": "x"}),
    "List": ("subject", {"status": "current", "mode": "working"}),
    "Media": ("subject", {"status": "completed", "content": {"title": "x"}}),
    "MedicationAdministration": ("subject", {"status": "completed", "medicationCodeableConcept": CONCEPT}),
    "MedicationDispense": ("subject", {"status": "completed", "medicationCodeableConcept": CONCEPT}),
    "MedicationRequest": (
        "subject",
        {"status": "active", "intent": "order", "medicationReference": {"reference": "Medication/tablets"}},
    ),
    "MedicationStatement": ("subject", {"status": "active", "medicationCodeableConcept": CONCEPT}),
    "NutritionOrder": ("patient", {"status": "active", "intent": "order", "dateTime": "2026-01-01"}),
    "Observation": ("subject", {"status": "final", "code": CONCEPT}),
    "Procedure": ("subject", {"status": "completed", "code": CONCEPT}),
    "Provenance": (
        "target[]",
        {"recorded": "2026-01-01T10:00:00Z", "agent": [{"who": {"reference": "Practitioner/dr-quill"}}]},
    ),
    "QuestionnaireResponse": ("subject", {"status": "completed"}),
    "RelatedPerson": ("patient", {"active": True}),
    "RequestGroup": ("subject", {"status": "active", "intent": "order"}),
    "RiskAssessment": ("subject", {"status": "final"}),
    "ServiceRequest": ("subject", {"status": "active", "intent": "order", "code": CONCEPT}),
    "Specimen": ("subject", {"status": "available"}),
    "Task": ("for", {"status": "requested", "intent": "order"}),
    "VisionPrescription": ("patient", {"status": "active", "created": "2026-01-01"}),
}


def resource(kind: str, patient: str, name: str = "") -> Resource:
    """The patient's resource of this kind; id like `anne-flag`."""
    owner, rest = KINDS[kind]
    made: Resource = {"resourceType": kind, "id": name or f"{patient}-{kind.lower()}", **rest}
    _set(made, owner.split("."), {"reference": f"Patient/{patient}"})
    return made


def _set(node: Resource, path: list[str], value: Resource) -> None:
    step, *rest = path
    inner: Any = value
    if rest:
        inner = {}
        _set(inner, rest, value)
    node[step.removesuffix("[]")] = [inner] if step.endswith("[]") else inner


def patient(name: str) -> Resource:
    return {
        "resourceType": "Patient",
        "id": name,
        "birthDate": "1970-05-06",
        "gender": "unknown",
        "name": [{"family": f"{name.title()}son", "given": [name.title()]}],
        "identifier": [{"system": "urn:example:mrn", "value": f"MRN-{name}"}],
    }


def shared() -> list[Resource]:
    return [
        {"resourceType": "Practitioner", "id": "dr-quill", "name": [{"family": "Quill", "given": ["Ada"]}]},
        {"resourceType": "Medication", "id": "tablets", "code": {"text": "Tablets of something"}},
        {"resourceType": "Organization", "id": "clinic", "name": "A clinic"},
    ]


def chart(name: str) -> list[Resource]:
    """The patient, one resource of each kind, and enough Observations to need several pages."""
    many = [resource("Observation", name, f"{name}-observation-{number}") for number in range(30)]
    return [patient(name), *(resource(kind, name) for kind in KINDS), *many]


def bundle(resources: list[Resource]) -> Resource:
    """A transaction of PUTs."""
    entries = [
        {"resource": each, "request": {"method": "PUT", "url": f"{each['resourceType']}/{each['id']}"}}
        for each in resources
    ]
    return {"resourceType": "Bundle", "type": "transaction", "entry": entries}
