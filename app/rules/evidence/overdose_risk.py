"""What raises the risk of an opioid overdose for one person, each reason with its evidence."""

from typing import Any

from app.domain.feeds import Feed
from app.rules.case import Case
from app.rules.evidence.conditions import PAST_SUBTYPES, diagnoses
from app.rules.evidence.found import Found
from app.rules.evidence.medicines import in_force
from app.rules.evidence.people import is_recorded_male
from app.rules.evidence.scores import latest, tidy
from app.rules.evidence.supply_change import current_taper
from app.rules.policy import Setting

CURRENT_ONLY = frozenset(
    {"depression", "anxiety", "ptsd", "bipolar", "psychotic_disorder", "copd_or_respiratory", "sleep_apnea"}
)
"""These raise the risk while they last; overdose and substance use do so for good."""


def raised_risks(case: Case) -> tuple[tuple[str, Found], ...]:
    """Every reason for raised risk with its evidence."""
    section = case.policy.rules.naloxone
    found: list[tuple[str, Found]] = []
    mme = case.med.mme_per_day
    if mme is not None and mme >= section.risk_dose.value:
        dose = f"{tidy(mme)} MME/day"
        found.append((dose, Found(None, case.as_of, dose)))
    found += [(each.found.value, each.found) for each in in_force(case, section.risk_classes.value)]
    found += _taper(case)
    found += _alcohol(case)
    for concept in section.risk_conditions.value:
        for each in diagnoses(case, concept):
            if each.is_active or (concept not in CURRENT_ONLY and _counts_for_good(each.subtype, each.is_uncertain)):
                found.append((each.found.value, each.found))
    return tuple(found)


def _taper(case: Case) -> list[tuple[str, Found]]:
    """A slower dose lowers tolerance, so that the earlier dose becomes dangerous."""
    plan = current_taper(case)
    return [("tapering lowers tolerance", plan)] if plan else []


def _alcohol(case: Case) -> list[tuple[str, Found]]:
    """Excess alcohol by a recent AUDIT-C; the diagnosis counts among the conditions."""
    cut, score = case.policy.scores, latest(case, "AUDIT-C")
    limit = cut.audit_c_positive if is_recorded_male(case) else cut.audit_c_positive_women
    if score is None or score.total is None or score.total < limit.value:
        return []
    is_recent = case.days_since(score.day) <= case.policy.tier.score_valid.value
    return [(f"AUDIT-C {tidy(score.total)}", score.found)] if is_recent else []


def _counts_for_good(subtype: str, is_uncertain: bool) -> bool:
    return not is_uncertain and subtype not in PAST_SUBTYPES - {"history"}


def unread_risks(case: Case) -> tuple[Feed, ...]:
    """What would have to be read before the risk may be called not raised."""
    if not case.feed(Feed.CONDITIONS).is_complete:
        return (Feed.CONDITIONS,)
    return () if case.med.complete and case.med.mme_per_day is not None else (Feed.MEDICATIONS,)


def risk_settings(case: Case) -> tuple[Setting[Any], ...]:
    """The values of the pack that say what counts."""
    section = case.policy.rules.naloxone
    cut, taper = case.policy.scores, case.policy.rules.change_watch.plan_valid
    alcohol = (cut.audit_c_positive, cut.audit_c_positive_women, case.policy.tier.score_valid)
    return (section.risk_dose, section.risk_classes, section.risk_conditions, *alcohol, taper)
