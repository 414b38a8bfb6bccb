"""MED: the daily dose as a guidepost for review, never a limit, and never a reason to cut a dose.

When a person has an opioid in force and the dose is 90 MME a day or more, then without a documented benefit-risk
review in the last 90 days it is to be reviewed (red), and with one it stands as a fact (yellow). From 50 to below 90
it stands as a fact (yellow); below 50 it is green. When some opioid cannot be computed the dose is "at least" or not
known (grey), unless the known part alone is red. A pack may ask for a specialist consultation from a stated dose
(Washington: 120).
"""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from app.domain.feeds import Feed
from app.domain.finding import Evidence, Finding, Status
from app.rules.case import Case
from app.rules.dose_words import methods_in_words, not_computed, why_incomplete
from app.rules.evidence.found import Found, evidence_of, newest
from app.rules.evidence.opioids import found_of, in_force
from app.rules.evidence.processes import benefit_risk_reviews, pain_consults
from app.rules.evidence.scores import tidy
from app.rules.policy import Days, Setting
from app.rules.rule import Applies, Rule, answer, unread

RULE = Rule(
    id="med",
    version="1",
    title="Daily opioid dose",
    source="CDC 2022, recommendations 4, 7 and 8; bands are guideposts",
    applies=Applies.OPIOID,
    words=__doc__,
    is_safety_fact=True,
)
REVIEW = "Review benefit and risk together and record it; no dose change is implied"
CONSULT = "Arrange a consultation with a pain specialist and record it"
WHERE_REVIEWS_ARE = (Feed.DOCUMENTS, Feed.PROCEDURES, Feed.CARE_PLANS)


@dataclass(frozen=True, slots=True)
class _Dose:
    """The number and how sure it is."""

    mme: Decimal
    is_complete: bool

    @property
    def words(self) -> str:
        return f"{tidy(self.mme)} MME/day" if self.is_complete else f"at least {tidy(self.mme)} MME/day"


def evaluate(case: Case) -> Finding:
    """Band of the dose, and whether it was reviewed."""
    if not case.feed(Feed.MEDICATIONS).is_complete and case.med.mme_per_day is None:
        return unread(case, RULE, (Feed.MEDICATIONS,), "The dose is not known")
    if case.med.mme_per_day is None:
        return _unknown(case)
    is_complete = case.med.complete and case.feed(Feed.MEDICATIONS).is_complete
    dose = _Dose(case.med.mme_per_day, is_complete)
    section = case.policy.rules.med
    if section.consult_required.value and dose.mme >= section.consult_at.value and _consult(case) is None:
        return _act(
            case,
            dose,
            "no pain specialist consultation is on record",
            CONSULT,
            (section.consult_at, section.consult_valid),
        )
    if dose.mme >= section.band_high.value and _review(case) is None:
        days = section.review_valid.value
        return _act(case, dose, f"no benefit-risk review in {days} days is on record", REVIEW, (section.band_high,))
    return _look(case, dose) if dose.is_complete else _at_least(case, dose)


def _review(case: Case) -> Found | None:
    return _newest_within(case, benefit_risk_reviews(case), case.policy.rules.med.review_valid)


def _consult(case: Case) -> Found | None:
    return _newest_within(case, pain_consults(case), case.policy.rules.med.consult_valid)


def _newest_within(case: Case, found: tuple[Found, ...], valid: Days) -> Found | None:
    last = newest(each for each in found if each.day)
    return last if last and last.day and case.days_since(last.day) <= valid.value else None


def _act(case: Case, dose: _Dose, why: str, step: str, used: tuple[Setting[Any], ...]) -> Finding:
    unseen = case.record.feeds.incomplete(WHERE_REVIEWS_ARE)
    return answer(
        case,
        RULE,
        Status.RED,
        f"The dose is {dose.words}; {why}{methods_in_words(case)}.",
        evidence=_evidence(case, newest(benefit_risk_reviews(case))),
        next_step=step,
        missing=(*not_computed(case), *(feed.value for feed in unseen)),
        used=(*used, case.policy.rules.med.review_valid),
        is_known_in_part=not dose.is_complete or bool(unseen),
    )


def _look(case: Case, dose: _Dose) -> Finding:
    """A complete dose that asks for nothing: a fact beside the number, or green."""
    section = case.policy.rules.med
    if dose.mme < section.band_moderate.value:
        aside = "; buprenorphine is not counted" if _has_buprenorphine(case) else ""
        reason, status = f"The dose is {dose.words}, below {section.band_moderate.words}{aside}", Status.GREEN
    elif dose.mme < section.band_high.value:
        reason, status = f"The dose is {dose.words}, at or above {section.band_moderate.words}", Status.YELLOW
    else:
        review = _review(case)
        reason = f"The dose is {dose.words}; benefit and risk were reviewed on {review.day if review else 'record'}"
        status = Status.YELLOW
    return answer(
        case,
        RULE,
        status,
        f"{reason}{methods_in_words(case)}.",
        evidence=_evidence(case, _review(case)),
        used=(section.band_moderate, section.band_high, section.review_valid),
        standing=status is Status.YELLOW,
    )


def _has_buprenorphine(case: Case) -> bool:
    return any(each.ingredient == "buprenorphine" for each in in_force(case))


def _at_least(case: Case, dose: _Dose) -> Finding:
    return answer(
        case,
        RULE,
        Status.GREY,
        f"The dose is {dose.words}: {why_incomplete(case)}.",
        evidence=_evidence(case, None),
        next_step="Read the directions of the entry that could not be computed",
        missing=not_computed(case) or ("medications",),
        used=(case.policy.rules.med.band_moderate, case.policy.rules.med.band_high),
    )


def _unknown(case: Case) -> Finding:
    return answer(
        case,
        RULE,
        Status.GREY,
        f"The dose is not known: {why_incomplete(case)}.",
        evidence=_evidence(case, None),
        next_step="Read the directions of the entry that could not be computed",
        missing=not_computed(case),
        used=(case.policy.rules.med.band_moderate, case.policy.rules.med.band_high),
    )


def _evidence(case: Case, review: Found | None) -> tuple[Evidence, ...]:
    return evidence_of((*(found_of(each) for each in in_force(case)), review))
