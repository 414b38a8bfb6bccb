"""Long-acting opioid started: opioids begin with a short-acting one; long-acting ones are for people already used to opioids.

When a long-acting opioid was started in the last 90 days by a person without opioids before, then it is to be looked at
now (red). When the person was not on 60 MME a day or more on each of the 7 days before, or it is to be taken as needed, or
methadone was started without an ECG or a plan for one in 12 months, it is yellow; else green. When the dose of those days
cannot be computed it is not known (grey). Buprenorphine for pain may be a first opioid and is not judged here.
"""

from decimal import Decimal

from app.domain.feeds import Feed
from app.domain.finding import Evidence, Finding, Status
from app.rules.case import Case
from app.rules.evidence.found import newest
from app.rules.evidence.heart import ecg_plans
from app.rules.evidence.opioids import name_of
from app.rules.evidence.scores import tidy
from app.rules.evidence.starts import Start, doses_before, long_acting_start, methadone_start, was_without_opioids
from app.rules.reading import missing, no_start, not_read, unsure_start
from app.rules.rule import Applies, Rule, answer, unread

RULE = Rule(
    id="erla_start",
    version="1",
    title="Long-acting opioid started",
    source="CDC 2022, recommendation 3",
    applies=Applies.OWN,
    words=__doc__,
)
TALK = "Talk about a short-acting opioid instead, and agree on a visit within two weeks"
ECG = "Arrange an ECG and record the plan"
WHERE_ECGS_ARE = (Feed.LABS, Feed.PROCEDURES, Feed.CARE_PLANS, Feed.DOCUMENTS)


def evaluate(case: Case) -> Finding:
    """A long-acting start first; a methadone start after another long-acting opioid only asks for the ECG."""
    start, methadone = long_acting_start(case), methadone_start(case)
    if methadone and (start is None or methadone.day > start.day):
        return _methadone(case, methadone) if methadone.is_certain else unsure_start(case, RULE, methadone)
    if start is None:
        return no_start(case, RULE, "a long-acting opioid")
    was_without = was_without_opioids(case, start.day)
    if was_without:
        return _act(case, start)
    if not start.is_certain or was_without is None:
        return unsure_start(case, RULE, start)
    return _used_to_opioids(case, start)


def _used_to_opioids(case: Case, start: Start) -> Finding:
    """Tolerance by the dose of each day of the week before."""
    section = case.policy.rules.erla_start
    days = section.tolerant_days.value
    before = doses_before(case, start.day, days)
    low = [each for each in before if each.mme < section.tolerant_dose.value]
    lowest = min((each.mme for each in before), default=Decimal(0))
    dose = f"{tidy(lowest)} MME a day at the lowest in the {days} days before"
    if any(each.complete for each in low):
        why = f"{dose}, below {section.tolerant_dose.words}"
        return _look(case, start, why, TALK)
    if low:
        return _dose_unknown(case, start)
    if any(each.as_needed for each in start.supplies):
        return _look(case, start, "it is to be taken as needed", TALK)
    if any(each.ingredient == "methadone" for each in start.supplies):
        return _methadone(case, start)
    return _green(case, start, f"after {dose}", ())


def _act(case: Case, start: Start) -> Finding:
    days = case.policy.ltot.new_start_after
    return answer(
        case,
        RULE,
        Status.RED,
        f"{_names(start)} was started on {start.day} by a person without opioids in the {days.value} days before.",
        evidence=start.evidence,
        next_step=TALK,
        used=(days, case.policy.start.current),
    )


def _look(case: Case, start: Start, why: str, step: str) -> Finding:
    section = case.policy.rules.erla_start
    return answer(
        case,
        RULE,
        Status.YELLOW,
        f"{_names(start)} was started on {start.day}: {why}.",
        evidence=start.evidence,
        next_step=step,
        used=(section.tolerant_dose, section.tolerant_days, section.ecg_valid),
    )


def _dose_unknown(case: Case, start: Start) -> Finding:
    section = case.policy.rules.erla_start
    return answer(
        case,
        RULE,
        Status.GREY,
        f"{_names(start)} was started on {start.day}; the dose of the {section.tolerant_days.words} before cannot be "
        "computed.",
        evidence=start.evidence,
        next_step="Read the directions of the opioids before it",
        missing=("dose before the start",),
        used=(section.tolerant_dose, section.tolerant_days),
    )


def _methadone(case: Case, start: Start) -> Finding:
    """Methadone: an ECG in the last year, or a plan for one."""
    section = case.policy.rules.erla_start
    found = newest(
        each for each in ecg_plans(case) if each.day and case.days_since(each.day) <= section.ecg_valid.value
    )
    if found:
        return _green(case, start, f"ECG or a plan for one on {found.day}", (found.evidence,))
    unseen = not_read(case, (), WHERE_ECGS_ARE)
    if unseen:
        return unread(case, RULE, unseen, f"Whether an ECG goes with the methadone of {start.day} is not known")
    return _look(case, start, f"no ECG or plan for one in {section.ecg_valid.words} is on record", ECG)


def _green(case: Case, start: Start, why: str, more: tuple[Evidence, ...]) -> Finding:
    section = case.policy.rules.erla_start
    return answer(
        case,
        RULE,
        Status.GREEN,
        f"{_names(start)} was started on {start.day}: {why}.",
        evidence=(*start.evidence, *more),
        missing=missing(case, *WHERE_ECGS_ARE) if more else (),
        used=(section.tolerant_dose, section.tolerant_days, section.ecg_valid),
    )


def _names(start: Start) -> str:
    return ", ".join(dict.fromkeys(name_of(each) for each in start.supplies))
