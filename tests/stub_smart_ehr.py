"""A SMART server at the HTTP edge, strict where the specification is; it writes down what it was asked.

Its check of PKCE, client authentication and parameters is its own: it shares no code with app/launch.
"""

import asyncio
import base64
import hashlib
import hmac
import json
from typing import Any
from urllib.parse import parse_qs, unquote_plus, urlsplit

import httpx
import respx
from joserfc import jws
from joserfc.jwk import ECKey, RSAKey

from tests.clocks import SetClock

ISS = "https://ehr.example/fhir"
LOGIN = "https://login.example"
SEXTANT = "https://sextant.example"
CLIENT = "sextant-client"
SECRET = "a+b%41 c:d/é"
PATIENT = "p1"

RSA = RSAKey.generate_key(2048, {"kid": "rsa-1", "use": "sig"})
OTHER_RSA = RSAKey.generate_key(2048, {"kid": "rsa-2", "use": "sig"})
EC = ECKey.generate_key("P-384", {"kid": "ec-1", "use": "sig"})


def public(*keys: RSAKey | ECKey, without: tuple[str, ...] = ()) -> list[dict[str, Any]]:
    """Keys as a key set publishes them."""
    return [{n: v for n, v in key.as_dict(private=False).items() if n not in without} for key in keys]


class StubSmartEhr:
    """One EHR. Change its attributes before a step to make it answer wrongly; None in `claims` or `answer` removes.

    A `key` that is a text signs with HMAC, or not at all when it is empty: by hand, since a good library refuses.
    """

    def __init__(self, network: respx.MockRouter, clock: SetClock) -> None:
        self.network = network
        self.clock = clock
        self.discovery: dict[str, Any] = {
            "issuer": f"{LOGIN}/oauth2",
            "jwks_uri": f"{LOGIN}/keys",
            "authorization_endpoint": f"{LOGIN}/authorize",
            "token_endpoint": f"{LOGIN}/token",
            "revocation_endpoint": f"{LOGIN}/revoke",
            "capabilities": ["launch-ehr", "permission-v2", "sso-openid-connect"],
            "code_challenge_methods_supported": ["S256"],
            "grant_types_supported": ["authorization_code"],
        }
        self.keys: list[dict[str, Any]] = public(RSA, EC)
        self.key: RSAKey | ECKey | str = RSA
        self.header: dict[str, Any] = {"alg": "RS256", "kid": "rsa-1"}
        self.claims: dict[str, Any] = {}
        self.answer: dict[str, Any] = {}
        self.refusal: httpx.Response | None = None
        self.token_requests: list[dict[str, str]] = []
        self.key_requests = 0
        self.revoked: list[str] = []
        self.asked: dict[str, str] = {}
        self.refreshes = 0
        self.renewals: dict[str, Any] = {}
        self.discovery_route = network.get(f"{ISS}/.well-known/smart-configuration").mock(side_effect=self._discovery)
        network.get(f"{LOGIN}/keys").mock(side_effect=self._keys)
        network.post(f"{LOGIN}/token").mock(side_effect=self._token)
        network.post(f"{LOGIN}/revoke").mock(side_effect=self._revoke)

    def sign_in(self, authorize_url: str) -> dict[str, str]:
        """What a browser brings back from the sign-in page: the callback's parameters."""
        parts = urlsplit(authorize_url)
        assert f"{parts.scheme}://{parts.netloc}{parts.path}" == f"{LOGIN}/authorize"
        query = parse_qs(parts.query, strict_parsing=True)
        assert all(len(values) == 1 for values in query.values())
        self.asked = {name: values[0] for name, values in query.items()}
        assert self.asked["response_type"] == "code"
        assert self.asked["client_id"] == CLIENT
        assert self.asked["redirect_uri"] == f"{SEXTANT}/callback"
        assert self.asked["aud"] == ISS
        assert self.asked["code_challenge_method"] == "S256"
        return {"code": "code-1", "state": self.asked["state"]}

    def id_token(self) -> str:
        """An id_token for the launch that last signed in, with `claims`, `header` and `key` as set."""
        now = int(self.clock.now().timestamp())
        claims = {
            "iss": f"{LOGIN}/oauth2",
            "sub": "u1",
            "aud": CLIENT,
            "exp": now + 300,
            "iat": now,
            "nonce": self.asked.get("nonce", ""),
            "fhirUser": f"{ISS}/Practitioner/d1",
            "name": "Dr. Day",
        } | self.claims
        return self.signed({name: value for name, value in claims.items() if value is not None})

    def signed(self, claims: dict[str, Any]) -> str:
        """Any claims under the present header and key."""
        header = {name: value for name, value in self.header.items() if value is not None}
        payload = json.dumps(claims)
        if not isinstance(self.key, str):
            return jws.serialize_compact(header, payload, self.key, algorithms=[header["alg"]])
        signed = b".".join(_base64url(part.encode()) for part in (json.dumps(header), payload))
        digest = hmac.digest(self.key.encode(), signed, "sha256") if self.key else b""
        return b".".join([signed, _base64url(digest)]).decode()

    def _discovery(self, request: httpx.Request) -> httpx.Response:
        assert request.headers["accept"] == "application/json"
        return httpx.Response(200, json=self.discovery)

    def _keys(self, request: httpx.Request) -> httpx.Response:
        self.key_requests += 1
        return httpx.Response(200, json={"keys": self.keys})

    async def _token(self, request: httpx.Request) -> httpx.Response:
        await asyncio.sleep(0)  # lets other requests in, as a network would
        form = {name: values[0] for name, values in parse_qs(request.content.decode(), strict_parsing=True).items()}
        self.token_requests.append(form)
        self._check_client(request, form)
        if self.refusal is not None:
            return self.refusal
        return self._code_answer(form) if form["grant_type"] == "authorization_code" else self._refresh_answer(form)

    def _check_client(self, request: httpx.Request, form: dict[str, str]) -> None:
        scheme, _, encoded = request.headers["authorization"].partition(" ")
        name, _, secret = base64.b64decode(encoded).decode().partition(":")
        assert (scheme, unquote_plus(name), unquote_plus(secret)) == ("Basic", CLIENT, SECRET)
        assert "client_id" not in form

    def _code_answer(self, form: dict[str, str]) -> httpx.Response:
        assert (form["code"], form["redirect_uri"]) == ("code-1", f"{SEXTANT}/callback")
        digest = hashlib.sha256(form["code_verifier"].encode()).digest()
        assert base64.urlsafe_b64encode(digest).rstrip(b"=").decode() == self.asked["code_challenge"]
        answer = {
            "access_token": "access-0",
            "token_type": "Bearer",
            "expires_in": 1000,
            "scope": "launch openid fhirUser patient/Observation.rs",
            "refresh_token": "refresh-0",
            "id_token": self.id_token(),
            "patient": PATIENT,
            "encounter": "e1",
            "need_patient_banner": False,
        } | self.answer
        return httpx.Response(200, json={name: value for name, value in answer.items() if value is not None})

    def _refresh_answer(self, form: dict[str, str]) -> httpx.Response:
        if form["refresh_token"] != f"refresh-{self.refreshes}":
            return httpx.Response(403, json={"error": "invalid_grant"})
        self.refreshes += 1
        answer = {
            "access_token": f"access-{self.refreshes}",
            "token_type": "bearer",
            "expires_in": 1000,
            "refresh_token": f"refresh-{self.refreshes}",
        } | self.renewals
        return httpx.Response(200, json={name: value for name, value in answer.items() if value is not None})

    def _revoke(self, request: httpx.Request) -> httpx.Response:
        self.revoked.append(parse_qs(request.content.decode())["token"][0])
        return httpx.Response(200)


def _base64url(octets: bytes) -> bytes:
    return base64.urlsafe_b64encode(octets).rstrip(b"=")
