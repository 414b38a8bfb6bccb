"""The EHR's own screens, in front of the built-in store and of HAPI."""

from __future__ import annotations

import httpx
import pytest

from tests.contract.gateway.two_charts import ANNE, resource
from tests.servers import Sandbox

JSON = {"content-type": "application/fhir+json"}


def page(sandbox: Sandbox, path: str, status: int = 200) -> str:
    answer = httpx.get(f"{sandbox.base_url}{path}", timeout=30)
    assert answer.status_code == status
    return answer.text


def test_the_schedule_lists_the_day(sandbox: Sandbox) -> None:
    today = page(sandbox, "/")
    assert "Tuesday, November 24, 2026" in today
    assert "09:20" in today
    assert "Anneson, Anne" in today
    assert "Anneson" not in page(sandbox, "/?day=2026-11-25")
    assert "Tuesday, November 24, 2026" in page(sandbox, "/?day=nonsense")


@pytest.mark.parametrize(("query", "found"), [("", True), ("Anne", True), ("MRN-anne", True), ("nobody", False)])
def test_patients_are_found_by_name_or_record_number(sandbox: Sandbox, query: str, found: bool) -> None:
    assert ("Anneson, Anne" in page(sandbox, f"/patients?q={query}")) == found


def test_the_header_says_who_it_is(sandbox: Sandbox) -> None:
    for tab in ("", "/results", "/documents", "/app"):
        chart = page(sandbox, f"/chart/anne{tab}")
        assert "Anneson, Anne" in chart
        assert "May 6, 1970 (56 y)" in chart
        assert "MRN-anne" in chart
        assert "Borisson" not in chart


def test_a_new_flag_is_in_the_header_at_once(sandbox: Sandbox, anne: httpx.Client) -> None:
    flag = {**resource("Flag", ANNE), "code": {"text": "Urine drug test <due>"}}
    del flag["id"]
    made = anne.post("Flag", json=flag, headers=JSON).json()
    for path in ("/chart/anne", "/chart/anne/flags"):
        assert "Urine drug test &lt;due&gt;" in page(sandbox, path)
    anne.put(f"Flag/{made['id']}", json={**made, "status": "inactive"}, headers=JSON).raise_for_status()
    assert "Urine drug test" not in page(sandbox, "/chart/anne/flags")


def test_there_is_no_chart_for_a_wrong_number(sandbox: Sandbox) -> None:
    for tab in ("", "/results", "/app"):
        page(sandbox, f"/chart/nobody{tab}", 404)


def test_pages_may_not_be_framed_and_hold_no_inline_script(sandbox: Sandbox) -> None:
    answer = httpx.get(f"{sandbox.base_url}/chart/anne/app")
    policy = answer.headers["content-security-policy"]
    assert "frame-ancestors 'none'" in policy
    assert "frame-src 'self' http://localhost:8200" in policy
    assert "unsafe" not in policy
