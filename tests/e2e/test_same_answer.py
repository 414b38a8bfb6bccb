"""One engine, one answer: the page of a launched chart and the command line on the same chart as a file agree."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from app.sandbox_ehr.clinic import SCENARIOS, bundle_of
from app.web.presenters.words import plain
from tests.clinic_day import clinic_today
from tests.e2e.conftest import World
from tests.e2e.launching import Frame, visible_text

CHARTS = (
    "steady-low-dose",
    "typical-four-gaps",
    "opioid-benzodiazepine",
    "high-dose-unreviewed",
    "the-four-shapes",
    "at-least-60",
    "unknown-dose",
    "fentanyl-patch",
)


def review_on_command_line(patient: str, folder: Path, feeds: dict[str, str]) -> dict[str, Any]:
    """What `sextant review FILE --json` prints for the exported chart, given the page's feeds."""
    scenario = next(s for s in SCENARIOS if s.name == patient)
    chart = folder / f"{patient}.json"
    chart.write_text(json.dumps(bundle_of(scenario, clinic_today())))
    states = ",".join(f"{feed}={state}" for feed, state in feeds.items())
    command = [sys.executable, "-m", "app.main", "review", str(chart), "--json", "--feeds", states]
    command += ["--as-of", clinic_today().isoformat(), "--pack", "sandbox-clinic"]
    environment = {"SEXTANT_ZONE": "America/Los_Angeles", "PATH": "/usr/bin:/bin"}
    printed = subprocess.run(command, capture_output=True, text=True, env=environment, timeout=60)
    assert printed.returncode == 0, printed.stderr
    return dict(json.loads(printed.stdout))


@pytest.mark.parametrize("patient", CHARTS)
def test_the_page_and_the_command_line_agree(sandbox_world: World, tmp_path: Path, patient: str) -> None:
    frame = Frame()
    page = frame.open(sandbox_world.ehr.base_url, patient)
    launched = frame.get(f"{page}/review.json").json()
    on_file = review_on_command_line(patient, tmp_path, launched["feeds"])
    assert on_file == launched


def test_what_the_page_shows_is_that_answer(sandbox_world: World) -> None:
    frame = Frame()
    page = frame.open(sandbox_world.ehr.base_url, "typical-four-gaps")
    review, shown = frame.get(f"{page}/review.json").json(), visible_text(frame.get(page))
    assert f"{review['med']['mme_per_day']} MME/day" in shown
    for finding in review["findings"]:
        if finding["place"] == "visit" and finding["status"] in ("red", "yellow"):
            assert plain(finding["reason"], clinic_today()) in shown
            assert finding["next_step"] in shown
