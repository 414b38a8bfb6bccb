"""A patient for one trial on a HAPI server, and what stands in the chart afterwards."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import httpx

from app.domain.flag import FLAG_IDENTIFIER_SYSTEM, RULE_SYSTEM
from tests.crash.history import Version

Json = dict[str, Any]
DOCTOR = "Practitioner/trial-doctor"
WRITTEN = ("Flag", "DocumentReference")
"""What Sextant writes about a person; Provenances are found by what they are about."""


@dataclass(frozen=True)
class Hapi:
    """A HAPI server without sign-in."""

    base: str
    client: httpx.Client

    def transaction(self, *resources: Json) -> None:
        """Store resources under their own ids."""
        entries = [
            {"resource": r, "request": {"method": "PUT", "url": f"{r['resourceType']}/{r['id']}"}} for r in resources
        ]
        body = {"resourceType": "Bundle", "type": "transaction", "entry": entries}
        self.client.post(self.base, json=body).raise_for_status()

    def find(self, query: str) -> list[Json]:
        """All matches, past the cache of searches."""
        answer = self.client.get(f"{self.base}/{query}", headers={"Cache-Control": "no-cache"}).raise_for_status()
        bundle = answer.json()
        assert not [link for link in bundle["link"] if link["relation"] == "next"], f"more than one page of {query}"
        return [entry["resource"] for entry in bundle.get("entry", ())]

    def history(self, reference: str) -> list[Json]:
        """All versions of one resource, newest first."""
        answer = self.client.get(f"{self.base}/{reference}/_history?_count=200", headers={"Cache-Control": "no-cache"})
        return [entry["resource"] for entry in answer.raise_for_status().json()["entry"]]

    def versions(self, patient: str) -> list[Version]:
        """Every version of each Flag and note of one person, and of each Provenance about one of them."""
        number = patient.partition("/")[2]
        found = [f"{kind}/{r['id']}" for kind in WRITTEN for r in self.find(f"{kind}?patient={number}&_count=200")]
        some = [found[n : n + 20] for n in range(0, len(found), 20)]
        signed = [each for these in some for each in self.find(f"Provenance?target={','.join(these)}&_count=200")]
        references = [*found, *(f"Provenance/{each['id']}" for each in signed)]
        return [Version(each) for reference in references for each in self.history(reference)]

    def put(self, resource: Json) -> httpx.Response:
        """Change a resource as a person would in the EHR's own screens: on the version that was seen."""
        headers = {"If-Match": f'W/"{resource["meta"]["versionId"]}"'}
        return self.client.put(
            f"{self.base}/{resource['resourceType']}/{resource['id']}", json=resource, headers=headers
        )


def add_doctor(hapi: Hapi) -> None:
    """Who signs in to every trial."""
    name = [{"family": "Trial", "given": ["Dora"]}]
    hapi.transaction({"resourceType": "Practitioner", "id": DOCTOR.partition("/")[2], "name": name})


def add_patient(hapi: Hapi, today: date) -> str:
    """Somebody with an opioid and a benzodiazepine for three months, and nothing else on record. Returns "Patient/..."."""
    number = f"trial-{secrets.token_hex(6)}"
    person = {"resourceType": "Patient", "id": number, "birthDate": "1970-05-05", "gender": "female"}
    morphine = _order(number, "a", today, "892582", "morphine sulfate 15 MG Oral Tablet")
    lorazepam = _order(number, "b", today, "197901", "lorazepam 1 MG Oral Tablet")
    hapi.transaction(person, morphine, lorazepam)
    return f"Patient/{number}"


def _order(number: str, letter: str, today: date, code: str, words: str) -> Json:
    return {
        "resourceType": "MedicationRequest",
        "id": f"{number}-{letter}",
        "status": "active",
        "intent": "order",
        "subject": {"reference": f"Patient/{number}"},
        "authoredOn": (today - timedelta(days=100)).isoformat(),
        "medicationCodeableConcept": {
            "coding": [{"system": "http://www.nlm.nih.gov/research/umls/rxnorm", "code": code}],
            "text": words,
        },
        "dosageInstruction": [
            {
                "text": "1 tablet twice a day",
                "timing": {"repeat": {"frequency": 2, "period": 1, "periodUnit": "d"}},
                "doseAndRate": [{"doseQuantity": {"value": 1, "unit": "tablet"}}],
            }
        ],
        "dispenseRequest": {
            "numberOfRepeatsAllowed": 3,
            "quantity": {"value": 60, "unit": "tablet"},
            "expectedSupplyDuration": {"value": 30, "unit": "days", "system": "http://unitsofmeasure.org", "code": "d"},
        },
    }


def old_flag(patient: str, rule: str, identifier: str, text: str) -> Json:
    """A Flag of ours as an earlier visit left it, for the plan to change or to end."""
    return {
        "resourceType": "Flag",
        "id": f"{patient.partition('/')[2]}-{rule.replace('_', '-')}",
        "identifier": [{"system": FLAG_IDENTIFIER_SYSTEM, "value": identifier}],
        "status": "active",
        "code": {"coding": [{"system": RULE_SYSTEM, "code": rule}], "text": text},
        "subject": {"reference": patient},
        "period": {"start": "2026-01-01"},
    }


def identifier_of(flag: Json) -> str:
    """Our identifier on a Flag."""
    return next(str(i["value"]) for i in flag["identifier"] if i["system"] == FLAG_IDENTIFIER_SYSTEM)
