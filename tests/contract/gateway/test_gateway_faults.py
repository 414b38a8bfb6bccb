"""Faults on demand strike what they name, as often as asked, and are gone afterwards."""

from __future__ import annotations

import json
import time

import httpx
import pytest
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from tests.contract.gateway.two_charts import ANNE, resource
from tests.servers import Sandbox
from tests.smart_dance import Dance

JSON = {"content-type": "application/fhir+json"}


@pytest.mark.parametrize("status", ["403", "429", "500", "503"])
def test_status_once(anne: httpx.Client, sandbox: Sandbox, status: str) -> None:
    sandbox.arm({"type": "Condition", "kind": status, "times": 1})
    assert anne.get("Observation").status_code == 200
    answer = anne.get("Condition")
    assert answer.status_code == int(status)
    assert answer.json()["resourceType"] == "OperationOutcome"
    assert "retry-after" not in answer.headers
    assert anne.get("Condition").status_code == 200


def test_until_disarmed_and_by_method(anne: httpx.Client, sandbox: Sandbox) -> None:
    sandbox.arm({"type": "*", "kind": "500", "method": "GET"})
    assert [anne.get("Flag").status_code for _ in range(3)] == [500, 500, 500]
    sandbox.disarm()
    assert anne.get("Flag").status_code == 200


def test_after_some_have_passed(anne: httpx.Client, sandbox: Sandbox) -> None:
    sandbox.arm({"type": "Flag", "kind": "500", "after": 2, "times": 1})
    assert [anne.get("Flag").status_code for _ in range(4)] == [200, 200, 500, 200]


def test_delay(anne: httpx.Client, sandbox: Sandbox) -> None:
    sandbox.arm({"type": "Flag", "kind": "delay", "value": 0.4, "times": 1})
    started = time.monotonic()
    assert anne.get("Flag").status_code == 200
    assert time.monotonic() - started >= 0.4


def test_broken_json(anne: httpx.Client, sandbox: Sandbox) -> None:
    sandbox.arm({"type": "Flag", "kind": "broken_json", "times": 1})
    with pytest.raises(json.JSONDecodeError):
        anne.get("Flag").json()


def test_hang_up(anne: httpx.Client, sandbox: Sandbox) -> None:
    sandbox.arm({"type": "Flag", "kind": "hang_up", "times": 1})
    with pytest.raises(httpx.TransportError):
        anne.get("Flag")
    assert anne.get("Flag").status_code == 200


def test_truncated_paging_leaves_the_total(anne: httpx.Client, sandbox: Sandbox) -> None:
    sandbox.arm({"type": "Observation", "kind": "truncated_paging", "value": 3, "times": 1})
    bundle = anne.get("Observation?_count=10").json()
    assert len(bundle["entry"]) == 3
    assert bundle["total"] > 3
    assert "next" not in {link["relation"] for link in bundle["link"]}


def test_foreign_next(anne: httpx.Client, sandbox: Sandbox) -> None:
    sandbox.arm({"type": "Observation", "kind": "foreign_next", "value": "http://trap.example/fhir", "times": 1})
    links = {link["relation"]: link["url"] for link in anne.get("Observation").json()["link"]}
    assert links["next"] == "http://trap.example/fhir"


def test_an_outcome_among_the_rows_and_a_broken_row(anne: httpx.Client, sandbox: Sandbox) -> None:
    sandbox.arm(
        {"type": "Flag", "kind": "operation_outcome_entry", "times": 1},
        {"type": "Condition", "kind": "broken_entry", "times": 1},
    )
    assert anne.get("Flag").json()["entry"][-1]["resource"]["resourceType"] == "OperationOutcome"
    assert anne.get("Condition").json()["entry"][0]["resource"]["id"] == 7


@pytest.mark.parametrize("value", [None, "500"])
def test_lost_response_has_been_written(anne: httpx.Client, sandbox: Sandbox, value: str | None) -> None:
    name = f"lost-{value}"
    flag = {**resource("Flag", ANNE), "identifier": [{"system": "urn:example:app", "value": name}]}
    del flag["id"]
    sandbox.arm({"type": "Flag", "kind": "lost_response", "method": "POST", "value": value, "times": 1})
    if value is None:
        with pytest.raises(httpx.TransportError):
            anne.post("Flag", json=flag, headers=JSON)
    else:
        assert anne.post("Flag", json=flag, headers=JSON).status_code == 500
    query = f"Flag?identifier=urn:example:app|{name}"
    assert len(anne.get(query, headers={"cache-control": "no-cache"}).json()["entry"]) == 1


def test_refused_scope_at_the_token_endpoint(dance: Dance, sandbox: Sandbox) -> None:
    sandbox.arm({"type": "token", "kind": "refused_scope", "value": "patient/", "times": 1})
    answer = dance.launch(ANNE)
    assert "patient/" not in answer["scope"]
    headers = {"authorization": f"Bearer {answer['access_token']}"}
    assert httpx.get(f"{dance.base_url}/fhir/Flag", headers=headers).status_code == 403


@pytest.mark.parametrize("value", [None, "foreign_key", "none"])
def test_tampered_id_token_does_not_verify(dance: Dance, sandbox: Sandbox, value: str | None) -> None:
    sandbox.arm({"type": "token", "kind": "tampered_id_token", "value": value, "times": 1})
    token = dance.launch(ANNE)["id_token"]
    keys = KeySet.import_key_set(httpx.get(dance.discover()["jwks_uri"]).json())
    with pytest.raises((JoseError, ValueError)):
        jwt.decode(token, keys, algorithms=["RS256"])


def test_tampered_claims_verify_but_are_wrong(dance: Dance, sandbox: Sandbox) -> None:
    sandbox.arm({"type": "token", "kind": "tampered_id_token", "value": "nonce", "times": 1})
    token = dance.launch(ANNE)["id_token"]
    keys = KeySet.import_key_set(httpx.get(dance.discover()["jwks_uri"]).json())
    assert jwt.decode(token, keys, algorithms=["RS256"]).claims["nonce"] != dance.nonce


@pytest.mark.parametrize(("value", "error"), [(None, "access_denied"), ("server_error", "server_error")])
def test_a_denied_launch_comes_back_to_the_app(dance: Dance, sandbox: Sandbox, value: str | None, error: str) -> None:
    sandbox.arm({"type": "authorize", "kind": "denied", "value": value, "times": 1})
    answer = dance.callback(dance.authorize(dance.open_app(ANNE)["launch"]))
    assert (answer["error"], answer["state"]) == (error, dance.state)


@pytest.mark.parametrize("endpoint", ["token", "jwks", "smart-configuration"])
def test_endpoints_fail_too(dance: Dance, sandbox: Sandbox, endpoint: str) -> None:
    code = dance.code(ANNE)
    found = dance.discover()
    sandbox.arm({"type": endpoint, "kind": "500", "times": 1})
    if endpoint == "token":
        answer = httpx.post(found["token_endpoint"], data={"code": code})
    else:
        jwks, configuration = found["jwks_uri"], f"{dance.base_url}/fhir/.well-known/smart-configuration"
        answer = httpx.get(jwks if endpoint == "jwks" else configuration)
    assert answer.status_code == 500


def test_a_misspelt_fault_is_refused(sandbox: Sandbox) -> None:
    with pytest.raises(httpx.HTTPStatusError):
        sandbox.arm({"type": "Flag", "kind": "expload"})


def test_the_log_tells_what_was_served(anne: httpx.Client, sandbox: Sandbox) -> None:
    sandbox.clear_requests()
    anne.get("Flag?_count=5")
    anne.get("Patient/boris")
    httpx.get(f"{sandbox.fhir_base}/Flag")
    rows = sandbox.requests()
    assert [(row["method"], row["type"], row["status"], row["patient"]) for row in rows] == [
        ("GET", "Flag", 200, ANNE),
        ("GET", "Patient", 404, ANNE),
        ("GET", "Flag", 401, None),
    ]
    assert rows[0]["user"] == "Practitioner/dr-quill"
    assert rows[0]["client"] == "open"


def test_a_style_is_offered_on_demand(dance: Dance, sandbox: Sandbox) -> None:
    sandbox.arm({"type": "token", "kind": "style", "value": "dark", "times": 1})
    offered = dance.launch(ANNE)
    assert offered["smart_style_url"] == f"{sandbox.base_url}/style/dark"
    assert httpx.get(offered["smart_style_url"]).json()["color_background"] == "#10222f"
    assert httpx.get(f"{sandbox.base_url}/style/nobody").status_code == 404
