"""What stands beside the dose on one time axis: the planned dose, PEG, visits, tests, checks and sedating medicines, by day.

Facts only, from the same finders as the rules, so that the drawing and the findings never disagree. Nothing is judged here.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum

from app.domain.medication import Medication
from app.rules.case import Case
from app.rules.evidence.found import Found
from app.rules.evidence.medicines import ENDED, USUAL_SUPPLY, bounds_of, is_inpatient, length_in_days
from app.rules.evidence.opioids import merged
from app.rules.evidence.peg_change import baseline_of, function_of, has_items, is_at_start
from app.rules.evidence.processes import pdmp_checks
from app.rules.evidence.scores import Score, scores
from app.rules.evidence.supply_change import taper_plans
from app.rules.evidence.urine import urine_tests
from app.rules.evidence.visits import visits
from app.rules.taper import PaceGuide, Planned, guide_of, planned
from app.terminology.drug_classes import drug_classes


class MarkKind(StrEnum):
    """What happened on a day."""

    VISIT = "visit"
    URINE_TEST = "urine test"
    PDMP_CHECK = "PDMP check"
    TAPER_PLAN = "plan for a slower dose"


@dataclass(frozen=True, slots=True)
class Mark:
    """One event; several records of one day and kind are one."""

    kind: MarkKind
    day: date
    reference: str | None


@dataclass(frozen=True, slots=True)
class PegPoint:
    """One complete PEG: the mean of its three items, 0 to 10, lower is better. `pain` and `function` (enjoyment of life with
    general activity) are None where only the total was recorded, or where the pack compares by the mean."""

    day: date
    mean: Decimal
    reference: str | None
    note: str
    pain: Decimal | None = None
    function: Decimal | None = None


@dataclass(frozen=True, slots=True)
class PegBaseline:
    """What later PEGs are compared with. `is_at_start` False: the earliest on record. `improved` is the mean at which the
    meaningful change of the pack is reached, `improved_pain` and `improved_function` the same for each; None when the baseline
    is 0, or has no such part."""

    point: PegPoint
    is_at_start: bool
    percent: Decimal
    improved: Decimal | None
    improved_pain: Decimal | None = None
    improved_function: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Taken:
    """A sedating medicine over a stretch of days, half-open. `is_certain` False: the end is a guess."""

    name: str
    drug_class: str
    starts: date
    ends: date
    is_certain: bool


@dataclass(frozen=True, slots=True)
class OverTime:
    """Everything that the time axis shows beside the daily MED, oldest first. Bands are MME/day, from the pack.

    `planned` is the planned dose, None without a plan in numbers; `pace` is what a plan's pace is shown against.
    """

    band_moderate: Decimal
    band_high: Decimal
    peg: tuple[PegPoint, ...]
    peg_baseline: PegBaseline | None
    marks: tuple[Mark, ...]
    sedatives: tuple[Taken, ...]
    pace: PaceGuide
    planned: Planned | None = None


def over_time(case: Case) -> OverTime:
    """The facts of one case by day."""
    bands = case.policy.rules.med
    return OverTime(
        band_moderate=bands.band_moderate.value,
        band_high=bands.band_high.value,
        peg=tuple(_point(case, score) for score in scores(case, "PEG") if score.total is not None),
        peg_baseline=_baseline(case),
        marks=_marks(case),
        sedatives=_sedatives(case),
        pace=guide_of(case.policy),
        planned=planned(case),
    )


def _point(case: Case, score: Score) -> PegPoint:
    reference = score.references[0] if score.references else None
    point = PegPoint(score.day, score.total or Decimal(0), reference, score.note)
    if not has_items(score) or case.policy.rules.peg.method.value != "both30":
        return point
    return replace(point, pain=score.items["1"], function=function_of(score))


def _baseline(case: Case) -> PegBaseline | None:
    score = baseline_of(case, scores(case, "PEG"))
    if score is None:
        return None
    point, percent = _point(case, score), case.policy.rules.peg.meaningful_change.value
    improved = [part * (100 - percent) / 100 if part else None for part in (point.mean, point.pain, point.function)]
    return PegBaseline(point, is_at_start(case, score), percent, *improved)


def _marks(case: Case) -> tuple[Mark, ...]:
    found = (
        (MarkKind.VISIT, visits(case)),
        (MarkKind.URINE_TEST, urine_tests(case)),
        (MarkKind.PDMP_CHECK, pdmp_checks(case)),
        (MarkKind.TAPER_PLAN, taper_plans(case)),
    )
    marks = {(mark.kind, mark.day): mark for kind, group in found for mark in _dated(kind, group)}
    return tuple(sorted(marks.values(), key=lambda mark: (mark.day, mark.kind)))


def _dated(kind: MarkKind, found: Iterable[Found]) -> Iterator[Mark]:
    return (Mark(kind, each.day, each.reference) for each in found if each.day is not None)


# --- sedating medicines ----------------------------------------------------------------------------------------------


def _sedatives(case: Case) -> tuple[Taken, ...]:
    """Supplies of one medicine that touch or overlap are one stretch."""
    stretches: dict[tuple[str, str], list[Taken]] = {}
    for each in (*_fills(case), *_orders(case)):
        stretches.setdefault((each.name, each.drug_class), []).append(each)
    joined = (taken for group in stretches.values() for taken in _joined(group))
    return tuple(sorted(joined, key=lambda taken: (taken.starts, taken.name)))


def _joined(group: list[Taken]) -> Iterator[Taken]:
    guessed = {each.ends for each in group if not each.is_certain}
    for starts, ends in merged((each.starts, each.ends) for each in group):
        yield Taken(group[0].name, group[0].drug_class, starts, ends, ends not in guessed)


def _class_of(case: Case, medication: Medication) -> str | None:
    section = case.policy.rules.sedative
    wanted = (*section.act_on.value, *section.look_at.value, *section.standing.value)
    found = {each.drug_class for each in drug_classes(medication)}
    return next((name for name in wanted if name in found), None)


def _fills(case: Case) -> Iterator[Taken]:
    for fill in case.record.dispenses:
        drug_class, handed = _class_of(case, fill.medication), fill.handed_over_on or fill.prepared_on
        if drug_class and handed and not is_inpatient(fill.category_codes):
            length = length_in_days(fill.days_supply)
            ends = handed.earliest + (timedelta(days=length) if length else USUAL_SUPPLY)
            yield Taken(_name(fill.medication), drug_class, handed.earliest, ends, length is not None)


def _orders(case: Case) -> Iterator[Taken]:
    """Orders without fills: over their supply length; without one, as long as the rules take them to cover."""
    filled = {order for fill in case.record.dispenses for order in fill.prescriptions}
    for order in case.record.orders:
        drug_class = _class_of(case, order.medication)
        if (
            not drug_class
            or order.reference in filled
            or order.status == "on-hold"
            or is_inpatient(order.category_codes)
        ):
            continue
        starts, ends = bounds_of(order)
        if starts is None:
            continue
        is_certain, ends = ends is not None, ends or starts + USUAL_SUPPLY
        if order.status in ENDED and order.last_updated:
            ends = min(ends, order.last_updated.date())
        if starts < ends:
            yield Taken(_name(order.medication), drug_class, starts, ends, is_certain)


def _name(medication: Medication) -> str:
    return medication.concept.label or "a medicine without a name"
