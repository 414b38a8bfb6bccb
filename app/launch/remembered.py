"""A document of the EHR (discovery, keys), fetched when needed and kept for a while."""

import asyncio
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Generic, TypeVar

from app.domain.errors import TryAgainLater
from app.ports import Clock

T = TypeVar("T")

SHORTEST = timedelta(minutes=5)
USUAL = timedelta(hours=1)
LONGEST = timedelta(hours=24)
BETWEEN_FORCED = timedelta(minutes=1)

_MAX_AGE = re.compile(r"(?:^|[\s,])max-age=(\d{1,9})(?:$|[\s,])")


@dataclass(frozen=True, slots=True)
class _Kept(Generic[T]):
    value: T
    fetched_at: datetime
    fresh_for: timedelta


class Remembered(Generic[T]):
    """One document. `fetch` gives its value and how long it stays fresh; one fetch at a time."""

    def __init__(self, fetch: Callable[[], Awaitable[tuple[T, timedelta]]], clock: Clock) -> None:
        self._fetch = fetch
        self._clock = clock
        self._kept: _Kept[T] | None = None
        self._fetching = asyncio.Lock()

    async def value(self) -> T:
        """The document. One that is no longer fresh still serves while the EHR is down, for at most a day."""
        async with self._fetching:
            kept = self._kept
            if kept and self._age(kept) < kept.fresh_for:
                return kept.value
            try:
                return await self._fetch_now()
            except TryAgainLater:
                if kept and self._age(kept) < LONGEST:
                    return kept.value
                raise

    async def newer(self) -> T:
        """The document fetched anew because it lacked something; not when it was fetched within the last minute."""
        async with self._fetching:
            kept = self._kept
            if kept and self._age(kept) < BETWEEN_FORCED:
                return kept.value
            return await self._fetch_now()

    def _age(self, kept: _Kept[T]) -> timedelta:
        return self._clock.now() - kept.fetched_at

    async def _fetch_now(self) -> T:
        value, fresh_for = await self._fetch()
        self._kept = _Kept(value, self._clock.now(), fresh_for)
        return value


def fresh_for(headers: Mapping[str, str]) -> timedelta:
    """How long the sender wants an answer kept (`Cache-Control: max-age`), within five minutes and a day."""
    match = _MAX_AGE.search(headers.get("cache-control", ""))
    stated = timedelta(seconds=int(match[1])) if match else USUAL
    return min(max(stated, SHORTEST), LONGEST)
