"""What the server says about itself: SMART configuration, OpenID configuration, CapabilityStatement."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import httpx
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from app.sandbox_ehr.faults import FaultBoard, HangUp, struck_before
from app.sandbox_ehr.oauth import capabilities
from app.sandbox_ehr.settings import EhrSettings
from app.sandbox_ehr.upstream import FHIR_JSON, Call, Upstream, decoded

_SERVICE = "http://terminology.hl7.org/CodeSystem/restful-security-service"
_OAUTH_URIS = "http://fhir-registry.smarthealthit.org/StructureDefinition/oauth-uris"


@dataclass(frozen=True)
class Discovery:
    """The three documents, none of which needs a token."""

    settings: EhrSettings
    upstream: Upstream
    faults: FaultBoard

    async def smart_configuration(self, request: Request) -> Response:
        struck = self.faults.take("smart-configuration", request.method)
        instead = await struck_before(struck)
        if instead is not None:
            return instead if isinstance(instead, HangUp) else JSONResponse({}, instead.status)
        if any(fault.kind == "broken_json" for fault in struck):
            return Response('{"issuer": "', media_type="application/json")
        return JSONResponse(self._endpoints() | capabilities())

    async def openid_configuration(self, request: Request) -> Response:
        names = ("issuer", "jwks_uri", "authorization_endpoint", "token_endpoint")
        endpoints = {name: self._endpoints()[name] for name in names}
        signing = {"id_token_signing_alg_values_supported": ["RS256"], "subject_types_supported": ["public"]}
        return JSONResponse(endpoints | signing | {"response_types_supported": ["code"]})

    async def metadata(self, request: Request) -> Response:
        """The store's own statement, with this address, SMART security, and no more than the gate offers."""
        try:
            answer = await self.upstream.send(Call("GET", ("metadata",)))
        except httpx.TransportError:
            return Response(status_code=502)
        statement = decoded(answer.body)
        if statement is None:
            return Response(answer.body, answer.status, media_type=FHIR_JSON)
        statement["implementation"] = {"description": "Sandbox EHR", "url": self.settings.fhir_base}
        for rest in statement.get("rest", ()):
            rest["security"] = self._security()
            for resource in rest.get("resource", ()):
                _keep_offered(resource)
        return JSONResponse(statement, answer.status, media_type=FHIR_JSON)

    def _endpoints(self) -> dict[str, str]:
        issuer = self.settings.issuer
        return {
            "issuer": issuer,
            "jwks_uri": f"{issuer}/jwks",
            "authorization_endpoint": f"{issuer}/authorize",
            "token_endpoint": f"{issuer}/token",
            "revocation_endpoint": f"{issuer}/revoke",
        }

    def _security(self) -> dict[str, Any]:
        issuer = self.settings.issuer
        uris = [{"url": name, "valueUri": f"{issuer}/{name}"} for name in ("authorize", "token", "revoke")]
        service = {"coding": [{"system": _SERVICE, "code": "SMART-on-FHIR"}]}
        return {"service": [service], "extension": [{"url": _OAUTH_URIS, "extension": uris}]}


_NOT_OFFERED = ("patch", "history-type", "search-system")
_NOT_CONDITIONAL = {"conditionalUpdate": False, "conditionalDelete": "not-supported"}


def _keep_offered(resource: dict[str, Any]) -> None:
    interactions = resource.get("interaction", ())
    resource["interaction"] = [each for each in interactions if each.get("code") not in _NOT_OFFERED]
    resource.update(_NOT_CONDITIONAL)
    resource.pop("operation", None)
