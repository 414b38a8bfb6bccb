"""What the HAPI adapter relies on, seen on a real HAPI server. When HAPI changes, this file says so before a clinic does."""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

PAGE_SIZE = 20  # hapi-docker/README.md: entries a page when the request has no _count
LARGEST_PAGE = 200


@pytest.fixture(scope="module")
def hapi(hapi_server: str) -> Iterator[httpx.Client]:
    # No retries and no proxies: the tests look at the bare answers.
    with httpx.Client(base_url=hapi_server + "/", timeout=60, trust_env=False) as client:
        yield client


@pytest.fixture
def patient(hapi: httpx.Client) -> str:
    """A new patient's reference: tests share one server and must not see each other's charts."""
    stored = created(hapi, {"resourceType": "Patient", "name": [{"family": "Contract"}]})
    return f"Patient/{stored['id']}"


def created(hapi: httpx.Client, resource: dict[str, Any], **headers: str) -> dict[str, Any]:
    answer = hapi.post(resource["resourceType"], json=resource, headers=headers)
    assert answer.status_code == 201, answer.text
    body: dict[str, Any] = answer.json()
    return body


def flag(patient: str, identifier: str = "") -> dict[str, Any]:
    return {
        "resourceType": "Flag",
        "status": "active",
        "code": {"text": "Urine drug test overdue"},
        "subject": {"reference": patient},
        "period": {"start": "2026-03-02"},
        "identifier": [{"system": "urn:contract", "value": identifier or uuid.uuid4().hex}],
    }


def ids(bundle: httpx.Response) -> list[str]:
    assert bundle.status_code == 200, bundle.text
    return [entry["resource"]["id"] for entry in bundle.json().get("entry", [])]


def issue_text(answer: httpx.Response) -> str:
    body = answer.json()
    assert body["resourceType"] == "OperationOutcome"
    return " ".join(issue.get("diagnostics", "") for issue in body["issue"])


def test_the_capability_statement_names_r4_and_the_version_we_build(hapi: httpx.Client) -> None:
    statement = hapi.get("metadata").json()
    assert statement["fhirVersion"] == "4.0.1"
    assert statement["software"] == {"name": "HAPI FHIR Server", "version": "8.8.0"}
    assert statement["implementation"]["url"] == str(hapi.base_url).rstrip("/")


class TestWriting:
    def test_a_stale_if_match_is_409_not_412(self, hapi: httpx.Client, patient: str) -> None:
        first = created(hapi, flag(patient))
        changed = {**first, "status": "inactive"}
        url = f"Flag/{first['id']}"
        assert hapi.put(url, json=changed, headers={"If-Match": 'W/"1"'}).json()["meta"]["versionId"] == "2"

        stale = hapi.put(url, json={**first, "status": "entered-in-error"}, headers={"If-Match": 'W/"1"'})

        assert stale.status_code == 409
        assert "HAPI-0989" in issue_text(stale) or "HAPI-0550" in issue_text(stale)
        assert hapi.get(url).json()["status"] == "inactive"

    def test_a_stale_version_in_the_body_alone_is_ignored(self, hapi: httpx.Client, patient: str) -> None:
        """So If-Match is the only guard against overwriting somebody's change."""
        first = created(hapi, flag(patient))
        url = f"Flag/{first['id']}"
        hapi.put(url, json={**first, "status": "inactive"})
        assert hapi.put(url, json={**first, "status": "entered-in-error"}).status_code == 200

    def test_an_unchanged_put_makes_no_new_version(self, hapi: httpx.Client, patient: str) -> None:
        first = created(hapi, flag(patient))
        again = hapi.put(f"Flag/{first['id']}", json=first, headers={"If-Match": 'W/"1"'})
        assert (again.status_code, again.json()["meta"]["versionId"]) == (200, "1")

    def test_if_none_exist_creates_once(self, hapi: httpx.Client, patient: str) -> None:
        identifier = uuid.uuid4().hex
        headers = {"If-None-Exist": f"identifier=urn:contract|{identifier}"}
        answers = [hapi.post("Flag", json=flag(patient, identifier), headers=headers) for _ in range(2)]
        assert [answer.status_code for answer in answers] == [201, 200]
        assert answers[0].headers["Location"] == answers[1].headers["Location"]

    def test_of_many_conditional_creates_at_once_one_row_is_stored(self, hapi: httpx.Client, patient: str) -> None:
        """The losers of the race get 409 (try again, then 200), never a second row."""
        identifier = uuid.uuid4().hex
        query = f"identifier=urn:contract|{identifier}"
        with ThreadPoolExecutor(8) as pool:
            posts = [
                pool.submit(hapi.post, "Flag", json=flag(patient, identifier), headers={"If-None-Exist": query})
                for _ in range(8)
            ]
            statuses = sorted(post.result().status_code for post in posts)
        assert statuses.count(201) == 1
        assert set(statuses) <= {200, 201, 409}
        assert len(ids(hapi.get(f"Flag?{query}", headers={"Cache-Control": "no-cache"}))) == 1

    def test_if_none_exist_with_two_matches_is_412(self, hapi: httpx.Client, patient: str) -> None:
        identifier = uuid.uuid4().hex
        for _ in range(2):
            created(hapi, flag(patient, identifier))
        headers = {"If-None-Exist": f"identifier=urn:contract|{identifier}"}
        assert hapi.post("Flag", json=flag(patient, identifier), headers=headers).status_code == 412

    def test_a_dangling_reference_is_refused(self, hapi: httpx.Client) -> None:
        assert hapi.post("Flag", json=flag("Patient/nobody-has-this-id")).status_code == 400

    def test_a_deleted_resource_is_gone_and_a_referenced_one_stays(self, hapi: httpx.Client, patient: str) -> None:
        url = f"Flag/{created(hapi, flag(patient))['id']}"
        assert hapi.delete(patient).status_code == 409
        assert hapi.delete(url).status_code == 200
        assert hapi.get(url).status_code == 410

    def test_a_transaction_is_all_or_nothing(self, hapi: httpx.Client, patient: str) -> None:
        first = created(hapi, flag(patient))
        hapi.put(f"Flag/{first['id']}", json={**first, "status": "inactive"})
        new_flag = flag(patient)
        stale = {"method": "PUT", "url": f"Flag/{first['id']}", "ifMatch": 'W/"1"'}
        bundle = {
            "resourceType": "Bundle",
            "type": "transaction",
            "entry": [
                {"resource": new_flag, "request": {"method": "POST", "url": "Flag"}},
                {"resource": first, "request": stale},
            ],
        }
        assert hapi.post("", json=bundle).status_code == 409
        identifier = "urn:contract|" + new_flag["identifier"][0]["value"]
        assert ids(hapi.get("Flag", params={"identifier": identifier}, headers={"Cache-Control": "no-cache"})) == []

    def test_a_provenance_keeps_the_version_it_speaks_of(self, hapi: httpx.Client, patient: str) -> None:
        """Only because the server is told so (parser option for Provenance.target)."""
        target = f"Flag/{created(hapi, flag(patient))['id']}/_history/1"
        provenance = {
            "resourceType": "Provenance",
            "target": [{"reference": target}],
            "recorded": "2026-03-02T09:00:00Z",
            "agent": [{"who": {"display": "Sextant"}}],
        }
        stored = created(hapi, provenance)
        assert hapi.get(f"Provenance/{stored['id']}").json()["target"] == [{"reference": target}]


class TestSearching:
    def test_the_same_search_is_stale_until_asked_for_no_cache(self, hapi: httpx.Client, patient: str) -> None:
        search = {"subject": patient}
        assert ids(hapi.get("Flag", params=search)) == []
        new = created(hapi, flag(patient))["id"]

        reused = hapi.get("Flag", params=search)
        assert ids(reused) == []
        assert reused.headers["X-Cache"].startswith("HIT")

        assert ids(hapi.get("Flag", params=search, headers={"Cache-Control": "no-cache"})) == [new]
        assert ids(hapi.get("Flag", params=search)) == [], "a fresh answer does not replace the kept one"

    def test_a_count_is_reused_too(self, hapi: httpx.Client, patient: str) -> None:
        search = {"subject": patient, "_summary": "count"}
        assert hapi.get("Flag", params=search).json()["total"] == 0
        created(hapi, flag(patient))
        assert hapi.get("Flag", params=search).json()["total"] == 0
        assert hapi.get("Flag", params=search, headers={"Cache-Control": "no-cache"}).json()["total"] == 1

    @pytest.mark.parametrize("parameter", ["status", "no-such-parameter"])
    def test_a_search_parameter_that_r4_does_not_define_is_400(
        self, hapi: httpx.Client, patient: str, parameter: str
    ) -> None:
        """R4's Flag has no `status` parameter: active Flags are told apart on our side."""
        answer = hapi.get("Flag", params={"subject": patient, parameter: "active"})
        assert answer.status_code == 400
        assert parameter in issue_text(answer)

    def test_pages_are_followed_by_the_next_link_to_the_last_row(self, hapi: httpx.Client, patient: str) -> None:
        wanted = load_observations(hapi, patient, PAGE_SIZE * 2 + 5)
        page = hapi.get("Observation", params={"patient": patient}, headers={"Cache-Control": "no-cache"})
        sizes, found = [], []
        while True:
            sizes.append(len(ids(page)))
            found += ids(page)
            link = next_link(page)
            if link is None:
                break
            assert link.startswith(str(hapi.base_url).rstrip("/") + "?_getpages=")
            page = hapi.get(link)
        assert sizes == [PAGE_SIZE, PAGE_SIZE, 5]
        assert sorted(found) == sorted(wanted)

    def test_no_page_is_longer_than_the_largest(self, hapi: httpx.Client, patient: str) -> None:
        load_observations(hapi, patient, LARGEST_PAGE + 1)
        page = hapi.get("Observation", params={"patient": patient, "_count": "1000"})
        assert len(ids(page)) == LARGEST_PAGE
        assert next_link(page) is not None

    def test_a_page_that_the_server_has_forgotten_is_410(self, hapi: httpx.Client) -> None:
        forgotten = {"_getpages": str(uuid.uuid4()), "_getpagesoffset": "20", "_count": "20"}
        assert hapi.get("", params=forgotten).status_code == 410

    def test_the_total_comes_only_when_asked_for(self, hapi: httpx.Client, patient: str) -> None:
        load_observations(hapi, patient, PAGE_SIZE + 1)
        fresh = {"Cache-Control": "no-cache"}
        asked = hapi.get("Observation", params={"patient": patient, "_total": "accurate"}, headers=fresh)
        assert asked.json()["total"] == PAGE_SIZE + 1
        second = hapi.get(str(next_link(asked)))
        assert parse_qs(urlsplit(str(second.url)).query)["_getpagesoffset"] == [str(PAGE_SIZE)]


def load_observations(hapi: httpx.Client, patient: str, number: int) -> list[str]:
    entry = {
        "resource": {
            "resourceType": "Observation",
            "status": "final",
            "code": {"text": "PEG"},
            "subject": {"reference": patient},
        },
        "request": {"method": "POST", "url": "Observation"},
    }
    answer = hapi.post("", json={"resourceType": "Bundle", "type": "transaction", "entry": [entry] * number})
    assert answer.status_code == 200, answer.text
    return [line["response"]["location"].split("/")[1] for line in answer.json()["entry"]]


def next_link(page: httpx.Response) -> str | None:
    links = {link["relation"]: link["url"] for link in page.json()["link"]}
    return links.get("next")


def test_a_bulk_export_of_the_system_takes_seconds(hapi: httpx.Client, patient: str) -> None:
    """HAPI's own pace is a minute a step; the server here moves its jobs on twice a second."""
    new = created(hapi, flag(patient))["id"]
    kick_off = hapi.get("$export", params={"_type": "Flag"}, headers={"Prefer": "respond-async"})
    assert kick_off.status_code == 202, kick_off.text
    deadline = time.monotonic() + 40
    while (poll := hapi.get(kick_off.headers["Content-Location"])).status_code == 202:
        assert time.monotonic() < deadline, poll.headers.get("X-Progress")
        time.sleep(0.25)
    manifest = poll.json()
    assert manifest["requiresAccessToken"] is True
    lines = []
    for file in manifest["output"]:
        lines += hapi.get(file["url"], headers={"Accept": "application/fhir+ndjson"}).text.splitlines()
    assert new in {json.loads(line)["id"] for line in lines}


def test_a_bulk_export_needs_prefer_respond_async(hapi: httpx.Client) -> None:
    assert hapi.get("$export", params={"_type": "Flag"}).status_code == 400


class TestValidating:
    def test_a_sound_flag_has_no_error_issue(self, hapi: httpx.Client, patient: str) -> None:
        issues = validated(hapi, flag(patient))
        assert [issue for issue in issues if issue["severity"] in ("error", "fatal")] == []

    def test_a_flag_without_subject_is_answered_200_with_an_error_issue(self, hapi: httpx.Client) -> None:
        """The HTTP status says nothing: the issues do."""
        without_subject = {key: value for key, value in flag("Patient/x").items() if key != "subject"}
        errors = [issue for issue in validated(hapi, without_subject) if issue["severity"] == "error"]
        assert any("subject" in issue["diagnostics"] for issue in errors), errors


def validated(hapi: httpx.Client, resource: dict[str, Any]) -> list[dict[str, Any]]:
    answer = hapi.post(f"{resource['resourceType']}/$validate", json=resource)
    assert answer.status_code == 200, answer.text
    body = answer.json()
    assert body["resourceType"] == "OperationOutcome"
    issues: list[dict[str, Any]] = body["issue"]
    return issues
