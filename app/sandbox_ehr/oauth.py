"""The authorization server: authorize, token, revoke, keys. EHR launch only, PKCE always.

Nobody is asked anything at `authorize`: the clinician is logged in to the EHR, and the launch token proves
that this browser came from an open chart.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from app.sandbox_ehr.clients import Client
from app.sandbox_ehr.faults import Fault, FaultBoard, HangUp, struck_before
from app.sandbox_ehr.forgery import forged
from app.sandbox_ehr.scopes import LAUNCH_SCOPES, cut_down
from app.sandbox_ehr.settings import EhrSettings
from app.sandbox_ehr.signing import Signer
from app.sandbox_ehr.styles import style_url
from app.sandbox_ehr.tokens import Authorization, Issued, TokenDesk

_CHALLENGE = re.compile(r"^[A-Za-z0-9_-]{43}$")
_NO_STORE = {"cache-control": "no-store", "pragma": "no-cache"}


class Denied(Exception):
    """An OAuth error (RFC 6749 sections 4.1.2.1 and 5.2)."""

    def __init__(self, error: str, text: str, status: int = 400) -> None:
        super().__init__(text)
        self.error, self.text, self.status = error, text, status


@dataclass(frozen=True)
class AuthorizationServer:
    """The endpoints below `/auth`."""

    settings: EhrSettings
    desk: TokenDesk
    signer: Signer
    faults: FaultBoard

    async def authorize(self, request: Request) -> Response:
        """Redirects with a code or an error; answers 400 itself while the address is not to be trusted."""
        struck = await self._struck("authorize", request)
        if isinstance(struck, Response):
            return struck
        asked = await _fields(request)
        client = self.settings.registry.find(asked.get("client_id", ""))
        if client is None or asked.get("redirect_uri") not in client.redirect_uris:
            return _error(Denied("invalid_request", "Unknown client_id, or a redirect_uri not registered for it."))
        try:
            for fault in struck:
                if fault.kind == "denied":
                    raise Denied(str(fault.value or "access_denied"), "On demand.")
            answer = {"code": self._code(client, asked)}
        except Denied as denied:
            answer = {"error": denied.error, "error_description": denied.text}
        if "state" in asked:
            answer["state"] = asked["state"]
        return RedirectResponse(f"{asked['redirect_uri']}?{urlencode(answer)}", 302, _NO_STORE)

    async def token(self, request: Request) -> Response:
        """Code or refresh token in, access token out."""
        struck = await self._struck("token", request)
        if isinstance(struck, Response):
            return struck
        form = await _fields(request)
        client = self.settings.registry.authenticated(form, request.headers.get("authorization"))
        try:
            if client is None:
                raise Denied("invalid_client", "The client did not prove who it is.", 401)
            is_first = form.get("grant_type") == "authorization_code"
            issued = self._issued(client, form)
        except Denied as denied:
            return _error(denied)
        return JSONResponse(self._token_answer(issued, struck, with_id_token=is_first), headers=_NO_STORE)

    async def revoke(self, request: Request) -> Response:
        """RFC 7009: 200 whether or not the token was known."""
        form = await _fields(request)
        client = self.settings.registry.authenticated(form, request.headers.get("authorization"))
        if client is None:
            return _error(Denied("invalid_client", "The client did not prove who it is.", 401))
        self.desk.revoke(form.get("token", ""), client.client_id)
        return Response(status_code=200, headers=_NO_STORE)

    async def jwks(self, request: Request) -> Response:
        struck = await self._struck("jwks", request)
        if isinstance(struck, Response):
            return struck
        return JSONResponse(self.signer.jwks(), headers={"cache-control": "max-age=300"})

    def _code(self, client: Client, asked: Mapping[str, str]) -> str:
        if asked.get("response_type") != "code":
            raise Denied("unsupported_response_type", "Only response_type=code.")
        if not asked.get("state"):
            raise Denied("invalid_request", "state is required.")
        if asked.get("aud", "").rstrip("/") != self.settings.fhir_base:
            raise Denied("invalid_request", "aud is not this server's FHIR base.")
        challenge = asked.get("code_challenge", "")
        if asked.get("code_challenge_method") != "S256" or not _CHALLENGE.match(challenge):
            raise Denied("invalid_request", "PKCE with S256 is required.")
        launch = self.desk.launch(asked.get("launch", ""))
        if launch is None:
            raise Denied("invalid_request", "launch is missing, unknown or too old; open the app from a chart.")
        wanted = asked.get("scope", "").split()
        if "launch" not in wanted:
            raise Denied("invalid_scope", "A launch from the EHR needs the scope launch.")
        scopes = cut_down(wanted, client.scopes)
        nonce, address, family = asked.get("nonce"), asked["redirect_uri"], secrets.token_hex(8)
        return self.desk.issue_code(Authorization(client.client_id, launch, scopes, address, challenge, nonce, family))

    def _issued(self, client: Client, form: Mapping[str, str]) -> Issued:
        match form.get("grant_type"):
            case "authorization_code":
                address, verifier = form.get("redirect_uri", ""), form.get("code_verifier", "")
                issued = self.desk.redeem(form.get("code", ""), client.client_id, address, verifier)
            case "refresh_token":
                scopes = tuple(form["scope"].split()) if "scope" in form else None
                issued = self.desk.refresh(form.get("refresh_token", ""), client.client_id, scopes)
            case _:
                raise Denied("unsupported_grant_type", "authorization_code or refresh_token.")
        if issued is None:
            raise Denied("invalid_grant", "The code or refresh token is unknown, spent, too old or not yours.")
        return issued

    def _token_answer(self, issued: Issued, struck: list[Fault], with_id_token: bool) -> dict[str, Any]:
        held = issued.authorization
        scopes = self._scopes_left(issued, struck)
        answer: dict[str, Any] = {
            "access_token": issued.access_token,
            "token_type": "Bearer",
            "expires_in": issued.expires_in,
            "scope": " ".join(scopes),
            "patient": held.launch.patient,
            "need_patient_banner": False,
        }
        if held.launch.encounter:
            answer["encounter"] = held.launch.encounter
        if look := style_url(self.settings, struck):
            answer["smart_style_url"] = look
        if issued.refresh_token:
            answer["refresh_token"] = issued.refresh_token
        if with_id_token and "openid" in scopes:
            answer["id_token"] = forged(self.signer, held, struck) or self.signer.id_token(held)
        return answer

    def _scopes_left(self, issued: Issued, struck: list[Fault]) -> tuple[str, ...]:
        refused = [str(fault.value) for fault in struck if fault.kind == "refused_scope"]
        if refused:
            self.desk.take_away(issued, refused)
        held = self.desk.bearer(issued.access_token)
        return held.scopes if held else ()

    async def _struck(self, endpoint: str, request: Request) -> list[Fault] | Response:
        faults = self.faults.take(endpoint, request.method)
        answering = [fault for fault in faults if fault.kind != "refused_scope"]
        if any(fault.kind == "broken_json" for fault in faults):
            return Response('{"access_token": "', media_type="application/json")
        instead = await struck_before(answering)
        if instead is None:
            return faults
        return instead if isinstance(instead, HangUp) else JSONResponse({"error": "server_error"}, instead.status)


def capabilities() -> dict[str, list[str]]:
    """What `.well-known/smart-configuration` says of this server's abilities."""
    return {
        "grant_types_supported": ["authorization_code", "refresh_token"],
        "response_types_supported": ["code"],
        "token_endpoint_auth_methods_supported": ["client_secret_basic", "none"],
        "code_challenge_methods_supported": ["S256"],
        "scopes_supported": [*LAUNCH_SCOPES, "patient/*.cruds"],
        "capabilities": [
            "launch-ehr", "authorize-post", "client-public", "client-confidential-symmetric", "sso-openid-connect",
            "context-banner", "context-ehr-patient", "context-ehr-encounter", "permission-offline",
            "permission-online", "permission-patient", "permission-v1", "permission-v2",
        ],
    }  # fmt: skip


async def _fields(request: Request) -> dict[str, str]:
    if request.method == "GET":
        return dict(request.query_params)
    return {name: str(value) for name, value in (await request.form()).items()}


def _error(denied: Denied) -> Response:
    headers = {**_NO_STORE, **({"www-authenticate": 'Basic realm="token"'} if denied.status == 401 else {})}
    body = {"error": denied.error, "error_description": denied.text}
    return JSONResponse(body, denied.status, headers)
