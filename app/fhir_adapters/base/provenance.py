"""Provenance: who had something written and from what. Built in strict R4B models, so nothing malformed is ever sent."""

import json

from fhir.resources.R4B.provenance import Provenance

from app.domain.flag import ProvenanceIntent
from app.fhir_adapters.base.systems import APP_SYSTEM, Json, author_of, coded, decided, named, without_empty

_ACTIVITY = "http://terminology.hl7.org/CodeSystem/v3-DataOperation"
_ROLE = "http://terminology.hl7.org/CodeSystem/provenance-participant-type"


def provenance(intent: ProvenanceIntent, software: str) -> Json:
    """One Provenance. `software` is our name and version ("Sextant 0.1.0"). Raises ValueError when it would not be valid."""
    made: Json = {
        "resourceType": "Provenance",
        "target": [{"reference": intent.target}],
        "recorded": intent.recorded.isoformat(timespec="seconds"),
        "activity": coded(_ACTIVITY, intent.activity),
        "agent": _agents(intent, software),
        "entity": [{"role": "source", "what": {"reference": each}} for each in named(intent.evidence)],
    }
    made = decided(without_empty(made), intent.decision)
    checked: Json = json.loads(Provenance(**made).model_dump_json(exclude_none=True))
    return {"resourceType": "Provenance", **checked}


def _agents(intent: ProvenanceIntent, software: str) -> list[Json]:
    """The software put it together; a person decided it."""
    device = {"identifier": {"system": APP_SYSTEM, "value": "sextant"}, "type": "Device", "display": software}
    agents: list[Json] = [{"type": coded(_ROLE, "assembler"), "who": device}]
    person = author_of(intent.author)
    return [*agents, {"type": coded(_ROLE, "author"), "who": person}] if person else agents
