"""Who is signed in: the id_token, verified against keys and an issuer that were agreed beforehand, never against anything
that the token itself names."""

import base64
import math
import re
from collections.abc import Mapping

import msgspec
from joserfc import jwt
from joserfc.errors import JoseError

from app.domain.outcome import No, Ok
from app.domain.session import SignedInUser
from app.launch.discovery import Discovery
from app.launch.jwks import ALGORITHMS, KeyRing
from app.launch.registration import EhrRegistration
from app.outbound import OutboundClient
from app.ports import Clock

LEEWAY_SECONDS = 60
_LONGEST = 16 * 1024
_USER = re.compile(
    r"(?:(?P<base>https?://[^\s?#]+)/)?"
    r"(?P<reference>(?:Practitioner|PractitionerRole|Patient|RelatedPerson|Person)/[A-Za-z0-9._-]{1,128})"
)


class IdTokenVerifier:
    """Verifies id_tokens of one EHR for one client id. Raises TryAgainLater when the keys cannot be fetched."""

    def __init__(
        self, registration: EhrRegistration, discovery: Discovery, client: OutboundClient, clock: Clock
    ) -> None:
        self._registration = registration
        self._discovery = discovery
        self._client = client
        self._clock = clock
        self._ring: KeyRing | None = None

    async def check(self, id_token: str, nonce: str) -> Ok[SignedInUser] | No:
        """Who signed in, or why the token is refused (a plain sentence without anything from the token)."""
        configuration = await self._discovery.configuration()
        if configuration.issuer is None or configuration.jwks_uri is None:
            return No("the EHR's SMART configuration names no issuer or no signing keys (jwks_uri)")
        header = _header(id_token)
        if isinstance(header, No):
            return header
        claims = await self._verified_claims(id_token, header.value, configuration.jwks_uri)
        if isinstance(claims, No):
            return claims
        refused = self._refusal(claims.value, configuration.issuer, nonce)
        return refused or signed_in_user(claims.value, self._registration.iss)

    async def _verified_claims(
        self, id_token: str, header: Mapping[str, object], jwks_uri: str
    ) -> Ok[Mapping[str, object]] | No:
        algorithm, kid = header.get("alg"), header.get("kid")
        if algorithm not in ALGORITHMS:
            return No("it is not signed in an accepted way (RS256, RS384, ES256 or ES384)")
        key = await self._key_ring(jwks_uri).key_for(str(algorithm), kid if isinstance(kid, str) else None)
        if key is None:
            return No("it is signed with a key that the EHR does not publish")
        try:
            return Ok(jwt.decode(id_token, key, algorithms=[str(algorithm)]).claims)
        except (JoseError, ValueError):
            return No("its signature is not right")

    def _key_ring(self, jwks_uri: str) -> KeyRing:
        if self._ring is None or self._ring.jwks_uri != jwks_uri:
            self._ring = KeyRing(jwks_uri, self._client, self._clock)
        return self._ring

    def _refusal(self, claims: Mapping[str, object], issuer: str, nonce: str) -> No | None:
        now = self._clock.now().timestamp()
        client = self._registration.client_id
        if claims.get("iss") != issuer:
            return No("it comes from another issuer")
        if not _is_meant_for(claims, client):
            return No("it is meant for another app")
        if not now <= _instant(claims, "exp", missing=0) + LEEWAY_SECONDS:
            return No("it has run out")
        if not now >= _instant(claims, "iat", missing=math.inf) - LEEWAY_SECONDS:
            return No("it was issued in the future")
        if claims.get("nonce") != nonce:
            return No("it belongs to another launch")
        return None


def signed_in_user(claims: Mapping[str, object], fhir_base: str) -> Ok[SignedInUser] | No:
    """The user of verified claims; `profile` is the older name of `fhirUser`. A base other than the EHR's own stays."""
    stated = claims.get("fhirUser", claims.get("profile"))
    match = _USER.fullmatch(stated) if isinstance(stated, str) else None
    if match is None:
        return No("it does not say who is signed in (fhirUser)")
    is_ours = match["base"] in (None, fhir_base)
    name = claims.get("name")
    return Ok(
        SignedInUser(match["reference"] if is_ours else match[0], name if isinstance(name, str) and name else None)
    )


def is_clinician(user: SignedInUser) -> bool:
    """True for a Practitioner or PractitionerRole; Sextant is a clinic's tool."""
    return user.reference.split("/")[-2] in ("Practitioner", "PractitionerRole")


def _header(id_token: str) -> Ok[Mapping[str, object]] | No:
    first = id_token.partition(".")[0]
    try:
        header = msgspec.json.decode(base64.urlsafe_b64decode(first + "=" * (-len(first) % 4)))
    except (ValueError, UnicodeError):
        header = None
    if len(id_token) > _LONGEST or not isinstance(header, dict):
        return No("it is not a signed token")
    return Ok(header)


def _is_meant_for(claims: Mapping[str, object], client: str) -> bool:
    audience = claims.get("aud")
    audiences = audience if isinstance(audience, list) else [audience]
    authorised_party = claims.get("azp")
    is_alone = len(audiences) == 1 and authorised_party is None
    return client in audiences and (is_alone or authorised_party == client)


def _instant(claims: Mapping[str, object], name: str, *, missing: float) -> float:
    """A time claim in seconds since 1970; `missing` is the value with which the check refuses."""
    value = claims.get(name)
    return missing if isinstance(value, bool) or not isinstance(value, int | float) else float(value)
