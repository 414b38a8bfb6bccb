"""The page of services that help with one finding, with a text to refer with. Nothing is sent from it to anybody."""

from fastapi import APIRouter, Request
from fastapi.templating import Jinja2Templates
from starlette.responses import Response

from app.domain.errors import WrongUsage
from app.web.launch_pages import opened
from app.web.presenters.resources import resources_view
from app.web.presenters.visit import person_of
from app.web.services import WebServices


def resource_pages(services: WebServices, pages: Jinja2Templates) -> APIRouter:
    """Routes under /chart/{launch}/resources."""
    router = APIRouter(prefix="/chart/{launch}")

    @router.get("/resources/{rule}")
    async def resources(request: Request, launch: str, rule: str) -> Response:
        session = opened(services, request, launch)
        chart = await services.review_patient(session)
        finding = chart.review.finding(rule)
        if finding is None:
            raise WrongUsage("The policy in force has no such rule.")
        directory = services.find_resources.directory(session.ehr)
        values = {
            "person": person_of(chart, services.zone),
            "view": resources_view(chart, finding, directory),
            "launch": launch,
        }
        return pages.TemplateResponse(request, "resources.html", values)

    return router
