"""From scenarios to what servers and files take: transaction Bundles, one chart as a Bundle, NDJSON."""

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

from app.sandbox_ehr.clinic.people import generated
from app.sandbox_ehr.clinic.places import shared_resources
from app.sandbox_ehr.clinic.scenario import Resource, Scenario
from app.sandbox_ehr.clinic.scenarios import SCENARIOS

BASE = "https://harborview.example/fhir"


def transaction_bundles(as_of: date, patients: int = 0, seed: int = 1) -> Iterator[Resource]:
    """Transaction Bundles for a server: first what all charts share, then one Bundle a patient.

    Entries are PUT with ids of our own, so loading twice changes nothing. `patients` people are generated on top
    of the named ones. Entries that a strict server refuses are left out.
    """
    yield _transaction(shared_resources())
    for chart in _charts(as_of, patients, seed, for_files=False):
        yield _transaction(chart)


def bundle_of(scenario: Scenario, as_of: date) -> Resource:
    """One chart on its own as a collection Bundle, with the people and medicines that it refers to."""
    chart = scenario.for_files(as_of)
    shared = _referred_to(chart)
    entries = [{"fullUrl": f"{BASE}/{_name(resource)}", "resource": resource} for resource in (*shared, *chart)]
    return {"resourceType": "Bundle", "type": "collection", "entry": entries}


def resources(as_of: date, patients: int = 0, seed: int = 1, *, for_files: bool = True) -> Iterator[Resource]:
    """Every resource of the clinic, shared ones first; with the untidy ones unless `for_files` is False."""
    yield from shared_resources()
    for chart in _charts(as_of, patients, seed, for_files=for_files):
        yield from chart


def write_ndjson(directory: Path, as_of: date, patients: int = 0, seed: int = 1) -> list[Path]:
    """Write one NDJSON file a resource type, as a bulk export does; return the files in order of name."""
    directory.mkdir(parents=True, exist_ok=True)
    lines: dict[str, list[str]] = {}
    for resource in resources(as_of, patients, seed):
        lines.setdefault(resource["resourceType"], []).append(json.dumps(resource, separators=(",", ":")))
    written = []
    for kind in sorted(lines):
        path = directory / f"{kind}.ndjson"
        path.write_text("\n".join(lines[kind]) + "\n", encoding="utf-8")
        written.append(path)
    return written


def _referred_to(chart: list[Resource]) -> list[Resource]:
    """The shared resources of one chart; a clinician brings their role and its organization."""
    everything = shared_resources()
    wanted = _references(chart)
    roles = [r for r in everything if r.get("practitioner", {}).get("reference") in wanted]
    wanted |= _references(roles) | {_name(role) for role in roles}
    return [resource for resource in everything if _name(resource) in wanted]


def _charts(as_of: date, patients: int, seed: int, *, for_files: bool) -> Iterator[list[Resource]]:
    for scenario in SCENARIOS:
        yield scenario.for_files(as_of) if for_files else scenario.for_servers(as_of)
    for scenario in generated(patients, seed):
        yield scenario.for_servers(as_of)


def _transaction(written: list[Resource]) -> Resource:
    entries = [
        {
            "fullUrl": f"{BASE}/{_name(resource)}",
            "resource": resource,
            "request": {"method": "PUT", "url": _name(resource)},
        }
        for resource in written
    ]
    return {"resourceType": "Bundle", "type": "transaction", "entry": entries}


def _name(resource: Resource) -> str:
    return f"{resource['resourceType']}/{resource['id']}"


def _references(value: Any) -> set[str]:
    if isinstance(value, list):
        return set().union(*(_references(item) for item in value)) if value else set()
    if not isinstance(value, dict):
        return set()
    own = {value["reference"]} if isinstance(value.get("reference"), str) else set()
    return own.union(*(_references(item) for item in value.values()))
