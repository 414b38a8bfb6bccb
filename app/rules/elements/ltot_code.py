"""Diagnosis code: a code on the problem list that marks long-term opioid therapy, so that every list finds the person.

When long-term opioid therapy is met and no such code (Z79.891) is on the problem list, then it is worth adding (yellow, a
fact beside the dose); with the code it is green. Without the problem list: not known (grey).
"""

from typing import Any

from app.domain.feeds import Feed
from app.domain.finding import Finding, Status
from app.rules.case import Case
from app.rules.evidence.conditions import active
from app.rules.evidence.found import evidence_of
from app.rules.policy import Setting
from app.rules.rule import Applies, Rule, answer, unread

RULE = Rule(
    id="ltot_code",
    version="1",
    title="Long-term therapy code",
    source="ICD-10-CM Z79.891; six clinics' data needs",
    applies=Applies.LTOT,
    words=__doc__,
)


def evaluate(case: Case) -> Finding:
    """Look for the code among active problems."""
    listed = [
        each.found
        for each in active(case, "long_term_opioid_use")
        if each.condition.categories != ("encounter-diagnosis",)
    ]
    if listed:
        reason = "The problem list has a code for long-term opioid therapy."
        return answer(case, RULE, Status.GREEN, reason, evidence=evidence_of(listed), used=_definition(case))
    if not case.feed(Feed.CONDITIONS).is_complete:
        so = "Whether a code for long-term therapy is listed is not known"
        return unread(case, RULE, (Feed.CONDITIONS,), so, used=_definition(case))
    return answer(
        case,
        RULE,
        Status.YELLOW,
        "Long-term opioid therapy, and no code for it is on the problem list.",
        next_step="Add Z79.891 to the problem list",
        used=_definition(case),
        standing=True,
    )


def _definition(case: Case) -> tuple[Setting[Any], ...]:
    """What "long-term" means in the pack."""
    return (case.policy.ltot.definition, case.policy.ltot.window, case.policy.ltot.covered)
