"""The site code map: what a clinic's own codes and names mean, from one TOML file.

    [[code]]
    system = "urn:oid:1.2.840.114350.1.13.1.2.7.2.768282"
    code = "30412"
    concept = "peg_total"

    [[code]]
    name = "Pain contract scanned"
    concept = "agreement"

`concept` is a word of this page (`concept_names`) or a standard code ("LOINC 19295-5"). The one place where the map has an
effect is `translated`: beside the local coding it puts one that every finder already knows, and leaves what the chart shows
as it is. The loader refuses what it does not understand, naming file, entry, line and remedy.
"""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, is_dataclass, replace
from difflib import get_close_matches
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Any, TypeVar

from app.domain.chart import Answer, QuestionnaireResponse
from app.domain.codes import HCPCS, ICD10CM, LOINC, RXNORM, SNOMED, Code, Coding, Concept, Icd10, Loinc, RxNorm, Snomed
from app.domain.errors import AskAnAdministrator
from app.domain.record import PatientRecord
from app.rules.facts import CONCEPTS, NUMBER
from app.terminology.assessments import items_of
from app.terminology.labs import lab_codes
from app.terminology.processes import Hcpcs

FACT = "urn:sextant:fact"
"""System of the codings that stand for a recorded fact: the code is "concept=value", or "concept" for a number."""
NO_SYSTEM = "none"
KEYS = frozenset({"system", "code", "name", "concept", "value", "note"})
INSTRUMENTS = ("PEG", "PHQ-2", "PHQ-4", "PHQ-9", "GAD-7", "PC-PTSD-5", "ORT", "AUDIT-C", "DAST-10")
STANDARD: Mapping[str, type[Code]] = {
    "LOINC": Loinc,
    "SNOMED": Snomed,
    "RXNORM": RxNorm,
    "ICD10CM": Icd10,
    "HCPCS": Hcpcs,
}
URIS = frozenset({LOINC, SNOMED, RXNORM, ICD10CM, HCPCS})

R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class CodeMap:
    """`coded`: (system, local code) → the coding it stands for; `named`: a name in lower case → the same."""

    coded: Mapping[tuple[str, str], Coding] = field(default_factory=lambda: MappingProxyType({}))
    named: Mapping[str, Coding] = field(default_factory=lambda: MappingProxyType({}))

    def __bool__(self) -> bool:
        return bool(self.coded or self.named)

    def meaning(self, concept: Concept) -> tuple[Coding, ...]:
        """What the site says that a concept stands for, each coding once."""
        by_code = (self.coded.get((each.system or NO_SYSTEM, each.code)) for each in concept.codings if each.code)
        texts = (concept.text, *(each.display for each in concept.codings))
        by_name = (self.named.get(plain(text)) for text in texts if text)
        return tuple(dict.fromkeys(found for found in (*by_code, *by_name) if found))


NO_MAP = CodeMap()


def plain(name: str) -> str:
    """A name as it is compared: the case and the blanks do not matter."""
    return " ".join(name.casefold().split())


# --- the effect ------------------------------------------------------------------------------------------------------


def translated(record: PatientRecord, codes: CodeMap) -> PatientRecord:
    """The record with a known coding beside each local one that the site has mapped; the same object without a map."""
    if not codes:
        return record
    forms = tuple(_form(each, codes) for each in record.questionnaire_responses)
    return _within(replace(record, questionnaire_responses=forms), codes)


def _within(value: R, codes: CodeMap) -> R:
    """The same value, with every concept in it translated; what does not change is not copied."""
    found: Any = value
    if isinstance(value, Concept):
        more = codes.meaning(value)
        found = replace(value, codings=(*value.codings, *more)) if more else value
    elif isinstance(value, tuple):
        parts = tuple(_within(each, codes) for each in value)
        found = parts if any(new is not old for new, old in zip(parts, value, strict=True)) else value
    elif is_dataclass(value) and not isinstance(value, type):
        changed = {}
        for name in _parts(type(value)):
            old = getattr(value, name)
            if (new := _within(old, codes)) is not old:
                changed[name] = new
        found = replace(value, **changed) if changed else value
    result: R = found
    return result


@lru_cache(maxsize=64)
def _parts(kind: type[Any]) -> tuple[str, ...]:
    return tuple(each.name for each in fields(kind))


def _form(form: QuestionnaireResponse, codes: CodeMap) -> QuestionnaireResponse:
    """Questions of a form: the form's address is the system, the link id the code; or the question's own text."""
    system = (form.questionnaire or NO_SYSTEM).split("|")[0]
    return replace(form, answers=tuple(_answer(each, system, codes) for each in form.answers))


def _answer(answer: Answer, system: str, codes: CodeMap) -> Answer:
    asked = Concept((Coding(system, answer.link_id),), answer.text)
    meant = next(iter(codes.meaning(asked)), None)
    return replace(answer, definition=f"{meant.system}/{meant.code}") if meant else answer


# --- what a concept may be called ------------------------------------------------------------------------------------


@lru_cache(maxsize=1)
def concept_names() -> Mapping[str, Coding]:
    """Every word for a concept that stands for a code of its own: items of questionnaires, and laboratory values."""
    names: dict[str, Coding] = {}
    for instrument in INSTRUMENTS:
        for item in (each for each in items_of(instrument) if each.item != "panel"):
            names.setdefault(_slug(f"{instrument} {item.item}"), Coding(LOINC, item.loinc.value))
    for lab in lab_codes():
        if not lab.is_answer:
            names.setdefault(lab.concept, Coding(lab.code.system, lab.code.value))
    return MappingProxyType(names)


def _slug(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "_", text.lower()).strip("_")


# --- the file --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Entry:
    """One `[[code]]` of the file, and where it begins."""

    file: str
    number: int
    line: int | None
    cells: Mapping[str, Any]

    def refuse(self, what: str, remedy: str) -> AskAnAdministrator:
        """The error for this entry; raise what this returns."""
        place = self.file if self.line is None else f"{self.file}, line {self.line}"
        return AskAnAdministrator(f"Code map {place}, [[code]] {self.number}: {what}. Remedy: {remedy}.")

    def text(self, key: str) -> str:
        value = self.cells.get(key)
        if not isinstance(value, str) or not value.strip():
            raise self.refuse(f"{key} is empty or no text", "write it in quotes, or remove it")
        return value.strip()


def load_code_map(path: Path) -> CodeMap:
    """The map of one file. Raises AskAnAdministrator naming file, entry, line where known, and remedy."""
    try:
        text = path.read_text(encoding="utf-8")
        raw = tomllib.loads(text)
    except OSError:
        raise AskAnAdministrator(f"Code map {path.name} cannot be read. Remedy: check the path.") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as bad:
        raise AskAnAdministrator(f"Code map {path.name} is not TOML ({bad}). Remedy: correct that place.") from None
    coded: dict[tuple[str, str], Coding] = {}
    named: dict[str, Coding] = {}
    for entry in _entries(path.name, raw, text):
        _add(entry, coded, named)
    return CodeMap(MappingProxyType(coded), MappingProxyType(named))


def _entries(file: str, raw: Mapping[str, Any], text: str) -> list[_Entry]:
    strange = sorted(set(raw) - {"code"})
    tables = raw.get("code", [])
    if strange or not isinstance(tables, list) or not all(isinstance(each, dict) for each in tables):
        raise AskAnAdministrator(
            f"Code map {file}: it holds {strange[0] if strange else 'something else'} beside its entries. "
            "Remedy: write entries under [[code]] only."
        )
    begins = [number for number, line in enumerate(text.splitlines(), start=1) if line.strip() == "[[code]]"]
    lines = begins if len(begins) == len(tables) else [None] * len(tables)
    return [_Entry(file, at + 1, lines[at], cells) for at, cells in enumerate(tables)]


def _add(entry: _Entry, coded: dict[tuple[str, str], Coding], named: dict[str, Coding]) -> None:
    for key in sorted(set(entry.cells) - KEYS):
        raise entry.refuse(f"unknown field {key}", f"fields are {', '.join(sorted(KEYS))}")
    meant = _meant(entry)
    if ("name" in entry.cells) == ("code" in entry.cells):
        raise entry.refuse("it needs a code or a name, and not both", "give system and code, or name")
    if "name" in entry.cells:
        _put(entry, named, plain(entry.text("name")), meant)
        return
    if "system" not in entry.cells:
        raise entry.refuse("system is missing", f'add it, or write system = "{NO_SYSTEM}" for codes without one')
    system, code = entry.text("system"), entry.text("code")
    if system in URIS:
        raise entry.refuse(f"{system} is a standard system", "map the clinic's own codes only")
    _put(entry, coded, (system, code), meant)


K = TypeVar("K")


def _put(entry: _Entry, index: dict[K, Coding], key: K, meant: Coding) -> None:
    if key in index:
        raise entry.refuse("this code or name is mapped twice", "keep one of the two entries")
    index[key] = meant


def _meant(entry: _Entry) -> Coding:
    """The coding that an entry's concept stands for."""
    concept = entry.text("concept")
    system, _, code = concept.partition(" ")
    if system in STANDARD:
        return _without_value(entry, _standard(entry, STANDARD[system], code.strip()))
    if concept in CONCEPTS:
        return _fact(entry, concept)
    if concept in concept_names():
        return _without_value(entry, concept_names()[concept])
    known = [*CONCEPTS, *concept_names()]
    near = get_close_matches(concept, known, n=4) or known[:4]
    raise entry.refuse(f"there is no concept {concept!r}", f"use one of {', '.join(near)} (see docs/site-code-map.md)")


def _standard(entry: _Entry, kind: type[Code], code: str) -> Coding:
    try:
        return Coding(kind.system, kind(code).value)
    except ValueError as bad:
        raise entry.refuse(str(bad), "correct the code") from None


def _fact(entry: _Entry, concept: str) -> Coding:
    """A fact with one value needs none named; a number is the chart's own."""
    values = CONCEPTS[concept]
    if values is NUMBER:
        return _without_value(entry, Coding(FACT, concept))
    value = entry.text("value") if "value" in entry.cells else values[0] if len(values) == 1 else ""
    if value not in values:
        raise entry.refuse(f"{concept} needs a value", f"add value = one of {', '.join(values)}")
    return Coding(FACT, f"{concept}={value}")


def _without_value(entry: _Entry, meant: Coding) -> Coding:
    if "value" in entry.cells:
        raise entry.refuse("value has no use here", "remove it: the chart's own value counts")
    return meant
