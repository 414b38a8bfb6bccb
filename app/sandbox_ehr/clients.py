"""The apps registered with this EHR, as data."""

from __future__ import annotations

import base64
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import unquote_plus

APP_CALLBACK = "http://localhost:8200/callback"

# What a clinic would tick for Sextant in the EHR's registration form.
APP_SCOPES = (
    "launch", "openid", "fhirUser", "online_access", "offline_access",
    "patient/Patient.rs", "patient/Encounter.rs", "patient/Appointment.rs",
    "patient/MedicationRequest.rs", "patient/MedicationDispense.rs", "patient/MedicationStatement.rs",
    "patient/Medication.rs", "patient/Observation.rs", "patient/Condition.rs", "patient/Procedure.rs",
    "patient/DeviceUseStatement.rs",
    "patient/QuestionnaireResponse.rs", "patient/DiagnosticReport.rs", "patient/ServiceRequest.rs",
    "patient/CarePlan.rs", "patient/CareTeam.rs", "patient/Consent.rs", "patient/Goal.rs",
    "patient/AllergyIntolerance.rs", "patient/Coverage.rs", "patient/Binary.r",
    "patient/DocumentReference.cruds", "patient/Flag.cruds", "patient/Provenance.crs",
    "patient/Communication.crs", "patient/Task.cruds",
    "user/Practitioner.rs", "user/PractitionerRole.rs", "user/Organization.rs", "user/Location.rs",
)  # fmt: skip


@dataclass(frozen=True)
class Client:
    """One registered app. `secret` None makes it public: it then proves itself by PKCE alone."""

    client_id: str
    redirect_uris: tuple[str, ...] = (APP_CALLBACK,)
    scopes: tuple[str, ...] = APP_SCOPES
    secret: str | None = field(default=None, repr=False)

    @property
    def is_public(self) -> bool:
        return self.secret is None


@dataclass(frozen=True)
class Registry:
    """Clients by id."""

    clients: Mapping[str, Client]

    def find(self, client_id: str) -> Client | None:
        return self.clients.get(client_id)

    def authenticated(self, form: Mapping[str, str], authorization: str | None) -> Client | None:
        """The client that proved itself at the token endpoint, or None.

        A public client names itself in the form; a confidential one must use HTTP Basic.
        """
        if authorization is None:
            client = self.find(form.get("client_id", ""))
            return client if client and client.is_public else None
        client_id, secret = _basic(authorization)
        client = self.find(client_id)
        if client is None or client.secret is None or form.get("client_id", client_id) != client_id:
            return None
        return client if hmac.compare_digest(client.secret.encode(), secret.encode()) else None


def registered(client_id: str | None, secret: str | None, redirect_uris: tuple[str, ...]) -> Registry:
    """The registry: public `sextant-public`, and one more that is symmetric when there is a secret."""
    public = Client("sextant-public", redirect_uris or (APP_CALLBACK,))
    clients = {public.client_id: public}
    if client_id:
        clients[client_id] = replace(public, client_id=client_id, secret=secret)
    return Registry(clients)


def read_registry(text: str) -> Registry:
    """A registry from JSON: a list of `{client_id, redirect_uris?, scopes?, secret?}`."""
    rows = [{name: _frozen(value) for name, value in row.items()} for row in json.loads(text)]
    return Registry({row["client_id"]: Client(**row) for row in rows})


def _frozen(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


def _basic(authorization: str) -> tuple[str, str]:
    scheme, _, credentials = authorization.partition(" ")
    try:
        plain = base64.b64decode(credentials, validate=True).decode()
    except ValueError:
        return "", ""
    name, _, secret = plain.partition(":")
    # RFC 6749 section 2.3.1: both halves are form-encoded before they are joined.
    return (unquote_plus(name), unquote_plus(secret)) if scheme.lower() == "basic" else ("", "")
