"""Sleep and breathing: sleep apnea adds to the danger of opioids; it is asked for (STOP-Bang) and treated.

When sleep apnea on the problem list is not treated (unless stated mild), or the STOP-Bang is 5 or more and nobody evaluated
sleep, then it is to be acted on (red). Mild apnea without treatment, a STOP-Bang of 3 or 4, or one of 5 or more that was
evaluated, is yellow, as is an answer older than 24 months. Apnea with a treatment seen within 24 months, or 0 to 2 and in
date, is green; a treatment seen longer ago may have ended (grey). Never asked is yellow in a clinic that records it,
elsewhere not known (grey).
"""

from dataclasses import dataclass
from datetime import date

from app.domain.feeds import Feed
from app.domain.finding import Finding, Status
from app.rules.case import Case
from app.rules.evidence.conditions import Diagnosis
from app.rules.evidence.found import Found, newest
from app.rules.evidence.processes import said
from app.rules.evidence.sleep import airway_treatments, sleep_evaluations
from app.rules.evidence.therapies import newest_use
from app.rules.interval import length_of
from app.rules.reading import missing, not_read
from app.rules.rule import Applies, Rule, unread
from app.rules.screening import Screening, in_date, never_asked
from app.rules.tier import is_mild, sleep_disorders

RULE = Rule(
    id="sleep",
    version="1",
    title="Sleep and breathing",
    source="CDC 2022, recommendation 8; STOP-Bang",
    applies=Applies.LTOT,
    words=__doc__,
)
WHERE = (Feed.PROCEDURES, Feed.CARE_PLANS, Feed.DOCUMENTS)
"""Where treatments and evaluations are recorded."""
TREAT = "Ask about treatment of sleep apnea, and arrange it"
EVALUATE = "Arrange a sleep evaluation"


@dataclass(frozen=True, slots=True)
class _StopBang:
    """One answer."""

    points: int
    day: date
    found: Found


def evaluate(case: Case) -> Finding:
    """Known apnea first; else the newest STOP-Bang."""
    section, cut = case.policy.rules.sleep, case.policy.scores
    length = length_of(section.interval, section.warning)
    used = (cut.stop_bang_moderate, cut.stop_bang_high, section.evaluation_valid, section.treatment_valid)
    screening = Screening(case, RULE, "STOP-Bang", "sleep", length, Status.YELLOW, used)
    disorders = sleep_disorders(case)
    if disorders:
        return _known(screening, disorders)
    last = _newest_stop_bang(case)
    if last and last.points >= cut.stop_bang_high.value:
        return _high(screening, last)
    if not case.feed(Feed.CONDITIONS).is_complete:
        found = (last.found.evidence,) if last else ()
        return unread(case, RULE, (Feed.CONDITIONS,), "Whether there is sleep apnea is not known", evidence=found)
    if last is None:
        return never_asked(screening)
    shown = f"STOP-Bang {last.points} on {last.day}"
    if last.points >= cut.stop_bang_moderate.value:
        reason = f"{shown}, {cut.stop_bang_moderate.value} or more"
        return screening.say(Status.YELLOW, reason, (last.found,), next_step=EVALUATE)
    return in_date(screening, f"{shown}, below {cut.stop_bang_moderate.value}", last.day, (last.found,))


def _newest_stop_bang(case: Case) -> _StopBang | None:
    words = [each for each in said(case, "stop_bang") if (each.fact_value or "").isdigit()]
    last = newest(each for each in words if each.day)
    return _StopBang(int(last.fact_value or 0), last.day, last) if last and last.day else None


def _known(screening: Screening, disorders: tuple[Diagnosis, ...]) -> Finding:
    """Apnea on the problem list: treated, mild, or to be acted on."""
    case, known = screening.case, airway_treatments(screening.case)
    treatment = newest_use(case, known, case.policy.rules.sleep.treatment_valid.value)
    names = ", ".join(dict.fromkeys(each.found.value for each in disorders))
    shown = tuple(each.found for each in disorders)
    if treatment:
        since = f", on record from {treatment.found.day}" if treatment.found.day else ""
        reason = f"{names}, treated: {treatment.found.value}{since}"
        return screening.say(Status.GREEN, reason, (*shown, treatment.found))
    if known:
        return _treated_once(screening, names, (*shown, known[-1].found))
    unseen = bool(not_read(case, (), WHERE))
    if all(is_mild(each) for each in disorders):
        if unseen:
            so = f"Whether {names} is treated is not known"
            return unread(case, RULE, not_read(case, (), WHERE), so, evidence=tuple(each.evidence for each in shown))
        return screening.say(Status.YELLOW, f"{names}, no treatment on record", shown, next_step=TREAT)
    reason = f"{names} with opioids, and no treatment of it is on record"
    return screening.say(
        Status.RED, reason, shown, next_step=TREAT, missing=missing(case, *WHERE), is_known_in_part=unseen
    )


def _treated_once(screening: Screening, names: str, shown: tuple[Found, ...]) -> Finding:
    """A treatment of long ago, or without a date: nobody knows whether it goes on."""
    last = shown[-1]
    when = f"last on record on {last.day}" if last.day else "on record without a date"
    reason = f"{names}: treatment ({last.value}) is {when}; whether it goes on is not known"
    return screening.say(Status.GREY, reason, shown, next_step=TREAT, missing=("treatment of sleep apnea",))


def _high(screening: Screening, last: _StopBang) -> Finding:
    case = screening.case
    shown = f"STOP-Bang {last.points} on {last.day}, {case.policy.scores.stop_bang_high.value} or more"
    valid = case.policy.rules.sleep.evaluation_valid.value
    seen = newest(each for each in sleep_evaluations(case) if each.day and case.days_since(each.day) <= valid)
    if seen:
        reason = f"{shown}; sleep was evaluated ({seen.value}, {seen.day})"
        return screening.say(Status.YELLOW, reason, (last.found, seen), next_step="Record what the evaluation showed")
    return screening.say(
        Status.RED,
        f"{shown}; no sleep evaluation is on record",
        (last.found,),
        next_step=EVALUATE,
        missing=missing(case, *WHERE),
        is_known_in_part=bool(not_read(case, (), WHERE)),
    )
