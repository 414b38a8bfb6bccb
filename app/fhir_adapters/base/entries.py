"""Entries on their way from JSON to a record: each is decoded alone, attributed to a person, opened, or named as unreadable.

One bad entry costs only itself. Entries that were entered in error and entries of other people are left out and counted;
they are evidence of nothing.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from app.domain.errors import RecordUnreadable
from app.domain.feeds import Feed, Feeds, FeedState, FeedStatus
from app.domain.record import PatientRecord, Unreadable
from app.fhir_adapters.base import structs as fhir
from app.fhir_adapters.base.json_text import decode, decoder_for, plain, text_at, type_of
from app.fhir_adapters.base.kinds import DECISIVE, DECISIVE_WHOLE, KINDS, Surroundings, feeds_of_type
from app.fhir_adapters.base.medications import Medicines
from app.fhir_adapters.base.values import Opening, References, concept, instant
from app.fhir_adapters.base.visits import patients_of

UNKNOWN_TYPE = "unknown"
_DEEPEST_BUNDLE = 3
_TYPE_NAME = re.compile(r"[A-Za-z]{1,40}")
_ID = re.compile(r"[A-Za-z0-9\-._~]{1,128}")


class SearchInfo(msgspec.Struct, gc=False):
    """Why an entry is in a search result."""

    mode: str | None = None


class BundleEntry(msgspec.Struct, rename="camel", gc=False):
    """One Bundle entry, its resource still as JSON text."""

    full_url: str | None = None
    resource: msgspec.Raw = msgspec.Raw(b"")
    search: SearchInfo | None = None
    request: Any = None

    @property
    def is_match(self) -> bool:
        """Not a row that merely came along. Some servers leave the mode out."""
        return self.search is None or self.search.mode not in ("include", "outcome")

    @property
    def is_deletion(self) -> bool:
        """An entry of a history or a transaction that holds no resource because it takes one away."""
        return not len(memoryview(self.resource)) and text_at(self.request, "method") == "DELETE"


class BundleLink(msgspec.Struct, gc=False):
    """A paging link."""

    relation: str | None = None
    url: str | None = None


class Bundle(msgspec.Struct, rename="camel", gc=False):
    """A Bundle whose entries are not decoded yet."""

    type: str | None = None
    total: Any = None
    link: list[BundleLink] | None = None
    entry: list[BundleEntry] | None = None


class _LooseBundle(msgspec.Struct, rename="camel", gc=False):
    type: Any = None
    total: Any = None
    link: Any = None
    entry: list[msgspec.Raw] | None = None


@dataclass(slots=True)
class Row:
    """One decoded resource, not opened yet."""

    kind: str
    reference: str
    sent: fhir.Resource
    broken: tuple[str, ...]


@dataclass(slots=True)
class Spoilt:
    """One resource that could not be decoded, with whatever it says about whose it is."""

    what: Unreadable
    subject: str | None


@dataclass(frozen=True, slots=True)
class Given:
    """What the entries of a search result gave: the references of the rows that were asked for (entered in error or spoilt
    ones too), and how many entries could not be read."""

    rows: frozenset[str]
    lost: int


@dataclass
class Entries:
    """Collects the entries of one reading (a search, a file), then builds one record for each person in it."""

    zone: ZoneInfo
    references: References = field(default_factory=References)
    rows: dict[str, Row] = field(default_factory=dict)
    spoilt: dict[str, Spoilt] = field(default_factory=dict)
    medications: list[Row] = field(default_factory=list)
    outcomes: list[fhir.OperationOutcome] = field(default_factory=list)
    _unnamed: int = 0

    def so_far(self) -> "Entries":
        """A copy from which a record can be built while more entries come in."""
        return replace(self, rows=dict(self.rows), spoilt=dict(self.spoilt), medications=list(self.medications))

    def add_bundle(self, text: bytes | memoryview, *, depth: int = 0) -> None:
        """Add every entry of a Bundle that is no search result. Raises RecordUnreadable when the text is no Bundle at all."""
        for entry in decode_bundle(text).entry or ():
            if not entry.is_deletion:
                self.add(entry.resource, entry.full_url, depth=depth)

    def add_found(self, bundle: Bundle, asked: str) -> Given:
        """Add every entry of a search result; `asked` is the type that was searched for."""
        entries = bundle.entry or ()
        came = [
            self.add(entry.resource, entry.full_url, asked=asked, must_be_known=entry.is_match) for entry in entries
        ]
        matches = (reference for entry, reference in zip(entries, came, strict=True) if entry.is_match and reference)
        rows = frozenset(reference for reference in matches if reference.startswith(asked + "/"))
        return Given(rows, sum(reference in self.spoilt for reference in came))

    def add(
        self,
        raw: bytes | memoryview | msgspec.Raw,
        full_url: str | None = None,
        *,
        asked: str = UNKNOWN_TYPE,
        must_be_known: bool = False,
        depth: int = 0,
    ) -> str | None:
        """Add one resource's JSON text; returns the reference of what came, None when it is no row of anything.

        `asked` is the type that was searched for: an entry that does not name its type is taken for one. `must_be_known`:
        a type that Sextant does not read is then a row that was lost, and is named. Raises RecordUnreadable when the text
        is not JSON.
        """
        text = memoryview(raw) if isinstance(raw, msgspec.Raw) else raw
        if not len(text) or bytes(text[:4]) == b"null":
            return self._add_spoilt(b"null", asked, None, "it holds no resource")
        kind = type_of(text)
        if kind == "Bundle" and not must_be_known:
            return self._add_nested(text, full_url, depth + 1)
        if kind == "OperationOutcome":
            self.outcomes.append(_outcome(text))
            return None
        if kind == "Medication":
            return self._add_decoded(text, kind, full_url, fhir.Medication)
        if kind is None:
            return self._add_spoilt(text, asked, full_url, "it does not say what kind of resource it is")
        if kind in KINDS:
            return self._add_decoded(text, kind, full_url, KINDS[kind].struct)
        if must_be_known:
            return self._add_spoilt(text, asked, full_url, "it is not of a kind that Sextant knows", named=kind)
        return None

    def _add_nested(self, text: bytes | memoryview, full_url: str | None, depth: int) -> str | None:
        if depth > _DEEPEST_BUNDLE:
            return self._add_spoilt(text, UNKNOWN_TYPE, full_url, "it is a Bundle inside too many others")
        self.add_bundle(text, depth=depth)
        return None

    def _standing(self) -> Iterator[Row]:
        return (row for row in self.rows.values() if not _is_entered_in_error(row))

    def _set_aside_the_homeless(self) -> None:
        """Entries that name a subject who is no person (a group, a text) are evidence of nothing, but they are told."""
        for row in [
            row for row in self._standing() if not all(who is None or _is_person(who) for who in self._subjects(row))
        ]:
            del self.rows[row.reference]
            what = Unreadable(row.reference, row.kind, "It does not say whose it is.", _hint_of_row(row))
            self.spoilt[row.reference] = Spoilt(what, None)

    def _people(self, subjects: Iterable[str | None]) -> tuple[str | None, ...]:
        """Everyone that some entry belongs to, sorted; None last when entries name nobody."""
        found = set(subjects)
        found |= {spoilt.subject for spoilt in self.spoilt.values() if spoilt.subject}
        return (*sorted(who for who in found if who), *((None,) if None in found else ()))

    def record(self, patient: str | None, feeds: Feeds) -> PatientRecord:
        """The record of one person; entries that name nobody are taken for theirs (an EHR was asked for one person)."""
        self._set_aside_the_homeless()
        mine = self.rows_of(patient) if patient else list(self._standing())
        bad = [spoilt.what for spoilt in self.spoilt.values() if spoilt.subject in (None, patient)]
        return self._build(Surroundings(self._medicines(), patient), mine, bad, feeds)

    def records(self, feeds: Feeds) -> list[PatientRecord]:
        """One record for each person, sorted by reference. Entries that name nobody make a record of their own.

        An unreadable entry that does not say whose it is goes to the only person there is, else to the record of nobody.
        """
        self._set_aside_the_homeless()
        rows: dict[str | None, list[Row]] = defaultdict(list)
        for row in self._standing():
            for who in self._subjects(row):
                rows[who].append(row)
        people = self._people(rows)
        bad: dict[str | None, list[Unreadable]] = defaultdict(list)
        for spoilt in self.spoilt.values():
            bad[spoilt.subject or (people[0] if len(people) == 1 else None)].append(spoilt.what)
        everyone = [*people, *((None,) if None in bad and None not in people else ())]
        medicines = self._medicines()
        return [self._build(Surroundings(medicines, who), rows.get(who, []), bad[who], feeds) for who in everyone]

    def rows_of_others(self, patient: str) -> list[Row]:
        """The entries that belong to somebody else, or to a `urn:` name that nothing here explains."""
        return [row for row in self._standing() if not self._is_of(row, patient)]

    def rows_of(self, patient: str) -> list[Row]:
        """The entries that count for one person."""
        return [row for row in self._standing() if self._is_of(row, patient)]

    def missing_medications(self) -> tuple[str, ...]:
        """Medications that an entry refers to and that did not come along."""
        here = {row.reference for row in self.medications}
        wanted = (getattr(row.sent, "medication_reference", None) for row in self.rows.values())
        named = (self.references.relative(w.reference) for w in wanted if w is not None and w.reference)
        return tuple(dict.fromkeys(n for n in named if n.startswith("Medication/") and n not in here))

    def _add_decoded(
        self, text: bytes | memoryview, kind: str, full_url: str | None, struct: type[fhir.Resource]
    ) -> str:
        try:
            sent, broken = decode(text, struct)
        except RecordUnreadable as error:
            return self._add_spoilt(text, kind, full_url, str(error))
        row = Row(kind, self._reference(kind, sent.id, full_url), sent, broken)
        spoils = next((name for name in broken if _is_decisive(name)), None)
        if spoils or sent.modifier_extension:
            reason = f"its {spoils} could not be read" if spoils else "it carries a modifier that Sextant does not know"
            return self._add_spoilt(text, kind, full_url, reason)
        if kind == "Medication":
            self.medications.append(row)
        else:
            self._keep_newer(row)
        return row.reference

    def _keep_newer(self, row: Row) -> None:
        """Some EHRs repeat ids across pages: the newer version counts, the later one when neither is dated."""
        old = self.rows.get(row.reference)
        if old is None or not _is_older(row.sent, old.sent):
            self.rows[row.reference] = row

    def _add_spoilt(
        self, text: bytes | memoryview, kind: str, full_url: str | None, reason: str, *, named: str | None = None
    ) -> str:
        """Name an entry that gives no row. `named` is what it calls itself, where that is not the `kind` it counts for."""
        value = plain(text)
        own_id = text_at(value, "id")
        reference = self._reference(
            named if named and _TYPE_NAME.fullmatch(named) else kind,
            own_id if own_id and _ID.fullmatch(own_id) else None,
            full_url,
        )
        if text_at(value, "status") == "entered-in-error":
            return reference
        ways = (("subject", "reference"), ("patient", "reference"), ("subject",))
        subject = next((who for way in ways if (who := text_at(value, *way)) and _is_person(who)), None)
        what = Unreadable(reference, kind, _sentence(reason), hint_of(value))
        self.spoilt[reference] = Spoilt(what, self.references.relative(subject) if subject else None)
        return reference

    def _reference(self, kind: str, resource_id: str | None, full_url: str | None) -> str:
        if resource_id:
            reference = f"{kind}/{resource_id}"
        elif full_url and full_url.startswith("urn:uuid:"):
            reference = f"{kind}/{full_url.removeprefix('urn:uuid:')}"
        else:
            self._unnamed += 1
            reference = f"{kind}/unnamed-{self._unnamed}"
        if full_url and kind != UNKNOWN_TYPE:  # else whoever refers to it would seem to be about no person
            self.references.learn(full_url, reference)
        return reference

    def _subjects(self, row: Row) -> tuple[str | None, ...]:
        """Whose a row is: one person, several (a group visit), or nobody it names."""
        if row.kind == "Patient":
            return (row.reference,)
        sent: Any = row.sent
        if row.kind == "Appointment":
            return patients_of(sent, Opening(self.zone, self.references)) or (None,)
        subject: fhir.Reference | None = sent.patient if row.kind == "Consent" else sent.subject
        if subject is None or not subject.reference:
            return (None,)
        return (self.references.relative(subject.reference),)

    def _is_of(self, row: Row, patient: str | None) -> bool:
        whose = self._subjects(row)
        return patient in whose or (whose == (None,) and row.kind != "Patient")

    def _build(
        self, around: Surroundings, rows: Iterable[Row], bad: Sequence[Unreadable], feeds: Feeds
    ) -> PatientRecord:
        lists: dict[str, list[Any]] = defaultdict(list)
        unreadable = list(bad)
        for row in rows:
            kind = KINDS[row.kind]
            opening = Opening(self.zone, self.references, row.broken)
            lists[kind.into].append(kind.open(row.reference, row.sent, opening, around))
            if not kind.names_its_unreadable and (names := opening.named()):
                reason = f"its {', '.join(names)} could not be read; the rest counts"
                unreadable.append(Unreadable(row.reference, row.kind, _sentence(reason), in_part=True))
        person = lists.pop("patient", [None])[0]
        fields: Mapping[str, Any] = {name: tuple(values) for name, values in lists.items()}
        feeds = _without_the_unreadable(feeds, bad)
        return PatientRecord(around.patient, person, feeds=feeds, unreadable=tuple(unreadable), **fields)

    def _medicines(self) -> Medicines:
        medicines = Medicines()
        for row in self.medications:
            if isinstance(row.sent, fhir.Medication):
                medicines.learn(row.reference, row.sent, Opening(self.zone, self.references, row.broken))
        return medicines


def decode_bundle(text: bytes | memoryview) -> Bundle:
    """A Bundle from JSON text; entries of a wrong shape are kept as texts that will be named unreadable.

    Raises RecordUnreadable when the text is not JSON or its entries are no list.
    """
    try:
        return decoder_for(Bundle).decode(text)
    except msgspec.ValidationError:
        pass
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise RecordUnreadable("it is not valid JSON") from None
    try:
        loose = decoder_for(_LooseBundle).decode(text)
    except msgspec.ValidationError:
        raise RecordUnreadable("it does not have the shape of a Bundle") from None
    links = loose.link if isinstance(loose.link, list) else [loose.link] if loose.link is not None else []
    kind = loose.type if isinstance(loose.type, str) else None
    return Bundle(kind, loose.total, [_link(link) for link in links], [_entry(raw) for raw in loose.entry or ()])


def _entry(raw: msgspec.Raw) -> BundleEntry:
    try:
        return decoder_for(BundleEntry).decode(raw)
    except msgspec.ValidationError:
        return BundleEntry(resource=raw)


def _link(link: Any) -> BundleLink:
    """A link of a wrong shape says nothing, not even that it is not the way to the next page."""
    return BundleLink(text_at(link, "relation"), text_at(link, "url"))


def _without_the_unreadable(feeds: Feeds, bad: Sequence[Unreadable]) -> Feeds:
    """A feed with an entry that could not be read is not complete: what it says is "at least"."""
    lost: Counter[Feed] = Counter(feed for what in bad for feed in feeds_of_type(what.resource_type))
    for feed, number in lost.items():
        if feeds.of(feed).is_complete:
            feeds = feeds.with_state(feed, FeedState(FeedStatus.PARTIAL, entries_lost(number)))
    return feeds


def entries_lost(number: int) -> str:
    """The sentence about entries that could not be read."""
    return "1 entry could not be read." if number == 1 else f"{number} entries could not be read."


def _outcome(text: bytes | memoryview) -> fhir.OperationOutcome:
    """An outcome that cannot be read is still an outcome: something was left out."""
    try:
        return decode(text, fhir.OperationOutcome)[0]
    except RecordUnreadable:
        return fhir.OperationOutcome(issue=[fhir.OutcomeIssue(severity="error")])


def hint_of(value: Any) -> str | None:
    """Whatever name an unreadable resource gives itself: its medicine's or its code's text, display or bare string."""
    for name in ("medicationCodeableConcept", "medicationReference", "code", "contained", "description", "type"):
        ways = ((name, "text"), (name, "coding", "display"), (name, "display"), (name, "code", "text"), (name,))
        found = next((text for way in ways if (text := text_at(value, *way))), None)
        if found:
            return found
    return text_at(value, "dosageInstruction", "text")


def _hint_of_row(row: Row) -> str | None:
    """The same for a resource that was decoded."""
    sent: Any = row.sent
    named = concept(getattr(sent, "medication_codeable_concept", None) or getattr(sent, "code", None)).label
    referred = getattr(sent, "medication_reference", None)
    return named or (referred.display if referred is not None else None)


def _is_person(reference: str) -> bool:
    """ "Patient/id" or an absolute URL of one, or a Bundle's own name for somebody who is not in it."""
    return "Patient/" in reference or reference.startswith("urn:")


def _is_decisive(path: str) -> bool:
    head = path.split(".", 1)[0].split("[", 1)[0]
    return head in DECISIVE or path in DECISIVE_WHOLE


def _is_older(new: fhir.Resource, old: fhir.Resource) -> bool:
    then = instant(old.meta.last_updated) if old.meta else None
    now = instant(new.meta.last_updated) if new.meta else None
    return then is not None and now is not None and now < then


def _is_entered_in_error(row: Row) -> bool:
    """Flags keep theirs: whoever writes must know about them."""
    sent: Any = row.sent
    if row.kind == "Condition":
        codings = sent.verification_status.coding if sent.verification_status else None
        return any(c.code == "entered-in-error" for c in codings or ())
    if row.kind == "Goal":
        return bool(sent.lifecycle_status == "entered-in-error")
    if row.kind == "DocumentReference" and sent.doc_status == "entered-in-error":
        return True
    return row.kind not in ("Flag", "Patient") and sent.status == "entered-in-error"


def _sentence(reason: str) -> str:
    return reason[:1].upper() + reason[1:] + "."
