"""The EHR's style for one launch, as a stylesheet of our own address: the pages load nothing from elsewhere."""

from fastapi import APIRouter, Request
from starlette.responses import PlainTextResponse, Response

from app.web.launch_pages import opened
from app.web.presenters.ehr_style import own_palettes, style_sheet
from app.web.services import WebServices


def style_pages(services: WebServices) -> APIRouter:
    """The route /chart/{launch}/style.css. 404 when the EHR stated no style; pages then do not link it."""
    router = APIRouter(prefix="/chart/{launch}")
    own = own_palettes((services.templates / "static" / "sextant.css").read_text(encoding="utf8"))

    @router.get("/style.css")
    async def style(request: Request, launch: str) -> Response:
        stated = opened(services, request, launch).style
        if stated is None:
            return PlainTextResponse("", status_code=404)
        return Response(style_sheet(stated, own), media_type="text/css")

    return router


def style_link(request: Request) -> dict[str, object]:
    """For every template: where this launch's stylesheet is, or an empty text."""
    return {"style_href": getattr(request.state, "style_href", "")}
