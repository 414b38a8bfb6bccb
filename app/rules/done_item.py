"""The judgement that repeated items share: done in time, due, overdue, never, or not known.

What was seen in date counts, whatever else could not be read. What was seen long ago, or never, is only believed when
everything that would show a newer one was read; and "never" is only a gap where this clinic would see it.
"""

from dataclasses import dataclass, field
from typing import Any

from app.domain.feeds import Feed, FeedStatus
from app.domain.finding import Finding, Status
from app.rules.case import Case
from app.rules.evidence.found import Found, evidence_of, newest
from app.rules.interval import Length, ago
from app.rules.ltot import CONFIRMED, ltot_state
from app.rules.policy import Switch
from app.rules.reading import not_read
from app.rules.rule import Rule, answer, feed_words, unread

NEVER_RECORDED = "never_recorded"
"""Rows that fold to "Not yet recorded: PEG, agreement ..."."""
NOT_SEEN_HERE = "not_recorded_here"


@dataclass(frozen=True, slots=True)
class Item:
    """One repeated item. `name` begins sentences ("Agreement"); `to_do` is the next step when it is due.

    `needs` must all be read before "never" or "overdue" is believed; of `any_of` at least one must be there and none may
    have failed. `optional` feeds are named as missing and change no colour.
    """

    name: str
    concept: str
    to_do: str
    needs: tuple[Feed, ...] = ()
    any_of: tuple[Feed, ...] = ()
    optional: tuple[Feed, ...] = ()


@dataclass(frozen=True, slots=True)
class Judged:
    """An item with what was found of it, ready to be answered."""

    case: Case
    rule: Rule
    item: Item
    found: tuple[Found, ...]
    length: Length
    more: dict[str, Any] = field(default_factory=dict)

    @property
    def last(self) -> Found | None:
        """The newest dated evidence."""
        return newest(each for each in self.found if each.day)

    @property
    def unread_feeds(self) -> tuple[Feed, ...]:
        """The feeds that keep "never" and "overdue" from being believed."""
        return not_read(self.case, self.item.needs, self.item.any_of)

    @property
    def missing(self) -> tuple[str, ...]:
        """Inputs that were not available, needed or not."""
        optional = self.case.record.feeds.incomplete(self.item.optional)
        return tuple(dict.fromkeys(feed.value for feed in (*self.unread_feeds, *optional)))


def judge(judged: Judged) -> Finding:
    """The finding for a repeated item."""
    last = judged.last
    if last is None or last.day is None:
        return _never(judged)
    status = judged.length.status(last.day, judged.case.as_of)
    if status is Status.RED and judged.unread_feeds:
        return _not_believed(judged, f"The last {_name(judged)} seen is from {last.day}; a newer one may exist")
    return _answer(judged, status, last)


def _name(judged: Judged) -> str:
    """The item's name inside a sentence: abbreviations keep their capitals."""
    name = judged.item.name
    return name if name[:2].isupper() else name[0].lower() + name[1:]


def _answer(judged: Judged, status: Status, last: Found) -> Finding:
    case, length = judged.case, judged.length
    assert last.day is not None
    due = length.due(last.day)
    words = {
        Status.RED: f"{judged.item.name} was due {due}; the last one is from {last.day}, {ago(case, last.day)}",
        Status.YELLOW: f"{judged.item.name} is due by {due}; the last one is from {last.day}, {ago(case, last.day)}",
        Status.GREEN: f"{judged.item.name} is in date: {last.day}, {ago(case, last.day)}",
    }[status]
    return answer(
        case,
        judged.rule,
        status,
        f"{words}.",
        due=due,
        evidence=(last.evidence,),
        next_step=None if status is Status.GREEN else judged.item.to_do,
        missing=judged.missing,
        used=length.used,
    )


def _never(judged: Judged) -> Finding:
    """No dated evidence at all. An undated trace is shown, and cannot be judged."""
    if judged.found:
        return _undated(judged)
    if judged.unread_feeds:
        return _not_believed(judged, f"No {_name(judged)} was seen")
    case, item = judged.case, judged.item
    setting: Switch = getattr(case.policy.recorded_here, item.concept)
    if not (setting.value or _is_connected(judged)):
        return _not_seen_here(judged, setting)
    return answer(
        case,
        judged.rule,
        Status.RED if judged.rule.id == "pdmp_check" else never_status(case),
        f"No {_name(judged)} is on record.",
        next_step=item.to_do,
        missing=judged.missing,
        used=(*judged.length.used, setting),
        fold=NEVER_RECORDED,
    )


def _not_seen_here(judged: Judged, setting: Switch) -> Finding:
    """Where this clinic does not record it. A PDMP that is not connected is the cause that other checks share."""
    waits_for_pdmp = Feed.PDMP in judged.item.any_of
    cause = f" {feed_words(judged.case, Feed.PDMP)}." if waits_for_pdmp else ""
    return answer(
        judged.case,
        judged.rule,
        Status.GREY,
        f"{judged.item.name}: not recorded where Sextant can see.{cause}",
        next_step=f"{judged.item.to_do}, or record that it was done",
        missing=judged.missing,
        used=(setting,),
        fold=f"feed:{Feed.PDMP.value}" if waits_for_pdmp else NOT_SEEN_HERE,
    )


def never_status(case: Case) -> Status:
    """Red once therapy has been proven for long enough; before that it is about to be due."""
    state = ltot_state(case)
    enough = case.policy.ltot.never_is_gap_after.value
    is_long = state.state in CONFIRMED or (state.covered_days or 0) >= enough
    return Status.RED if is_long else Status.YELLOW


def _is_connected(judged: Judged) -> bool:
    """A PDMP source that is connected would show its own checks."""
    return Feed.PDMP in judged.item.any_of and judged.case.feed(Feed.PDMP).status is FeedStatus.AVAILABLE


def _undated(judged: Judged) -> Finding:
    return answer(
        judged.case,
        judged.rule,
        Status.GREY,
        f"{judged.item.name} is on record without a date.",
        evidence=evidence_of(judged.found[:3]),
        next_step="Find out its date and record it",
        missing=(*judged.missing, "date"),
        used=judged.length.used,
    )


def _not_believed(judged: Judged, so: str) -> Finding:
    last = judged.last
    return unread(
        judged.case,
        judged.rule,
        judged.unread_feeds,
        so,
        evidence=(last.evidence,) if last else (),
        used=judged.length.used,
    )
