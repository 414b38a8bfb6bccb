"""An electrocardiogram done, reported or ordered: what methadone asks for, because it can lengthen the QT interval."""

import re
from collections.abc import Iterator

from app.domain.codes import Concept
from app.domain.feeds import Feed
from app.rules.case import Case, once
from app.rules.evidence.admissible import PLAN_FEEDS, PROPOSED
from app.rules.evidence.found import Found, day_of, last_day_of
from app.rules.evidence.processes import day_of_plan, said, title_of
from app.terminology.labs import labs_in

FINAL = frozenset({"final", "amended", "corrected", "preliminary"})
LABS = frozenset({"ecg", "qtc", "qt_uncorrected"})
NAMED = re.compile(r"\b(?:ecg|ekg|electrocardiogra\w*|qtc?)\b", re.IGNORECASE)
"""No procedure code could be verified, so procedures and orders are found by what they are called."""
PLANS = frozenset({"ServiceRequest", "DiagnosticReport"})
STATUSES = FINAL | {"active", "completed"}


@once
def ecg_plans(case: Case) -> tuple[Found, ...]:
    """Every electrocardiogram, report, order or a person's word for one, in no particular order."""
    return (*_found(case), *said(case, "ecg_plan"))


def _found(case: Case) -> Iterator[Found]:
    for seen in case.record.observations:
        if seen.status in FINAL and _is_ecg(seen.concept):
            yield Found(
                seen.reference, day_of(seen.effective or seen.issued, case.as_of), _name(seen.concept), Feed.LABS
            )
    for done in case.record.procedures:
        if done.status in {"completed", "in-progress"} and _is_ecg(done.concept):
            day = last_day_of(done.performed, case.as_of)
            yield Found(done.reference, day, _name(done.concept), Feed.PROCEDURES)
    for plan in case.record.plans:
        is_made = plan.kind in PLANS and plan.status in STATUSES and plan.intent not in PROPOSED
        if is_made and any(_is_ecg(concept) for concept in (*plan.concepts, Concept(text=plan.title))):
            feed = PLAN_FEEDS.get(plan.kind, Feed.CARE_PLANS)
            yield Found(plan.reference, day_of_plan(plan, case.as_of), plan.title or "ECG", feed)
    for filed in case.record.documents:
        if filed.status in {"current", None} and NAMED.search(title_of(filed)):
            yield Found(filed.reference, day_of(filed.dated, case.as_of), title_of(filed), Feed.DOCUMENTS)


def _is_ecg(concept: Concept) -> bool:
    texts = (concept.text, *(each.display for each in concept.codings))
    return any(lab.concept in LABS for lab in labs_in(concept)) or any(text and NAMED.search(text) for text in texts)


def _name(concept: Concept) -> str:
    return concept.label or "ECG"
