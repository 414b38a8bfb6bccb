"""Feeds: one kind of data from one EHR, and whether it could be read. A feed that is down is never an empty chart."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum


class Feed(StrEnum):
    """The kinds of data that reviews depend on (names are part of the command line contract)."""

    PATIENT = "patient"
    MEDICATIONS = "medications"
    DISPENSES = "dispenses"
    LABS = "labs"
    SURVEYS = "surveys"
    CONDITIONS = "conditions"
    ENCOUNTERS = "encounters"
    APPOINTMENTS = "appointments"
    DOCUMENTS = "documents"
    PROCEDURES = "procedures"
    CARE_PLANS = "care_plans"
    FLAGS = "flags"
    PDMP = "pdmp"


class FeedStatus(StrEnum):
    """`partial`: some rows came, and it is known or suspected that others did not."""

    AVAILABLE = "available"
    PARTIAL = "partial"
    NOT_GRANTED = "not_granted"
    NOT_OFFERED = "not_offered"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class FeedState:
    """How one feed ended; `detail` is one plain sentence for the page, without patient data."""

    status: FeedStatus
    detail: str = ""

    @property
    def is_complete(self) -> bool:
        """True only when everything there was could be read: "none found" may then be believed."""
        return self.status is FeedStatus.AVAILABLE


NOT_OFFERED = FeedState(FeedStatus.NOT_OFFERED, "This source does not offer it.")


@dataclass(frozen=True, slots=True)
class Feeds:
    """The state of every feed; one that nobody spoke of is `not_offered`."""

    states: Mapping[Feed, FeedState] = field(default_factory=dict)

    def of(self, feed: Feed) -> FeedState:
        """The state of one feed."""
        return self.states.get(feed, NOT_OFFERED)

    def is_complete(self, *feeds: Feed) -> bool:
        """True when all of them are."""
        return all(self.of(feed).is_complete for feed in feeds)

    def incomplete(self, feeds: Iterable[Feed]) -> tuple[Feed, ...]:
        """Those of `feeds` that are not complete, in the given order."""
        return tuple(feed for feed in feeds if not self.of(feed).is_complete)

    def with_state(self, feed: Feed, state: FeedState) -> "Feeds":
        """A copy in which one feed differs."""
        return replace(self, states={**self.states, feed: state})
