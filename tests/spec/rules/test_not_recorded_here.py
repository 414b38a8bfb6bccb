"""A clinic that does not keep bowel care or other treatment in its chart: never seen there is no gap."""

from pathlib import Path

import pytest

from app.domain.finding import Finding
from app.domain.medication import Medication
from app.domain.record import PatientRecord
from app.rules import review
from app.rules.pack import load_pack
from tests.spec.rules.chart import DAY, medicine, on_opioids, order, person

SITE = """
[recorded_here]
{concept} = {{ value = false, unit = "yes/no", source = "this clinic", valid_from = 2026-01-01, checked_by = "not signed off" }}
"""
SENNA = medicine("312935", "sennosides, USP 8.6 MG Oral Tablet")
DULOXETINE = medicine("596926", "duloxetine 20 MG Delayed Release Oral Capsule")


def at_site(rule: str, chart: PatientRecord, folder: Path) -> Finding:
    """The finding under the default pack with one line of the site's own."""
    override = folder / "site.toml"
    override.write_text(SITE.format(concept=rule), encoding="utf-8")
    finding = review(chart, load_pack("us-default-2026", override), DAY).finding(rule)
    assert finding is not None
    return finding


@pytest.mark.parametrize("rule", ["bowel", "nonopioid"])
def test_never_seen_is_not_known(rule: str, tmp_path: Path) -> None:
    finding = at_site(rule, person(on_opioids()), tmp_path)
    assert (finding.status.value, finding.fold) == ("grey", "not_recorded_here")
    assert "not recorded where Sextant can see" in finding.reason


@pytest.mark.parametrize(("rule", "what"), [("bowel", SENNA), ("nonopioid", DULOXETINE)])
def test_seen_once_it_is_recorded_here_after_all(rule: str, what: Medication, tmp_path: Path) -> None:
    finding = at_site(rule, person(on_opioids(), order(what, ago=600)), tmp_path)
    assert finding.status.value == "yellow"
    assert finding.fold is None
