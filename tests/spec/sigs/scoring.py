"""Scoring the grammar against a corpus file: python -m tests.spec.sigs.scoring corpus|heldout [--show]"""

import csv
import sys
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

from app.med.sig import Frequency, Maximum, Part, Refused, Sig, Step, parse_sig

HERE = Path(__file__).parent
MILLIONTH = Decimal("0.000001")


@dataclass(frozen=True)
class Row:
    """One line of a corpus: the text and what a pharmacist reads in it."""

    text: str
    reading: str
    prn: str
    maximum: str
    highest_per_day: str


def rows(name: str) -> list[Row]:
    with (HERE / f"{name}.csv").open(encoding="utf-8", newline="") as stream:
        return [Row(**each) for each in csv.DictReader(stream)]


def number(value: Decimal) -> str:
    return f"{value.normalize():f}"


def span(low: object, high: object) -> str:
    return str(low) if low == high else f"{low}-{high}"


def spell_part(part: Part) -> str:
    dose = f"{span(number(part.dose.low), number(part.dose.high))} {part.dose.unit}"
    return f"{dose} once" if part.frequency is None else f"{dose} x {spell_frequency(part.frequency)}"


def spell_frequency(frequency: Frequency) -> str:
    return span(spell_fraction(frequency.low), spell_fraction(frequency.high))


def spell_fraction(value: Fraction) -> str:
    return str(value) if value.denominator > 1 else str(value.numerator)


def spell_step(step: Step, with_days: bool) -> str:
    days = f" @{number(step.days)}" if step.days is not None and with_days else ""
    return " + ".join(spell_part(part) for part in step.parts) + days


def spell_maximum(limit: Maximum) -> str:
    period = "day" if limit.days == 1 else f"{number(limit.days)} day"
    return f"{number(limit.amount)} {limit.unit}/{period}"


def spell(sig: Sig, like: str) -> tuple[str, str, str, str]:
    """A reading in the corpus's notation. The length of a lone step is spelled only where the corpus states it."""
    with_days = sig.is_sequence or "@" in like
    reading = " > ".join(spell_step(step, with_days) for step in sig.steps)
    maximum = ", ".join(spell_maximum(each) for each in sig.maxima)
    can_add = all(step.unit for step in sig.steps)
    highest = number(sig.highest_units_per_day.quantize(MILLIONTH)) if can_add else "units differ"
    return reading, "prn" if sig.as_needed else "", maximum, highest


def verdict(row: Row) -> str:
    """right: read as expected, or rightly refused; refused: not read; wrong: read otherwise, or not refused."""
    result = parse_sig(row.text)
    if isinstance(result, Refused):
        return "right" if row.reading == "refuse" else "refused"
    return (
        "right" if spell(result, row.reading) == (row.reading, row.prn, row.maximum, row.highest_per_day) else "wrong"
    )


def main(name: str, show: bool) -> None:
    counts = {"right": 0, "refused": 0, "wrong": 0}
    for row in rows(name):
        outcome = verdict(row)
        counts[outcome] += 1
        if show and outcome != "right":
            result = parse_sig(row.text)
            found = result.reason if isinstance(result, Refused) else spell(result, row.reading)
            print(f"{outcome}: {row.text!r}\n    expected {row.reading} {row.prn} {row.maximum} {row.highest_per_day}")
            print(f"    found {found}")
    print(f"{name}: {sum(counts.values())} directions,", ", ".join(f"{count} {kind}" for kind, count in counts.items()))


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "corpus", "--show" in sys.argv)
