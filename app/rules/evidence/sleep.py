"""Sleep: treatment of sleep-disordered breathing, and evaluations for it."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date

from app.domain.codes import Concept
from app.domain.feeds import Feed
from app.rules.case import Case, once
from app.rules.evidence.admissible import PLAN_FEEDS, PROPOSED
from app.rules.evidence.found import Found, day_of, last_day_of
from app.rules.evidence.processes import day_of_plan, said, title_of
from app.rules.evidence.therapies import Given, therapies

EVALUATION = re.compile(
    r"\bpolysomnogra\w*|\bsleep (?:study|studies|test\w*|evaluation|medicine|clinic|lab\w*)\b|\bsleep apnea test\w*",
    re.IGNORECASE,
)
"""No code could be verified, so evaluations are found by what they are called."""


@once
def airway_treatments(case: Case) -> tuple[Given, ...]:
    """Positive airway pressure used or ordered at any time, or a person's word, newest use last. A titration alone is no
    treatment; a problem list that says "depends on CPAP" says it of today."""
    lasting = {each.reference for each in case.record.conditions if each.categories != ("encounter-diagnosis",)}
    used = (each for each in therapies(case, "cpap_therapy") if not each.is_weak)
    now = (replace(each, last=case.as_of) if each.found.reference in lasting else each for each in used)
    entered = (Given("cpap_therapy", "", each, each.day) for each in said(case, "sleep_treatment"))
    return tuple(sorted((*now, *entered), key=lambda each: (each.last or date.min, each.found.reference or "")))


@once
def sleep_evaluations(case: Case) -> tuple[Found, ...]:
    """Sleep studies and referrals to a sleep clinic, in no particular order."""
    return (*_evaluations(case), *said(case, "sleep_evaluation"))


def _evaluations(case: Case) -> Iterator[Found]:
    for done in case.record.procedures:
        if done.status in {"completed", "in-progress"} and (name := _named(done.concept)):
            yield Found(done.reference, last_day_of(done.performed, case.as_of), name, Feed.PROCEDURES)
    for plan in case.record.plans:
        is_made = plan.status in {"active", "completed", "final", "amended"} and plan.intent not in PROPOSED
        names = (_named(each) for each in (*plan.concepts, Concept(text=plan.title)))
        name = next((each for each in names if each), None)
        if is_made and name and plan.kind in {"ServiceRequest", "DiagnosticReport"}:
            yield Found(plan.reference, day_of_plan(plan, case.as_of), name, PLAN_FEEDS.get(plan.kind, Feed.CARE_PLANS))
    for filed in case.record.documents:
        if filed.status in {"current", None} and EVALUATION.search(title_of(filed)):
            yield Found(filed.reference, day_of(filed.dated, case.as_of), title_of(filed), Feed.DOCUMENTS)


def _named(concept: Concept) -> str | None:
    texts = (concept.text, *(each.display for each in concept.codings))
    return next((text for text in texts if text and EVALUATION.search(text)), None)
