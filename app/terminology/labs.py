"""Laboratory and measurement codes that rules read: eGFR, liver tests, QTc, pregnancy, weight, ..."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from app.domain.codes import LOINC, SNOMED, Code, Concept, Loinc, Snomed
from app.terminology.tables import DATA, read_rows

SYSTEMS: dict[str, type[Code]] = {"LOINC": Loinc, "SNOMED": Snomed}


@dataclass(frozen=True, slots=True)
class LabCode:
    """A code of one lab concept. `units` are the UCUM units its numbers may come in; empty for coded results. SNOMED CT
    rows are answers ("pregnant"), not tests."""

    concept: str
    code: Code
    display: str
    units: tuple[str, ...]

    @property
    def is_answer(self) -> bool:
        return self.code.system == SNOMED


def load_labs(directory: Path = DATA) -> dict[tuple[str, str], LabCode]:
    """(system URI, code) -> lab. Raises AskAnAdministrator naming file, line and remedy."""
    labs: dict[tuple[str, str], LabCode] = {}
    for row in read_rows("mixed/labs.csv", "concept system code display unit_hint", directory):
        kind = SYSTEMS[row.choice("system", frozenset(SYSTEMS))]
        units = tuple(each for each in (row.optional("unit_hint") or "").split("|") if each)
        lab = LabCode(row.text("concept"), row.code("code", kind), row.text("display"), units)
        key = (kind.system, lab.code.value)
        if key in labs:
            raise row.error(f"{lab.code.value} occurs twice", "keep one of the two lines")
        labs[key] = lab
    return labs


@lru_cache(maxsize=1)
def _shipped() -> Mapping[tuple[str, str], LabCode]:
    return load_labs()


def lab_codes() -> tuple[LabCode, ...]:
    """Every code of the table, in the order of the file."""
    return tuple(_shipped().values())


@lru_cache(maxsize=8192)
def labs_in(concept: Concept) -> tuple[LabCode, ...]:
    """The labs among a concept's LOINC and SNOMED CT codings."""
    pairs = ((uri, code) for uri in (LOINC, SNOMED) for code in concept.codes(uri))
    return tuple(dict.fromkeys(lab for pair in pairs if (lab := _shipped().get(pair))))
