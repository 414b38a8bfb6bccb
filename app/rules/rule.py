"""What a rule says about itself, and how it words its answer."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from enum import Enum
from typing import Any

from app.domain.feeds import Feed, FeedStatus
from app.domain.finding import Evidence, Finding, Place, Status
from app.rules.case import Case
from app.rules.policy import Setting


class Applies(Enum):
    """Whom a rule concerns; the review answers for everybody else."""

    LTOT = "people on long-term opioid therapy"
    OPIOID = "people with an opioid in force"
    START = "people whose opioid was started in the last 90 days"
    OWN = "the rule itself says"


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule's identity. `words` is the header of its file: the rule in plain words, with When and Then.

    `is_safety_fact`: kept for people to whom the guideline does not apply.
    """

    id: str
    version: str
    title: str
    source: str
    applies: Applies
    words: str | None
    is_safety_fact: bool = False


@dataclass(frozen=True, slots=True)
class Entry:
    """A rule with its judgement."""

    rule: Rule
    evaluate: Callable[[Case], Finding]


FEED_WORDS: dict[Feed, str] = {
    Feed.PATIENT: "Patient details",
    Feed.MEDICATIONS: "Medications",
    Feed.DISPENSES: "Dispenses",
    Feed.LABS: "Laboratory results",
    Feed.SURVEYS: "Questionnaires",
    Feed.CONDITIONS: "Conditions",
    Feed.ENCOUNTERS: "Visits",
    Feed.APPOINTMENTS: "Appointments",
    Feed.DOCUMENTS: "Documents",
    Feed.PROCEDURES: "Procedures",
    Feed.CARE_PLANS: "Care plans",
    Feed.FLAGS: "Flags",
    Feed.PDMP: "PDMP data",
}

_STATE_WORDS: dict[FeedStatus, str] = {
    FeedStatus.AVAILABLE: "{feed}: read",
    FeedStatus.PARTIAL: "{feed}: read only in part",
    FeedStatus.NOT_GRANTED: "{feed}: access not given",
    FeedStatus.NOT_OFFERED: "{feed}: not connected",
    FeedStatus.FAILED: "{feed}: could not be read",
}


def feed_words(case: Case, feed: Feed) -> str:
    """How one feed ended, in words ("Documents: not connected")."""
    return _STATE_WORDS[case.feed(feed).status].format(feed=FEED_WORDS[feed])


def answer(
    case: Case,
    rule: Rule,
    status: Status,
    reason: str,
    *,
    due: date | None = None,
    evidence: tuple[Evidence, ...] = (),
    next_step: str | None = None,
    missing: tuple[str, ...] = (),
    used: tuple[Setting[Any], ...] = (),
    in_background: bool = False,
    standing: bool = False,
    fold: str | None = None,
    is_known_in_part: bool = False,
) -> Finding:
    """The finding of one rule. Its place is the pack's, unless the answer is a fact to stand aside (`in_background`)."""
    place = case.policy.place(rule.id)
    if place is Place.VISIT and (in_background or standing):
        place = Place.BACKGROUND
    return Finding(
        rule=rule.id,
        version=rule.version,
        status=status,
        title=rule.title,
        reason=reason,
        place=place,
        due=due,
        days_overdue=case.days_since(due) if due and due < case.as_of else None,
        evidence=evidence,
        next_step=next_step,
        source=rule.source,
        missing=missing,
        is_known_in_part=is_known_in_part,
        standing=standing,
        fold=fold,
        pack_values=tuple(setting.used for setting in used),
    )


def unread(case: Case, rule: Rule, feeds: tuple[Feed, ...], so: str, **more: Any) -> Finding:
    """Grey because feeds could not be read (in full): which ones, and what cannot be said for that."""
    cause = "; ".join(feed_words(case, feed) for feed in feeds)
    return answer(
        case,
        rule,
        Status.GREY,
        f"{so}. {cause}.",
        missing=tuple(feed.value for feed in feeds),
        fold=f"feed:{feeds[0].value}",
        **{"next_step": "Look in the chart, or ask an administrator to connect it", **more},
    )
