"""Other treatment: treatments of pain without opioids go along with long-term opioid therapy, as many as help.

When a person on long-term opioid therapy has no treatment without opioids on record in the last 12 months (a pain medicine
of another kind, physical or exercise therapy, cognitive behavioral therapy, acupuncture, a referral to one ...), then it is
to be looked at (yellow); one is enough (green). Advice alone does not count. What could not be read is not known (grey).
"""

from app.domain.feeds import Feed
from app.domain.finding import Finding, Status
from app.rules.case import Case
from app.rules.done_item import NEVER_RECORDED, NOT_SEEN_HERE
from app.rules.evidence.found import Found, evidence_of, newest
from app.rules.evidence.processes import said
from app.rules.evidence.therapies import newest_use, not_opioid_therapies
from app.rules.interval import ago
from app.rules.reading import missing, not_read
from app.rules.rule import Applies, Rule, answer, unread

RULE = Rule(
    id="nonopioid",
    version="1",
    title="Other pain treatment",
    source="CDC 2022, recommendations 1 and 2",
    applies=Applies.LTOT,
    words=__doc__,
)
WHERE = (Feed.MEDICATIONS, Feed.PROCEDURES, Feed.CARE_PLANS)
STEP = "Talk about treatments without opioids that the patient would like to try"


def evaluate(case: Case) -> Finding:
    """The treatment used last, if within the year."""
    section = case.policy.rules.nonopioid
    used = newest_use(case, not_opioid_therapies(case), section.valid.value)
    current = used.found if used else _entered(case)
    if current:
        return answer(
            case,
            RULE,
            Status.GREEN,
            f"Treatment without opioids: {current.value}, on record from {current.day}.",
            evidence=(current.evidence,),
            missing=missing(case, *WHERE),
            used=(section.valid,),
        )
    unseen = not_read(case, (Feed.MEDICATIONS,), WHERE)
    if unseen:
        return unread(
            case, RULE, unseen, "Whether there is another treatment of pain is not known", used=(section.valid,)
        )
    return _none(case)


def _entered(case: Case) -> Found | None:
    valid = case.policy.rules.nonopioid.valid.value
    return newest(each for each in said(case, "nonopioid") if each.day and case.days_since(each.day) <= valid)


def _none(case: Case) -> Finding:
    """Nothing within the year: what was seen earlier is told."""
    section, here = case.policy.rules.nonopioid, case.policy.recorded_here.nonopioid
    before = not_opioid_therapies(case)
    if not before and not here.value:
        reason = "Other pain treatment: not recorded where Sextant can see."
        return answer(case, RULE, Status.GREY, reason, next_step=STEP, used=(here,), fold=NOT_SEEN_HERE)
    last = before[-1] if before else None
    told = f"; the last one, {last.found.value}, ended {ago(case, last.last)}" if last and last.last else ""
    return answer(
        case,
        RULE,
        Status.YELLOW,
        f"No treatment of pain without opioids in {section.valid.words} is on record{told}.",
        evidence=evidence_of((last.found,)) if last else (),
        next_step=STEP,
        missing=missing(case, *WHERE),
        used=(section.valid, here),
        fold=None if before else NEVER_RECORDED,
    )
