"""Directions in words, laid over the same arithmetic as structured ones.

The grammar (`app.med.sig`) reads the whole text or refuses it. Here its doses become portions of the drug, its maxima are
applied in the drug's terms, and its steps become lines in sequence.
"""

from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from functools import lru_cache

from app.domain.codes import UCUM
from app.domain.medication import Dosage
from app.domain.outcome import No
from app.med.dosage import line_of
from app.med.dose_choice import Dose
from app.med.drug import Drug
from app.med.exact import exact
from app.med.line import Line
from app.med.portion import Portion, portion_of
from app.med.sig import Dose as StatedDose
from app.med.sig import Equivalent, Maximum, Part, Refused, Sig, Step, parse_sig
from app.med.timing import Times
from app.med.units import Measure, unit_of

_ONCE = Times(Fraction(1), Fraction(1))


@lru_cache(maxsize=8192)
def read_text(dosage: Dosage, drug: Drug) -> tuple[Line, ...] | No:
    """The lines of one instruction by its text, or why it cannot be used. Bounds and maxima that are structured still hold."""
    text = dosage.text or dosage.patient_instruction
    if not text or not text.strip():
        return No("there is no text")
    sig = read_sig(text)
    if isinstance(sig, Refused):
        return No(f"the text was not understood: {sig.reason}")
    lines: list[Line] = []
    for number, step in enumerate(sig.steps, start=1):
        read = _step(step, sig, dosage, drug)
        if isinstance(read, No):
            return read
        lines += [_placed(line, number, sig, step, read) for line in read]
    return tuple(lines)


@lru_cache(maxsize=8192)
def read_sig(text: str) -> Sig | Refused:
    """The grammar's reading, remembered: charts repeat their directions."""
    return parse_sig(text)


def _placed(line: Line, number: int, sig: Sig, step: Step, together: list[Line]) -> Line:
    """A line's length and its place in the sequence. The instruction's own bounds hold for the whole: its start for the
    first step, its end for the last; where it has any, a text of one step adds none."""
    if not sig.is_sequence:
        return line if line.is_bounded or step.days is None else replace(line, length=exact(step.days))
    return replace(
        line,
        sequence=number,
        length=_length(step, together),
        starts=line.starts if number == 1 else None,
        ends=line.ends if number == len(sig.steps) else None,
    )


def _length(step: Step, lines: list[Line]) -> Fraction | None:
    """A step's stated days; a single dose lasts its own day."""
    if step.days is not None:
        return exact(step.days)
    is_single = any(part.frequency is None for part in step.parts)
    return Fraction(1) if is_single else lines[0].length


def _step(step: Step, sig: Sig, dosage: Dosage, drug: Drug) -> list[Line] | No:
    lines = []
    for part in step.parts:
        line = _part(part, dosage, drug)
        if isinstance(line, No):
            return line
        lines.append(line)
    for limit in sig.maxima:
        cap = _daily_limit(limit, step, drug)
        if isinstance(cap, No):
            lines[0] = replace(lines[0], notes=(*lines[0].notes, f"the stated maximum was not used: {cap.reason}"))
        else:
            lines = list(_held_to(cap, lines))
    return lines


def _part(part: Part, dosage: Dosage, drug: Drug) -> Line | No:
    dose = _dose(part.dose, drug)
    if isinstance(dose, No):
        return dose
    often = part.frequency
    times = Times(often.low, often.high) if often else _ONCE
    line = line_of(dose, times, dosage, drug)
    return replace(line, as_needed=line.as_needed or part.as_needed, is_from_text=True)


def _dose(stated: StatedDose, drug: Drug) -> Dose | No:
    low, high = (_portion(Fraction(end), stated.unit, drug) for end in (stated.low, stated.high))
    if stated.equivalent is not None:
        return _checked(low, high, stated.equivalent, drug)
    if isinstance(low, No):
        return low
    return high if isinstance(high, No) else Dose(low, high, high.notes)


def _checked(low: Portion | No, high: Portion | No, same: Equivalent, drug: Drug) -> Dose | No:
    """A text that gives one dose in two units: both must say the same; either may fill in for the other."""
    other = [_portion(Fraction(end), same.unit, drug) for end in (same.low, same.high)]
    known = [
        (one, two)
        for one, two in zip((low, high), other, strict=True)
        if isinstance(one, Portion) or isinstance(two, Portion)
    ]
    if len(known) < 2:
        return low if isinstance(low, No) else No("the dose in the text cannot be read")
    ends: list[Portion] = []
    for one, two in known:
        if isinstance(one, Portion) and isinstance(two, Portion) and one.amount != two.amount:
            return No("the text gives the dose in two ways that differ for this product")
        ends.append(one if isinstance(one, Portion) else two)  # type: ignore[arg-type]
    return Dose(ends[0], ends[1], ends[1].notes)


def _portion(number: Fraction, word: str, drug: Drug) -> Portion | No:
    unit = unit_of(UCUM if word == "each" else None, "1" if word == "each" else None, None if word == "each" else word)
    return unit if isinstance(unit, No) else portion_of(Measure(number, unit[0]), drug)


def _daily_limit(limit: Maximum, step: Step, drug: Drug) -> Fraction | No:
    """A stated maximum in mg a day (mcg/h for patches)."""
    if limit.unit == "dose":
        largest = [_dose(part.dose, drug) for part in step.parts]
        amounts = [dose.high.amount for dose in largest if isinstance(dose, Dose)]
        return limit.per_day * max(amounts)
    portion = _portion(limit.per_day, limit.unit, drug)
    return portion if isinstance(portion, No) else portion.amount


def _held_to(cap: Fraction, lines: list[Line]) -> Iterator[Line]:
    """The lines of one day, together no higher than the cap."""
    left = cap
    for line in lines:
        high = min(line.high, left)
        left -= high
        if high < line.high and line.times is not None:
            yield replace(
                line,
                low=min(line.low, high),
                high=high,
                times=line.times * high / line.high,
                words=f"{line.words}, held to the stated maximum",
            )
        else:
            yield line
