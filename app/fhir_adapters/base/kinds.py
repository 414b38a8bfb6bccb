"""The table of resource types that Sextant reads: its Struct, how it is opened, where it goes in the record, its feed."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from app.domain.feeds import Feed
from app.fhir_adapters.base import structs as fhir
from app.fhir_adapters.base.conditions import open_condition, open_procedure
from app.fhir_adapters.base.documents import open_document
from app.fhir_adapters.base.flags import open_flag
from app.fhir_adapters.base.medications import Medicines, open_dispense, open_order, open_statement
from app.fhir_adapters.base.observations import open_observation, open_questionnaire_response
from app.fhir_adapters.base.patients import open_care_team, open_patient
from app.fhir_adapters.base.plans import (
    open_care_plan,
    open_consent,
    open_device_use,
    open_diagnostic_report,
    open_goal,
    open_service_request,
)
from app.fhir_adapters.base.values import Opening
from app.fhir_adapters.base.visits import open_appointment, open_encounter


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What some resources need besides themselves: the medicines they may refer to, and whose chart is being read."""

    medicines: Medicines
    patient: str | None


Opener = Callable[[str, Any, Opening, Surroundings], Any]


@dataclass(frozen=True, slots=True)
class Kind:
    """One resource type. `feed` None: decided otherwise (Observation), or part of no feed."""

    struct: type[fhir.Resource]
    into: str
    open: Opener
    feed: Feed | None = None
    names_its_unreadable: bool = False
    """Whether the domain type has a place of its own for elements that could not be read."""


def _alone(opener: Callable[[str, Any, Opening], Any]) -> Opener:
    return lambda reference, sent, opening, around: opener(reference, sent, opening)


def _with_medicines(opener: Callable[[str, Any, Opening, Medicines], Any]) -> Opener:
    return lambda reference, sent, opening, around: opener(reference, sent, opening, around.medicines)


def _appointment(reference: str, sent: Any, opening: Opening, around: Surroundings) -> Any:
    return open_appointment(reference, sent, opening, around.patient)


KINDS: Mapping[str, Kind] = {
    "Patient": Kind(fhir.Patient, "patient", _alone(open_patient), Feed.PATIENT),
    "MedicationRequest": Kind(
        fhir.MedicationRequest, "orders", _with_medicines(open_order), Feed.MEDICATIONS, names_its_unreadable=True
    ),
    "MedicationStatement": Kind(
        fhir.MedicationStatement,
        "statements",
        _with_medicines(open_statement),
        Feed.MEDICATIONS,
        names_its_unreadable=True,
    ),
    "MedicationDispense": Kind(
        fhir.MedicationDispense, "dispenses", _with_medicines(open_dispense), Feed.DISPENSES, names_its_unreadable=True
    ),
    "Observation": Kind(fhir.Observation, "observations", _alone(open_observation), names_its_unreadable=True),
    "QuestionnaireResponse": Kind(
        fhir.QuestionnaireResponse, "questionnaire_responses", _alone(open_questionnaire_response), Feed.SURVEYS
    ),
    "Condition": Kind(fhir.Condition, "conditions", _alone(open_condition), Feed.CONDITIONS),
    "Encounter": Kind(fhir.Encounter, "encounters", _alone(open_encounter), Feed.ENCOUNTERS),
    "Appointment": Kind(fhir.Appointment, "appointments", _appointment, Feed.APPOINTMENTS),
    "DocumentReference": Kind(fhir.DocumentReference, "documents", _alone(open_document), Feed.DOCUMENTS),
    "Procedure": Kind(fhir.Procedure, "procedures", _alone(open_procedure), Feed.PROCEDURES),
    "CarePlan": Kind(fhir.CarePlan, "plans", _alone(open_care_plan), Feed.CARE_PLANS),
    "Goal": Kind(fhir.Goal, "plans", _alone(open_goal), Feed.CARE_PLANS),
    "Consent": Kind(fhir.Consent, "plans", _alone(open_consent), Feed.CARE_PLANS),
    "ServiceRequest": Kind(fhir.ServiceRequest, "plans", _alone(open_service_request), Feed.CARE_PLANS),
    "DiagnosticReport": Kind(fhir.DiagnosticReport, "plans", _alone(open_diagnostic_report)),
    "DeviceUseStatement": Kind(fhir.DeviceUseStatement, "plans", _alone(open_device_use)),
    "CareTeam": Kind(fhir.CareTeam, "care_teams", _alone(open_care_team)),
    "Flag": Kind(fhir.Flag, "flags", _alone(open_flag), Feed.FLAGS),
}

DECISIVE = frozenset(
    {
        "status",
        "subject",
        "patient",
        "intent",
        "doNotPerform",
        "lifecycleStatus",
        "clinicalStatus",
        "verificationStatus",
    }
)
"""Elements without which the rest must not be believed: whose it is, whether it holds, whether it means the opposite."""

DECISIVE_WHOLE = frozenset({"medicationCodeableConcept", "medicationReference", "code"})
"""Elements that may be damaged in part, but not missing altogether: what it is."""


_MISSED_BY: Mapping[str, tuple[Feed, ...]] = {
    "Observation": (Feed.LABS, Feed.SURVEYS),
    "DiagnosticReport": (Feed.LABS,),
    "DeviceUseStatement": (Feed.PROCEDURES,),
    "CareTeam": (Feed.PATIENT,),
}
"""Types without one feed of their own: the feeds that are less than complete when an entry of them could not be read."""


def feeds_of_type(resource_type: str) -> tuple[Feed, ...]:
    """The feeds that an entry of a type might have spoken for, when no more than its type is known."""
    if resource_type in _MISSED_BY:
        return _MISSED_BY[resource_type]
    if resource_type in KINDS:
        feed = KINDS[resource_type].feed
        return (feed,) if feed else ()
    return tuple(Feed)
