"""The course of one fill: from its hand-over, for its days' supply, by its own directions or those of its order."""

from datetime import date
from decimal import Decimal
from fractions import Fraction

from app.domain.medication import Dispense, Order
from app.domain.outcome import No
from app.domain.quantities import Quantity
from app.med.course import Course
from app.med.days import Days, covered_days, later_of
from app.med.directions import Directions
from app.med.drug import Drug
from app.med.durations import days_after
from app.med.from_order import ended
from app.med.parts import Told, directions_of, quantity_of, remarks, supply_length, with_route
from app.med.plan import Plan, Span
from app.med.prescriptions import Fill, Prescriber, Prescription, who_ordered, who_prescribed
from app.med.quantity import USUAL_WEAR_DAYS, quantity_dose

ENDS_ITS_FILLS = frozenset({"stopped", "cancelled"})
"""Not `completed`: an order is often closed once its last fill was handed over, and then that fill decides."""
_ONE_DAY = Quantity(Decimal(1))


def fill_course(fill: Fill, prescription: Prescription, as_of: date) -> Course:
    """What one fill covers and says."""
    dispense, order = fill.dispense, prescription.request
    supply = order.supply if order else None
    quantity = dispense.quantity or (supply.quantity if supply else None)
    days_supply = dispense.days_supply or (supply.days_supply if supply else None)
    supplied, notes = supply_length(days_supply)
    drug = with_route(_drug(fill, prescription), dispense.dosages or (order.dosages if order else ()))
    told = _told(dispense, prescription, drug).for_supply_of(supplied)
    plan, span = told.laid_out(_anchor(fill, prescription, told))
    days = (
        _days(later_of(fill.day, span.starts), supplied, quantity, told, drug, span, plan).within(span).noting(*notes)
    )
    return Course(
        sources=((order.reference,) if order else ()) + fill.references,
        drug=drug,
        prescriber=_prescriber(dispense, order),
        days=_unless_ended(days, order, as_of),
        plan=plan,
        quantity=quantity_of(quantity, days_supply, drug, told),
        order=order,
        notes=remarks(dispense.status, dispense.unreadable, drug),
    )


def _unless_ended(days: Days, order: Order | None, as_of: date) -> Days:
    """An order that was stopped ends its fills, except one that was handed over later: the guessed day was wrong for it."""
    if order is None or order.status not in ENDS_ITS_FILLS:
        return days
    ends = ended(days, order, as_of)
    came_later = ends.is_guess and days.starts is not None and ends.ends is not None and ends.ends <= days.starts
    return days.noting(f"handed over after its order was {order.status}: counted as supplied") if came_later else ends


def _drug(fill: Fill, prescription: Prescription) -> Drug:
    """What was handed out; what was ordered where the fill does not say a strength."""
    handed = fill.entries[0].drug
    ordered = prescription.order.drug if prescription.order else None
    return ordered if ordered and handed.strength is None and ordered.strength is not None else handed


def _told(dispense: Dispense, prescription: Prescription, drug: Drug) -> Told:
    """The fill's own directions when they can be read, else those of its order, which count the order's pieces: two
    tablets of 5 mg stay 10 mg when 10 mg tablets were handed out."""
    own = directions_of(dispense.dosages, dispense.unreadable, drug)
    order, entry = prescription.request, prescription.order
    if isinstance(own.read, Directions) or order is None or entry is None:
        return own
    ordered = entry.drug if entry.drug.strength is not None else drug
    of_order = directions_of(order.dosages, order.unreadable, with_route(ordered, order.dosages))
    return of_order if isinstance(of_order.read, Directions) or not dispense.dosages else own


def _anchor(fill: Fill, prescription: Prescription, told: Told) -> date | None:
    """Steps are counted from the first fill on record, a single length from each fill."""
    known = [each.day for each in prescription.fills if each.day]
    return min(known) if told.is_stepwise and known else fill.day


def _prescriber(dispense: Dispense, order: Order | None) -> Prescriber:
    own = who_prescribed(dispense)
    return own if order is None or own.reference or own.name else who_ordered(order)


def _days(
    starts: date | None,
    supplied: Fraction | None,
    quantity: Quantity | None,
    told: Told,
    drug: Drug,
    span: Span,
    plan: Plan | No,
) -> Days:
    """By days' supply; else as long as the quantity lasts when taken as directed; else as for an order."""
    lasting = _lasting(quantity, told, drug) if supplied is None and starts is not None else None
    if starts is not None and lasting is not None:
        said = f"no days' supply: {lasting} days by quantity and directions"
        return Days(starts, days_after(starts, lasting), notes=(said,))
    return covered_days(starts, supplied, span, None, plan if isinstance(plan, Plan) else None)


def _lasting(quantity: Quantity | None, told: Told, drug: Drug) -> int | None:
    """Whole days that the quantity lasts at the high end of directions that do not change."""
    if isinstance(told.read, No) or told.read.is_stepwise:
        return None
    one_day = quantity_dose(quantity, _ONE_DAY, drug, told.interval_days or USUAL_WEAR_DAYS)
    high = sum((line.high for line in told.read.lines), Fraction(0))
    return None if isinstance(one_day, No) else max(int(one_day.daily / high), 1)
