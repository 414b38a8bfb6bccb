"""A real HAPI FHIR R4 server for tests: built when needed, on a free port, its database in memory, ended with the block."""

from __future__ import annotations

import os
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parent.parent
BUILD_SECONDS = 900  # the first build fetches about 200 MB of libraries
START_SECONDS = 180
STOP_SECONDS = 30


class HapiDidNotStart(Exception):
    """Carries the end of the server's log."""


@contextmanager
def start_hapi(environment: Mapping[str, str] | None = None) -> Iterator[str]:
    """Yield the FHIR base, like ``http://127.0.0.1:40123/fhir``, of a server that is empty and answers.

    ``environment`` adds to or replaces the server's settings (``HAPI_PAGE_SIZE``, ``HAPI_JDBC_URL``, ...).
    Raises HapiDidNotStart; a missing Java or Maven is an error, never a skip.
    """
    _build()
    with tempfile.TemporaryDirectory(prefix="sextant-hapi-") as folder:
        port_file, log = Path(folder, "port"), Path(folder, "log")
        settings = {"HAPI_PORT": "0", "HAPI_PORT_FILE": str(port_file), **(environment or {})}
        with log.open("wb") as output:
            server = subprocess.Popen(
                [REPOSITORY / "hapi-docker" / "hapi", "run"],
                env={**os.environ, **settings},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
            )
        try:
            yield f"http://127.0.0.1:{_port(server, port_file, log)}/fhir"
        finally:
            _stop(server)


def _build() -> None:
    command = [str(REPOSITORY / "hapi-docker" / "hapi"), "build"]
    built = subprocess.run(command, capture_output=True, text=True, timeout=BUILD_SECONDS)
    if built.returncode != 0:
        raise HapiDidNotStart(built.stdout + built.stderr)


def _port(server: subprocess.Popen[bytes], port_file: Path, log: Path) -> int:
    """The port file appears when the server answers, not before."""
    deadline = time.monotonic() + START_SECONDS
    while not port_file.exists():
        if server.poll() is not None:
            raise HapiDidNotStart(f"the server ended while starting:\n{_end_of(log)}")
        if time.monotonic() > deadline:
            raise HapiDidNotStart(f"no answer within {START_SECONDS} s:\n{_end_of(log)}")
        time.sleep(0.1)
    return int(port_file.read_text())


def _end_of(log: Path) -> str:
    return "\n".join(log.read_text(errors="replace").splitlines()[-40:])


def _stop(server: subprocess.Popen[bytes]) -> None:
    server.terminate()
    try:
        server.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        server.kill()
        server.wait()
