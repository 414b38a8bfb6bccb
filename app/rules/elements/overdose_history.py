"""Overdose: after a nonfatal overdose the person is seen within a week, OUD is looked for, and naloxone is at hand.

When an overdose is on record within the last 12 months and nobody saw the person within 7 days, it is to be acted on
(red); seen in time, or longer ago, is yellow. With an opioid in force and no overdose on record it is green. An
overdose without a date, or of which only a later visit, a late effect or a history is on record, and unread conditions or
medications, are not known (grey).
"""

from datetime import timedelta

from app.domain.codes import ICD10CM
from app.domain.feeds import Feed
from app.domain.finding import Finding, Status
from app.rules.case import Case
from app.rules.evidence.conditions import Diagnosis, diagnoses
from app.rules.evidence.found import Found, evidence_of
from app.rules.evidence.opioids import has_opioid
from app.rules.evidence.processes import said
from app.rules.evidence.visits import outpatient_contacts
from app.rules.rule import Applies, Rule, answer, unread

RULE = Rule(
    id="overdose_history",
    version="1",
    title="Earlier overdose",
    source="CDC 2022, recommendation 8; 7 days are ours",
    applies=Applies.OWN,
    words=__doc__,
    is_safety_fact=True,
)
ACT = "See the person now: evaluate for OUD, offer naloxone, follow up closely"
KEEP = "Keep naloxone at hand and follow up closely"


def evaluate(case: Case) -> Finding:
    """The newest event decides."""
    events = overdoses(case)
    if not events:
        return _none(case)
    dated = [each for each in events if each.day and not _is_afterwards(each)]
    if not dated:
        return _afterwards(case, events)
    last = max(dated, key=lambda each: (each.day, each.condition.reference))
    assert last.day is not None
    section = case.policy.rules.overdose_history
    if case.days_since(last.day) > section.recent.value:
        return _say(case, Status.YELLOW, f"An overdose is on record from {last.day}", last, None)
    seen = _seen(case, last)
    if seen:
        return _say(case, Status.YELLOW, f"Overdose on {last.day}; seen on {seen.day}", last, seen)
    if case.days_since(last.day) <= section.follow_up.value:
        reason = f"Overdose on {last.day}, within the last {section.follow_up.words}; not yet seen"
        return _say(case, Status.RED, reason, last, None)
    return _say(
        case, Status.RED, f"Overdose on {last.day}; nobody saw the person within {section.follow_up.words}", last, None
    )


def overdoses(case: Case) -> list[Diagnosis]:
    """Every overdose on record, and what was told of one afterwards."""
    concepts = case.policy.rules.overdose_history.concepts.value
    return [each for each in diagnoses(case, *concepts) if not each.is_uncertain]


def _is_afterwards(each: Diagnosis) -> bool:
    """A history, or an ICD-10-CM code of a later encounter (D) or of a late effect (S): its day is not that of the overdose."""
    late = (code[-1:] in {"D", "S"} for code in each.condition.concept.codes(ICD10CM))
    return "history" in each.subtype.split(":") or any(late)


def _afterwards(case: Case, events: list[Diagnosis]) -> Finding:
    """Only told afterwards, or without a date: when it was is known at most to be long ago."""
    last = max(events, key=lambda each: (each.day or case.as_of, each.condition.reference))
    if last.day and case.days_since(last.day) > case.policy.rules.overdose_history.recent.value:
        return _say(case, Status.YELLOW, f"An overdose before {last.day} is on record", last, None)
    return _undated(case, events)


def _none(case: Case) -> Finding:
    used = (case.policy.rules.overdose_history.concepts,)
    if not case.feed(Feed.CONDITIONS).is_complete:
        return unread(case, RULE, (Feed.CONDITIONS,), "Whether there was an overdose is not known", used=used)
    opioid = has_opioid(case)
    if opioid is False:
        reason = "No overdose is on record and no opioid is in force."
        return answer(case, RULE, Status.NOT_APPLICABLE, reason, used=used)
    if opioid is None and not case.feed(Feed.MEDICATIONS).is_complete:
        so = "No overdose is on record; whether an opioid is in force is not known"
        return unread(case, RULE, (Feed.MEDICATIONS,), so, used=used)
    return answer(case, RULE, Status.GREEN, "No overdose is on record.", used=used)


def _seen(case: Case, event: Diagnosis) -> Found | None:
    """A visit, or a person's word, within the week."""
    assert event.day is not None
    until = event.day + timedelta(days=case.policy.rules.overdose_history.follow_up.value)
    contacts = (*outpatient_contacts(case), *said(case, "follow_up"), *said(case, "visit"))
    later = [each for each in contacts if each.day and event.day <= each.day <= until]
    return min(later, key=lambda each: (each.day or until, each.reference or ""), default=None)


def _say(case: Case, status: Status, reason: str, event: Diagnosis, seen: Found | None) -> Finding:
    section = case.policy.rules.overdose_history
    unseen = case.record.feeds.incomplete((Feed.ENCOUNTERS,))
    return answer(
        case,
        RULE,
        status,
        f"{reason}.",
        evidence=evidence_of((event.found, seen)),
        next_step=ACT if status is Status.RED else KEEP,
        missing=tuple(each.value for each in unseen),
        used=(section.concepts, section.recent, section.follow_up),
        is_known_in_part=status is Status.RED and bool(unseen),
    )


def _undated(case: Case, events: list[Diagnosis]) -> Finding:
    return answer(
        case,
        RULE,
        Status.GREY,
        "An overdose is on record without the day on which it was.",
        evidence=evidence_of(each.found for each in events),
        next_step="Ask when it was and record the date",
        missing=("date",),
        used=(case.policy.rules.overdose_history.concepts,),
    )
