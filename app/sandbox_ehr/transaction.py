"""Transaction and batch Bundles: every entry passes the gate like a request of its own.

One refused entry refuses a whole transaction; in a batch it is answered alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qsl, urlencode

import msgspec

from app.sandbox_ehr.gate import Gate
from app.sandbox_ehr.outcome import Refused
from app.sandbox_ehr.screen import screened
from app.sandbox_ehr.upstream import Answer, Call, decoded

Entry = dict[str, Any]


async def exchange(gate: Gate, call: Call) -> Answer | Refused:
    """Sends the admitted entries and looks through each entry of the answer."""
    bundle = decoded(call.body)
    if bundle is None or bundle.get("resourceType") != "Bundle" or bundle.get("type") not in _TYPES:
        return Refused(400, "invalid", "The base takes a transaction or a batch Bundle in JSON.")
    entries: list[Entry] = list(bundle.get("entry") or ())
    gate = replace(gate, drafts=_drafts(entries))
    decided = [await _decided(gate, entry) for entry in entries]
    refusals = [decision for decision in decided if isinstance(decision, Refused)]
    if refusals and bundle["type"] == "transaction":
        return refusals[0]
    admitted = [(entry, made) for entry, made in zip(entries, decided, strict=True) if isinstance(made, Call)]
    body = {**bundle, "entry": [_entry(entry, made) for entry, made in admitted]}
    answer = await gate.upstream.send(replace(call, params=(), body=msgspec.json.encode(body)))
    return await _merged(gate, decided, answer) if answer.status < 300 else answer


_TYPES = ("transaction", "batch")


def _drafts(entries: list[Entry]) -> frozenset[str]:
    # Each draft is itself admitted or the transaction fails, so pointing at one is safe.
    posted = (entry for entry in entries if _request(entry).get("method") == "POST")
    return frozenset(str(entry["fullUrl"]) for entry in posted if entry.get("fullUrl"))


async def _decided(gate: Gate, entry: Entry) -> Call | Refused:
    return await gate.admit(_call(gate, entry))


def _call(gate: Gate, entry: Entry) -> Call:
    request = _request(entry)
    url = str(request.get("url", "")).removeprefix(gate.upstream.gateway_base).lstrip("/")
    path, _, query = url.partition("?")
    headers = {"if-none-exist": request.get("ifNoneExist"), "if-match": request.get("ifMatch")}
    return Call(
        str(request.get("method", "")),
        tuple(part for part in path.split("/") if part),
        tuple(parse_qsl(query, keep_blank_values=True)),
        {name: str(value) for name, value in headers.items() if value},
        msgspec.json.encode(entry["resource"]) if "resource" in entry else b"",
    )


def _entry(entry: Entry, call: Call) -> Entry:
    query = f"?{urlencode(call.params)}" if call.params else ""
    request = {**_request(entry), "url": "/".join(call.path) + query}
    if "if-none-exist" in call.headers:
        request["ifNoneExist"] = call.headers["if-none-exist"]
    return {**entry, "request": request}


def _request(entry: Mapping[str, Any]) -> Mapping[str, Any]:
    request = entry.get("request")
    return request if isinstance(request, Mapping) else {}


async def _merged(gate: Gate, decided: list[Call | Refused], answer: Answer) -> Answer:
    bundle = decoded(answer.body) or {}
    answered = iter(bundle.get("entry") or ())
    entries = [
        _refusal(made) if isinstance(made, Refused) else await _seen(gate, made, next(answered, {})) for made in decided
    ]
    return replace(answer, body=msgspec.json.encode({**bundle, "entry": entries}))


async def _seen(gate: Gate, call: Call, entry: Entry) -> Entry:
    if "resource" not in entry:
        return entry
    looked = await screened(gate, call, Answer(200, msgspec.json.encode(entry["resource"])))
    if looked.status >= 300:
        return _refusal(Refused(looked.status, "forbidden", "Not shown."))
    return {**entry, "resource": decoded(looked.body)}


def _refusal(refused: Refused) -> Entry:
    return {"response": {"status": str(refused.status), "outcome": decoded(refused.body())}}
