"""Every feed breaks in every way that the sandbox knows, on a chart in good order, one that only fills speak for, and one with
gaps: nothing turns green or stops applying because data is missing, no dose becomes 0, and no Flag would be ended."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from tests.e2e.conftest import World
from tests.e2e.launching import Frame, visible_text

CHARTS = ("steady-low-dose", "pharmacy-fills-only", "typical-four-gaps")

FEEDS: dict[str, tuple[str, ...]] = {
    "patient": ("Patient",),
    "medications": ("MedicationRequest", "MedicationStatement"),
    "dispenses": ("MedicationDispense",),
    "labs": ("Observation", "DiagnosticReport"),
    "surveys": ("Observation", "QuestionnaireResponse"),
    "conditions": ("Condition",),
    "encounters": ("Encounter",),
    "appointments": ("Appointment",),
    "documents": ("DocumentReference",),
    "procedures": ("Procedure",),
    "care_plans": ("CarePlan", "Goal", "Consent", "ServiceRequest"),
    "flags": ("Flag",),
}
"""Feed → the resource types that fill it."""

CANNOT_BE_GREEN: dict[str, tuple[str, ...]] = {
    "medications": ("med", "sedative"),
    "labs": ("udt_check",),
    "surveys": ("peg",),
}
"""Feed → the rules that cannot be green when nothing of it came, whatever else is known."""

REFUSALS = ("403", "404", "500", "hang_up", "broken_json")
"""Nothing at all comes."""

OTHER_REFUSALS = ("409", "410", "412", "429", "502", "503", "refused_scope")
"""These too, some after waits and new tries. Tried where a dose depends on it, since they end as the others do."""

SPOILT = ("truncated_paging", "foreign_next", "operation_outcome_entry", "broken_entry")
"""Search results that are less than whole. Without a row there is nothing to cut off or to break."""

OF_EMPTY_RESULTS_TOO = ("foreign_next", "operation_outcome_entry")

DOSE_FEEDS = ("medications", "dispenses")

FAULTS = [(feed, kind) for feed in FEEDS for kind in (*REFUSALS, *SPOILT)]
FAULTS += [(feed, kind) for feed in DOSE_FEEDS for kind in OTHER_REFUSALS]


@dataclass(frozen=True)
class OpenChart:
    """A chart whose gaps stand in it as Flags, and what its review says while everything can be read."""

    world: World
    frame: Frame
    page: str
    whole: dict[str, Any]

    def review(self) -> dict[str, Any]:
        return dict(self.frame.get(f"{self.page}/review.json").json())

    def preview(self) -> str:
        return visible_text(self.frame.get(f"{self.page}/preview"))


@pytest.fixture(scope="module", params=CHARTS)
def open_chart(sandbox_world: World, request: pytest.FixtureRequest) -> OpenChart:
    """Launched once; every gap it has is written to it first."""
    frame = Frame()
    page = frame.open(sandbox_world.ehr.base_url, request.param)
    written = write_every_flag(frame, page)
    chart = OpenChart(sandbox_world, frame, page, dict(frame.get(f"{page}/review.json").json()))
    assert bool(written) == (request.param != "steady-low-dose")
    assert "Nothing to write to the chart now." in chart.preview()
    return chart


def write_every_flag(frame: Frame, page: str) -> list[str]:
    """Confirm all that the preview proposes; the rules of what was proposed."""
    html = frame.get(f"{page}/preview").text
    rules = re.findall(r'name="rule" value="([^"]+)"', html)
    if rules:
        hidden = dict(re.findall(r'type="hidden" name="([^"]+)" value="([^"]+)"', html))
        assert "Created." in frame.post(f"{page}/write", {**hidden, "rule": rules}).text
    return rules


@pytest.fixture
def chart(open_chart: OpenChart) -> Iterator[OpenChart]:
    """The same, with every fault disarmed afterwards."""
    yield open_chart
    open_chart.world.ehr.disarm()


def with_status(review: dict[str, Any], status: str) -> set[str]:
    return {finding["rule"] for finding in review["findings"] if finding["status"] == status}


def is_struck(feed: str, kind: str) -> bool:
    """Whether the feed cannot be complete, whatever the chart holds. The Patient is read, not searched."""
    return kind not in SPOILT or (kind in OF_EMPTY_RESULTS_TOO and feed != "patient")


@pytest.mark.parametrize(("feed", "kind"), FAULTS)
def test_what_is_missing_is_never_taken_for_good(chart: OpenChart, feed: str, kind: str) -> None:
    chart.world.ehr.arm(*({"type": each, "kind": kind} for each in FEEDS[feed]))
    broken, whole = chart.review(), chart.whole
    green = with_status(broken, "green")
    assert not green - with_status(whole, "green")
    assert not with_status(broken, "not_applicable") - with_status(whole, "not_applicable")
    if is_struck(feed, kind):
        assert broken["feeds"][feed] in (("failed", "partial") if kind in SPOILT else ("failed",))
    if kind not in SPOILT:
        assert not green & set(CANNOT_BE_GREEN.get(feed, ()))
    check_dose(broken)
    assert "End Flag" not in chart.preview()


def check_dose(review: dict[str, Any]) -> None:
    """Complete only when everything that could add to it was read."""
    med, feeds = review["med"], review["feeds"]
    assert med["complete"] is (feeds["medications"] == "available" and feeds["dispenses"] == "available")
    assert not med["complete"] or med["mme_per_day"] not in ("0", None)
