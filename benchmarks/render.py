"""How long the server takes to arrange and render the visit page of the fullest patient, once the chart has been reviewed.

    python -m benchmarks.render [--times 200] [--resources 1000]

The fullest are the named patient with forty prescriptions, and a generated chart of many resources. Prints presenting (values
to a view), rendering (view to HTML) and both together, with the page's size. Aim: 15 ms at p95. CPU time is the figure to
look at on a busy machine.
"""

import argparse
import json
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from statistics import median, quantiles
from typing import Any
from zoneinfo import ZoneInfo

from jinja2 import Environment

from app.domain.feeds import Feed, FeedStatus
from app.domain.record import PatientRecord
from app.fhir_adapters.files import records_from
from app.main import TEMPLATES
from app.rules import load_pack
from app.sandbox_ehr.clinic import SCENARIOS, bundle_of, generate_charts
from app.usecases.review_patient import ReviewedChart, reviewed
from app.web.application import template_environment
from app.web.presenters.visit import visit_view
from tests.clinic_day import CLINIC_ZONE, clinic_today

FULLEST = "forty-prescriptions"
ALL_FEEDS: dict[Feed, FeedStatus] = {feed: FeedStatus.AVAILABLE for feed in Feed if feed is not Feed.PDMP}


def record_of(bundle: dict[str, Any], zone: ZoneInfo) -> PatientRecord:
    """One chart from its Bundle, as if every feed worked."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "chart.json")
        path.write_text(json.dumps(bundle))
        return next(iter(records_from(path, zone, ALL_FEEDS).records))


def charts(resources: int) -> dict[str, ReviewedChart]:
    """The fullest charts by name, reviewed."""
    today, now, policy = clinic_today(), datetime.now(UTC), load_pack("sandbox-clinic")
    scenario = next(each for each in SCENARIOS if each.name == FULLEST)
    bundles = {
        FULLEST: bundle_of(scenario, today),
        f"generated, {resources} resources": next(iter(generate_charts(1, resources, today, seed=7))),
    }
    return {name: reviewed(record_of(bundle, CLINIC_ZONE), policy, today, now) for name, bundle in bundles.items()}


def milliseconds(work: Callable[[], object], times: int) -> tuple[list[float], list[float]]:
    """Wall and CPU time of each run, after one that fills the caches."""
    work()
    wall, cpu = [], []
    for _ in range(times):
        begun, used = time.perf_counter(), time.process_time()
        work()
        wall.append(1000 * (time.perf_counter() - begun))
        cpu.append(1000 * (time.process_time() - used))
    return wall, cpu


def figures(taken: list[float]) -> str:
    """Median and 95th percentile."""
    return f"median {median(taken):5.1f} ms, p95 {quantiles(taken, n=20)[-1]:5.1f} ms"


def measure(name: str, chart: ReviewedChart, pages: Environment, times: int) -> None:
    """Print the figures of one chart."""
    template = pages.get_template("visit.html")

    def page(view: object) -> str:
        return template.render(
            view=view,
            launch="L" * 43,
            form_token="F" * 43,
            offer="Preview 2 Flags",
            beside="",
            sink_note="",
            confirmed=(),
        )

    view = visit_view(chart, CLINIC_ZONE)
    print(f"{name}: {len(page(view).encode())} bytes")
    for part, work in (
        ("presenting", lambda: visit_view(chart, CLINIC_ZONE)),
        ("rendering", lambda: page(view)),
        ("together", lambda: page(visit_view(chart, CLINIC_ZONE))),
    ):
        wall, cpu = milliseconds(work, times)
        print(f"  {part:<11} wall {figures(wall)}   CPU {figures(cpu)}")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--times", type=int, default=200)
    parser.add_argument("--resources", type=int, default=1000)
    options = parser.parse_args()
    pages = template_environment(TEMPLATES)
    for name, chart in charts(options.resources).items():
        measure(name, chart, pages, options.times)


if __name__ == "__main__":
    main()
