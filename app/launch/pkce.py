"""Random values and PKCE (RFC 7636). Only S256: `plain` protects nothing."""

import base64
import hashlib
import secrets

from app.domain.session import Secret


def random_id() -> str:
    """256 random bits in 43 URL-safe characters: state, nonce, launch id, browser id, form token."""
    return secrets.token_urlsafe(32)


def new_code_verifier() -> Secret:
    """A code verifier: 64 characters, within the 43 to 128 that RFC 7636 allows."""
    return Secret(secrets.token_urlsafe(48))


def s256_challenge(verifier: Secret) -> str:
    """The code challenge: base64url of the verifier's SHA-256, without padding."""
    digest = hashlib.sha256(verifier.reveal().encode("ascii")).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode("ascii")
