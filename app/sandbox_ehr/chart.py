"""The EHR's screens: schedule, patient list, chart with tabs, and the app in a frame.

Nobody logs in: one demo clinician sits at the screen.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

import httpx
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import BaseRoute, Route

from app.sandbox_ehr.chart_data import ChartData
from app.sandbox_ehr.chart_rows import document_rows, flag_rows, medication_rows, result_rows, signed_name
from app.sandbox_ehr.settings import EhrSettings
from app.sandbox_ehr.tokens import Launch, TokenDesk
from app.sandbox_ehr.upstream import Upstream

_TEMPLATES = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "templates"), autoescape=True, undefined=StrictUndefined
)


Page = Callable[[Request], Awaitable[Response]]


@dataclass(frozen=True)
class ChartPages:
    """Routes and rendering; the reading is in `chart_data`, the shaping in `chart_rows`."""

    settings: EhrSettings
    upstream: Upstream
    desk: TokenDesk

    def routes(self) -> list[BaseRoute]:
        pages = {
            "/": self.schedule,
            "/patients": self.patients,
            "/chart/{patient}": self.medications,
            "/chart/{patient}/results": self.results,
            "/chart/{patient}/documents": self.documents,
            "/chart/{patient}/flags": self.flags,
            "/chart/{patient}/app": self.app,
        }
        return [Route(path, self._or_store_down(page)) for path, page in pages.items()]

    @property
    def _data(self) -> ChartData:
        return ChartData(self.upstream, self.settings.as_of)

    async def schedule(self, request: Request) -> Response:
        try:
            day = date.fromisoformat(request.query_params.get("day", str(self.settings.as_of)))
        except ValueError:
            day = self.settings.as_of
        slots = await self._data.schedule(day)
        step = timedelta(days=1)
        around: dict[str, Any] = {"before": day - step, "after": day + step, "today": self.settings.as_of}
        return await self._page("schedule.html", slots=slots, day=day, **around)

    async def patients(self, request: Request) -> Response:
        query = request.query_params.get("q", "").strip()
        return await self._page("patients.html", query=query, people=await self._data.people(query))

    async def medications(self, request: Request) -> Response:
        include = ("_include", "MedicationRequest:medication")
        orders = await self._data.of_patient("MedicationRequest", _patient(request), include)
        return await self._chart(request, "medications", rows=medication_rows(orders))

    async def results(self, request: Request) -> Response:
        found = await self._data.of_patient("Observation", _patient(request))
        return await self._chart(request, "results", rows=result_rows(found))

    async def documents(self, request: Request) -> Response:
        found = await self._data.of_patient("DocumentReference", _patient(request))
        return await self._chart(request, "documents", rows=document_rows(found))

    async def flags(self, request: Request) -> Response:
        """The header's flags alone: the chart fetches them again every few seconds."""
        flags = flag_rows(await self._data.of_patient("Flag", _patient(request)))
        return self._html(_TEMPLATES.get_template("_flags.html").render(flags=flags))

    async def app(self, request: Request) -> Response:
        """Opens the app with a new launch token for this patient, this visit and this clinician."""
        user = await self._user()
        visit = await self._data.visit_today(_patient(request))
        token = self.desk.open_launch(Launch(_patient(request), visit, user))
        query = urlencode({"iss": self.settings.fhir_base, "launch": token})
        return await self._chart(request, "app", source=f"{self.settings.app_launch_url}?{query}")

    async def _chart(self, request: Request, tab: str, **more: Any) -> Response:
        patient = await self._data.patient(_patient(request))
        if patient is None:
            return await self._page("message.html", status=404, text="There is no chart with this number.")
        flags = flag_rows(await self._data.of_patient("Flag", patient.id))
        return await self._page(f"{tab}.html", tab=tab, person=patient, flags=flags, **more)

    async def _page(self, template: str, *, status: int = 200, **more: Any) -> Response:
        clinician = await self._data.clinician() or {}
        page = _TEMPLATES.get_template(template).render(clinician=signed_name(clinician), **more)
        return self._html(page, status)

    def _or_store_down(self, page: Page) -> Page:
        async def guarded(request: Request) -> Response:
            try:
                return await page(request)
            except httpx.TransportError:
                text = "The FHIR store does not answer. Start it, then reload this page."
                return self._html(_TEMPLATES.get_template("message.html").render(clinician="", text=text), 502)

        return guarded

    async def _user(self) -> str:
        if self.settings.user:
            return self.settings.user
        clinician = await self._data.clinician()
        return f"Practitioner/{clinician['id'] if clinician else 'unknown'}"

    def _html(self, page: str, status: int = 200) -> Response:
        url = urlsplit(self.settings.app_launch_url)
        # The frame goes to the app, back to our authorize endpoint, and to the app again.
        policy = (
            "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self'; "
            f"form-action 'self'; frame-ancestors 'none'; frame-src 'self' {url.scheme}://{url.netloc}"
        )
        headers = {"content-security-policy": policy, "cache-control": "no-store"}
        return HTMLResponse(page, status, headers)


def _patient(request: Request) -> str:
    return str(request.path_params["patient"])
