"""The public keys with which an EHR signs id_tokens."""

from collections.abc import Callable
from datetime import timedelta

from joserfc.errors import JoseError
from joserfc.jwk import ECKey, RSAKey

from app.domain.errors import AskAnAdministrator, RecordUnreadable, TryAgainLater
from app.launch.remembered import Remembered, fresh_for
from app.outbound import Answer, OutboundClient
from app.ports import Clock

PublicKey = RSAKey | ECKey

_CURVES = {"ES256": "P-256", "ES384": "P-384"}
ALGORITHMS = ("RS256", "RS384", *_CURVES)
"""The signatures that are accepted. Neither `none` nor HMAC: with those anybody, or the client secret, could sign."""

_SMALLEST_RSA_BITS = 2048


class KeyRing:
    """The keys of one `jwks_uri`, kept between five minutes and a day; an unknown `kid` looks again, once a minute."""

    def __init__(self, jwks_uri: str, client: OutboundClient, clock: Clock) -> None:
        self.jwks_uri = jwks_uri
        self._client = client
        self._remembered = Remembered(self._fetch, clock)

    async def key_for(self, algorithm: str, kid: str | None) -> PublicKey | None:
        """The one key that fits. Without a `kid`, exactly one key must fit, for some servers name none."""
        found = _only(await self._remembered.value(), algorithm, kid)
        return found or _only(await self._remembered.newer(), algorithm, kid)

    async def _fetch(self) -> tuple[tuple[PublicKey, ...], timedelta]:
        answer = await self._client.get_json(self.jwks_uri)
        return read_keys(answer), fresh_for(answer.headers)


def read_keys(answer: Answer) -> tuple[PublicKey, ...]:
    """The RSA and EC keys of a key set. Keys that we cannot use are passed over: sets hold keys for other purposes."""
    if answer.status == 429 or answer.status >= 500:
        raise TryAgainLater(f"The EHR did not give its signing keys ({answer.status}). Try again in a minute.")
    try:
        body = answer.json() if answer.is_ok else None
    except RecordUnreadable:
        body = None
    stated = body.get("keys") if isinstance(body, dict) else None
    if not isinstance(stated, list):
        raise AskAnAdministrator("The EHR's signing keys (jwks_uri) cannot be read.")
    return tuple(key for key in map(_public_key, stated) if key is not None)


def _public_key(stated: object) -> PublicKey | None:
    readers: dict[object, Callable[..., PublicKey]] = {"RSA": RSAKey.import_key, "EC": ECKey.import_key}
    if not isinstance(stated, dict) or stated.get("use", "sig") != "sig" or stated.get("kty") not in readers:
        return None
    try:
        key = readers[stated["kty"]](stated)
    except (JoseError, ValueError, TypeError, KeyError):
        return None
    is_weak = isinstance(key, RSAKey) and key.public_key.key_size < _SMALLEST_RSA_BITS
    return None if is_weak else key


def _only(keys: tuple[PublicKey, ...], algorithm: str, kid: str | None) -> PublicKey | None:
    fitting = [key for key in keys if _fits(key, algorithm) and kid in (None, key.get("kid"))]
    return fitting[0] if len(fitting) == 1 else None


def _fits(key: PublicKey, algorithm: str) -> bool:
    if key.get("alg") not in (None, algorithm):
        return False
    if isinstance(key, RSAKey):
        return algorithm.startswith("RS")
    return key.curve_name == _CURVES.get(algorithm)
