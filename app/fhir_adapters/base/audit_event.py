"""A line of our audit log in the shape of an AuditEvent, as in IHE's Basic Audit Log Patterns, for export.

EHRs take no AuditEvents from apps: the log is ours, and this is its shape for whoever collects such events.
"""

import base64
import json
from collections.abc import Mapping
from types import MappingProxyType

from fhir.resources.R4B.auditevent import AuditEvent

from app.domain.audit import AuditEntry
from app.fhir_adapters.base.systems import APP_SYSTEM, Json, author_of, without_empty

_TYPE = "http://terminology.hl7.org/CodeSystem/audit-event-type"
_INTERACTION = "http://hl7.org/fhir/restful-interaction"
_ACTION_SYSTEM = "https://sextant.example/CodeSystem/audit-action"
_PARTICIPANT = "http://terminology.hl7.org/CodeSystem/extra-security-role-type"
_DICOM = "http://dicom.nema.org/resources/ontology/DCM"
_OBJECT = "http://terminology.hl7.org/CodeSystem/audit-entity-type"
_ROLE = "http://terminology.hl7.org/CodeSystem/object-role"

_REST: Mapping[str, tuple[str, str]] = MappingProxyType(
    {"read_chart": ("search-type", "R"), "preview": ("search-type", "R")}
)
_BY_CHANGE: Mapping[str, tuple[str, str]] = MappingProxyType(
    {"create": ("create", "C"), "note": ("create", "C"), "provenance": ("create", "C")}
)
_OUTCOMES: Mapping[str, str] = MappingProxyType({"refused": "4", "conflict": "4", "error": "8", "unknown": "8"})
"""Minor and serious failure; everything else succeeded."""


def audit_event(entry: AuditEntry, software: str, address: str) -> Json:
    """One AuditEvent. `software` is our name and version, `address` our public one. Raises ValueError when it is not valid."""
    subtype, action = _interaction(entry)
    made: Json = {
        "type": {"system": _TYPE, "code": "rest", "display": "RESTful Operation"},
        "subtype": [
            {"system": _ACTION_SYSTEM, "code": entry.action.value},
            *([{"system": _INTERACTION, "code": subtype}] if subtype else []),
        ],
        "action": action,
        "recorded": entry.at.isoformat(timespec="milliseconds"),
        "outcome": _OUTCOMES.get(entry.outcome, "0"),
        "outcomeDesc": entry.outcome,
        "purposeOfEvent": [{"text": entry.reason}] if entry.reason else None,
        "agent": _agents(entry, software, address),
        "source": {"observer": {"display": software}, "site": address},
        "entity": _entities(entry),
    }
    checked: Json = json.loads(AuditEvent(**without_empty(made)).model_dump_json(exclude_none=True))
    return {"resourceType": "AuditEvent", **checked}


def _interaction(entry: AuditEntry) -> tuple[str | None, str]:
    if entry.action.value in ("write", "confirm_write"):
        return _BY_CHANGE.get(entry.detail.get("change", ""), ("update", "U"))
    return _REST.get(entry.action.value, (None, "E"))


def _agents(entry: AuditEntry, software: str, address: str) -> list[Json]:
    """Source (Sextant), destination (the EHR), and the person."""
    client = {
        "type": {"coding": [{"system": _DICOM, "code": "110153", "display": "Source Role ID"}]},
        "who": {"identifier": {"system": APP_SYSTEM, "value": "sextant"}, "display": software},
        "requestor": entry.user is None,
        "network": {"address": address, "type": "5"},
    }
    server = {
        "type": {"coding": [{"system": _DICOM, "code": "110152", "display": "Destination Role ID"}]},
        "who": {"display": entry.ehr},
        "requestor": False,
    }
    person = {
        "type": {"coding": [{"system": _PARTICIPANT, "code": "humanuser"}]},
        "who": author_of(entry.user),
        "requestor": True,
    }
    return [client, *([server] if entry.ehr else []), *([person] if entry.user else [])]


def _entities(entry: AuditEntry) -> list[Json]:
    patient = {
        "what": {"reference": entry.patient},
        "type": {"system": _OBJECT, "code": "1"},
        "role": {"system": _ROLE, "code": "1"},
    }
    target = {"what": {"reference": entry.target}, "type": {"system": _OBJECT, "code": "2"}}
    details = [{"type": name, "valueString": value} for name, value in sorted(entry.detail.items()) if value]
    launch = {
        "type": {"system": _OBJECT, "code": "4"},
        "description": entry.launch and f"launch {_short(entry.launch)}",
        "detail": details,
    }
    found = [patient] if entry.patient else []
    if entry.target and entry.target != entry.patient:
        found.append(target)
    return [*found, without_empty(launch)] if entry.launch or details else found


def _short(launch: str) -> str:
    """A launch id opens a page for the browser that owns it: only its beginning leaves the house."""
    return base64.urlsafe_b64encode(launch.encode()[:9]).decode()
