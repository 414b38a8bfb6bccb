"""The pages on which a person's word goes into Sextant: record a fact, withdraw it, put a finding aside, bring it back."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.templating import Jinja2Templates
from starlette.responses import RedirectResponse, Response

from app.domain.errors import WrongUsage
from app.domain.session import LaunchSession
from app.usecases.dismiss_finding import Offer
from app.usecases.record_fact import TAPER_UNITS, Refused
from app.usecases.review_patient import ReviewedChart
from app.web.launch_pages import opened
from app.web.presenters.recording import (
    DONE,
    TAPER_INPUTS,
    About,
    Filled,
    about,
    aside_view,
    entry_lines,
    groups,
    usual_pace,
)
from app.web.presenters.visit import person_of
from app.web.security import check_form
from app.web.services import WebServices

FACT = "fact."
"""What the names of the questions' fields begin with; the concept follows."""
NUMBERS = "taper."
"""The same for the numbers of a plan for a slower dose."""
LONGEST_FIELD = 4000
"""More than anybody types: what is longer is cut before it is shown again."""

EMPTY = Filled()

Token = Annotated[str, Form()]
Text = Annotated[str, Form()]
Number = Annotated[int, Form()]


@dataclass(frozen=True, slots=True)
class Desk:
    """What the pages of this file share."""

    services: WebServices
    pages: Jinja2Templates

    def opened(self, request: Request, launch: str) -> LaunchSession:
        """The launch that a page belongs to. Raises LaunchAgain unless this browser opened it."""
        return opened(self.services, request, launch)

    def posted(self, request: Request, launch: str, form_token: str) -> LaunchSession:
        """The same for a form, which must come from a page of that launch."""
        session = self.opened(request, launch)
        check_form(session, form_token, request.headers, self.services.base_url)
        return session

    async def record_page(
        self,
        request: Request,
        session: LaunchSession,
        rule: str | None,
        filled: Filled = EMPTY,
        done: str = "",
    ) -> Response:
        """The form, from a chart read this moment; 422 when it is shown again with problems."""
        services = self.services
        chart = await services.review_patient(session)
        today = chart.review.as_of
        values = {
            "person": person_of(chart, services.zone),
            "about": about_rule(chart, rule, today) if rule else None,
            "groups": groups(rule, filled),
            "pace": usual_pace(chart.over_time.pace),
            "taper_fields": TAPER_INPUTS,
            "taper_units": TAPER_UNITS,
            "filled": filled,
            "day": filled.day or today.isoformat(),
            "today": today.isoformat(),
            "notice": DONE.get(done, ""),
            "entries": entry_lines(
                services.record_facts.entered(session, chart.record), services.zone, chart.over_time.pace
            ),
            "form_token": session.form_token,
            "launch": session.launch,
        }
        return self.pages.TemplateResponse(request, "record.html", values, status_code=status_of(filled))

    async def store(self, request: Request, session: LaunchSession, rule: str | None) -> Response:
        """Take a filled-in form: stored and shown anew, or the same page with what is wrong."""
        filled = filled_in(await request.form())
        stored = self.services.record_facts(session, filled.chosen, filled.day, filled.note, filled.numbers)
        if isinstance(stored, Refused):
            return await self.record_page(request, session, rule, replace(filled, problems=stored.problems))
        return to_record_page(session.launch, rule, "recorded")

    def later_page(
        self, request: Request, session: LaunchSession, chart: ReviewedChart, offer: Offer, filled: Filled = EMPTY
    ) -> Response:
        """The page that puts one finding aside; 422 when it is shown again with problems."""
        values = {
            "person": person_of(chart, self.services.zone),
            "view": aside_view(offer, chart.review.as_of, self.services.zone),
            "filled": filled,
            "form_token": session.form_token,
            "launch": session.launch,
        }
        return self.pages.TemplateResponse(request, "later.html", values, status_code=status_of(filled))


def record_pages(services: WebServices, pages: Jinja2Templates) -> APIRouter:
    """Routes under /chart/{launch}: record, withdraw, later, bring-back."""
    router = APIRouter(prefix="/chart/{launch}")
    desk = Desk(services, pages)
    add_record_routes(router, desk)
    add_withdraw_route(router, desk)
    add_later_routes(router, desk)
    return router


def add_record_routes(router: APIRouter, desk: Desk) -> None:
    """Record a fact: for one rule, or for none in particular."""

    @router.get("/record")
    async def record_anything(request: Request, launch: str, done: str = "") -> Response:
        return await desk.record_page(request, desk.opened(request, launch), None, done=done)

    @router.get("/record/{rule}")
    async def record(request: Request, launch: str, rule: str, done: str = "") -> Response:
        return await desk.record_page(request, desk.opened(request, launch), rule, done=done)

    @router.post("/record")
    async def store_anything(request: Request, launch: str, form_token: Token) -> Response:
        return await desk.store(request, desk.posted(request, launch, form_token), None)

    @router.post("/record/{rule}")
    async def store_for_rule(request: Request, launch: str, rule: str, form_token: Token) -> Response:
        return await desk.store(request, desk.posted(request, launch, form_token), rule)


def add_withdraw_route(router: APIRouter, desk: Desk) -> None:
    """Take an entry back."""

    @router.post("/withdraw")
    async def withdraw(request: Request, launch: str, form_token: Token, number: Number, rule: Text = "") -> Response:
        desk.services.record_facts.withdraw(desk.posted(request, launch, form_token), number)
        return to_record_page(launch, rule or None, "withdrawn")

    @router.get("/withdraw")
    @router.get("/bring-back")
    async def reloaded(launch: str) -> Response:
        return RedirectResponse(f"/chart/{launch}", status_code=303)


def add_later_routes(router: APIRouter, desk: Desk) -> None:
    """Put a finding aside, or bring it back."""
    dismiss = desk.services.dismiss_finding

    @router.get("/later/{rule}")
    async def later(request: Request, launch: str, rule: str) -> Response:
        session = desk.opened(request, launch)
        chart, offer = await dismiss.offer(session, rule)
        return desk.later_page(request, session, chart, offer)

    @router.post("/later/{rule}")
    async def put_aside(
        request: Request, launch: str, rule: str, form_token: Token, shown: Text, reason: Text = "", until: Text = ""
    ) -> Response:
        session = desk.posted(request, launch, form_token)
        chart, offer = await dismiss.offer(session, rule)
        stored = dismiss(session, offer, shown, reason, until)
        if isinstance(stored, Refused):
            filled = Filled({"reason": reason}, until[:LONGEST_FIELD], problems=stored.problems)
            return desk.later_page(request, session, chart, offer, filled)
        return RedirectResponse(f"/chart/{launch}", status_code=303)

    @router.post("/bring-back")
    async def bring_back(request: Request, launch: str, form_token: Token, number: Number) -> Response:
        dismiss.bring_back(desk.posted(request, launch, form_token), number)
        return RedirectResponse(f"/chart/{launch}", status_code=303)


def to_record_page(launch: str, rule: str | None, done: str) -> Response:
    """After a change: the page again, by an address of its own, so that a reload repeats nothing."""
    page = f"record/{rule}" if rule else "record"
    return RedirectResponse(f"/chart/{launch}/{page}?done={done}", status_code=303)


def status_of(filled: Filled) -> int:
    """422 for a form that could not be taken."""
    return 422 if filled.problems else 200


def about_rule(chart: ReviewedChart, rule: str, today: date) -> About:
    """The finding of the page's rule. Raises WrongUsage when the policy has no such rule."""
    finding = chart.review.finding(rule)
    if finding is None:
        raise WrongUsage("The policy in force has no such rule.")
    return about(finding, today)


def filled_in(form: Mapping[str, object]) -> Filled:
    """What was typed, as texts; files and anything else that is no text count as nothing."""
    texts = {name: value[:LONGEST_FIELD] for name, value in form.items() if isinstance(value, str)}
    chosen = {name.removeprefix(FACT): value for name, value in texts.items() if name.startswith(FACT)}
    numbers = {name.removeprefix(NUMBERS): value for name, value in texts.items() if name.startswith(NUMBERS)}
    return Filled(chosen, texts.get("day", ""), texts.get("note", ""), numbers=numbers)
