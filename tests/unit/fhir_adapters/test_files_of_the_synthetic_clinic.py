"""The synthetic clinic writes FHIR without sharing a line with the adapters: everything in it must come through."""

import json
from collections import Counter
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from app.domain.feeds import Feed
from app.domain.record import PatientRecord
from app.fhir_adapters.base.kinds import KINDS
from app.fhir_adapters.files import iter_charts, records_from
from app.sandbox_ehr.clinic import SCENARIOS, Scenario, bundle_of, write_ndjson

DAY = date(2026, 11, 24)
ZONE = ZoneInfo("America/Chicago")


def read(scenario: Scenario) -> tuple[dict[str, Any], PatientRecord]:
    bundle = bundle_of(scenario, DAY)
    (record,) = iter_charts([json.dumps(bundle).encode()], ZONE)
    return bundle, record


def sent(bundle: dict[str, Any]) -> Iterator[str]:
    for entry in bundle["entry"]:
        resource = entry["resource"]
        if resource["resourceType"] in KINDS and "entered-in-error" not in json.dumps(resource):
            yield resource["resourceType"]


def came_through(record: PatientRecord) -> Counter[str]:
    rows = [record.patient] if record.patient else []
    into = {kind.into for kind in KINDS.values()} - {"patient"}
    found = [*rows, *(row for name in sorted(into) for row in getattr(record, name))]
    return Counter(row.reference.partition("/")[0] for row in found)


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: str(scenario.name))
def test_every_entry_of_a_scenario_comes_through(scenario: Scenario) -> None:
    bundle, record = read(scenario)
    lost = Counter(sent(bundle)) - came_through(record)
    lost.subtract(Counter(bad.resource_type for bad in record.unreadable))
    assert not +lost
    assert record.feeds.is_complete(Feed.PATIENT)


def test_the_bulk_export_reads_as_the_bundles_do(tmp_path: Path) -> None:
    write_ndjson(tmp_path, DAY)
    exported = {record.reference: record for record in records_from(tmp_path, ZONE).records}
    for scenario in SCENARIOS:
        _, record = read(scenario)
        from_export = exported[record.reference]
        for kind in KINDS.values():
            one, other = getattr(record, kind.into), getattr(from_export, kind.into)
            assert _by_reference(one) == _by_reference(other)


def _by_reference(rows: Any) -> dict[str, Any]:
    listed = rows if isinstance(rows, tuple) else (rows,)
    return {row.reference: row for row in listed}
