"""Coming in from the EHR (`/launch` and `/callback`, the two addresses that the EHR's registration names), and leaving."""

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.templating import Jinja2Templates
from starlette.responses import RedirectResponse, Response

from app.domain.session import LaunchSession
from app.launch import CALLBACK_PATH, browser_in, set_cookie_header
from app.web.security import check_form
from app.web.services import WebServices

CLOSED = {
    "title": "Closed",
    "text": "Sextant has forgotten this launch and given its access back to the EHR.",
    "remedy": "To see the page again, open Sextant from the patient's chart.",
    "incident": "",
}


def browser_of(request: Request) -> str | None:
    """The random id that proves the browser, from our cookie."""
    return browser_in(request.headers.get("cookie"))


def opened(services: WebServices, request: Request, launch: str) -> LaunchSession:
    """The launch that a page belongs to; the page will link its style. Raises LaunchAgain unless this browser opened it."""
    session = services.flow.session(launch, browser_of(request))
    request.state.style_href = f"/chart/{session.launch}/style.css" if session.style else ""
    return session


def launch_pages(services: WebServices, pages: Jinja2Templates) -> APIRouter:
    """Routes of the launch; every refusal is an error of ours and becomes a page."""
    router = APIRouter()

    @router.get("/launch")
    async def begin(request: Request, iss: str | None = None, launch: str | None = None) -> Response:
        redirect = await services.flow.start(iss, launch, browser_of(request))
        answer = RedirectResponse(redirect.url, status_code=302)
        answer.headers["Set-Cookie"] = set_cookie_header(redirect.browser)
        return answer

    @router.get(CALLBACK_PATH)
    async def callback(request: Request) -> Response:
        session = await services.flow.finish(dict(request.query_params), browser_of(request))
        return RedirectResponse(f"/chart/{session.launch}", status_code=303)

    @router.post("/chart/{launch}/end")
    async def end(request: Request, launch: str, form_token: Annotated[str, Form()]) -> Response:
        session = services.flow.session(launch, browser_of(request))
        check_form(session, form_token, request.headers, services.base_url)
        await services.flow.end(launch, browser_of(request))
        return pages.TemplateResponse(request, "message.html", CLOSED)

    return router
