"""Which FHIR requests were served to whom, so that a test can hold an app's audit log against it."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from app.sandbox_ehr.tokens import Authorization
from app.sandbox_ehr.upstream import Call

KEPT = 5000


@dataclass
class RequestLog:
    """The last requests, oldest first."""

    rows: deque[dict[str, Any]] = field(default_factory=lambda: deque(maxlen=KEPT))

    def note(self, call: Call, status: int, who: Authorization | None) -> None:
        """`patient` and `user` are the token's, None when the request carried no good one."""
        self.rows.append(
            {
                "time": datetime.now(UTC).isoformat(timespec="milliseconds"),
                "method": call.method,
                "type": call.kind or ("page" if call.method == "GET" else "Bundle"),
                "path": "/".join(call.path),
                "query": dict(call.params),
                "status": status,
                "patient": who.launch.patient if who else None,
                "user": who.launch.user if who else None,
                "client": who.client_id if who else None,
            }
        )
