"""The visit page, in one piece or in two: who and the dose do not wait for a slow feed. No script is needed for it.

Both pieces are cut from renderings of the same template, `visit.html`, at the mark in it. The first holds nothing that rests on
what is still being read. When the whole chart says anything else about what was shown, the second begins with that.
"""

from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from fastapi import Request
from fastapi.templating import Jinja2Templates
from starlette.responses import Response, StreamingResponse

from app.domain.session import LaunchSession
from app.usecases.opened_chart import OpenedChart
from app.usecases.preview_changes import Preview
from app.usecases.review_patient import DoseFirst
from app.web.failures import Failure, told
from app.web.presenters.dose import dose_in_words
from app.web.presenters.dose_first import dose_first_view

GRACE_SECONDS = 0.3
"""So long the rest may take after the dose without the page being cut: below it two pieces would only flicker."""
MARK = "<!-- the rest of the chart -->"
"""Stands in visit.html where the first piece ends. Nothing of a chart can look like it: `<` is escaped there."""
UNBUFFERED = {"X-Accel-Buffering": "no"}
"""A proxy that gathers answers before it passes them on would undo all this (nginx reads this header)."""


@dataclass(frozen=True)
class VisitPage:
    """One request for the visit page, and how it is rendered. `values_of` a whole chart are the template's, the view too."""

    pages: Jinja2Templates
    request: Request
    session: LaunchSession
    zone: ZoneInfo
    values_of: Callable[[Preview], Mapping[str, object]]

    def answer(self, preview: Preview, **more: object) -> Response:
        """The whole page. `more`: `shown_before`, the dose that the first piece showed and that no longer counts."""
        return self._rendered({**self.values_of(preview), **more})

    def first(self, dose: DoseFirst, **more: object) -> str:
        """The page as far as it is known. `more`: `failure`, why there will be no more of it."""
        return text_of(self._rendered({"view": dose_first_view(dose, self.zone), **more}))

    def _rendered(self, values: Mapping[str, object]) -> Response:
        launch = {"launch": self.session.launch, "form_token": self.session.form_token}
        return self.pages.TemplateResponse(self.request, "visit.html", {**launch, **values})


async def visit_answer(chart: OpenedChart, page: VisitPage) -> Response:
    """The page in one piece, with whatever status is right, when the rest of the chart is in soon; else in two."""
    dose = await chart.dose_first(GRACE_SECONDS)
    if dose is None:
        return page.answer(await chart.whole())
    begun, still_reading, _ = page.first(dose).split(MARK)
    pieces = in_pieces(chart, page, dose, begun, still_reading)
    return StreamingResponse(pieces, media_type="text/html", headers=UNBUFFERED)


async def in_pieces(
    chart: OpenedChart, page: VisitPage, dose: DoseFirst, begun: str, still_reading: str
) -> AsyncIterator[str]:
    """What is known at once, and the rest when it has come; or why it does not come."""
    yield begun + still_reading
    try:
        rest = rest_of(page, await chart.whole(), dose, begun)
    except Exception as error:  # the status has been sent: whatever it is, the page has to end with it
        rest = broken_off(page, dose, told(error))
    yield rest


def rest_of(page: VisitPage, preview: Preview, dose: DoseFirst, begun: str) -> str:
    """Everything after the first piece; with the dose once more when the first piece would now read differently."""
    now, _, rest = text_of(page.answer(preview)).partition(MARK)
    if now == begun:
        return rest
    return text_of(page.answer(preview, shown_before=dose_in_words(dose.med))).partition(MARK)[2]


def broken_off(page: VisitPage, dose: DoseFirst, failure: Failure) -> str:
    """The end of a page whose rest cannot be had."""
    return page.first(dose, failure=failure).partition(MARK)[2]


def text_of(answer: Response) -> str:
    """A rendered page as text."""
    return bytes(answer.body).decode()
