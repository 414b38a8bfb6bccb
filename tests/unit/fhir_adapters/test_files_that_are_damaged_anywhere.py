"""Whatever single element of whatever resource is damaged: nothing raises, and nothing else is lost."""

import copy
import json
from dataclasses import fields
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.feeds import Feeds
from app.domain.record import PatientRecord
from app.fhir_adapters.files import record_of

RESOURCES: list[dict[str, Any]] = json.loads((Path(__file__).parent / "charts" / "every_type.json").read_text())
UTC = ZoneInfo("UTC")
DAMAGE = ["", "text", 5, -1.5, True, None, [], {}, ["x"], [None], [[]], {"x": 1}, [{"x": 1}], 10**40, "2026-99-99"]
ROWS = [f.name for f in fields(PatientRecord) if f.name not in ("reference", "patient", "facts", "feeds", "unreadable")]

Path_ = tuple[str | int, ...]


def paths(value: Any, here: Path_ = ()) -> list[Path_]:
    children = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    found: list[Path_] = []
    for name, child in children:
        found += [(*here, name), *paths(child, (*here, name))]
    return found


EVERY_PLACE = [(number, path) for number, r in enumerate(RESOURCES) for path in paths(r)]


def read(resources: list[Any]) -> PatientRecord:
    return record_of("Patient/a", [json.dumps(r).encode() for r in resources], UTC, Feeds())


def references(record: PatientRecord) -> set[str]:
    rows = {row.reference for name in ROWS for row in getattr(record, name)}
    return rows | ({record.patient.reference} if record.patient else set())


WHOLE = read(RESOURCES)


def test_every_type_is_read_whole() -> None:
    assert references(WHOLE) == {f"{r['resourceType']}/{r['id']}" for r in RESOURCES}
    assert WHOLE.unreadable == ()
    assert WHOLE.dispenses[0].dosages[0].unreadable == ("modifierExtension",)


@pytest.mark.parametrize("kind", [r["resourceType"] for r in RESOURCES])
def test_a_type_without_anything_but_its_id_is_still_an_entry(kind: str) -> None:
    record = read([{"resourceType": kind, "id": "a"}])
    assert references(record) == {f"{kind}/a"}


@settings(max_examples=400, deadline=None)
@given(place=st.sampled_from(EVERY_PLACE), damage=st.sampled_from(DAMAGE))
def test_damage_stays_where_it_is(place: tuple[int, Path_], damage: Any) -> None:
    number, path = place
    resources = copy.deepcopy(RESOURCES)
    holder: Any = resources[number]
    for step in path[:-1]:
        holder = holder[step]
    holder[path[-1]] = damage
    record = read(resources)
    damaged = f"{RESOURCES[number]['resourceType']}/{RESOURCES[number]['id']}"
    assert references(WHOLE) - {damaged} <= references(record)
    if path[0] not in ("id", "resourceType", "participant", "status", "subject", "patient"):
        told = {bad.reference for bad in record.unreadable}
        assert damaged in references(record) | told, "an entry may be unreadable, never gone"
    for name in ROWS:
        for before in getattr(WHOLE, name):
            if before.reference != damaged:
                assert before in getattr(record, name)


@pytest.mark.parametrize("kind", [r["resourceType"] for r in RESOURCES if "subject" in r])
@pytest.mark.parametrize(
    "subject", ["Patient/a", {"reference": "Group/g"}, {"reference": "text"}, 5, [{"reference": 1}]]
)
def test_an_entry_that_does_not_say_whose_it_is_is_told_not_dropped(kind: str, subject: Any) -> None:
    (whole,) = [r for r in RESOURCES if r["resourceType"] == kind]
    record = read([{**whole, "subject": subject}])
    assert references(record) == set()
    assert [bad.resource_type for bad in record.unreadable] == [kind]
