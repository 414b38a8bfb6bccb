"""Encryption at rest: AES-256-GCM under a key derived from the secret key, each row bound to its own id.

The id is associated data: a sealed value that is copied into another row no longer opens there.
"""

import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from app.domain.session import Secret

_FORMAT = b"\x01"
_NONCE_BYTES = 12


class Seal:
    """Closes and opens values. Another secret key opens nothing: changing it ends all open sessions."""

    def __init__(self, secret_key: Secret) -> None:
        derived = HKDF(SHA256(), length=32, salt=None, info=b"sextant: sessions at rest, 1")
        self._cipher = AESGCM(derived.derive(secret_key.reveal().encode()))

    def close(self, plain: bytes, row: str) -> bytes:
        """Encrypt a value for the row with this id."""
        nonce = os.urandom(_NONCE_BYTES)
        return _FORMAT + nonce + self._cipher.encrypt(nonce, plain, _FORMAT + row.encode())

    def open(self, sealed: bytes, row: str) -> bytes | None:
        """The value, or None when it was sealed with another key, for another row, or was changed."""
        nonce, body = sealed[1 : 1 + _NONCE_BYTES], sealed[1 + _NONCE_BYTES :]
        if sealed[:1] != _FORMAT:
            return None
        try:
            return self._cipher.decrypt(nonce, body, _FORMAT + row.encode())
        except (InvalidTag, ValueError):
            return None
