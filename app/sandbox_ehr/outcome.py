"""Saying no in FHIR."""

from __future__ import annotations

from dataclasses import dataclass

import msgspec


@dataclass(frozen=True)
class Refused:
    """An answer of our own instead of the store's: HTTP status, FHIR issue code, words."""

    status: int
    code: str
    text: str

    def body(self) -> bytes:
        issue = {"severity": "error", "code": self.code, "diagnostics": self.text}
        return msgspec.json.encode({"resourceType": "OperationOutcome", "issue": [issue]})


NOT_FOUND = Refused(404, "not-found", "There is no such resource in this patient's chart.")
NOT_THIS_PATIENT = Refused(403, "forbidden", "The token is for one patient, and this is not only that patient's.")
NOT_OFFERED = Refused(405, "not-supported", "This interaction is not offered to apps in a patient's chart.")


def no_scope(kind: str, letter: str) -> Refused:
    return Refused(403, "forbidden", f"The token's scopes do not include patient/{kind}.{letter}.")
