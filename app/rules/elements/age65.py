"""Age 65 or older: more caution and closer looks; falls, thinking and the bowel are each cared for once a year.

When a person of 65 or older on long-term opioid therapy has not had fall risk, thinking and a bowel plan each recorded in
the last 12 months, then what is left stands as a fact beside the dose (yellow); all three are green. Younger people: does
not apply. When what would show them could not be read, it is not known (grey).
"""

from dataclasses import dataclass

from app.domain.feeds import Feed
from app.domain.finding import Finding, Status
from app.rules.case import Case
from app.rules.evidence.bowel import bowel_care
from app.rules.evidence.found import Found, evidence_of
from app.rules.evidence.people import age_in_years
from app.rules.evidence.processes import said
from app.rules.evidence.therapies import Given, newest_use, therapies
from app.rules.reading import missing, not_read
from app.rules.rule import Applies, Rule, answer, unread
from app.rules.scope import Age, age_group

RULE = Rule(
    id="age65",
    version="1",
    title="Age 65 or older",
    source="CDC 2022, recommendation 8",
    applies=Applies.LTOT,
    words=__doc__,
)
WHERE = (Feed.MEDICATIONS, Feed.PROCEDURES, Feed.SURVEYS)


@dataclass(frozen=True, slots=True)
class _Item:
    """One thing to look at, and where it was seen last within the year."""

    name: str
    found: Found | None


def evaluate(case: Case) -> Finding:
    """Three items, each within the year."""
    section = case.policy.rules.age65
    years = age_in_years(case)
    if years is None:
        return _age_unknown(case)
    if years < section.age.value:
        reason = f"Younger than {section.age.value}."
        return answer(case, RULE, Status.NOT_APPLICABLE, reason, used=(section.age,))
    items = _items(case)
    left = [item.name for item in items if item.found is None]
    unseen = not_read(case, (Feed.MEDICATIONS,), WHERE) if left else ()
    shown = evidence_of(item.found for item in items)
    if unseen:
        so = f"Age {years}: whether {_and(left)} {'was' if len(left) == 1 else 'were'} looked at is not known"
        return unread(case, RULE, unseen, so, evidence=shown, used=(section.age, section.valid))
    done = f"Age {years}: fall risk, thinking and bowel plan were each looked at in {section.valid.words}"
    return answer(
        case,
        RULE,
        Status.YELLOW if left else Status.GREEN,
        f"Age {years}: not on record in {section.valid.words}: {_and(left)}." if left else f"{done}.",
        evidence=shown,
        next_step=f"Look at {_and(left)}, and record it" if left else None,
        missing=missing(case, *WHERE),
        used=(section.age, section.valid),
        standing=bool(left),
    )


def _items(case: Case) -> tuple[_Item, ...]:
    return (
        _Item("fall risk", _seen(case, therapies(case, "fall_risk_assessment"), "fall_risk")),
        _Item("thinking", _seen(case, therapies(case, "cognitive_assessment"), "cognition")),
        _Item("bowel plan", _seen(case, bowel_care(case), "bowel")),
    )


def _seen(case: Case, found: tuple[Given, ...], concept: str) -> Found | None:
    entered = (Given(concept, "", each, each.day) for each in said(case, concept))
    last = newest_use(case, (*found, *entered), case.policy.rules.age65.valid.value)
    return last.found if last else None


def _and(names: list[str]) -> str:
    return " and ".join(filter(None, (", ".join(names[:-1]), names[-1])))


def _age_unknown(case: Case) -> Finding:
    """A birth date that is missing or too vague; the review says so where not even adulthood is known."""
    limit = case.policy.rules.age65.age
    known = "An adult of unknown age" if age_group(case) is Age.ADULT else "Age is not known"
    return answer(
        case,
        RULE,
        Status.GREY,
        f"{known}: whether {limit.value} is reached cannot be said.",
        next_step="Add the birth date to the chart",
        missing=("birth date",),
        used=(limit,),
    )
