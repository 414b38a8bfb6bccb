"""A resource of ours as it stands in the chart now: from the answer to a search, a read or a write."""

import hashlib
import json
from contextlib import suppress
from dataclasses import dataclass
from urllib.parse import quote

from app.domain.errors import RecordUnreadable, TryAgainLater
from app.fhir_adapters.base.authorised import AuthorisedClient
from app.fhir_adapters.base.json_text import plain
from app.fhir_adapters.base.systems import Json, decided
from app.fhir_adapters.base.values import References
from app.outbound import Answer, remedy_for

UNREAD = "What stands in the chart could not all be read; nothing was written."
IN_ERROR = "entered-in-error"
_SEEN = frozenset({"active", "current"})
_OF_A_PAGE = ("contentType", "data", "url", "title")


@dataclass(frozen=True, slots=True)
class Standing:
    """One resource, its relative reference, and the version to name in If-Match."""

    resource: Json
    reference: str
    version: str | None

    @property
    def is_active(self) -> bool:
        """A Flag that is active, a note that is current."""
        return self.resource.get("status") in _SEEN

    @property
    def is_in_error(self) -> bool:
        """Withdrawn, by a person or by us."""
        return self.resource.get("status") == IN_ERROR

    @property
    def order(self) -> tuple[bool, bool, int, str]:
        """Active ones first, errors last, then the lowest id: what everybody agrees on when there are two."""
        resource_id = self.reference.partition("/")[2]
        return not self.is_active, self.is_in_error, len(resource_id), resource_id


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


def reading_of(resource: Json) -> str:
    """A fingerprint of what others read in it: a Flag's code, a note's title and pages; not the hour of a page."""
    pages = [content.get("attachment") or {} for content in resource.get("content") or []]
    shown = [
        resource.get("code"),
        resource.get("description"),
        [[page.get(name) for name in _OF_A_PAGE] for page in pages],
    ]
    return hashlib.sha256(json.dumps(shown, sort_keys=True, default=str).encode()).hexdigest()


def withdrawn(current: Json, decision: str) -> Json:
    """The resource as it stands, marked as entered in error by this confirmation; nothing else changes."""
    return decided({**current, "status": IN_ERROR}, decision)


def is_about(resource: Json, patient: str) -> bool:
    """Servers may ignore a search parameter: the person is checked again here."""
    subject = (resource.get("subject") or {}).get("reference") or ""
    return References().relative(subject) == patient


async def read(client: AuthorisedClient, reference: str) -> Standing | None:
    """What stands under a reference, past caches; None when it is gone. Raises what its status asks for."""
    answer = await client.get(url_of(reference), fresh=True)
    if answer.status in (404, 410):
        return None
    raise_for(answer)
    found = from_answer(answer, reference.partition("/")[0])
    if found is None or not found.resource:
        raise TryAgainLater(UNREAD)
    return found


def url_of(reference: str) -> str:
    """A relative reference as a relative URL."""
    kind, _, resource_id = reference.partition("/")
    return f"{kind}/{quote(resource_id, safe='')}"


def raise_for(answer: Answer) -> None:
    """Raises what a status asks for; nothing for 2xx."""
    error = remedy_for(answer)
    if error is not None:
        raise error
