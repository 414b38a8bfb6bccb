"""A FHIR JSON file (Bundle, array, single resource), an NDJSON file, or a folder of these.

The feeds of a JSON file are those of that file; the NDJSON files of one input (one kind a file) share theirs. What cannot
be read is reported with its file and line, and never stops the rest.
"""

from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, fields, replace
from itertools import chain
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from app.domain.errors import RecordUnreadable, WrongUsage
from app.domain.feeds import Feed, Feeds, FeedState, FeedStatus
from app.domain.record import PatientRecord, Unreadable
from app.fhir_adapters.base.entries import Entries
from app.fhir_adapters.base.json_text import decoder_for, type_of
from app.fhir_adapters.base.kinds import KINDS
from app.fhir_adapters.files.charts import Override, feeds_of_file, stated_feeds

JSON_SUFFIXES = frozenset({".json"})
NDJSON_SUFFIXES = frozenset({".ndjson", ".jsonl"})


@dataclass(frozen=True, slots=True)
class FileReading:
    """`records` sorted by reference, the one of nobody last. `unreadable` names files and lines that gave nothing."""

    records: tuple[PatientRecord, ...]
    unreadable: tuple[Unreadable, ...] = ()
    files: int = 0


def records_from(path: Path, zone: ZoneInfo, feeds_override: Override | None = None) -> FileReading:
    """Read everything into memory; a person who occurs in several JSON files of a folder gets one record.

    Raises WrongUsage when there is nothing to read at `path`.
    """
    files = _files(path)
    unreadable: list[Unreadable] = []
    found = list(chain.from_iterable(_records_of_json(file, zone, feeds_override, unreadable) for file in files.json))
    found += _records_of_ndjson(files.ndjson, zone, feeds_override, unreadable)
    return FileReading(_sorted(_merged(found)), tuple(unreadable), len(files.json) + len(files.ndjson))


def iter_records(
    path: Path, zone: ZoneInfo, feeds_override: Override | None = None, unreadable: list[Unreadable] | None = None
) -> Iterator[PatientRecord]:
    """Stream records in the order of the files, holding one chart at a time where each line is a whole chart (a Bundle).

    NDJSON of single resources has to be gathered first, since one person is scattered over it. The same person in two
    JSON files comes twice. What could not be read is appended to `unreadable`.
    """
    files = _files(path)
    bad = unreadable if unreadable is not None else []
    for file in files.json:
        yield from _records_of_json(file, zone, feeds_override, bad)
    yield from _records_of_ndjson(files.ndjson, zone, feeds_override, bad)


@dataclass(frozen=True, slots=True)
class _Files:
    json: tuple[Path, ...]
    ndjson: tuple[Path, ...]


def _files(path: Path) -> _Files:
    if not path.exists():
        raise WrongUsage("There is no such file or folder.")
    if path.is_file():
        return _Files((), (path,)) if path.suffix.lower() in NDJSON_SUFFIXES else _Files((path,), ())
    inside = sorted(file for file in path.rglob("*") if file.is_file())
    found = _Files(
        tuple(file for file in inside if file.suffix.lower() in JSON_SUFFIXES),
        tuple(file for file in inside if file.suffix.lower() in NDJSON_SUFFIXES),
    )
    if not found.json and not found.ndjson:
        raise WrongUsage("The folder holds no .json, .ndjson or .jsonl file.")
    return found


def _records_of_json(
    file: Path, zone: ZoneInfo, override: Override | None, unreadable: list[Unreadable]
) -> list[PatientRecord]:
    entries = Entries(zone)
    try:
        _add_json(entries, file.read_bytes().removeprefix(b"\xef\xbb\xbf"))
    except RecordUnreadable as error:
        unreadable.append(_bad_file(file.name, str(error)))
        return []
    return entries.records(feeds_of_file([entries], override))


def _add_json(entries: Entries, text: bytes) -> None:
    """A Bundle, an array of resources (or of Bundles), or one resource."""
    if text.lstrip()[:1] == b"[":
        try:
            items = decoder_for(list[msgspec.Raw]).decode(text)
        except (msgspec.DecodeError, UnicodeDecodeError):
            raise RecordUnreadable("it is not valid JSON") from None
        for item in items:
            entries.add(item)
        return
    kind = type_of(text)
    if kind is None:
        raise RecordUnreadable("it is neither a FHIR resource nor valid JSON")
    if kind == "Bundle":
        entries.add_bundle(text)
    else:
        entries.add(text)


def _records_of_ndjson(
    files: Iterable[Path], zone: ZoneInfo, override: Override | None, unreadable: list[Unreadable]
) -> Iterator[PatientRecord]:
    whole: list[Path] = []
    scattered: list[Path] = []
    for file in files:
        (whole if _is_chart_per_line(file) else scattered).append(file)
    gathered, torn = _gathered(scattered, zone, unreadable)
    feeds = _shared_feeds(gathered, whole, zone, override)
    for feed in (feed for feed in Feed if feed in torn and feeds.of(feed).is_complete):
        feeds = feeds.with_state(feed, FeedState(FeedStatus.PARTIAL, "A line of the file could not be read."))
    yield from gathered.records(feeds)
    for file in whole:
        yield from _charts_of_lines(file, zone, feeds, unreadable)


def _gathered(files: Iterable[Path], zone: ZoneInfo, unreadable: list[Unreadable]) -> tuple[Entries, set[Feed]]:
    """All single-resource lines together, and the feeds of the lines that were torn."""
    entries = Entries(zone)
    torn: set[Feed] = set()
    for file in files:
        for number, line in _lines(file):
            try:
                entries.add(line)
            except RecordUnreadable as error:
                unreadable.append(_bad_file(f"{file.name} line {number}", str(error)))
                torn |= _feeds_of_torn(line)
    return entries, torn


def _feeds_of_torn(line: bytes) -> set[Feed]:
    """What a line that is no JSON might have been; all of it, when it does not say."""
    kind = type_of(line)
    if kind is None or kind in ("Bundle", "Observation"):
        return {Feed.LABS, Feed.SURVEYS} if kind == "Observation" else set(Feed)
    feed = KINDS[kind].feed if kind in KINDS else None
    return {feed} if feed else set()


def _shared_feeds(gathered: Entries, whole: Iterable[Path], zone: ZoneInfo, override: Override | None) -> Feeds:
    """The feeds of all NDJSON together. Files of whole charts are read once for this, unless every feed is stated."""
    if override is not None and set(Feed) <= set(override):
        return stated_feeds((), override)
    charts = (_entries_of(line, zone) for file in whole for _, line in _lines(file))
    return feeds_of_file(chain([gathered], charts), override)


def _entries_of(line: bytes, zone: ZoneInfo) -> Entries:
    entries = Entries(zone)
    with suppress(RecordUnreadable):
        entries.add(line)
    return entries


def _charts_of_lines(file: Path, zone: ZoneInfo, feeds: Feeds, unreadable: list[Unreadable]) -> Iterator[PatientRecord]:
    for number, line in _lines(file):
        entries = Entries(zone)
        try:
            entries.add(line)
        except RecordUnreadable as error:
            unreadable.append(_bad_file(f"{file.name} line {number}", str(error)))
            continue
        yield from entries.records(feeds)


def _is_chart_per_line(file: Path) -> bool:
    return next((type_of(line) == "Bundle" for _, line in _lines(file)), False)


def _lines(file: Path) -> Iterator[tuple[int, bytes]]:
    with file.open("rb") as lines:
        for number, line in enumerate(lines, start=1):
            text = line.removeprefix(b"\xef\xbb\xbf").strip()
            if text:
                yield number, text


def _bad_file(name: str, reason: str) -> Unreadable:
    return Unreadable(name, "file", reason[:1].upper() + reason[1:] + ".")


def _sorted(records: Iterable[PatientRecord]) -> tuple[PatientRecord, ...]:
    return tuple(sorted(records, key=lambda record: (record.reference is None, record.reference or "")))


def _merged(records: Iterable[PatientRecord]) -> list[PatientRecord]:
    """One record for each person: rows joined, a feed available when any file has it."""
    by_person: dict[str | None, PatientRecord] = {}
    for record in records:
        known = by_person.get(record.reference)
        by_person[record.reference] = record if known is None else _joined(known, record)
    return list(by_person.values())


def _joined(one: PatientRecord, other: PatientRecord) -> PatientRecord:
    rows: dict[str, Any] = {name: _union(getattr(one, name), getattr(other, name)) for name in _ROW_FIELDS}
    states = {feed: min(one.feeds.of(feed), other.feeds.of(feed), key=_best_first) for feed in Feed}
    return replace(one, patient=one.patient or other.patient, feeds=Feeds(states), **rows)


_ROW_FIELDS = tuple(f.name for f in fields(PatientRecord) if f.name not in ("reference", "patient", "feeds", "facts"))


def _union(one: tuple[Any, ...], other: tuple[Any, ...]) -> tuple[Any, ...]:
    """Rows of both; where both hold the same reference, the second file's."""
    return tuple({**{row.reference: row for row in one}, **{row.reference: row for row in other}}.values())


def _best_first(state: FeedState) -> int:
    """Partial beats available: what one file says is missing is missing from the whole."""
    order = (FeedStatus.PARTIAL, FeedStatus.AVAILABLE, FeedStatus.FAILED, FeedStatus.NOT_GRANTED)
    return order.index(state.status) if state.status in order else len(order)
