"""Goals of treatment: a Goal for pain or function, a pain plan of care, or a person's word."""

import re
from collections.abc import Iterator

from app.domain.feeds import Feed
from app.rules.case import Case, once
from app.rules.evidence.found import Found
from app.rules.evidence.processes import day_of_plan, done, said

STATUSES = frozenset({"active", "on-hold", "completed", "accepted", "in-progress"})
"""R4 keeps these words in `lifecycleStatus`; some EHRs send the older ones."""
ABOUT_PAIN_OR_FUNCTION = re.compile(
    r"\b(?:pain|function\w*|activit\w*|mobility|walk\w*|exercise|daily living|work|sleep)\b", re.IGNORECASE
)


@once
def goals(case: Case) -> tuple[Found, ...]:
    """Every goal on record, in no particular order."""
    return (*_goals(case), *done(case, "pain_treatment_plan"), *said(case, "goals"))


def _goals(case: Case) -> Iterator[Found]:
    for each in case.record.plans:
        if each.kind == "Goal" and each.status in STATUSES:
            texts = [each.title, *(concept.label for concept in each.concepts)]
            about = next((text for text in texts if text and ABOUT_PAIN_OR_FUNCTION.search(text)), None)
            if about:
                yield Found(each.reference, day_of_plan(each, case.as_of), about, Feed.CARE_PLANS)
