"""Faults on demand, for tests of the apps: `POST /__faults` arms them, `DELETE /__faults` disarms them."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from app.sandbox_ehr.outcome import Refused

# Kinds that answer instead of the store, those that spoil its answer, and those of the OAuth endpoints.
BEFORE = ("delay", "expired_token", "refused_scope", "hang_up")
AFTER = (
    "broken_json", "truncated_paging", "foreign_next", "operation_outcome_entry", "broken_entry", "lost_response",
)  # fmt: skip
AT_AUTHORIZE = ("denied",)
AT_TOKEN = ("refused_scope", "tampered_id_token", "style")
STATUSES = ("403", "404", "409", "410", "412", "429", "500", "502", "503")
ENDPOINTS = ("token", "authorize", "jwks", "smart-configuration", "metadata", "page", "Bundle")


@dataclass(frozen=True)
class Fault:
    """`type`: a resource type, `*` for any FHIR request, or an endpoint. `after` lets so many pass first;
    `times` None lasts until disarmed."""

    type: str
    kind: str
    method: str | None = None
    value: Any = None
    times: int | None = None
    after: int = 0

    def concerns(self, target: str, method: str) -> bool:
        anywhere = self.type == "*" and target not in ("token", "authorize", "jwks", "smart-configuration")
        return (anywhere or self.type == target) and self.method in (None, method)


class FaultBoard:
    """The armed faults, in order of arming."""

    def __init__(self) -> None:
        self._armed: list[Fault] = []

    def arm(self, wanted: Iterable[Mapping[str, Any]]) -> None:
        """Raises ValueError for a kind that does not exist, so that a misspelt test fails at once."""
        faults = [Fault(**fault) for fault in wanted]
        for fault in faults:
            if fault.kind not in (*BEFORE, *AFTER, *AT_AUTHORIZE, *AT_TOKEN, *STATUSES):
                raise ValueError(f"no such fault: {fault.kind}")
        self._armed += faults

    def disarm(self) -> None:
        self._armed.clear()

    def take(self, target: str, method: str) -> list[Fault]:
        """The faults that strike this request, used up by one."""
        struck: list[Fault] = []
        kept: list[Fault] = []
        for fault in self._armed:
            if not fault.concerns(target, method):
                kept.append(fault)
            elif fault.after > 0:
                kept.append(replace(fault, after=fault.after - 1))
            else:
                struck.append(fault)
                if fault.times is None or fault.times > 1:
                    kept.append(replace(fault, times=fault.times and fault.times - 1))
        self._armed = kept
        return struck


class HangUp(Response):
    """Promises more than it sends; the server then closes the connection under the client."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = [(b"content-type", b"application/fhir+json"), (b"content-length", b"4096")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": b"{", "more_body": True})


async def struck_before(faults: Iterable[Fault]) -> Refused | HangUp | None:
    """Carries out delays, and gives the first answer that takes the store's place."""
    for fault in faults:
        if fault.kind == "delay":
            await asyncio.sleep(float(fault.value))
        elif fault.kind == "hang_up":
            return HangUp()
        elif fault.kind == "expired_token":
            return Refused(401, "expired", "The access token has expired.")
        elif fault.kind == "refused_scope":
            return Refused(403, "forbidden", "insufficient_scope")
        elif fault.kind in STATUSES:
            return Refused(int(fault.kind), _CODES.get(fault.kind, "exception"), str(fault.value or "On demand."))
    return None


_CODES = {"403": "forbidden", "404": "not-found", "409": "conflict", "410": "deleted", "412": "conflict"}
_CODES |= {"429": "throttled", "503": "transient"}
