"""`sextant demo`: the sandbox EHR and Sextant as two processes, one launch and review over HTTP, then serve until Ctrl-C.

The EHR is on 127.0.0.1 and Sextant on localhost: for a browser these are different sites, as in a hospital.
"""

import json
import os
import re
import secrets
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from html import unescape
from pathlib import Path
from typing import Any

import httpx

from app.cli.load import CLINIC_ZONE, clinic_today
from app.cli.text import headline
from app.domain.errors import SextantError, TryAgainLater

FOLDER = Path(".demo")
EXAMPLE_DIRECTORY = Path(__file__).resolve().parent.parent / "rules" / "directories" / "sandbox-clinic.toml"
"""Invented services, and each says so."""
START_SECONDS = 90


@dataclass(frozen=True, slots=True)
class Demo:
    """What to start. `upstream` None: the sandbox's own store with the synthetic clinic."""

    ehr_port: int
    port: int
    upstream: str | None
    patient: str
    once: bool

    @property
    def ehr_url(self) -> str:
        """The EHR's address."""
        return f"http://127.0.0.1:{self.ehr_port}"

    @property
    def app_url(self) -> str:
        """Sextant's address."""
        return f"http://localhost:{self.port}"


def run_demo(demo: Demo) -> int:
    """0 when a chart was launched and reviewed, 1 when not (standard error says why)."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # so that it, too, ends the children
    try:
        with started(demo), suppress(KeyboardInterrupt):
            print_review(launch_and_review(demo))
            if not demo.once:
                print(f"\nOpen {demo.ehr_url}/ and choose a patient, then Sextant. Ctrl-C ends both.", flush=True)
                signal.pause()
    except SextantError as error:
        print(f"sextant: {error}", file=sys.stderr)
        return 1
    return 0


@contextmanager
def started(demo: Demo) -> Iterator[None]:
    """Both processes; they end with the block."""
    check_free(demo.ehr_port, "--ehr-port")
    check_free(demo.port, "--port")
    FOLDER.mkdir(exist_ok=True)
    ehr = process(ehr_command(demo), FOLDER / "ehr.log", {})
    app = process(app_command(demo), FOLDER / "sextant.log", app_environment(demo))
    try:
        wait_for(f"{demo.ehr_url}/fhir/metadata", ehr, FOLDER / "ehr.log", "the sandbox EHR")
        wait_for(f"http://127.0.0.1:{demo.port}/healthz", app, FOLDER / "sextant.log", "Sextant")
        yield
    finally:
        for child in (app, ehr):
            child.terminate()
        for child in (app, ehr):
            child.wait(timeout=20)


def ehr_command(demo: Demo) -> list[str]:
    """The sandbox EHR as a process of its own: nothing of it is imported here."""
    command = [sys.executable, "-m", "app.sandbox_ehr", "serve", "--port", str(demo.ehr_port)]
    command += ["--as-of", str(clinic_today())]
    command += ["--app-launch-url", f"{demo.app_url}/launch", "--redirect-uri", f"{demo.app_url}/callback"]
    return command + (["--upstream", demo.upstream] if demo.upstream else [])


def app_command(demo: Demo) -> list[str]:
    """Sextant as its own process, as in production."""
    return [sys.executable, "-m", "app.main", "serve", "--port", str(demo.port)]


def app_environment(demo: Demo) -> dict[str, str]:
    """Settings by environment: one EHR, the sandbox clinic's pack, and a secret key that is made once."""
    ehr = {
        "key": "sandbox",
        "name": "Sandbox EHR",
        "iss": f"{demo.ehr_url}/fhir",
        "client_id": "sextant",
        "adapter": "hapi" if demo.upstream else "generic",
        "is_loopback_development": True,
        "frame_ancestors": [demo.ehr_url],
    }
    return {
        "SEXTANT_SECRET_KEY": demo_key(),
        "SEXTANT_BASE_URL": demo.app_url,
        "SEXTANT_DATABASE_URL": f"sqlite:///{(FOLDER / 'sextant.db').resolve()}",
        "SEXTANT_PACK": "sandbox-clinic",
        "SEXTANT_RESOURCES": str(EXAMPLE_DIRECTORY),
        "SEXTANT_ZONE": CLINIC_ZONE,
        "SEXTANT_EHRS": json.dumps([ehr]),
    }


def demo_key() -> str:
    """The demo's own secret key, kept in an ignored file."""
    path = FOLDER / "secret-key"
    if not path.exists():
        path.touch(mode=0o600)
        path.write_text(secrets.token_urlsafe(48))
    return path.read_text()


def process(command: list[str], log: Path, environment: Mapping[str, str]) -> subprocess.Popen[bytes]:
    """A child in a session of its own (Ctrl-C reaches only us), its output in a file."""
    with log.open("wb") as output:
        return subprocess.Popen(
            command,
            stdout=output,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            env={**os.environ, **environment},
            start_new_session=True,
        )


def check_free(port: int, option: str) -> None:
    """Raises TryAgainLater when somebody listens there already: it would answer in our children's place."""
    with socket.socket() as probe:
        if probe.connect_ex(("127.0.0.1", port)) == 0:
            raise TryAgainLater(
                f"Port {port} is in use, perhaps by another demo. End that, or choose a port with {option}."
            )


def wait_for(url: str, child: subprocess.Popen[bytes], log: Path, name: str) -> None:
    """Until it answers. Raises TryAgainLater, with the end of its log, when it ends or takes too long."""
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and child.poll() is None:
        try:
            if httpx.get(url, timeout=2, trust_env=False).is_success:
                return
        except httpx.HTTPError:
            pass
        time.sleep(0.1)
    raise TryAgainLater(f"{name} did not start:\n{log.read_text(errors='replace')[-1500:]}")


def launch_and_review(demo: Demo) -> dict[str, Any]:
    """What a browser does: the chart's app tab, its frame, the sign-in's redirects, the page. Returns the review."""
    with httpx.Client(timeout=60, trust_env=False) as browser:
        tab = browser.get(f"{demo.ehr_url}/chart/{demo.patient}/app")
        frame = re.search(r'<iframe[^>]* src="([^"]+)"', tab.text)
        if tab.status_code != 200 or frame is None:
            raise TryAgainLater(f"The chart of {demo.patient} has no app tab (status {tab.status_code}).")
        page = follow(browser, unescape(frame[1]))
        if page.status_code != 200:
            raise TryAgainLater(f"The launch ended with status {page.status_code}.")
        answer = browser.get(f"{page.url}/review.json", headers=page.request.headers)
        answer.raise_for_status()
        return dict(answer.json())


def follow(browser: httpx.Client, url: str) -> httpx.Response:
    """Follow redirects by hand: browsers send a Secure cookie to http://localhost, HTTP libraries do not."""
    cookie = ""
    for _ in range(10):
        answer = browser.get(url, headers={"Cookie": cookie} if cookie and "localhost" in url else {})
        cookie = answer.headers.get("set-cookie", cookie).partition(";")[0]
        if not answer.is_redirect:
            return answer
        url = str(answer.next_request.url) if answer.next_request else ""
    raise TryAgainLater("The launch redirects without end.")


def print_review(review: dict[str, Any]) -> None:
    """The main job in a few lines."""
    print(f"{review['patient']}: MED {headline(review['med'])}")
    for finding in review["findings"]:
        if finding["status"] in ("red", "yellow"):
            print(f"  {finding['status']:<7}{finding['rule']:<16}{finding['reason']}")
