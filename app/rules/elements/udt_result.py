"""Urine test result: a surprise has many explanations; they come first, then the talk, then a definitive test.

For results of the last 12 months each drug class is read against the supply on the day of collection. When a
definitive test shows a surprise that is neither explained on record nor followed by a definitive test as expected, or
a screen's surprise has waited for confirmation for more than 30 days, then it is to be talked over (red). A screen's
surprise within 30 days, and one that was explained, is yellow; as expected is green. When nothing that bears on the
medicines could be judged (the method cannot find it, taken as needed, specimen not valid or dilute, no readable
result, medicines that could not be read, or a test that was done without a result on record), it is not known (grey).
No result is a reason to end care.
"""

from collections.abc import Iterable
from datetime import date

from app.domain.feeds import Feed
from app.domain.finding import Evidence, Finding, Status
from app.rules.case import Case
from app.rules.evidence.found import Found, evidence_of, newest
from app.rules.evidence.opioids import has_opioid
from app.rules.evidence.processes import said
from app.rules.evidence.toxicology import (
    SURPRISES,
    Doubt,
    Outcome,
    Verdict,
    is_to_be_talked_over,
    open_surprises,
    verdicts,
)
from app.rules.evidence.urine import urine_tests
from app.rules.rule import Applies, Rule, answer, unread

RULE = Rule(
    id="udt_result",
    version="1",
    title="Urine test result",
    source="CDC 2022, recommendation 10; consensus on urine drug monitoring 2018",
    applies=Applies.OWN,
    words=__doc__,
)
THINK = "Think of timing, as-needed use, metabolites, other medicines and laboratory error first; then ask the patient"
TALK = f"{THINK}, and confirm with a definitive test"
READ = "Look at the report, and whether the method can find the medicine"


def evaluate(case: Case) -> Finding:
    """The worst class that could be judged."""
    judged = verdicts(case)
    if not judged:
        return _no_result(case)
    surprises = [each for each in judged if each.outcome in SURPRISES]
    if surprises:
        return _surprised(case, surprises, judged)
    bearing = [each for each in judged if each.bears_on_supply]
    told = [each for each in judged if each.outcome is Outcome.EXPECTED]
    if not told or (bearing and not any(each in told for each in bearing)):
        return _cannot_tell(case, bearing or list(judged))
    if not bearing and _has_untested_supply(case, judged):
        return _cannot_tell(case, list(judged))
    names = ", ".join(dict.fromkeys(each.words for each in told))
    day = max(each.day for each in told)
    return _say(case, Status.GREEN, f"The urine test of {day} is as expected ({names})", judged)


def _has_untested_supply(case: Case, judged: tuple[Verdict, ...]) -> bool:
    """An opioid covered the day of collection, and no class that was tested bears on it."""
    day = max(each.day for each in judged)
    return any(
        supply.starts and supply.ends and supply.starts <= day < supply.ends and supply.ingredient
        for supply in case.med.supplies
    )


def _no_result(case: Case) -> Finding:
    if not case.feed(Feed.LABS).is_complete:
        return unread(case, RULE, (Feed.LABS,), "What the last urine test showed is not known")
    section = case.policy.rules.udt_result
    done = newest(each for each in urine_tests(case) if each.day and case.days_since(each.day) <= section.window.value)
    if done and has_opioid(case) is not False:
        return _only_done(case, done)
    return answer(
        case,
        RULE,
        Status.NOT_APPLICABLE,
        f"No urine drug test result in {section.window.words} is on record.",
        used=(section.window,),
    )


def _only_done(case: Case, done: Found) -> Finding:
    """A test was done, and what it showed is in a report, elsewhere, or about nothing that is judged."""
    return answer(
        case,
        RULE,
        Status.GREY,
        f"The urine drug test of {done.day} has no result on record that can be judged.",
        evidence=evidence_of((done,)),
        next_step=READ,
        missing=("a result that can be judged",),
        used=(case.policy.rules.udt_result.window, case.policy.rules.udt_result.judged),
        in_background=True,
    )


def _surprised(case: Case, surprises: list[Verdict], judged: tuple[Verdict, ...]) -> Finding:
    """Unexplained and definitive first; then screens by how long they have waited; then what was explained."""
    explained = newest(each for each in said(case, "udt_result") if each.day)
    open_ones = open_surprises(case)
    if not open_ones:
        words = _words(surprises)
        reason = f"{words}; explained on {explained.day if explained else 'record'}"
        return _say(case, Status.YELLOW, reason, judged, explained)
    confirm = case.policy.rules.udt_result.confirm_within
    overdue = [each for each in open_ones if is_to_be_talked_over(case, each)]
    if overdue:
        waited = "" if any(each.is_definitive for each in overdue) else f"; not confirmed in {confirm.words}"
        step = THINK if all(each.is_definitive for each in overdue) else TALK
        return _say(case, Status.RED, f"{_words(overdue)}{waited}", judged, step=step)
    return _say(case, Status.YELLOW, f"{_words(open_ones)}; awaiting confirmation", judged)


def _words(found: Iterable[Verdict]) -> str:
    """ "Unexpected result of 2026-02-20: cocaine detected, and no supply explains it", each day named once."""
    days: dict[date, list[str]] = {}
    for each in found:
        days.setdefault(each.day, []).append(f"{each.words} {each.outcome.value}")
    return "Unexpected result of " + "; of ".join(f"{day}: {'; '.join(said)}" for day, said in days.items())


def _cannot_tell(case: Case, judged: list[Verdict]) -> Finding:
    names = ", ".join(dict.fromkeys(each.words for each in judged))
    if any(each.doubt is Doubt.NOT_READ for each in judged):
        so = f"Whether the urine test of {max(each.day for each in judged)} is as expected is not known ({names})"
        return unread(case, RULE, (Feed.MEDICATIONS,), so, evidence=_evidence(tuple(judged), None))
    reason = (
        f"The urine test of {max(each.day for each in judged)} cannot be judged for the medicines supplied ({names})"
    )
    return _say(case, Status.GREY, reason, tuple(judged))


def _say(
    case: Case,
    status: Status,
    reason: str,
    judged: tuple[Verdict, ...],
    more: Found | None = None,
    *,
    step: str = TALK,
) -> Finding:
    section = case.policy.rules.udt_result
    partly = case.record.feeds.incomplete((Feed.LABS, Feed.MEDICATIONS))
    steps = {Status.GREEN: None, Status.GREY: READ}
    return answer(
        case,
        RULE,
        status,
        f"{reason}.",
        evidence=_evidence(judged, more),
        next_step=steps.get(status, step),
        missing=(
            *(each.value for each in partly),
            *(("a result that can be judged",) if status is Status.GREY else ()),
        ),
        used=(section.window, section.supply_before, section.confirm_within, section.judged),
    )


def _evidence(judged: tuple[Verdict, ...], more: Found | None) -> tuple[Evidence, ...]:
    found = dict.fromkeys(each for verdict in judged for each in verdict.found)
    return evidence_of((*found, more))
