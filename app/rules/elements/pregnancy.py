"""Pregnancy: risks are weighed together, with expert help before any change of dose.

When a person who is pregnant has an opioid in force and no plan for it is on record, or a taper is planned without an
expert having been asked, then it is to be acted on (red); with a plan it is green. For women (or where the sex is not
recorded) from 18 to 55 without menopause or hysterectomy on record: not pregnant within 90 days is green, an older or
no entry is not known (grey), as is "pregnant" after 300 days.
"""

from app.domain.feeds import Feed
from app.domain.finding import Finding, Status
from app.rules.case import Case
from app.rules.evidence.found import Found, evidence_of, newest
from app.rules.evidence.people import age_in_years, is_recorded_male
from app.rules.evidence.pregnancy import Status as Pregnancy
from app.rules.evidence.pregnancy import cannot_be_pregnant, is_pregnant_now, newest_status
from app.rules.evidence.processes import documented_plans, done, said
from app.rules.ltot import ltot_state
from app.rules.rule import Applies, Rule, answer, feed_words

RULE = Rule(
    id="pregnancy",
    version="1",
    title="Pregnancy",
    source="CDC 2022, special populations; newborn withdrawal boxed warning",
    applies=Applies.OPIOID,
    words=__doc__,
    is_safety_fact=True,
)
PLAN = "Involve obstetric and addiction expertise, and record a plan; change no dose without it"
ASK_EXPERT = "Ask an expert before any change of dose in pregnancy"
ASK = "Ask about pregnancy and record the answer"


def evaluate(case: Case) -> Finding:
    """Pregnant first; then whether the question arises."""
    section = case.policy.rules.pregnancy
    status = newest_status(case)
    if status and is_pregnant_now(case, status):
        return _pregnant(case, status)
    if does_not_arise(case):
        return answer(
            case, RULE, Status.NOT_APPLICABLE, "The question of pregnancy does not arise, as far as recorded."
        )
    used = (section.status_valid, section.lasts, section.youngest, section.oldest)
    if status and not status.is_pregnant and case.days_since(status.day) <= section.status_valid.value:
        reason = f"Not pregnant, recorded on {status.day}."
        return answer(case, RULE, Status.GREEN, reason, evidence=evidence_of((status.found,)), used=used)
    unseen = case.record.feeds.incomplete((Feed.CONDITIONS, Feed.LABS))
    words = f"last recorded on {status.day}" if status else "not recorded"
    cause = "".join(f" {feed_words(case, feed)}." for feed in unseen)
    return answer(
        case,
        RULE,
        Status.GREY,
        f"Pregnancy is not known: {words}.{cause}",
        evidence=evidence_of((status.found if status else None,)),
        next_step=ASK,
        missing=tuple(feed.value for feed in unseen) or ("pregnancy status",),
        used=used,
        in_background=True,
    )


def does_not_arise(case: Case) -> bool:
    """Recorded male, outside the age range, or menopause or hysterectomy on record."""
    section = case.policy.rules.pregnancy
    years = age_in_years(case)
    is_outside = years is not None and not section.youngest.value <= years <= section.oldest.value
    return is_recorded_male(case) or is_outside or cannot_be_pregnant(case)


def _pregnant(case: Case, status: Pregnancy) -> Finding:
    plan, taper, expert = _within(case, documented_plans(case)), _taper(case), _within(case, _experts(case))
    used = (case.policy.rules.pregnancy.plan_valid, case.policy.rules.pregnancy.lasts)
    shown = f"Pregnant (recorded {status.day}) with an opioid in force"
    missing = tuple(f.value for f in case.record.feeds.incomplete((Feed.DOCUMENTS, Feed.PROCEDURES, Feed.CARE_PLANS)))
    if taper and expert is None:
        reason = f"{shown}; a taper is planned and no expert was asked on record."
        return answer(
            case,
            RULE,
            Status.RED,
            reason,
            evidence=evidence_of((status.found, taper)),
            next_step=ASK_EXPERT,
            missing=missing,
            used=used,
        )
    if plan is None and expert is None:
        reason = f"{shown}; no plan is on record."
        return answer(
            case,
            RULE,
            Status.RED,
            reason,
            evidence=evidence_of((status.found,)),
            next_step=PLAN,
            missing=missing,
            used=used,
        )
    found = (status.found, plan, expert)
    return answer(case, RULE, Status.GREEN, f"{shown}; a plan is on record.", evidence=evidence_of(found), used=used)


def _within(case: Case, found: tuple[Found, ...]) -> Found | None:
    last = newest(each for each in found if each.day)
    valid = case.policy.rules.pregnancy.plan_valid.value
    return last if last and last.day and case.days_since(last.day) <= valid else None


def _experts(case: Case) -> tuple[Found, ...]:
    return said(case, "pregnancy_expert")


def _taper(case: Case) -> Found | None:
    """A taper plan of the last 12 months, or a person's word that the dose is being tapered."""
    found = _within(case, (*done(case, "tapering_plan"), *said(case, "taper_plan")))
    tapering = newest(each for each in said(case, "ltot") if each.fact_value == "tapering")
    return found or (tapering if ltot_state(case).state == "tapering" else None)
