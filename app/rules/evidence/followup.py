"""Follow-up after a score: somebody was seen, referred, or it was entered, after the day of the score."""

import re
from collections.abc import Iterator
from datetime import date

from app.domain.feeds import Feed
from app.rules.case import Case, once
from app.rules.evidence.found import Found, day_of, last_day_of
from app.rules.evidence.processes import day_of_plan, said
from app.rules.evidence.visits import outpatient_contacts
from app.terminology.therapies import therapies_coded

SAFETY = frozenset({"suicide_risk_assessment", "safety_plan"})
REFERRAL = re.compile(
    r"\b(?:refer\w*|consult\w*|behavio\w*|psych\w*|mental|counsel\w*|therap\w*|social work\w*)\b", re.IGNORECASE
)


def followed_up(case: Case, after: date) -> Found | None:
    """The first follow-up after a day."""
    later = (each for each in _contacts(case) if each.day and each.day > after)
    return min(later, key=lambda each: (each.day or date.max, each.reference or ""), default=None)


@once
def _contacts(case: Case) -> tuple[Found, ...]:
    return (*outpatient_contacts(case), *_referrals(case), *said(case, "follow_up"))


def _referrals(case: Case) -> Iterator[Found]:
    for each in case.record.plans:
        if each.kind == "ServiceRequest" and each.status in {"active", "completed"}:
            texts = (each.title, *(concept.label for concept in each.concepts))
            about = next((text for text in texts if text and REFERRAL.search(text)), None)
            if about:
                yield Found(each.reference, day_of_plan(each, case.as_of), about, Feed.CARE_PLANS)


@once
def safety_assessments(case: Case) -> tuple[Found, ...]:
    """Suicide-risk assessments and safety plans."""
    return (*_done(case), *_planned(case), *_observed(case), *said(case, "suicide_risk_assessment"))


def _done(case: Case) -> Iterator[Found]:
    for each in case.record.procedures:
        if each.status == "completed" and any(found.concept in SAFETY for found in therapies_coded(each.concept)):
            label = each.concept.label or "suicide risk assessment"
            yield Found(each.reference, last_day_of(each.performed, case.as_of), label, Feed.PROCEDURES)


def _planned(case: Case) -> Iterator[Found]:
    for each in case.record.plans:
        coded = (found for concept in each.concepts for found in therapies_coded(concept))
        if each.kind == "CarePlan" and each.status in {"active", "completed"}:
            is_safety = any(found.concept in SAFETY for found in coded)
            if is_safety or re.search(r"\b(?:safety|crisis) plan\b", each.title or "", re.IGNORECASE):
                yield Found(each.reference, day_of_plan(each, case.as_of), each.title or "safety plan", Feed.CARE_PLANS)


def _observed(case: Case) -> Iterator[Found]:
    for seen in case.record.observations:
        is_safety = any(found.concept in SAFETY for found in therapies_coded(seen.concept))
        if is_safety and seen.status in {"final", "amended", "corrected"}:
            day = day_of(seen.effective or seen.issued, case.as_of)
            yield Found(seen.reference, day, seen.concept.label or "suicide risk assessment", Feed.SURVEYS)
