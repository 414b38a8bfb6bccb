"""The FHIR store behind the gateway: in process or anywhere else, spoken to in one way."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

import httpx
import msgspec

FHIR_JSON = "application/fhir+json"
# Not if-none-match: a 304 would tell of a resource that the gate has not seen.
_SENT_ON = ("content-type", "if-match", "if-none-exist", "prefer", "cache-control")
_SENT_BACK = (
    "etag",
    "last-modified",
    "location",
    "content-location",
    "cache-control",
    "x-cache",
    "retry-after",
)


@dataclass(frozen=True)
class Call:
    """One FHIR request: path below the base, decoded parameters, the headers that matter (lower case)."""

    method: str
    path: tuple[str, ...] = ()
    params: tuple[tuple[str, str], ...] = ()
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""

    @property
    def kind(self) -> str:
        """The resource type, "" for the base itself."""
        return self.path[0] if self.path else ""


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)


class Upstream:
    """A FHIR base. Its own address never leaves the gateway, and the gateway's never reaches it."""

    def __init__(self, base: str, gateway_base: str, transport: httpx.AsyncBaseTransport | None = None) -> None:
        self.base = base.rstrip("/")
        self.gateway_base = gateway_base
        self._reference = re.compile(rb'("reference"\s*:\s*")' + re.escape(gateway_base).encode() + rb"/")
        self._client = httpx.AsyncClient(transport=transport, timeout=60, trust_env=False)

    async def send(self, call: Call) -> Answer:
        """Forwards the call. Raises httpx.TransportError when the store does not answer."""
        headers = {name: call.headers[name] for name in _SENT_ON if name in call.headers}
        response = await self._client.request(
            call.method,
            "/".join((self.base, *call.path)) + (f"?{urlencode(call.params)}" if call.params else ""),
            headers={"accept": FHIR_JSON} | headers,
            content=self.inward(call.body),
        )
        kept = {name: response.headers[name] for name in _SENT_BACK if name in response.headers}
        kept = {name: value.replace(self.base, self.gateway_base) for name, value in kept.items()}
        return Answer(response.status_code, self.outward(response.content), kept)

    def outward(self, body: bytes) -> bytes:
        """`body` with each string that starts with the store's base starting with the gateway's instead."""
        return body.replace(f'"{self.base}'.encode(), f'"{self.gateway_base}'.encode())

    def inward(self, body: bytes) -> bytes:
        """The other way round; references become relative, since HAPI takes an absolute one for foreign."""
        body = self._reference.sub(rb"\1", body)
        return body.replace(f'"{self.gateway_base}'.encode(), f'"{self.base}'.encode())

    async def read(self, kind: str, resource_id: str) -> dict[str, Any] | None:
        """The resource, fresh; None when it is not there."""
        answer = await self.send(Call("GET", (kind, resource_id), headers={"cache-control": "no-cache"}))
        return decoded(answer.body) if answer.status == 200 else None

    async def search(self, kind: str, params: Sequence[tuple[str, str]], pages: int = 100) -> list[dict[str, Any]]:
        """All rows of up to `pages` pages, fresh. For the EHR's own screens."""
        call = Call("GET", (kind,), tuple(params), {"cache-control": "no-cache"})
        found: list[dict[str, Any]] = []
        for _ in range(pages):
            bundle = decoded((await self.send(call)).body) or {}
            found += [entry["resource"] for entry in bundle.get("entry", ()) if "resource" in entry]
            following = next_page(bundle)
            if following is None:
                break
            call = self.call_for(following)
        return [resource for resource in found if resource.get("resourceType") != "OperationOutcome"]

    def call_for(self, url: str) -> Call:
        """The GET for a link that the store gave (already rewritten to the gateway's base)."""
        parsed = httpx.URL(url)
        below = parsed.path.removeprefix(httpx.URL(self.gateway_base).path)
        path = tuple(part for part in below.split("/") if part)
        return Call("GET", path, tuple(parsed.params.multi_items()), {"cache-control": "no-cache"})

    async def close(self) -> None:
        await self._client.aclose()


def decoded(body: bytes) -> dict[str, Any] | None:
    """The JSON object in `body`, or None when there is none."""
    try:
        found = msgspec.json.decode(body)
    except msgspec.DecodeError:
        return None
    return found if isinstance(found, dict) else None


def next_page(bundle: Mapping[str, Any]) -> str | None:
    """The bundle's `next` link."""
    links = bundle.get("link") or ()
    return next((link.get("url") for link in links if link.get("relation") == "next"), None)
