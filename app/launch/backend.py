"""Backend Services: a token without anybody at a screen, for rows of the outbox whose launch is over.

`client_credentials` with a signed assertion (private_key_jwt). Such a token never stands for a person: who decided is in the
row, in the Flag's author and in the audit log.
"""

import asyncio
from dataclasses import dataclass

from app.domain.errors import AskAnAdministrator, LaunchAgain
from app.domain.session import Tokens
from app.launch.discovery import Discovery
from app.launch.registration import EhrRegistration
from app.launch.signing_keys import SigningKeys
from app.launch.tokens import members_of, read_tokens
from app.outbound import OutboundClient
from app.ports import Clock

_ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"


@dataclass(frozen=True, slots=True)
class BackendClient:
    """What was registered at the EHR for unattended work: a client id (often another one) and its `system/` scopes."""

    client_id: str
    scopes: tuple[str, ...]


class BackendTokens:
    """The TokenSource of one EHR's Backend Services. A token is kept until 80 % of its life is over."""

    def __init__(
        self,
        backend: BackendClient,
        registration: EhrRegistration,
        client: OutboundClient,
        keys: SigningKeys,
        clock: Clock,
    ) -> None:
        fenced = client.within(registration.fence())
        self._backend = backend
        self._discovery = Discovery(registration, fenced, clock)
        self._client = fenced
        self._keys = keys
        self._clock = clock
        self._lock = asyncio.Lock()
        self._tokens: Tokens | None = None

    async def bearer(self) -> str:
        """A token that is good now. Raises TryAgainLater, or AskAnAdministrator when the EHR refuses our registration."""
        async with self._lock:
            tokens = self._tokens
            if tokens is None or self._clock.now() >= (tokens.renew_at or tokens.expires_at):
                tokens = self._tokens = await self._fetch()
        return tokens.access.reveal()

    async def granted(self) -> tuple[str, ...]:
        """What the EHR granted, by its own answer: perhaps less than was asked for. Raises as `bearer` does."""
        await self.bearer()
        return self._tokens.scopes if self._tokens else ()

    async def renewed(self) -> str:
        """A new token after the EHR refused the present one."""
        async with self._lock:
            self._tokens = await self._fetch()
        return self._tokens.access.reveal()

    async def _fetch(self) -> Tokens:
        endpoint = (await self._discovery.configuration()).token_endpoint
        now = self._clock.now()
        form = {
            "grant_type": "client_credentials",
            "scope": " ".join(self._backend.scopes),
            "client_assertion_type": _ASSERTION_TYPE,
            "client_assertion": self._keys.assertion(self._backend.client_id, endpoint, now),
        }
        try:
            members = members_of(await self._client.post_form(endpoint, form))
        except LaunchAgain:
            raise AskAnAdministrator("The EHR refused Sextant's Backend Services client (invalid_grant).") from None
        return read_tokens(members, self._backend.scopes, now)
