"""Spoilt orders: fields dropped, retyped, doubled, units garbled. Nothing raises, and no dose changes in silence."""

import copy
import json
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import given, note
from hypothesis import strategies as st

from app.domain.med import MedTotal, SupplyState
from app.med import as_json, total
from tests.property.med.charts import AS_OF, PATIENT, Json, day, medicine, quantity, sound_orders
from tests.property.med.conftest import examples
from tests.spec.med.shapes import UCUM, record

Path = tuple[str | int, ...]

MANY = examples(300, 100_000)

# What may happen when something is dropped that no dose needs. "up": a limit is gone, so the same or more; "down": the high
# end is gone, so the same or less; "days": it only says which days are covered; "same": it says nothing about the dose.
DIRECTION = {
    "maxDosePerPeriod": "up",
    "maxDosePerAdministration": "up",
    "asNeededBoolean": "same",
    "frequencyMax": "down",
    "periodMax": "same",
    "dayOfWeek": "up",
    "boundsPeriod": "up",
    "boundsDuration": "up",
    "low": "same",
    "status": "same",
    "intent": "same",
    "requester": "same",
    "authoredOn": "same",
    "expectedSupplyDuration": "same",
    "numberOfRepeatsAllowed": "same",
    "quantity": "same",
    "dispenseRequest": "same",
    "text": "same",
    "route": "same",
    "sequence": "same",
}


def rich_order() -> Json:
    """An order in which everything that limits a dose is stated: 8 of 10 mg oxycodone a day at most, that is 120."""
    return {
        "resourceType": "MedicationRequest",
        "id": "rich",
        "status": "active",
        "intent": "order",
        "subject": PATIENT,
        "medicationCodeableConcept": medicine("1049683"),
        "authoredOn": day(4),
        "requester": {"reference": "Practitioner/a"},
        "dosageInstruction": [
            {
                "sequence": 1,
                "text": "see structured directions",
                "asNeededBoolean": True,
                "route": {"text": "oral"},
                "timing": {
                    "repeat": {
                        "frequency": 1,
                        "frequencyMax": 2,
                        "period": 4,
                        "periodMax": 6,
                        "periodUnit": "h",
                        "dayOfWeek": ["mon", "tue", "wed"],
                        "boundsPeriod": {"start": day(4), "end": day(-20)},
                    }
                },
                "doseAndRate": [{"doseRange": {"low": quantity(1, "tablet"), "high": quantity(3, "tablet")}}],
                "maxDosePerPeriod": {
                    "numerator": quantity(8, "tablet"),
                    "denominator": {"value": 1, "unit": "d", "system": UCUM, "code": "d"},
                },
                "maxDosePerAdministration": quantity(2, "tablet"),
            }
        ],
        "dispenseRequest": {
            "quantity": quantity(240, "tablet"),
            "numberOfRepeatsAllowed": 1,
            "expectedSupplyDuration": {"value": 30, "unit": "days"},
        },
    }


def paths(value: Any, here: Path = ()) -> list[Path]:
    """Every place inside a resource."""
    found = [here] if here else []
    for key, inner in value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ():
        found += paths(inner, (*here, key))
    return found


@dataclass(frozen=True)
class Mutation:
    """One change of one place."""

    path: Path
    kind: str
    value: Any = None

    def of(self, order: Json) -> Json:
        changed = copy.deepcopy(order)
        holder: Any = changed
        for key in self.path[:-1]:
            holder = holder[key]
        key = self.path[-1]
        if self.kind == "drop":
            del holder[key]
        elif self.kind == "retype":
            holder[key] = self.value
        elif isinstance(holder[key], list):
            holder[key] = holder[key] * 2
        else:
            holder[key] = [holder[key], holder[key]]
        return changed


ODD_VALUES: st.SearchStrategy[Any] = st.sampled_from(
    [
        None,
        True,
        False,
        "",
        " ",
        "x",
        "4",
        [],
        {},
        [None],
        ["x"],
        {"x": 1},
        [[]],
        {"value": "10"},
        "2026-13-45",
        "mgs?",
        "½",
    ]
)


@st.composite
def mutations(draw: st.DrawFn, order: Json) -> Mutation:
    places = [path for path in paths(order) if path[0] not in ("resourceType", "id", "subject")]
    path = draw(st.sampled_from(places))
    kind = draw(st.sampled_from(["drop", "retype", "double", "garble"]))
    here: Any = order
    for key in path:
        here = here[key]
    if kind == "garble" and isinstance(here, str) and path[-1] in ("unit", "code"):
        return Mutation(path, "retype", draw(st.sampled_from([here[:-1], here + "?", here[::-1] + "-", "unit?", "zz"])))
    value = draw(ODD_VALUES)
    if kind == "drop" or (kind in ("retype", "garble") and value is None):
        # A list that lost one whole entry is another prescription, and nothing is left that could tell. A JSON null is
        # the same as nothing.
        return Mutation(path, "double" if isinstance(path[-1], int) else "drop")
    return Mutation(path, "double" if kind == "double" else "retype", value)


def answer(order: Json) -> MedTotal:
    return total(record([order]), AS_OF)


def said(given_answer: MedTotal) -> tuple[object, ...]:
    """Everything by which an answer says that something is odd."""
    rows = [(row.state, row.method, row.notes, row.reason) for row in given_answer.supplies]
    return given_answer.complete, given_answer.notes, rows


@MANY
@given(st.data(), st.one_of(st.just(rich_order()), sound_orders()), st.integers(1, 3))
def test_no_dose_changes_in_silence(data: st.DataObject, order: Json, times: int) -> None:
    changed, dropped = order, []
    for _ in range(times):
        mutation = data.draw(mutations(changed))
        dropped.append(mutation)
        changed = mutation.of(changed)
    note(json.dumps(changed))
    before, after = answer(order), answer(changed)
    json.dumps(as_json(after))
    if after.mme_per_day == before.mme_per_day:
        return
    is_open = any(mutation.kind == "drop" and is_listed(mutation) for mutation in dropped)
    assert said(after) != said(before) or is_open, dropped


def is_listed(mutation: Mutation) -> bool:
    return any(key in DIRECTION for key in mutation.path if isinstance(key, str))


LIMITERS = [path for path in paths(rich_order()) if path[-1] in DIRECTION]


@pytest.mark.parametrize("path", LIMITERS, ids=lambda path: ".".join(str(key) for key in path))
def test_dropping_what_limits_a_dose_moves_it_only_as_the_table_says(path: Path) -> None:
    before, after = answer(rich_order()), answer(Mutation(path, "drop").of(rich_order()))
    assert str(before.mme_per_day) == "120"
    assert after.mme_per_day is not None
    allowed = DIRECTION[str(path[-1])]
    assert after.complete
    if allowed == "up":
        assert after.mme_per_day >= before.mme_per_day  # type: ignore[operator]
    elif allowed == "down":
        assert after.mme_per_day <= before.mme_per_day  # type: ignore[operator]
    else:
        assert after.mme_per_day == before.mme_per_day


NEEDED = ["medicationCodeableConcept", "doseAndRate", "timing", "unit"]


@pytest.mark.parametrize("needed", NEEDED)
@pytest.mark.parametrize("has_quantity", [True, False], ids=["with quantity", "without quantity"])
def test_dropping_what_a_dose_needs_leaves_the_second_source_or_nothing(needed: str, has_quantity: bool) -> None:
    order = rich_order()
    if not has_quantity:
        del order["dispenseRequest"]["quantity"]
    for path in reversed([path for path in paths(order) if path[-1] == needed and "dispenseRequest" not in path]):
        order = Mutation(path, "drop").of(order)
    after = answer(order)
    row = after.supplies[0]
    if has_quantity and needed != "medicationCodeableConcept":
        assert row.method is not None
        assert (row.state, row.method.value, str(after.mme_per_day)) == (SupplyState.COUNTED, "quantity", "120")
        assert any(each.startswith("by quantity") for each in row.notes)
    else:
        assert (row.state, after.mme_per_day, after.complete) == (SupplyState.NOT_COMPUTABLE, None, False)
