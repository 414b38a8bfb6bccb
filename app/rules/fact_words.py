"""How a person is asked for what `facts` lists: the words of each concept and value, and which rule's page asks for what.

The first concept of a rule is the one that it is mostly about. What concerns the person as a whole is asked on every page.
"""

from collections.abc import Mapping
from decimal import Decimal
from types import MappingProxyType

from app.domain.taper import StepUnit, TaperPlan

TITLES: Mapping[str, str] = MappingProxyType(
    {
        "ltot": "Long-term opioid therapy",
        "exclusion_cancer": "Cancer-related pain or active cancer treatment",
        "exclusion_palliative": "Palliative care",
        "exclusion_end_of_life": "End-of-life care",
        "exclusion_sickle_cell": "Sickle cell disease",
        "exclusion_long_term_care": "Long-term care",
        "agreement": "Care agreement",
        "pdmp_check": "PDMP check",
        "pdmp_result": "What the PDMP showed",
        "udt_check": "Urine drug test",
        "udt_result": "Unexpected urine test result",
        "naloxone": "Naloxone",
        "benefit_risk_review": "Benefit-risk review",
        "documented_plan": "Plan",
        "pain_consult": "Pain specialist",
        "taper_plan": "Plan for a slower dose",
        "peg_goal": "Goal for pain and function",
        "visit": "Visit",
        "follow_up": "Follow-up",
        "suicide_risk_assessment": "Suicide risk assessment",
        "moud": "Medication for opioid use disorder",
        "pregnancy": "Pregnancy",
        "pregnancy_expert": "Expert help in pregnancy",
        "goals": "Treatment goals",
        "counsel": "Counselling",
        "nonopioid": "Therapy without opioids",
        "bowel": "Bowel care",
        "ecg_plan": "ECG",
        "fall_risk": "Fall risk",
        "cognition": "Thinking and memory",
        "alcohol_intervention": "Alcohol",
        "sleep_treatment": "Treatment of sleep apnea",
        "sleep_evaluation": "Sleep evaluation",
        "ort": "Opioid Risk Tool (ORT, 2005)",
        "ort_oud": "ORT-OUD (2019)",
        "stop_bang": "STOP-Bang",
    }
)
"""What each concept is called."""

_EXCLUSION = {"applies": "Applies to this person", "does_not_apply": "Does not apply to this person"}

WORDS: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "ltot": {
            "confirmed": "Confirmed: long-term therapy, prescribed here",
            "tapering": "Confirmed: being reduced by a plan made together",
            "not_ours": "Prescribed elsewhere",
            "acute_only": "A short course, not long-term",
        },
        "exclusion_cancer": _EXCLUSION,
        "exclusion_palliative": _EXCLUSION,
        "exclusion_end_of_life": _EXCLUSION,
        "exclusion_sickle_cell": _EXCLUSION,
        "exclusion_long_term_care": _EXCLUSION,
        "agreement": {"signed": "Signed, on paper or elsewhere"},
        "pdmp_check": {"done": "PDMP checked"},
        "pdmp_result": {
            "as_expected": "As expected",
            "unexpected": "Unexpected, still to be talked over",
            "discussed": "Unexpected, talked over",
        },
        "udt_check": {"done": "Test done, result not in this chart"},
        "udt_result": {"explained": "Talked over, and explained"},
        "naloxone": {
            "has": "Has it at home",
            "otc": "Bought it over the counter",
            "declined": "Offered and declined",
        },
        "benefit_risk_review": {"done": "Benefit and risk reviewed together"},
        "documented_plan": {"made": "Plan made and documented"},
        "pain_consult": {"done": "Consulted or referred"},
        "taper_plan": {"made": "Made together, with target and pace"},
        "peg_goal": {"at_goal": "At the goal that was agreed"},
        "visit": {"done": "Seen, and not shown in this chart"},
        "follow_up": {"done": "Followed up after the score"},
        "suicide_risk_assessment": {"done": "Assessed, or a safety plan made"},
        "moud": {
            "offered": "Offered, answer pending",
            "declined": "Offered and declined",
            "on": "Treated, also at a methadone clinic",
        },
        "pregnancy": {"pregnant": "Pregnant", "not_pregnant": "Not pregnant"},
        "pregnancy_expert": {"asked": "Obstetric or addiction expert asked"},
        "goals": {"set": "Set or renewed together"},
        "counsel": {"done": "Risks, safe storage and disposal talked over"},
        "nonopioid": {"done": "In use, or tried"},
        "bowel": {"advised": "Advised, or a medicine given"},
        "ecg_plan": {"made": "Done, or planned"},
        "fall_risk": {"done": "Assessed"},
        "cognition": {"done": "Assessed"},
        "alcohol_intervention": {"done": "Brief talk about drinking done"},
        "sleep_treatment": {"in_use": "In use"},
        "sleep_evaluation": {"done": "Done or arranged"},
        "ort": {},
        "ort_oud": {},
        "stop_bang": {},
    }
)
"""What each value is called; a concept without any takes a whole number."""

BY_RULE: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "med": ("benefit_risk_review", "pain_consult"),
        "sedative": ("documented_plan", "benefit_risk_review"),
        "agreement": ("agreement",),
        "peg": ("peg_goal", "benefit_risk_review"),
        "pdmp_check": ("pdmp_check", "pdmp_result"),
        "pdmp_result": ("pdmp_result", "pdmp_check"),
        "udt_check": ("udt_check",),
        "udt_result": ("udt_result",),
        "naloxone": ("naloxone",),
        "opioid_first": ("nonopioid", "goals", "documented_plan"),
        "erla_start": ("ecg_plan",),
        "start_followup": ("visit",),
        "last_visit": ("visit",),
        "depression": ("follow_up", "suicide_risk_assessment"),
        "anxiety": ("follow_up",),
        "ptsd": ("follow_up",),
        "risk_tool": ("ort", "ort_oud", "documented_plan"),
        "pregnancy": ("pregnancy", "documented_plan", "pregnancy_expert"),
        "oud_moud": ("moud",),
        "escalation": ("benefit_risk_review", "documented_plan"),
        "change_watch": ("taper_plan",),
        "overdose_history": ("visit", "follow_up"),
        "sleep": ("sleep_treatment", "sleep_evaluation", "stop_bang"),
        "bowel": ("bowel",),
        "nonopioid": ("nonopioid",),
        "goals": ("goals",),
        "counsel": ("counsel",),
        "age65": ("fall_risk", "cognition", "bowel"),
        "alcohol": ("alcohol_intervention",),
    }
)
"""What the page of each rule asks for; a rule that is not here has nothing of its own to record."""

OF_THE_PERSON = (
    "ltot",
    "exclusion_cancer",
    "exclusion_palliative",
    "exclusion_end_of_life",
    "exclusion_sickle_cell",
    "exclusion_long_term_care",
)
"""Who the guideline is for: asked on every page, and kept folded."""


def words_of(concept: str, value: str) -> str:
    """ "Naloxone: Has it at home"; a number stands for itself."""
    return f"{TITLES.get(concept, concept)}: {WORDS.get(concept, {}).get(value, value)}"


def brief_plan_words(plan: TaperPlan) -> str:
    """ "90 to 45 MME/day from 2026-12-01": what stands in evidence."""
    return f"{_plain(plan.from_mme)} to {_plain(plan.target_mme)} MME/day from {plan.starts}"


def plan_words(plan: TaperPlan) -> str:
    """ "90 to 45 MME/day, 9 MME/day (10 % of the starting dose) less every 4 weeks, from 2026-12-01, target on 2027-03-23"."""
    share = f" ({_plain(plan.step)} % of the starting dose)" if plan.step_unit is StepUnit.PERCENT else ""
    weeks = "week" if plan.every_weeks == 1 else f"{plan.every_weeks} weeks"
    return (
        f"{_plain(plan.from_mme)} to {_plain(plan.target_mme)} MME/day, {_plain(plan.step_mme)} MME/day{share} less every "
        f"{weeks}, from {plan.starts}, target on {plan.reached_on}"
    )


def _plain(number: Decimal) -> str:
    """Without zeros that say nothing: 67.50 → 67.5, 100.00 → 100."""
    return f"{number:f}".rstrip("0").rstrip(".") if number % 1 else f"{number:.0f}"
