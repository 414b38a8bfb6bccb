"""Bundles are judged entry by entry: a transaction stands or falls, a batch answers each."""

from __future__ import annotations

from typing import Any

import httpx

from tests.contract.gateway.two_charts import ANNE, BORIS, Resource, resource

JSON = {"content-type": "application/fhir+json"}
DRAFT = "urn:uuid:8e2a0f4e-6c43-4c4b-9a58-3f8f1a5d5a01"


def entry(method: str, url: str, body: Resource | None = None, full_url: str = "", **request: str) -> Resource:
    made: dict[str, Any] = {"request": {"method": method, "url": url, **request}}
    if body is not None:
        made["resource"] = body
    if full_url:
        made["fullUrl"] = full_url
    return made


def post(client: httpx.Client, kind: str, *entries: Resource) -> httpx.Response:
    body = {"resourceType": "Bundle", "type": kind, "entry": list(entries)}
    return client.post("", json=body, headers=JSON)


def flag(patient: str, value: str) -> Resource:
    made = {name: part for name, part in resource("Flag", patient).items() if name != "id"}
    return {**made, "identifier": [{"system": "urn:example:app", "value": value}]}


def provenance(target: str) -> Resource:
    made = {name: part for name, part in resource("Provenance", ANNE).items() if name != "id"}
    return {**made, "target": [{"reference": target}]}


def statuses(answer: httpx.Response) -> list[str]:
    assert answer.status_code == 200, answer.text
    return [each["response"]["status"][:3] for each in answer.json()["entry"]]


def test_a_flag_with_its_provenance_is_made_once(anne: httpx.Client) -> None:
    wanted = (
        entry("POST", "Flag", flag(ANNE, "once"), DRAFT, ifNoneExist="identifier=urn:example:app|once"),
        entry("POST", "Provenance", provenance(DRAFT)),
    )
    assert statuses(post(anne, "transaction", *wanted)) == ["201", "201"]
    assert statuses(post(anne, "transaction", wanted[0])) == ["200"]
    found = anne.get("Flag?identifier=urn:example:app|once", headers={"cache-control": "no-cache"}).json()
    assert len(found["entry"]) == 1


def test_one_foreign_entry_refuses_the_transaction(anne: httpx.Client) -> None:
    answer = post(
        anne,
        "transaction",
        entry("POST", "Flag", flag(ANNE, "left undone")),
        entry("POST", "Flag", flag(BORIS, "foreign")),
    )
    assert answer.status_code == 403
    found = anne.get("Flag?identifier=urn:example:app|left%20undone", headers={"cache-control": "no-cache"})
    assert "entry" not in found.json()


def test_a_batch_answers_each_entry_alone(anne: httpx.Client) -> None:
    answer = post(
        anne,
        "batch",
        entry("GET", "Patient/boris"),
        entry("GET", "Flag/anne-flag"),
        entry("PUT", "Flag/boris-flag", resource("Flag", BORIS)),
        entry("GET", "Condition?patient=boris"),
    )
    first, second, third, _ = statuses(answer)
    assert (first, second, third) == ("404", "200", "403")
    assert "boris-" not in answer.text


def test_stale_if_match_fails_in_a_transaction(anne: httpx.Client) -> None:
    flag_now = anne.get("Flag/anne-flag").json()
    stale = entry("PUT", "Flag/anne-flag", flag_now, ifMatch='W/"999"')
    assert post(anne, "transaction", stale).status_code in (409, 412)


def test_something_else_than_a_bundle_of_requests_is_refused(anne: httpx.Client) -> None:
    assert post(anne, "message", entry("GET", "Flag/anne-flag")).status_code == 400
    assert anne.post("", content=b"{", headers=JSON).status_code == 400
