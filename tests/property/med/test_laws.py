"""Laws of the dose: true of every chart, whatever is in it."""

import copy
import json
from datetime import timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any

from hypothesis import given, note
from hypothesis import strategies as st

from app.domain.med import MedTotal, SupplyState
from app.med import as_json, total
from tests.property.med.charts import AS_OF, PATIENT, Json, charts, day, medicine, quantity, sound_orders
from tests.property.med.conftest import LAW
from tests.spec.med.shapes import record

SPELLINGS = {
    "tablet": ["tablet", "tablets", "Tablet(s)", "TAB", "tab", "{tbl}", "oral tablet", "caplet", "each", "EA"],
    "patch": ["patch", "Patch", "patches", "PATCH", "{patch}", "each"],
    "mL": ["mL", "ml", "ML", "milliliter", "Milliliters", "cc"],
    "mg": ["mg", "MG", "milligram", "Milligrams", "mgs"],
    "mcg": ["mcg", "ug", "µg", "microgram", "MCG"],
    "mcg/h": ["mcg/h", "mcg/hr", "MCG/HR", "ug/h", "mcg/hour"],
}


def answer(chart: list[Json], **more: Any) -> MedTotal:
    note(json.dumps(chart))
    return total(record(chart), AS_OF, **more)


@LAW
@given(charts(), st.integers(1, 4))
def test_adding_an_unrelated_supply_never_lowers_the_total(chart: list[Json], a_day: int) -> None:
    before = answer(chart)
    after = answer([*chart, tapentadol(a_day)])
    assert after.mme_per_day is not None
    assert after.mme_per_day == (before.mme_per_day or 0) + 20 * a_day
    assert after.complete is before.complete


def tapentadol(a_day: int) -> Json:
    """A readable order of a drug that `charts` never makes: 50 mg × 0.4 = 20 a tablet."""
    return {
        "resourceType": "MedicationRequest",
        "id": "unrelated",
        "status": "active",
        "intent": "order",
        "subject": PATIENT,
        "medicationCodeableConcept": medicine("825411"),
        "authoredOn": day(3),
        "dosageInstruction": [
            {
                "timing": {"repeat": {"frequency": a_day, "period": 1, "periodUnit": "d"}},
                "doseAndRate": [{"doseQuantity": quantity(1, "tablet")}],
            }
        ],
    }


@LAW
@given(charts(), st.randoms(use_true_random=False))
def test_the_order_of_records_does_not_matter(chart: list[Json], chance: Any) -> None:
    shuffled = list(chart)
    chance.shuffle(shuffled)
    assert answer(shuffled) == answer(chart)


@LAW
@given(charts())
def test_running_twice_changes_nothing(chart: list[Json]) -> None:
    kept = copy.deepcopy(chart)
    assert answer(chart) == answer(chart)
    assert chart == kept


@LAW
@given(charts(), st.data())
def test_unit_spelling_does_not_matter(chart: list[Json], data: st.DataObject) -> None:
    respelled = copy.deepcopy(chart)
    for stated in quantities(respelled):
        if stated.get("unit") in SPELLINGS:
            stated["unit"] = data.draw(st.sampled_from(SPELLINGS[stated["unit"]]))
            stated.pop("code", None)
            stated.pop("system", None)
    before, after = answer(chart), answer(respelled)
    assert after.mme_per_day == before.mme_per_day
    assert after.timeline == before.timeline
    assert [each.state for each in after.supplies] == [each.state for each in before.supplies]


def quantities(value: Any) -> list[Json]:
    if isinstance(value, list):
        return [found for each in value for found in quantities(each)]
    if not isinstance(value, dict):
        return []
    own = [value] if "unit" in value and "value" in value else []
    return own + [found for each in value.values() for found in quantities(each)]


@LAW
@given(sound_orders(), st.sampled_from(["product", "dose", "unit", "timing", "everything"]))
def test_unknown_never_becomes_zero(order: Json, dropped: str) -> None:
    assert answer([order]).supplies[0].state is SupplyState.COUNTED
    after = answer([without(order, dropped)])
    row = after.supplies[0]
    if row.state is SupplyState.COUNTED and dropped != "product":
        assert row.method is not None
        assert row.method.value == "quantity"
        assert any(each.startswith("by quantity") for each in row.notes)
    else:
        assert row.state is SupplyState.NOT_COMPUTABLE
        assert (after.mme_per_day, after.complete) == (None, False)


def without(order: Json, part: str) -> Json:
    """The order without one thing that its dose needs. Bounds stay: they only say which days."""
    broken = copy.deepcopy(order)
    if part == "product":
        broken["medicationCodeableConcept"] = {}
    for line in broken["dosageInstruction"]:
        if part in ("dose", "everything"):
            line.pop("doseAndRate", None)
        if part in ("timing", "everything"):
            repeat = line.pop("timing", {}).get("repeat", {})
            kept = {key: repeat[key] for key in ("boundsPeriod", "boundsDuration") if key in repeat}
            line |= {"timing": {"repeat": kept}} if kept else {}
        for stated in quantities(line.get("doseAndRate", [])) if part == "unit" else []:
            for key in ("unit", "code", "system"):
                stated.pop(key, None)
    return broken


@LAW
@given(charts())
def test_the_total_is_the_sum_of_its_rows(chart: list[Json]) -> None:
    given_answer = answer(chart)
    rows = [each.mme_per_day for each in given_answer.in_force if each.mme_per_day is not None]
    summed = sum(rows, Decimal(0))
    # Rows are rounded one by one where their decimals do not end.
    assert abs((given_answer.mme_per_day or 0) - summed) < Decimal("0.00001")


@LAW
@given(charts())
def test_every_entry_is_accounted_for(chart: list[Json]) -> None:
    given_answer = answer(chart)
    dated = [("authoredOn", "MedicationRequest"), ("whenHandedOver", "MedicationDispense")]
    expected = {
        f"{kind}/{entry['id']}"
        for key, kind in dated
        for entry in chart
        if entry["resourceType"] == kind and entry[key] <= AS_OF.isoformat()
    }
    assert {source for row in given_answer.supplies for source in row.sources} == expected


@LAW
@given(charts())
def test_null_and_incomplete_go_together(chart: list[Json]) -> None:
    given_answer = answer(chart)
    if given_answer.mme_per_day is None:
        assert not given_answer.complete
    if not given_answer.complete:
        words = "not known" if given_answer.mme_per_day is None else "at least"
        assert any(words in each for each in given_answer.notes) or any(
            row.in_force and row.notes for row in given_answer.supplies
        )


@LAW
@given(charts())
def test_low_is_never_above_high_and_the_headline_is_one_of_the_methods(chart: list[Json]) -> None:
    for row in answer(chart).supplies:
        if row.low is not None and row.high is not None:
            assert row.low <= row.high
        if row.state is SupplyState.COUNTED:
            assert row.mme_per_day in (row.signature_mme_per_day, row.quantity_mme_per_day)


@LAW
@given(charts())
def test_the_timeline_has_no_holes_and_holds_the_day(chart: list[Json]) -> None:
    given_answer = answer(chart)
    line = given_answer.timeline
    assert line[0].starts == AS_OF - timedelta(days=730)
    assert all(one.ends == two.starts for one, two in pairwise(line))
    today = next(each for each in line if each.starts <= AS_OF < each.ends)
    assert given_answer.mme_per_day in (today.mme, None)
    assert given_answer.complete is today.complete


@LAW
@given(charts())
def test_json_holds_no_number_that_is_not_a_string(chart: list[Json]) -> None:
    def check(value: Any) -> None:
        assert not isinstance(value, float | int) or isinstance(value, bool)
        for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
            check(inner)

    made = as_json(answer(chart))
    check(made)
    json.dumps(made)
