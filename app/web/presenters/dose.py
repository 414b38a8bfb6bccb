"""The dose at the top of the page and its working: "95 MME/day", "at least 40 MME/day", "not known", or no opioid."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from app.domain.med import MedTotal, Supply, SupplyState
from app.web.presenters.words import number, short_date

BAND_WORDS = ((Decimal(90), "90 or more", "high"), (Decimal(50), "50 to under 90", "middle"))
"""Lower edges of the review bands, for the word beside the number (the rule `med` holds the bands that count)."""


@dataclass(frozen=True, slots=True)
class WorkingRow:
    """One supply in the working table. `amount` is MME/day as text, or a dash."""

    medicine: str
    by_whom: str
    working: str
    amount: str
    covered: str
    notes: tuple[str, ...]
    is_counted: bool


@dataclass(frozen=True, slots=True)
class DoseView:
    """`prefix` is "at least" or empty; `figure` is the largest thing on the page; `unit` may be empty."""

    prefix: str
    figure: str
    unit: str
    band: str
    band_css: str
    averages: str
    missing: tuple[str, ...]
    rows: tuple[WorkingRow, ...]
    earlier: tuple[WorkingRow, ...]
    notes: tuple[str, ...]
    factor_set: str


def dose_view(med: MedTotal) -> DoseView:
    """The MED as a person reads it."""
    prefix, figure, unit = headline(med)
    band, band_css = band_of(med)
    rows = [(supply.in_force, working_row(supply, med.as_of)) for supply in med.supplies]
    return DoseView(
        prefix=prefix,
        figure=figure,
        unit=unit,
        band=band,
        band_css=band_css,
        averages=averages(med),
        missing=tuple(missing(supply) for supply in med.in_force if supply.state is SupplyState.NOT_COMPUTABLE),
        rows=tuple(row for in_force, row in rows if in_force),
        earlier=tuple(row for in_force, row in rows if not in_force),
        notes=med.notes,
        factor_set=med.factor_set,
    )


def headline(med: MedTotal) -> tuple[str, str, str]:
    """(prefix, figure, unit). Never a bare 0: that is "no opioid in force", and only when all was read."""
    if med.mme_per_day is None:
        return "", "not known", ""
    if med.mme_per_day == 0:
        return no_counted_dose(med)
    return ("" if med.complete else "at least"), number(med.mme_per_day), "MME/day"


def no_counted_dose(med: MedTotal) -> tuple[str, str, str]:
    """Nothing counts: either nothing is in force, or only medicines that are deliberately not counted."""
    if not med.complete:
        return "", "not known", ""
    if any(supply.state is SupplyState.NOT_COUNTED for supply in med.in_force):
        return "", "none counted", "see the working"
    return "", "no opioid", "in force"


def band_of(med: MedTotal) -> tuple[str, str]:
    """The band in words and as a class; empty when there is no number to band."""
    if not med.mme_per_day:
        return "", ""
    for edge, words, css in BAND_WORDS:
        if med.mme_per_day >= edge:
            return words, css
    return ("under 50", "low") if med.complete else ("", "")


def averages(med: MedTotal) -> str:
    """One quiet line of context under the number."""
    if med.average_90d is None or med.maximum_90d is None or med.maximum_90d == 0:
        return ""
    return f"90-day average {number(med.average_90d)}, highest {number(med.maximum_90d)}"


def missing(supply: Supply) -> str:
    """What the number leaves out, and why."""
    return f"{supply.product.name or supply.ingredient or 'a medicine without a name'}: {supply.reason or 'no reason given'}"


def working_row(supply: Supply, today: date) -> WorkingRow:
    """One line of the working table."""
    counted = supply.state is SupplyState.COUNTED
    return WorkingRow(
        medicine=supply.product.name or supply.ingredient or "medicine without a name",
        by_whom=supply.prescriber_name or "",
        working=working_words(supply),
        amount=number(supply.mme_per_day) if counted and supply.mme_per_day is not None else "–",
        covered=covered(supply, today),
        notes=supply.notes + ((supply.factor_note,) if supply.factor_note else ()),
        is_counted=counted,
    )


def working_words(supply: Supply) -> str:
    """The multiplication, or why there is none."""
    if supply.state is SupplyState.NOT_COUNTED:
        return f"Not counted: {supply.reason}"
    if supply.state is SupplyState.NOT_COMPUTABLE:
        return f"Not known: {supply.reason}"
    return supply.working.words if supply.working else ""


def covered(supply: Supply, today: date) -> str:
    """The days covered, the last one named inclusively as people read it."""
    if supply.starts is None and supply.ends is None:
        return "no dates"
    start = short_date(supply.starts, today) or "start not known"
    if supply.ends is None:
        return f"from {start}"
    last = date.fromordinal(supply.ends.toordinal() - 1)
    return f"{start} to {short_date(last, today)}"
