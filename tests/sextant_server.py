"""Sextant as a process of its own, set up for one EHR on this machine."""

import json
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.servers import Server, free_port, start_process

EXAMPLE_DIRECTORY = Path(__file__).parents[1] / "app" / "rules" / "directories" / "sandbox-clinic.toml"
TEST_KEY = "for-tests-only-0123456789-abcdefghijklmnopqrstuvwxyz"


@dataclass(frozen=True)
class Sextant(Server):
    """A running Sextant. `database` is its SQLite file."""

    database: Path


def settings(ehr_url: str, port: int, database: Path, adapter: str) -> dict[str, str]:
    """The environment of a Sextant for one sandbox EHR."""
    ehr = {
        "key": "sandbox",
        "name": "Sandbox EHR",
        "iss": f"{ehr_url}/fhir",
        "client_id": "sextant",
        "adapter": adapter,
        "is_loopback_development": True,
        "frame_ancestors": [ehr_url],
    }
    return {
        "SEXTANT_SECRET_KEY": TEST_KEY,
        "SEXTANT_BASE_URL": f"http://localhost:{port}",
        "SEXTANT_DATABASE_URL": f"sqlite:///{database}",
        "SEXTANT_PACK": "sandbox-clinic",
        "SEXTANT_ZONE": "America/Los_Angeles",
        "SEXTANT_EHRS": json.dumps([ehr]),
    }


@contextmanager
def start_sextant(
    ehr_url: str, port: int | None = None, adapter: str = "generic", directory: Path | None = EXAMPLE_DIRECTORY
) -> Iterator[Sextant]:
    """Sextant on `http://localhost:port` (another site than the EHR's 127.0.0.1), ended with the block.

    `directory` is the site's directory of services; None: it keeps none.
    """
    port = port or free_port()
    with tempfile.TemporaryDirectory(prefix="sextant-") as folder:
        database = Path(folder, "sextant.db")
        environment = settings(ehr_url, port, database, adapter)
        environment |= {"SEXTANT_RESOURCES": str(directory)} if directory else {}
        command = [sys.executable, "-m", "app.main", "serve", "--port", str(port)]
        with start_process(command, f"http://127.0.0.1:{port}/healthz", environment=environment) as (process, log):
            yield Sextant(f"http://localhost:{port}", process, log, database)
