"""From the EHR's callback to the last byte of the visit page, for a chart of 300 resources.

    python -m benchmarks.callback_to_page [--launches 40] [--ehr sandbox|hapi]

Prints wall time (which is mostly the EHR's) and our own share: CPU time of the Sextant process from the callback to the
last byte, read from the kernel's per-thread run time, so that waiting for the EHR is not in it.
"""

import argparse
import json
import re
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from html import unescape
from pathlib import Path
from statistics import median, quantiles
from typing import Any

import httpx

from app.sandbox_ehr.clinic import generate_charts, transaction_bundles
from tests.clinic_day import clinic_today
from tests.hapi_server import start_hapi
from tests.servers import Sandbox, free_port, start_sandbox
from tests.sextant_server import start_sextant

RESOURCES = 300


@dataclass(frozen=True)
class Sample:
    """One launch, in milliseconds, and the size of the page in bytes."""

    wall: float
    own_cpu: float
    page_bytes: int


def cpu_seconds(pid: int) -> float:
    """CPU time of all threads of a process so far."""
    threads = Path(f"/proc/{pid}/task").iterdir()
    return sum(int((thread / "schedstat").read_text().split()[0]) for thread in threads) / 1e9


def bundles() -> list[dict[str, Any]]:
    """The clinic's practitioners, and one generated chart of 300 resources."""
    shared = next(iter(transaction_bundles(clinic_today())))
    return [shared, *generate_charts(1, RESOURCES, clinic_today(), seed=7)]


def patient_of(charts: list[dict[str, Any]]) -> str:
    """The id of the generated patient."""
    everything = (entry["resource"] for entry in charts[-1]["entry"])
    return next(str(r["id"]) for r in everything if r["resourceType"] == "Patient")


def as_transaction(bundle: dict[str, Any]) -> dict[str, Any]:
    """The same entries as PUTs under their own ids, which a plain FHIR server takes."""
    resources = [entry["resource"] for entry in bundle["entry"]]
    names = [f"{resource['resourceType']}/{resource['id']}" for resource in resources]
    puts = [{"resource": r, "request": {"method": "PUT", "url": n}} for r, n in zip(resources, names, strict=True)]
    return {"resourceType": "Bundle", "type": "transaction", "entry": puts}


@contextmanager
def ehr(kind: str, app_url: str, charts: list[dict[str, Any]]) -> Iterator[Sandbox]:
    """The sandbox's own store, or its gateway before HAPI, with the charts in it."""
    options: dict[str, Any] = {"app_launch_url": f"{app_url}/launch", "redirect_uri": f"{app_url}/callback"}
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        if kind == "hapi":
            options["upstream"] = stack.enter_context(start_hapi())
            for bundle in charts:
                httpx.post(options["upstream"], json=as_transaction(bundle), timeout=120).raise_for_status()
        else:
            lines = folder / "charts.ndjson"
            lines.write_text("\n".join(map(json.dumps, charts)))
            options |= {"no_clinic": True, "load": lines}
        yield stack.enter_context(start_sandbox(as_of=clinic_today(), **options))


def one_launch(ehr_url: str, patient: str, pid: int) -> Sample:
    """Walk to the callback, then measure from there to the page's last byte."""
    with httpx.Client(timeout=60, trust_env=False) as browser:
        tab = browser.get(f"{ehr_url}/chart/{patient}/app")
        frame = re.search(r'<iframe[^>]* src="([^"]+)"', tab.text)
        assert frame, tab.status_code
        started = browser.get(unescape(frame[1]))
        cookie = {"Cookie": started.headers["set-cookie"].partition(";")[0]}
        signed_in = browser.get(started.headers["location"])
        begun, cpu = time.perf_counter(), cpu_seconds(pid)
        callback = browser.get(signed_in.headers["location"], headers=cookie)
        page = browser.get(str(callback.next_request.url) if callback.next_request else "", headers=cookie)
        sample = Sample(1000 * (time.perf_counter() - begun), 1000 * (cpu_seconds(pid) - cpu), len(page.content))
        assert page.status_code == 200, page.status_code
        assert "MME/day" in page.text, "the page shows no dose"
        return sample


def p95(values: list[float]) -> float:
    """The 95th percentile."""
    return quantiles(values, n=20)[-1]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--launches", type=int, default=40)
    parser.add_argument("--ehr", choices=["sandbox", "hapi"], default="sandbox")
    options = parser.parse_args()
    charts, port = bundles(), free_port()
    with ehr(options.ehr, f"http://localhost:{port}", charts) as sandbox:
        adapter = "hapi" if options.ehr == "hapi" else "generic"
        with start_sextant(sandbox.base_url, port, adapter) as sextant:
            one_launch(sandbox.base_url, patient_of(charts), sextant.pid)  # imports and caches, not counted
            samples = [one_launch(sandbox.base_url, patient_of(charts), sextant.pid) for _ in range(options.launches)]
    entries = len(charts[-1]["entry"])
    print(f"{options.ehr}: {entries} resources in the chart, {options.launches} launches, callback to last byte")
    for name, values in (("wall ms", [s.wall for s in samples]), ("own CPU ms", [s.own_cpu for s in samples])):
        print(f"  {name:<11} median {median(values):6.1f}   p95 {p95(values):6.1f}   max {max(values):6.1f}")
    print(f"  page        {samples[-1].page_bytes} bytes")


if __name__ == "__main__":
    main()
