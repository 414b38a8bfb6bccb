"""One search, read to its last page, inside limits.

A `next` link is opaque and may be hostile, circular or dead: it is followed only inside the EHR's own base, once each, and
whatever stops it early makes the search partial. `total` is no proof of completeness, but rows that were announced and did
not come are a sign of the opposite; so is a link that does not say where it leads, and an entry that gives no row.
"""

import asyncio
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from app.domain.errors import LaunchAgain, RecordUnreadable, SextantError
from app.fhir_adapters.base.authorised import AuthorisedClient
from app.fhir_adapters.base.endings import (
    COMPLETE,
    SOMETHING_LEFT_OUT,
    Ending,
    failed,
    partial,
    refusal,
    says_incomplete,
)
from app.fhir_adapters.base.entries import Bundle, Entries, decode_bundle, entries_lost
from app.fhir_adapters.base.json_text import type_of
from app.fhir_adapters.base.profile import EhrProfile, Parameters
from app.outbound import Answer

_GONE = 410
_LONGEST_TOTAL = 12


class PagedSearch:
    """One search of one type; use once. Rows go into `entries` page by page, so that what came before a failure is kept."""

    def __init__(self, client: AuthorisedClient, profile: EhrProfile, entries: Entries, resource_type: str) -> None:
        self._client = client
        self._profile = profile
        self._entries = entries
        self._type = resource_type
        self._seen: set[str] = set()
        self._rows: frozenset[str] = frozenset()
        self._announced = 0
        self._lost = 0
        self._has_restarted = False
        self._is_incomplete = False
        self._leads_nowhere = False

    async def run(self, parameters: Parameters) -> Ending:
        """Ask and follow every page. Raises only LaunchAgain."""
        url: str | None = f"{self._type}?{urlencode(parameters)}"
        try:
            async with asyncio.timeout(self._profile.seconds):
                first = url
                while url is not None:
                    step = await self._page(url)
                    if isinstance(step, Ending):
                        return step
                    url = first if step is _AGAIN else step.url
        except TimeoutError:
            return self._stopped("The EHR took too long.")
        return self._ending()

    async def _page(self, url: str) -> "Ending | _Next":
        """Read one page: the way to the next one, or how the search ended."""
        if url in self._seen:
            return self._stopped("The EHR sent the same page twice.")
        self._seen.add(url)
        try:
            answer = await self._client.get(url, fresh=self._type in self._profile.always_fresh)
        except LaunchAgain:
            raise
        except SextantError as error:
            return self._stopped(str(error))
        if answer.is_ok:
            return self._take(answer)
        if answer.status == _GONE and len(self._seen) > 1 and not self._has_restarted:
            self._seen, self._rows, self._lost, self._has_restarted = set(), frozenset(), 0, True
            return _AGAIN
        return self._refused(answer)

    def _take(self, answer: Answer) -> "Ending | _Next":
        if type_of(answer.body) != "Bundle":
            return self._stopped("The EHR answered with something that is not a search result.")
        try:
            bundle = decode_bundle(answer.body)
            if bundle.type != "searchset":
                return self._stopped("The EHR answered with something that is not a search result.")
            self._add(bundle)
        except RecordUnreadable:
            return self._stopped("The EHR's answer could not be read.")
        return self._following(bundle)

    def _add(self, bundle: Bundle) -> None:
        outcomes_before = len(self._entries.outcomes)
        given = self._entries.add_found(bundle, self._type)
        new_outcomes = self._entries.outcomes[outcomes_before:]
        self._is_incomplete |= says_incomplete(new_outcomes, self._profile.harmless_outcomes)
        self._rows |= given.rows
        self._lost += given.lost
        self._announced = max(self._announced, announced(bundle.total))

    def _following(self, bundle: Bundle) -> "Ending | _Next":
        links = [link for link in bundle.link or () if link.relation in ("next", None)]
        url = next((link.url for link in links if link.relation and link.url), None)
        self._leads_nowhere |= url is None and bool(links)
        if url is not None and len(self._seen) >= self._profile.max_pages:
            return self._stopped("There are more pages than Sextant reads.")
        if url is not None and len(self._rows) >= self._profile.max_rows:
            return self._stopped("There are more rows than Sextant reads.")
        return _Next(url)

    def _refused(self, answer: Answer) -> Ending:
        ending = refusal(answer, self._profile.denied_codes)
        return self._stopped(ending.detail) if self._rows else ending

    def _stopped(self, detail: str) -> Ending:
        return partial(detail) if self._rows else failed(detail)

    def _ending(self) -> Ending:
        if len(self._rows) < self._announced:
            return partial("The EHR announced more rows than it sent.")
        if self._leads_nowhere:
            return partial("The EHR says that there is a next page, and not where.")
        if self._lost:
            return partial(entries_lost(self._lost))
        return SOMETHING_LEFT_OUT if self._is_incomplete else COMPLETE


class _Next:
    """Where the next page is; None after the last one."""

    __slots__ = ("url",)

    def __init__(self, url: str | None) -> None:
        self.url = url


_AGAIN = _Next(None)
"""The page had run out (410): start once more from the first."""


def announced(total: Any) -> int:
    """A total as a number, also where an EHR sends it as a text; 0 when it says nothing."""
    if isinstance(total, str) and total.isascii() and total.isdigit():
        return int(total[:_LONGEST_TOTAL])
    if isinstance(total, Decimal) and total.is_finite():
        return int(min(total, Decimal(10**_LONGEST_TOTAL)))
    return total if type(total) is int else 0
