"""The pages on which a person confirms: writing to the chart, and taking back what was written today.

Both go the same way: a preview from a chart read this moment, a form that carries the fingerprint of what was shown, the chart
read again, and what the EHR answered.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.templating import Jinja2Templates
from pydantic import BaseModel
from starlette.responses import RedirectResponse, Response

from app.domain.finding import Review
from app.domain.flag import Written
from app.domain.session import LaunchSession
from app.usecases.preview_changes import Preview
from app.usecases.write_back import Previews, WriteBack, WriteResult
from app.web.launch_pages import opened
from app.web.presenters.visit import person_of
from app.web.presenters.writing import (
    AnswerLine,
    answer_lines,
    button_words,
    can_undo,
    change_lines,
    left_lines,
    taken_back_lines,
    withheld_lines,
)
from app.web.security import check_form
from app.web.services import WebServices


class Confirmed(BaseModel):
    """What the form sends: the fingerprint of the plan that was shown, and the lines left ticked."""

    form_token: str
    digest: str
    rule: list[str] = []


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that is confirmed. `values` are what its template shows beside the lines; `leaves` tells whether an answer left
    something that can be taken back; the sentences say that nothing was done, and why."""

    preview: Previews
    carry_out: WriteBack
    template: str
    values: Callable[[Preview], Mapping[str, object]]
    answers: Callable[[tuple[Written, ...], Review], tuple[AnswerLine, ...]]
    leaves: Callable[[tuple[Written, ...]], bool]
    changed_meanwhile: str
    not_read: str


def confirm_pages(services: WebServices, pages: Jinja2Templates) -> APIRouter:
    """Routes under /chart/{launch}: preview and write, undo."""
    router = APIRouter(prefix="/chart/{launch}")
    add_step(router, ConfirmDesk(services, pages, writing(services)), "/preview", "/write")
    add_step(router, ConfirmDesk(services, pages, taking_back(services)), "/undo", "/undo")

    @router.get("/write")
    async def write_reloaded(launch: str) -> Response:
        return RedirectResponse(f"/chart/{launch}", status_code=303)

    return router


def writing(services: WebServices) -> Step:
    """The changes that the findings ask for."""
    return Step(
        preview=services.preview_changes,
        carry_out=services.write_back,
        template="preview.html",
        values=lambda shown: {"button": button_words(shown)},
        answers=answer_lines,
        leaves=can_undo,
        changed_meanwhile="The chart changed since this preview was shown, so nothing was written. This is the new preview.",
        not_read="Nothing was written.",
    )


def taking_back(services: WebServices) -> Step:
    """What Sextant wrote today, ended; what is not sent yet, never sent."""
    return Step(
        preview=services.preview_undo,
        carry_out=services.undo,
        template="undo.html",
        values=lambda shown: {"withheld": withheld_lines(shown), "left": left_lines(shown), "is_whole": shown.is_whole},
        answers=taken_back_lines,
        leaves=lambda _: False,
        changed_meanwhile="The chart changed since this page was shown, so nothing was taken back. This is what there is now.",
        not_read="Nothing was taken back.",
    )


def add_step(router: APIRouter, desk: "ConfirmDesk", shown_at: str, confirmed_at: str) -> None:
    """The two routes of one step."""

    @router.get(shown_at)
    async def show(request: Request, launch: str) -> Response:
        return await desk.show(request, opened(desk.services, request, launch))

    @router.post(confirmed_at)
    async def confirm(request: Request, launch: str, form: Annotated[Confirmed, Form()]) -> Response:
        return await desk.confirm(request, opened(desk.services, request, launch), form)


@dataclass(frozen=True, slots=True)
class ConfirmDesk:
    """Shows the preview of one step, and carries out what was confirmed."""

    services: WebServices
    pages: Jinja2Templates
    step: Step

    async def show(self, request: Request, session: LaunchSession) -> Response:
        """What would be done, from a chart read this moment."""
        return self._preview(request, session, await self.step.preview(session))

    async def confirm(self, request: Request, session: LaunchSession, form: Confirmed) -> Response:
        """Carry out the ticked lines, or show the new preview (409) when the plan is not the one that was shown."""
        check_form(session, form.form_token, request.headers, self.services.base_url)
        result = await self.step.carry_out(session, form.digest, frozenset(form.rule))
        if result.changed_meanwhile:
            return self._preview(request, session, result.preview, self.step.changed_meanwhile, status=409)
        if not result.preview.is_whole:
            return self._preview(request, session, result.preview, self.step.not_read, status=503)
        return self._answer(request, session, result)

    def _preview(
        self, request: Request, session: LaunchSession, shown: Preview, notice: str = "", status: int = 200
    ) -> Response:
        values = {
            "person": person_of(shown.chart, self.services.zone),
            "lines": change_lines(shown),
            "digest": shown.plan.digest,
            "form_token": session.form_token,
            "launch": session.launch,
            "notice": notice,
            "sink_note": shown.sink_note,
            **self.step.values(shown),
        }
        return self.pages.TemplateResponse(request, self.step.template, values, status_code=status)

    def _answer(self, request: Request, session: LaunchSession, result: WriteResult) -> Response:
        chart = result.preview.chart
        is_left = self.step.leaves(result.written) or self.services.preview_undo.has_something(session, chart)
        values = {
            "person": person_of(chart, self.services.zone),
            "answers": self.step.answers(result.written, chart.review),
            "can_undo": is_left,
            "launch": session.launch,
        }
        return self.pages.TemplateResponse(request, "written.html", values)
