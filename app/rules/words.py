"""Words that Sextant does not use about people, tests and medicines, with what it says instead.

The list is that of the guideline page, after NIDA's "Words Matter" and pain care practice. It is checked on our own visible
sentences, whole words only: not on names of codes, text quoted from a chart, or JSON.
"""

import re
from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType

INSTEAD: Mapping[str, str] = MappingProxyType(
    {
        "addict|addicts|abuser|abusers|junkie|junkies": "person who uses opioids, person with opioid use disorder",
        "user|users": "patient, person",
        "subject|subjects": "patient, person",
        "narcotic|narcotics": "opioid, opioid medicine",
        "drug abuse|opioid abuse|substance abuse|drug habit": "misuse, use other than prescribed; opioid use disorder",
        "opioid-dependent patient|opioid dependent patient|chronic opioid patient": "person taking opioids long term",
        "abuse risk|addiction risk": "risk of harm (overdose, OUD)",
        "clean|dirty": "not detected, detected; expected, unexpected",
        "failed udt|failed test|failed urine|hot urine|bad result": "unexpected result",
        "non-compliant|noncompliant|non-adherent|nonadherent|non-compliance|noncompliance": "not taken as planned",
        "refused|refuses": "declined; not yet done",
        "aberrant|red flag|red flags|suspicious": "concern to discuss; change to discuss",
        "drug-seeking|drug seeking|doctor shopping|doctor-shopping|pill mill": "more than one prescriber; unmet pain need",
        "frequent flyer|difficult patient|difficult patients": "person with complex needs",
        "high-risk patient|high risk patient|high-risk patients|high risk patients": "person at higher risk of harm (reason)",
        "violator|violation|contract|contracts": "agreement, care agreement; step in the agreement not met",
        "diverter|diversion": "possible that medicine is going to others",
        "taper now|wean|weaning|cut off|detox|detox off|kicked off": "discuss a slower dose; stopped with a plan",
        "discharged from practice|fired from practice|fired": "keep in care",
        "medication-assisted treatment|medication assisted treatment|mat": "medication for OUD (MOUD)",
        "replacement therapy|substitution|substitution therapy": "medication for OUD (MOUD)",
        "relapse|relapsed|lapse": "return to use",
        "former addict|reformed": "person in recovery",
        "clean time|sober": "in recovery; not using",
        "alcoholic|alcoholics": "person with alcohol use disorder",
        "committed suicide|failed suicide|suicidal patient": "died by suicide; thoughts of suicide",
        "schizophrenic|schizophrenics|bipolars": "person with ...",
        "suffers|suffering|victim|victims": "has; lives with",
        "complains|claims|admits|denies": "reports",
        "addicted baby|addicted babies": "newborn exposed to opioids, newborn with withdrawal",
        "overdosed on purpose": "overdose (intent unknown)",
        "pain patient|pain patients|opioid patient|opioid patients": "person with chronic pain",
        "frail|elderly": "age 65 or older",
        "leader-board|leaderboard": "your panel compared with the clinic",
    }
)


@lru_cache(maxsize=1)
def _patterns() -> tuple[tuple[re.Pattern[str], str], ...]:
    return tuple((re.compile(rf"(?<![\w-])(?:{words})(?![\w-])", re.IGNORECASE), say) for words, say in INSTEAD.items())


def unapproved(sentence: str) -> tuple[str, ...]:
    """Each word of a sentence that we do not use, with what to say instead; empty when all is well."""
    found = ((pattern.search(sentence), say) for pattern, say in _patterns())
    return tuple(f"{match[0]!r}: say {say}" for match, say in found if match)
