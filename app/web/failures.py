"""Every failure becomes one plain page with the right status code; nothing of the chart or the request is in it."""

import logging
import secrets
import traceback
from collections.abc import Awaitable, Callable
from pathlib import Path

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.templating import Jinja2Templates
from starlette.exceptions import HTTPException
from starlette.responses import Response

from app.domain.errors import (
    AskAnAdministrator,
    LaunchAgain,
    NotPermitted,
    RecordUnreadable,
    SextantError,
    TryAgainLater,
    WrongUsage,
)
from app.launch import CookieNotKept

log = logging.getLogger(__name__)

FAILURES: dict[type[SextantError], tuple[int, str, str]] = {
    CookieNotKept: (
        400,
        "Your browser did not keep Sextant's cookie",
        "Open Sextant in a window of its own, or let the EHR's frame store cookies.",
    ),
    LaunchAgain: (
        401,
        "Please open Sextant from the chart again",
        "Close this tab and choose Sextant in the patient's chart.",
    ),
    NotPermitted: (403, "The EHR does not permit this", "Ask whoever manages access in your EHR."),
    AskAnAdministrator: (400, "Sextant is not set up for this", "Show this page to your administrator."),
    TryAgainLater: (
        503,
        "Not available just now",
        "Try again in a minute. The page then shows what stands in the chart.",
    ),
    RecordUnreadable: (
        502,
        "The EHR's answer could not be read",
        "Try again; if it stays, show this page to your administrator.",
    ),
    WrongUsage: (400, "This page was opened in a way that does not work", "Open Sextant from the patient's chart."),
}
UNEXPECTED = (
    500,
    "Something in Sextant went wrong",
    "Show the reference to your administrator. Open the page again to see what stands in the chart.",
)


def add_failure_pages(app: FastAPI, pages: Jinja2Templates) -> None:
    """Register the handlers."""

    def page(request: Request, failure: tuple[int, str, str], text: str, incident: str = "") -> Response:
        status, title, remedy = failure
        values = {"title": title, "text": text, "remedy": remedy, "incident": incident}
        return pages.TemplateResponse(request, "message.html", values, status_code=status)

    async def known(request: Request, error: Exception) -> Response:
        failure = next((FAILURES[kind] for kind in type(error).__mro__ if kind in FAILURES), UNEXPECTED)
        log.warning("refused a request: %s", type(error).__name__)
        return page(request, failure, str(error))

    async def not_ours(request: Request, error: Exception) -> Response:
        status = error.status_code if isinstance(error, HTTPException) else 400
        return page(request, (status, *FAILURES[WrongUsage][1:]), "There is no such page, or it needs something more.")

    async def fault_page(request: Request, call_next: Callable[[Request], Awaitable[Response]]) -> Response:
        """A middleware, not an exception handler: the framework would log the error's text, and that may hold chart data."""
        try:
            return await call_next(request)
        except Exception as error:
            incident = secrets.token_hex(4)
            log.error("unexpected %s at %s, incident %s", type(error).__name__, place_of(error), incident)
            return page(request, UNEXPECTED, "This is a fault of ours.", incident)

    app.add_exception_handler(SextantError, known)
    app.add_exception_handler(HTTPException, not_ours)
    app.add_exception_handler(RequestValidationError, not_ours)
    app.middleware("http")(fault_page)


def place_of(error: Exception) -> str:
    """Where it was raised, as "file.py:12": enough to find the fault, and nothing of what was in hand."""
    last = traceback.extract_tb(error.__traceback__)[-1]
    return f"{Path(last.filename).name}:{last.lineno}"
