"""The EHR's signing key and the id_tokens made with it."""

from __future__ import annotations

import secrets
import time
from dataclasses import dataclass
from typing import Any

from joserfc import jwt
from joserfc.jwk import RSAKey

from app.sandbox_ehr.tokens import Authorization

ID_TOKEN_SECONDS = 300


@dataclass(frozen=True)
class Signer:
    """Signs for one issuer. The issuer is deliberately not the FHIR base: real ones differ too."""

    issuer: str
    fhir_base: str
    key: RSAKey

    @classmethod
    def with_new_key(cls, issuer: str, fhir_base: str) -> Signer:
        return cls(issuer, fhir_base, new_key())

    def jwks(self) -> dict[str, Any]:
        return {"keys": [self.key.as_dict(private=False)]}

    def claims(self, authorization: Authorization) -> dict[str, Any]:
        """Claims of the id_token; `fhirUser` is an absolute URL."""
        now = int(time.time())
        user = f"{self.fhir_base}/{authorization.launch.user}"
        claims = {"iss": self.issuer, "sub": authorization.launch.user.replace("/", "-"), "fhirUser": user}
        claims |= {"aud": authorization.client_id}
        if authorization.nonce:
            claims["nonce"] = authorization.nonce
        return {**claims, "iat": now, "exp": now + ID_TOKEN_SECONDS}

    def id_token(self, authorization: Authorization) -> str:
        return self.signed(self.claims(authorization))

    def signed(self, claims: dict[str, Any], key: RSAKey | None = None) -> str:
        """`claims` as RS256; another `key` forges (same key id), for the tests of the app's checks."""
        header = {"alg": "RS256", "typ": "JWT", "kid": str(self.key.kid)}
        return jwt.encode(header, claims, key or self.key, algorithms=["RS256"])


def new_key() -> RSAKey:
    """A fresh 2048-bit key: nothing to store, nothing to leak, and clients must cope with rotation."""
    return RSAKey.generate_key(2048, {"kid": secrets.token_hex(8), "use": "sig", "alg": "RS256"})
