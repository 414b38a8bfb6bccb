"""A SMART EHR launch done by hand with httpx, sharing nothing with app/launch: the tests' second opinion."""

from __future__ import annotations

import base64
import hashlib
import html
import re
import secrets
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx

CALLBACK = "http://localhost:8200/callback"


@dataclass
class Dance:
    """One launch, step by step; each step may be done wrongly by overriding its parameters."""

    base_url: str
    client_id: str = "sextant-public"
    secret: str | None = None
    redirect_uri: str = CALLBACK
    scope: str = "launch openid fhirUser online_access patient/*.cruds"
    verifier: str = field(default_factory=lambda: secrets.token_urlsafe(48))
    state: str = field(default_factory=lambda: secrets.token_urlsafe(24))
    nonce: str = field(default_factory=lambda: secrets.token_urlsafe(24))

    def open_app(self, patient: str) -> dict[str, str]:
        """`iss` and `launch` as the chart's frame hands them to the app."""
        page = httpx.get(f"{self.base_url}/chart/{patient}/app").raise_for_status().text
        found = re.search(r'<iframe[^>]* src="([^"]+)"', page)
        assert found, "the chart has no frame"
        return _query(html.unescape(found.group(1)))

    def discover(self) -> dict[str, Any]:
        url = f"{self.base_url}/fhir/.well-known/smart-configuration"
        configuration: dict[str, Any] = httpx.get(url).raise_for_status().json()
        return configuration

    def authorize(self, launch: str, method: str = "GET", /, **wrong: str | None) -> httpx.Response:
        """The authorization request; `wrong` replaces parameters, None leaves one out."""
        challenge = base64.urlsafe_b64encode(hashlib.sha256(self.verifier.encode()).digest()).rstrip(b"=").decode()
        asked: dict[str, str | None] = {
            "response_type": "code",
            "client_id": self.client_id,
            "redirect_uri": self.redirect_uri,
            "scope": self.scope,
            "state": self.state,
            "aud": f"{self.base_url}/fhir",
            "launch": launch,
            "nonce": self.nonce,
            "code_challenge": challenge,
            "code_challenge_method": "S256",
        }
        sent = {name: value for name, value in (asked | wrong).items() if value is not None}
        place = {"params": sent} if method == "GET" else {"data": sent}
        return httpx.request(method, self.discover()["authorization_endpoint"], **place)  # type: ignore[arg-type]

    def code(self, patient: str) -> str:
        answer = self.callback(self.authorize(self.open_app(patient)["launch"]))
        assert answer.get("state") == self.state, answer
        return answer["code"]

    def callback(self, redirect: httpx.Response) -> dict[str, str]:
        """The parameters with which the browser would come back to the app."""
        assert redirect.status_code == 302, redirect.text
        location = redirect.headers["location"]
        assert location.startswith(f"{self.redirect_uri}?"), location
        return _query(location)

    def token(self, **fields: str) -> httpx.Response:
        """A token request with the client's own way to prove itself."""
        if self.secret is None:
            return httpx.post(self.discover()["token_endpoint"], data={"client_id": self.client_id} | fields)
        return httpx.post(self.discover()["token_endpoint"], data=fields, auth=(self.client_id, self.secret))

    def redeem(self, code: str, **wrong: str) -> httpx.Response:
        fields = {"code": code, "redirect_uri": self.redirect_uri, "code_verifier": self.verifier}
        return self.token(grant_type="authorization_code", **(fields | wrong))

    def launch(self, patient: str) -> dict[str, Any]:
        """The whole dance; the token answer."""
        answer: dict[str, Any] = self.redeem(self.code(patient)).raise_for_status().json()
        return answer

    def fhir(self, patient: str) -> httpx.Client:
        """A client for the FHIR base with a token for this patient."""
        token = self.launch(patient)["access_token"]
        headers = {"authorization": f"Bearer {token}", "accept": "application/fhir+json"}
        return httpx.Client(base_url=f"{self.base_url}/fhir/", headers=headers, timeout=60)


def _query(url: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
