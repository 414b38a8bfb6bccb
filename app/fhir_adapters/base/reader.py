"""Reads one person's chart from one FHIR R4 server: all feeds side by side, each ending in a state of its own.

The person and the medicines are asked for first, so that whoever waits can be told the dose while the rest is being read.

A feed is asked for only when the launch was granted it and the EHR offers it. Whatever happens to one search stays with its
feed; even without the Patient the rest is read.
"""

import asyncio
import logging
import time
from collections.abc import Coroutine, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from urllib.parse import quote
from zoneinfo import ZoneInfo

from app.domain.errors import LaunchAgain, RecordUnreadable, SextantError
from app.domain.feeds import Feed, Feeds, FeedState, FeedStatus
from app.domain.medication import Dispense, Order, Statement
from app.domain.record import PatientRecord
from app.domain.scopes import GrantedScopes, Reach
from app.fhir_adapters.base.authorised import AuthorisedClient
from app.fhir_adapters.base.capability import Capability, CapabilityCache
from app.fhir_adapters.base.endings import (
    COMPLETE,
    NOT_GRANTED,
    NOT_OFFERED,
    PART_GRANTED,
    Ending,
    failed,
    feed_state,
    refusal,
)
from app.fhir_adapters.base.entries import Entries, Row
from app.fhir_adapters.base.feeds import states_pdmp, without_others
from app.fhir_adapters.base.medications import UNNAMED
from app.fhir_adapters.base.paging import PagedSearch
from app.fhir_adapters.base.profile import EhrProfile, Parameters, Search
from app.outbound import Answer, OutboundClient
from app.ports import MedicinesIn, TokenSource

log = logging.getLogger("sextant.reading")

_PERSON = Search("Patient")
"""Stands among the searches for the read of the person, which is none."""
_MEDICINE_FEEDS = (Feed.MEDICATIONS, Feed.DISPENSES)
_STILL_BEING_READ = FeedState(FeedStatus.FAILED, "It is still being read.")
_MEDICINES_MISSING = "Some medicines that orders refer to could not be looked up."


class FhirReader:
    """A RecordSource over HTTP. `client` is fenced to the EHR's FHIR base; `capabilities` is shared by its readers."""

    def __init__(
        self,
        client: OutboundClient,
        tokens: TokenSource,
        granted: GrantedScopes,
        profile: EhrProfile,
        zone: ZoneInfo,
        capabilities: CapabilityCache,
    ) -> None:
        self._client = client
        self._tokens = tokens
        self._granted = granted
        self._profile = profile
        self._zone = zone
        self._capabilities = capabilities

    async def read(self, patient: str, medicines_in: MedicinesIn | None = None) -> PatientRecord:
        """The chart of "Patient/id". Raises LaunchAgain when the token is over; everything else is in `record.feeds`."""
        started = time.monotonic()
        reading = _Reading(
            patient,
            AuthorisedClient(self._client, self._tokens),
            self._granted,
            self._profile,
            await self._capabilities.get(),
            Entries(self._zone),
            asyncio.Semaphore(self._profile.side_by_side),
        )
        record = await reading.record(medicines_in)
        milliseconds = round((time.monotonic() - started) * 1000)
        log.info("chart read: %d rows, %d unreadable in %d ms", reading.rows, len(record.unreadable), milliseconds)
        return record


@dataclass(frozen=True)
class _Reading:
    """One reading under way."""

    patient: str
    client: AuthorisedClient
    granted: GrantedScopes
    profile: EhrProfile
    capability: Capability
    entries: Entries
    slots: asyncio.Semaphore
    endings: dict[Search, Ending] = field(default_factory=dict)
    looked_up: set[str] = field(default_factory=set)

    @property
    def rows(self) -> int:
        """How many rows came."""
        return len(self.entries.rows)

    async def record(self, medicines_in: MedicinesIn | None) -> PatientRecord:
        """Ask everything side by side, what the dose needs first, then build the record."""
        plan = searches_of(self.profile, self.granted)
        first = (_PERSON, *(search for feed in _MEDICINE_FEEDS for search in plan.get(feed, ())))
        everything = dict.fromkeys((*first, *(search for each in plan.values() for search in each)))

        async def ask(search: Search) -> None:
            self.endings[search] = await (self._person() if search == _PERSON else self._ending_of(search))
            if medicines_in and search in first and self.endings.keys() >= set(first):
                await self._fetch_medicines()
                medicines_in(lambda: self._built(plan, self.entries.so_far()))

        await _all([ask(search) for search in everything])
        await self._fetch_medicines()
        if others := self.entries.rows_of_others(self.patient):
            log.warning("the EHR sent %d rows of other people; they were left out", len(others))
        return self._built(plan, self.entries)

    def _built(self, plan: Mapping[Feed, Sequence[Search]], entries: Entries) -> PatientRecord:
        """The record of what has come; a feed whose searches have not all ended is still being read."""
        states = {feed: self._state(feed, searches) for feed, searches in plan.items()}
        feeds = Feeds({**states, Feed.PDMP: _pdmp(entries.rows_of(self.patient))})
        feeds = without_others(feeds, entries.rows_of_others(self.patient))
        return _with_medicines_told_apart(entries.record(self.patient, feeds))

    def _state(self, feed: Feed, searches: Sequence[Search]) -> FeedState:
        """The state of one feed from its searches, the read of the person before all others of its feed."""
        searches = (_PERSON, *searches) if feed is Feed.PATIENT else searches
        if not self.endings.keys() >= set(searches):
            return _STILL_BEING_READ
        main, *others = [self.endings[search] for search in searches]
        return feed_state(main, others)

    async def _person(self) -> Ending:
        if not self.capability.offers("Patient", "read"):
            return NOT_OFFERED
        if self.granted.reach("Patient", "r") is Reach.NOTHING:
            return NOT_GRANTED
        ending = await self._read(self.patient)
        if ending is COMPLETE and self.patient not in self.entries.rows:
            return failed("The person's details could not be read.")
        return ending

    async def _read(self, reference: str) -> Ending:
        """Read one resource by its reference into the entries."""
        kind, _, resource_id = reference.partition("/")
        try:
            async with self.slots, asyncio.timeout(self.profile.seconds):
                answer = await self.client.get(f"{kind}/{quote(resource_id, safe='')}")
            if not answer.is_ok:
                return _refused_read(answer, self.profile)
            self.entries.add(answer.body, asked=kind)
        except LaunchAgain:
            raise
        except TimeoutError:
            return failed("The EHR took too long.")
        except RecordUnreadable:
            return failed("The EHR's answer could not be read.")
        except SextantError as error:
            return failed(str(error))
        return COMPLETE

    async def _ending_of(self, search: Search) -> Ending:
        if not self.capability.offers(search.resource_type, "search-type"):
            return NOT_OFFERED
        if self.granted.allows_search(search.resource_type, search.parameters):
            return await self._search(search, search.parameters)
        return await self._search_parts(search)

    async def _search_parts(self, search: Search) -> Ending:
        """Ask for the parts of a type that were granted, when only parts were (`Condition.rs?category=...`)."""
        if search.parameters:
            return NOT_GRANTED
        parts = self.granted.narrowings(search.resource_type, "s")
        if not parts:
            return NOT_GRANTED
        endings = [await self._search(search, part) for part in parts]
        return next((ending for ending in endings if ending is not COMPLETE), PART_GRANTED)

    async def _search(self, search: Search, parameters: Parameters) -> Ending:
        """Ask with everything optional, and once more plainly when the EHR dislikes the question."""
        asked = (("patient", self.patient.partition("/")[2]), *parameters)
        sized = (("_count", str(self.profile.page_size)),) if self.profile.page_size else ()
        async with self.slots:
            ending = await self._paged(search.resource_type).run((*asked, *search.optional, *sized))
            if ending.is_parameters and (search.optional or sized):
                ending = await self._paged(search.resource_type).run(asked)
        if ending.status is FeedStatus.NOT_OFFERED and self.capability.is_known:
            return failed("The EHR says that it offers this, and did not know the question.")
        return ending

    def _paged(self, resource_type: str) -> PagedSearch:
        return PagedSearch(self.client, self.profile, self.entries, resource_type)

    async def _fetch_medicines(self) -> None:
        """Look up medicines that did not come along, one request each and once; the ones that fail stay unresolved."""
        if self.granted.reach("Medication", "r") is Reach.NOTHING:
            return
        unknown = [name for name in self.entries.missing_medications() if name not in self.looked_up]
        missing = unknown[: self.profile.max_medicines - len(self.looked_up)]
        self.looked_up.update(missing)
        await _all([self._read(reference) for reference in missing])


def searches_of(profile: EhrProfile, granted: GrantedScopes) -> dict[Feed, tuple[Search, ...]]:
    """The searches of each feed; one search for all observations where the profile wants that and the grant allows it."""
    if not (profile.whole_observations and granted.allows_search("Observation")):
        return dict(profile.searches)
    whole = Search("Observation")
    return {
        feed: tuple(whole if search.resource_type == "Observation" else search for search in searches)
        for feed, searches in profile.searches.items()
    }


def _pdmp(rows: Iterable[Row]) -> FeedState:
    if states_pdmp(rows):
        return FeedState(FeedStatus.AVAILABLE, "A check is on record.")
    return FeedState(FeedStatus.NOT_OFFERED, "No source of prescription monitoring data is connected.")


def _refused_read(answer: Answer, profile: EhrProfile) -> Ending:
    """For a single resource, "not found" says nothing about what the EHR offers."""
    ending = refusal(answer, profile.denied_codes)
    if ending.status is FeedStatus.NOT_OFFERED or answer.status == 410:
        return failed(f"The EHR does not know it ({answer.status}).")
    return ending


def _with_medicines_told_apart(record: PatientRecord) -> PatientRecord:
    """A medicine that was referred to, could not be looked up and has no name at all may be anything."""
    feeds = record.feeds
    listed: tuple[tuple[Feed, Sequence[Order | Statement | Dispense]], ...] = (
        (Feed.MEDICATIONS, (*record.orders, *record.statements)),
        (Feed.DISPENSES, record.dispenses),
    )
    for feed, entries in listed:
        if feeds.of(feed).is_complete and any(_is_nameless(entry) for entry in entries):
            feeds = feeds.with_state(feed, FeedState(FeedStatus.PARTIAL, _MEDICINES_MISSING))
    return replace(record, feeds=feeds)


def _is_nameless(entry: Order | Statement | Dispense) -> bool:
    return UNNAMED in entry.unreadable and entry.medication.reference is not None


async def _all(work: Sequence[Coroutine[None, None, object]]) -> None:
    """Run side by side. LaunchAgain from one ends the others, since none of them can succeed."""
    try:
        async with asyncio.TaskGroup() as group:
            for each in work:
                group.create_task(each)
    except* LaunchAgain as ended:
        raise ended.exceptions[0] from None
