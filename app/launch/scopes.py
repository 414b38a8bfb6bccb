"""The scopes that Sextant asks for, in the grammar that the EHR speaks."""

from collections.abc import Set as AbstractSet

from app.domain.scopes import as_v1
from app.launch.registration import EhrRegistration

READ_TYPES = (
    "Patient",
    "MedicationRequest",
    "MedicationDispense",
    "MedicationStatement",
    "Observation",
    "QuestionnaireResponse",
    "DiagnosticReport",
    "Condition",
    "Encounter",
    "Appointment",
    "DocumentReference",
    "Procedure",
    "DeviceUseStatement",
    "CarePlan",
    "CareTeam",
    "Goal",
    "Consent",
    "ServiceRequest",
)
"""What the review reads. A type that an EHR does not grant becomes a feed that says so."""

DEFAULT_SCOPES = (
    "launch",
    "openid",
    "fhirUser",
    "online_access",
    *(f"patient/{resource_type}.rs" for resource_type in READ_TYPES),
    "patient/Medication.r",  # some EHRs keep the medicine behind a reference
)


def scopes_to_request(registration: EhrRegistration, capabilities: AbstractSet[str]) -> tuple[str, ...]:
    """The registered scopes if there are any, else the default ones and those of the sink.

    In v1 spelling unless the EHR says permission-v2.

    `scopes_supported` is not consulted: real servers list 5, 303 or none of what they accept.
    """
    if registration.scopes:
        return registration.scopes
    wanted = (*DEFAULT_SCOPES, *registration.write_scopes)
    if "permission-v2" in capabilities:
        return wanted
    return tuple(dict.fromkeys(as_v1(scope) for scope in wanted))
