"""The pages of one open launch that only show: the visit, why, text for the note, the same as JSON."""

from functools import partial

from fastapi import APIRouter, Request
from fastapi.templating import Jinja2Templates
from starlette.responses import JSONResponse, Response

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
from app.web.presenters.writing import beside_offer, offer_words
from app.web.services import WebServices
from app.web.streaming import VisitPage, visit_answer


def chart_pages(services: WebServices, pages: Jinja2Templates) -> APIRouter:
    """Routes under /chart/{launch}; the launch id names the chart, the cookie proves the browser."""
    router = APIRouter(prefix="/chart/{launch}")

    @router.get("")
    async def visit(request: Request, launch: str, months: str = "") -> Response:
        session = opened(services, request, launch)
        chart = OpenedChart(partial(services.preview_changes, session))
        values_of = partial(visit_values, services, session, months_chosen(months))
        return await visit_answer(chart, VisitPage(pages, request, session, services.zone, values_of))

    @router.get("/why/{rule}")
    async def why(request: Request, launch: str, rule: str) -> Response:
        chart = await services.review_patient(opened(services, request, launch))
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
        chart = await services.review_patient(opened(services, request, launch))
        view = visit_view(chart, services.zone)
        values = {"person": view.person, "text": note_text(chart, view), "launch": launch}
        return pages.TemplateResponse(request, "note.html", values)

    @router.get("/review.json")
    async def review_json(request: Request, launch: str) -> Response:
        chart = await services.review_patient(opened(services, request, launch))
        return JSONResponse(review_as_json(chart.review))

    return router


def visit_values(services: WebServices, session: LaunchSession, months: int, preview: Preview) -> dict[str, object]:
    """What the visit page shows of a chart that was read whole."""
    review, changes = preview.chart.review, services.confirmed_changes
    offered = services.find_resources.offered(session.ehr, review)
    return {
        "view": visit_view(preview.chart, services.zone, months, offered),
        "confirmed": confirmed_lines(changes(session), review, services.zone, changes.held),
        "offer": offer_words(preview),
        "beside": beside_offer(preview),
        "sink_note": preview.sink_note,
    }
