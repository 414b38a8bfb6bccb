"""The gate between an app and the store: one patient, the granted scopes, nothing else.

Requests are narrowed before they go to the store (the patient is forced into every search) and answers are
looked through afterwards, entry by entry, because a store may ignore a parameter it does not know.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import parse_qsl, urlencode

from app.sandbox_ehr.compartment import INDIRECT_TYPES, OWNERSHIP, SHARED_TYPES, Compartment
from app.sandbox_ehr.outcome import NOT_FOUND, NOT_OFFERED, NOT_THIS_PATIENT, Refused, no_scope
from app.sandbox_ehr.scopes import GrantedScopes
from app.sandbox_ehr.upstream import Call, Upstream, decoded

_UNSEARCHABLE = ("_has", "_filter", "_query", "_list", "_contained", "_containedType", "_type")
_FORM = "application/x-www-form-urlencoded"
Resource = Mapping[str, Any]


@dataclass(frozen=True)
class Gate:
    """Made for one request. `drafts` are the fullUrls that the same transaction will create."""

    upstream: Upstream
    compartment: Compartment
    scopes: GrantedScopes
    drafts: frozenset[str] = field(default_factory=frozenset)

    async def admit(self, call: Call) -> Call | Refused:
        """The call as it may go to the store, or why not."""
        match call.method, call.path:
            case "GET", () if any(name == "_getpages" for name, _ in call.params):
                return call  # HAPI's next page; what it shows is looked through like any other answer
            case "GET", (kind,):
                return self._search(call, kind)
            case "POST", (kind, "_search"):
                return self._search_by_form(call, kind)
            case _, segments if any(segment.startswith("$") for segment in segments):
                return NOT_OFFERED
            case "GET", (_, "_history"):
                return NOT_OFFERED  # everybody's history, not a resource with that id
            case ("GET", (kind, _)) | ("GET", (kind, _, "_history")) | ("GET", (kind, _, "_history", _)):
                return self._read(call, kind)
            case "POST", (kind,):
                return await self._create(call, kind)
            case "PUT", (kind, resource_id):
                return await self._update(call, kind, resource_id)
            case "DELETE", (kind, resource_id):
                return await self._delete(call, kind, resource_id)
        return NOT_OFFERED

    async def shows(self, resource: Resource) -> bool:
        """Whether the resource may appear in an answer to this token."""
        if resource.get("resourceType") in SHARED_TYPES:
            return True
        reached = self.scopes.reach(resource, "r") or self.scopes.reach(resource, "s")
        return reached and await self.in_chart(resource)

    async def in_chart(self, resource: Resource) -> bool:
        """Whether the resource is part of this patient's chart, by itself or by what it points at."""
        if self.compartment.holds(resource):
            return True
        if resource.get("resourceType") not in INDIRECT_TYPES:
            return False
        owned = [await self._owns(*target) for target in self.compartment.targets(resource)]
        return bool(owned) and all(owned)

    def _read(self, call: Call, kind: str) -> Call | Refused:
        if kind not in OWNERSHIP and kind not in SHARED_TYPES:
            return NOT_OFFERED
        # `fhirUser` alone lets an app read who the user is.
        if not self.scopes.allows(kind, "r") and not (kind == "Practitioner" and self._knows_user()):
            return no_scope(kind, "r")
        return replace(call, params=())

    def _knows_user(self) -> bool:
        return "fhirUser" in self.scopes.texts

    def _search(self, call: Call, kind: str) -> Call | Refused:
        narrowed = self._narrowed(call.params, kind)
        return narrowed if isinstance(narrowed, Refused) else replace(call, params=narrowed)

    def _search_by_form(self, call: Call, kind: str) -> Call | Refused:
        form = parse_qsl(call.body.decode(errors="replace"), keep_blank_values=True)
        narrowed = self._narrowed((*call.params, *form), kind)
        if isinstance(narrowed, Refused):
            return narrowed
        headers = {**call.headers, "content-type": _FORM}
        return replace(call, params=(), headers=headers, body=urlencode(narrowed).encode())

    def _narrowed(self, params: tuple[tuple[str, str], ...], kind: str) -> tuple[tuple[str, str], ...] | Refused:
        if kind not in OWNERSHIP and kind not in SHARED_TYPES:
            return NOT_OFFERED
        if not self.scopes.allows(kind, "s"):
            return no_scope(kind, "s")
        for name, _ in params:
            if name.split(":")[0] in _UNSEARCHABLE or "." in name:
                return Refused(400, "not-supported", f"Search by {name.split(':')[0]} is not offered to apps.")
        wanted = [pair for pair in params if pair[0] not in ("_format", "_pretty")]
        return tuple(dict.fromkeys(self._elements(kind, wanted) + self._forced(kind, wanted)))

    def _forced(self, kind: str, params: list[tuple[str, str]]) -> list[tuple[str, str]]:
        if kind in SHARED_TYPES:
            return []
        if kind in INDIRECT_TYPES and any(name == "target" for name, _ in params):
            return []  # `patient` of a Provenance finds direct targets only; the answer is looked through
        return [(OWNERSHIP[kind].parameter, self.compartment.patient)]

    def _elements(self, kind: str, params: list[tuple[str, str]]) -> list[tuple[str, str]]:
        # Without the owner's element in the answer we could not tell whose row it is.
        needed = [path.split(".")[0] for path in OWNERSHIP[kind].paths] if kind in OWNERSHIP else []
        needed.append("category")
        return [(n, ",".join((v, *needed)) if n == "_elements" else v) for n, v in params]

    async def _create(self, call: Call, kind: str) -> Call | Refused:
        refused = await self._unwritable(decoded(call.body), kind, "c")
        if refused or kind == "Patient":
            return refused or NOT_THIS_PATIENT
        condition = call.headers.get("if-none-exist")
        if condition is None:
            return call
        if kind in INDIRECT_TYPES:
            return Refused(400, "not-supported", f"A conditional create of {kind} is not offered.")
        query = self._search(Call("GET", (kind,), tuple(parse_qsl(condition.split("?")[-1]))), kind)
        if isinstance(query, Refused):
            return query
        return replace(call, headers={**call.headers, "if-none-exist": urlencode(query.params)})

    async def _update(self, call: Call, kind: str, resource_id: str) -> Call | Refused:
        refused = await self._unwritable(decoded(call.body), kind, "u")
        if refused:
            return refused
        status, existing = await self._existing(kind, resource_id)
        if existing is not None:
            allowed = self.scopes.reach(existing, "u") and await self.in_chart(existing)
            return call if allowed else NOT_THIS_PATIENT
        if status not in (404, 410):
            return Refused(503, "transient", "The stored version could not be read, so it was not replaced.")
        return call if self.scopes.allows(kind, "c") else no_scope(kind, "c")

    async def _delete(self, call: Call, kind: str, resource_id: str) -> Call | Refused:
        if not self.scopes.allows(kind, "d"):
            return no_scope(kind, "d")
        _, existing = await self._existing(kind, resource_id)
        if existing is None or not await self.in_chart(existing):
            return NOT_FOUND
        return call if self.scopes.reach(existing, "d") else no_scope(kind, "d")

    async def _unwritable(self, resource: Resource | None, kind: str, letter: str) -> Refused | None:
        if resource is None or resource.get("resourceType") != kind:
            return Refused(400, "structure", f"The body is not a {kind} in JSON.")
        if kind not in OWNERSHIP:
            return NOT_OFFERED
        if not self.scopes.reach(resource, letter):
            return no_scope(kind, letter)
        if _has_conditional_reference(resource):
            return Refused(400, "not-supported", "References by search are not offered to apps.")
        owned = self.compartment.holds_alone(resource) or (
            kind in INDIRECT_TYPES and await self._points_only_into_chart(resource)
        )
        return None if owned else NOT_THIS_PATIENT

    async def _points_only_into_chart(self, resource: Resource) -> bool:
        texts = [str(target.get("reference")) for target in resource.get("target") or ()]
        places = [self.compartment.local(text) for text in texts if text not in self.drafts]
        owned = [place is not None and await self._owns(*place) for place in places]
        return bool(texts) and all(owned)

    async def _owns(self, kind: str, resource_id: str) -> bool:
        if kind == "Patient":
            return resource_id == self.compartment.patient
        _, found = await self._existing(kind, resource_id)
        return found is not None and self.compartment.holds(found)

    async def _existing(self, kind: str, resource_id: str) -> tuple[int, dict[str, Any] | None]:
        answer = await self.upstream.send(Call("GET", (kind, resource_id), headers={"cache-control": "no-cache"}))
        return answer.status, decoded(answer.body) if answer.status == 200 else None


def _has_conditional_reference(node: Any) -> bool:
    if isinstance(node, list):
        return any(_has_conditional_reference(each) for each in node)
    if not isinstance(node, Mapping):
        return False
    text = node.get("reference")
    return (isinstance(text, str) and "?" in text) or any(map(_has_conditional_reference, node.values()))
