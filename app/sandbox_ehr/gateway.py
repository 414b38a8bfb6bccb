"""One web application: FHIR, authorization server, chart pages, and, when asked for, faults on demand."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

from app.sandbox_ehr.chart import ChartPages
from app.sandbox_ehr.discovery import Discovery
from app.sandbox_ehr.faults import FaultBoard
from app.sandbox_ehr.fhir_endpoint import FhirEndpoint
from app.sandbox_ehr.oauth import AuthorizationServer
from app.sandbox_ehr.request_log import RequestLog
from app.sandbox_ehr.settings import EhrSettings
from app.sandbox_ehr.signing import Signer
from app.sandbox_ehr.styles import style
from app.sandbox_ehr.tokens import TokenDesk
from app.sandbox_ehr.upstream import Upstream

_STATIC = Path(__file__).parent / "static"


def create_gateway(settings: EhrSettings, upstream: Upstream, desk: TokenDesk | None = None) -> Starlette:
    """The application in front of `upstream`, which it closes at shutdown."""
    desk = desk or TokenDesk(settings.access_seconds)
    faults, log = FaultBoard(), RequestLog()

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        yield
        await upstream.close()

    routes = [
        *_fhir_routes(Discovery(settings, upstream, faults), FhirEndpoint(upstream, desk, faults, log)),
        *_auth_routes(settings, desk, faults),
        *ChartPages(settings, upstream, desk).routes(),
        Route("/style/{name}", style),
        Mount("/static", StaticFiles(directory=_STATIC)),
        *(_test_routes(faults, log, desk) if settings.faults else []),
    ]
    return Starlette(routes=routes, lifespan=lifespan)


def _fhir_routes(discovery: Discovery, endpoint: FhirEndpoint) -> list[BaseRoute]:
    methods = ["GET", "POST", "PUT", "PATCH", "DELETE"]

    async def fhir(request: Request) -> Response:
        return await endpoint(request)

    return [
        Route("/fhir/.well-known/smart-configuration", discovery.smart_configuration),
        Route("/auth/.well-known/openid-configuration", discovery.openid_configuration),
        Route("/fhir/metadata", discovery.metadata),
        Route("/fhir", fhir, methods=methods),
        Route("/fhir/{path:path}", fhir, methods=methods),
    ]


def _auth_routes(settings: EhrSettings, desk: TokenDesk, faults: FaultBoard) -> list[BaseRoute]:
    signer = Signer.with_new_key(settings.issuer, settings.fhir_base)
    server = AuthorizationServer(settings, desk, signer, faults)
    return [
        Route("/auth/authorize", server.authorize, methods=["GET", "POST"]),
        Route("/auth/token", server.token, methods=["POST"]),
        Route("/auth/revoke", server.revoke, methods=["POST"]),
        Route("/auth/jwks", server.jwks),
    ]


def _test_routes(faults: FaultBoard, log: RequestLog, desk: TokenDesk) -> list[BaseRoute]:
    async def on_faults(request: Request) -> Response:
        if request.method == "DELETE":
            faults.disarm()
            return Response(status_code=204)
        try:
            faults.arm(await request.json())
        except (TypeError, ValueError) as wrong:
            return JSONResponse({"error": str(wrong)}, 400)
        return Response(status_code=204)

    async def on_log(request: Request) -> Response:
        if request.method == "DELETE":
            log.rows.clear()
            return Response(status_code=204)
        return JSONResponse(list(log.rows))

    async def on_tokens(_: Request) -> Response:
        desk.expire_access_tokens()
        return Response(status_code=204)

    return [
        Route("/__faults", on_faults, methods=["POST", "DELETE"]),
        Route("/__log", on_log, methods=["GET", "DELETE"]),
        Route("/__tokens", on_tokens, methods=["DELETE"]),
    ]
