"""Our own signing keys, for EHRs that know Sextant by its keys (private_key_jwt): a private JWK set in a file.

The first key signs; the public half of every key is published at `/.well-known/jwks.json`, so that a key is known to an EHR
before it is used, and an old one as long as EHRs remember it.
"""

import json
import secrets
from datetime import datetime, timedelta
from pathlib import Path

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, KeySet, RSAKey

from app.domain.errors import AskAnAdministrator

JWKS_PATH = "/.well-known/jwks.json"
_LIFE = timedelta(minutes=4)  # SMART allows five
_SMALLEST_RSA_BITS = 2048

HOW_TO_MAKE_KEYS = (
    "Make a file with: python -m app.launch.new_signing_keys > signing-keys.json (and keep it to yourself)."
)


class SigningKeys:
    """The keys of one file. Raises AskAnAdministrator when it holds none that EHRs take (RS384 or ES384, each with a kid)."""

    def __init__(self, text: str) -> None:
        try:
            stated = json.loads(text)["keys"]
            self._keys = tuple(_key(each) for each in stated)
        except (ValueError, KeyError, TypeError, JoseError):
            raise AskAnAdministrator(f"The signing keys cannot be read. {HOW_TO_MAKE_KEYS}") from None
        if not self._keys or len({key.get("kid") for key in self._keys}) != len(self._keys):
            raise AskAnAdministrator(f"Each signing key needs a kid of its own. {HOW_TO_MAKE_KEYS}")

    def public(self) -> dict[str, object]:
        """The JWK set that is published: no private part."""
        return {"keys": [_public(key) for key in self._keys]}

    def assertion(self, client_id: str, token_endpoint: str, now: datetime) -> str:
        """A new client assertion: good for one request to one address, for four minutes."""
        key = self._keys[0]
        header = {"alg": _algorithm(key), "kid": str(key.get("kid")), "typ": "JWT"}
        claims = {
            "iss": client_id,
            "sub": client_id,
            "aud": token_endpoint,
            "iat": int(now.timestamp()),
            "exp": int((now + _LIFE).timestamp()),
            "jti": secrets.token_urlsafe(32),
        }
        return jwt.encode(header, claims, key, algorithms=[header["alg"]])


def keys_of_file(path: Path) -> SigningKeys:
    """The keys of a file. Raises AskAnAdministrator."""
    try:
        return SigningKeys(path.read_text(encoding="utf8"))
    except (OSError, UnicodeDecodeError):
        raise AskAnAdministrator(f"The file of signing keys cannot be read. {HOW_TO_MAKE_KEYS}") from None


def new_keys() -> str:
    """A private JWK set with one new ES384 key."""
    key = ECKey.generate_key("P-384", {"kid": secrets.token_urlsafe(12), "use": "sig", "alg": "ES384"}, private=True)
    return json.dumps(KeySet([key]).as_dict(private=True))


def _key(stated: dict[str, str | list[str]]) -> RSAKey | ECKey:
    key: RSAKey | ECKey = RSAKey.import_key(stated) if stated["kty"] == "RSA" else ECKey.import_key(stated)
    is_weak = isinstance(key, RSAKey) and key.public_key.key_size < _SMALLEST_RSA_BITS
    if not key.is_private or not stated.get("kid") or is_weak or (isinstance(key, ECKey) and key.curve_name != "P-384"):
        raise ValueError
    return key


def _algorithm(key: RSAKey | ECKey) -> str:
    return "RS384" if isinstance(key, RSAKey) else "ES384"


def _public(key: RSAKey | ECKey) -> dict[str, object]:
    return {**key.as_dict(private=False), "kid": key.get("kid"), "use": "sig", "alg": _algorithm(key)}
