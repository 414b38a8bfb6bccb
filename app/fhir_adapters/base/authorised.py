"""Requests to one EHR with a bearer token: renewed once when the EHR refuses it, and only ever sent inside the fence."""

import asyncio
from collections.abc import Mapping

from app.domain.errors import LaunchAgain
from app.outbound import Answer, OutboundClient
from app.ports import TokenSource

FHIR_JSON = "application/fhir+json"


class AuthorisedClient:
    """`client` is fenced to one FHIR base; relative URLs are below it. Raises what `OutboundClient` raises, and LaunchAgain
    when the token cannot be renewed."""

    def __init__(self, client: OutboundClient, tokens: TokenSource) -> None:
        self._client = client
        self._tokens = tokens
        self._renewing = asyncio.Lock()
        self._renewed_from: str | None = None
        self._renewed_to: str | None = None

    async def get(self, url: str, *, fresh: bool = False) -> Answer:
        """GET; `fresh` asks past the server's cache of searches (for look-ups that decide a write)."""
        return await self.send("GET", url, headers={"Cache-Control": "no-cache"} if fresh else {})

    async def send(
        self, method: str, url: str, *, headers: Mapping[str, str] | None = None, content: bytes | None = None
    ) -> Answer:
        """One request, and once more with a renewed token when the answer is 401: a refused request had no effect."""
        token = await self._tokens.bearer()
        answer = await self._once(method, url, headers, content, token)
        if answer.status != 401:
            return answer
        return await self._once(method, url, headers, content, await self._renewed(token))

    async def _once(
        self, method: str, url: str, headers: Mapping[str, str] | None, content: bytes | None, token: str
    ) -> Answer:
        sent = {"Accept": FHIR_JSON, "Authorization": f"Bearer {token}", **(headers or {})}
        if content is not None:
            sent["Content-Type"] = FHIR_JSON
        return await self._client.request(method, url, headers=sent, content=content)

    async def _renewed(self, refused: str) -> str:
        """A dozen searches side by side may be refused together: the first one renews, the others take its token."""
        async with self._renewing:
            if self._renewed_from != refused or self._renewed_to is None:
                self._renewed_to = await self._tokens.renewed()
                self._renewed_from = refused
            if self._renewed_to == refused:
                raise LaunchAgain("The EHR no longer accepts this launch; open Sextant from the chart again.")
            return self._renewed_to
