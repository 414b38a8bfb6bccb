"""One row for each supply: its state, and the multiplication behind its number."""

from datetime import date
from decimal import Decimal
from fractions import Fraction

from app.domain.med import Amount, Method, Supply, SupplyState, Working
from app.med.course import Course
from app.med.exact import as_decimal, shown
from app.med.ledger import DoseOn, Ledger
from app.med.line import DailyDose
from app.med.plan import Plan
from app.med.quantity import QuantityDose
from app.med.reckoning import Reckoned, reference_day

METHODS_DIFFER_BY = Fraction(20, 100)
OUTSIDE_THE_TABLE = "outside the CDC table"
GIVES_WAY = "an order or fill of the same product covers this day"


def row_of(each: Reckoned, ledger: Ledger) -> Supply:
    """The answer's row of one course, as of the ledger's day."""
    course, as_of = each.course, ledger.as_of
    day = reference_day(course, as_of)
    state, reason = _state(each, ledger)
    has_dose, is_counted = each.method is not None, state is SupplyState.COUNTED
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
        working=_working(each, day, factor) if has_dose else None,
        daily_dose=_daily_dose(each, day) if has_dose else None,
        factor=as_decimal(factor) if factor else None,
        factor_note=OUTSIDE_THE_TABLE if factor and each.factor and each.factor.is_outside_table else None,
        as_needed=course.as_needed,
        starts=course.days.starts,
        ends=None if course.is_unsure_on(as_of) else course.days.ends,
        in_force=_is_in_force(each, ledger),
        is_long_acting=course.drug.is_long_acting,
        route=course.drug.route,
        notes=_notes(each, day, ledger),
        **(_mme_columns(each, day, ledger) if is_counted else {}),
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


def _mme_columns(each: Reckoned, day: date, ledger: Ledger) -> dict[str, Decimal | None]:
    """MME/day by each method. With tiers every column takes the factor of its own total."""

    def mme(dose_on: DoseOn) -> Decimal:
        return as_decimal(dose_on(each, day) * ledger.factor_on(each, day, dose_on))

    has_directions, has_quantity = isinstance(each.course.plan, Plan), each.by_quantity() is not None
    headline, is_signature = mme(Reckoned.dose_on), each.method is Method.SIGNATURE
    high = None if not has_directions else headline if is_signature else mme(Reckoned.high_on)
    is_one_dose = each.rate is not None and each.low_on(day) == each.high_on(day)
    low = high if is_one_dose or not has_directions else mme(Reckoned.low_on)
    supplied = None if not has_quantity else mme(Reckoned.supplied_on) if is_signature else headline
    return {
        "mme_per_day": headline,
        "low": low,
        "high": high,
        "signature_mme_per_day": high,
        "quantity_mme_per_day": supplied,
    }


# --- the working -----------------------------------------------------------------------------------------------------


def _daily_dose(each: Reckoned, day: date) -> Amount:
    return Amount(as_decimal(each.dose_on(day)), each.per)


def _working(each: Reckoned, day: date, factor: Fraction | None) -> Working:
    tail = f" = {shown(each.dose_on(day))} {each.per}" + (f", × {shown(factor)}" if factor else "")
    if each.method is Method.QUANTITY and isinstance(each.course.quantity, QuantityDose):
        return _by_quantity(each.course, each.course.quantity, tail)
    directed = each.directed_on(day)
    return _by_directions(each.course, directed, tail) if directed else Working(None, None, None, "")


def _by_directions(course: Course, directed: DailyDose, tail: str) -> Working:
    lines = directed.lines
    words = " + ".join(line.words for line in lines) or "none on this day"
    if len(lines) != 1:
        return Working(lines[0].strength if lines else course.drug.amount, None, None, words + tail)
    only = lines[0]
    pieces, times = only.pieces, only.times
    return Working(
        only.strength,
        as_decimal(pieces) if pieces is not None else None,
        as_decimal(times) if times is not None else None,
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


def _notes(each: Reckoned, day: date, ledger: Ledger) -> tuple[str, ...]:
    course = each.course
    notes = [*course.notes, *course.days.notes]
    if isinstance(course.plan, Plan):
        notes += [*course.plan.directions.notes, *(note for step in course.plan.steps for note in step.line.notes)]
    elif each.method is Method.QUANTITY:
        notes.append(f"by quantity: {course.plan.reason}")
    if isinstance(course.quantity, QuantityDose):
        notes += course.quantity.notes
    if each.is_counted:
        notes += _differing(each, day)
    return tuple(dict.fromkeys(notes))


def _differing(each: Reckoned, day: date) -> list[str]:
    """The cross-check: directions against quantity, when they are more than 20 % apart."""
    if not isinstance(each.course.plan, Plan) or each.by_quantity() is None:
        return []
    directed, supplied = each.high_on(day), each.supplied_on(day)
    if directed == supplied or abs(directed - supplied) <= METHODS_DIFFER_BY * min(directed, supplied):
        return []
    said = f"directions {shown(directed)} {each.per} a day, quantity {shown(supplied)} {each.per} a day"
    return [f"methods_differ: {said}"]
