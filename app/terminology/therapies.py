"""Therapies beside opioids: which are treatments of pain (NSAIDs, exercise, CBT, ...) and which other care (bowel, CPAP).

Drugs are matched by RxNorm ingredient; obey `note` ("topical only", "alone only"). `subtype` "advice", "education",
"assessment", "referral" is weaker than the therapy itself.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from app.domain.codes import HCPCS, ICD10CM, LOINC, RXNORM, SNOMED, Code, Concept, Icd10, Loinc, RxNorm, Snomed
from app.terminology.processes import Hcpcs
from app.terminology.tables import DATA, Row, read_rows

PAIN_THERAPIES = frozenset(
    {
        "acetaminophen",
        "acupuncture",
        "antidepressant_for_pain",
        "cbt_for_pain",
        "chiropractic_manipulation",
        "exercise_therapy",
        "gabapentinoid",
        "interdisciplinary_pain_program",
        "massage",
        "nsaid",
        "physical_therapy",
        "topical_analgesic",
    }
)
KINDS = frozenset({"drug_ingredient", "procedure", "referral"})
SYSTEMS: dict[str, type[Code]] = {
    "RXNORM": RxNorm,
    "SNOMED": Snomed,
    "LOINC": Loinc,
    "HCPCS": Hcpcs,
    "ICD10CM": Icd10,
}
_URIS = (RXNORM, SNOMED, LOINC, HCPCS, ICD10CM)
_WORD = re.compile(r"[a-z][a-z0-9-]*")
ALIASES: Mapping[str, str] = {
    "senna": "sennosides usp",
    "sennosides": "sennosides usp",
    "paracetamol": "acetaminophen",
}
"""Other names of ingredients, as charts write them."""


@dataclass(frozen=True, slots=True)
class Therapy:
    """A code of one therapy concept."""

    concept: str
    subtype: str
    code: Code
    name: str
    kind: str
    note: str

    @property
    def is_for_pain(self) -> bool:
        return self.concept in PAIN_THERAPIES


def load_therapies(directory: Path = DATA) -> dict[tuple[str, str], tuple[Therapy, ...]]:
    """(system URI, code) -> therapies. Raises AskAnAdministrator naming file, line and remedy."""
    found: dict[tuple[str, str], tuple[Therapy, ...]] = {}
    for row in read_rows("mixed/therapies.csv", "concept subtype system code name kind note", directory):
        therapy = _therapy(row)
        key = (therapy.code.system, therapy.code.value)
        if any(each.concept == therapy.concept for each in found.get(key, ())):
            raise row.error(f"{therapy.code.value} is listed twice in {therapy.concept}", "keep one of the two lines")
        found[key] = (*found.get(key, ()), therapy)
    return found


def _therapy(row: Row) -> Therapy:
    return Therapy(
        row.text("concept"),
        row.optional("subtype") or "",
        row.code("code", SYSTEMS[row.choice("system", frozenset(SYSTEMS))]),
        row.text("name"),
        row.choice("kind", KINDS),
        row.optional("note") or "",
    )


@lru_cache(maxsize=1)
def _shipped() -> Mapping[tuple[str, str], tuple[Therapy, ...]]:
    return load_therapies()


@lru_cache(maxsize=1)
def _drugs_by_name() -> Mapping[str, tuple[Therapy, ...]]:
    index: dict[str, tuple[Therapy, ...]] = {}
    for each in (therapy for rows in _shipped().values() for therapy in rows if therapy.kind == "drug_ingredient"):
        name = _words(each.name)
        index[name] = (*index.get(name, ()), each)
    return index | {alias: index[name] for alias, name in ALIASES.items() if name in index}


def _words(text: str) -> str:
    """Words only: "sennosides, USP" and "polyethylene glycol 3350" are found however they are punctuated."""
    return " ".join(_WORD.findall(text.lower()))


@lru_cache(maxsize=8192)
def therapies_coded(concept: Concept) -> tuple[Therapy, ...]:
    """The therapies that a concept's codings stand for (RxNorm: ingredient codes)."""
    pairs = ((uri, code) for uri in _URIS for code in concept.codes(uri))
    return tuple(dict.fromkeys(each for pair in pairs for each in _shipped().get(pair, ())))


@lru_cache(maxsize=8192)
def therapy_drugs_named(text: str) -> tuple[Therapy, ...]:
    """The drug therapies whose ingredient a medication's name holds as whole words ("ibuprofen 600 MG Oral Tablet")."""
    words = _WORD.findall(text.lower())
    names = _drugs_by_name()
    runs = (" ".join(words[place : place + length]) for length in (3, 2, 1) for place in range(len(words)))
    return tuple(dict.fromkeys(each for run in runs for each in names.get(run, ())))
