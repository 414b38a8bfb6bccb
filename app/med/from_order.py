"""The course of an order that has no fill on record."""

from dataclasses import replace
from datetime import date
from fractions import Fraction

from app.domain.dates import PartialDate
from app.domain.medication import Order
from app.domain.outcome import No
from app.med.course import Course
from app.med.days import Days, covered_days, later_of
from app.med.directions import Directions
from app.med.durations import days_after
from app.med.entries import Entry
from app.med.parts import Told, directions_of, quantity_of, remarks, supply_length, with_route
from app.med.plan import Plan
from app.med.prescriptions import day_of, who_ordered

ENDED = frozenset({"stopped", "completed", "cancelled"})


def order_course(entry: Entry, order: Order, as_of: date) -> Course:
    """What the order covers and says."""
    drug = with_route(entry.drug, order.dosages)
    days_supply = order.supply.days_supply if order.supply else None
    supplied, notes = supply_length(days_supply)
    told = directions_of(order.dosages, order.unreadable, drug).for_supply_of(supplied)
    days, plan = _days(order, told, supplied)
    return Course(
        sources=(order.reference,),
        drug=drug,
        prescriber=who_ordered(order),
        days=ended(days.noting(*notes), order, as_of),
        plan=plan,
        quantity=quantity_of(order.supply.quantity if order.supply else None, days_supply, drug, told),
        order=order,
        has_ended=order.status in ENDED,
        notes=remarks(order.status, order.unreadable, drug),
    )


def _days(order: Order, told: Told, supplied: Fraction | None) -> tuple[Days, Plan | No]:
    """From the day it was written or its directions begin, for the supply with its refills."""
    starts = _start(order, told)
    written = day_of(order.authored_on) or starts
    refills = max(order.supply.repeats or 0, 0) if order.supply else 0
    plan, span = told.laid_out(written, is_repeated=refills > 0 and supplied is not None)
    length = None if supplied is None else supplied * (1 + refills)
    validity = order.supply.validity if order.supply else None
    days = covered_days(later_of(starts, span.starts), length, span, validity, plan if isinstance(plan, Plan) else None)
    return _as_vague_as(order.authored_on, days, has_length=length is not None).within(span), plan


def _start(order: Order, told: Told) -> date | None:
    lines = told.read.lines if isinstance(told.read, Directions) else ()
    stated = [line.starts for line in lines if line.starts]
    validity = order.supply.validity if order.supply else None
    signed = day_of(order.authored_on) or min(stated, default=None)
    return later_of(signed, day_of(validity.start) if validity else None)


def _as_vague_as(written: PartialDate | None, days: Days, *, has_length: bool) -> Days:
    """A date of a month or a year: covered is every day that may be, from its first day to the last day's supply."""
    if written is None or written.is_exact:
        return days
    if has_length and days.ends is not None:
        days = replace(days, ends=days_after(days.ends, (written.latest - written.earliest).days))
    return days.noting(f"the day is known only as {written.text}")


def ended(days: Days, order: Order, as_of: date) -> Days:
    """Never in force on or after the day an order ended; the day of its last change stands in for one that is not known."""
    if order.status not in ENDED:
        return days
    known = order.last_updated.date() if order.last_updated else as_of
    days = replace(days, unsure_from=None)
    if days.has_known_length and days.ends is not None and days.ends <= known:
        return days
    how = "is taken from the last change of the record" if order.last_updated else "is not known"
    ends = max(known, days.starts) if days.starts else known
    return replace(days, ends=ends, is_guess=True).noting(f"{order.status}; the day it ended {how}")
