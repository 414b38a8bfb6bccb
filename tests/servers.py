"""Starting servers for tests: as subprocesses, on free ports, ended by their process id."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import httpx

ROOT = Path(__file__).resolve().parents[1]
START_SECONDS = 60


@dataclass(frozen=True)
class Server:
    """A running server process. `log` is where its output goes."""

    base_url: str
    process: subprocess.Popen[bytes]
    log: Path

    @property
    def fhir_base(self) -> str:
        return f"{self.base_url}/fhir"

    @property
    def pid(self) -> int:
        return self.process.pid

    def stop(self) -> None:
        """Ends the process, kindly first. Safe to call twice."""
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait(10)

    def kill(self) -> None:
        """Ends it as a crash would."""
        self.process.kill()
        self.process.wait(10)


@dataclass(frozen=True)
class Sandbox(Server):
    """A running sandbox EHR, started with `--faults`."""

    def arm(self, *faults: dict[str, Any]) -> None:
        """Arms faults, e.g. `{"type": "Observation", "kind": "500", "times": 1}`."""
        httpx.post(f"{self.base_url}/__faults", json=list(faults)).raise_for_status()

    def disarm(self) -> None:
        httpx.delete(f"{self.base_url}/__faults").raise_for_status()

    def expire_tokens(self) -> None:
        """Ends every access token; refresh tokens stay."""
        httpx.delete(f"{self.base_url}/__tokens").raise_for_status()

    def requests(self) -> list[dict[str, Any]]:
        """FHIR requests served since the log was last cleared: time, method, type, path, query, status,
        patient, user, client."""
        served: list[dict[str, Any]] = httpx.get(f"{self.base_url}/__log").json()
        return served

    def clear_requests(self) -> None:
        httpx.delete(f"{self.base_url}/__log").raise_for_status()


def free_port() -> int:
    """A port that was free a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def start_process(
    command: Sequence[str], ready: str, *, environment: dict[str, str] | None = None, seconds: int = START_SECONDS
) -> Iterator[tuple[subprocess.Popen[bytes], Path]]:
    """Runs `command` until the block ends, after `ready` (a URL) has answered below 500.

    Raises RuntimeError with the end of the process's output when it does not come up; prints that output
    when the block fails.
    """
    with tempfile.NamedTemporaryFile(prefix="server-", suffix=".log") as log:
        process = subprocess.Popen(
            command, cwd=ROOT, stdout=log, stderr=subprocess.STDOUT, env=os.environ | (environment or {})
        )
        running = Server(ready, process, Path(log.name))
        try:
            _wait(running, ready, seconds)
            yield process, running.log
        except BaseException:
            print(f"--- output of {' '.join(command[:5])} ---\n{_tail(log)}", file=sys.stderr)
            raise
        finally:
            running.stop()


@contextmanager
def start_sandbox(*, port: int | None = None, arguments: Sequence[str] = (), **options: Any) -> Iterator[Sandbox]:
    """A sandbox EHR with faults on demand.

    `options` become command-line options of `python -m app.sandbox_ehr serve`: `as_of="2026-11-24"` gives
    `--as-of 2026-11-24`, `no_clinic=True` gives `--no-clinic`; a list repeats the option.
    """
    port = port or free_port()
    command = [sys.executable, "-m", "app.sandbox_ehr", "serve", "--port", str(port), "--faults"]
    base_url = str(options.get("base_url", f"http://127.0.0.1:{port}"))
    command += [*_flags(options), *arguments]
    ready = f"http://127.0.0.1:{port}/fhir/.well-known/smart-configuration"
    with start_process(command, ready) as (process, log):
        yield Sandbox(base_url, process, log)


def _flags(options: dict[str, Any]) -> Iterator[str]:
    for name, value in options.items():
        flag = f"--{name.replace('_', '-')}"
        for each in value if isinstance(value, (list, tuple)) else [value]:
            if each is True:
                yield flag
            elif each not in (None, False):
                yield from (flag, str(each))


def _wait(server: Server, ready: str, seconds: int) -> None:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if server.process.poll() is not None:
            raise RuntimeError(f"the server ended with {server.process.returncode} before it was ready")
        try:
            if httpx.get(ready, timeout=5).status_code < 500:
                return
        except httpx.TransportError:
            time.sleep(0.1)
    raise RuntimeError(f"{ready} did not answer within {seconds} s")


def _tail(log: IO[bytes], size: int = 6000) -> str:
    with open(log.name, "rb") as written:
        return written.read()[-size:].decode(errors="replace")
