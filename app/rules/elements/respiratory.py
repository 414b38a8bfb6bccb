"""Lung disease: COPD and other chronic lung diseases raise the risk of slow breathing with opioids.

When a person has an opioid in force and a chronic lung disease on the problem list, then that stands as a fact beside the
dose (yellow). None on the list is green. When conditions could not be read in full, it is not known (grey).
"""

from app.domain.feeds import Feed
from app.domain.finding import Finding, Status
from app.rules.case import Case
from app.rules.evidence.conditions import active
from app.rules.evidence.found import evidence_of
from app.rules.rule import Applies, Rule, answer, unread

RULE = Rule(
    id="respiratory",
    version="1",
    title="Lung disease",
    source="CDC 2022, recommendation 8; HHS naloxone guidance 2018",
    applies=Applies.OPIOID,
    words=__doc__,
)


def evaluate(case: Case) -> Finding:
    """A lung disease that is seen is a fact, whatever else could not be read."""
    section = case.policy.rules.respiratory
    diseases = active(case, *section.conditions.value)
    if diseases:
        names = ", ".join(dict.fromkeys(each.found.value for each in diseases))
        return answer(
            case,
            RULE,
            Status.YELLOW,
            f"Opioid with {names}: slow breathing is more likely.",
            evidence=evidence_of(each.found for each in diseases),
            next_step="Weigh it with the dose, and make sure that naloxone is at hand",
            used=(section.conditions,),
            standing=True,
        )
    if not case.feed(Feed.CONDITIONS).is_complete:
        return unread(case, RULE, (Feed.CONDITIONS,), "Whether there is a lung disease is not known")
    return answer(
        case, RULE, Status.GREEN, "No chronic lung disease is on the problem list.", used=(section.conditions,)
    )
