"""A finding that a clinician put aside: which one, why, by whom, until when."""

from dataclasses import dataclass, field
from datetime import date, datetime


@dataclass(frozen=True, slots=True)
class Dismissal:
    """`fingerprint` is that of the finding as it was then: when the facts change it no longer fits, and the finding is back.

    `until` is the last day on which it is quiet; `reason` is one of the pack's sentences. `number` is its place in the store.
    """

    patient: str
    rule: str
    fingerprint: str
    reason: str
    by: str
    at: datetime
    until: date
    number: int | None = field(default=None, compare=False)
