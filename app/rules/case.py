"""One person on one day under one pack: what every rule is given.

`record` holds only what may count as evidence on that day (see `evidence.admissible`). Things that several rules need are
worked out once a case: see `once`.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import Any, TypeVar

from app.domain.feeds import Feed, FeedState, FeedStatus
from app.domain.med import MedTotal
from app.domain.record import PatientRecord
from app.rules.policy import Policy

T = TypeVar("T")

_BROKEN = frozenset({FeedStatus.FAILED, FeedStatus.PARTIAL})
_FILLS_BROKE_OFF = FeedState(FeedStatus.PARTIAL, "Pharmacy fills could not all be read.")


@dataclass(frozen=True, slots=True)
class Case:
    """The inputs of every rule. `memory` keeps what was worked out; it never changes an answer."""

    record: PatientRecord
    policy: Policy
    as_of: date
    med: MedTotal
    memory: dict[str, Any] = field(default_factory=dict, compare=False, repr=False)

    def feed(self, feed: Feed) -> FeedState:
        """How one feed ended, as far as it bears on the answer: medications are only read in part when their fills broke
        off, because a fill may stand without an order."""
        state = self.record.feeds.of(feed)
        if feed is Feed.MEDICATIONS and state.is_complete and self.record.feeds.of(Feed.DISPENSES).status in _BROKEN:
            return _FILLS_BROKE_OFF
        return state

    def days_since(self, day: date) -> int:
        """Whole days from `day` to the day of the review."""
        return (self.as_of - day).days


def once(find: Callable[[Case], T]) -> Callable[[Case], T]:
    """Let a finder run once a case: it is pure, so the second caller may have the first one's answer."""
    key = f"{find.__module__}.{find.__qualname__}"

    def remembered(case: Case) -> T:
        if key not in case.memory:
            case.memory[key] = find(case)
        found: T = case.memory[key]
        return found

    remembered.__doc__ = find.__doc__
    remembered.__name__ = find.__name__
    return remembered
