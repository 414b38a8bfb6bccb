"""The page that takes back what Sextant wrote today about one person: preview, confirm, and what the EHR answered."""

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.templating import Jinja2Templates
from starlette.responses import Response

from app.domain.session import LaunchSession
from app.usecases.preview_changes import Preview
from app.web.launch_pages import opened
from app.web.presenters.visit import person_of
from app.web.presenters.writing import change_lines, left_lines, taken_back_lines, withheld_lines
from app.web.security import check_form
from app.web.services import WebServices

NOT_READ = "Nothing was taken back."
CHANGED_MEANWHILE = "The chart changed since this page was shown, so nothing was taken back. This is what there is now."


def undo_pages(services: WebServices, pages: Jinja2Templates) -> APIRouter:
    """Routes under /chart/{launch}: undo."""
    router = APIRouter(prefix="/chart/{launch}")

    def page(request: Request, session: LaunchSession, shown: Preview, notice: str = "", status: int = 200) -> Response:
        values = {
            "person": person_of(shown.chart, services.zone),
            "lines": change_lines(shown),
            "withheld": withheld_lines(shown),
            "left": left_lines(shown),
            "digest": shown.plan.digest,
            "form_token": session.form_token,
            "launch": session.launch,
            "notice": notice,
            "sink_note": shown.sink_note,
            "is_whole": shown.is_whole,
        }
        return pages.TemplateResponse(request, "undo.html", values, status_code=status)

    @router.get("/undo")
    async def undo(request: Request, launch: str) -> Response:
        session = opened(services, request, launch)
        return page(request, session, await services.preview_undo(session))

    @router.post("/undo")
    async def take_back(
        request: Request,
        launch: str,
        form_token: Annotated[str, Form()],
        digest: Annotated[str, Form()],
        rule: Annotated[list[str] | None, Form()] = None,
    ) -> Response:
        session = opened(services, request, launch)
        check_form(session, form_token, request.headers, services.base_url)
        result = await services.undo(session, digest, frozenset(rule or ()))
        if result.changed_meanwhile:
            return page(request, session, result.preview, CHANGED_MEANWHILE, status=409)
        if not result.preview.is_whole:
            return page(request, session, result.preview, NOT_READ, status=503)
        chart = result.preview.chart
        values = {
            "person": person_of(chart, services.zone),
            "answers": taken_back_lines(result.written, chart.review),
            "can_undo": services.preview_undo.has_something(session, chart),
            "launch": launch,
        }
        return pages.TemplateResponse(request, "written.html", values)

    return router
