"""What shows that a step of care was done: agreement, PDMP check, plan of care, counselling, taper plan, ...

By code (SNOMED CT, LOINC, HCPCS, ICD-10-CM) or, for documents and consents, by the words of a title. A title that
matches is evidence to show, never proof; a title that also matches one of the process's excludes does not count.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from app.domain.codes import HCPCS, ICD10CM, LOINC, SNOMED, Code, Concept, Icd10, Loinc, Snomed
from app.terminology.tables import DATA, Row, read_rows


class Hcpcs(Code):
    """A HCPCS level II code."""

    __slots__ = ()
    system = HCPCS
    pattern = re.compile(r"[A-V]\d{4}")


SYSTEMS: dict[str, type[Code]] = {"SNOMED": Snomed, "LOINC": Loinc, "HCPCS": Hcpcs, "ICD10CM": Icd10}
_SYSTEM_URIS = (SNOMED, LOINC, HCPCS, ICD10CM)


@dataclass(frozen=True, slots=True)
class ProcessCode:
    """A code that stands for a step of care; `kind` says what sort of record carries it ("procedure", "document")."""

    process: str
    code: Code
    kind: str
    display: str


@dataclass(frozen=True, slots=True)
class TitlePattern:
    """A pattern for document titles, with the patterns that take a match back."""

    process: str
    matches: tuple[re.Pattern[str], ...]
    excludes: tuple[re.Pattern[str], ...]

    def fits(self, title: str) -> bool:
        return any(each.search(title) for each in self.matches) and not any(
            each.search(title) for each in self.excludes
        )


@dataclass(frozen=True, slots=True)
class ProcessTable:
    """`by_code`: (system URI, code) -> the processes it stands for. `titles`: one pattern group per process."""

    by_code: Mapping[tuple[str, str], tuple[ProcessCode, ...]]
    titles: tuple[TitlePattern, ...]

    @property
    def names(self) -> frozenset[str]:
        coded = {each.process for rows in self.by_code.values() for each in rows}
        return frozenset(coded | {each.process for each in self.titles})


def load_processes(directory: Path = DATA) -> ProcessTable:
    """Read codes and title patterns. Raises AskAnAdministrator naming file, line and remedy."""
    by_code: dict[tuple[str, str], tuple[ProcessCode, ...]] = {}
    for row in read_rows("mixed/processes.csv", "process system code kind display", directory):
        kind = SYSTEMS[row.choice("system", frozenset(SYSTEMS))]
        each = ProcessCode(row.text("process"), row.code("code", kind), row.text("kind"), row.text("display"))
        key = (kind.system, each.code.value)
        if any(other.process == each.process for other in by_code.get(key, ())):
            raise row.error(f"{each.code.value} is listed twice in {each.process}", "keep one of the two lines")
        by_code[key] = (*by_code.get(key, ()), each)
    return ProcessTable(by_code, _titles(directory))


def _titles(directory: Path) -> tuple[TitlePattern, ...]:
    patterns: dict[str, dict[str, list[re.Pattern[str]]]] = {}
    for row in read_rows("mixed/process_titles.csv", "process use pattern display", directory):
        use = row.choice("use", frozenset({"match", "exclude"}))
        patterns.setdefault(row.text("process"), {"match": [], "exclude": []})[use].append(_pattern(row))
    return tuple(TitlePattern(name, tuple(each["match"]), tuple(each["exclude"])) for name, each in patterns.items())


def _pattern(row: Row) -> re.Pattern[str]:
    try:
        return re.compile(row.text("pattern"), re.IGNORECASE)
    except re.error as bad:
        raise row.error(f"the pattern is not a regular expression ({bad})") from None


@lru_cache(maxsize=1)
def process_table() -> ProcessTable:
    """The shipped table, read once."""
    return load_processes()


@lru_cache(maxsize=8192)
def processes_coded(concept: Concept) -> tuple[ProcessCode, ...]:
    """The processes that a concept's codings stand for."""
    table = process_table().by_code
    pairs = ((uri, code) for uri in _SYSTEM_URIS for code in concept.codes(uri))
    return tuple(dict.fromkeys(found for pair in pairs for found in table.get(pair, ())))


@lru_cache(maxsize=4096)
def processes_titled(title: str) -> tuple[str, ...]:
    """The processes that a document's title speaks of, e.g. ("treatment_agreement",)."""
    plain = " ".join(title.split())
    return tuple(each.process for each in process_table().titles if each.fits(plain))
