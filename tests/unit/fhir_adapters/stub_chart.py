"""An EHR's write side in memory, with the behaviours that real servers have: each is a switch, named as in the facts.

    stale           409 (HAPI, Oracle Health) or 412 (the standard, Medplum) for an If-Match that is out of date
    knows_condition False: If-None-Exist is ignored (Epic, Oracle Health)
    unique_index    a create that lost a race is 409 instead of a second resource (HAPI with an index on the search URL)
    empty_answers   201 and 200 without a body (Oracle Health)
    keeps           element names that survive; None: all (servers drop what they do not know)
    transaction     "whole", "partial" (the first entry is stored, then an error) or "none" (not offered)
    page_size       searches come in pages of so many, with a `next` link
    instead         what every search is answered with instead of its matches
    search_lag      so many searches after a create do not show it yet (a slow commit or index)
    has_versions    False: no meta.versionId, no ETag, and If-Match is not looked at
    makes_rtf       text that an application sends is stored as RTF (Oracle Health)

`mishaps` befall the writes one after another: "lost" (done, the answer is lost), "dropped" (not done, no answer), "slow" (no
answer; done after `lands_after` more requests), "raced" (the same resource is made twice at once), or a status (not done).
"""

import asyncio
import json
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs
from zoneinfo import ZoneInfo

import httpx
import respx

from app.domain.flag import FlagIntent, Intent, NoteIntent, Written
from app.domain.scopes import GrantedScopes
from app.fhir_adapters import EhrProfile, FhirEhr
from app.fhir_adapters.hapi import HAPI
from app.outbound import Limits, OriginFence, OutboundClient
from app.ports import EhrConnection, FlagSink
from tests.unit.fhir_adapters.paper_ehr import BASE, Tokener

Resource = dict[str, Any]


@dataclass
class StubChart:
    """One EHR, and a sink to it as a launch has it."""

    profile: EhrProfile = HAPI
    scopes: tuple[str, ...] = ("patient/*.cruds",)
    stale: int = 409
    knows_condition: bool = True
    unique_index: bool = False
    empty_answers: bool = False
    keeps: frozenset[str] | None = None
    transaction: str = "whole"
    offers: tuple[str, ...] = ("Flag", "Provenance", "DocumentReference")
    lands_after: int = 1
    page_size: int | None = None
    instead: Resource | None = None
    search_lag: int = 0
    has_versions: bool = True
    makes_rtf: bool = False
    meddle: Resource | None = None
    """Somebody else's change, made just before our next PUT arrives."""
    mishaps: list[str] = field(default_factory=list)
    stored: dict[str, Resource] = field(default_factory=dict)
    requests: list[httpx.Request] = field(default_factory=list)
    _landing: list[tuple[int, httpx.Request]] = field(default_factory=list)
    _hidden: dict[str, int] = field(default_factory=dict)

    def all_of(self, kind: str) -> list[Resource]:
        return [resource for resource in self.stored.values() if resource["resourceType"] == kind]

    @property
    def writes(self) -> list[httpx.Request]:
        return [request for request in self.requests if request.method != "GET"]

    def put(self, resource: Resource) -> Resource:
        """Store a resource, as the server or as a person."""
        kind = resource["resourceType"]
        number = str(resource.get("id") or 1 + len(self.all_of(kind)))
        before = self.stored.get(f"{kind}/{number}", {})
        version = str(int(before.get("meta", {}).get("versionId", 0)) + 1)
        kept = {n: v for n, v in resource.items() if self.keeps is None or n in self.keeps | {"resourceType"}}
        made = {**kept, "id": number, "meta": {**resource.get("meta", {}), "versionId": version}}
        self.stored[f"{kind}/{number}"] = made
        return made

    def answer(self, request: httpx.Request) -> httpx.Response:
        self._land()
        self.requests.append(request)
        path = request.url.path.removeprefix("/fhir").strip("/")
        if request.method == "GET":
            return self._look(path, request)
        mishap = self.mishaps.pop(0) if self.mishaps else ""
        if mishap == "dropped":
            raise httpx.ReadTimeout("no answer")
        if mishap == "slow":
            self._landing.append((len(self.requests) + self.lands_after, request))
            raise httpx.ReadTimeout("no answer")
        if mishap.isdigit():
            return httpx.Response(int(mishap))
        done = self._carry_out(path, request)
        if mishap == "raced":
            self.put(json.loads(request.content))
        if mishap == "lost":
            raise httpx.ReadTimeout("no answer")
        return done

    def _land(self) -> None:
        due = [request for at, request in self._landing if len(self.requests) >= at]
        self._landing = [(at, request) for at, request in self._landing if len(self.requests) < at]
        for request in due:
            self._carry_out(request.url.path.removeprefix("/fhir").strip("/"), request)

    def _carry_out(self, path: str, request: httpx.Request) -> httpx.Response:
        body = json.loads(request.content)
        if path == "":
            return self._transact(body)
        body = _as_rtf(body) if self.makes_rtf else body
        if request.method == "POST":
            return self._create(body, request.headers.get("if-none-exist"))
        if self.meddle is not None:
            self.put({**self.stored[path], **self.meddle})
            self.meddle = None
        return self._update(path, body, request.headers.get("if-match"))

    def _create(self, body: Resource, condition: str | None) -> httpx.Response:
        found = self._by_condition(body["resourceType"], condition)
        if len(found) > 1:
            return httpx.Response(412)
        if found and self.unique_index:
            return httpx.Response(409)
        if found:
            return self._shown(200, found[0])
        made = self.put(body)
        self._hidden[f"{made['resourceType']}/{made['id']}"] = self.search_lag
        return self._shown(201, made)

    def _by_condition(self, kind: str, condition: str | None) -> list[Resource]:
        if not condition or not self.knows_condition:
            return []
        return self._with_identifier(kind, parse_qs(condition)["identifier"][0])

    def _update(self, reference: str, body: Resource, version: str | None) -> httpx.Response:
        if (
            self.has_versions
            and version is not None
            and version != f'W/"{self.stored[reference]["meta"]["versionId"]}"'
        ):
            return httpx.Response(self.stale)
        return self._shown(200, self.put(body))

    def _shown(self, status: int, resource: Resource) -> httpx.Response:
        reference = f"{resource['resourceType']}/{resource['id']}"
        headers = {"location": f"{BASE}/{reference}/_history/1"}
        if self.has_versions:
            headers["etag"] = f'W/"{resource["meta"]["versionId"]}"'
        return httpx.Response(status, headers=headers, json=None if self.empty_answers else self._out(resource))

    def _out(self, resource: Resource) -> Resource:
        if self.has_versions:
            return resource
        return {**resource, "meta": {n: v for n, v in resource["meta"].items() if n != "versionId"}}

    def _transact(self, bundle: Resource) -> httpx.Response:
        if self.transaction == "none":
            return httpx.Response(400)
        before = dict(self.stored)
        entries: list[Resource] = []
        for entry in bundle["entry"]:
            done = self._entry(entry["request"], entry["resource"])
            if done.status_code >= 300:
                self.stored = before
                return httpx.Response(done.status_code)
            location, etag = done.headers["location"], done.headers["etag"]
            response = {"status": f"{done.status_code} OK", "location": location, "etag": etag}
            entries.append({"response": response, "resource": done.json()})
            if self.transaction == "partial":
                return httpx.Response(500)
            _point_at(bundle, location.removeprefix(f"{BASE}/").partition("/_history")[0])
        return httpx.Response(200, json={"resourceType": "Bundle", "type": "transaction-response", "entry": entries})

    def _entry(self, request: Resource, resource: Resource) -> httpx.Response:
        if request["method"] == "POST":
            return self._create(resource, request.get("ifNoneExist"))
        return self._update(request["url"], resource, request.get("ifMatch"))

    def _look(self, path: str, request: httpx.Request) -> httpx.Response:
        if path == "metadata":
            resources = [{"type": kind} for kind in self.offers]
            whole = [{"code": "transaction"}] if self.transaction != "none" else []
            rest = [{"mode": "server", "resource": resources, "interaction": whole}]
            return httpx.Response(200, json={"resourceType": "CapabilityStatement", "rest": rest})
        if "/" in path:
            found = self.stored.get(path)
            return httpx.Response(200, json=self._out(found)) if found else httpx.Response(404)
        if self.instead is not None:
            return httpx.Response(200, json=self.instead)
        return httpx.Response(200, json=self._page(request, self._matching(path, request)))

    def _page(self, request: httpx.Request, rows: list[Resource]) -> Resource:
        rows = [self._out(row) for row in rows if not self._is_hidden(row)]
        start, size = int(request.url.params.get("_page", 0)), self.page_size or len(rows)
        bundle: Resource = {"resourceType": "Bundle", "type": "searchset"}
        if start + size < len(rows):
            following = request.url.copy_set_param("_page", start + size)
            bundle["link"] = [{"relation": "next", "url": str(following)}]
        return {**bundle, "entry": [{"resource": row} for row in rows[start : start + size]]}

    def _is_hidden(self, row: Resource) -> bool:
        reference = f"{row['resourceType']}/{row['id']}"
        left = self._hidden.get(reference, 0)
        self._hidden[reference] = left - 1
        return left > 0

    def _matching(self, kind: str, request: httpx.Request) -> list[Resource]:
        asked = request.url.params
        if "target" in asked:
            return [r for r in self.all_of(kind) if r["target"][0]["reference"] == asked["target"]]
        return self._with_identifier(kind, asked["identifier"]) if "identifier" in asked else self.all_of(kind)

    def _with_identifier(self, kind: str, token: str) -> list[Resource]:
        system, _, value = token.partition("|")
        return [r for r in self.all_of(kind) if {"system": system, "value": value} in r.get("identifier", [])]

    def connect(self, tokens: Tokener | None = None) -> EhrConnection:
        limits = Limits(first_wait=0.0, write_total_seconds=1, read_total_seconds=1)
        client = OutboundClient(OriginFence([BASE]), limits=limits)
        ehr = FhirEhr(client, self.profile, ZoneInfo("UTC"))
        return ehr.connect_as(tokens or Tokener(), GrantedScopes(self.scopes))

    def sink(self) -> FlagSink:
        sink = self.connect().sink
        assert sink is not None
        return sink

    def write(self, intent: Intent) -> Written:
        with respx.mock(assert_all_called=False) as router:
            router.route(host="ehr.example").mock(side_effect=self.answer)
            return asyncio.run(self.sink().write(intent))

    def look(self, intent: FlagIntent | NoteIntent) -> Written | None:
        with respx.mock(assert_all_called=False) as router:
            router.route(host="ehr.example").mock(side_effect=self.answer)
            return asyncio.run(self.sink().look(intent))


def _as_rtf(resource: Resource) -> Resource:
    pages = [content["attachment"] for content in resource.get("content", [])]
    rich = [{**page, "contentType": "text/rtf", "data": "e1xydGYx" + page["data"]} for page in pages]
    return {**resource, "content": [{"attachment": page} for page in rich]}


def _point_at(bundle: Resource, reference: str) -> None:
    """Later entries of a transaction name the first one by its draft URL."""
    draft = bundle["entry"][0].get("fullUrl")
    for entry in bundle["entry"][1:]:
        for target in entry["resource"].get("target", []):
            target["reference"] = reference if target["reference"] == draft else target["reference"]
