"""The servers that the adapter contract is run on: the sandbox EHR's store behind its gateway, and a real HAPI server."""

import json
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.contract.fhir_adapters.contract_chart import transactions
from tests.contract.fhir_adapters.launched import FhirServer
from tests.servers import Sandbox, start_sandbox
from tests.smart_dance import CALLBACK

CLIENT = {
    "client_id": "contract",
    "redirect_uris": [CALLBACK],
    "scopes": ["launch", "openid", "fhirUser", "patient/*.cruds"],
}


@pytest.fixture(scope="session")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    """The sandbox EHR with the contract's charts in its own store."""
    folder: Path = tmp_path_factory.mktemp("contract")
    clients, charts = folder / "clients.json", folder / "charts.ndjson"
    clients.write_text(json.dumps([CLIENT]))
    charts.write_text("\n".join(map(json.dumps, transactions())))
    with start_sandbox(no_clinic=True, load=charts, clients=clients, as_of="2026-11-24") as running:
        yield running


@pytest.fixture(scope="session", params=["sandbox store", "HAPI"])
def fhir_server(request: pytest.FixtureRequest) -> FhirServer:
    if request.param == "HAPI":
        return FhirServer(_loaded(request.getfixturevalue("hapi_server")))
    sandbox: Sandbox = request.getfixturevalue("sandbox")
    return FhirServer(sandbox.fhir_base, sandbox.base_url)


def _loaded(base: str) -> str:
    for each in transactions():
        answer = httpx.post(base, json=each, headers={"Content-Type": "application/fhir+json"}, timeout=120)
        assert answer.status_code == 200, answer.text[:1000]
    return base
