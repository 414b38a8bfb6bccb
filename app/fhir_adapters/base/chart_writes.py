"""One write to the chart and its Provenance: together in a transaction where the EHR can and it is sure what is written, else
the write alone.

Nothing is decided here: what to send, and what an answer means, is the writers' business.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from app.domain.errors import RecordUnreadable, TryAgainLater
from app.domain.flag import ProvenanceIntent
from app.domain.scopes import GrantedScopes
from app.fhir_adapters.base.authorised import AuthorisedClient
from app.fhir_adapters.base.capability import Capability, CapabilityCache
from app.fhir_adapters.base.flag_json import json_text
from app.fhir_adapters.base.json_text import plain
from app.fhir_adapters.base.profile import EhrProfile
from app.fhir_adapters.base.provenance import provenance
from app.fhir_adapters.base.standing import from_answer
from app.fhir_adapters.base.systems import Json
from app.outbound import Answer

CONFLICTS = frozenset({409, 412})
"""A stale version is 412 by the standard and 409 on HAPI and Oracle Health; a create that lost a race is either."""

_DRAFT = "urn:uuid:5e87a470-0000-4000-8000-000000000001"
"""Stands in a transaction for the resource that is being made."""


@dataclass(frozen=True, slots=True)
class Write:
    """A resource on its way: POST to a type (`condition` for If-None-Exist), or PUT to a reference (a version for If-Match)."""

    method: str
    url: str
    resource: Json
    condition: str | None = None

    @property
    def may_make_nothing(self) -> bool:
        """A create that answers 200 when somebody else's is there already. In one transaction with it, our Provenance would
        then be about that one: it is sent after the answer."""
        return self.method == "POST" and self.condition is not None

    @property
    def headers(self) -> dict[str, str]:
        """With the whole result asked for: some servers answer with headers only."""
        asked = {"Prefer": "return=representation"}
        if not self.condition:
            return asked
        name, value = ("If-None-Exist", self.condition) if self.method == "POST" else ("If-Match", _tag(self.condition))
        return {**asked, name: value}


@dataclass(frozen=True, slots=True)
class Done:
    """The answer to a write. `is_signed`: its Provenance was stored with it, as `signed` where the EHR named it."""

    answer: Answer
    is_signed: bool = False
    signed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ChartWrites:
    """Writes of one launch. `software` is our name and version."""

    client: AuthorisedClient
    capabilities: CapabilityCache
    profile: EhrProfile
    granted: GrantedScopes
    software: str = field(default="Sextant")

    @property
    def takes_provenance(self) -> bool:
        """By what is known without asking: for previews."""
        return self._takes(self.capabilities.last_known)

    def signature_text(self, signed_by: ProvenanceIntent | None) -> str:
        """The Provenance as a preview shows it; empty where none is made."""
        if signed_by is None or not self.takes_provenance:
            return ""
        return json_text(provenance(signed_by, self.software)).decode()

    async def owes(self) -> bool:
        """Whether something that was written without its Provenance should get one."""
        return self._may_sign and self._takes(await self.capabilities.get())

    async def send(self, write: Write, signed_by: ProvenanceIntent | None = None) -> Done | None:
        """None when nobody knows whether it happened. Raises NotPermitted, LaunchAgain, RecordUnreadable."""
        if signed_by is not None and not write.may_make_nothing and await self._can_sign_at_once():
            return await self._in_transaction(write, signed_by)
        answer = await self._answered(write.method, write.url, write.headers, json_text(write.resource))
        return None if answer is None else Done(answer)

    @property
    def can_change_notes(self) -> bool:
        """Whether a note may be corrected and taken back, by profile, grant and what is known without asking."""
        offered = self.capabilities.last_known.offers("DocumentReference", "update")
        return self.profile.note.can_update and offered and self.granted.allows("DocumentReference", "u")

    @property
    def _may_sign(self) -> bool:
        """Without it the EHR need not be asked."""
        return self.profile.takes_provenance is not False and self.granted.allows("Provenance", "c")

    async def _can_sign_at_once(self) -> bool:
        if not (self._may_sign and self.profile.in_transactions):
            return False
        known = await self.capabilities.get()
        offered = not known.is_known or "transaction" in known.of_the_whole
        return offered and self._takes(known)

    def _takes(self, known: Capability) -> bool:
        if not self._may_sign:
            return False
        return known.offers("Provenance", "create") if known.is_known else bool(self.profile.takes_provenance)

    async def _in_transaction(self, write: Write, signed_by: ProvenanceIntent) -> Done | None:
        target = _DRAFT if write.method == "POST" else write.url
        body = json_text(_transaction(write, provenance(replace(signed_by, target=target), self.software)))
        answer = await self._answered("POST", "", {"Prefer": "return=representation"}, body)
        if answer is None or not answer.is_ok:
            return None if answer is None else Done(answer)
        first, second = _nth(answer, 0), _nth(answer, 1)
        is_signed = second is not None and second.is_ok
        return None if first is None else Done(first, is_signed, _named(second) if is_signed else ())

    async def _answered(self, method: str, url: str, headers: Mapping[str, str], body: bytes) -> Answer | None:
        try:
            answer = await self.client.send(method, url, headers=headers, content=body)
        except (TryAgainLater, RecordUnreadable):
            return None  # no answer, or one that says nothing: it may be stored all the same
        return None if answer.status == 429 or answer.status >= 500 else answer


def _transaction(write: Write, signature: Json) -> Json:
    request: Json = {"method": write.method, "url": write.url}
    if write.condition:
        request["ifMatch"] = _tag(write.condition)
    first: Json = {"resource": write.resource, "request": request}
    if write.method == "POST":
        first = {"fullUrl": _DRAFT, **first}
    second = {"resource": signature, "request": {"method": "POST", "url": "Provenance"}}
    return {"resourceType": "Bundle", "type": "transaction", "entry": [first, second]}


def _named(signature: Answer | None) -> tuple[str, ...]:
    """Reference and version of a Provenance that was stored in a transaction; empty where the EHR does not tell."""
    found = from_answer(signature, "Provenance") if signature else None
    return (f"{found.reference}/_history/{found.version}",) if found and found.version else ()


def _nth(answer: Answer, number: int) -> Answer | None:
    """The answer to one entry of a transaction as if it had been sent alone; None when it cannot be told."""
    try:
        entry = plain(answer.body)["entry"][number]
        response = entry["response"]
        status = int(str(response["status"]).split()[0])
    except (RecordUnreadable, KeyError, IndexError, TypeError, ValueError):
        return None
    headers = {name: str(response[name]) for name in ("etag", "location") if response.get(name)}
    body = json.dumps(entry["resource"], default=str).encode() if "resource" in entry else b""
    return Answer(status, body, headers)


def _tag(version: str) -> str:
    return f'W/"{version}"'
