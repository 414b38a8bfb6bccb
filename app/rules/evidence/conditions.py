"""Conditions of the chart by meaning, and whether each is active now.

The problem list is taken as it is: a category is not required, but "resolved", "in remission" and "refuted" are believed.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from app.domain.chart import Condition
from app.domain.feeds import Feed
from app.rules.case import Case, once
from app.rules.evidence.found import Found, day_of
from app.terminology.conditions import conditions_meant

ACTIVE = frozenset({"active", "recurrence", "relapse", None})
UNCERTAIN = frozenset({"unconfirmed", "provisional", "differential"})
PAST_SUBTYPES = frozenset({"history", "category_header", "breathing_sign"})


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """One condition of the chart in one of its meanings."""

    concept: str
    subtype: str
    condition: Condition
    code: str
    day: date | None

    @property
    def is_active(self) -> bool:
        """Present now, as far as the chart says: not resolved, not in remission, not a history code, not merely suspected."""
        is_past = self.condition.clinical_status not in ACTIVE or self.condition.abated is not None
        return not (is_past or self.is_uncertain or self.is_past_kind)

    @property
    def is_uncertain(self) -> bool:
        return self.condition.verification_status in UNCERTAIN

    @property
    def is_past_kind(self) -> bool:
        parts = self.subtype.split(":")
        return self.subtype in PAST_SUBTYPES or "in_remission" in parts or self.subtype in {"full_remission"}

    @property
    def found(self) -> Found:
        label = self.condition.concept.label or self.concept.replace("_", " ")
        return Found(self.condition.reference, self.day, label, Feed.CONDITIONS)


def diagnoses(case: Case, *concepts: str) -> tuple[Diagnosis, ...]:
    """Everything on record that means one of `concepts`, active or not."""
    index = _by_concept(case)
    return tuple(each for concept in concepts for each in index.get(concept, ()))


def active(case: Case, *concepts: str) -> tuple[Diagnosis, ...]:
    """Those that are present now."""
    return tuple(each for each in diagnoses(case, *concepts) if each.is_active)


@once
def _by_concept(case: Case) -> Mapping[str, tuple[Diagnosis, ...]]:
    found: dict[str, list[Diagnosis]] = {}
    for each in _meanings(case):
        found.setdefault(each.concept, []).append(each)
    return {concept: tuple(each) for concept, each in found.items()}


def _meanings(case: Case) -> Iterator[Diagnosis]:
    for condition in case.record.conditions:
        day = day_of(condition.onset or condition.recorded_on, case.as_of)
        for meaning in conditions_meant(condition.concept):
            yield Diagnosis(meaning.concept, meaning.subtype, condition, meaning.code, day)
