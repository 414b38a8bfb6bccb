"""False id_tokens on demand, to see whether an app notices."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable
from typing import Any

from app.sandbox_ehr.faults import Fault
from app.sandbox_ehr.signing import Signer, new_key
from app.sandbox_ehr.tokens import Authorization

# Correctly signed, but with one claim wrong.
_WRONG_CLAIMS: dict[str, dict[str, Any]] = {
    "nonce": {"nonce": "another"},
    "aud": {"aud": "another-app"},
    "iss": {"iss": "http://issuer.invalid"},
    "expired": {"iat": 1_600_000_000, "exp": 1_600_000_300},
    "patient_user": {"fhirUser": "Patient/not-a-clinician"},
}


def forged(signer: Signer, held: Authorization, struck: Iterable[Fault]) -> str | None:
    """The id_token that a `tampered_id_token` fault asks for by its value; None without such a fault.

    Values: `signature` (default: claims changed after signing), `foreign_key`, `none` (unsigned), or the
    name of a claim to falsify.
    """
    fault = next((fault for fault in struck if fault.kind == "tampered_id_token"), None)
    if fault is None:
        return None
    claims = signer.claims(held)
    if fault.value in _WRONG_CLAIMS:
        return signer.signed({**claims, **_WRONG_CLAIMS[fault.value]})
    if fault.value == "foreign_key":
        return signer.signed(claims, new_key())
    other = {**claims, "fhirUser": f"{signer.fhir_base}/Practitioner/somebody-else"}
    if fault.value == "none":
        return f"{_part({'alg': 'none'})}.{_part(other)}."
    head, _, signature = signer.signed(claims).split(".")
    return f"{head}.{_part(other)}.{signature}"


def _part(claims: dict[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(claims).encode()).rstrip(b"=").decode()
