"""The identifier of our Flags: the same person and rule give the same value, and the value says nothing about either.

A keyed hash (HMAC-SHA-256) with a secret of the site, so that nobody can test guesses of a patient id against it.
"""

import hashlib
import hmac
from collections.abc import Callable

SEPARATOR = "\x1f"
"""Stands in no FHIR id and no rule id: two different pairs never join to one text."""


def flag_identifier(secret: bytes, patient: str, rule: str) -> str:
    """The identifier of one person's Flag of one rule, as 64 hexadecimal digits. ValueError when the secret is empty."""
    if not secret:
        raise ValueError("the site's Flag secret is empty")
    return hmac.new(secret, f"{patient}{SEPARATOR}{rule}".encode(), hashlib.sha256).hexdigest()


def identify_with(secret: bytes) -> Callable[[str, str], str]:
    """(patient, rule) → identifier, for one site."""

    def identify(patient: str, rule: str) -> str:
        return flag_identifier(secret, patient, rule)

    return identify
