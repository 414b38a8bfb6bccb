"""A person's word from a file: one recorded fact a line, as JSON, read strictly because each counts as evidence.

    {"patient": "Patient/p1", "concept": "naloxone", "value": "has", "day": "2026-02-20", "who": "Nurse Kim",
     "when": "2026-02-20T09:30:00-08:00", "note": "two doses at home"}

(on one line). `docs/recorded-facts.md` lists the concepts. A "taper_plan" may carry its numbers as a field `taper`. A
file with a wrong line is refused as a whole.
"""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from difflib import get_close_matches
from typing import Any
from zoneinfo import ZoneInfo

from app.domain.chart import RecordedFact
from app.domain.dates import PartialDate, parse_partial_date
from app.domain.errors import WrongUsage
from app.domain.record import PatientRecord
from app.domain.taper import TaperPlan
from app.rules.facts import CONCEPTS, LARGEST, NUMBER
from app.rules.taper import CONCEPT as TAPER
from app.usecases.refused import Refused
from app.usecases.taper_entry import LABELS, taper_from

Facts = Mapping[str, tuple[RecordedFact, ...]]
"""Facts by patient ("Patient/p1")."""

REQUIRED = ("patient", "concept", "value", "day", "who", "when")
OPTIONAL = ("note", "taper")
FIELDS = frozenset((*REQUIRED, *OPTIONAL))
MOST_TOLD = 20
"""Wrong lines named in one message; the rest are counted."""
_PATIENT = re.compile(r"Patient/[A-Za-z0-9\-.]{1,64}")
_WHOLE = re.compile(r"\d{1,3}")


class _Wrong(Exception):
    """Why one line is refused, and what to write instead."""

    def __init__(self, what: str, remedy: str) -> None:
        super().__init__(what)
        self.what, self.remedy = what, remedy


def facts_from(name: str, text: str, zone: ZoneInfo) -> Facts:
    """The facts of a file's text, by patient. `name` is what messages call the file; days are those of `zone`.

    Raises WrongUsage that names each wrong line with its number and remedy.
    """
    found: dict[str, tuple[RecordedFact, ...]] = {}
    wrong: list[str] = []
    for number, line in enumerate(text.removeprefix("\ufeff").splitlines(), start=1):
        if not line.strip():
            continue
        try:
            fact = _fact(line, zone)
            found[fact.patient] = (*found.get(fact.patient, ()), fact)
        except _Wrong as bad:
            wrong.append(f"{name}, line {number}: {bad.what}. Remedy: {bad.remedy}.")
    if wrong:
        more = (f"and {len(wrong) - MOST_TOLD} more lines",) if len(wrong) > MOST_TOLD else ()
        raise WrongUsage("\n".join((*wrong[:MOST_TOLD], *more)))
    return found


def with_facts(record: PatientRecord, facts: Facts) -> PatientRecord:
    """The record with what was stated about this person beside what it already holds."""
    stated = facts.get(record.reference or "", ())
    return replace(record, facts=(*record.facts, *stated)) if stated else record


def about_nobody(facts: Facts, seen: Iterable[str | None]) -> tuple[str, ...]:
    """People of the facts who were not among the charts, sorted: their facts changed nothing, which must be told."""
    return tuple(sorted(set(facts) - set(seen)))


# --- one line --------------------------------------------------------------------------------------------------------


def _fact(line: str, zone: ZoneInfo) -> RecordedFact:
    cells = _cells(line)
    concept, entered_at = _concept(cells), _instant(cells, zone)
    numbers = cells.get("taper")
    return RecordedFact(
        patient=_patient(cells),
        concept=concept,
        value=_value(concept, cells["value"]),
        day=_day(cells, zone),
        entered_by=_text(cells, "who"),
        entered_at=entered_at,
        note=_text(cells, "note") if cells.get("note") is not None else None,
        taper=_taper(concept, numbers, entered_at.astimezone(zone).date()) if numbers is not None else None,
    )


def _cells(line: str) -> dict[str, Any]:
    try:
        cells = json.loads(line)
    except ValueError:
        raise _Wrong("it is not valid JSON", "write one JSON object on the line") from None
    if not isinstance(cells, dict):
        raise _Wrong("it is not a JSON object", 'write {"patient": ..., "concept": ..., ...}')
    unknown = sorted(set(cells) - FIELDS)
    if unknown:
        raise _Wrong(f"unknown field {unknown[0]!r}", f"fields are {', '.join((*REQUIRED, *OPTIONAL))}")
    absent = [field for field in REQUIRED if cells.get(field) in (None, "")]
    if absent:
        raise _Wrong(f"{absent[0]} is missing", "fill it in")
    return cells


def _text(cells: Mapping[str, Any], field: str) -> str:
    value = cells[field]
    if not isinstance(value, str) or not value.strip():
        raise _Wrong(f"{field} is not a text", "write it in quotes")
    return value.strip()


def _patient(cells: Mapping[str, Any]) -> str:
    reference = _text(cells, "patient")
    if not _PATIENT.fullmatch(reference):
        raise _Wrong(f"the patient is {reference!r}", "write a reference, as Patient/p1")
    return reference


def _concept(cells: Mapping[str, Any]) -> str:
    concept = _text(cells, "concept")
    if concept not in CONCEPTS:
        near = get_close_matches(concept, CONCEPTS, n=3) or sorted(CONCEPTS)
        raise _Wrong(f"there is no concept {concept!r}", f"use one of {', '.join(near)} (see docs/recorded-facts.md)")
    return concept


def _value(concept: str, value: object) -> str:
    if CONCEPTS[concept] is NUMBER:
        return _number(concept, value)
    if value not in CONCEPTS[concept]:
        raise _Wrong(f"{concept} does not take the value {value!r}", f"use {' or '.join(CONCEPTS[concept])}")
    return str(value)


def _number(concept: str, value: object) -> str:
    """A whole number, bare or in quotes, within the scale of its tool."""
    plain = str(value) if isinstance(value, str) or (isinstance(value, int) and not isinstance(value, bool)) else ""
    largest = LARGEST.get(concept)
    if not _WHOLE.fullmatch(plain.strip()):
        raise _Wrong(f"{concept} does not take the value {value!r}", "write a whole number")
    if largest is not None and int(plain) > largest:
        raise _Wrong(f"{concept} is {int(plain)}, above its scale", f"write a number from 0 to {largest}")
    return str(int(plain))


def _taper(concept: str, stated: object, entered_on: date) -> TaperPlan | None:
    """The numbers of a plan: an object of texts or numbers, read as the form would have read them on that day."""
    if concept != TAPER:
        raise _Wrong(f"{concept} takes no taper", f"leave it out, or use the concept {TAPER}")
    if not isinstance(stated, dict) or set(stated) != {*LABELS, "unit"}:
        raise _Wrong("taper is not a plan in numbers", f"write an object with {', '.join(LABELS)} and unit")
    read = taper_from({name: _plain(value) for name, value in stated.items()}, entered_on)
    if isinstance(read, Refused):
        raise _Wrong("the plan cannot be used", " ".join(each.sentence for each in read.problems).removesuffix("."))
    if read.value is None:
        raise _Wrong("taper is empty", "fill in its numbers, or leave the field out")
    return read.value


def _plain(value: object) -> str:
    """A text or a number as text; anything else is left empty, and is then told as missing."""
    return str(value) if isinstance(value, str | int | float) and not isinstance(value, bool) else ""


def _day(cells: Mapping[str, Any], zone: ZoneInfo) -> PartialDate:
    text = _text(cells, "day")
    try:
        return parse_partial_date(text, zone)
    except ValueError:
        raise _Wrong(f"the day is {text!r}", "write it as 2026-03-01") from None


def _instant(cells: Mapping[str, Any], zone: ZoneInfo) -> datetime:
    """When it was entered; a plain day is taken as its first instant, an instant without a zone as the clinic's."""
    text = _text(cells, "when")
    try:
        when = datetime.fromisoformat(text)
    except ValueError:
        raise _Wrong(f"when is {text!r}", "write an instant, as 2026-03-01T09:30:00-08:00") from None
    return (when if when.tzinfo else when.replace(tzinfo=zone)).astimezone(UTC)
