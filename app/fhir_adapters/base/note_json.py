"""A visit's note as a DocumentReference: the elements that US Core, Epic and Oracle Health ask for, in strict R4B models."""

import base64
import json

from fhir.resources.R4B.documentreference import DocumentReference

from app.domain.flag import NoteIntent
from app.fhir_adapters.base.note_shape import LOINC, NOTE_CATEGORY, NoteShape
from app.fhir_adapters.base.systems import APP_SYSTEM, NOTE_SYSTEM, Json, author_of, coded, decided, without_empty
from app.fhir_adapters.base.values import References


def new_note(intent: NoteIntent, shape: NoteShape, replaces: str | None = None) -> Json:
    """A whole new note. Every time has its hour and zone (Oracle Health refuses a bare date), and is the same in the preview
    and in the write: the hour at which the chart was opened. Raises ValueError when it would not be valid R4."""
    at = intent.visit_at.isoformat(timespec="seconds")
    author = author_of(intent.author)
    made: Json = {
        "resourceType": "DocumentReference",
        "meta": {"tag": [{"system": APP_SYSTEM, "code": "sextant"}]},
        "identifier": [{"system": NOTE_SYSTEM, "value": intent.change.note.identifier}],
        "status": "current",
        "docStatus": "final",
        "type": {
            "coding": [{"system": LOINC, "code": shape.type_code, "display": shape.type_words}],
            "text": shape.type_words,
        },
        "category": [coded(NOTE_CATEGORY, "clinical-note")] if shape.has_category else None,
        "subject": {"reference": intent.patient},
        "date": at,
        "author": [author] if author else None,
        "relatesTo": [{"code": "replaces", "target": {"reference": replaces}}] if replaces else None,
        "description": intent.change.note.title,
        "content": [{"attachment": _attachment(intent, at)}],
        "context": _context(intent, at),
    }
    made = decided(without_empty(made), intent.decision)
    checked: Json = json.loads(DocumentReference(**made).model_dump_json(exclude_none=True))
    return {"resourceType": "DocumentReference", **checked}


def corrected_note(current: Json, intent: NoteIntent) -> Json:
    """The note that stands in the chart, with the new text; everything else stays."""
    note = intent.change.note
    at = intent.visit_at.isoformat(timespec="seconds")
    content = {"attachment": _attachment(intent, at)}
    return decided({**current, "description": note.title, "content": [content]}, intent.decision)


def is_note(resource: Json, intent: NoteIntent) -> bool:
    """Ours, by identifier, or by the reference in its title where the EHR keeps no identifiers of others."""
    note = intent.change.note
    if resource.get("resourceType") != "DocumentReference":
        return False
    identifiers = resource.get("identifier") or []
    titles = [resource.get("description"), *(page.get("title") for page in _pages(resource))]
    has_identifier = any((i.get("system"), i.get("value")) == (NOTE_SYSTEM, note.identifier) for i in identifiers)
    return has_identifier or any(note.identifier[:12] in str(title) for title in titles if title)


def replaced_by(resource: Json) -> str | None:
    """The reference of the note in whose place this one stands."""
    replaced = (each for each in resource.get("relatesTo") or [] if each.get("code") == "replaces")
    return next((References().relative((each.get("target") or {}).get("reference") or "") for each in replaced), None)


def says(resource: Json, text: str) -> bool:
    """Whether the stored text is this one and nothing else, where the EHR gives it back as it was sent."""
    return [page.get("data") for page in _pages(resource)] == [_data(text)]


def is_comparable(resource: Json) -> bool:
    """Whether the EHR gives plain text back. Oracle Health makes RTF of it, others store it elsewhere."""
    return any(
        page.get("data") and str(page.get("contentType")).partition(";")[0] == "text/plain" for page in _pages(resource)
    )


def _attachment(intent: NoteIntent, at: str) -> Json:
    return {
        "contentType": "text/plain; charset=utf-8",
        "language": "en",
        "data": _data(intent.change.note.text),
        "title": intent.change.note.title,
        "creation": at,
    }


def _context(intent: NoteIntent, at: str) -> Json:
    encounter = {"encounter": [{"reference": intent.encounter}]} if intent.encounter else {}
    return {**encounter, "period": {"start": at, "end": at}}


def _pages(resource: Json) -> list[Json]:
    return [content.get("attachment") or {} for content in resource.get("content") or []]


def _data(text: str) -> str:
    return base64.b64encode(text.encode()).decode()
