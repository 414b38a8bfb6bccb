"""The one public question: what is this person's morphine-equivalent dose on a day, and how do we know?

Pure: the day is given, nothing is asked of a clock, a file or a network. The steps, each in a file of its own:
entries (which are opioids) -> prescriptions (orders with their fills) -> courses (days, directions, quantity) -> renewals
(what replaces what) -> reckoning (factor and state) -> ledger (the sum of any day) -> rows and averages.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction

from app.domain.errors import WrongUsage
from app.domain.feeds import Feed, Feeds, FeedStatus
from app.domain.med import MedTotal, Supply, SupplyState
from app.domain.medication import Order
from app.domain.record import PatientRecord
from app.med.averages import last_90_days
from app.med.course import Course, courses_of, statement_course
from app.med.entries import INPATIENT, ON_HOLD, Entries, Entry, could_not_be_read, find_entries, set_aside
from app.med.exact import as_decimal
from app.med.ledger import Ledger, as_segments
from app.med.prescriptions import Prescription, gather
from app.med.reckoning import Headline, reckon
from app.med.renewals import without_replaced
from app.med.rows import row_of
from app.terminology.factors import FACTOR_SETS

_UNREAD = frozenset({FeedStatus.FAILED, FeedStatus.NOT_GRANTED, FeedStatus.NOT_OFFERED})
AVERAGES_AT_LEAST = "Part of the last 90 days could not be computed: average and maximum are at least this much."


def total(
    record: PatientRecord,
    as_of: date,
    factor_set: str = "cdc-2022",
    *,
    research_factors: bool = False,
    headline: Headline = "signature",
    include_drafts: bool = False,
) -> MedTotal:
    """The MED of one person on one day, with every opioid entry in exactly one state.

    `headline` chooses which method gives a supply's number when both can be read. `include_drafts` adds unsigned orders as
    if they were signed. Raises WrongUsage for a factor set that does not exist; nothing in a chart raises.
    """
    if factor_set not in FACTOR_SETS:
        raise WrongUsage(f"There is no factor set {factor_set}; use one of {', '.join(FACTOR_SETS)}.")
    entries = find_entries(record, as_of, include_drafts=include_drafts)
    courses, aside = _courses(entries, as_of)
    reckoned = tuple(
        reckon(course, as_of, factor_set, research=research_factors, headline=headline)
        for course in sorted(courses, key=_row_order)
    )
    status = record.feeds.of(Feed.MEDICATIONS).status
    ledger = Ledger(reckoned, as_of, bool(entries.unreadable), status is FeedStatus.PARTIAL)
    rows = tuple(row_of(each, ledger) for each in reckoned)
    rows += (
        tuple(could_not_be_read(each) for each in sorted(entries.unreadable, key=lambda each: each.reference)) + aside
    )
    notes = tuple(_notes(entries, rows, record.feeds))
    if status in _UNREAD:
        return _unknown(record, as_of, factor_set, rows, notes)
    return _answer(record, as_of, factor_set, ledger, rows, notes)


def _courses(entries: Entries, as_of: date) -> tuple[tuple[Course, ...], tuple[Supply, ...]]:
    """What may bear on a day, and the rows of what does not."""
    fills = tuple(entry for entry in entries.fills if entry.aside is None)
    prescriptions = gather(tuple(entry for entry in entries.orders if _takes_fills(entry)), fills)
    courses = tuple(course for each in prescriptions if not _is_aside(each) for course in courses_of(each, as_of))
    stated = tuple(statement_course(entry, as_of) for entry in entries.statements if entry.aside is None)
    others = (*entries.orders, *entries.fills, *entries.statements)
    rows = [set_aside(entry) for entry in others if entry.aside is not None and not _takes_fills(entry)]
    rows += [row for each in prescriptions if _is_aside(each) for row in _aside_rows(each)]
    return without_replaced(courses, as_of) + stated, tuple(sorted(rows, key=lambda row: row.sources))


def _takes_fills(entry: Entry) -> bool:
    """An order whose fills share its fate: one that counts, is on hold or is for the ward. A fill of an order that was
    entered in error is on record all the same and stands alone."""
    return isinstance(entry.source, Order) and entry.aside in (None, ON_HOLD, INPATIENT)


def _is_aside(prescription: Prescription) -> bool:
    return prescription.order is not None and prescription.order.aside is not None


def _aside_rows(prescription: Prescription) -> Iterable[Supply]:
    order = prescription.order
    assert order is not None
    yield set_aside(order)
    for fill in prescription.fills:
        yield from (set_aside(replace(entry, aside=order.aside)) for entry in fill.entries)


def _row_order(course: Course) -> tuple[date, tuple[str, ...]]:
    return course.days.starts or date.min, course.sources


# --- the answer ------------------------------------------------------------------------------------------------------


def _unknown(
    record: PatientRecord, as_of: date, factor_set: str, rows: tuple[Supply, ...], notes: tuple[str, ...]
) -> MedTotal:
    """Medications could not be read: whatever was seen is shown, and no number is given."""
    return MedTotal(record.reference, as_of, factor_set, None, False, None, None, None, None, None, rows, (), notes)


def _answer(
    record: PatientRecord,
    as_of: date,
    factor_set: str,
    ledger: Ledger,
    rows: tuple[Supply, ...],
    notes: tuple[str, ...],
) -> MedTotal:
    stretches = ledger.stretches()
    today = next(each.balance for each in stretches if each.starts <= as_of < each.ends)
    averages = last_90_days(stretches, as_of)
    is_known = today.is_complete or today.mme > 0
    counted = [row for row in rows if row.in_force and row.state is SupplyState.COUNTED]
    return MedTotal(
        patient=record.reference,
        as_of=as_of,
        factor_set=factor_set,
        mme_per_day=as_decimal(today.mme) if is_known else None,
        complete=today.is_complete,
        signature_mme_per_day=_sum(row.signature_mme_per_day for row in counted) if is_known else None,
        quantity_mme_per_day=_sum(row.quantity_mme_per_day for row in counted) if is_known else None,
        average_90d=_decimal(averages.over_all_days),
        average_90d_covered=_decimal(averages.over_covered_days),
        maximum_90d=_decimal(averages.maximum),
        supplies=rows,
        timeline=as_segments(stretches),
        notes=notes if averages.is_complete else (*notes, AVERAGES_AT_LEAST),
    )


def _sum(columns: Iterable[Decimal | None]) -> Decimal | None:
    """None when one of the counted supplies has no dose by this method: a sum without it would look like a total."""
    known = list(columns)
    return None if None in known else sum((each for each in known if each is not None), Decimal(0))


def _decimal(value: Fraction | None) -> Decimal | None:
    return None if value is None else as_decimal(value)


# --- notes on the whole ----------------------------------------------------------------------------------------------


def _notes(entries: Entries, rows: tuple[Supply, ...], feeds: Feeds) -> Iterable[str]:
    """What a reader of the total must know, as plain sentences."""
    missing = [row for row in rows if row.state is SupplyState.NOT_COMPUTABLE and row.in_force]
    if missing:
        yield f"{_entries(len(missing))} not computed: the total is at least this much."
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


def _feed_notes(feeds: Feeds) -> Iterable[str]:
    status = feeds.of(Feed.MEDICATIONS).status
    if status in _UNREAD:
        yield f"Medications could not be read ({status.value.replace('_', ' ')}): the dose is not known."
    elif status is FeedStatus.PARTIAL:
        yield "Some medications could not be read: the total is at least this much."
    if feeds.of(Feed.DISPENSES).status in (FeedStatus.FAILED, FeedStatus.PARTIAL):
        yield "Fills could not all be read: orders stand in for them."
