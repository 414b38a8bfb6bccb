"""How soon the visit page shows something in Chromium, with and without a slow documents feed.

    python -m benchmarks.first_paint [--runs 7] [--ehr sandbox hapi]

Each run opens a chart of 300 resources that nobody has opened before, from the EHR's launch on, with an empty browser cache.
Times are the browser's own, from the moment at which it asks for the visit page: first byte, first contentful paint, the first
frame with the dose, the first frame with the list of what to do, end of loading. Bytes (with headers) and requests are those of
the page and all that it loads. Medians, and the longest.
"""

import argparse
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, fields
from statistics import median
from typing import Any

from playwright.sync_api import Browser

from app.sandbox_ehr.clinic import generate_charts, transaction_bundles
from benchmarks.callback_to_page import RESOURCES, ehr, patient_of
from tests.clinic_day import clinic_today
from tests.e2e.launching import Frame
from tests.e2e.walk import browser_page
from tests.servers import Sandbox, free_port
from tests.sextant_server import start_sextant

SLOW_SECONDS = 3
SLOW = {"type": "DocumentReference", "kind": "delay", "value": SLOW_SECONDS}
WATCH = """
  const watch = (name, selector) => {
    const look = () => {
      if (document.querySelector(selector)?.getClientRects().length) window[name] = performance.now();
      else requestAnimationFrame(look);
    };
    requestAnimationFrame(look);
  };
  watch('doseAt', '.dose .number');
  watch('restAt', '#todo-title');
"""
"""Put into each page by the browser's own debugging port, which no content security policy concerns."""
IS_DONE = """() => window.restAt && performance.getEntriesByName('first-contentful-paint').length
  && performance.getEntriesByType('navigation')[0].loadEventEnd"""
FIGURES = """() => {
  const page = performance.getEntriesByType('navigation')[0];
  const everything = [page, ...performance.getEntriesByType('resource')];
  const since = time => time - page.requestStart;
  return {
    first_byte: since(page.responseStart),
    first_paint: since(performance.getEntriesByName('first-contentful-paint')[0].startTime),
    dose: since(window.doseAt),
    rest: since(window.restAt),
    loaded: since(page.loadEventEnd),
    transferred: everything.reduce((sum, each) => sum + each.transferSize, 0),
    requests: everything.length,
  };
}"""
NAMES = {
    "first_byte": "first byte, ms",
    "first_paint": "first contentful paint, ms",
    "dose": "dose on the screen, ms",
    "rest": "what to do on the screen, ms",
    "loaded": "loaded, ms",
    "transferred": "bytes",
    "requests": "requests",
}


@dataclass(frozen=True)
class Opening:
    """One opened page; times in milliseconds."""

    first_byte: float
    first_paint: float
    dose: float
    rest: float
    loaded: float
    transferred: float
    requests: float


def opened(browser: Browser, ehr_url: str, patient: str) -> Opening:
    """Open one chart in a browser that has never seen the site."""
    context = browser.new_context(viewport={"width": 600, "height": 700})
    try:
        page = context.new_page()
        page.add_init_script(WATCH)
        context.new_cdp_session(page).send("Network.setCacheDisabled", {"cacheDisabled": True})
        page.goto(Frame().launch_url(ehr_url, patient))
        page.wait_for_function(IS_DONE)
        return Opening(**page.evaluate(FIGURES))
    finally:
        context.close()


@contextmanager
def two_servers(kind: str, charts: list[dict[str, Any]]) -> Iterator[Sandbox]:
    """An EHR with these charts, and a Sextant that it launches."""
    port = free_port()
    adapter = "hapi" if kind == "hapi" else "generic"
    with ehr(kind, f"http://localhost:{port}", charts) as sandbox, start_sextant(sandbox.base_url, port, adapter):
        yield sandbox


def measure(kind: str, runs: int) -> None:
    """Print the figures of one EHR: as it is, and with the slow feed."""
    shared = next(iter(transaction_bundles(clinic_today())))
    warm, *charts = generate_charts(1 + 2 * runs, RESOURCES, clinic_today(), seed=7)
    with two_servers(kind, [shared, warm, *charts]) as sandbox, browser_page() as page:
        browser = page.context.browser
        assert browser is not None

        def openings(some: list[dict[str, Any]]) -> list[Opening]:
            return [opened(browser, sandbox.base_url, patient_of([chart])) for chart in some]

        openings([warm])  # imports and caches, not counted
        usual = openings(charts[:runs])
        sandbox.arm(SLOW)
        slow = openings(charts[runs:])
    show(f"{kind}, {RESOURCES} resources a chart, {runs} charts", usual)
    show(f"{kind}, documents {SLOW_SECONDS} s late", slow)


def show(title: str, openings: list[Opening]) -> None:
    """One table."""
    print(title)
    for name in (each.name for each in fields(Opening)):
        values = [getattr(each, name) for each in openings]
        print(f"  {NAMES[name]:<30} median {median(values):7.0f}   longest {max(values):7.0f}")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=7)
    parser.add_argument("--ehr", nargs="+", choices=["sandbox", "hapi"], default=["sandbox", "hapi"])
    options = parser.parse_args()
    for kind in options.ehr:
        measure(kind, options.runs)


if __name__ == "__main__":
    main()
