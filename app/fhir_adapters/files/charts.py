"""Charts from JSON texts that are already at hand: one Bundle a chart, or the lines of one person."""

from collections.abc import Iterable, Iterator, Mapping
from zoneinfo import ZoneInfo

from app.domain.feeds import Feed, Feeds, FeedState, FeedStatus
from app.domain.record import PatientRecord
from app.fhir_adapters.base.entries import Entries
from app.fhir_adapters.base.feeds import feeds_in, states_pdmp, without_others

Override = Mapping[Feed, FeedStatus]

_AVAILABLE = FeedState(FeedStatus.AVAILABLE)
_ABSENT = FeedState(FeedStatus.NOT_OFFERED, "The file holds nothing of this kind.")
_STATED = {status: FeedState(status, "As stated with the file.") for status in FeedStatus}
_INCOMPLETE = FeedState(FeedStatus.PARTIAL, "The file itself says that something was left out.")


def iter_charts(
    bundles: Iterable[bytes], zone: ZoneInfo, feeds_override: Override | None = None
) -> Iterator[PatientRecord]:
    """One record (or more, if it speaks of several people) for each Bundle's JSON text, in order; nothing is kept.

    Each Bundle is a chart with feeds of its own. Raises RecordUnreadable for a text that is no Bundle.
    """
    for text in bundles:
        entries = Entries(zone)
        entries.add_bundle(text)
        yield from entries.records(feeds_of_file([entries], feeds_override))


def record_of(patient: str | None, resources: Iterable[bytes], zone: ZoneInfo, feeds: Feeds) -> PatientRecord:
    """One person's record from the JSON texts of their resources (and the Medications these refer to)."""
    entries = Entries(zone)
    for text in resources:
        entries.add(text)
    others = entries.rows_of_others(patient) if patient else ()
    return entries.record(patient, without_others(feeds, others))


def feeds_of_file(read: Iterable[Entries], override: Override | None = None) -> Feeds:
    """The feeds of a file, or of an input of several: available when at least one resource of the kind is there."""
    found: set[Feed] = set()
    says_incomplete = False
    for entries in read:
        found |= feeds_in(entries)
        if states_pdmp(entries.rows.values()):
            found.add(Feed.PDMP)
        says_incomplete = says_incomplete or bool(entries.outcomes)
    return stated_feeds(found, override, says_incomplete=says_incomplete)


def stated_feeds(found: Iterable[Feed], override: Override | None = None, *, says_incomplete: bool = False) -> Feeds:
    """Feeds from what was found; an override speaks last."""
    present = set(found)
    here = _INCOMPLETE if says_incomplete else _AVAILABLE
    states = {feed: here if feed in present else _ABSENT for feed in Feed}
    states |= {feed: _STATED[status] for feed, status in (override or {}).items()}
    return Feeds(states)
