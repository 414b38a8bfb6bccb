"""Risk tier with its reasons: it orders the huddle and may shorten intervals; it never lengthens one.

A known high or moderate reason wins over missing data; `unknown` only when medications could not be read and nothing known
makes the tier moderate or high. No tool finds people without risk: "low" means that nothing here was found.
"""

from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal

from app.domain.feeds import Feed
from app.domain.finding import Evidence, Tier, TierReason
from app.rules.case import Case, once
from app.rules.evidence.conditions import Diagnosis, active, diagnoses
from app.rules.evidence.found import Found, evidence_of, newest
from app.rules.evidence.kidney import Egfr, newest_egfr
from app.rules.evidence.medicines import in_force as medicines_in_force
from app.rules.evidence.opioids import analgesics_in_force, found_of, name_of
from app.rules.evidence.people import age_in_years, is_recorded_male
from app.rules.evidence.pregnancy import is_pregnant_now, newest_status
from app.rules.evidence.processes import said
from app.rules.evidence.scores import Score, latest, tidy
from app.rules.evidence.toxicology import open_surprises

SUBSTANCES = ("substance_use_disorder_other", "alcohol_use_disorder")
MENTAL = ("depression", "anxiety", "ptsd", "bipolar", "psychotic_disorder")


@once
def tier(case: Case) -> Tier:
    """The tier of one person on one day."""
    rules = case.policy.tier
    for level, names in (("high", rules.high.value), ("moderate", rules.moderate.value)):
        reasons = _reasons(case, names)
        if reasons:
            others = _reasons(case, rules.moderate.value) if level == "high" else ()
            return Tier(level, (*reasons, *others))
    is_read = case.feed(Feed.MEDICATIONS).is_complete and case.med.complete
    return Tier(
        "low" if is_read else "unknown", () if is_read else (TierReason("medications could not be read in full"),)
    )


def _reasons(case: Case, names: Iterable[str]) -> tuple[TierReason, ...]:
    return tuple(reason for name in names if (reason := FINDERS[name](case)))


def _reason(text: str, found: Iterable[Found | Diagnosis | None]) -> TierReason | None:
    """A reason when anything was found."""
    shown = [each.found if isinstance(each, Diagnosis) else each for each in found if each]
    return TierReason(text, evidence_of(shown)) if shown else None


def _med_high(case: Case) -> TierReason | None:
    return _med_at_least(case, case.policy.tier.med_high.value)


def _med_moderate(case: Case) -> TierReason | None:
    mme = case.med.mme_per_day
    below = mme is not None and mme < case.policy.tier.med_high.value
    return _med_at_least(case, case.policy.tier.med_moderate.value) if below else None


def _med_at_least(case: Case, limit: Decimal) -> TierReason | None:
    mme = case.med.mme_per_day
    if mme is None or mme < limit:
        return None
    return TierReason(f"MED {limit} or more", (Evidence(None, case.as_of.isoformat(), f"{tidy(mme)} MME/day"),))


def _benzodiazepine(case: Case) -> TierReason | None:
    if not analgesics_in_force(case):
        return None
    return _reason(
        "opioid with a benzodiazepine", [each.found for each in medicines_in_force(case, ("benzodiazepine",))]
    )


def _other_sedative(case: Case) -> TierReason | None:
    if not analgesics_in_force(case):
        return None
    section = case.policy.rules.sedative
    classes = (*section.look_at.value, *section.standing.value)
    return _reason("opioid with another sedating medicine", [each.found for each in medicines_in_force(case, classes)])


def _overdose(case: Case) -> TierReason | None:
    return _reason("earlier overdose", diagnoses(case, "opioid_overdose", "drug_overdose_other", "sedative_overdose"))


def _opioid_use_disorder(case: Case) -> TierReason | None:
    return _reason("opioid use disorder, now or earlier", diagnoses(case, "opioid_use_disorder"))


def _substance_use_disorder(case: Case) -> TierReason | None:
    return _reason("substance use disorder, now or earlier", diagnoses(case, *SUBSTANCES))


def sleep_disorders(case: Case) -> tuple[Diagnosis, ...]:
    """Sleep-disordered breathing on the problem list, mild or not."""
    return active(case, "sleep_apnea")


def is_mild(diagnosis: Diagnosis) -> bool:
    """Stated mild; without a stated severity it counts as moderate."""
    severity = diagnosis.condition.severity
    codes = {coding.code for coding in severity.codings}
    words = f"{severity.label or ''} {diagnosis.condition.concept.label or ''}".lower()
    return "255604002" in codes or "mild" in words.split()


def _sleep_breathing(case: Case) -> TierReason | None:
    return _reason("sleep-disordered breathing", [each for each in sleep_disorders(case) if not is_mild(each)])


def _sleep_breathing_mild(case: Case) -> TierReason | None:
    return _reason("mild sleep-disordered breathing", [each for each in sleep_disorders(case) if is_mild(each)])


def _recent(case: Case, instrument: str) -> Score | None:
    score = latest(case, instrument)
    return score if score and case.days_since(score.day) <= case.policy.tier.score_valid.value else None


def _at_least(case: Case, instrument: str, limit: int, text: str) -> TierReason | None:
    score = _recent(case, instrument)
    is_positive = score is not None and score.total is not None and score.total >= limit
    return _reason(text, [score.found]) if score and is_positive else None


def _entered(case: Case, concept: str, limit: int, text: str) -> TierReason | None:
    """The newest score that a person entered, while it counts."""
    last = newest(each for each in said(case, concept) if each.day and (each.fact_value or "").isdigit())
    if last is None or last.day is None or case.days_since(last.day) > case.policy.tier.score_valid.value:
        return None
    return _reason(text, [last]) if int(last.fact_value or 0) >= limit else None


def _ort_high(case: Case) -> TierReason | None:
    limit, text = case.policy.scores.ort_high.value, "ORT high"
    return _at_least(case, "ORT", limit, text) or _entered(case, "ort", limit, text)


def _ort_moderate(case: Case) -> TierReason | None:
    limit, text = case.policy.scores.ort_moderate.value, "ORT moderate"
    return None if _ort_high(case) else _at_least(case, "ORT", limit, text) or _entered(case, "ort", limit, text)


def _ort_oud_high(case: Case) -> TierReason | None:
    return _entered(case, "ort_oud", case.policy.scores.ort_oud_high.value, "ORT-OUD high")


def _stop_bang(case: Case) -> TierReason | None:
    return _entered(case, "stop_bang", case.policy.scores.stop_bang_moderate.value, "STOP-Bang 3 or more")


def _suicide_risk(case: Case) -> TierReason | None:
    score = _recent(case, "PHQ-9")
    item = score.items.get("9", Decimal(0)) if score else Decimal(0)
    if score and item >= case.policy.scores.phq9_item9.value:
        return _reason("PHQ-9 item 9 above zero", [score.found])
    attempts = [each for each in diagnoses(case, "suicide_attempt_or_ideation") if each.subtype != "at_risk"]
    return _reason("earlier suicide attempt or thoughts of suicide", attempts)


def _udt_unexpected(case: Case) -> TierReason | None:
    found = [each for verdict in open_surprises(case) for each in verdict.found]
    return _reason("unexpected urine test result, not yet explained", found)


def _pregnancy(case: Case) -> TierReason | None:
    status = newest_status(case)
    return _reason("pregnancy", [status.found]) if status and is_pregnant_now(case, status) else None


def _long_acting(case: Case) -> TierReason | None:
    found = [each for each in analgesics_in_force(case) if each.is_long_acting or each.ingredient == "methadone"]
    names = ", ".join(dict.fromkeys(name_of(each) for each in found))
    return _reason(f"long-acting opioid or methadone ({names})", [found_of(each) for each in found])


def _age(case: Case) -> TierReason | None:
    years, limit = age_in_years(case), case.policy.tier.age.value
    born = case.record.patient.birth_date if case.record.patient else None
    if years is None or years < limit or born is None or case.record.patient is None:
        return None
    return TierReason(f"age {limit} or older", (Evidence(case.record.patient.reference, born.text, "birth date"),))


def _is_below(egfr: Egfr, limit: Decimal) -> bool:
    """Surely below; "<60" is."""
    return egfr.at_most is not None and (egfr.at_most < limit or (egfr.at_least is None and egfr.at_most == limit))


def _renal(case: Case) -> TierReason | None:
    egfr, limit = newest_egfr(case), case.policy.tier.egfr.value
    if egfr and _is_below(egfr, limit):
        return _reason(f"eGFR below {limit}", [egfr.found])
    if egfr and egfr.is_readable and case.days_since(egfr.day) <= case.policy.rules.renal.valid.value:
        return None
    return _reason("kidney disease", active(case, "renal_impairment"))


def _hepatic(case: Case) -> TierReason | None:
    return _reason("liver disease", active(case, "hepatic_impairment"))


def _mental_health(case: Case) -> TierReason | None:
    cut = case.policy.scores
    ptsd = cut.pc_ptsd5_positive if is_recorded_male(case) else cut.pc_ptsd5_positive_women
    return (
        _at_least(case, "PHQ-9", cut.phq9_positive.value, "PHQ-9 positive")
        or _at_least(case, "GAD-7", cut.gad7_positive.value, "GAD-7 positive")
        or _at_least(case, "PC-PTSD-5", ptsd.value, "PC-PTSD-5 positive")
        or _reason("depression, anxiety, PTSD or another mental-health condition", active(case, *MENTAL))
    )


def _alcohol_screen(case: Case) -> TierReason | None:
    cut = case.policy.scores
    limit = cut.audit_c_positive if is_recorded_male(case) else cut.audit_c_positive_women
    return _at_least(case, "AUDIT-C", limit.value, "AUDIT-C positive")


def _respiratory(case: Case) -> TierReason | None:
    return _reason("COPD or another chronic lung disease", active(case, "copd_or_respiratory"))


FINDERS: Mapping[str, Callable[[Case], TierReason | None]] = {
    "med_high": _med_high,
    "benzodiazepine": _benzodiazepine,
    "overdose": _overdose,
    "opioid_use_disorder": _opioid_use_disorder,
    "substance_use_disorder": _substance_use_disorder,
    "sleep_breathing": _sleep_breathing,
    "ort_high": _ort_high,
    "ort_oud_high": _ort_oud_high,
    "suicide_risk": _suicide_risk,
    "udt_unexpected": _udt_unexpected,
    "pregnancy": _pregnancy,
    "long_acting": _long_acting,
    "med_moderate": _med_moderate,
    "other_sedative": _other_sedative,
    "age": _age,
    "renal": _renal,
    "hepatic": _hepatic,
    "mental_health": _mental_health,
    "ort_moderate": _ort_moderate,
    "alcohol_screen": _alcohol_screen,
    "sleep_breathing_mild": _sleep_breathing_mild,
    "stop_bang": _stop_bang,
    "respiratory": _respiratory,
}
