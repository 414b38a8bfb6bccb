"""Kidney function: opioids and their metabolites stay longer in the body when the kidneys are weak.

When a person has an opioid in force and the eGFR of the last 12 months is below 30 with morphine, codeine, meperidine or
long-acting tramadol, then it is to be acted on (red); below 30 with another opioid, or from 30 to below 60, it is yellow; 60
or more is green. Without an eGFR the stage on the problem list is used (4 and 5 as below 30, 3 as 30 to 59). Neither: not
known (grey).
"""

from dataclasses import dataclass

from app.domain.feeds import Feed
from app.domain.finding import Finding, Status
from app.domain.med import Supply
from app.rules.case import Case
from app.rules.evidence.found import Found, evidence_of
from app.rules.evidence.kidney import Egfr, newest_egfr, worst_stage
from app.rules.evidence.opioids import found_of, in_force, name_of
from app.rules.interval import ago
from app.rules.rule import Applies, Rule, answer, feed_words, unread

RULE = Rule(
    id="renal",
    version="1",
    title="Kidney function",
    source="CDC 2022, recommendation 8 (no number); product labels",
    applies=Applies.OPIOID,
    words=__doc__,
    is_safety_fact=True,
)
SEVERE, MODERATE, GOOD = "severe", "moderate", "good"
STEP = "Ask a pharmacist which opioid and timing fit these kidneys, and talk it over; change nothing abruptly"
MEASURE = "Order creatinine with eGFR"


@dataclass(frozen=True, slots=True)
class _Kidney:
    """How the kidneys work, and from what that is known."""

    band: str
    words: str
    found: Found


def evaluate(case: Case) -> Finding:
    """A recent eGFR; else the stage on the problem list; else unknown."""
    kidney = _measured(case) or _staged(case)
    if kidney is None:
        return _unknown(case)
    if kidney.band == GOOD:
        return _answer(case, kidney, Status.GREEN, (), None)
    avoided = [each for each in in_force(case) if kidney.band == SEVERE and is_avoided(case, each)]
    if avoided:
        return _answer(case, kidney, Status.RED, tuple(avoided), STEP)
    return _answer(case, kidney, Status.YELLOW, in_force(case), "Weigh it with the dose and the time between doses")


def is_avoided(case: Case, supply: Supply) -> bool:
    """A drug whose metabolites stay in the body when kidneys fail."""
    section = case.policy.rules.renal
    if supply.ingredient in section.avoid.value:
        return True
    return supply.is_long_acting and supply.ingredient in section.avoid_long_acting.value


def _recent(case: Case) -> Egfr | None:
    egfr = newest_egfr(case)
    return egfr if egfr and case.days_since(egfr.day) <= case.policy.rules.renal.valid.value else None


def _measured(case: Case) -> _Kidney | None:
    """The band of a recent result, when all that it may mean lies in one band."""
    egfr = _recent(case)
    if egfr is None or not egfr.is_readable:
        return None
    section = case.policy.rules.renal
    words = f"{egfr.found.value} on {egfr.day}"
    if egfr.at_least is not None and egfr.at_least >= section.moderate.value:
        return _Kidney(GOOD, words, egfr.found)
    if egfr.at_least is None and egfr.at_most is not None and egfr.at_most <= section.severe.value:
        return _Kidney(SEVERE, words, egfr.found)
    if egfr.at_least is None or egfr.at_most is None:
        return None
    return _Kidney(SEVERE if egfr.at_most < section.severe.value else MODERATE, words, egfr.found)


def _staged(case: Case) -> _Kidney | None:
    """By the problem list, labelled so; only without a recent eGFR. Stages 1 and 2 say too little."""
    listed = worst_stage(case)
    if listed is None or listed.stage is None or listed.stage < 3:
        return None
    band = SEVERE if listed.stage > 3 else MODERATE
    valid = case.policy.rules.renal.valid.words
    why = f"no eGFR in {valid}" if case.feed(Feed.LABS).is_complete else feed_words(case, Feed.LABS).lower()
    return _Kidney(band, f"{listed.found.value} on the problem list; {why}", listed.found)


def _answer(case: Case, kidney: _Kidney, status: Status, opioids: tuple[Supply, ...], step: str | None) -> Finding:
    section = case.policy.rules.renal
    names = ", ".join(dict.fromkeys(name_of(each) for each in opioids))
    words = "with reduced kidney function" if names else f"with kidney function of {section.moderate.words} or more"
    return answer(
        case,
        RULE,
        status,
        f"{names or 'Opioid'} {words}: {kidney.words}.",
        evidence=evidence_of((kidney.found, *(found_of(each) for each in opioids))),
        next_step=step,
        missing=() if case.feed(Feed.LABS).is_complete else (Feed.LABS.value,),
        used=(section.moderate, section.severe, section.valid, section.avoid, section.avoid_long_acting),
        standing=status is Status.YELLOW and kidney.band == MODERATE,
    )


def _unknown(case: Case) -> Finding:
    """No recent result: what was seen is shown."""
    section = case.policy.rules.renal
    egfr, listed = newest_egfr(case), worst_stage(case)
    shown = evidence_of((egfr.found if egfr else None, listed.found if listed else None))
    if not case.feed(Feed.LABS).is_complete:
        so = "How well the kidneys work is not known"
        return unread(case, RULE, (Feed.LABS,), so, evidence=shown, used=(section.valid,))
    if egfr is None:
        reason = "No eGFR is on record"
    elif case.days_since(egfr.day) > section.valid.value:
        reason = f"The last eGFR is from {egfr.day}, {ago(case, egfr.day)}"
    else:
        reason = f"The result of {egfr.day} cannot be judged ({egfr.found.value})"
    return answer(
        case,
        RULE,
        Status.GREY,
        f"{reason}: how well the kidneys work is not known.",
        evidence=shown,
        next_step=MEASURE,
        missing=("eGFR",),
        used=(section.valid,),
    )
