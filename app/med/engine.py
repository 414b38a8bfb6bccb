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
from app.domain.feeds import Feed
from app.domain.med import MedTotal, Supply, SupplyState
from app.domain.medication import Order, Statement
from app.domain.record import PatientRecord
from app.med.averages import last_90_days
from app.med.course import Course
from app.med.entries import INPATIENT, ON_HOLD, Entries, Entry, could_not_be_read, find_entries, set_aside
from app.med.exact import as_decimal
from app.med.from_fill import fill_course
from app.med.from_order import order_course
from app.med.from_statement import statement_course
from app.med.ledger import Ledger, as_segments
from app.med.prescriptions import Prescription, gather
from app.med.reckoning import Headline, reckon
from app.med.renewals import without_replaced
from app.med.rows import row_of
from app.med.total_notes import AVERAGES_AT_LEAST, UNREAD, may_lack_supplies, notes_on
from app.terminology.factors import FACTOR_SETS

FIRST_YEAR, LAST_YEAR = 1900, 2199


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
    if not FIRST_YEAR <= as_of.year <= LAST_YEAR:
        raise WrongUsage(f"A day between the years {FIRST_YEAR} and {LAST_YEAR} is needed.")
    entries = find_entries(record, as_of, include_drafts=include_drafts)
    courses, aside = _courses(entries, as_of)
    reckoned = tuple(
        reckon(course, as_of, factor_set, research=research_factors, headline=headline)
        for course in sorted(courses, key=_row_order)
    )
    status = record.feeds.of(Feed.MEDICATIONS).status
    ledger = Ledger(reckoned, as_of, bool(entries.unreadable), may_lack_supplies(record.feeds))
    rows = tuple(row_of(each, ledger) for each in reckoned)
    rows += (
        tuple(could_not_be_read(each) for each in sorted(entries.unreadable, key=lambda each: each.reference)) + aside
    )
    notes = tuple(notes_on(entries, rows, record.feeds))
    if status in UNREAD:
        return _unknown(record, as_of, factor_set, rows, notes)
    return _answer(record, as_of, factor_set, ledger, rows, notes)


def _courses(entries: Entries, as_of: date) -> tuple[tuple[Course, ...], tuple[Supply, ...]]:
    """What may bear on a day, and the rows of what does not."""
    fills = tuple(entry for entry in entries.fills if entry.aside is None)
    prescriptions = gather(tuple(entry for entry in entries.orders if _takes_fills(entry)), fills)
    courses = tuple(course for each in prescriptions if not _is_aside(each) for course in _courses_of(each, as_of))
    stated = tuple(
        statement_course(entry, entry.source, as_of)
        for entry in entries.statements
        if entry.aside is None and isinstance(entry.source, Statement)
    )
    others = (*entries.orders, *entries.fills, *entries.statements)
    rows = [set_aside(entry) for entry in others if entry.aside is not None and not _takes_fills(entry)]
    rows += [row for each in prescriptions if _is_aside(each) for row in _aside_rows(each)]
    return without_replaced(courses, as_of) + stated, tuple(sorted(rows, key=lambda row: row.sources))


def _courses_of(prescription: Prescription, as_of: date) -> Iterable[Course]:
    """One course for each fill: where any is on record, fills alone decide. Else one for the order."""
    entry, order = prescription.order, prescription.request
    if prescription.fills or entry is None or order is None:
        return (fill_course(fill, prescription, as_of) for fill in prescription.fills)
    return (order_course(entry, order, as_of),)


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
        averages_complete=averages.is_complete,
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
