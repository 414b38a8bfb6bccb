"""Looking through what the store answered, before the app sees it.

Rows keep their bytes (a `1.10` stays `1.10`); only the Bundle around them is rebuilt.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import msgspec

from app.sandbox_ehr.compartment import SHARED_TYPES
from app.sandbox_ehr.gate import Gate
from app.sandbox_ehr.outcome import NOT_FOUND, NOT_THIS_PATIENT
from app.sandbox_ehr.upstream import Answer, Call, decoded

Envelope = dict[str, msgspec.Raw]


async def screened(gate: Gate, call: Call, answer: Answer) -> Answer:
    """The answer without anything that this token may not see."""
    if answer.status >= 300 or not answer.body:
        return answer
    found = decoded(answer.body)
    if found is None:
        return Answer(502, NOT_FOUND.body())
    kind = found.get("resourceType")
    if kind == "Bundle" and (call.method == "GET" or call.path[1:] == ("_search",)):
        return replace(answer, body=await _screened_rows(gate, call, answer.body))
    if kind == "OperationOutcome" or await _may_see(gate, call, found):
        return answer
    refused = NOT_FOUND if call.method == "GET" else NOT_THIS_PATIENT
    return Answer(refused.status, refused.body())


async def _may_see(gate: Gate, call: Call, found: dict[str, Any]) -> bool:
    if call.method != "GET":
        return await gate.in_chart(found)
    return found.get("resourceType") == call.kind and await gate.shows(found)


async def _screened_rows(gate: Gate, call: Call, body: bytes) -> bytes:
    envelope = msgspec.json.decode(body, type=Envelope)
    rows = msgspec.json.decode(envelope.get("entry", msgspec.Raw(b"[]")), type=list[Envelope])
    kept = [row for row in rows if await _keeps(gate, row)]
    envelope.pop("entry", None)
    if kept:
        envelope["entry"] = msgspec.Raw(msgspec.json.encode(kept))
    if len(kept) < len(rows) or not _counts_this_patient(gate, call, envelope):
        envelope.pop("total", None)  # a total over other people's rows would tell about them
    return msgspec.json.encode(envelope)


async def _keeps(gate: Gate, row: Envelope) -> bool:
    resource = decoded(bytes(row["resource"])) if "resource" in row else None
    if resource is None:
        return False
    return resource.get("resourceType") == "OperationOutcome" or await gate.shows(resource)


def _counts_this_patient(gate: Gate, call: Call, envelope: Envelope) -> bool:
    if call.kind in SHARED_TYPES:
        return True
    links: list[dict[str, Any]] = msgspec.json.decode(envelope.get("link", msgspec.Raw(b"[]")))
    own = "".join(link.get("url", "") for link in links if link.get("relation") == "self")
    patient = gate.compartment.patient
    # The `self` link tells which parameters the store took; HAPI's later pages name only the page.
    return any(f"{name}={patient}" in own for name in ("patient", "_id", "subject")) or (
        "_getpages=" in own and "entry" in envelope
    )
