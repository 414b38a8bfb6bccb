"""One row for each supply: its state, and the multiplication behind its number."""

from datetime import date
from decimal import Decimal
from fractions import Fraction

from app.domain.med import Amount, Method, Supply, SupplyState, Working
from app.med.course import Course
from app.med.exact import as_decimal, shown
from app.med.ledger import DoseOn, Ledger
from app.med.line import Line
from app.med.plan import Plan
from app.med.quantity import QuantityDose
from app.med.reckoning import Doses, Reckoned, reference_day

METHODS_DIFFER_BY = Fraction(20, 100)
OUTSIDE_THE_TABLE = "outside the CDC table"
GIVES_WAY = "an order or fill of the same product covers this day"


def row_of(each: Reckoned, ledger: Ledger) -> Supply:
    """The answer's row of one course, as of the ledger's day."""
    course, as_of = each.course, ledger.as_of
    day = reference_day(course, as_of)
    state, reason = _state(each, ledger)
    has_dose, is_counted = each.method is not None, state is SupplyState.COUNTED
    doses = each.doses_on(day)
    factor = ledger.factor_on(each, day, Reckoned.dose_on) if is_counted else None
    return Supply(
        sources=course.sources,
        ingredient=course.drug.ingredient,
        product=course.drug.product,
        state=state,
        reason=reason,
        prescriber=course.prescriber.reference,
        prescriber_name=course.prescriber.name,
        method=each.method,
        working=_working(each, doses, factor) if has_dose else None,
        daily_dose=Amount(as_decimal(doses.headline), each.per) if has_dose else None,
        factor=as_decimal(factor) if factor else None,
        factor_note=OUTSIDE_THE_TABLE if factor and each.factor and each.factor.is_outside_table else None,
        as_needed=course.as_needed,
        starts=course.days.starts,
        ends=None if course.is_unsure_on(as_of) else course.days.ends,
        in_force=_is_in_force(each, ledger),
        is_long_acting=course.drug.is_long_acting,
        route=course.drug.route,
        notes=_notes(each, doses),
        **(_mme_columns(each, doses, day, ledger) if is_counted else {}),
    )


def _state(each: Reckoned, ledger: Ledger) -> tuple[SupplyState, str | None]:
    """Its own state; a statement that an order or fill stands for today is present and not counted."""
    course, as_of = each.course, ledger.as_of
    is_current = course.covers(as_of, as_of) or course.is_unsure_on(as_of)
    if is_current and ledger.gives_way(each, as_of):
        return SupplyState.NOT_COUNTED, GIVES_WAY
    return each.state, each.reason


def _is_in_force(each: Reckoned, ledger: Ledger) -> bool:
    """It covers, or may cover, the day asked about."""
    return each.course.covers(ledger.as_of, ledger.as_of) or ledger.is_in_doubt(each, ledger.as_of)


def _mme_columns(each: Reckoned, doses: Doses, day: date, ledger: Ledger) -> dict[str, Decimal | None]:
    """MME/day by each method. With tiers every column takes the factor of its own total."""

    def mme(dose: Fraction, dose_on: DoseOn) -> Decimal:
        return as_decimal(dose * (each.rate or ledger.factor_on(each, day, dose_on)))

    headline = mme(doses.headline, Reckoned.dose_on)
    is_plain = each.rate is not None
    high = headline if is_plain and doses.high == doses.headline else mme(doses.high, Reckoned.high_on)
    low = high if is_plain and doses.low == doses.high else mme(doses.low, Reckoned.low_on)
    supplied = high if is_plain and doses.supplied == doses.high else mme(doses.supplied, Reckoned.supplied_on)
    has_directions, has_quantity = isinstance(each.course.plan, Plan), each.by_quantity() is not None
    return {
        "mme_per_day": headline,
        "low": low if has_directions else None,
        "high": high if has_directions else None,
        "signature_mme_per_day": high if has_directions else None,
        "quantity_mme_per_day": supplied if has_quantity else None,
    }


# --- the working -----------------------------------------------------------------------------------------------------


def _working(each: Reckoned, doses: Doses, factor: Fraction | None) -> Working:
    tail = f" = {shown(doses.headline)} {each.per}" + (f", × {shown(factor)}" if factor else "")
    if each.method is Method.QUANTITY and isinstance(each.course.quantity, QuantityDose):
        return _by_quantity(each.course, each.course.quantity, tail)
    return _by_directions(each.course, doses.lines, tail)


def _by_directions(course: Course, lines: tuple[Line, ...], tail: str) -> Working:
    words = " + ".join(line.words for line in lines) or "none on this day"
    if len(lines) != 1:
        return Working(lines[0].strength if lines else course.drug.amount, None, None, words + tail)
    only = lines[0]
    return Working(
        only.strength,
        as_decimal(only.pieces) if only.pieces is not None else None,
        as_decimal(only.times) if only.times is not None else None,
        words + tail,
    )


def _by_quantity(course: Course, quantity: QuantityDose, tail: str) -> Working:
    return Working(
        course.drug.amount,
        as_decimal(quantity.pieces) if quantity.pieces is not None else None,
        as_decimal(1 / quantity.days) if quantity.days is not None else None,
        quantity.words + tail,
    )


# --- notes -----------------------------------------------------------------------------------------------------------


def _notes(each: Reckoned, doses: Doses) -> tuple[str, ...]:
    course = each.course
    notes = [*course.notes, *course.days.notes]
    if isinstance(course.plan, Plan):
        notes += [*course.plan.directions.notes, *(note for step in course.plan.steps for note in step.line.notes)]
    elif each.method is Method.QUANTITY:
        notes.append(f"by quantity: {course.plan.reason}")
    if isinstance(course.quantity, QuantityDose):
        notes += course.quantity.notes
    if each.is_counted and doses.lines and each.by_quantity() is not None:
        notes += _differing(each, doses)
    return tuple(dict.fromkeys(notes)) if notes else ()


def _differing(each: Reckoned, doses: Doses) -> list[str]:
    """The cross-check: directions against quantity, when they are more than 20 % apart."""
    directed, supplied = doses.high, doses.supplied
    if directed == supplied or abs(directed - supplied) <= METHODS_DIFFER_BY * min(directed, supplied):
        return []
    said = f"directions {shown(directed)} {each.per} a day, quantity {shown(supplied)} {each.per} a day"
    return [f"methods_differ: {said}"]
