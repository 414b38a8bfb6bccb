"""The gateway in front of its own store and in front of a real HAPI server, both with the two charts."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.contract.gateway.two_charts import ANNE, BORIS, bundle, chart, shared
from tests.hapi_server import start_hapi
from tests.servers import Sandbox, start_sandbox
from tests.smart_dance import CALLBACK, Dance

SECRET = "a-shared-secret"
EVERYTHING = ["launch", "openid", "fhirUser", "online_access", "patient/*.cruds", "user/Practitioner.rs"]
CLIENTS = [
    {"client_id": "open", "redirect_uris": [CALLBACK], "scopes": EVERYTHING},
    {"client_id": "sealed", "redirect_uris": [CALLBACK], "scopes": EVERYTHING, "secret": SECRET},
    {
        "client_id": "narrow",
        "redirect_uris": [CALLBACK],
        "scopes": ["launch", "openid", "fhirUser", "patient/Patient.rs", "patient/Observation.rs?category=survey"],
    },
]
BUNDLES = [bundle(shared()), bundle(chart(ANNE)), bundle(chart(BORIS))]


@pytest.fixture(scope="session", params=["built-in store", "HAPI"])
def sandbox(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    folder = tmp_path_factory.mktemp("gateway")
    clients = folder / "clients.json"
    clients.write_text(json.dumps(CLIENTS))
    options: dict[str, Any] = {"no_clinic": True, "load": _written(folder / "charts.ndjson")}
    with ExitStack() as servers:
        if request.param == "HAPI":
            upstream = servers.enter_context(start_hapi())
            _load(upstream)
            options = {"upstream": upstream}
        yield servers.enter_context(start_sandbox(clients=clients, as_of="2026-11-24", **options))


@pytest.fixture(autouse=True)
def _unarmed(request: pytest.FixtureRequest) -> Iterator[None]:
    yield
    if "sandbox" in request.fixturenames:
        request.getfixturevalue("sandbox").disarm()


@pytest.fixture
def dance(sandbox: Sandbox) -> Dance:
    return Dance(sandbox.base_url, client_id="open")


@pytest.fixture(scope="module")
def anne(sandbox: Sandbox) -> Iterator[httpx.Client]:
    """FHIR with a token for Anne's chart, and every scope there is."""
    with Dance(sandbox.base_url, client_id="open").fhir(ANNE) as client:
        yield client


def _written(path: Path) -> Path:
    path.write_text("\n".join(map(json.dumps, BUNDLES)))
    return path


def _load(base: str) -> None:
    for each in BUNDLES:
        answer = httpx.post(base, json=each, headers={"content-type": "application/fhir+json"}, timeout=120)
        assert answer.status_code == 200, answer.text[:2000]
