"""A bearer token that is good now, for one open launch: renewed at 80 % of its life, one renewal at a time."""

import asyncio
from weakref import WeakValueDictionary

from app.domain.errors import LaunchAgain, TryAgainLater
from app.domain.session import LaunchSession, Tokens
from app.launch.errors import STALE
from app.launch.tokens import TokenEndpoint
from app.ports import Clock, SessionStore


class RenewalLocks:
    """One lock per launch while anybody holds it: two requests of one page must not both spend a refresh token."""

    def __init__(self) -> None:
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    def of(self, launch: str) -> asyncio.Lock:
        """The lock of a launch."""
        return self._locks.setdefault(launch, asyncio.Lock())


class SessionTokens:
    """The TokenSource of one open launch. Renewed tokens are stored, so that the next request finds them."""

    def __init__(
        self, session: LaunchSession, endpoint: TokenEndpoint, sessions: SessionStore, clock: Clock, locks: RenewalLocks
    ) -> None:
        self._launch = session.launch
        self._tokens = session.tokens
        self._endpoint = endpoint
        self._sessions = sessions
        self._clock = clock
        self._lock = locks.of(session.launch)

    async def bearer(self) -> str:
        """The token, renewed first when 80 % of its life is over. Raises LaunchAgain when it has ended for good."""
        if self._is_due(self._tokens):
            async with self._lock:
                self._tokens = self._stored()
                if self._is_due(self._tokens):
                    self._tokens = await self._renewed_or_still_good()
        return self._tokens.access.reveal()

    async def renewed(self) -> str:
        """A new token after the EHR refused the present one; somebody else's renewal since then counts."""
        refused = self._tokens.access
        async with self._lock:
            self._tokens = self._stored()
            if self._tokens.access == refused:
                self._tokens = await self._renew(self._tokens)
        return self._tokens.access.reveal()

    def _is_due(self, tokens: Tokens) -> bool:
        return self._clock.now() >= (tokens.renew_at or tokens.expires_at)

    async def _renewed_or_still_good(self) -> Tokens:
        is_good = self._clock.now() < self._tokens.expires_at
        if is_good and self._tokens.refresh is None:
            return self._tokens
        try:
            return await self._renew(self._tokens)
        except TryAgainLater:
            if is_good:
                return self._tokens
            raise

    async def _renew(self, tokens: Tokens) -> Tokens:
        try:
            fresh = await self._endpoint.renew(tokens)
        except LaunchAgain:
            # Another process may have spent this refresh token a moment ago: then its tokens are in the store.
            found = self._stored()
            if found.access != tokens.access:
                return found
            raise
        self._sessions.replace_tokens(self._launch, fresh)
        return fresh

    def _stored(self) -> Tokens:
        session = self._sessions.find(self._launch)
        if session is None:
            raise LaunchAgain(STALE)
        return session.tokens
