"""A fault of ours is a page with every fence around it, and neither page nor log repeats what was in hand."""

import asyncio
import logging
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI
from fastapi.templating import Jinja2Templates

from app.domain.errors import TryAgainLater
from app.web.application import template_environment
from app.web.failures import add_failure_pages
from app.web.security import SecurityHeaders

TEMPLATES = Path(__file__).resolve().parents[3] / "templates"
CHART_TEXT = "Jane Doe takes oxycodone"


@pytest.fixture
def app() -> FastAPI:
    """An application with one route that breaks and one that is refused."""
    app = FastAPI()
    add_failure_pages(app, Jinja2Templates(env=template_environment(TEMPLATES)))
    app.add_middleware(SecurityHeaders, frame_ancestors=["https://ehr.example"])

    @app.get("/broken")
    async def broken() -> None:
        raise ValueError(CHART_TEXT)

    @app.get("/busy")
    async def busy() -> None:
        raise TryAgainLater("The EHR asks for fewer requests.")

    return app


def get(app: FastAPI, path: str) -> httpx.Response:
    """One request; an exception that leaves the application would be raised here."""

    async def ask() -> httpx.Response:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://sextant") as client:
            return await client.get(path)

    return asyncio.run(ask())


def test_an_unexpected_fault_keeps_its_text_to_itself(app: FastAPI, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        answer = get(app, "/broken")
    assert answer.status_code == 500
    assert "Content-Security-Policy" in answer.headers
    assert answer.headers["Cache-Control"] == "no-store"
    assert CHART_TEXT not in answer.text
    ours = [record for record in caplog.records if record.name.startswith("app.")]
    assert [record for record in ours if "ValueError at test_faults_of_ours.py" in record.getMessage()]
    assert not [record for record in caplog.records if CHART_TEXT in record.getMessage() or record.exc_info]


def test_a_refusal_has_its_own_status_and_remedy(app: FastAPI) -> None:
    answer = get(app, "/busy")
    assert answer.status_code == 503
    assert "fewer requests" in answer.text
    assert "Try again in a minute" in answer.text
