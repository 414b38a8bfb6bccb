"""Opioid without another treatment first: non-opioid therapy is preferred, and goals are set before an opioid is started.

When an opioid was started in the last 90 days by a person without opioids before, and in the last 12 months neither a
treatment without opioids (a pain medicine, physical therapy, a referral ...) nor a plan or goals are on record, then it
is to be looked at (yellow). Either one is enough (green); nobody has to fail another treatment first. When medications,
procedures or orders could not be read, it is not known (grey).
"""

from app.domain.feeds import Feed
from app.domain.finding import Finding, Status
from app.rules.case import Case
from app.rules.evidence.found import Found, newest
from app.rules.evidence.goals import goals
from app.rules.evidence.processes import documented_plans, said
from app.rules.evidence.starts import Start, naive_start
from app.rules.evidence.therapies import newest_use, not_opioid_therapies
from app.rules.reading import missing, not_read, unsure_start
from app.rules.rule import Applies, Rule, answer, unread

RULE = Rule(
    id="opioid_first",
    version="1",
    title="Other treatment first",
    source="CDC 2022, recommendations 1 and 2",
    applies=Applies.START,
    words=__doc__,
)
WHERE = (Feed.MEDICATIONS, Feed.PROCEDURES, Feed.CARE_PLANS)
STEP = "Talk about treatment without opioids and about goals, and record the plan"


def evaluate(case: Case) -> Finding:
    """Anything on record is enough; only then does it matter whether the start is certain."""
    start = naive_start(case)
    assert start is not None, "the review asks only when there is a start"
    section = case.policy.rules.opioid_first
    support = _therapy(case) or _plan(case)
    if support:
        return answer(
            case,
            RULE,
            Status.GREEN,
            f"Beside the opioid started on {start.day}: {support.value}, on record from {support.day}.",
            evidence=(*start.evidence, support.evidence),
            missing=missing(case, *WHERE, Feed.DOCUMENTS),
            used=(section.valid, case.policy.start.current),
        )
    if not start.is_certain:
        return unsure_start(case, RULE, start)
    unseen = not_read(case, (Feed.MEDICATIONS,), WHERE)
    if unseen:
        so = f"Whether another treatment came before the opioid of {start.day} is not known"
        return unread(case, RULE, unseen, so, evidence=start.evidence, used=(section.valid,))
    return _nothing(case, start)


def _nothing(case: Case, start: Start) -> Finding:
    section = case.policy.rules.opioid_first
    return answer(
        case,
        RULE,
        Status.YELLOW,
        f"An opioid was started on {start.day}; no treatment without opioids in {section.valid.words} and no plan or goals "
        "are on record.",
        evidence=start.evidence,
        next_step=STEP,
        missing=missing(case, *WHERE, Feed.DOCUMENTS),
        used=(section.valid, case.policy.start.current),
    )


def _therapy(case: Case) -> Found | None:
    """A treatment in use within 12 months, or a person's word for one."""
    valid = case.policy.rules.opioid_first.valid.value
    used = newest_use(case, not_opioid_therapies(case), valid)
    return used.found if used else _within(case, said(case, "nonopioid"))


def _plan(case: Case) -> Found | None:
    return _within(case, (*documented_plans(case), *goals(case)))


def _within(case: Case, found: tuple[Found, ...]) -> Found | None:
    valid = case.policy.rules.opioid_first.valid.value
    return newest(each for each in found if each.day and case.days_since(each.day) <= valid)
