"""What a person may enter in Sextant, as data: the concepts, and the values that each takes.

A recorded fact is evidence of the same rank as a resource. Forms, the command line and rules all read this table, so that
a word that one offers is a word that the others know.
"""

from collections.abc import Mapping
from types import MappingProxyType

NUMBER: tuple[str, ...] = ()
"""The value is a whole number."""

CONCEPTS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "ltot": ("confirmed", "tapering", "not_ours", "acute_only"),
        "exclusion_cancer": ("applies", "does_not_apply"),
        "exclusion_palliative": ("applies", "does_not_apply"),
        "exclusion_end_of_life": ("applies", "does_not_apply"),
        "exclusion_sickle_cell": ("applies", "does_not_apply"),
        "exclusion_long_term_care": ("applies", "does_not_apply"),
        "agreement": ("signed",),
        "pdmp_check": ("done",),
        "pdmp_result": ("as_expected", "unexpected", "discussed"),
        "udt_check": ("done",),
        "udt_result": ("explained",),
        "naloxone": ("has", "otc", "declined"),
        "benefit_risk_review": ("done",),
        "documented_plan": ("made",),
        "pain_consult": ("done",),
        "taper_plan": ("made",),
        "peg_goal": ("at_goal",),
        "visit": ("done",),
        "follow_up": ("done",),
        "suicide_risk_assessment": ("done",),
        "moud": ("offered", "declined", "on"),
        "pregnancy": ("pregnant", "not_pregnant"),
        "pregnancy_expert": ("asked",),
        "goals": ("set",),
        "counsel": ("done",),
        "nonopioid": ("done",),
        "bowel": ("advised",),
        "ecg_plan": ("made",),
        "fall_risk": ("done",),
        "cognition": ("done",),
        "alcohol_intervention": ("done",),
        "sleep_treatment": ("in_use",),
        "sleep_evaluation": ("done",),
        "ort": NUMBER,
        "ort_oud": NUMBER,
        "stop_bang": NUMBER,
    }
)

LARGEST: Mapping[str, int] = MappingProxyType({"ort": 26, "ort_oud": 9, "stop_bang": 8})
"""The top of each scale that starts at 0: a number above it is a slip of the pen."""
