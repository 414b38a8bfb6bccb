"""The judgement that yearly questionnaires share: never asked, asked long ago, incomplete, or in date with a value."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from app.domain.feeds import Feed
from app.domain.finding import Finding, Status
from app.rules.case import Case
from app.rules.done_item import NEVER_RECORDED, NOT_SEEN_HERE, never_status
from app.rules.evidence.found import Found, evidence_of
from app.rules.evidence.scores import Score
from app.rules.interval import Length, ago
from app.rules.policy import Setting
from app.rules.rule import Rule, answer, unread


@dataclass(frozen=True, slots=True)
class Screening:
    """One questionnaire of one person. `never` is the colour of "never asked" where it would be recorded; red only once
    therapy has been proven for long enough."""

    case: Case
    rule: Rule
    name: str
    concept: str
    length: Length
    never: Status
    used: tuple[Setting[Any], ...] = ()

    @property
    def to_do(self) -> str:
        return f"Ask the {self.name}"

    def say(self, status: Status, reason: str, found: tuple[Found | None, ...], **more: Any) -> Finding:
        """A finding about a value, with the settings that were used."""
        missing = tuple(each.value for each in self.case.record.feeds.incomplete((Feed.SURVEYS,)))
        more["missing"] = (*more.get("missing", ()), *missing)
        used = (*self.length.used, *self.used)
        return answer(self.case, self.rule, status, f"{reason}.", evidence=evidence_of(found), used=used, **more)


def never_asked(screening: Screening) -> Finding:
    """No answer on record."""
    case, rule = screening.case, screening.rule
    if not case.feed(Feed.SURVEYS).is_complete:
        return unread(case, rule, (Feed.SURVEYS,), f"No {screening.name} was seen")
    setting = getattr(case.policy.recorded_here, screening.concept)
    if not setting.value:
        reason = f"{screening.name}: not recorded where Sextant can see."
        step = f"{screening.to_do}, or record that it was done"
        return answer(case, rule, Status.GREY, reason, next_step=step, used=(setting,), fold=NOT_SEEN_HERE)
    return answer(
        case,
        rule,
        never_status(case) if screening.never is Status.RED else screening.never,
        f"No {screening.name} is on record.",
        next_step=screening.to_do,
        used=(*screening.length.used, setting),
        fold=NEVER_RECORDED,
    )


def incomplete(screening: Screening, score: Score) -> Finding:
    """Some answers are missing: unknown, not low."""
    items = tuple(f"{score.instrument} item {name}" for name in score.missing) or (f"{score.instrument} total",)
    reason = f"The {score.instrument} of {score.day} is incomplete"
    return screening.say(Status.GREY, reason, (score.found,), missing=items, next_step=screening.to_do)


def in_date(screening: Screening, reason: str, day: date, found: tuple[Found | None, ...]) -> Finding:
    """A value that asks for nothing: green, or yellow when the next one is due or overdue."""
    timing = screening.length.status(day, screening.case.as_of)
    due = screening.length.due(day)
    if timing is Status.RED and not screening.case.feed(Feed.SURVEYS).is_complete:
        so, shown = f"{reason}; a newer one may exist", evidence_of(found)
        used = (*screening.length.used, *screening.used)
        return unread(screening.case, screening.rule, (Feed.SURVEYS,), so, evidence=shown, due=due, used=used)
    if timing is Status.GREEN:
        return screening.say(Status.GREEN, f"{reason}, {ago(screening.case, day)}", found, due=due)
    words = f"{reason}, {ago(screening.case, day)}; the next one {'was' if timing is Status.RED else 'is'} due by {due}"
    return screening.say(Status.YELLOW, words, found, due=due, next_step=screening.to_do, in_background=True)
