"""The dose at the top of the page and its working: "95 MME/day", "at least 40 MME/day", "not known", or no opioid."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from app.domain.med import MedTotal, Method, Supply, SupplyState
from app.usecases.review_patient import OverTime, in_few_words
from app.web.presenters.words import clipped, counted, medicine_words, number, plain, short_date

TREND_DAYS = 90
METHODS_APART = Decimal("0.2")
"""Directions and quantity are both shown when they are more than a fifth apart (or lie in different bands)."""
MISSING_LENGTH = 70
EARLIER_SHOWN = 40
"""Earlier supplies beyond these are named by number only: the page stays small, and review.json has them all."""
SET_NAMES = {"cdc-2022": "CDC 2022", "cdc-2016": "CDC 2016"}
STATE_ORDER = (SupplyState.COUNTED, SupplyState.NOT_COMPUTABLE, SupplyState.NOT_COUNTED)
METHOD_WORDS = {Method.SIGNATURE: "by directions", Method.QUANTITY: "by quantity"}


@dataclass(frozen=True, slots=True)
class WorkingRow:
    """One supply in the working table. `amount` is MME/day as text, or a dash; `css` names its state."""

    medicine: str
    by_whom: str
    working: str
    amount: str
    covered: str
    notes: tuple[str, ...]
    css: str


@dataclass(frozen=True, slots=True)
class Trend:
    """How the dose compares with 90 days ago: `direction` is up, down or level."""

    direction: str
    words: str


@dataclass(frozen=True, slots=True)
class DoseView:
    """`prefix` is "at least" or empty; `figure` is the largest thing on the page; `unit` may be empty.

    `missing` says what the number leaves out; `rows` cover the day asked about, `earlier` do not. `other_sets` are whole
    sentences about the factor sets that are not in force, `methods` one about directions against quantity.
    """

    prefix: str
    figure: str
    unit: str
    band: str
    band_css: str
    trend: Trend | None
    averages: str
    missing: tuple[str, ...]
    rows: tuple[WorkingRow, ...]
    earlier: tuple[WorkingRow, ...]
    earlier_words: str
    notes: tuple[str, ...]
    factor_set: str
    other_sets: tuple[str, ...]
    methods: str


def dose_view(med: MedTotal, facts: OverTime, others: tuple[MedTotal, ...] = ()) -> DoseView:
    """The MED as a person reads it; `others` is the same under other factor sets."""
    prefix, figure, unit = headline(med)
    band, band_css = band_of(med, facts)
    earlier = not_in_force(med)
    left_out = "Not known because of" if med.mme_per_day is None else "Not in this number"
    unknown = (supply for supply in med.in_force if supply.state is SupplyState.NOT_COMPUTABLE)
    return DoseView(
        prefix=prefix,
        figure=figure,
        unit=unit,
        band=band,
        band_css=band_css,
        trend=trend(med),
        averages=averages(med),
        missing=tuple(f"{left_out}: {missing(supply)}." for supply in unknown),
        rows=tuple(working_row(supply, med.as_of) for supply in in_reading_order(med.in_force)),
        earlier=tuple(working_row(supply, med.as_of) for supply in earlier[:EARLIER_SHOWN]),
        earlier_words=earlier_words(len(earlier)),
        notes=tuple(notes(med)),
        factor_set=SET_NAMES.get(med.factor_set, med.factor_set),
        other_sets=other_sets(others, med),
        methods=methods(med, facts),
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


def dose_in_words(med: MedTotal) -> str:
    """The headline as one phrase: "at least 60 MME/day"."""
    return " ".join(part for part in headline(med) if part)


def band_of(med: MedTotal, facts: OverTime) -> tuple[str, str]:
    """The band in words and as a class; empty when there is no number to band."""
    if not med.mme_per_day:
        return "", ""
    middle, high = number(facts.band_moderate), number(facts.band_high)
    if med.mme_per_day >= facts.band_high:
        return f"{high} or more", "high"
    if med.mme_per_day >= facts.band_moderate:
        return (f"{middle} to under {high}" if med.complete else f"{middle} or more"), "middle"
    return (f"under {middle}", "low") if med.complete else ("", "")


def trend(med: MedTotal) -> Trend | None:
    """Today against 90 days ago; None when either day is incomplete or nothing was in force on both."""
    before = mme_on(med, med.as_of - timedelta(days=TREND_DAYS))
    now = med.mme_per_day if med.complete else None
    if before is None or now is None or (not before and not now):
        return None
    if now == before:
        return Trend("level", f"same as {TREND_DAYS} days ago")
    direction = "up" if now > before else "down"
    then = f"{number(before)} MME/day" if before else "none"
    return Trend(direction, f"{direction} from {then} {TREND_DAYS} days ago")


def mme_on(med: MedTotal, day: date) -> Decimal | None:
    """The dose of an earlier day; None when it is incomplete or not known."""
    found = next((each for each in med.timeline if each.starts <= day < each.ends), None)
    return found.mme if found and found.complete else None


def averages(med: MedTotal) -> str:
    """One quiet line of context under the number."""
    if med.average_90d is None or med.maximum_90d is None or med.maximum_90d == 0:
        return ""
    least = "" if med.averages_complete else "at least "
    return f"90-day average {least}{number(med.average_90d)}, highest {least}{number(med.maximum_90d)} MME/day"


def notes(med: MedTotal) -> Iterator[str]:
    """The engine's notes on the total. "At least" says nothing where there is no number."""
    for note in med.notes:
        if med.mme_per_day is not None or "at least" not in note:
            yield note


def name_of(supply: Supply) -> str:
    """What a person would call it."""
    return medicine_words(supply.product.name or supply.ingredient or "a medicine without a name")


def missing(supply: Supply) -> str:
    """What the number leaves out, and why, in few words; the working has the whole reason."""
    return f"{name_of(supply)}: {clipped(in_few_words(supply.reason or 'no reason given'), MISSING_LENGTH)}"


def other_sets(others: tuple[MedTotal, ...], med: MedTotal) -> tuple[str, ...]:
    """One line for each other factor set; none where neither knows a dose."""
    known = [other for other in others if (other.mme_per_day, med.mme_per_day) != (None, None)]
    return tuple(other_set(other, med) for other in known) if med.in_force else ()


def other_set(other: MedTotal, med: MedTotal) -> str:
    """What another factor set would say, and which medicines make the difference."""
    name = SET_NAMES.get(other.factor_set, other.factor_set)
    if (other.mme_per_day, other.complete) == (med.mme_per_day, med.complete):
        return f"The {name} factors give the same."
    known = {supply.sources: supply.mme_per_day for supply in med.in_force}
    changed = [each for each in other.in_force if each.mme_per_day != known.get(each.sources)]
    parts = ", ".join(f"{name_of(each)}: {amount_of(each)}" for each in changed)
    return f"The {name} factors would give {dose_in_words(other)} ({parts})."


def methods(med: MedTotal, facts: OverTime) -> str:
    """Both methods when they are far apart or in different bands; else empty."""
    directed, supplied = med.signature_mme_per_day, med.quantity_mme_per_day
    if directed is None or supplied is None:
        return ""
    is_apart = abs(directed - supplied) > METHODS_APART * min(directed, supplied)
    edges = (facts.band_moderate, facts.band_high)
    if not is_apart and all((directed >= edge) == (supplied >= edge) for edge in edges):
        return ""
    return f"By directions {number(directed)}, by quantity and days' supply {number(supplied)} MME/day."


# --- the working table -----------------------------------------------------------------------------------------------


def in_reading_order(supplies: tuple[Supply, ...]) -> list[Supply]:
    """What counts first, the largest on top; then what could not be computed; then what is left out on purpose."""
    return sorted(supplies, key=lambda each: (STATE_ORDER.index(each.state), -(each.mme_per_day or 0)))


def not_in_force(med: MedTotal) -> list[Supply]:
    """Earlier and later supplies, the newest first."""
    others = [supply for supply in med.supplies if not supply.in_force]
    return sorted(others, key=lambda each: each.starts or date.min, reverse=True)


def earlier_words(count: int) -> str:
    """The line under which supplies of other days are folded."""
    newest = f", the newest {EARLIER_SHOWN} of them" if count > EARLIER_SHOWN else ""
    return f"{counted(count, 'medicine that does', 'medicines that do')} not cover today{newest}"


def working_row(supply: Supply, today: date) -> WorkingRow:
    """One line of the working table."""
    return WorkingRow(
        medicine=name_of(supply),
        by_whom=supply.prescriber_name or "",
        working=working_words(supply),
        amount=amount_of(supply),
        covered=covered(supply, today),
        notes=tuple(working_notes(supply, today)),
        css=supply.state.value,
    )


def amount_of(supply: Supply) -> str:
    """MME/day, or a dash for what is not in the number."""
    is_counted = supply.state is SupplyState.COUNTED and supply.mme_per_day is not None
    return number(supply.mme_per_day or Decimal(0)) if is_counted else "–"


def working_words(supply: Supply) -> str:
    """The multiplication, or why there is none."""
    if supply.state is SupplyState.NOT_COUNTED:
        return f"Not counted: {supply.reason}"
    if supply.state is SupplyState.NOT_COMPUTABLE:
        return f"Not known: {supply.reason}"
    return supply.working.words if supply.working else ""


def working_notes(supply: Supply, today: date) -> list[str]:
    """What a reader of the line must know: range, method, factor, and the engine's own notes."""
    notes = []
    if supply.low is not None and supply.high is not None and supply.low != supply.high:
        needed = ", as needed" if supply.as_needed else ""
        notes.append(f"{number(supply.low)} to {number(supply.high)} MME/day{needed}; the highest is counted")
    elif supply.as_needed:
        notes.append("as needed; taken at its stated maximum")
    if supply.method is Method.QUANTITY and supply.state is SupplyState.COUNTED:
        notes.append("by quantity and days' supply")
    notes += [supply.factor_note] if supply.factor_note else []
    return notes + [note_words(note, today) for note in supply.notes if not note.startswith("by quantity:")]


def note_words(note: str, today: date) -> str:
    """A note of the engine without its key ("methods_differ: ...")."""
    key, colon, rest = note.partition(": ")
    return plain(f"{key.replace('_', ' ')}: {rest}" if colon and "_" in key else note, today)


def covered(supply: Supply, today: date) -> str:
    """The days covered, the last one named inclusively as people read it."""
    if supply.starts is None and supply.ends is None:
        return "no dates"
    start = short_date(supply.starts, today) or "start not known"
    if supply.ends is None:
        return unbroken(f"from {start}")
    last = date.fromordinal(supply.ends.toordinal() - 1)
    return f"{unbroken(start)} to {unbroken(short_date(last, today))}"


def unbroken(text: str) -> str:
    """Kept on one line."""
    return text.replace(" ", "\N{NO-BREAK SPACE}")
