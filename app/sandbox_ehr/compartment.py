"""Whose resource is this? The patient compartment as data, and the questions asked of it.

Only the element that makes a resource part of somebody's chart counts (`subject`, `patient`, ...), not every
element that may name a patient: HL7's CompartmentDefinition also lists `performer`, which would let one
patient's token read what that patient entered for another.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

Resource = Mapping[str, Any]


@dataclass(frozen=True)
class Ownership:
    """Where a type names its patient, and the search parameter that finds by it."""

    paths: tuple[str, ...]
    parameter: str = "patient"


_SUBJECT = Ownership(("subject",))
_PATIENT = Ownership(("patient",))

OWNERSHIP: Mapping[str, Ownership] = {
    "Patient": Ownership((), "_id"),
    "Account": _SUBJECT,
    "AdverseEvent": Ownership(("subject",), "subject"),
    "AllergyIntolerance": _PATIENT,
    "Appointment": Ownership(("participant.actor",)),
    "AppointmentResponse": Ownership(("actor",)),
    "AuditEvent": Ownership(("entity.what",)),
    "Basic": _SUBJECT,
    "Binary": Ownership(("securityContext",)),
    "BodyStructure": _PATIENT,
    "CarePlan": _SUBJECT,
    "CareTeam": _SUBJECT,
    "ChargeItem": _SUBJECT,
    "Claim": _PATIENT,
    "ClinicalImpression": _SUBJECT,
    "Communication": _SUBJECT,
    "CommunicationRequest": _SUBJECT,
    "Composition": _SUBJECT,
    "Condition": _SUBJECT,
    "Consent": _PATIENT,
    "Coverage": Ownership(("beneficiary",)),
    "DetectedIssue": Ownership(("patient",)),
    "Device": _PATIENT,
    "DeviceRequest": _SUBJECT,
    "DeviceUseStatement": _SUBJECT,
    "DiagnosticReport": _SUBJECT,
    "DocumentReference": _SUBJECT,
    "Encounter": _SUBJECT,
    "EpisodeOfCare": _PATIENT,
    "ExplanationOfBenefit": _PATIENT,
    "FamilyMemberHistory": _PATIENT,
    "Flag": _SUBJECT,
    "Goal": _SUBJECT,
    "GuidanceResponse": _SUBJECT,
    "ImagingStudy": _SUBJECT,
    "Immunization": _PATIENT,
    "List": _SUBJECT,
    "Media": _SUBJECT,
    "MedicationAdministration": _SUBJECT,
    "MedicationDispense": _SUBJECT,
    "MedicationRequest": _SUBJECT,
    "MedicationStatement": _SUBJECT,
    "NutritionOrder": _PATIENT,
    "Observation": _SUBJECT,
    "Procedure": _SUBJECT,
    "Provenance": Ownership(("target",)),
    "QuestionnaireResponse": _SUBJECT,
    "RelatedPerson": _PATIENT,
    "RequestGroup": _SUBJECT,
    "RiskAssessment": _SUBJECT,
    "ServiceRequest": _SUBJECT,
    "Specimen": _SUBJECT,
    "Task": Ownership(("for",)),
    "VisionPrescription": _PATIENT,
}

# These belong to whoever owns what they point at, so their owner has to be looked up.
INDIRECT_TYPES = frozenset({"Binary", "Provenance"})

# Nobody's chart: readable with the scope, welcome as an included row, never writable by a patient's token.
SHARED_TYPES = frozenset(
    {"Medication", "Practitioner", "PractitionerRole", "Organization", "Location", "HealthcareService"}
)

_REFERENCE = re.compile(r"^(?P<type>[A-Z][A-Za-z]+)/(?P<id>[A-Za-z0-9\-.]{1,64})(/_history/[^/]+)?$")


@dataclass(frozen=True)
class Compartment:
    """One patient's chart, as seen through the FHIR bases that mean this server."""

    patient: str
    bases: tuple[str, ...]

    def holds(self, resource: Resource) -> bool:
        """Whether the resource itself names this patient as (one of) its owners."""
        return self.patient in set(self._owners(resource))

    def holds_alone(self, resource: Resource) -> bool:
        """Whether this patient is the only owner named: asked before a write."""
        return set(self._owners(resource)) == {self.patient}

    def targets(self, resource: Resource) -> tuple[tuple[str, str], ...]:
        """What a resource of an indirect type points at, other than a Patient: `(type, id)` each."""
        ownership = OWNERSHIP.get(resource.get("resourceType", ""), Ownership(()))
        texts = (text for path in ownership.paths for text in _references(resource, path))
        return tuple(found for found in map(self.local, texts) if found and found[0] != "Patient")

    def local(self, reference: str) -> tuple[str, str] | None:
        """`(type, id)` of a literal reference into this server; None for any other kind or another host."""
        for base in self.bases:
            reference = reference.removeprefix(f"{base}/")
        match = _REFERENCE.match(reference)
        return (match["type"], match["id"]) if match else None

    def _owners(self, resource: Resource) -> Iterator[str]:
        kind = resource.get("resourceType", "")
        if kind == "Patient":
            yield str(resource.get("id", ""))
        ownership = OWNERSHIP.get(kind)
        for path in ownership.paths if ownership else ():
            yield from self._patients_at(resource, path)

    def _patients_at(self, resource: Resource, path: str) -> Iterator[str]:
        for text in _references(resource, path):
            found = self.local(text)
            if found and found[0] == "Patient":
                yield found[1]
            elif found is None:
                # A contained, logical or foreign owner is somebody, but nobody we can vouch for.
                yield f"unverified:{text}"


def _references(resource: Resource, path: str) -> Iterator[str]:
    for node in _walk(resource, path.split(".")):
        if isinstance(node, Mapping):
            text = node.get("reference")
            yield text if isinstance(text, str) else "(no literal reference)"


def _walk(node: Any, steps: list[str]) -> Iterator[Any]:
    if isinstance(node, list):
        for each in node:
            yield from _walk(each, steps)
    elif not steps:
        yield node
    elif isinstance(node, Mapping) and steps[0] in node:
        yield from _walk(node[steps[0]], steps[1:])
