"""The two worlds in which the walk must work: the sandbox EHR's own store, and the gateway before a real HAPI server."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from tests.clinic_day import clinic_today
from tests.servers import Sandbox, free_port, start_sandbox
from tests.sextant_server import Sextant, start_sextant


@dataclass(frozen=True)
class World:
    """An EHR with the synthetic clinic in it, and a Sextant that it can launch."""

    ehr: Sandbox
    app: Sextant


@contextmanager
def world(adapter: str, **options: Any) -> Iterator[World]:
    """Both servers, each knowing the other's address."""
    port = free_port()
    app_url = f"http://localhost:{port}"
    with ExitStack() as stack:
        ehr = stack.enter_context(
            start_sandbox(
                as_of=clinic_today(),
                app_launch_url=f"{app_url}/launch",
                redirect_uri=f"{app_url}/callback",
                **options,
            )
        )
        yield World(ehr, stack.enter_context(start_sextant(ehr.base_url, port, adapter)))


@pytest.fixture(scope="module")
def sandbox_world() -> Iterator[World]:
    """Sextant and the sandbox EHR with its own store."""
    with world("generic") as running:
        yield running


@pytest.fixture(scope="session")
def reading_world() -> Iterator[World]:
    """The same for tests that only look: one for the whole run, so nobody may write in it."""
    with world("generic") as running:
        yield running


@pytest.fixture(scope="module")
def hapi_world(hapi_with_clinic: str) -> Iterator[World]:
    """Sextant and the sandbox's SMART gateway before a real HAPI server, its charts as they were loaded."""
    as_loaded(hapi_with_clinic)
    with world("hapi", upstream=hapi_with_clinic) as running:
        yield running


def as_loaded(fhir_base: str) -> None:
    """Take out of HAPI what other tests' clinicians added. What was loaded has ids of its own, no numbers."""
    with httpx.Client(base_url=fhir_base, headers={"Cache-Control": "no-cache"}, timeout=60, trust_env=False) as hapi:
        flags = [each for each in matches(hapi, "/Flag?_count=500") if each["id"].isdigit()]
        signed = [each for flag in flags for each in matches(hapi, f"/Provenance?target=Flag/{flag['id']}")]
        for name in dict.fromkeys(f"{each['resourceType']}/{each['id']}" for each in (*signed, *flags)):
            hapi.delete(f"/{name}").raise_for_status()


def matches(hapi: httpx.Client, query: str) -> list[dict[str, Any]]:
    """What a search finds, all of it on one page."""
    bundle = hapi.get(query).raise_for_status().json()
    assert not [link for link in bundle["link"] if link["relation"] == "next"], query
    return [entry["resource"] for entry in bundle.get("entry", ())]


def load_clinic(fhir_base: str) -> None:
    """What `sextant load` does for a team with a HAPI server."""
    command = [sys.executable, "-m", "app.main", "load", "--to", fhir_base, "--as-of", clinic_today().isoformat()]
    loaded = subprocess.run(command, capture_output=True, text=True, timeout=300)
    assert loaded.returncode == 0, loaded.stdout + loaded.stderr


@pytest.fixture(scope="session")
def hapi_with_clinic(hapi_server: str) -> str:
    """HAPI's FHIR base with the synthetic clinic loaded by the command."""
    load_clinic(hapi_server)
    return hapi_server
