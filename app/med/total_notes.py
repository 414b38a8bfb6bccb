"""What a reader of the total must know, as plain sentences."""

from collections.abc import Iterable

from app.domain.feeds import Feed, Feeds, FeedStatus
from app.domain.med import Supply, SupplyState
from app.med.entries import Entries

UNREAD = frozenset({FeedStatus.FAILED, FeedStatus.NOT_GRANTED, FeedStatus.NOT_OFFERED})
AVERAGES_AT_LEAST = "Part of the last 90 days could not be computed: the average and the highest dose may be larger."


def notes_on(entries: Entries, rows: tuple[Supply, ...], feeds: Feeds) -> Iterable[str]:
    """What a reader of the total must know, as plain sentences."""
    missing = [row for row in rows if row.state is SupplyState.NOT_COMPUTABLE and row.in_force]
    if missing:
        is_rest_known = any(row.mme_per_day for row in rows if row.in_force and row.state is SupplyState.COUNTED)
        so = "at least what the others amount to" if is_rest_known else "not known"
        yield f"{_entries(len(missing))} not computed: the dose is {so}."
    if any(row.factor_note for row in rows if row.in_force):
        yield "The total includes a factor outside the CDC table."
    yield from _duplicates(rows)
    yield from _feed_notes(feeds)
    if entries.later:
        yield f"{_entries(entries.later)} dated after this day: not considered."
    if entries.of_others:
        yield f"{_entries(entries.of_others)} of another person: not considered."


def _entries(count: int) -> str:
    return "1 opioid entry" if count == 1 else f"{count} opioid entries"


def _duplicates(rows: tuple[Supply, ...]) -> Iterable[str]:
    """Equal supplies from the same day are added up, and said."""
    seen: dict[tuple[object, ...], int] = {}
    for row in rows:
        if row.in_force and row.state is SupplyState.COUNTED:
            key = (row.ingredient, row.working.strength if row.working else None, row.daily_dose, row.starts)
            seen[key] = seen.get(key, 0) + 1
    for (ingredient, *_), count in seen.items():
        if count > 1:
            yield f"{count} equal supplies of {ingredient} start on the same day: each is counted."


def may_lack_supplies(feeds: Feeds) -> bool:
    """Whether supplies may exist that were not seen. A fill may stand without any order, and fills decide over their order, so
    fills that broke off count as much as orders. Fills that this EHR never offers or grants do not: orders then speak."""
    fills = feeds.of(Feed.DISPENSES).status
    return feeds.of(Feed.MEDICATIONS).status is FeedStatus.PARTIAL or fills in (FeedStatus.FAILED, FeedStatus.PARTIAL)


def _feed_notes(feeds: Feeds) -> Iterable[str]:
    status = feeds.of(Feed.MEDICATIONS).status
    if status in UNREAD:
        yield f"Medications could not be read ({status.value.replace('_', ' ')}): the dose is not known."
    elif status is FeedStatus.PARTIAL:
        yield "Some medications could not be read: the total is at least this much."
    if feeds.of(Feed.DISPENSES).status in (FeedStatus.FAILED, FeedStatus.PARTIAL):
        yield "Fills could not all be read: the dose may be higher or lower than the orders say."
