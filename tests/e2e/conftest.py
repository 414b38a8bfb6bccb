"""The two worlds in which the walk must work: the sandbox EHR's own store, and the gateway before a real HAPI server."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any

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
    """Sextant and the sandbox's SMART gateway before a real HAPI server."""
    with world("hapi", upstream=hapi_with_clinic) as running:
        yield running


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
