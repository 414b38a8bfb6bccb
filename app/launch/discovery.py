"""Discovery: `{iss}/.well-known/smart-configuration`, reduced to what the launch uses, every address checked.

An address on a host that nobody agreed on is never followed: a changed host is an alert for an administrator.
"""

import logging
from dataclasses import dataclass
from datetime import timedelta

from app.domain.errors import AskAnAdministrator, NotPermitted, RecordUnreadable, TryAgainLater
from app.launch.registration import EhrRegistration
from app.launch.remembered import Remembered, fresh_for
from app.outbound import Answer, OriginFence, OutboundClient
from app.ports import Clock

log = logging.getLogger("sextant.launch")


@dataclass(frozen=True, slots=True)
class SmartConfiguration:
    """What an EHR says of itself. Addresses are absolute and on agreed hosts; `issuer` is compared, never requested."""

    authorization_endpoint: str
    token_endpoint: str
    issuer: str | None
    jwks_uri: str | None
    revocation_endpoint: str | None
    capabilities: frozenset[str]


class Discovery:
    """The configuration of one EHR, kept between five minutes and a day."""

    def __init__(self, registration: EhrRegistration, client: OutboundClient, clock: Clock) -> None:
        self._registration = registration
        self._client = client
        self._remembered = Remembered(self._fetch, clock)

    async def configuration(self) -> SmartConfiguration:
        """Raises TryAgainLater when the EHR does not answer, AskAnAdministrator when the answer cannot be used."""
        return await self._remembered.value()

    async def _fetch(self) -> tuple[SmartConfiguration, timedelta]:
        answer = await self._client.get_json(f"{self._registration.iss}/.well-known/smart-configuration")
        return read_configuration(_document(answer), self._registration), fresh_for(answer.headers)


def read_configuration(document: dict[str, object], registration: EhrRegistration) -> SmartConfiguration:
    """Check one discovery document. Raises AskAnAdministrator, naming the entry that cannot be used."""
    methods = document.get("code_challenge_methods_supported")
    if isinstance(methods, list) and "S256" not in methods:
        raise AskAnAdministrator("The EHR does not offer PKCE with S256, which Sextant requires.")
    fence = registration.fence()
    return SmartConfiguration(
        authorization_endpoint=_required(document, "authorization_endpoint", fence),
        token_endpoint=_required(document, "token_endpoint", fence),
        issuer=registration.issuer or _text(document, "issuer"),
        jwks_uri=_endpoint(document, "jwks_uri", fence),
        revocation_endpoint=_endpoint(document, "revocation_endpoint", fence),
        capabilities=_texts(document, "capabilities"),
    )


def _document(answer: Answer) -> dict[str, object]:
    if answer.status == 429 or answer.status >= 500:
        raise TryAgainLater(f"The EHR did not say how to sign in ({answer.status}). Try again in a minute.")
    if not answer.is_ok:
        raise AskAnAdministrator(
            f"The EHR has no SMART configuration at its FHIR address ({answer.status}). Is `iss` the FHIR base?"
        )
    try:
        document = answer.json()
    except RecordUnreadable:
        document = None
    if not isinstance(document, dict):
        raise AskAnAdministrator("The EHR's SMART configuration is not a JSON object.")
    return document


def _required(document: dict[str, object], name: str, fence: OriginFence) -> str:
    found = _endpoint(document, name, fence)
    if found is None:
        raise AskAnAdministrator(f"The EHR's SMART configuration has no {name}.")
    return found


def _endpoint(document: dict[str, object], name: str, fence: OriginFence) -> str | None:
    stated = _text(document, name)
    if stated is None:
        return None
    try:
        return fence.resolve(stated)  # old servers state relative addresses, meant against the FHIR base
    except NotPermitted:
        log.error("discovery names a %s on a host that is not agreed; it was not followed", name)
        raise AskAnAdministrator(
            f"The EHR's {name} lies on a host that is not on its list. If the EHR has moved, add the host to `allowed_hosts`."
        ) from None


def _text(document: dict[str, object], name: str) -> str | None:
    value = document.get(name)
    return value if isinstance(value, str) and value else None


def _texts(document: dict[str, object], name: str) -> frozenset[str]:
    values = document.get(name)
    return frozenset(v for v in values if isinstance(v, str)) if isinstance(values, list) else frozenset()
