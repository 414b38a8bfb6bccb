"""Pain and function (PEG): measured at the start, again after 1 to 4 weeks, then at least every 3 months.

When a person on long-term opioid therapy has no PEG, or the last one is more than 90 days old, or it is 30 % and at
least 1 point worse than at the start, then it is to be acted on (red). When the next one is due within 30 days, or
after 3 months of therapy it is less than 30 % better (and benefit and risk were not reviewed in 12 months), it is
yellow. Else it is green: better, reviewed, at the patient's goal, the first one, or too early to judge. A missing
item, a start value of 0, or a start of therapy that is not known, cannot be judged (grey).
"""

from dataclasses import replace
from decimal import Decimal
from typing import Any

from app.domain.feeds import Feed
from app.domain.finding import Finding, Place, Status
from app.rules.case import Case
from app.rules.done_item import Item, Judged, judge
from app.rules.evidence.found import Found, evidence_of, newest
from app.rules.evidence.opioids import coverage
from app.rules.evidence.peg_change import Change, baseline_of, compare
from app.rules.evidence.processes import benefit_risk_reviews, said
from app.rules.evidence.scores import Score, scores, tidy
from app.rules.interval import length_of
from app.rules.ltot import therapy_began
from app.rules.policy import Setting
from app.rules.rule import Applies, Rule, answer

RULE = Rule(
    id="peg",
    version="1",
    title="Pain and function",
    source="CDC 2022, recommendations 2 and 7",
    applies=Applies.LTOT,
    words=__doc__,
)
ITEM = Item(name="PEG", concept="peg", to_do="Ask the three PEG questions", needs=(Feed.SURVEYS,))
TALK = "Talk about what the treatment does for pain and function; review benefit and risk"


def evaluate(case: Case) -> Finding:
    """In time first; then the value against the baseline."""
    section = case.policy.rules.peg
    found = scores(case, "PEG")
    length = length_of(section.interval, section.warning)
    timing = judge(Judged(case, RULE, ITEM, tuple(score.found for score in found), length))
    if not found or timing.status is Status.GREY:
        return timing
    last = found[-1]
    if timing.status is Status.RED:
        return timing
    if last.total is None:
        return _incomplete(case, last)
    return _judge_value(case, last, baseline_of(case, found), timing)


def _judge_value(case: Case, last: Score, baseline: Score | None, timing: Finding) -> Finding:
    if baseline is None or baseline.day == last.day:
        return _with_value(case, timing, last, None, Status.GREEN, "first measurement")
    change = compare(case, last, baseline)
    if change.worse:
        finding = _with_value(case, timing, last, baseline, Status.RED, f"{change.words}: worse")
        return replace(finding, next_step=TALK, due=None)
    if change.better is None:
        return _not_comparable(case, last, baseline, change)
    if change.better:
        return _with_value(case, timing, last, baseline, Status.GREEN, f"{change.words}: better")
    return _not_better(case, last, baseline, change, timing)


def _not_better(case: Case, last: Score, baseline: Score, change: Change, timing: Finding) -> Finding:
    """Less than the meaningful change: early, at the goal, reviewed, or to be looked at."""
    section = case.policy.rules.peg
    is_early = _is_early(case)
    if is_early:
        return _with_value(case, timing, last, baseline, Status.GREEN, f"{change.words}; too early to judge")
    goal = newest(each for each in said(case, "peg_goal") if each.day)
    review = newest(each for each in benefit_risk_reviews(case) if each.day)
    for seen, words in ((goal, "stable at the patient's goal"), (review, "reviewed")):
        if seen and seen.day and case.days_since(seen.day) <= section.review_valid.value:
            finding = _with_value(case, timing, last, baseline, Status.GREEN, f"{change.words}; {words} on {seen.day}")
            return replace(finding, evidence=(*finding.evidence, seen.evidence))
    if is_early is None:
        words = f"{change.words}; since when opioids are taken is not known"
        finding = _with_value(case, timing, last, baseline, Status.GREY, words)
        return replace(finding, next_step=TALK, missing=(*finding.missing, "start of therapy"))
    finding = _with_value(case, timing, last, baseline, Status.YELLOW, f"{change.words}: no meaningful improvement")
    return replace(finding, next_step=TALK, due=None if timing.status is Status.GREEN else timing.due)


def _is_early(case: Case) -> bool | None:
    """Whether therapy is too young to be judged; None when it may have begun before what was read."""
    began = therapy_began(case)
    if began and case.days_since(began) >= case.policy.rules.peg.early_days.value:
        return False
    is_all = began is not None and case.feed(Feed.MEDICATIONS).is_complete and not coverage(case).is_open
    return True if is_all else None


def _with_value(
    case: Case, timing: Finding, last: Score, baseline: Score | None, status: Status, words: str
) -> Finding:
    """The finding about the value; "due soon" stays yellow however good the value is."""
    is_due = timing.status is Status.YELLOW
    final = Status.YELLOW if is_due and status is Status.GREEN else status
    due = f"; the next one is due by {timing.due}" if is_due else ""
    total = tidy(last.total or Decimal(0))
    note = f", {last.note}" if last.note else ""
    return replace(
        timing,
        status=final,
        reason=f"PEG {total} on {last.day}{note}: {words}{due}.",
        evidence=evidence_of([last.found, *([baseline.found] if baseline else [])]),
        pack_values=(*timing.pack_values, *(each.used for each in _value_settings(case))),
        place=Place.BACKGROUND
        if final in {Status.YELLOW, Status.GREY} and timing.place is Place.VISIT
        else timing.place,
    )


def _value_settings(case: Case) -> tuple[Setting[Any], ...]:
    section = case.policy.rules.peg
    return (section.method, section.meaningful_change, section.worse_points, section.early_days, section.review_valid)


def _incomplete(case: Case, last: Score) -> Finding:
    items = ", ".join(f"item {name}" for name in last.missing)
    return _grey(case, (last.found,), f"The PEG of {last.day} is incomplete: {items} missing or not readable", last)


def _not_comparable(case: Case, last: Score, baseline: Score, change: Change) -> Finding:
    found = (last.found, baseline.found)
    reason = (
        f"PEG {tidy(last.total or Decimal(0))} on {last.day} cannot be compared: {change.words}, which is 0 in part"
    )
    return _grey(case, found, reason, None)


def _grey(case: Case, found: tuple[Found, ...], reason: str, incomplete: Score | None) -> Finding:
    section = case.policy.rules.peg
    return answer(
        case,
        RULE,
        Status.GREY,
        f"{reason}.",
        evidence=evidence_of(found),
        next_step=ITEM.to_do,
        missing=tuple(f"PEG item {name}" for name in incomplete.missing) if incomplete else ("a comparable baseline",),
        used=(section.interval, section.method, section.meaningful_change),
    )
