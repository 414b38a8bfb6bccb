"""A search that decides a write: past the server's cache, to the last page, and believed only when it was whole.

What was not seen may be our own Flag or note. So everything that leaves a doubt (a page that does not come, a link that leads
nowhere, rows that were announced and did not come, an answer that is no search result) means: nothing is written now.
"""

from collections.abc import Iterable

import msgspec

from app.domain.errors import RecordUnreadable, TryAgainLater
from app.fhir_adapters.base import structs as fhir
from app.fhir_adapters.base.authorised import AuthorisedClient
from app.fhir_adapters.base.entries import Bundle, decode_bundle
from app.fhir_adapters.base.json_text import decode, plain, type_of
from app.fhir_adapters.base.paging import announced
from app.fhir_adapters.base.standing import UNREAD, raise_for
from app.fhir_adapters.base.systems import Json

_BROKEN_OFF = frozenset({"incomplete", "too-costly", "timeout", "throttled", "transient", "exception"})
"""Issues by which a server says that it did not search to the end. "Suppressed" is not among them: Epic says so of nearly
every chart, about rows of others; ours is no such row."""


async def all_matches(client: AuthorisedClient, search: str, most_pages: int) -> list[Json]:
    """The matches of a search, each once (Oracle Health repeats rows from page to page; the later one counts).

    Raises TryAgainLater when they were not all read, NotPermitted and LaunchAgain as the client does.
    """
    found: dict[str, Json] = {}
    seen: set[str] = set()
    total, url = 0, search
    while url:
        if url in seen or len(seen) >= most_pages:
            raise TryAgainLater(UNREAD)
        seen.add(url)
        answer = await client.get(url, fresh=True)
        raise_for(answer)
        bundle = _searchset(answer.body)
        found |= {f"{row['resourceType']}/{row.get('id')}": row for row in _rows(bundle)}
        total = max(total, announced(bundle.total))
        url = _next(bundle)
    if len(found) < total:
        raise TryAgainLater(UNREAD)
    return list(found.values())


def _searchset(body: bytes) -> Bundle:
    try:
        bundle = decode_bundle(body)
    except RecordUnreadable:
        raise TryAgainLater(UNREAD) from None
    if bundle.type != "searchset" or _is_broken_off(bundle):
        raise TryAgainLater(UNREAD)
    return bundle


def _rows(bundle: Bundle) -> Iterable[Json]:
    try:
        rows = [plain(memoryview(entry.resource)) for entry in bundle.entry or () if entry.is_match]
    except RecordUnreadable:
        raise TryAgainLater(UNREAD) from None
    if not all(isinstance(row, dict) and row.get("resourceType") for row in rows):
        raise TryAgainLater(UNREAD)
    return [row for row in rows if isinstance(row, dict) and row["resourceType"] != "OperationOutcome"]


def _next(bundle: Bundle) -> str:
    """Where the next page is; empty after the last one."""
    links = [link for link in bundle.link or () if link.relation in ("next", None)]
    url = next((link.url for link in links if link.relation and link.url), "")
    if links and not url:
        raise TryAgainLater(UNREAD)
    return url


def _is_broken_off(bundle: Bundle) -> bool:
    return any(
        issue.severity in ("fatal", "error") or issue.code in _BROKEN_OFF
        for entry in bundle.entry or ()
        for issue in _issues(memoryview(entry.resource))
    )


def _issues(resource: memoryview) -> Iterable[fhir.OutcomeIssue]:
    """Those of an OperationOutcome; its mode may be missing, so every row is asked."""
    if type_of(resource) != "OperationOutcome":
        return ()
    try:
        return decode(resource, fhir.OperationOutcome)[0].issue or ()
    except (RecordUnreadable, msgspec.DecodeError):
        return ()
