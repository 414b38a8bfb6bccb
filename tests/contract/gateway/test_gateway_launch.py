"""The OAuth dance, done by hand: what works, and every step that must not."""

from __future__ import annotations

from dataclasses import replace

import httpx
import pytest
from joserfc import jwt
from joserfc.jwk import KeySet

from tests.contract.gateway.conftest import SECRET
from tests.contract.gateway.two_charts import ANNE, BORIS
from tests.servers import Sandbox
from tests.smart_dance import Dance


@pytest.fixture
def sealed(dance: Dance) -> Dance:
    return replace(dance, client_id="sealed", secret=SECRET)


@pytest.fixture
def launch(dance: Dance) -> str:
    return dance.open_app(ANNE)["launch"]


def error_of(answer: httpx.Response) -> str:
    assert answer.status_code in (400, 401), answer.text
    return str(answer.json()["error"])


def test_the_chart_hands_over_the_fhir_base(dance: Dance) -> None:
    assert dance.open_app(ANNE)["iss"] == f"{dance.base_url}/fhir"


def test_discovery_names_another_issuer_than_the_fhir_base(dance: Dance) -> None:
    found = dance.discover()
    assert found["issuer"] != f"{dance.base_url}/fhir"
    assert found["code_challenge_methods_supported"] == ["S256"]
    assert {"launch-ehr", "sso-openid-connect", "permission-v2"} <= set(found["capabilities"])
    openid = httpx.get(f"{found['issuer']}/.well-known/openid-configuration").json()
    assert openid["jwks_uri"] == found["jwks_uri"]


def test_metadata_needs_no_token_and_names_the_gateway(dance: Dance) -> None:
    statement = httpx.get(f"{dance.base_url}/fhir/metadata", timeout=60).raise_for_status().json()
    assert statement["fhirVersion"] == "4.0.1"
    assert statement["implementation"]["url"] == f"{dance.base_url}/fhir"
    assert statement["rest"][0]["security"]["service"][0]["coding"][0]["code"] == "SMART-on-FHIR"


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_public_client(dance: Dance, method: str) -> None:
    redirect = dance.authorize(dance.open_app(ANNE)["launch"], method)
    answer = dance.redeem(dance.callback(redirect)["code"]).raise_for_status().json()
    assert answer["patient"] == ANNE
    assert answer["encounter"] == "anne-encounter"
    assert answer["token_type"].lower() == "bearer"
    assert answer["need_patient_banner"] is False
    assert "smart_style_url" not in answer
    assert answer["scope"].split() == dance.scope.split()


def test_symmetric_client_must_show_its_secret(sealed: Dance) -> None:
    assert sealed.launch(ANNE)["patient"] == ANNE
    unproven = replace(sealed, secret=None)
    assert error_of(unproven.redeem(unproven.code(ANNE))) == "invalid_client"
    wrong = replace(sealed, secret="another")
    assert error_of(wrong.redeem(wrong.code(ANNE))) == "invalid_client"


def test_id_token_says_who_and_for_whom(dance: Dance) -> None:
    answer = dance.launch(ANNE)
    keys = KeySet.import_key_set(httpx.get(dance.discover()["jwks_uri"]).json())
    token = jwt.decode(answer["id_token"], keys, algorithms=["RS256"])
    assert token.header["kid"]
    assert token.claims["iss"] == dance.discover()["issuer"]
    assert token.claims["aud"] == "open"
    assert token.claims["nonce"] == dance.nonce
    assert token.claims["fhirUser"] == f"{dance.base_url}/fhir/Practitioner/dr-quill"
    assert token.claims["exp"] > token.claims["iat"]
    headers = {"authorization": f"Bearer {answer['access_token']}"}
    assert httpx.get(token.claims["fhirUser"], headers=headers).json()["id"] == "dr-quill"


@pytest.mark.parametrize(
    ("parameter", "value", "error"),
    [
        ("launch", None, "invalid_request"),
        ("launch", "made-up", "invalid_request"),
        ("state", None, "invalid_request"),
        ("aud", None, "invalid_request"),
        ("aud", "http://elsewhere.example/fhir", "invalid_request"),
        ("code_challenge", None, "invalid_request"),
        ("code_challenge_method", "plain", "invalid_request"),
        ("code_challenge_method", None, "invalid_request"),
        ("response_type", "token", "unsupported_response_type"),
        ("scope", "openid", "invalid_scope"),
    ],
)
def test_a_wrong_request_comes_back_with_an_error(
    dance: Dance, launch: str, parameter: str, value: str | None, error: str
) -> None:
    answer = dance.callback(dance.authorize(launch, **{parameter: value}))
    assert answer["error"] == error
    assert "code" not in answer


@pytest.mark.parametrize(
    ("parameter", "value"), [("client_id", "nobody"), ("redirect_uri", "http://evil.example/callback")]
)
def test_nobody_is_sent_to_an_unregistered_address(dance: Dance, launch: str, parameter: str, value: str) -> None:
    answer = dance.authorize(launch, **{parameter: value})
    assert answer.status_code == 400
    assert "location" not in answer.headers


def test_a_code_works_once_and_a_replay_ends_its_tokens(dance: Dance) -> None:
    code = dance.code(ANNE)
    first = dance.redeem(code).raise_for_status().json()
    assert error_of(dance.redeem(code)) == "invalid_grant"
    assert _read_anne(dance, first["access_token"]) == 401


@pytest.mark.parametrize(
    "wrong", [{"code_verifier": "x" * 64}, {"code_verifier": ""}, {"redirect_uri": "http://localhost:8200/other"}]
)
def test_a_code_needs_its_verifier_and_address(dance: Dance, wrong: dict[str, str]) -> None:
    assert error_of(dance.redeem(dance.code(ANNE), **wrong)) == "invalid_grant"


def test_a_code_is_bound_to_its_client(dance: Dance, sealed: Dance) -> None:
    assert error_of(sealed.redeem(dance.code(ANNE), code_verifier=dance.verifier)) == "invalid_grant"


def test_refresh_replaces_both_tokens(dance: Dance) -> None:
    first = dance.launch(ANNE)
    second = dance.token(grant_type="refresh_token", refresh_token=first["refresh_token"]).json()
    assert second["patient"] == ANNE
    assert second["refresh_token"] != first["refresh_token"]
    assert _read_anne(dance, second["access_token"]) == 200
    again = dance.token(grant_type="refresh_token", refresh_token=first["refresh_token"])
    assert error_of(again) == "invalid_grant"
    assert _read_anne(dance, second["access_token"]) == 401  # a stolen token was used: all end


def test_no_refresh_token_unless_asked_for(dance: Dance) -> None:
    assert "refresh_token" not in replace(dance, scope="launch openid patient/*.rs").launch(ANNE)


def test_revocation_ends_the_session(dance: Dance) -> None:
    answer = dance.launch(ANNE)
    form = {"token": answer["refresh_token"], "client_id": dance.client_id}
    assert httpx.post(dance.discover()["revocation_endpoint"], data=form).status_code == 200
    assert _read_anne(dance, answer["access_token"]) == 401


def test_no_token_no_data(dance: Dance) -> None:
    for headers in ({}, {"authorization": "Bearer made-up"}, {"authorization": "Basic YTpi"}):
        answer = httpx.get(f"{dance.base_url}/fhir/Patient/anne", headers=headers)
        assert answer.status_code == 401
        assert answer.headers["www-authenticate"].startswith("Bearer")


def test_expired_tokens_are_refused(dance: Dance, sandbox: Sandbox) -> None:
    token = dance.launch(ANNE)["access_token"]
    assert _read_anne(dance, token) == 200
    sandbox.arm({"type": "Patient", "kind": "expired_token", "times": 1})
    assert _read_anne(dance, token) == 401
    assert _read_anne(dance, token) == 200


def test_when_time_is_up_only_a_refresh_helps(dance: Dance, sandbox: Sandbox) -> None:
    first = dance.launch(ANNE)
    sandbox.expire_tokens()
    assert _read_anne(dance, first["access_token"]) == 401
    second = dance.token(grant_type="refresh_token", refresh_token=first["refresh_token"]).json()
    assert _read_anne(dance, second["access_token"]) == 200


def test_scopes_are_cut_down_to_the_registration(dance: Dance) -> None:
    narrow = replace(
        dance,
        client_id="narrow",
        scope="launch patient/Patient.cruds patient/Observation.read patient/Flag.rs user/*.rs",
    )
    answer = narrow.launch(ANNE)
    assert answer["scope"] == "launch patient/Patient.rs patient/Observation.rs?category=survey"
    headers = {"authorization": f"Bearer {answer['access_token']}"}
    assert httpx.get(f"{dance.base_url}/fhir/Flag", headers=headers).status_code == 403
    found = httpx.get(f"{dance.base_url}/fhir/Observation", headers=headers).json()
    assert "entry" not in found  # none of these Observations is a survey
    assert httpx.get(f"{dance.base_url}/fhir/Observation/anne-observation", headers=headers).status_code == 404


def test_each_launch_is_for_its_own_patient(dance: Dance) -> None:
    assert dance.launch(BORIS)["patient"] == BORIS
    with dance.fhir(BORIS) as boris:
        assert boris.get("Patient/boris").status_code == 200
        assert boris.get("Patient/anne").status_code == 404


def _read_anne(dance: Dance, token: str) -> int:
    headers = {"authorization": f"Bearer {token}"}
    return httpx.get(f"{dance.base_url}/fhir/Patient/anne", headers=headers).status_code
