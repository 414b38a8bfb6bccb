"""Early refills: a fill more than 7 days before the earlier supply of the same drug runs out. Ask why: travel, pharmacy,
a dose change, or pain that is not controlled.

Two or more in 90 days are to be talked over (red), one is yellow, none is green. What is left over carries on: a fill
5 days early moves the next run-out by 5 days. With orders only, or fills without date or length: not known (grey).
"""

from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction

from app.domain.feeds import Feed
from app.domain.finding import Finding, Status
from app.domain.medication import Dispense
from app.med.drug import drug_of
from app.med.durations import days_of, whole_days
from app.rules.case import Case
from app.rules.evidence.found import Found, evidence_of
from app.rules.rule import Applies, Rule, answer, unread

RULE = Rule(
    id="early_refill",
    version="1",
    title="Early refill",
    source="7 days: definition of a cohort study; counts are ours",
    applies=Applies.OPIOID,
    words=__doc__,
)
ASK = "Ask why the supply did not last: travel, pharmacy, dose change, pain"
SAME_FILL = timedelta(days=3)
"""The EHR and the PDMP may report one hand-over a few days apart."""


@dataclass(frozen=True, slots=True)
class _Fill:
    """One hand-over of one product."""

    drug: object
    day: date
    days: int
    is_pdmp: bool
    found: Found


def evaluate(case: Case) -> Finding:
    """Count early fills of the last 90 days."""
    section = case.policy.rules.early_refill
    fills, unknown = _fills(case)
    early = [each for each in _early(case, fills) if case.days_since(each.day) <= section.window.value]
    if len(early) >= section.many.value:
        return _say(case, Status.RED, f"{len(early)} fills came more than {section.early.words} early", early)
    if not case.feed(Feed.DISPENSES).is_complete:
        so = "Whether fills came early is not known"
        return unread(case, RULE, (Feed.DISPENSES,), so, in_background=True)
    if unknown or not fills:
        return _unsure(case, unknown)
    if early:
        return _say(case, Status.YELLOW, f"One fill came more than {section.early.words} early", early)
    return _say(case, Status.GREEN, "No fill came early", [])


def _fills(case: Case) -> tuple[list[_Fill], list[Dispense]]:
    """Readable fills of opioids, oldest first, and those of the window whose date or length is missing."""
    fills: list[_Fill] = []
    unknown: list[Dispense] = []
    for each in case.record.dispenses:
        drug = drug_of(each.medication)
        if drug is None or drug.ingredient is None or each.status not in {"completed", None}:
            continue
        handed, length = each.handed_over_on or each.prepared_on, days_of(each.days_supply)
        if handed is None or not isinstance(length, Fraction) or length <= 0:
            unknown.append(each)
            continue
        day = min(handed.earliest, case.as_of)
        label = each.medication.concept.label or drug.ingredient
        found = Found(each.reference, day, f"{label}, {whole_days(length)} days", Feed.DISPENSES)
        fills.append(_Fill(drug.likeness, day, whole_days(length), each.is_pdmp, found))
    fills.sort(key=lambda each: (each.day, each.found.reference or ""))
    window = case.policy.rules.early_refill.window.value
    return fills, [each for each in unknown if _may_matter(case, each, window)]


def _may_matter(case: Case, fill: Dispense, window: int) -> bool:
    handed = fill.handed_over_on or fill.prepared_on
    return handed is None or case.days_since(handed.day) <= 2 * window


def _early(case: Case, fills: list[_Fill]) -> list[_Fill]:
    """Fills that began too long before the run-out of the same product. Several on one day are one hand-over."""
    limit = case.policy.rules.early_refill.early.value
    run_out: dict[object, date] = {}
    last: dict[object, _Fill] = {}
    early = []
    for each in fills:
        before = last.get(each.drug)
        if before and _is_same(before, each):
            run_out[each.drug] = max(run_out[each.drug], each.day + timedelta(days=each.days))
            continue
        ends = run_out.get(each.drug, each.day)
        if (ends - each.day).days > limit:
            early.append(each)
        run_out[each.drug] = max(ends, each.day) + timedelta(days=each.days)
        last[each.drug] = each
    return early


def _is_same(before: _Fill, each: _Fill) -> bool:
    if before.day == each.day:
        return True
    is_other_system = before.is_pdmp != each.is_pdmp and before.days == each.days
    return is_other_system and each.day - before.day <= SAME_FILL


def _say(case: Case, status: Status, reason: str, early: list[_Fill]) -> Finding:
    section = case.policy.rules.early_refill
    return answer(
        case,
        RULE,
        status,
        f"{reason} in {section.window.words}.",
        evidence=evidence_of(each.found for each in early),
        next_step=None if status is Status.GREEN else ASK,
        missing=tuple(feed.value for feed in case.record.feeds.incomplete((Feed.PDMP,))),
        used=(section.early, section.many, section.window),
    )


def _unsure(case: Case, unknown: list[Dispense]) -> Finding:
    reason = "Fills without a date or length" if unknown else "No fill of an opioid is on record, only orders"
    return answer(
        case,
        RULE,
        Status.GREY,
        f"{reason}: whether one came early is not known.",
        evidence=evidence_of(Found(each.reference, None, "fill") for each in unknown),
        next_step="Check the PDMP for fill dates",
        missing=("fill dates",),
        in_background=True,
    )
