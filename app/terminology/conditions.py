"""Which conditions a diagnosis code means: substance use, overdose, apnoea, cancer, pregnancy, organ impairment, ...

ICD-10-CM rows are exact or a prefix, and within one concept the longest match wins (F11.21 "in remission" beats F11.2).
SNOMED CT rows are exact. Look at `subtype` before acting: remission, history and "use, unspecified" are not active
disease. Whole-list cancer codes come from their own file, in `cancer_active` with the subtype that the file gives.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TypeVar

from app.domain.codes import ICD10CM, SNOMED, Concept, Icd10, Snomed
from app.terminology.tables import DATA, Row, put_once, read_rows

K = TypeVar("K")

CANCER = "cancer_active"
_COLUMNS = "code match concept subtype display"
CANCER_SUBTYPES = frozenset(
    {
        "in_remission",
        "in_situ_or_uncertain_behavior",
        "not_cancer",
        "partial_remission",
        "predisposition_syndrome",
        "skin_nonmelanoma",
    }
)


@dataclass(frozen=True, slots=True)
class ConditionMeaning:
    """One concept that a code stands for. `subtype` "" means no qualification; `display` is None where none is known."""

    concept: str
    subtype: str
    code: str
    display: str | None


@dataclass(frozen=True, slots=True)
class ConditionTable:
    """`exact`: (system URI, code) -> meanings; `prefixes`: ICD-10-CM text that a code starts with -> meanings."""

    exact: Mapping[tuple[str, str], tuple[ConditionMeaning, ...]]
    prefixes: Mapping[str, tuple[ConditionMeaning, ...]]
    cancer: Mapping[str, str]

    @property
    def concepts(self) -> frozenset[str]:
        rows = (*self.exact.values(), *self.prefixes.values())
        return frozenset({each.concept for row in rows for each in row} | {CANCER})


def load_conditions(directory: Path = DATA) -> ConditionTable:
    """Read ICD-10-CM, SNOMED CT and cancer rows. Raises AskAnAdministrator naming file, line and remedy."""
    exact: dict[tuple[str, str], tuple[ConditionMeaning, ...]] = {}
    prefixes: dict[str, tuple[ConditionMeaning, ...]] = {}
    for row in read_rows("icd10cm/conditions.csv", _COLUMNS, directory):
        if row.choice("match", frozenset({"exact", "prefix"})) == "exact":
            _add(exact, (ICD10CM, row.code("code", Icd10).value), row)
        else:
            _add(prefixes, _prefix(row), row)
    for row in read_rows("snomed/conditions.csv", _COLUMNS, directory):
        row.choice("match", frozenset({"exact"}))
        _add(exact, (SNOMED, row.code("code", Snomed).value), row)
    return ConditionTable(exact, prefixes, _cancer(directory))


def _prefix(row: Row) -> str:
    """A prefix may end inside a code ("T40.2X1"), which Icd10 accepts; a bare trailing dot or letter it does not."""
    return row.code("code", Icd10).value


def _add(index: dict[K, tuple[ConditionMeaning, ...]], key: K, row: Row) -> None:
    meaning = ConditionMeaning(
        row.text("concept"), row.optional("subtype") or "", row.text("code"), row.optional("display")
    )
    if any(each.concept == meaning.concept for each in index.get(key, ())):
        raise row.error(f"{meaning.code} is listed twice in {meaning.concept}", "keep one of the two lines")
    index[key] = (*index.get(key, ()), meaning)


def _cancer(directory: Path) -> dict[str, str]:
    subtypes: dict[str, str] = {}
    for row in read_rows("snomed/cancer.csv", "code subtype", directory):
        subtype = row.choice("subtype", CANCER_SUBTYPES) if row.optional("subtype") else ""
        put_once(subtypes, row.code("code", Snomed).value, subtype, row)
    return subtypes


@lru_cache(maxsize=1)
def condition_table() -> ConditionTable:
    """The shipped table, read once."""
    return load_conditions()


@lru_cache(maxsize=8192)
def conditions_meant(concept: Concept) -> tuple[ConditionMeaning, ...]:
    """Everything that a concept's ICD-10-CM and SNOMED CT codings mean, each (concept, subtype) once."""
    icd = (each for code in concept.codes(ICD10CM) for each in icd10_meanings(code))
    sct = (each for code in concept.codes(SNOMED) for each in snomed_meanings(code))
    found: dict[tuple[str, str], ConditionMeaning] = {}
    for each in (*icd, *sct):
        found.setdefault((each.concept, each.subtype), each)
    return tuple(found.values())


@lru_cache(maxsize=8192)
def icd10_meanings(code: str) -> tuple[ConditionMeaning, ...]:
    """The meanings of an ICD-10-CM code; within a concept the longest match wins. Dots are put in where a chart drops them."""
    table, dotted = condition_table(), with_dot(code)
    longest: dict[str, ConditionMeaning] = {}
    for length in range(3, len(dotted) + 1):
        longest |= {each.concept: each for each in table.prefixes.get(dotted[:length], ())}
    longest |= {each.concept: each for each in table.exact.get((ICD10CM, dotted), ())}
    return tuple(longest.values())


def with_dot(code: str) -> str:
    """'f1120' -> 'F11.20'."""
    plain = code.strip().upper()
    return plain if "." in plain or len(plain) <= 3 else f"{plain[:3]}.{plain[3:]}"


@lru_cache(maxsize=8192)
def snomed_meanings(code: str) -> tuple[ConditionMeaning, ...]:
    """The meanings of a SNOMED CT concept id. Where the cancer file states a subtype it wins."""
    table = condition_table()
    found = table.exact.get((SNOMED, code), ())
    if code not in table.cancer or (not table.cancer[code] and any(each.concept == CANCER for each in found)):
        return found
    others = tuple(each for each in found if each.concept != CANCER)
    return (*others, ConditionMeaning(CANCER, table.cancer[code], code, None))
