"""What the settings put together: published keys, Backend Services, switches."""

import asyncio
import json
from pathlib import Path

import pytest
import respx
from fastapi.testclient import TestClient

from app.domain.errors import AskAnAdministrator
from app.launch.signing_keys import new_keys
from app.main import application_of
from app.ports import Takes
from app.settings import load_settings
from app.wiring import Parts, open_parts

KEY = "for-tests-only-0123456789-abcdefghijklmnopqrstuvwxyz"
EHR = {
    "key": "clinic",
    "name": "Clinic EHR",
    "iss": "https://ehr.example/fhir",
    "client_id": "sextant",
    "adapter": "hapi",
    "backend_client_id": "sextant-backend",
}


@pytest.fixture
def environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """One EHR with Backend Services, and a file of keys."""
    keys = tmp_path / "keys.json"
    keys.write_text(new_keys())
    monkeypatch.setenv("SEXTANT_SECRET_KEY", KEY)
    monkeypatch.setenv("SEXTANT_BASE_URL", "https://sextant.example")
    monkeypatch.setenv("SEXTANT_DATABASE_URL", f"sqlite:///{tmp_path}/sextant.db")
    monkeypatch.setenv("SEXTANT_SIGNING_KEYS_FILE", str(keys))
    monkeypatch.setenv("SEXTANT_EHRS", json.dumps([EHR]))
    return monkeypatch


def parts() -> Parts:
    return open_parts(load_settings())


def test_our_public_keys_are_published_for_ehrs(environment: pytest.MonkeyPatch) -> None:
    with TestClient(application_of(parts())) as client:
        answer = client.get("/.well-known/jwks.json")
    (key,) = answer.json()["keys"]
    assert (key["kty"], key["alg"], "d" in key) == ("EC", "ES384", False)


def test_without_keys_the_set_is_empty(environment: pytest.MonkeyPatch) -> None:
    environment.delenv("SEXTANT_SIGNING_KEYS_FILE")
    environment.setenv("SEXTANT_EHRS", json.dumps([{k: v for k, v in EHR.items() if k != "backend_client_id"}]))
    made = parts()
    with TestClient(application_of(made)) as client:
        assert client.get("/.well-known/jwks.json").json() == {"keys": []}
    assert asyncio.run(made.ehrs.unattended("clinic")) is None


def test_a_backend_client_needs_keys(environment: pytest.MonkeyPatch) -> None:
    environment.delenv("SEXTANT_SIGNING_KEYS_FILE")
    with pytest.raises(AskAnAdministrator, match="SEXTANT_SIGNING_KEYS_FILE"):
        parts()


@pytest.mark.parametrize(
    ("granted", "takes"),
    [("system/Flag.cruds", Takes.FLAGS), ("system/Flag.rs", Takes.NOTHING), (None, Takes.FLAGS)],
    ids=["as asked", "reading only", "unsaid"],
)
def test_backend_services_may_write_what_the_ehr_granted(
    environment: pytest.MonkeyPatch, granted: str | None, takes: Takes
) -> None:
    endpoints = {
        "authorization_endpoint": "https://ehr.example/authorize",
        "token_endpoint": "https://ehr.example/token",
    }
    token = {"access_token": "t", "token_type": "bearer", "expires_in": 300, **({"scope": granted} if granted else {})}
    with respx.mock(assert_all_called=False) as router:
        router.get("https://ehr.example/fhir/.well-known/smart-configuration").respond(200, json=endpoints)
        router.post("https://ehr.example/token").respond(200, json=token)
        found = asyncio.run(parts().ehrs.unattended("clinic"))
    assert found is not None
    assert found.takes is takes
    assert (found.sink is not None) is (takes is Takes.FLAGS)


@pytest.mark.parametrize(("switch", "held"), [("on", set()), ("dry_run", {"clinic"}), ("off", {"clinic"})])
def test_a_site_whose_switch_is_not_on_is_held(environment: pytest.MonkeyPatch, switch: str, held: set[str]) -> None:
    environment.setenv("SEXTANT_WRITING", switch)
    assert parts().sender().held == held
