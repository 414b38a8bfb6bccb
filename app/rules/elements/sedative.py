"""Opioid with a sedative: particular caution when an opioid and a benzodiazepine are taken together.

When an opioid and a benzodiazepine are in force on the same day and no plan for it was documented in the last 12
months, then it is to be talked over now (red); with a plan it is kept in view (yellow). Another sedating medicine
(sleeping tablets, barbiturates, muscle relaxants, others) is yellow, a gabapentinoid a fact beside the dose. None:
green. Never stop a benzodiazepine abruptly. Without the medication list: not known (grey).
"""

from app.domain.feeds import Feed
from app.domain.finding import Evidence, Finding, Status
from app.rules.case import Case
from app.rules.evidence.found import Found, evidence_of, newest
from app.rules.evidence.medicines import InForce, in_force
from app.rules.evidence.opioids import found_of
from app.rules.evidence.opioids import in_force as opioids_in_force
from app.rules.evidence.processes import documented_plans
from app.rules.rule import Applies, Rule, answer, unread

RULE = Rule(
    id="sedative",
    version="1",
    title="Opioid with sedative",
    source="CDC 2022, recommendation 11; FDA boxed warning 2016",
    applies=Applies.OPIOID,
    words=__doc__,
    is_safety_fact=True,
)
TALK = "Talk over the combination, record a plan, and offer naloxone; stop neither medicine abruptly"
OPTIONAL = (Feed.DISPENSES, Feed.PDMP)
WHERE_PLANS_ARE = (Feed.DOCUMENTS, Feed.PROCEDURES, Feed.CARE_PLANS)


def evaluate(case: Case) -> Finding:
    """The most dangerous combination decides."""
    section = case.policy.rules.sedative
    acting = in_force(case, section.act_on.value)
    if acting:
        return _with_benzodiazepine(case, acting)
    if not case.feed(Feed.MEDICATIONS).is_complete:
        return unread(case, RULE, (Feed.MEDICATIONS,), "Whether a sedating medicine is taken as well is not known")
    looking, standing = in_force(case, section.look_at.value), in_force(case, section.standing.value)
    if looking:
        return _with_other(case, (*looking, *standing), "look_at")
    if standing:
        return _with_other(case, standing, "standing")
    return answer(
        case,
        RULE,
        Status.GREEN,
        "No sedating medicine is in force beside the opioid.",
        missing=_missing(case),
        used=(section.act_on, section.look_at, section.standing),
    )


def _with_benzodiazepine(case: Case, acting: tuple[InForce, ...]) -> Finding:
    section = case.policy.rules.sedative
    plan = _plan(case)
    names = _names(acting)
    uncertain = any(not each.is_certain for each in acting)
    unseen = case.record.feeds.incomplete(WHERE_PLANS_ARE)
    if plan:
        reason, status = f"Opioid with {names}; a plan is documented on {plan.day}.", Status.YELLOW
    else:
        reason = f"Opioid with {names} on the same day; no plan in {section.plan_valid.value} days is on record."
        status = Status.RED
    return answer(
        case,
        RULE,
        status,
        reason,
        evidence=_evidence(case, acting, plan),
        next_step="Keep the plan under review" if plan else TALK,
        missing=(*_missing(case), *(() if plan else tuple(feed.value for feed in unseen))),
        used=(section.act_on, section.plan_valid),
        is_known_in_part=status is Status.RED and (uncertain or bool(unseen)),
    )


def _with_other(case: Case, others: tuple[InForce, ...], kind: str) -> Finding:
    section = case.policy.rules.sedative
    return answer(
        case,
        RULE,
        Status.YELLOW,
        f"Opioid with {_names(others)} on the same day.",
        evidence=_evidence(case, others, None),
        next_step="Weigh benefit and risk of the combination",
        missing=_missing(case),
        used=(section.look_at if kind == "look_at" else section.standing,),
        in_background=True,
        standing=kind == "standing",
    )


def _plan(case: Case) -> Found | None:
    last = newest(each for each in documented_plans(case) if each.day)
    valid = case.policy.rules.sedative.plan_valid.value
    return last if last and last.day and case.days_since(last.day) <= valid else None


def _names(found: tuple[InForce, ...]) -> str:
    return ", ".join(dict.fromkeys(each.found.value for each in found))


def _evidence(case: Case, others: tuple[InForce, ...], plan: Found | None) -> tuple[Evidence, ...]:
    opioids = (found_of(each) for each in opioids_in_force(case))
    return evidence_of((*opioids, *(each.found for each in others), plan))


def _missing(case: Case) -> tuple[str, ...]:
    return tuple(feed.value for feed in case.record.feeds.incomplete(OPTIONAL))
