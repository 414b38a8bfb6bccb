"""Rows of the outbox: confirmed intents, how far each has come, and what an administrator can do about the rest."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from app.domain.flag import Intent, Written


class RowState(StrEnum):
    """Pending rows are sent when due; waiting ones need somebody to open the chart; dead ones need an administrator."""

    PENDING = "pending"
    WAITING = "waiting"
    SETTLED = "settled"
    DEAD = "dead"


OPEN_STATES = (RowState.PENDING, RowState.WAITING)
"""Not decided yet."""


@dataclass(frozen=True, slots=True)
class OutboxRow:
    """One confirmed intent. `launch` is the one in which it was confirmed, `carrier` the one whose permission sends it.

    `attempts` counts claims, the present one included; together with `leased_by` it is the proof of a lease. `written` is
    the last answer, given at `settled_at` where it settled the row, `remedy` what an administrator can do about a dead one.
    `is_overtaken`, known of a claimed row: a newer decision about the same thing stands behind it, so that it is only looked
    for.
    """

    id: int
    key: str
    launch: str
    carrier: str
    ehr: str
    patient: str
    intent: Intent
    state: RowState
    attempts: int
    created_at: datetime
    user: str | None = None
    next_attempt_at: datetime | None = None
    leased_by: str | None = None
    leased_until: datetime | None = None
    written: Written | None = None
    remedy: str = ""
    settled_at: datetime | None = None
    is_overtaken: bool = False

    @property
    def may_be_there(self) -> bool:
        """It is not decided, and was tried: the EHR never answered, or whoever sent it is gone, or is sending it now."""
        return self.state in OPEN_STATES and self.attempts > 0

    @property
    def is_unanswered(self) -> bool:
        """It was tried, and nobody knows whether it is in the chart: also where only a later try was refused or too late."""
        outcome = self.written.outcome if self.written else ""
        if self.state is RowState.DEAD:
            return outcome == "unknown" or self.attempts > 1
        return self.may_be_there or (self.attempts > 0 and outcome == "superseded")


class Writing(StrEnum):
    """What a site allows: `off` is the kill switch, `dry_run` shows what would be written and writes nothing."""

    ON = "on"
    DRY_RUN = "dry_run"
    OFF = "off"
