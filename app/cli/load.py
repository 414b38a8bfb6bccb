"""`sextant load`: the synthetic clinic into any FHIR server that takes transactions, over fhirclient's transport.

The Bundles come as raw JSON from the sandbox EHR's own process, and are sent as they are: fhirclient's models would refuse
the shapes that real EHRs send and the clinic therefore has.
"""

import json
import subprocess
import sys
from collections.abc import Iterator
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import requests
from fhirclient.client import FHIRClient
from rich.progress import Progress

from app.domain.errors import AskAnAdministrator, TryAgainLater

CLINIC_ZONE = "America/Los_Angeles"
"""Where the synthetic clinic is: its charts are built for the clinic's today."""


def clinic_today() -> date:
    """Today at the synthetic clinic."""
    return datetime.now(ZoneInfo(CLINIC_ZONE)).date()


def load_clinic(base_url: str, as_of: date, patients: int) -> None:
    """Send every Bundle. Entries are PUTs under fixed ids, so a second load only refreshes.

    Raises TryAgainLater when the server is not there, AskAnAdministrator when it refuses a Bundle.
    """
    server = FHIRClient(settings={"app_id": "sextant-load", "api_base": base_url}).server
    sent = entries = 0
    with Progress(transient=True) as progress:
        task = progress.add_task("Loading charts", total=None)
        for bundle in clinic_bundles(as_of, patients):
            send(server, bundle)
            sent, entries = sent + 1, entries + len(bundle["entry"])
            progress.update(task, advance=1)
    print(f"Loaded {entries} resources in {sent} transactions, as of {as_of}.")


def clinic_bundles(as_of: date, patients: int) -> Iterator[dict[str, Any]]:
    """One transaction Bundle a line from the sandbox EHR's process."""
    command = [sys.executable, "-m", "app.sandbox_ehr", "bundles", "--as-of", str(as_of), "--patients", str(patients)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        for line in process.stdout:
            yield json.loads(line)
    if process.returncode:
        raise AskAnAdministrator(f"The synthetic clinic could not be made (exit {process.returncode}).")


def send(server: Any, bundle: dict[str, Any]) -> None:
    """One transaction; the server's refusal is told with its status and the start of its answer."""
    try:
        server.post_json("", bundle)
    except requests.ConnectionError:
        raise TryAgainLater("No FHIR server answers at this address.") from None
    except requests.HTTPError as error:
        answer = error.response.text[:600] if error.response is not None else ""
        raise AskAnAdministrator(f"The server refused a Bundle: {error}. It said: {answer}") from None
