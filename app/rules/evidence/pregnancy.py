"""Whether a person is pregnant, as far as the chart says, and whether the question arises at all."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from app.domain.codes import ICD10CM, SNOMED, Concept
from app.domain.feeds import Feed
from app.rules.case import Case, once
from app.rules.evidence.admissible import is_read
from app.rules.evidence.conditions import active
from app.rules.evidence.found import Found, day_of
from app.rules.evidence.processes import said
from app.rules.evidence.results import is_detected
from app.terminology.labs import labs_in

PREGNANT, NOT_PREGNANT = "77386006", "60001007"
NO_LONGER_ICD = ("N95", "Z78.0", "Z90.71")
"""Menopause, and absence of the uterus."""
NO_LONGER_SNOMED = frozenset({"236886002", "116140006", "161800001", "289903006", "276477006"})
NO_LONGER_WORDS = re.compile(r"\bhysterectomy\b|\b(?:post)?menopaus\w*", re.IGNORECASE)
NOT_NOW = frozenset({"delivery_or_puerperium"})


@dataclass(frozen=True, slots=True)
class Status:
    """What one entry says about pregnancy on a day."""

    is_pregnant: bool
    day: date
    found: Found


@once
def newest_status(case: Case) -> Status | None:
    """The newest word on pregnancy; of one day the one that says "pregnant"."""
    found = (*_conditions(case), *_observations(case), *_said(case))
    return max(found, key=lambda each: (each.day, each.is_pregnant, each.found.reference or ""), default=None)


def is_pregnant_now(case: Case, status: Status) -> bool:
    """An entry says so, and is not older than a pregnancy lasts."""
    return status.is_pregnant and case.days_since(status.day) <= case.policy.rules.pregnancy.lasts.value


def _conditions(case: Case) -> Iterator[Status]:
    for each in active(case, "pregnancy"):
        if each.subtype not in NOT_NOW and each.day:
            yield Status(True, each.day, each.found)


def _observations(case: Case) -> Iterator[Status]:
    if not (is_read(case.record, Feed.LABS) or is_read(case.record, Feed.SURVEYS)):
        return
    for each in case.record.observations:
        kinds = {lab.concept for lab in labs_in(each.concept) if not lab.is_answer}
        day = day_of(each.effective or each.issued, case.as_of)
        if day is None or each.status not in {"final", "amended", "corrected"}:
            continue
        told: bool | None = None
        if "pregnancy_status" in kinds:
            told = _stated(each.value.concept)
        elif "pregnancy_test" in kinds:
            told = is_detected(each.value, each.interpretations, is_definitive=False)
        if told is not None:
            label = each.concept.label or "pregnancy"
            yield Status(told, day, Found(each.reference, day, f"{label}: {'' if told else 'not '}pregnant", Feed.LABS))


def _stated(concept: Concept | None) -> bool | None:
    codes = set(concept.codes(SNOMED)) if concept else set()
    if codes & {PREGNANT, NOT_PREGNANT}:
        return PREGNANT in codes
    return None


def _said(case: Case) -> Iterator[Status]:
    for each in said(case, "pregnancy"):
        if each.day:
            yield Status(each.fact_value == "pregnant", each.day, each)


def cannot_be_pregnant(case: Case) -> bool:
    """A hysterectomy or menopause is on record."""
    concepts = (
        *(each.concept for each in case.record.conditions if each.verification_status != "refuted"),
        *(each.concept for each in case.record.procedures if each.status == "completed"),
    )
    return any(_is_no_longer(concept) for concept in concepts)


def _is_no_longer(concept: Concept) -> bool:
    if any(code.startswith(NO_LONGER_ICD) for code in concept.codes(ICD10CM)):
        return True
    if NO_LONGER_SNOMED.intersection(concept.codes(SNOMED)):
        return True
    texts = (concept.text, *(each.display for each in concept.codings))
    return any(NO_LONGER_WORDS.search(text) for text in texts if text)
