"""Every failure becomes one plain page with the right status code; nothing of the chart or the request is in it."""

import logging
import secrets
import traceback
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.templating import Jinja2Templates
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

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


@dataclass(frozen=True, slots=True)
class Failure:
    """What a page says about a failure: what happened, and what to do. `incident` is found in our log."""

    status: int
    title: str
    text: str
    remedy: str
    incident: str = ""

    @property
    def may_pass(self) -> bool:
        """Whether asking again may help. A launch that is over stays so."""
        return self.status != FAILURES[LaunchAgain][0]


def told(error: Exception) -> Failure:
    """What a person is told about an error, which is logged. Nothing of the chart or of the request is in it."""
    if not isinstance(error, SextantError):
        incident = secrets.token_hex(4)
        log.error("unexpected %s at %s, incident %s", type(error).__name__, place_of(error), incident)
        return failure_of(UNEXPECTED, "This is a fault of ours.", incident)
    log.warning("refused a request: %s", type(error).__name__)
    words = next((FAILURES[kind] for kind in type(error).__mro__ if kind in FAILURES), UNEXPECTED)
    return failure_of(words, str(error))


def failure_of(words: tuple[int, str, str], text: str, incident: str = "") -> Failure:
    """The usual words for a kind of failure with those for this one."""
    status, title, remedy = words
    return Failure(status, title, text, remedy, incident)


def add_failure_pages(app: FastAPI, pages: Jinja2Templates) -> None:
    """Register the handlers."""

    def page(request: Request, failure: Failure) -> Response:
        return pages.TemplateResponse(request, "message.html", asdict(failure), status_code=failure.status)

    async def known(request: Request, error: Exception) -> Response:
        return page(request, told(error))

    async def not_ours(request: Request, error: Exception) -> Response:
        status = error.status_code if isinstance(error, HTTPException) else 400
        words = (status, *FAILURES[WrongUsage][1:])
        return page(request, failure_of(words, "There is no such page, or it needs something more."))

    app.add_exception_handler(SextantError, known)
    app.add_exception_handler(HTTPException, not_ours)
    app.add_exception_handler(RequestValidationError, not_ours)
    app.add_middleware(FaultPages, page=page)


class FaultPages:
    """Middleware, not an exception handler: the framework would log the error's text, and that may hold chart data.

    A fault after an answer has begun ends the connection, so that the browser sees that the answer is not whole.
    """

    def __init__(self, app: ASGIApp, page: Callable[[Request, Failure], Response]) -> None:
        self._app = app
        self._page = page

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        has_begun = False

        async def noticing(message: Message) -> None:
            nonlocal has_begun
            has_begun = True
            await send(message)

        try:
            await self._app(scope, receive, noticing)
        except Exception as error:
            failure = told(error)
            if not has_begun:
                await self._page(Request(scope, receive), failure)(scope, receive, send)


def place_of(error: Exception) -> str:
    """Where it was raised, as "file.py:12": enough to find the fault, and nothing of what was in hand."""
    last = traceback.extract_tb(error.__traceback__)[-1]
    return f"{Path(last.filename).name}:{last.lineno}"
