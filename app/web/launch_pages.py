"""Coming in from the EHR: `/launch` and `/callback`, the two addresses that the EHR's registration names."""

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from app.launch import CALLBACK_PATH, browser_in, set_cookie_header
from app.web.services import WebServices


def browser_of(request: Request) -> str | None:
    """The random id that proves the browser, from our cookie."""
    return browser_in(request.headers.get("cookie"))


def launch_pages(services: WebServices) -> APIRouter:
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

    return router
