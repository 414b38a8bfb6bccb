"""A resource of ours as it stands in the chart now: from the answer to a search, a read or a write."""

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from app.domain.errors import RecordUnreadable, TryAgainLater
from app.fhir_adapters.base.entries import decode_bundle
from app.fhir_adapters.base.json_text import plain
from app.fhir_adapters.base.values import References
from app.outbound import Answer, remedy_for

Json = dict[str, Any]

_UNREAD = "What stands in the chart could not all be read; nothing was written."


@dataclass(frozen=True, slots=True)
class Standing:
    """One resource, its relative reference, and the version to name in If-Match."""

    resource: Json
    reference: str
    version: str | None

    @property
    def is_active(self) -> bool:
        """A Flag that others see."""
        return self.resource.get("status") == "active"

    @property
    def order(self) -> tuple[bool, int, str]:
        """Active ones first, then the lowest id: what everybody agrees on when there are two."""
        resource_id = self.reference.partition("/")[2]
        return not self.is_active, len(resource_id), resource_id


def standing(resource: Json, version: str | None = None) -> Standing:
    """A resource that an EHR sent; `version` is the ETag's, where the resource has none."""
    stated = (resource.get("meta") or {}).get("versionId")
    return Standing(resource, f"{resource.get('resourceType')}/{resource.get('id')}", stated or version)


def from_answer(answer: Answer, resource_type: str, before: Standing | None = None) -> Standing | None:
    """The resource in an answer; where the body is empty (some EHRs), what its headers say about it."""
    version = answer.headers.get("etag", "").removeprefix("W/").strip('"') or None
    with suppress(RecordUnreadable):
        sent = plain(answer.body)
        if isinstance(sent, dict) and sent.get("resourceType") == resource_type and sent.get("id"):
            return standing(sent, version)
    location = answer.headers.get("location") or answer.headers.get("content-location") or ""
    reference = References().relative(location) if location else before.reference if before else None
    return Standing({}, reference, version) if reference else None


def matches(answer: Answer) -> Iterable[Json]:
    """The matches of a search. Raises TryAgainLater when they cannot all be read: what was not seen may be our own Flag, so
    nothing may be written."""
    raise_for(answer)
    try:
        bundle = decode_bundle(answer.body)
        rows = [plain(memoryview(e.resource)) for e in bundle.entry or () if e.is_match]
    except RecordUnreadable:
        raise TryAgainLater(_UNREAD) from None
    if bundle.type != "searchset" or not all(isinstance(row, dict) and row.get("resourceType") for row in rows):
        raise TryAgainLater(_UNREAD)
    return [row for row in rows if isinstance(row, dict)]


def is_about(resource: Json, patient: str) -> bool:
    """Servers may ignore a search parameter: the person is checked again here."""
    subject = (resource.get("subject") or {}).get("reference") or ""
    return References().relative(subject) == patient


def url_of(reference: str) -> str:
    """A relative reference as a relative URL."""
    kind, _, resource_id = reference.partition("/")
    return f"{kind}/{quote(resource_id, safe='')}"


def raise_for(answer: Answer) -> None:
    """Raises what a status asks for; nothing for 2xx."""
    error = remedy_for(answer)
    if error is not None:
        raise error
