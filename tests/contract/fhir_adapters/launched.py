"""A running server with a way in, and small real stand-ins for what a launch gives: a good token, an open session."""

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import httpx

from app.domain.session import LaunchSession, Secret, Tokens
from app.fhir_adapters import FhirEhr
from app.fhir_adapters.hapi import HAPI
from app.outbound import Limits, OriginFence, OutboundClient
from app.ports import EhrConnection, TokenSource
from tests.smart_dance import Dance


@dataclass
class Tokener:
    """A TokenSource whose token is good and is never renewed."""

    token: str

    async def bearer(self) -> str:
        return self.token

    async def renewed(self) -> str:
        raise AssertionError("the server refused a token that is good")


@dataclass
class Relauncher:
    """A TokenSource that launches again when its token was refused."""

    server: "FhirServer"
    patient: str
    token: str = ""
    renewals: int = 0

    async def bearer(self) -> str:
        self.token = self.token or await asyncio.to_thread(self.server.token, self.patient)
        return self.token

    async def renewed(self) -> str:
        self.renewals += 1
        self.token = await asyncio.to_thread(self.server.token, self.patient)
        return self.token


def open_session(patient: str) -> LaunchSession:
    """A launch that was granted everything."""
    now = datetime(2026, 11, 24, tzinfo=UTC)
    tokens = Tokens(Secret("unused"), now, ("patient/*.cruds",))
    return LaunchSession("launch", "browser", "ehr", patient, "Practitioner/d1", tokens, now)


@dataclass
class FhirServer:
    """One running server. `launch_base` is where a launch gives a token; None: the server asks for none."""

    base_url: str
    launch_base: str | None = None

    def token(self, patient: str) -> str:
        """A token for one person's chart."""
        if self.launch_base is None:
            return "none needed"
        dance = Dance(self.launch_base, client_id="contract")
        return str(dance.launch(patient.partition("/")[2])["access_token"])

    def connect(
        self, patient: str, token: str | None = None, tokens: TokenSource | None = None
    ) -> tuple[EhrConnection, OutboundClient]:
        """The adapter under test, and its client (to be closed in the same event loop)."""
        fence = OriginFence([self.base_url], loopback_development=True)
        limits = Limits(first_wait=0.05, read_total_seconds=4, write_total_seconds=4)
        client = OutboundClient(fence, loopback_development=True, limits=limits)
        ehr = FhirEhr(client, HAPI, ZoneInfo("America/Chicago"))
        return ehr.connect(tokens or Tokener(token or self.token(patient)), open_session(patient)), client

    def others(self, patient: str) -> httpx.Client:
        """Somebody else who works on the same chart, without our adapter."""
        headers = {"Authorization": f"Bearer {self.token(patient)}", "Content-Type": "application/fhir+json"}
        return httpx.Client(base_url=self.base_url + "/", headers=headers, timeout=60, trust_env=False)
