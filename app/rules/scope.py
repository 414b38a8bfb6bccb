"""Who the guideline is for: adults, and not for cancer-related pain, palliative or end-of-life care, or sickle cell disease.

Each exclusion is shown with its evidence and can be overridden for one person, because problem lists are often stale. What
only *may* exclude (a palliative referral, a do-not-resuscitate status, a tumour of uncertain behaviour) is listed as not
active: "may not apply: confirm".
"""

from collections.abc import Iterator
from datetime import date
from enum import Enum

from app.domain.chart import Encounter
from app.domain.feeds import Feed
from app.domain.finding import Evidence, Exclusion
from app.rules.case import Case, once
from app.rules.evidence.conditions import Diagnosis, diagnoses
from app.rules.evidence.found import Found, evidence_of, last_day_of
from app.rules.evidence.processes import day_of_plan, said
from app.terminology.conditions import conditions_meant

KINDS = ("cancer", "palliative", "end_of_life", "sickle_cell", "long_term_care")
NEVER_CANCER = frozenset({"in_remission", "skin_nonmelanoma", "predisposition_syndrome", "not_cancer"})
ONLY_MAYBE_CANCER = frozenset({"in_situ_or_uncertain_behavior"})
TO_CONFIRM = frozenset({"306237005", "306288008", "305981001", "170969009", "4901000124101", "788891004"})
"""Referral to, or teaching about, palliative care; poor prognosis; pain that stayed after cancer treatment."""
END_OF_LIFE = frozenset({"182964004", "385763009", "395103003"})
"""Terminal care, hospice care and final days pathway, which the source lists beside palliative care."""
HOSPICE_DISPOSITIONS = frozenset({"hosp", "50", "51", "428361000124107", "428371000124100"})
"""FHIR's discharge disposition, the two UB-04 codes, and the two SNOMED CT procedures."""
KIND_WORDS = {
    "cancer": "cancer-related pain or active cancer treatment",
    "palliative": "palliative care",
    "end_of_life": "end-of-life care",
    "sickle_cell": "sickle cell disease",
    "under_18": "age under 18",
    "long_term_care": "long-term care",
}


class Age(Enum):
    """Whether the person is an adult on the day."""

    ADULT = "adult"
    UNDER_AGE = "under age"
    UNKNOWN = "unknown"


@once
def age_group(case: Case) -> Age:
    """By birth date; a partial date decides only when every day it may mean gives the same answer."""
    birth = case.record.patient.birth_date if case.record.patient else None
    if birth is None:
        return Age.UNKNOWN
    limit = case.policy.scope.adult_from.value
    if years_on(birth.latest, case.as_of) >= limit:
        return Age.ADULT
    return Age.UNDER_AGE if years_on(birth.earliest, case.as_of) < limit else Age.UNKNOWN


def years_on(birth: date, day: date) -> int:
    """Whole years; on the birthday itself the new year counts."""
    return day.year - birth.year - ((day.month, day.day) < (birth.month, birth.day))


def is_deceased(case: Case) -> bool:
    """Deceased by the day of the review."""
    person = case.record.patient
    if person is None or not (person.deceased or person.deceased_on):
        return False
    return person.deceased_on is None or person.deceased_on.earliest <= case.as_of


@once
def exclusions(case: Case) -> tuple[Exclusion, ...]:
    """All that exclude or may exclude, each kind once."""
    young = age_group(case) is Age.UNDER_AGE
    under_age = (Exclusion("under_18", True, False, _birth_evidence(case)),) if young else ()
    return (*under_age, *(found for kind in KINDS if (found := _exclusion(case, kind))))


def is_excluded(case: Case) -> bool:
    """True when an exclusion is active and nobody overrode it."""
    return any(each.active and not each.overridden for each in exclusions(case))


def _birth_evidence(case: Case) -> tuple[Evidence, ...]:
    person = case.record.patient
    born = person.birth_date.text if person and person.birth_date else None
    return (Evidence(person.reference, born, "birth date"),) if person and born else ()


def _exclusion(case: Case, kind: str) -> Exclusion | None:
    """One kind: what the chart shows, then what people said about it (the latest word wins)."""
    certain, unsure = _shown(case, kind)
    words = sorted(said(case, f"exclusion_{kind}"), key=lambda each: each.day or date.min)
    last = words[-1] if words else None
    if last and last.fact_value == "applies":
        return Exclusion(kind, True, False, evidence_of((*certain, *unsure, last)))
    if not certain and not unsure:
        return None
    is_on = kind in case.policy.scope.exclusions.value
    return Exclusion(kind, bool(certain) and is_on, last is not None, evidence_of((*(certain or unsure), last)))


def _shown(case: Case, kind: str) -> tuple[tuple[Found, ...], tuple[Found, ...]]:
    """What the chart shows of one kind: certain, and to be confirmed."""
    if kind == "cancer":
        return _cancer(case)
    if kind == "sickle_cell":
        rows = [each for each in diagnoses(case, "sickle_cell") if _is_present(each)]
        certain = tuple(each.found for each in rows if each.subtype == "disease" and not each.is_uncertain)
        return certain, tuple(each.found for each in rows if each.found not in certain)
    if kind in {"palliative", "end_of_life"}:
        return _palliative(case, kind)
    return (), ()


def _is_present(each: Diagnosis) -> bool:
    """Active in the chart's own words, whatever kind of code it is."""
    return each.condition.clinical_status in {"active", "recurrence", "relapse", None} and each.condition.abated is None


def _cancer(case: Case) -> tuple[tuple[Found, ...], tuple[Found, ...]]:
    rows = [each for each in diagnoses(case, "cancer_active") if each.is_active and each.subtype not in NEVER_CANCER]
    unsure = [each for each in rows if each.subtype in ONLY_MAYBE_CANCER or each.code in TO_CONFIRM]
    certain = [each for each in rows if each not in unsure]
    listed = [each for each in certain if not _is_encounter_only(each)]
    met = [each for each in certain if _is_encounter_only(each) and _is_recent(case, each)]
    times = {each.condition.encounter or each.day for each in met}
    if listed or len(times) >= case.policy.scope.encounter_diagnoses.value:
        return tuple(each.found for each in (*listed, *met)), ()
    return (), tuple(each.found for each in (*unsure, *met))


def _is_encounter_only(each: Diagnosis) -> bool:
    """A diagnosis of one encounter is not a problem list: it takes several."""
    return each.condition.categories == ("encounter-diagnosis",)


def _is_recent(case: Case, each: Diagnosis) -> bool:
    return each.day is None or case.days_since(each.day) <= case.policy.scope.encounter_window.value


def _palliative(case: Case, kind: str) -> tuple[tuple[Found, ...], tuple[Found, ...]]:
    rows = [
        each
        for each in diagnoses(case, "palliative_or_hospice")
        if each.is_active and _kind(each.subtype, each.code) == kind
    ]
    care = [found for subtype, code, found in _care(case) if _kind(subtype, code) == kind and code not in TO_CONFIRM]
    certain = (*(each.found for each in rows if each.code not in TO_CONFIRM), *care)
    unsure = [each.found for each in rows if each.code in TO_CONFIRM]
    unsure += [found for subtype, code, found in _care(case) if _kind(subtype, code) == kind and code in TO_CONFIRM]
    if kind == "end_of_life":
        certain = (*certain, *_hospice_discharges(case))
        unsure += [each.found for each in diagnoses(case, "likely_terminal", "code_status") if each.is_active]
    return certain, tuple(unsure)


def _kind(subtype: str, code: str) -> str:
    """Terminal illness and hospice are end of life; the rest of the concept is palliative care."""
    is_end = subtype.startswith("hospice") or subtype.startswith("limited-life") or code in END_OF_LIFE
    return "end_of_life" if is_end else "palliative"


def _care(case: Case) -> Iterator[tuple[str, str, Found]]:
    """Palliative or hospice care among procedures and orders of the last year."""
    window = case.policy.scope.hospice_discharge_window.value
    for procedure in case.record.procedures:
        day = last_day_of(procedure.performed, case.as_of)
        if procedure.status in {"completed", "in-progress"} and day and case.days_since(day) <= window:
            for each in conditions_meant(procedure.concept):
                if each.concept == "palliative_or_hospice":
                    label = procedure.concept.label or each.display or "palliative or hospice care"
                    yield each.subtype, each.code, Found(procedure.reference, day, label, Feed.PROCEDURES)
    for order in case.record.plans:
        day = day_of_plan(order, case.as_of)
        if order.kind != "ServiceRequest" or order.status not in {"active", "completed"} or not day:
            continue
        for concept in order.concepts:
            for each in conditions_meant(concept):
                if each.concept == "palliative_or_hospice" and case.days_since(day) <= window:
                    label = concept.label or each.display or "palliative or hospice care"
                    yield each.subtype, each.code, Found(order.reference, day, label, Feed.CARE_PLANS)


def _hospice_discharges(case: Case) -> Iterator[Found]:
    window = case.policy.scope.hospice_discharge_window.value
    for each in case.record.encounters:
        words = " ".join(filter(None, (each.discharge_disposition.text, *_displays(each)))).lower()
        codes = {coding.code for coding in each.discharge_disposition.codings}
        day = last_day_of(each.period, case.as_of)
        is_hospice = "hospice" in words or bool(codes & HOSPICE_DISPOSITIONS)
        if is_hospice and day and case.days_since(day) <= window:
            yield Found(each.reference, day, "discharged to hospice", Feed.ENCOUNTERS)


def _displays(encounter: Encounter) -> tuple[str, ...]:
    return tuple(coding.display for coding in encounter.discharge_disposition.codings if coding.display)
