"""Schedule, chart and frame in a real Chromium, with the synthetic clinic and a stand-in for the app."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from playwright.sync_api import Page, expect, sync_playwright

from tests.servers import Sandbox, start_sandbox
from tests.smart_dance import Dance


class StandIn(BaseHTTPRequestHandler):
    """Any GET: a page that says that it was opened. What was asked for is kept in `opened`."""

    opened: list[str]

    def do_GET(self) -> None:
        self.opened.append(self.path)
        self.send_response(200)
        self.send_header("content-type", "text/html")
        self.end_headers()
        self.wfile.write(b"<h1>The app is open</h1>")

    def log_message(self, format: str, *arguments: object) -> None:
        """Keeps the test's output quiet."""


@pytest.fixture
def opened() -> Iterator[tuple[str, list[str]]]:
    """The stand-in's launch URL, and the paths it was opened with."""
    paths: list[str] = []
    handler = type("Handler", (StandIn,), {"opened": paths})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://localhost:{server.server_port}/launch", paths
    server.shutdown()
    server.server_close()


@pytest.fixture
def clinic(opened: tuple[str, list[str]]) -> Iterator[Sandbox]:
    with start_sandbox(app_launch_url=opened[0], as_of="2026-11-24") as sandbox:
        yield sandbox


@pytest.fixture
def page() -> Iterator[Page]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        yield browser.new_page(viewport={"width": 1280, "height": 760})
        browser.close()


def test_from_the_schedule_to_a_flag_in_the_header(clinic: Sandbox, page: Page, opened: tuple[str, list[str]]) -> None:
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.goto(clinic.base_url)
    page.locator("tbody a.name").first.click()
    patient = urlsplit(page.url).path.split("/")[2]
    page.get_by_role("link", name="Sextant").click()
    expect(page.frame_locator("iframe").get_by_role("heading")).to_have_text("The app is open")
    asked = parse_qs(urlsplit(opened[1][0]).query)
    assert asked["iss"] == [clinic.fhir_base]
    assert asked["launch"][0]

    flags = page.locator("#flags")
    expect(flags).to_contain_text("Flags" if flags.locator("li").count() else "No flags")
    _write_flag(clinic, patient, "Naloxone to offer")
    expect(flags).to_contain_text("Naloxone to offer", timeout=8000)
    assert complaints == []


def _write_flag(clinic: Sandbox, patient: str, text: str) -> None:
    subject = {"reference": f"Patient/{patient}"}
    flag = {"resourceType": "Flag", "status": "active", "code": {"text": text}, "subject": subject}
    with Dance(clinic.base_url).fhir(patient) as fhir:
        assert fhir.post("Flag", json=flag).status_code == 201


def test_the_clinic_is_loaded_and_every_chart_opens(clinic: Sandbox) -> None:
    people = httpx.get(f"{clinic.base_url}/patients").text
    ids = {part.split('"')[0] for part in people.split('href="/chart/')[1:]}
    assert len(ids) >= 12
    for patient in ids:
        for tab in ("", "/results", "/documents"):
            assert httpx.get(f"{clinic.base_url}/chart/{patient}{tab}", timeout=30).status_code == 200
