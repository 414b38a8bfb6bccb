"""Bowel care: opioids slow the bowel, so a laxative or advice goes with them from the start, above all from age 65.

When a person on long-term opioid therapy has no laxative and no advice on record in the last 12 months, then it is to be
looked at (yellow); either is enough (green). When medications could not be read in full, it is not known (grey).
"""

from app.domain.feeds import Feed
from app.domain.finding import Finding, Status
from app.rules.case import Case
from app.rules.done_item import NEVER_RECORDED, NOT_SEEN_HERE
from app.rules.evidence.bowel import bowel_care
from app.rules.evidence.people import age_in_years
from app.rules.evidence.therapies import newest_use
from app.rules.reading import missing, not_read
from app.rules.rule import Applies, Rule, answer, unread

RULE = Rule(
    id="bowel",
    version="1",
    title="Bowel care",
    source="CDC 2022, recommendation 8",
    applies=Applies.LTOT,
    words=__doc__,
)
WHERE = (Feed.MEDICATIONS, Feed.PROCEDURES, Feed.CARE_PLANS)
STEP = "Ask about constipation; advise on the bowel or offer a laxative, and record it"


def evaluate(case: Case) -> Finding:
    """A laxative in use or advice within the year."""
    section = case.policy.rules.bowel
    care = newest_use(case, bowel_care(case), section.valid.value)
    if care:
        return answer(
            case,
            RULE,
            Status.GREEN,
            f"Bowel care: {care.found.value}, on record from {care.found.day}.",
            evidence=(care.found.evidence,),
            missing=missing(case, *WHERE),
            used=(section.valid,),
        )
    unseen = not_read(case, (Feed.MEDICATIONS,), WHERE)
    if unseen:
        return unread(case, RULE, unseen, "Whether the bowel is cared for is not known", used=(section.valid,))
    return _none(case)


def _none(case: Case) -> Finding:
    section, here = case.policy.rules.bowel, case.policy.recorded_here.bowel
    before = bowel_care(case)
    if not before and not here.value:
        reason = "Bowel care: not recorded where Sextant can see."
        return answer(case, RULE, Status.GREY, reason, next_step=STEP, used=(here,), fold=NOT_SEEN_HERE)
    years = age_in_years(case)
    stress = (
        f"; it matters most from age {section.stressed_from.value}"
        if (years or 0) >= section.stressed_from.value
        else ""
    )
    return answer(
        case,
        RULE,
        Status.YELLOW,
        f"No laxative or advice on the bowel in {section.valid.words} is on record{stress}.",
        evidence=(before[-1].found.evidence,) if before else (),
        next_step=STEP,
        missing=missing(case, *WHERE),
        used=(section.valid, section.stressed_from, here),
        fold=None if before else NEVER_RECORDED,
    )
