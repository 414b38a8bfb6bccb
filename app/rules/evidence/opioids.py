"""Opioids over time, from the dose engine's supplies: what is in force, which days were covered, when therapy began.

Buprenorphine or another product made for opioid use disorder is treatment of that disorder (MOUD), not analgesia: it counts
as an opioid in force, never as long-term opioid therapy for pain.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from app.domain.feeds import Feed
from app.domain.med import Supply, SupplyState
from app.domain.medication import Medication
from app.rules.case import Case, once
from app.rules.evidence.found import Found
from app.terminology.drug_classes import MOUD, drug_classes
from app.terminology.recognise import Recognised, recognise

Interval = tuple[date, date]
"""First covered day, and the first day that is not."""


@once
def in_force(case: Case) -> tuple[Supply, ...]:
    """Every opioid that covers, or may cover, the day."""
    return tuple(supply for supply in case.med.in_force if is_for_taking(supply))


def has_opioid(case: Case) -> bool | None:
    """Whether an opioid is in force. None: medications could not be read in full, or an entry may be an opioid or not."""
    opioids = in_force(case)
    if opioids:
        return True if any(each.ingredient for each in opioids) else None
    is_known = case.feed(Feed.MEDICATIONS).is_complete and case.med.complete
    return False if is_known else None


@once
def analgesics_in_force(case: Case) -> tuple[Supply, ...]:
    """The same without treatment of opioid use disorder."""
    return tuple(supply for supply in in_force(case) if not is_moud(case, supply))


@once
def moud_in_force(case: Case) -> tuple[Supply, ...]:
    """Opioid treatment of opioid use disorder that covers, or may cover, the day."""
    return tuple(supply for supply in in_force(case) if is_moud(case, supply))


def is_for_taking(supply: Supply) -> bool:
    """Not an injection given in care, nor an inpatient order: those are no supply at home (depot buprenorphine is)."""
    if supply.state is not SupplyState.NOT_COUNTED:
        return True
    return supply.ingredient == "buprenorphine"


def is_moud(case: Case, supply: Supply) -> bool:
    """A product made for opioid use disorder. Methadone ordered in primary care is taken as analgesia."""
    medications = medications_of(case)
    known = [medications[source] for source in supply.sources if source in medications]
    return any(_is_made_for_oud(medication) for medication in known)


def _is_made_for_oud(medication: Medication) -> bool:
    recognised = recognise(medication)
    if isinstance(recognised, Recognised) and recognised.product and recognised.product.typical_use:
        return recognised.product.typical_use == "oud_treatment"
    return any(each.drug_class == MOUD and each.subclass.startswith("oud") for each in drug_classes(medication))


@once
def medications_of(case: Case) -> Mapping[str, Medication]:
    """Reference of an order, fill or statement -> what it is of."""
    record = case.record
    orders = {order.reference: order.medication for order in record.orders}
    fills = {fill.reference: fill.medication for fill in record.dispenses}
    return {**orders, **fills, **{said.reference: said.medication for said in record.statements}}


def name_of(supply: Supply) -> str:
    """What a person would call it."""
    return supply.product.name or supply.ingredient or "an opioid without a name"


def found_of(supply: Supply) -> Found:
    """The supply as evidence."""
    reference = supply.sources[0] if supply.sources else None
    return Found(reference, supply.starts, name_of(supply), Feed.MEDICATIONS)


# --- covered days ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Coverage:
    """The days on which some opioid for pain was supplied. `is_open`: an opioid is in force whose days are not known, so
    that more days than these may be covered."""

    intervals: tuple[Interval, ...]
    is_open: bool

    def days_between(self, first: date, last: date) -> int:
        """Distinct covered days, both ends counted."""
        until = last + timedelta(days=1)
        return sum(max(0, (min(end, until) - max(start, first)).days) for start, end in self.intervals)

    def run_ending(self, day: date, largest_gap: int) -> Interval | None:
        """The stretch with gaps of at most `largest_gap` days that reaches `day` or ended last before it."""
        run: Interval | None = None
        for start, end in self.intervals:
            if start > day:
                break
            run = (run[0] if run and (start - run[1]).days <= largest_gap else start, end)
        return run


@once
def coverage(case: Case) -> Coverage:
    """Covered days of opioids for pain, up to and beyond the day of the review."""
    supplies = [each for each in case.med.supplies if is_for_taking(each) and not is_moud(case, each)]
    known = [(each.starts, each.ends) for each in supplies if each.starts and each.ends and each.starts < each.ends]
    unknown = [each for each in supplies if each.in_force and not (each.starts and each.ends)]
    return Coverage(merged(known), bool(unknown))


def merged(intervals: Iterable[Interval]) -> tuple[Interval, ...]:
    """Overlapping and touching intervals as one, in order."""
    out: list[Interval] = []
    for start, end in sorted(intervals):
        if out and start <= out[-1][1]:
            out[-1] = (out[-1][0], max(out[-1][1], end))
        else:
            out.append((start, end))
    return tuple(out)
