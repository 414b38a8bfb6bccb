"""The FastAPI application: pages, static files, failure pages, security headers, and a log without patient data."""

import logging
import time
from pathlib import Path
from typing import Annotated

from fastapi import FastAPI, Query, Request
from fastapi.middleware.gzip import GZipMiddleware
from fastapi.staticfiles import StaticFiles
from fastapi.templating import Jinja2Templates
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.web.chart_pages import chart_pages
from app.web.confirm_pages import confirm_pages
from app.web.failures import add_failure_pages
from app.web.launch_pages import launch_pages
from app.web.record_pages import record_pages
from app.web.resource_pages import resource_pages
from app.web.security import SecurityHeaders
from app.web.services import WebServices
from app.web.style_pages import style_link, style_pages

log = logging.getLogger(__name__)

LAUNCH_ID = r"^[\w-]{0,100}$"


def create_application(services: WebServices) -> FastAPI:
    """One application for one set of wired services. It publishes no API pages of its own."""
    app = FastAPI(title="Sextant", openapi_url=None, docs_url=None, redoc_url=None)
    pages = page_templates(services)
    app.include_router(launch_pages(services, pages))
    app.include_router(chart_pages(services, pages))
    app.include_router(record_pages(services, pages))
    app.include_router(resource_pages(services, pages))
    app.include_router(confirm_pages(services, pages))
    app.include_router(style_pages(services))
    # Only what is the same for everybody is packed: a packed page could give away what it holds by its length.
    app.mount("/static", GZipMiddleware(StaticFiles(directory=services.templates / "static")), name="static")
    add_plain_pages(app, services, pages)
    add_failure_pages(app, pages)
    app.add_middleware(RequestLog)
    app.add_middleware(SecurityHeaders, frame_ancestors=services.frame_ancestors)
    return app


def page_templates(services: WebServices) -> Jinja2Templates:
    """The templates of this application."""
    return Jinja2Templates(env=template_environment(services.templates), context_processors=[style_link])


def template_environment(folder: Path) -> Environment:
    """Escaping is on for every template, and a name that was not given is an error, never an empty text."""
    return Environment(
        loader=FileSystemLoader(folder),
        autoescape=select_autoescape(default=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )


def add_plain_pages(app: FastAPI, services: WebServices, pages: Jinja2Templates) -> None:
    """Pages that need no launch."""

    @app.get("/about")
    async def about(request: Request, launch: Annotated[str, Query(pattern=LAUNCH_ID)] = "") -> Response:
        """`launch` only leads back: in the EHR's frame there may be no other way."""
        return pages.TemplateResponse(request, "about.html", {"policy_note": services.policy_note, "launch": launch})

    @app.get("/healthz")
    async def healthz() -> Response:
        return PlainTextResponse("ok")


class RequestLog:
    """Middleware: method, route pattern, status, and milliseconds to the last byte. Never a path with ids, never a query."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        begun, status = time.perf_counter(), 0

        async def noticing(message: Message) -> None:
            nonlocal status
            status = message.get("status", status)
            await send(message)

        try:
            await self._app(scope, receive, noticing)
        finally:
            route = getattr(scope.get("route"), "path", "no route")
            log.info("%s %s %d %.0f ms", scope["method"], route, status, 1000 * (time.perf_counter() - begun))
