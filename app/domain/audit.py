"""One line of the audit log: who did what to whose record, when, why, and from which launch."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class Action(StrEnum):
    """What can be audited."""

    LAUNCH = "launch"
    READ_CHART = "read_chart"
    PREVIEW = "preview"
    CONFIRM_WRITE = "confirm_write"
    WRITE = "write"
    RETRY_WRITE = "retry_write"
    SEE_BY_HAND = "see_by_hand"
    END_SESSION = "end_session"
    RECORD_FACT = "record_fact"
    WITHDRAW_FACT = "withdraw_fact"
    DISMISS = "dismiss"
    END_DISMISSAL = "end_dismissal"


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """`outcome` is ok, refused or error; `target` the resource concerned; `detail` small facts (counts, ids, rule ids),
    never drugs, names or values from the chart."""

    at: datetime
    action: Action
    outcome: str
    user: str | None = None
    patient: str | None = None
    ehr: str | None = None
    launch: str | None = None
    target: str | None = None
    reason: str | None = None
    detail: Mapping[str, str] = field(default_factory=dict)
