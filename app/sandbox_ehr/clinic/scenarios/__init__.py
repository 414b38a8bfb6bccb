"""The named patients, in the order of the clinic's list."""

from app.sandbox_ehr.clinic.scenario import Scenario
from app.sandbox_ehr.clinic.scenarios import (
    changes,
    conditions,
    ehr_shapes,
    gaps,
    high_dose,
    incomplete,
    outside_scope,
    sedatives,
    steady,
)

SCENARIOS: tuple[Scenario, ...] = (
    *steady.SCENARIOS,
    *gaps.SCENARIOS,
    *high_dose.SCENARIOS,
    *sedatives.SCENARIOS,
    *incomplete.SCENARIOS,
    *ehr_shapes.SCENARIOS,
    *changes.SCENARIOS,
    *conditions.SCENARIOS,
    *outside_scope.SCENARIOS,
)
