"""One `dosageInstruction` by its structured parts: dose × times a day, held to the stated maxima."""

from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction

from app.domain.medication import Dosage, Repeat
from app.domain.outcome import No
from app.domain.quantities import Ratio
from app.med.dose_choice import Dose, choose_dose
from app.med.drug import Drug
from app.med.durations import days_of
from app.med.exact import shown
from app.med.line import Line, counted, words_of
from app.med.portion import Portion, portion_of
from app.med.timing import Times, bounds_days, length_by_count, read_times
from app.med.units import read_quantity

_NEEDED = ("timing", "doseAndRate", "sequence", "modifierExtension", "whole element")
_LIMITS = ("timing.repeat.bounds", "timing.repeat.count", "timing.repeat.duration", "timing.repeat.offset")


def read_structured(dosage: Dosage, drug: Drug) -> Line | No:
    """The instruction by dose and timing, or the first thing that is missing from it."""
    broken = unreadable_parts(dosage)
    if broken:
        return No(f"{' and '.join(broken)} could not be read")
    dose, times = choose_dose(dosage.doses, drug), read_times(dosage.timing)
    if isinstance(dose, No):
        return dose
    if isinstance(times, No):
        return times
    return line_of(dose, times, dosage, drug)


def line_of(dose: Dose, times: Times, dosage: Dosage, drug: Drug) -> Line:
    """Dose × times, within the maxima and bounds that the instruction states in structure."""
    line = _worn(dose, times, drug) if drug.is_patch else _taken(dose, times, dosage, drug)
    repeat = dosage.timing.repeat if dosage.timing else None
    left_out = tuple(f"{name} could not be read" for name in dosage.unreadable)
    if drug.is_patch and (dosage.max_dose_per_period or dosage.max_dose_per_administration):
        left_out += ("a stated maximum was not used: patches are counted by the number worn at once",)
    line = replace(
        line,
        strength=drug.amount,
        as_needed=dosage.as_needed,
        sequence=dosage.sequence,
        notes=(*line.notes, *left_out),
    )
    return _within_bounds(line, repeat)


def unreadable_parts(dosage: Dosage) -> tuple[str, ...]:
    """The elements that a dose needs and that came in a shape that could not be read. A limit that cannot be read (bounds,
    a maximum) only leaves the dose unlimited, which is noted."""
    return tuple(name for name in dosage.unreadable if name.startswith(_NEEDED) and not name.startswith(_LIMITS))


def _worn(dose: Dose, times: Times, drug: Drug) -> Line:
    """Patches: what is worn at once, whatever the interval at which they are changed."""
    interval = 1 / times.high
    strength = None if drug.strength is None else f"{shown(drug.strength)} mcg/h"
    return Line(
        low=dose.low.amount,
        high=dose.high.amount,
        pieces=dose.high.pieces,
        times=None,
        words=words_of(strength, dose.high.pieces, "patch" if strength else "mcg/h", dose.high.amount, None),
        interval_days=interval,
        weekdays=None,
        notes=dose.notes + times.notes + _wear_note(interval, times, drug),
    )


def _wear_note(interval: Fraction, times: Times, drug: Drug) -> tuple[str, ...]:
    """Fentanyl patches are worn 72, sometimes 48 hours; others as their label says."""
    usual = {drug.wear_days} if drug.wear_days and drug.ingredient != "fentanyl" else {Fraction(2), Fraction(3)}
    if times.weekdays is not None or interval in usual:
        return ()
    labelled = " or ".join(shown(days * 24) for days in sorted(usual, reverse=True) if days)
    return (f"patch changed every {shown(interval * 24)} hours; it is labelled for {labelled} hours",)


def _taken(dose: Dose, times: Times, dosage: Dosage, drug: Drug) -> Line:
    dose, single_notes = _capped_by_administration(dose, dosage, drug)
    low, high = dose.low.amount * times.low, dose.high.amount * times.high
    cap, cap_notes = _daily_cap(dosage.max_dose_per_period, drug)
    strength, piece = (f"{shown(drug.strength)} {drug.strength_unit}" if drug.strength else None), drug.piece or "mg"
    words = words_of(strength, dose.high.pieces, piece if strength else "mg", dose.high.amount, shown(times.high))
    if cap is not None and cap.amount < high:
        words = f"{words}, at most {_maximum_words(cap, drug)} a day"
        low, high = min(low, cap.amount), cap.amount
    return Line(
        low=low,
        high=high,
        pieces=dose.high.pieces,
        times=high / dose.high.amount,
        words=words,
        weekdays=times.weekdays,
        on_dates=times.on_dates,
        interval_days=1 / times.high,
        length_by_count=length_by_count(dosage.timing.repeat if dosage.timing else None, times),
        amount_per_dose=dose.high.amount,
        notes=dose.notes + times.notes + single_notes + cap_notes,
    )


def _maximum_words(cap: Portion, drug: Drug) -> str:
    return f"{shown(cap.amount)} mg" if cap.pieces is None else counted(cap.pieces, drug.piece or "piece")


def _capped_by_administration(dose: Dose, dosage: Dosage, drug: Drug) -> tuple[Dose, tuple[str, ...]]:
    if dosage.max_dose_per_administration is None:
        return dose, ()
    measure = read_quantity(dosage.max_dose_per_administration)
    cap = measure if isinstance(measure, No) else portion_of(measure, drug)
    if isinstance(cap, No):
        return dose, (f"the maximum for one dose was not used: {cap.reason}",)
    return dose.capped(cap), ()


def _daily_cap(stated: Ratio | None, drug: Drug) -> tuple[Portion | None, tuple[str, ...]]:
    """The maximum for one day; a maximum that cannot be read limits nothing and is named."""
    if stated is None:
        return None, ()
    measure = read_quantity(stated.numerator)
    portion = measure if isinstance(measure, No) else portion_of(measure, drug)
    days = days_of(stated.denominator)
    if isinstance(portion, No) or isinstance(days, No) or days is None:
        reason = portion.reason if isinstance(portion, No) else "its period is missing or unknown"
        return None, (f"the stated maximum was not used: {reason}",)
    return portion.times(1 / days), () if isinstance(measure, No) else measure.notes


def _within_bounds(line: Line, repeat: Repeat | None) -> Line:
    """Bounds say on which days the instruction holds."""
    length = bounds_days(repeat)
    if isinstance(length, No):
        return replace(line, notes=(*line.notes, f"the bounds were not used: {length.reason}"))
    starts, ends = bounds_of(repeat)
    return replace(line, length=length, starts=starts, ends=ends)


def bounds_of(repeat: Repeat | None) -> tuple[date | None, date | None]:
    """boundsPeriod, half-open: a FHIR Period's end is a day that still counts."""
    period = repeat.bounds_period if repeat else None
    starts = period.start.earliest if period and period.start else None
    return starts, _day_after(period.end.latest) if period and period.end else None


def _day_after(day: date) -> date:
    return day + timedelta(days=1) if day < date.max else day
