"""The visit page in two pieces: what is shown first, what follows, and how it ends when the rest cannot be had."""

import asyncio
import json
import logging
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from fastapi.templating import Jinja2Templates
from starlette.requests import Request
from starlette.responses import StreamingResponse
from starlette.types import Message

from app.domain.errors import LaunchAgain
from app.domain.feeds import Feed, FeedStatus
from app.domain.flag import FlagPlan
from app.domain.record import PatientRecord
from app.domain.session import LaunchSession, Secret, Tokens
from app.fhir_adapters.files import records_from
from app.main import TEMPLATES
from app.rules import load_pack
from app.sandbox_ehr.clinic import SCENARIOS, bundle_of
from app.usecases.opened_chart import OpenedChart
from app.usecases.preview_changes import Preview
from app.usecases.review_patient import DoseIn, dose_first, reviewed
from app.web import streaming
from app.web.application import RequestLog, template_environment
from app.web.failures import FaultPages
from app.web.presenters.visit import visit_view
from app.web.security import SecurityHeaders
from app.web.streaming import VisitPage, visit_answer
from tests.clinic_day import CLINIC_ZONE, clinic_today

NOW = datetime(2026, 11, 24, 17, 0, tzinfo=UTC)
POLICY = load_pack("sandbox-clinic")
ALL_FEEDS = {feed: FeedStatus.AVAILABLE for feed in Feed if feed is not Feed.PDMP}
REST = ("To do at this visit", "risk of harm", "Write to the chart", "How the dose is worked out")
"""Words of sections that need the whole chart (the last one only because it stands after them)."""


@pytest.fixture(autouse=True)
def _little_grace(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streaming, "GRACE_SECONDS", 0.01)


def record_of(patient: str, folder: Path) -> PatientRecord:
    """One chart of the clinic, read whole."""
    path = folder / "chart.json"
    path.write_text(json.dumps(bundle_of(next(s for s in SCENARIOS if s.name == patient), clinic_today())))
    return next(iter(records_from(path, CLINIC_ZONE, ALL_FEEDS).records))


def preview_of(record: PatientRecord) -> Preview:
    return Preview(reviewed(record, POLICY, clinic_today(), NOW), FlagPlan((), "digest"), (), "")


def session() -> LaunchSession:
    tokens = Tokens(Secret("access"), NOW, ())
    return LaunchSession("l" * 43, "b" * 43, "clinic", "Patient/p1", "Practitioner/d1", tokens, NOW)


def page() -> VisitPage:
    """As the route makes it."""
    request = Request({"type": "http", "method": "GET", "path": "/", "headers": [], "query_string": b""})
    return VisitPage(Jinja2Templates(env=template_environment(TEMPLATES)), request, session(), CLINIC_ZONE, values_of)


def values_of(preview: Preview) -> dict[str, object]:
    return {"view": visit_view(preview.chart, CLINIC_ZONE), "offer": "", "beside": "", "sink_note": "", "confirmed": ()}


Ending = Callable[[], Preview]


def chart(early: PatientRecord, ending: Ending, held: asyncio.Event) -> OpenedChart:
    """A reading that has the medicines at once, and ends in its way when it is released."""

    async def read(dose_in: DoseIn) -> Preview:
        dose_in(lambda: dose_first(early, POLICY, clinic_today(), NOW))
        await held.wait()
        return ending()

    return OpenedChart(read)


def pieces(early: PatientRecord, ending: Ending) -> list[str]:
    """What is sent, piece by piece; the reading ends only after the first one."""

    async def answered() -> list[str]:
        held = asyncio.Event()
        answer = await asyncio.wait_for(visit_answer(chart(early, ending, held), page()), 5)
        assert isinstance(answer, StreamingResponse)
        sent = []
        async for piece in answer.body_iterator:
            sent.append(str(piece))
            held.set()
        return sent

    return asyncio.run(answered())


def raising(error: Exception) -> Ending:
    def end() -> Preview:
        raise error

    return end


@pytest.fixture
def whole(tmp_path: Path) -> PatientRecord:
    return record_of("opioid-benzodiazepine", tmp_path)


@pytest.fixture
def early(whole: PatientRecord) -> PatientRecord:
    """What the same chart is while everything but person and medicines is still being read."""
    return PatientRecord(
        whole.reference,
        whole.patient,
        whole.orders,
        whole.dispenses,
        whole.statements,
        feeds=replace(whole.feeds, states={feed: whole.feeds.of(feed) for feed in (Feed.MEDICATIONS, Feed.DISPENSES)}),
    )


def test_the_first_piece_has_who_and_the_dose_and_nothing_else(early: PatientRecord, whole: PatientRecord) -> None:
    first, rest = pieces(early, lambda: preview_of(whole))
    assert whole.patient is not None
    assert whole.patient.name is not None
    assert f"<h1>{whole.patient.name}</h1>" in first
    assert "MME/day" in first
    assert "follows below when it has been read" in first
    assert not [words for words in REST if words in first]
    assert not [words for words in REST if words not in rest]


def test_both_pieces_are_the_page_but_for_the_line_between_them(early: PatientRecord, whole: PatientRecord) -> None:
    first, rest = pieces(early, lambda: preview_of(whole))
    once = bytes(page().answer(preview_of(whole)).body).decode()
    before, _, after = once.partition(streaming.MARK)
    assert first.startswith(before)
    assert rest == after
    assert "worked out again" not in rest


def test_a_dose_that_the_whole_chart_changes_is_said_first(early: PatientRecord, whole: PatientRecord) -> None:
    """For instance an order that came with another feed's answer."""
    fewer = replace(early, orders=(), dispenses=(), statements=())
    first, rest = pieces(fewer, lambda: preview_of(whole))
    assert "no opioid" in first
    again = rest.index("The dose was worked out again with the whole chart")
    assert "this page said no opioid in force. That no longer counts" in rest
    assert again < rest.index("MME/day") < rest.index("To do at this visit")


def test_a_dose_that_turns_out_to_be_at_least_so_much_is_said_first(early: PatientRecord, whole: PatientRecord) -> None:
    partial = replace(
        whole,
        feeds=whole.feeds.with_state(
            Feed.MEDICATIONS, replace(whole.feeds.of(Feed.MEDICATIONS), status=FeedStatus.PARTIAL)
        ),
    )
    _, rest = pieces(early, lambda: preview_of(partial))
    again = rest[rest.index("worked out again") : rest.index("To do at this visit")]
    assert "at least" in again


def test_a_launch_that_ends_in_between_ends_the_page_as_designed(early: PatientRecord) -> None:
    first, rest = pieces(early, raising(LaunchAgain("The EHR no longer accepts this launch.")))
    assert "MME/day" in first
    for words in (
        "could not be shown",
        "open Sextant from the chart again",
        "The dose above rests on the medicines alone",
        "</html>",
    ):
        assert words in rest
    assert "How the dose is worked out" in rest, "the working rests on the medicines alone"
    assert "To do at this visit" not in rest
    assert "read the chart again" not in rest, "a launch that is over stays so"


def test_a_fault_of_ours_in_between_keeps_its_text_to_itself(
    early: PatientRecord, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        _, rest = pieces(early, raising(ValueError("Jane Doe takes oxycodone")))
    assert "Reference for your administrator" in rest
    assert "read the chart again" in rest
    assert rest.rstrip().endswith("</html>")
    assert "Jane Doe" not in rest + caplog.text
    assert "unexpected ValueError at test_two_pieces.py" in caplog.text


def test_a_chart_that_is_soon_in_is_one_piece(early: PatientRecord, whole: PatientRecord) -> None:
    async def answered() -> Any:
        held = asyncio.Event()
        held.set()
        return await visit_answer(chart(early, lambda: preview_of(whole), held), page())

    answer = asyncio.run(answered())
    assert not isinstance(answer, StreamingResponse)
    assert answer.headers["content-length"] == str(len(answer.body))


def test_a_launch_that_is_over_before_anything_was_sent_is_refused_as_ever(early: PatientRecord) -> None:
    async def answered() -> None:
        held = asyncio.Event()
        held.set()
        await visit_answer(chart(early, raising(LaunchAgain("over")), held), page())

    with pytest.raises(LaunchAgain):
        asyncio.run(answered())


def test_nothing_between_route_and_server_holds_the_first_piece_back(
    early: PatientRecord, whole: PatientRecord
) -> None:
    """All our middleware around the answer: its first piece is out before the reading may end."""

    async def sent() -> list[Message]:
        held, messages = asyncio.Event(), []

        async def route(scope: Any, receive: Any, send: Any) -> None:
            answer = await visit_answer(chart(early, lambda: preview_of(whole), held), page())
            await answer(scope, receive, send)

        async def receive() -> Message:
            await asyncio.sleep(60)
            return {"type": "http.disconnect"}

        async def send(message: Message) -> None:
            messages.append(message)
            if message.get("body"):
                held.set()

        around = SecurityHeaders(RequestLog(FaultPages(route, lambda *_: pytest.fail("no failure page"))), [])
        scope = {"type": "http", "method": "GET", "path": "/chart/x", "headers": [], "asgi": {"spec_version": "2.3"}}
        await asyncio.wait_for(around(scope, receive, send), 5)
        return messages

    start, *bodies = asyncio.run(sent())
    headers = dict(start["headers"])
    assert b"content-security-policy" in headers
    assert b"content-length" not in headers
    assert [bool(each["body"]) for each in bodies] == [True, True, False]


def test_a_browser_that_goes_away_does_not_end_the_reading(early: PatientRecord, whole: PatientRecord) -> None:
    read_to_the_end: list[bool] = []

    def ending() -> Preview:
        read_to_the_end.append(True)
        return preview_of(whole)

    async def gone() -> None:
        held = asyncio.Event()
        answer = await visit_answer(chart(early, ending, held), page())
        assert isinstance(answer, StreamingResponse)
        sending = asyncio.create_task(consume(answer))
        await asyncio.sleep(0.01)
        sending.cancel()
        await asyncio.wait([sending])
        assert sending.cancelled()
        held.set()
        await asyncio.sleep(0.05)

    async def consume(answer: StreamingResponse) -> None:
        async for _ in answer.body_iterator:
            pass

    asyncio.run(gone())
    assert read_to_the_end == [True]
