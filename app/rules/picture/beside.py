"""What is taken beside the opioid: sedating medicines with the days on which both were supplied, naloxone, treatment of OUD."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from app.domain.feeds import Feed
from app.rules.case import Case
from app.rules.elements.naloxone import naloxone_access
from app.rules.elements.oud_moud import last_word, treatments
from app.rules.evidence.found import Found, newest
from app.rules.evidence.medicines import InForce, in_force
from app.rules.evidence.opioids import Coverage, Interval, coverage, merged
from app.rules.evidence.processes import said
from app.rules.evidence.toxicology import supplies
from app.rules.picture.nothing import Unknown, nothing_seen, partly_read


@dataclass(frozen=True, slots=True)
class Beside:
    """One sedating medicine in force. `since`: first day of supply without a longer gap; `days_with_opioid` of the last
    `window_days`; None where the days of its supply are not known. `is_certain` False: still listed, without a length."""

    drug_class: str
    name: str
    since: date | None
    is_certain: bool
    prescribers: tuple[str, ...]
    days_with_opioid: int | None
    found: tuple[Found, ...]


@dataclass(frozen=True, slots=True)
class CoPrescribing:
    """What stands beside the opioid. Each `..._unknown` says why nothing is shown: not read, or none on record."""

    medicines: tuple[Beside, ...]
    medicines_unknown: Unknown | None
    window_days: int
    naloxone: Found | None
    naloxone_unknown: Unknown | None
    moud: Found | None
    partly_read: str


def co_prescribing(case: Case) -> CoPrescribing:
    """Everything in force on the day, the most dangerous class first."""
    medicines = _medicines(case)
    declined = [each for each in said(case, "naloxone") if each.fact_value == "declined"]
    naloxone = newest(each for each in (*naloxone_access(case), *declined) if each.day)
    is_recorded = case.policy.recorded_here.naloxone.value
    return CoPrescribing(
        medicines=medicines,
        medicines_unknown=None if medicines else nothing_seen(case, (Feed.MEDICATIONS,)),
        window_days=case.policy.ltot.window.value,
        naloxone=naloxone,
        naloxone_unknown=None if naloxone else nothing_seen(case, (Feed.MEDICATIONS,), recorded=is_recorded),
        moud=newest(treatments(case)) or last_word(case),
        partly_read=partly_read(case, (Feed.MEDICATIONS, Feed.DISPENSES)),
    )


def _medicines(case: Case) -> tuple[Beside, ...]:
    """One line a medicine: several orders and fills of one ingredient are one."""
    section = case.policy.rules.sedative
    classes = (*section.act_on.value, *section.look_at.value, *section.standing.value)
    groups: dict[tuple[str, str], list[InForce]] = {}
    for each in in_force(case, classes):
        groups.setdefault(_key(each, classes), []).append(each)
    ranked = sorted(groups.items(), key=lambda group: (classes.index(group[0][0]), group[0][1]))
    return tuple(_beside(case, drug_class, ingredient, group) for (drug_class, ingredient), group in ranked)


def _key(each: InForce, classes: tuple[str, ...]) -> tuple[str, str]:
    """The most dangerous of its classes, and the ingredient that belongs to it."""
    member = min((m for m in each.classes if m.drug_class in classes), key=lambda m: classes.index(m.drug_class))
    return member.drug_class, member.ingredient


def _beside(case: Case, drug_class: str, ingredient: str, group: list[InForce]) -> Beside:
    days = merged((each.starts, each.ends) for each in supplies(case) if each.ingredient == ingredient and each.ends)
    run = Coverage(days, False).run_ending(case.as_of, case.policy.ltot.run_gap.value)
    known = [each.since for each in group if each.since]
    is_certain = any(each.is_certain for each in group)
    return Beside(
        drug_class=drug_class,
        name=group[-1].name,
        since=run[0] if run and run[1] > case.as_of else min(known, default=None),
        is_certain=is_certain,
        prescribers=tuple(dict.fromkeys(name for each in group if (name := _prescriber(case, each.reference)))),
        days_with_opioid=_days_of_both(case, days) if days and is_certain else None,
        found=tuple(each.found for each in group),
    )


def _days_of_both(case: Case, days: Iterable[Interval]) -> int | None:
    """Days of the window on which this medicine and an opioid for pain were supplied; None when opioid days are not known."""
    opioid = coverage(case)
    if opioid.is_open:
        return None
    first = case.as_of - timedelta(days=case.policy.ltot.window.value - 1)
    shared = ((max(start, begins), min(end, ends)) for start, end in days for begins, ends in opioid.intervals)
    both = merged((start, end) for start, end in shared if start < end)
    return Coverage(both, False).days_between(first, case.as_of)


def _prescriber(case: Case, reference: str) -> str | None:
    """Who ordered it: named by the order, or by the order that a fill belongs to."""
    names = {each.reference: each.requester_name for each in case.record.orders}
    if reference in names:
        return names[reference]
    fill = next((each for each in case.record.dispenses if each.reference == reference), None)
    if fill is None:
        return None
    return fill.prescriber_name or next((name for order in fill.prescriptions if (name := names.get(order))), None)
