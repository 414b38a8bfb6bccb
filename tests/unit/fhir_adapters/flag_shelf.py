"""A Flag endpoint in memory: versions, If-Match, If-None-Exist, and writes that go wrong on purpose."""

import asyncio
import json
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from urllib.parse import parse_qs
from zoneinfo import ZoneInfo

import httpx
import respx

from app.domain.dates import Period, on
from app.domain.flag import ChangeKind, ChartFlag, FlagChange, FlagIntent, WantedFlag, Written
from app.fhir_adapters import FhirEhr
from app.fhir_adapters.hapi import HAPI
from app.outbound import Limits, OriginFence, OutboundClient
from app.ports import FlagSink
from tests.unit.fhir_adapters.paper_ehr import BASE, Tokener, session

Flag = dict[str, Any]


@dataclass
class FlagShelf:
    """`mishaps` befall the writes one after another: "lost" (done, but the answer is lost), "dropped" (not done), "raced" (the
    same Flag is made twice at once), "meanwhile" (`others` appear first), or a status number (not done). `stale` is 409
    (HAPI) or 412 (the standard)."""

    stale: int = 409
    mishaps: list[str] = field(default_factory=list)
    flags: dict[str, Flag] = field(default_factory=dict)
    requests: list[httpx.Request] = field(default_factory=list)
    others: list[Flag] = field(default_factory=list)
    meddle: Flag | None = None
    """Somebody else's change, made just before our next PUT arrives."""
    looks_after_a_write: int = 0
    """The status with which they are refused."""
    instead: dict[str, Any] | None = None
    """What every search is answered with instead of its matches."""

    @property
    def writes(self) -> list[httpx.Request]:
        return [r for r in self.requests if r.method != "GET"]

    @property
    def looks(self) -> list[httpx.Request]:
        return [r for r in self.requests if r.method == "GET"]

    def put(self, flag: Flag) -> Flag:
        """Store a Flag as somebody else."""
        resource_id = str(flag.get("id") or len(self.flags) + 1)
        version = int(self.flags.get(resource_id, {}).get("meta", {}).get("versionId", 0)) + 1
        meta = {**flag.get("meta", {}), "versionId": str(version)}
        self.flags[resource_id] = {**flag, "id": resource_id, "meta": meta}
        return self.flags[resource_id]

    def answer(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        if request.method == "GET":
            is_refused = self.looks_after_a_write and self.writes
            return httpx.Response(self.looks_after_a_write) if is_refused else self._look(request)
        mishap = self.mishaps.pop(0) if self.mishaps else ""
        if mishap == "dropped":
            raise httpx.ReadTimeout("no answer")
        if mishap.isdigit():
            return httpx.Response(int(mishap))
        if mishap.startswith("meanwhile"):
            self.flags |= {other["id"]: other for other in self.others}
        done = self._create(request) if request.method == "POST" else self._update(request)
        if mishap == "raced":
            self.put(json.loads(request.content))
        if mishap == "lost":
            raise httpx.ReadTimeout("no answer")
        return done

    def _look(self, request: httpx.Request) -> httpx.Response:
        resource_id = request.url.path.removeprefix("/fhir/Flag").strip("/")
        if resource_id:
            found = self.flags.get(resource_id)
            return httpx.Response(200, json=found) if found else httpx.Response(404)
        if self.instead is not None:
            return httpx.Response(200, json=self.instead)
        rows = self._matching(request.url.params["identifier"])
        return httpx.Response(
            200, json={"resourceType": "Bundle", "type": "searchset", "entry": [{"resource": r} for r in rows]}
        )

    def _matching(self, token: str) -> list[Flag]:
        system, _, value = token.partition("|")
        return [f for f in self.flags.values() if {"system": system, "value": value} in f.get("identifier", [])]

    def _create(self, request: httpx.Request) -> httpx.Response:
        condition = parse_qs(request.headers["if-none-exist"])["identifier"][0]
        found = self._matching(condition)
        if len(found) > 1:
            return httpx.Response(412)
        if found:
            return httpx.Response(200, json=found[0])
        return httpx.Response(201, json=self.put(json.loads(request.content)))

    def _update(self, request: httpx.Request) -> httpx.Response:
        resource_id = request.url.path.rpartition("/")[2]
        if self.meddle is not None:
            self.put({**self.flags[resource_id], **self.meddle})
            self.meddle = None
        if request.headers["if-match"] != f'W/"{self.flags[resource_id]["meta"]["versionId"]}"':
            return httpx.Response(self.stale)
        return httpx.Response(200, json=self.put(json.loads(request.content)))

    def sink(self, tokens: Tokener | None = None) -> FlagSink:
        client = OutboundClient(OriginFence([BASE]), limits=Limits(first_wait=0.0))
        sink = FhirEhr(client, HAPI, ZoneInfo("UTC")).connect(tokens or Tokener(), session(["patient/Flag.cruds"])).sink
        assert sink is not None
        return sink

    def write(self, intent: FlagIntent, tokens: Tokener | None = None) -> Written:
        with respx.mock(assert_all_called=False) as router:
            router.route(host="ehr.example").mock(side_effect=self.answer)
            return asyncio.run(self.sink(tokens).write(intent))

    def look(self, intent: FlagIntent) -> Written | None:
        with respx.mock(assert_all_called=False) as router:
            router.route(host="ehr.example").mock(side_effect=self.answer)
            return asyncio.run(self.sink().look(intent))


WANTED = WantedFlag(
    rule="naloxone",
    rule_version="1",
    identifier="hmac-1",
    text="No naloxone on record (24 Nov 2026)",
    level="red",
    category="drug",
    since=date(2026, 11, 24),
    evidence=("MedicationRequest/m1", "Observation/unnamed-1"),
)


def intent(kind: ChangeKind, existing: Flag | None = None, wanted: WantedFlag | None = WANTED) -> FlagIntent:
    """What a person confirmed on 24 November 2026."""
    stands = _chart_flag(existing) if existing else None
    if kind is ChangeKind.INACTIVATE:
        wanted = None
    change = FlagChange(kind, "naloxone", "because", wanted, stands)
    return FlagIntent(change, "Patient/p1", "Practitioner/d1", "Encounter/e1", date(2026, 11, 24))


def _chart_flag(flag: Flag) -> ChartFlag:
    start = flag.get("period", {}).get("start")
    return ChartFlag(
        reference=f"Flag/{flag['id']}",
        status=flag["status"],
        text=flag["code"]["text"],
        subject="Patient/p1",
        identifier="hmac-1",
        rule="naloxone",
        period=Period(on(date.fromisoformat(start))) if start else None,
        version=flag["meta"]["versionId"],
    )
