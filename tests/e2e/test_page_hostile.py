"""Hostile text in every text of every resource is shown as text: no element, no script, no report of the security policy."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from app.sandbox_ehr.clinic import SCENARIOS, transaction_bundles
from tests.clinic_day import clinic_today
from tests.e2e.conftest import World, world
from tests.e2e.opened import check_access, open_everything, open_visit
from tests.e2e.walk import browser_page

PATIENTS = ("the-four-shapes", "opioid-benzodiazepine", "active-cancer")
HOSTILE = "</textarea></title><img src=x onerror=\"document.title='taken'\"><svg onload=alert(1)>{{7*7}}'\"--><b>"
MEANT_FOR_MACHINES = re.compile(
    r"resourceType|id|reference|system|code|url|fullUrl|method|status|use|type|linkId|versionId|questionnaire|intent|gender|kind"
    r"|priority|docStatus|lifecycleStatus|language|contentType|comparator|currency|periodUnit|durationUnit|valueCode"
    r"|start|end|issued|date|created|authored|lastUpdated|whenHandedOver|whenPrepared|birthDate|dateAsserted|dateWritten"
    r"|dateTime|authoredOn|startDate|dueDate|\w+DateTime"
)
"""Fields whose text is a code, a date, an address or a number: EHRs check those, people do not write them."""


def spoiled(value: Any, name: str = "") -> Any:
    """The same resource with the hostile text behind every text that a person may have written."""
    if isinstance(value, dict):
        return {key: spoiled(each, key) for key, each in value.items()}
    if isinstance(value, list):
        return [spoiled(each, name) for each in value]
    if isinstance(value, str) and not MEANT_FOR_MACHINES.fullmatch(name):
        return f"{value} {HOSTILE}"
    return value


def hostile_bundles() -> list[dict[str, Any]]:
    """What all charts share and three charts, spoiled."""
    shared, *charts = transaction_bundles(clinic_today())
    names = [scenario.name for scenario in SCENARIOS]
    chosen = [charts[names.index(patient)] for patient in PATIENTS]
    return [spoiled_bundle(bundle) for bundle in (shared, *chosen)]


def spoiled_bundle(bundle: dict[str, Any]) -> dict[str, Any]:
    """A transaction whose resources are spoiled and whose requests are whole."""
    entries = [{**entry, "resource": spoiled(entry["resource"])} for entry in bundle["entry"]]
    return {**bundle, "entry": entries}


@pytest.fixture(scope="module")
def hostile_world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """An EHR in which every text is hostile."""
    lines = Path(tmp_path_factory.mktemp("hostile"), "charts.ndjson")
    lines.write_text("\n".join(json.dumps(bundle) for bundle in hostile_bundles()))
    with world("generic", no_clinic=True, load=lines) as running:
        yield running


@pytest.fixture
def page() -> Iterator[Page]:
    """A browser of its own for each test: a report of the content security policy fails the test that caused it."""
    with browser_page(600, 700) as opened:
        opened.on("dialog", lambda dialog: pytest.fail(f"a script ran: {dialog.message}"))
        yield opened


def assert_only_text(page: Page) -> None:
    """Nothing of the hostile text became an element, a template or a script."""
    assert page.title() != "taken"
    assert page.locator("img, b, script, svg[onload]").count() == 0
    assert "onerror" not in page.evaluate(
        "[...document.querySelectorAll('*')].flatMap(e => e.getAttributeNames()).join()"
    )


@pytest.mark.parametrize("patient", PATIENTS)
def test_hostile_text_is_text_on_every_page(page: Page, hostile_world: World, patient: str) -> None:
    visit = open_visit(page, hostile_world, patient)
    open_everything(page)
    assert "<img src=x onerror=" in page.locator("body").inner_text()
    assert "{{7*7}}" in page.locator("body").inner_text()
    assert_only_text(page)
    for path in (
        "/why/med",
        "/why/sedative",
        "/why/naloxone",
        "/note",
        "/preview",
        "/record",
        "/later/med",
        "/resources/med",
    ):
        page.goto(visit + path)
        open_everything(page)
        assert_only_text(page)
    assert page.goto(f"{visit}/note")
    assert "<img src=x onerror=" in page.get_by_label("Text for the note").input_value()


def test_the_pages_after_a_write_are_clean_and_for_everybody(page: Page, hostile_world: World) -> None:
    visit = open_visit(page, hostile_world, "opioid-benzodiazepine")
    page.goto(f"{visit}/preview")
    page.get_by_role("button", name=re.compile("^Write ")).click()
    expect(page.get_by_role("heading", name="What the EHR answered")).to_be_visible()
    assert page.locator(".change").count() >= 1
    assert_only_text(page)
    check_access(page, "written")
    page.goto(visit)
    expect(page.get_by_text("nothing to write")).to_be_visible()
