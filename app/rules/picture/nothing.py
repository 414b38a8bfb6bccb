"""The five kinds of nothing, and how to tell them apart: a query that failed is never "none"."""

from dataclasses import dataclass
from enum import StrEnum

from app.domain.feeds import Feed, FeedStatus
from app.rules.case import Case
from app.rules.rule import feed_words

BROKEN = frozenset({FeedStatus.FAILED, FeedStatus.PARTIAL})
NOT_SEEN_HERE = "not recorded where Sextant can see"


class Nothing(StrEnum):
    """Why there is no value."""

    NO_DATA = "no_data"
    UNREADABLE = "unreadable"
    QUERY_FAILED = "query_failed"
    NOT_DONE = "not_done"
    NOT_APPLICABLE = "not_applicable"


@dataclass(frozen=True, slots=True)
class Unknown:
    """Why there is no value, in words that go on after the name of what is missing."""

    kind: Nothing
    why: str


def nothing_seen(case: Case, feeds: tuple[Feed, ...], why: str = "none on record", recorded: bool = True) -> Unknown:
    """What "nothing found" means: a feed that broke, one that is not there, or really none. `recorded` False: this clinic
    records it elsewhere, so that "none" is not believed."""
    unread = case.record.feeds.incomplete(feeds)
    if unread:
        broke = any(case.feed(feed).status in BROKEN for feed in unread)
        return Unknown(Nothing.QUERY_FAILED if broke else Nothing.NO_DATA, how_they_ended(case, unread))
    return Unknown(Nothing.NOT_DONE, why) if recorded else Unknown(Nothing.NO_DATA, NOT_SEEN_HERE)


def partly_read(case: Case, feeds: tuple[Feed, ...]) -> str:
    """What to say beside values that were seen while a feed is incomplete; empty when all was read."""
    return how_they_ended(case, case.record.feeds.incomplete(feeds))


def how_they_ended(case: Case, feeds: tuple[Feed, ...]) -> str:
    """How feeds ended, inside a sentence ("laboratory results could not be read, documents not connected")."""
    return ", ".join(_inside(feed_words(case, feed).replace(": ", " ", 1)) for feed in feeds)


def _inside(words: str) -> str:
    """Abbreviations keep their capitals."""
    return words if words[:2].isupper() else words[0].lower() + words[1:]
