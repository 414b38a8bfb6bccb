"""Charts for measurements: the right number, the right size, repeatable."""

from collections import Counter
from datetime import date

import pytest

from app.sandbox_ehr.clinic import generate_charts

AS_OF = date(2026, 3, 1)


@pytest.mark.parametrize("size", [10, 11, 60, 300])
def test_each_chart_has_exactly_the_size_asked_for(size: int) -> None:
    charts = list(generate_charts(25, size, AS_OF))
    assert [len(chart["entry"]) for chart in charts] == [size] * 25


def test_a_chart_belongs_to_one_patient_and_its_ids_are_its_own() -> None:
    charts = list(generate_charts(20, 300, AS_OF))
    ids = Counter(
        f"{entry['resource']['resourceType']}/{entry['resource']['id']}" for chart in charts for entry in chart["entry"]
    )
    assert max(ids.values()) == 1
    for chart in charts:
        patient, *others = (entry["resource"] for entry in chart["entry"])
        assert patient["resourceType"] == "Patient"
        assert {other["subject"]["reference"] for other in others} == {f"Patient/{patient['id']}"}


def test_a_chart_has_opioid_orders_with_fills_and_other_things() -> None:
    kinds = Counter(entry["resource"]["resourceType"] for entry in next(generate_charts(1, 300, AS_OF))["entry"])
    assert kinds["MedicationDispense"] == 15
    assert kinds["MedicationRequest"] > 15
    assert kinds["Observation"] > 50
    assert kinds["Encounter"] > 20


def test_the_same_seed_gives_the_same_charts_and_another_seed_others() -> None:
    assert list(generate_charts(5, 30, AS_OF, seed=3)) == list(generate_charts(5, 30, AS_OF, seed=3))
    assert list(generate_charts(5, 30, AS_OF, seed=3)) != list(generate_charts(5, 30, AS_OF, seed=4))


def test_a_chart_too_small_to_be_one_is_refused() -> None:
    with pytest.raises(ValueError, match="at least 10"):
        next(generate_charts(1, 9, AS_OF))
