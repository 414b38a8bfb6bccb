"""The clinic's scenarios: read as a file, each comes to the dose that was worked out on paper."""

import json
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from app.domain.feeds import Feed, FeedState, FeedStatus
from app.domain.med import MedTotal
from app.domain.record import PatientRecord
from app.fhir_adapters.files.reader import records_from
from app.med import total
from app.sandbox_ehr.clinic import SCENARIOS, Scenario, bundle_of
from tests.spec.med.shapes import ZONE
from tests.spec.med.test_cases import shown

DAYS = (date(2026, 3, 2), date(2026, 11, 24), date(2028, 2, 29))
"""An ordinary day, one near a change of the clock, and a leap day."""


def record_of_scenario(scenario: Scenario, day: date, folder: Path) -> PatientRecord:
    """The person's record from the scenario's Bundle on disk. An order may be in it or not: the chart was read."""
    file = folder / f"{scenario.name}.json"
    file.write_text(json.dumps(bundle_of(scenario, day)), encoding="utf8")
    records = records_from(file, ZONE).records
    own = next(each for each in records if each.reference == f"Patient/{scenario.name}")
    return replace(own, feeds=own.feeds.with_state(Feed.MEDICATIONS, FeedState(FeedStatus.AVAILABLE)))


def answer(scenario: Scenario, day: date, folder: Path, factor_set: str = "cdc-2022") -> MedTotal:
    return total(record_of_scenario(scenario, day, folder), day, factor_set, research_factors=True)


@pytest.mark.parametrize("day", DAYS, ids=str)
@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.name)
def test_scenario_comes_to_its_hand_worked_dose(scenario: Scenario, day: date, tmp_path: Path) -> None:
    given = answer(scenario, day, tmp_path)
    expected = scenario.med.mme_per_day
    assert (shown(given.mme_per_day), given.complete) == (expected or "none", scenario.med.complete), (
        scenario.med.arithmetic
    )


@pytest.mark.parametrize(
    "scenario", [each for each in SCENARIOS if each.med.cdc_2016 is not None], ids=lambda scenario: scenario.name
)
def test_scenario_under_the_older_factor_set(scenario: Scenario, tmp_path: Path) -> None:
    assert shown(answer(scenario, DAYS[0], tmp_path, "cdc-2016").mme_per_day) == scenario.med.cdc_2016


def test_there_are_at_least_thirty() -> None:
    assert len(SCENARIOS) >= 30
