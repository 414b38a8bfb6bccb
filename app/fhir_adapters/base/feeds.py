"""Which feed an entry speaks for."""

from collections import Counter
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any

from app.domain.codes import LOINC, Concept
from app.domain.feeds import Feed, Feeds, FeedState, FeedStatus
from app.fhir_adapters.base import structs as fhir
from app.fhir_adapters.base.entries import UNKNOWN_TYPE, Entries, Row
from app.fhir_adapters.base.kinds import KINDS, feeds_of_type
from app.fhir_adapters.base.medications import is_from_pdmp
from app.fhir_adapters.base.values import concept, plain_codes
from app.terminology.assessments import assessment_items
from app.terminology.processes import processes_coded, processes_titled

_LABORATORY = frozenset({"laboratory", "lab"})
_SURVEY = "survey"
_PDMP_CHECK = "pdmp_check"


def feeds_in(entries: Entries) -> frozenset[Feed]:
    """The feeds that at least one entry speaks for: anyone's, about anything, readable or not."""
    found = {feed for row in entries.rows.values() for feed in feeds_of(row)}
    types = {spoilt.what.resource_type for spoilt in entries.spoilt.values()}
    return frozenset(found | {feed for kind in types - {UNKNOWN_TYPE} for feed in feeds_of_type(kind)})


def feeds_of(row: Row) -> tuple[Feed, ...]:
    """The feeds of one entry. An Observation goes by its category, else by what its code is known for."""
    feed = KINDS[row.kind].feed
    if feed is not None:
        return (feed,)
    if row.kind == "Observation" and isinstance(row.sent, fhir.Observation):
        return _feeds_of_observation(row.sent)
    if row.kind == "DiagnosticReport" and isinstance(row.sent, fhir.DiagnosticReport):
        return (Feed.LABS,) if _LABORATORY & set(plain_codes(row.sent.category)) else ()
    return ()


def without_others(feeds: Feeds, left_out: Sequence[Row]) -> Feeds:
    """The feeds when rows of somebody else were left out: one of them could be this person's, from a merged chart."""
    lost = Counter(feed for row in left_out for feed in feeds_of(row) or feeds_of_type(row.kind))
    for feed, number in lost.items():
        if feeds.of(feed).is_complete:
            said = "1 row of somebody else was" if number == 1 else f"{number} rows of somebody else were"
            feeds = feeds.with_state(feed, FeedState(FeedStatus.PARTIAL, f"{said} left out."))
    return feeds


def _feeds_of_observation(sent: fhir.Observation) -> tuple[Feed, ...]:
    categories = plain_codes(sent.category)
    codes = tuple(c.code for c in (sent.code.coding if sent.code else None) or () if c.system == LOINC and c.code)
    return _feeds_by(categories, codes)


@lru_cache(maxsize=4096)
def _feeds_by(categories: tuple[str, ...], codes: tuple[str, ...]) -> tuple[Feed, ...]:
    if _LABORATORY & set(categories):
        return (Feed.LABS,)
    if _SURVEY in categories or any(assessment_items(code) for code in codes):
        return (Feed.SURVEYS,)
    return () if categories else (Feed.LABS,)


def _is_pdmp_check(coded: Concept, title: str | None) -> bool:
    if any(found.process == _PDMP_CHECK for found in processes_coded(coded)):
        return True
    return title is not None and _PDMP_CHECK in processes_titled(title)


def states_pdmp(rows: Iterable[Row]) -> bool:
    """Whether a check of the prescription monitoring program, or one of its fills, is on record in these entries."""
    return any(_is_from_pdmp(row) for row in rows)


def _is_from_pdmp(row: Row) -> bool:
    sent: Any = row.sent
    if row.kind == "MedicationDispense":
        return is_from_pdmp(row.sent.meta)
    if row.kind not in ("Procedure", "DocumentReference") or sent.status in ("not-done", "entered-in-error"):
        return False
    coded = concept(sent.code if row.kind == "Procedure" else sent.type)
    title = _document_title(sent) if row.kind == "DocumentReference" else None
    return _is_pdmp_check(coded, title or coded.label)


def _document_title(sent: fhir.DocumentReference) -> str | None:
    titles = (c.attachment.title for c in sent.content or () if c.attachment and c.attachment.title)
    return sent.description or next(titles, None)
