"""The FHIR R4 store in process: sekmet-fhir, with its known gaps closed and its extras switched off.

Gaps (seen, version 0.1.1): for types without a parameter table it ignores `patient=` and answers with
everybody's rows; conditional creates that arrive together may both create; it refuses dirty data, which a
real chart is full of, so loading goes below its validation.
"""

from __future__ import annotations

import functools
import logging
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sekmet.config import Settings, SimulatorSettings
from sekmet.fhir.search_params import PARAMS, SearchParam
from sekmet.main import create_app

from app.sandbox_ehr.compartment import OWNERSHIP

# Not the gateway's address on purpose: what reaches a client unrewritten is then plainly wrong.
STORE_BASE = "http://store.invalid/fhir"

# Parameters our charts need beside `patient`: type -> name, kind, path. The rest sekmet has.
_MORE_PARAMETERS: Mapping[str, tuple[tuple[str, str, str], ...]] = {
    "CarePlan": (("activity-code", "token", "activity.detail.code"),),
    "CareTeam": (
        ("status", "token", "status"),
        ("category", "token", "category"),
        ("date", "date", "period"),
    ),
    "ClinicalImpression": (("status", "token", "status"), ("date", "date", "date")),
    "Composition": (("status", "token", "status"), ("type", "token", "type"), ("date", "date", "date")),
    "DetectedIssue": (("code", "token", "code"), ("identified", "date", "identifiedDateTime")),
    "DeviceRequest": (("status", "token", "status"), ("code", "token", "codeCodeableConcept")),
    "DeviceUseStatement": (("device", "reference", "device"),),
    "Flag": (("author", "reference", "author"),),
    "Goal": (("lifecycle-status", "token", "lifecycleStatus"), ("category", "token", "category")),
    "GuidanceResponse": (("request", "token", "requestIdentifier"),),
    "List": (("status", "token", "status"), ("code", "token", "code"), ("date", "date", "date")),
    "Questionnaire": (("url", "uri", "url"), ("status", "token", "status")),
    "QuestionnaireResponse": (
        ("status", "token", "status"),
        ("questionnaire", "uri", "questionnaire"),
        ("authored", "date", "authored"),
        ("encounter", "reference", "encounter"),
        ("author", "reference", "author"),
    ),
    "RiskAssessment": (("date", "date", "occurrenceDateTime"), ("method", "token", "method")),
}


@dataclass(frozen=True)
class FhirStore:
    """A running store: `app` is the ASGI application that serves `STORE_BASE`."""

    app: Any

    def load(self, bundles: Iterable[Mapping[str, Any]]) -> int:
        """Stores every resource of the bundles as it is, dirty or not, in one go; returns how many.

        Entries must be PUTs with ids of their own, so that loading again changes nothing but versions.
        """
        store, count = self.app.state.ctx.store, 0
        with store.transaction():
            for bundle in bundles:
                for entry in bundle.get("entry", ()):
                    store.update(_with_id(entry), origin="internal")
                    count += 1
        return count


def open_store(directory: Path) -> FhirStore:
    """Opens (or makes) the store in `directory`. It is not bound to any port."""
    complete_parameters()
    settings = Settings(
        base_url=STORE_BASE,
        data_dir=str(directory),
        db_path=str(directory / "store.db"),
        log_inbound=False,
        simulator=SimulatorSettings(enabled=False),
        own_private_key_path=str(directory / "key.pem"),
    )
    app = create_app(settings)
    context = app.state.ctx
    context.store.listeners.clear()  # subscriptions and workflow robots: not part of this EHR
    context.store.conn.execute("PRAGMA synchronous=OFF")  # a demo's data is made anew at each start
    context.service.create = _one_at_a_time(context.service.create, context.store.lock)
    logging.getLogger("sekmet").setLevel(logging.WARNING)
    return FhirStore(app)


def complete_parameters() -> None:
    """Adds what sekmet's search table lacks; must run before its first write."""
    for kind, ownership in OWNERSHIP.items():
        known = PARAMS.setdefault(kind, {})
        known.setdefault("identifier", SearchParam("identifier", "token", ("identifier",)))
        if kind == "Patient":
            continue
        known.setdefault("patient", SearchParam("patient", "reference", ownership.paths, "Patient"))
        if ownership.paths == ("subject",):
            known.setdefault("subject", SearchParam("subject", "reference", ownership.paths))
    for kind, parameters in _MORE_PARAMETERS.items():
        for name, form, path in parameters:
            PARAMS.setdefault(kind, {}).setdefault(name, SearchParam(name, form, (path,)))


def _one_at_a_time(create: Callable[..., Any], lock: Any) -> Callable[..., Any]:
    @functools.wraps(create)
    def locked(*args: Any, **options: Any) -> Any:
        with lock:
            return create(*args, **options)

    return locked


def _with_id(entry: Mapping[str, Any]) -> dict[str, Any]:
    resource = dict(entry["resource"])
    kind, _, rest = entry.get("request", {}).get("url", "").partition("/")
    if not resource.get("id") and kind == resource.get("resourceType"):
        resource["id"] = rest
    return resource
