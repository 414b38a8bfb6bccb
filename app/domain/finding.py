"""Findings and reviews: what the rules say about one person on one day, with everything needed to explain it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from app.domain.dismissal import Dismissal
from app.domain.feeds import Feeds
from app.domain.med import MedTotal


class Status(StrEnum):
    """Precedence is red > grey > yellow > green; `not_applicable` stands apart and is not a colour."""

    RED = "red"
    YELLOW = "yellow"
    GREEN = "green"
    GREY = "grey"
    NOT_APPLICABLE = "not_applicable"


class Place(StrEnum):
    """Where a finding is shown: among the tasks of the visit, in the background, or nowhere."""

    VISIT = "visit"
    BACKGROUND = "background"
    OFF = "off"


@dataclass(frozen=True, slots=True)
class Evidence:
    """One input of a finding. `reference` is a resource or None for a person's word (then `entered_by` is set)."""

    reference: str | None
    date: str | None
    value: str
    entered_by: str | None = None


@dataclass(frozen=True, slots=True)
class PackValue:
    """A value of the pack that a rule used: its path, the value as text with unit, and its source."""

    path: str
    value: str
    source: str


@dataclass(frozen=True, slots=True)
class Finding:
    """The answer of one rule. `reason` is one plain sentence; `next_step` one verb-first sentence or None.

    `title` is what it is, in at most four words. `missing` lists inputs that were not available. `is_known_in_part` marks a
    red that rests on part of the facts (drawn with a grey edge). `standing` is a fact that stands beside the dose and is
    never a task row. `fold` is the key under which rows of one cause fold together. `dismissed`: a clinician put it aside; its
    status stays what it is, and it is neither a gap nor in date while that holds.
    """

    rule: str
    version: str
    status: Status
    title: str
    reason: str
    place: Place = Place.BACKGROUND
    due: date | None = None
    days_overdue: int | None = None
    evidence: tuple[Evidence, ...] = ()
    next_step: str | None = None
    source: str = ""
    missing: tuple[str, ...] = ()
    is_known_in_part: bool = False
    standing: bool = False
    fold: str | None = None
    pack_values: tuple[PackValue, ...] = ()
    dismissed: Dismissal | None = None

    @property
    def is_gap(self) -> bool:
        """A gap is a finding that is red or yellow and that nobody dismissed."""
        return self.status in (Status.RED, Status.YELLOW) and self.dismissed is None


@dataclass(frozen=True, slots=True)
class LtotState:
    """Long-term opioid therapy by the pack's definition. `meets` None: could not be computed."""

    definition: str
    meets: bool | None
    covered_days: int | None
    window_days: int
    since: date | None
    state: str


@dataclass(frozen=True, slots=True)
class Exclusion:
    """Why the guideline may not apply to this person, with its evidence."""

    kind: str
    active: bool
    overridden: bool
    evidence: tuple[Evidence, ...] = ()


@dataclass(frozen=True, slots=True)
class TierReason:
    """One reason for a tier."""

    text: str
    evidence: tuple[Evidence, ...] = ()


@dataclass(frozen=True, slots=True)
class Tier:
    """Risk tier with its reasons; `level` is high, moderate, low or unknown. A tier only ever shortens intervals."""

    level: str
    reasons: tuple[TierReason, ...] = ()


@dataclass(frozen=True, slots=True)
class Review:
    """Everything Sextant concludes about one person on one day: the page, the card, the registry row and the command
    line all show this."""

    patient: str | None
    as_of: date
    pack: str
    ltot: LtotState
    tier: Tier
    exclusions: tuple[Exclusion, ...]
    med: MedTotal
    findings: tuple[Finding, ...]
    feeds: Feeds = field(default_factory=Feeds)

    def finding(self, rule: str) -> Finding | None:
        """The finding of one rule, if the pack has it on."""
        return next((f for f in self.findings if f.rule == rule), None)

    @property
    def by_rule(self) -> Mapping[str, Finding]:
        """Findings by rule id."""
        return {f.rule: f for f in self.findings}
