"""An EHR on paper for reader tests: resources by type, answered page by page at the HTTP edge, with faults where wanted."""

import asyncio
import json
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs
from zoneinfo import ZoneInfo

import httpx
import respx

from app.domain.record import PatientRecord
from app.domain.session import LaunchSession, Secret, Tokens
from app.fhir_adapters import EhrProfile, FhirEhr
from app.fhir_adapters.generic import GENERIC
from app.outbound import Limits, OriginFence, OutboundClient
from app.ports import EhrConnection

BASE = "https://ehr.example/fhir"
Resource = dict[str, Any]
Fault = httpx.Response | Exception | Callable[[httpx.Request], httpx.Response]

ALL_SCOPES = ("patient/*.cruds",)


@dataclass
class Tokener:
    """A TokenSource that counts how often it was asked to renew."""

    token: str = "first"
    renewals: int = 0
    is_over: Exception | None = None

    async def bearer(self) -> str:
        return self.token

    async def renewed(self) -> str:
        self.renewals += 1
        await asyncio.sleep(0)
        if self.is_over:
            raise self.is_over
        self.token = f"renewed-{self.renewals}"
        return self.token


@dataclass
class PaperEhr:
    """`faults` by resource type (or "metadata", or "Patient/p1") take the place of the answer, one after another; the last
    one stays. `page` rows a page."""

    resources: list[Resource] = field(default_factory=list)
    faults: dict[str, Sequence[Fault]] = field(default_factory=dict)
    page: int = 100
    offers: Sequence[str] | None = None
    total: Mapping[str, int] = field(default_factory=dict)
    requests: list[httpx.Request] = field(default_factory=list)
    _struck: dict[str, int] = field(default_factory=lambda: defaultdict(int))

    def asked(self, resource_type: str) -> list[httpx.Request]:
        return [r for r in self.requests if r.url.path == f"/fhir/{resource_type}"]

    def answer(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        path = request.url.path.removeprefix("/fhir/")
        key = path if path in self.faults else path.split("/")[0]
        if key in self.faults:
            fault = self._next_fault(key)
            if isinstance(fault, Exception):
                raise fault
            return fault(request) if callable(fault) else fault
        return self.usual(request)

    def _next_fault(self, key: str) -> Fault:
        faults = self.faults[key]
        number = min(self._struck[key], len(faults) - 1)
        self._struck[key] += 1
        return faults[number]

    def usual(self, request: httpx.Request) -> httpx.Response:
        kind, _, resource_id = request.url.path.removeprefix("/fhir/").partition("/")
        if kind == "metadata":
            return httpx.Response(200, json=self._statement())
        rows = [r for r in self.resources if r["resourceType"] == kind]
        if resource_id:
            found = [r for r in rows if r["id"] == resource_id]
            return httpx.Response(200, json=found[0]) if found else httpx.Response(404)
        return httpx.Response(200, json=self._page(kind, rows, request))

    def _page(self, kind: str, rows: list[Resource], request: httpx.Request) -> Resource:
        query = parse_qs(request.url.query.decode())
        category = query.get("category", [""])[0].rpartition("|")[2]
        rows = [r for r in rows if not category or category in json.dumps(r.get("category", []))]
        start = int(query.get("page", ["0"])[0])
        entries = [{"fullUrl": f"{BASE}/{kind}/{r.get('id')}", "resource": r} for r in rows[start : start + self.page]]
        bundle: Resource = {"resourceType": "Bundle", "type": "searchset", "entry": entries}
        if kind in self.total:
            bundle["total"] = self.total[kind]
        if start + self.page < len(rows):
            link = f"{BASE}/{kind}?page={start + self.page}&category={category}"
            bundle["link"] = [{"relation": "next", "url": link}]
        return bundle

    def _statement(self) -> Resource:
        types = self.offers if self.offers is not None else EVERYTHING
        return {
            "resourceType": "CapabilityStatement",
            "rest": [{"mode": "server", "resource": [{"type": t} for t in types]}],
        }

    def connect(
        self, scopes: Sequence[str] = ALL_SCOPES, profile: EhrProfile = GENERIC, tokens: Tokener | None = None
    ) -> EhrConnection:
        client = OutboundClient(OriginFence([BASE]), limits=Limits(first_wait=0.0, read_total_seconds=3))
        ehr = FhirEhr(client, profile, ZoneInfo("America/Chicago"))
        return ehr.connect(tokens or Tokener(), session(scopes))

    def read(
        self, scopes: Sequence[str] = ALL_SCOPES, profile: EhrProfile = GENERIC, tokens: Tokener | None = None
    ) -> PatientRecord:
        """Read Patient/p1 from this EHR."""
        with respx.mock(assert_all_called=False) as router:
            router.route(host="ehr.example").mock(side_effect=self.answer)
            return asyncio.run(self.connect(scopes, profile, tokens).source.read("Patient/p1"))


EVERYTHING = [
    "Patient",
    "MedicationRequest",
    "MedicationStatement",
    "MedicationDispense",
    "Medication",
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
    "Goal",
    "Consent",
    "ServiceRequest",
    "Flag",
    "CareTeam",
]


def session(scopes: Sequence[str]) -> LaunchSession:
    now = datetime(2026, 11, 24, tzinfo=UTC)
    tokens = Tokens(Secret("first"), now, tuple(scopes))
    return LaunchSession("launch", "browser", "paper", "Patient/p1", "Practitioner/d1", tokens, now)


def row(kind: str, resource_id: str, subject: str = "Patient/p1", **more: Any) -> Resource:
    return {"resourceType": kind, "id": resource_id, "subject": {"reference": subject}, **more}


def order(resource_id: str, medicine: str = "Morphine 15 mg tablet", **more: Any) -> Resource:
    return row(
        "MedicationRequest",
        resource_id,
        status="active",
        intent="order",
        **({"medicationCodeableConcept": {"text": medicine}} | more),
    )


PERSON: Resource = {"resourceType": "Patient", "id": "p1", "birthDate": "1960-01-01"}


def outcome(code: str, severity: str = "error", own_code: str | None = None) -> Resource:
    issue: Resource = {"severity": severity, "code": code}
    if own_code:
        issue["details"] = {"coding": [{"system": "urn:oid:1.2", "code": own_code}]}
    return {"resourceType": "OperationOutcome", "issue": [issue]}
