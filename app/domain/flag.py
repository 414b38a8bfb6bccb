"""Flags: what stands in the chart, what Sextant wants to stand there, and the change between the two."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from app.domain.dates import Period

FLAG_IDENTIFIER_SYSTEM = "https://sextant.example/identifier/flag"
"""Namespace of our Flag identifiers; the value is an HMAC and carries no patient data."""
RULE_SYSTEM = "https://sextant.example/CodeSystem/rule"
"""Namespace of our rule ids."""


@dataclass(frozen=True, slots=True)
class ChartFlag:
    """A Flag as it stands in the chart. `identifier` is ours (our system's value) or None for somebody else's Flag."""

    reference: str
    status: str | None
    text: str | None
    subject: str | None = None
    identifier: str | None = None
    rule: str | None = None
    level: str | None = None
    period: Period | None = None
    version: str | None = None


@dataclass(frozen=True, slots=True)
class WantedFlag:
    """A Flag that a finding asks for. `text` is exactly what others will read; `evidence` are resource references."""

    rule: str
    rule_version: str
    identifier: str
    text: str
    level: str
    category: str
    since: date
    evidence: tuple[str, ...] = ()


class ChangeKind(StrEnum):
    """What may happen to one Flag."""

    CREATE = "create"
    UPDATE = "update"
    INACTIVATE = "inactivate"
    LEAVE = "leave"


@dataclass(frozen=True, slots=True)
class FlagChange:
    """One line of the plan: what will happen to the Flag of one rule, and why."""

    kind: ChangeKind
    rule: str
    reason: str
    wanted: WantedFlag | None = None
    existing: ChartFlag | None = None


@dataclass(frozen=True, slots=True)
class FlagPlan:
    """The whole plan for one person. `digest` fingerprints it: a confirmation is only good for the plan it was shown."""

    changes: tuple[FlagChange, ...]
    digest: str

    @property
    def to_write(self) -> tuple[FlagChange, ...]:
        """The lines that would change the chart."""
        return tuple(c for c in self.changes if c.kind is not ChangeKind.LEAVE)


@dataclass(frozen=True, slots=True)
class FlagIntent:
    """A change that a person confirmed, on its way to the chart."""

    change: FlagChange
    patient: str
    author: str | None = None
    encounter: str | None = None
    decided_on: date | None = None


@dataclass(frozen=True, slots=True)
class Written:
    """What the EHR answered to one intent. `outcome`: created, updated, inactivated, already_there, conflict, refused."""

    rule: str
    outcome: str
    reference: str | None = None
    version: str | None = None
    detail: str = ""
