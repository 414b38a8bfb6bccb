"""Spoiling an answer of the store, as real servers do now and then. Bundles only, but for `broken_json`."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import msgspec

from app.sandbox_ehr.faults import Fault
from app.sandbox_ehr.upstream import Answer, decoded

FOREIGN_PAGE = "http://foreign.invalid/fhir?page=2"


def spoiled(faults: Iterable[Fault], answer: Answer) -> Answer:
    """The answer after each fault in turn."""
    for fault in faults:
        if fault.kind == "broken_json":
            answer = replace(answer, body=answer.body[: len(answer.body) // 2])
        elif fault.kind in _CHANGES and answer.status < 300:
            answer = _changed(fault, answer)
    return answer


def _changed(fault: Fault, answer: Answer) -> Answer:
    bundle = decoded(answer.body)
    if bundle is None or bundle.get("resourceType") != "Bundle":
        return answer
    _CHANGES[fault.kind](bundle, fault.value)
    return replace(answer, body=msgspec.json.encode(bundle))


def _truncate(bundle: dict[str, Any], keep: Any) -> None:
    """Part of the rows, no `next`: only `total` tells that something is missing."""
    entries = bundle.get("entry", [])
    bundle.setdefault("total", len(entries))
    bundle["entry"] = entries[: int(keep) if keep is not None else len(entries) // 2]
    _drop_next(bundle)


def _foreign_next(bundle: dict[str, Any], url: Any) -> None:
    _drop_next(bundle)
    bundle["link"].append({"relation": "next", "url": url or FOREIGN_PAGE})


def _add_outcome(bundle: dict[str, Any], severity: Any) -> None:
    issue = {
        "severity": severity or "warning",
        "code": "incomplete",
        "diagnostics": "Some rows are left out.",
    }
    outcome = {"resourceType": "OperationOutcome", "issue": [issue]}
    bundle.setdefault("entry", []).append({"resource": outcome, "search": {"mode": "outcome"}})


def _break_entry(bundle: dict[str, Any], _: Any) -> None:
    for entry in bundle.get("entry", [])[:1]:
        kind = entry["resource"].get("resourceType")
        entry["resource"] = {
            "resourceType": kind,
            "id": 7,
            "status": ["final"],
            "code": "text",
            "subject": [],
        }


def _drop_next(bundle: dict[str, Any]) -> None:
    bundle["link"] = [link for link in bundle.get("link", []) if link.get("relation") != "next"]


_CHANGES = {
    "truncated_paging": _truncate,
    "foreign_next": _foreign_next,
    "operation_outcome_entry": _add_outcome,
    "broken_entry": _break_entry,
}
