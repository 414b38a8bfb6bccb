"""The pages of one open launch: visit, why, text for the note, preview, write."""

from functools import partial
from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.templating import Jinja2Templates
from starlette.responses import JSONResponse, RedirectResponse, Response

from app.domain.errors import WrongUsage
from app.domain.session import LaunchSession
from app.usecases.answers import review_as_json
from app.usecases.opened_chart import OpenedChart
from app.usecases.preview_changes import Preview
from app.web.launch_pages import opened
from app.web.presenters.confirmed import confirmed_lines
from app.web.presenters.note import note_text
from app.web.presenters.over_time import months_chosen
from app.web.presenters.visit import person_of, visit_view
from app.web.presenters.why import why_view
from app.web.presenters.writing import answer_lines, beside_offer, button_words, can_undo, change_lines, offer_words
from app.web.security import check_form
from app.web.services import WebServices
from app.web.streaming import VisitPage, visit_answer

NOT_READ = "Nothing was written."
CHANGED_MEANWHILE = "The chart changed since this preview was shown, so nothing was written. This is the new preview."


def chart_pages(services: WebServices, pages: Jinja2Templates) -> APIRouter:
    """Routes under /chart/{launch}; the launch id names the chart, the cookie proves the browser."""
    router = APIRouter(prefix="/chart/{launch}")
    add_reading(router, services, pages)
    add_writing(router, services, pages)
    return router


def add_reading(router: APIRouter, services: WebServices, pages: Jinja2Templates) -> None:
    """Pages that only show: the visit, why, the text for the note, the same as JSON."""

    def session_of(request: Request, launch: str) -> LaunchSession:
        return opened(services, request, launch)

    @router.get("")
    async def visit(request: Request, launch: str, months: str = "") -> Response:
        session = session_of(request, launch)

        def values_of(preview: Preview) -> dict[str, object]:
            offered = services.find_resources.offered(session.ehr, preview.chart.review)
            view = visit_view(preview.chart, services.zone, months_chosen(months), offered)
            changes, review = services.confirmed_changes, preview.chart.review
            confirmed = confirmed_lines(changes(session), review, services.zone, changes.held)
            offer = {"offer": offer_words(preview), "beside": beside_offer(preview), "sink_note": preview.sink_note}
            return {"view": view, "confirmed": confirmed, **offer}

        chart = OpenedChart(partial(services.preview_changes, session))
        return await visit_answer(chart, VisitPage(pages, request, session, services.zone, values_of))

    @router.get("/why/{rule}")
    async def why(request: Request, launch: str, rule: str) -> Response:
        chart = await services.review_patient(session_of(request, launch))
        finding = chart.review.finding(rule)
        if finding is None:
            raise WrongUsage("The policy in force has no such rule.")
        values = {
            "person": person_of(chart, services.zone),
            "finding": why_view(finding, chart.review, services.explain_finding(finding)),
            "launch": launch,
        }
        return pages.TemplateResponse(request, "why.html", values)

    @router.get("/note")
    async def note(request: Request, launch: str) -> Response:
        chart = await services.review_patient(session_of(request, launch))
        view = visit_view(chart, services.zone)
        values = {"person": view.person, "text": note_text(chart, view), "launch": launch}
        return pages.TemplateResponse(request, "note.html", values)

    @router.get("/review.json")
    async def review_json(request: Request, launch: str) -> Response:
        chart = await services.review_patient(session_of(request, launch))
        return JSONResponse(review_as_json(chart.review))


def add_writing(router: APIRouter, services: WebServices, pages: Jinja2Templates) -> None:
    """The preview, and what becomes of it once a person confirms."""

    def preview_page(
        request: Request, session: LaunchSession, shown: Preview, notice: str = "", status: int = 200
    ) -> Response:
        values = {
            "person": person_of(shown.chart, services.zone),
            "lines": change_lines(shown),
            "button": button_words(shown),
            "digest": shown.plan.digest,
            "form_token": session.form_token,
            "launch": session.launch,
            "notice": notice,
            "sink_note": shown.sink_note,
        }
        return pages.TemplateResponse(request, "preview.html", values, status_code=status)

    @router.get("/preview")
    async def preview(request: Request, launch: str) -> Response:
        session = opened(services, request, launch)
        return preview_page(request, session, await services.preview_changes(session))

    @router.post("/write")
    async def write(
        request: Request,
        launch: str,
        form_token: Annotated[str, Form()],
        digest: Annotated[str, Form()],
        rule: Annotated[list[str] | None, Form()] = None,
    ) -> Response:
        session = opened(services, request, launch)
        check_form(session, form_token, request.headers, services.base_url)
        result = await services.write_back(session, digest, frozenset(rule or ()))
        if result.changed_meanwhile:
            return preview_page(request, session, result.preview, CHANGED_MEANWHILE, status=409)
        if not result.preview.is_whole:
            return preview_page(request, session, result.preview, NOT_READ, status=503)
        chart = result.preview.chart
        values = {
            "person": person_of(chart, services.zone),
            "answers": answer_lines(result.written, chart.review),
            "can_undo": can_undo(result.written) or services.preview_undo.has_something(session, chart),
            "launch": launch,
        }
        return pages.TemplateResponse(request, "written.html", values)

    @router.get("/write")
    async def write_reloaded(launch: str) -> Response:
        return RedirectResponse(f"/chart/{launch}", status_code=303)
