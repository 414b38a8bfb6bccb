"""A course: one order, fill or statement with the days it covers, its directions on the calendar and its second source.

Days are half-open: a supply of 30 days from the 1st covers the 1st to the 30th. A fill starts at the hand-over, an order at
the day it was written or its directions begin. What covers a day is settled here; what it amounts to is not.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

from app.domain.dates import PartialDate, Period
from app.domain.medication import Dispense, Dosage, Order, Statement
from app.domain.outcome import No
from app.domain.quantities import Quantity
from app.med.directions import Directions, Plan, Span, plan_from, read_directions, span_of
from app.med.drug import Drug
from app.med.durations import days_of, whole_days
from app.med.entries import Entry, has_ended
from app.med.prescriptions import Fill, Prescriber, Prescription, day_of, who_ordered, who_prescribed
from app.med.quantity import USUAL_WEAR_DAYS, QuantityDose, quantity_dose
from app.med.routes import route_of

LONGEST_GUESS = timedelta(days=90)
"""How long an order without a supply length or an end is believed (rulings, section 5)."""

_ENDED = frozenset({"stopped", "completed", "cancelled"})
_ONE_DAY = Decimal(1)


@dataclass(frozen=True, slots=True)
class Days:
    """Covered days, half-open. `starts` None: not known when it began, `ends` None: not known when it ends.

    `unsure_from`: from this day on (until `unsure_until`, None: still) it is listed, and nobody knows whether it is taken.
    `is_guess`: the end rests on
    the day of a status change. `has_known_length`: a supply length or an end was stated.
    """

    starts: date | None
    ends: date | None
    unsure_from: date | None = None
    unsure_until: date | None = None
    is_guess: bool = False
    has_known_length: bool = True
    notes: tuple[str, ...] = ()

    def within(self, span: Span) -> "Days":
        """Held to the days on which the directions hold."""
        starts = _later_of(self.starts, span.starts)
        if span.ends and (self.ends is None or span.ends < self.ends):
            return replace(self, starts=starts, ends=span.ends, unsure_from=None, has_known_length=True)
        return replace(self, starts=starts)


def _later_of(one: date | None, other: date | None) -> date | None:
    return max(one, other) if one and other else one or other


@dataclass(frozen=True, slots=True)
class Course:
    """One order, fill or statement, ready to be asked what it amounts to on a day."""

    sources: tuple[str, ...]
    drug: Drug
    prescriber: Prescriber
    days: Days
    plan: Plan | No
    quantity: QuantityDose | No
    order: Order | None = None
    is_statement: bool = False
    has_ended: bool = False
    notes: tuple[str, ...] = ()

    @property
    def as_needed(self) -> bool:
        return isinstance(self.plan, Plan) and self.plan.directions.as_needed

    def covers(self, day: date, as_of: date) -> bool:
        """Whether it is in force on the day. What began on an unknown day is known to be in force on `as_of` only."""
        starts = self.days.starts or as_of
        ends = self.days.ends or max(as_of, starts) + timedelta(days=1)
        return starts <= day < ends

    def is_unsure_on(self, as_of: date) -> bool:
        """Still listed on the day asked about, for longer than it can be believed."""
        begins = self.days.unsure_from
        return begins is not None and begins <= as_of and self.days.unsure_until is None

    def replaced_from(self, day: date) -> "Course":
        """The same, ended by what takes its place on this day."""
        ends = day if self.days.ends is None else min(self.days.ends, day)
        was_unsure = self.days.unsure_from is not None and self.days.unsure_from < day
        unsure = (self.days.unsure_from, day) if was_unsure else (None, None)
        return replace(self, days=replace(self.days, ends=ends, unsure_from=unsure[0], unsure_until=unsure[1]))


# --- orders ----------------------------------------------------------------------------------------------------------


def courses_of(prescription: Prescription, as_of: date) -> Iterable[Course]:
    """One course for each fill; for an order without any fill on record, one course for the order."""
    if prescription.fills:
        return [_fill_course(fill, prescription, as_of) for fill in prescription.fills]
    entry, order = prescription.order, prescription.request
    return [] if entry is None or order is None else [_order_course(entry, order, as_of)]


def _order_course(entry: Entry, order: Order, as_of: date) -> Course:
    drug = _with_route(entry.drug, order.dosages)
    directions = _directions(order.dosages, order.unreadable, drug)
    days, plan = _order_days(order, directions, as_of)
    supply = order.supply
    return Course(
        sources=(order.reference,),
        drug=drug,
        prescriber=who_ordered(order),
        days=days,
        plan=plan,
        quantity=_quantity(
            supply.quantity if supply else None, supply.days_supply if supply else None, drug, directions
        ),
        order=order,
        has_ended=order.status in _ENDED,
        notes=drug.notes + _status_notes(order.status) + _unreadable_notes(order.unreadable),
    )


def _order_days(order: Order, directions: Directions | No, as_of: date) -> tuple[Days, Plan | No]:
    starts = _order_start(order, directions)
    written = day_of(order.authored_on) or starts
    length, notes = _order_length(order)
    is_repeated = _has_repeats(order) and length is not None
    plan = _plan(directions, written, repeats_length=is_repeated)
    span = span_of(plan, order.dosages, written, ignore_length=is_repeated)
    starts = _later_of(starts, span.starts)
    days = _from_length(starts, length, order.supply.validity if order.supply else None, span, notes, plan)
    days = _as_vague_as(order.authored_on, days, has_length=length is not None).within(span)
    return _ended(days, order, as_of), plan


def _as_vague_as(written: PartialDate | None, days: Days, *, has_length: bool) -> Days:
    """A date of a month or a year: covered is every day that may be, from its first day to the last day's supply."""
    if written is None or written.is_exact:
        return days
    ends = days.ends
    if has_length and ends is not None:
        ends = later(ends, (written.latest - written.earliest).days)
    return replace(days, ends=ends, notes=(*days.notes, f"the day is known only as {written.text}"))


def _order_start(order: Order, directions: Directions | No) -> date | None:
    lines = directions.lines if isinstance(directions, Directions) else ()
    stated = [line.starts for line in lines if line.starts]
    validity = order.supply.validity if order.supply else None
    return (
        day_of(order.authored_on) or (min(stated) if stated else None) or (day_of(validity.start) if validity else None)
    )


def _order_length(order: Order) -> tuple[Fraction | None, tuple[str, ...]]:
    """Days' supply with refills."""
    stated = days_of(order.supply.days_supply) if order.supply else None
    if isinstance(stated, No):
        return None, (f"supply length not used: {stated.reason}",)
    if stated is None or order.supply is None:
        return None, ()
    return stated * (1 + max(order.supply.repeats or 0, 0)), ()


def _has_repeats(order: Order) -> bool:
    return bool(order.supply and order.supply.repeats and order.supply.repeats > 0)


def _from_length(
    starts: date | None,
    length: Fraction | None,
    validity: Period | None,
    span: Span,
    notes: tuple[str, ...],
    plan: Plan | No,
) -> Days:
    """By supply length; else to the end that directions or validity state; else believed for 90 days."""
    if starts is None:
        return Days(None, span.ends, notes=(*notes, "no date is given: taken as current"))
    if length is not None:
        return Days(starts, later(starts, whole_days(length)), notes=notes)
    if span.ends is not None:
        return Days(starts, span.ends, notes=notes)
    if validity is not None and validity.end is not None:
        return Days(
            starts, later(validity.end.latest, 1), notes=(*notes, "no supply length: runs to the end of validity")
        )
    counted = _length_by_count(plan)
    if counted is not None:
        said = f"no supply length: {whole_days(counted)} days by the number of doses"
        return Days(starts, later(starts, whole_days(counted)), notes=(*notes, said))
    return believed(starts, notes)


def believed(starts: date, notes: tuple[str, ...]) -> Days:
    """Current for at most 90 days, and of unknown use after them."""
    until = later(starts, LONGEST_GUESS.days)
    said = "no supply length: counted for at most 90 days"
    return Days(starts, until, unsure_from=until, has_known_length=False, notes=(*notes, said))


def _length_by_count(plan: Plan | No) -> Fraction | None:
    lines = plan.directions.lines if isinstance(plan, Plan) else ()
    lengths = [line.length_by_count for line in lines]
    return None if not lengths or None in lengths else max(each for each in lengths if each is not None)


def _ended(days: Days, order: Order, as_of: date) -> Days:
    """Never in force on or after the day an order ended; the day of its last change stands in for one that is not known."""
    if order.status not in _ENDED:
        return days
    known = order.last_updated.date() if order.last_updated else as_of
    days = replace(days, unsure_from=None)
    if days.has_known_length and days.ends is not None and days.ends <= known:
        return days
    ends = max(known, days.starts) if days.starts else known
    said = f"{order.status}; the day it ended is taken from the last change of the record"
    if order.last_updated is None:
        said = f"{order.status}; the day it ended is not known"
    return replace(days, ends=ends, is_guess=True, notes=(*days.notes, said))


# --- fills -----------------------------------------------------------------------------------------------------------


def _fill_course(fill: Fill, prescription: Prescription, as_of: date) -> Course:
    dispense, order = fill.dispense, prescription.request
    drug = _best_drug(fill, prescription)
    dosages, unreadable = _fill_directions(dispense, order)
    drug = _with_route(drug, dosages)
    directions = _directions(dosages, unreadable, drug)
    days, plan, quantity = _fill_days(fill, prescription, directions, drug)
    if order is not None and order.status in {"stopped", "cancelled"}:
        days = _ended(days, order, as_of)
    source = prescription.order
    return Course(
        sources=((source.reference,) if source else ()) + fill.references,
        drug=drug,
        prescriber=_fill_prescriber(dispense, order),
        days=days,
        plan=plan,
        quantity=quantity,
        order=order,
        notes=drug.notes + _status_notes(dispense.status) + _unreadable_notes(dispense.unreadable),
    )


def _best_drug(fill: Fill, prescription: Prescription) -> Drug:
    """What was handed out; what was ordered where the fill does not say a strength."""
    handed = fill.entries[0].drug
    ordered = prescription.order.drug if prescription.order else None
    return ordered if ordered and handed.strength is None and ordered.strength is not None else handed


def _fill_directions(dispense: Dispense, order: Order | None) -> tuple[tuple[Dosage, ...], tuple[str, ...]]:
    """A fill's own directions, else those of its order."""
    if dispense.dosages or order is None:
        return dispense.dosages, dispense.unreadable
    return order.dosages, order.unreadable


def _fill_prescriber(dispense: Dispense, order: Order | None) -> Prescriber:
    own = who_prescribed(dispense)
    return own if order is None or own.reference or own.name else who_ordered(order)


def _fill_days(
    fill: Fill, prescription: Prescription, directions: Directions | No, drug: Drug
) -> tuple[Days, Plan | No, QuantityDose | No]:
    dispense, supply = fill.dispense, prescription.request.supply if prescription.request else None
    starts = fill.day
    quantity = dispense.quantity or (supply.quantity if supply else None)
    stated = dispense.days_supply or (supply.days_supply if supply else None)
    length = days_of(stated)
    anchor = _anchor(prescription, directions, starts)
    plan = _plan(directions, anchor, repeats_length=False)
    span = span_of(plan, _fill_directions(dispense, prescription.request)[0], anchor)
    if isinstance(length, Fraction):
        days = _from_length(starts, length, None, span, (), plan)
    else:
        days = _fill_days_without_length(starts, quantity, directions, drug, span, plan)
    return days.within(span), plan, _quantity(quantity, stated, drug, directions)


def _anchor(prescription: Prescription, directions: Directions | No, starts: date | None) -> date | None:
    """Steps are counted from the first fill on record, a single length from each fill."""
    is_stepwise = isinstance(directions, Directions) and directions.is_stepwise
    known = [fill.day for fill in prescription.fills if fill.day]
    return min(known) if is_stepwise and known else starts


def _fill_days_without_length(
    starts: date | None,
    quantity: Quantity | None,
    directions: Directions | No,
    drug: Drug,
    span: Span,
    plan: Plan | No,
) -> Days:
    """How long the quantity lasts when taken as directed; else as for an order."""
    lasting = _lasting(quantity, directions, drug)
    if starts is not None and lasting is not None:
        said = f"no days' supply: {lasting} days by quantity and directions"
        return Days(starts, later(starts, lasting), notes=(said,))
    return _from_length(starts, None, None, span, (), plan)


def _lasting(quantity: Quantity | None, directions: Directions | No, drug: Drug) -> int | None:
    """Whole days that the quantity lasts at the high end of directions that do not change."""
    if isinstance(directions, No) or directions.is_stepwise:
        return None
    one_day = quantity_dose(quantity, Quantity(_ONE_DAY), drug, directions.interval_days or USUAL_WEAR_DAYS)
    high = sum((line.high for line in directions.lines), Fraction(0))
    return None if isinstance(one_day, No) else max(int(one_day.daily / high), 1)


# --- statements ------------------------------------------------------------------------------------------------------


def statement_course(entry: Entry, as_of: date) -> Course:
    """What somebody says is taken, from the stated start to the stated end."""
    statement = entry.source
    assert isinstance(statement, Statement)
    drug = _with_route(entry.drug, statement.dosages)
    directions = _directions(statement.dosages, statement.unreadable, drug)
    plan = _plan(directions, _statement_start(statement), repeats_length=False)
    span = span_of(plan, statement.dosages, _statement_start(statement))
    return Course(
        sources=(statement.reference,),
        drug=drug,
        prescriber=Prescriber(None, None),
        days=_statement_days(statement, plan, span, as_of).within(span),
        plan=plan,
        quantity=No("a statement has no quantity"),
        is_statement=True,
        has_ended=has_ended(statement),
        notes=drug.notes + _status_notes(statement.status) + _unreadable_notes(statement.unreadable),
    )


def _statement_start(statement: Statement) -> date | None:
    begun = statement.effective.start if statement.effective else None
    return day_of(begun or statement.asserted_on)


def _statement_days(statement: Statement, plan: Plan | No, span: Span, as_of: date) -> Days:
    starts = _statement_start(statement)
    end = statement.effective.end if statement.effective else None
    if end is not None:
        return Days(starts, later(end.latest, 1))
    if has_ended(statement):
        known = statement.last_updated.date() if statement.last_updated else as_of
        return Days(starts, max(known, starts or known), is_guess=True, notes=(f"{statement.status}; end not known",))
    said = day_of(statement.asserted_on)
    if starts is not None and said is not None and said > starts:
        sure = believed(said, ())
        return replace(sure, starts=starts)
    return _from_length(starts, None, None, span, (), plan)


# --- shared ----------------------------------------------------------------------------------------------------------


def later(day: date, days: int) -> date:
    """So many days on; the last day of the calendar when there is no such day."""
    return date.max if days > (date.max - day).days else day + timedelta(days=days)


def _with_route(drug: Drug, dosages: tuple[Dosage, ...]) -> Drug:
    """The route that the directions state, where the medication does not, and they agree."""
    if drug.route is not None or not dosages:
        return drug
    routes = {route for dosage in dosages if (route := route_of(dosage.route)) is not None}
    return drug.by_route(routes.pop()) if len(routes) == 1 else drug


def _directions(dosages: tuple[Dosage, ...], unreadable: tuple[str, ...], drug: Drug) -> Directions | No:
    if any(name.startswith("dosage") for name in unreadable):
        return No("some directions could not be read")
    return read_directions(dosages, drug)


def _plan(directions: Directions | No, anchor: date | None, *, repeats_length: bool) -> Plan | No:
    """On the calendar. A length that equals one supply is repeated with each refill, so it is left to the supply."""
    if isinstance(directions, No):
        return directions
    return plan_from(directions, anchor, ignore_length=repeats_length and not directions.is_stepwise)


def _quantity(
    quantity: Quantity | None, days_supply: Quantity | None, drug: Drug, directions: Directions | No
) -> QuantityDose | No:
    wear = directions.interval_days if isinstance(directions, Directions) and drug.is_patch else None
    return quantity_dose(quantity, days_supply, drug, wear)


def _status_notes(status: str | None) -> tuple[str, ...]:
    return ("status unknown: counted",) if status in (None, "unknown") else ()


def _unreadable_notes(names: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(f"{name} could not be read" for name in names)
