"""`/fhir`: the bearer check, the gate, the store, and the way back."""

from __future__ import annotations

from dataclasses import dataclass

import httpx
from starlette.requests import Request
from starlette.responses import Response

from app.sandbox_ehr.compartment import Compartment
from app.sandbox_ehr.faults import Fault, FaultBoard, HangUp, struck_before
from app.sandbox_ehr.gate import Gate
from app.sandbox_ehr.outcome import Refused
from app.sandbox_ehr.request_log import RequestLog
from app.sandbox_ehr.scopes import GrantedScopes
from app.sandbox_ehr.screen import screened
from app.sandbox_ehr.spoil import spoiled
from app.sandbox_ehr.tokens import Authorization, TokenDesk
from app.sandbox_ehr.transaction import exchange
from app.sandbox_ehr.upstream import FHIR_JSON, Answer, Call, Upstream

NO_TOKEN = Refused(401, "login", "A bearer token is needed.")
BAD_TOKEN = Refused(401, "login", "The access token is unknown or has expired.")
STORE_DOWN = Refused(502, "transient", "The FHIR store does not answer.")


@dataclass(frozen=True)
class FhirEndpoint:
    """Everything under the FHIR base except metadata and discovery."""

    upstream: Upstream
    desk: TokenDesk
    faults: FaultBoard
    log: RequestLog

    async def __call__(self, request: Request) -> Response:
        call = await read_call(request)
        who = self.desk.bearer(_token(request))
        answer = await self._answer(request, call, who)
        self.log.note(call, answer.status_code, who)
        return answer

    async def _answer(self, request: Request, call: Call, who: Authorization | None) -> Response:
        if who is None:
            return _response(BAD_TOKEN if _token(request) else NO_TOKEN)
        struck = self.faults.take(_target(call), call.method)
        instead = await struck_before(struck)
        if isinstance(instead, HangUp):
            return instead
        if instead is not None:
            return _response(instead)
        try:
            answer = await self._through_gate(self._gate(who), call)
        except httpx.TransportError:
            return _response(STORE_DOWN)
        return _spoiled_response(struck, answer)

    async def _through_gate(self, gate: Gate, call: Call) -> Answer | Refused:
        if call.method == "POST" and not call.path:
            return await exchange(gate, call)
        admitted = await gate.admit(call)
        if isinstance(admitted, Refused):
            return admitted
        return await screened(gate, admitted, await self.upstream.send(admitted))

    def _gate(self, who: Authorization) -> Gate:
        bases = (self.upstream.gateway_base, self.upstream.base)
        return Gate(self.upstream, Compartment(who.launch.patient, bases), GrantedScopes(who.scopes))


async def read_call(request: Request) -> Call:
    """The request in our own terms."""
    path = tuple(part for part in request.path_params.get("path", "").split("/") if part)
    headers = {name.lower(): value for name, value in request.headers.items()}
    method = "GET" if request.method == "HEAD" else request.method
    return Call(method, path, tuple(request.query_params.multi_items()), headers, await request.body())


def _token(request: Request) -> str:
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    return token if scheme.lower() == "bearer" else ""


def _target(call: Call) -> str:
    return call.kind or ("page" if call.method == "GET" else "Bundle")


def _spoiled_response(struck: list[Fault], answer: Answer | Refused) -> Response:
    if isinstance(answer, Refused):
        return _response(answer)
    lost = next((fault for fault in struck if fault.kind == "lost_response"), None)
    if lost is None:
        return _response(spoiled(struck, answer))
    # The store has done its work by now; the app only does not hear of it.
    return HangUp() if lost.value is None else _response(Refused(int(lost.value), "exception", "On demand."))


def _response(answer: Answer | Refused) -> Response:
    if isinstance(answer, Answer):
        return Response(answer.body, answer.status, dict(answer.headers), FHIR_JSON)
    headers = {}
    if answer.status == 401:
        headers["www-authenticate"] = 'Bearer realm="fhir", error="invalid_token"'
    if answer.status == 403:
        headers["www-authenticate"] = 'Bearer realm="fhir", error="insufficient_scope"'
    return Response(answer.body(), answer.status, headers, FHIR_JSON)
