"""What to do about the note of a visit, from what the person confirmed and what stands in the chart at this moment. Pure.

A note that a person has changed is theirs. Whether one did is told by the chart's version where the EHR has versions, else by
the text; where neither can be compared, it is taken for changed.
"""

from collections.abc import Sequence
from dataclasses import replace
from urllib.parse import urlencode

from app.domain.flag import ChangeKind, LastWritten, NoteIntent, Written
from app.fhir_adapters.base.chart_writes import Write
from app.fhir_adapters.base.note_json import corrected_note, is_comparable, is_note, new_note, replaced_by, says
from app.fhir_adapters.base.profile import EhrProfile
from app.fhir_adapters.base.standing import Standing, withdrawn
from app.fhir_adapters.base.systems import NOTE_SYSTEM, decision_of

CHANGED_SINCE = "Somebody changed this note in the chart; it was left as it is."
NO_LONGER_THERE = "The note is no longer in the chart; nothing was written in its place."
STAYS_IN_ERROR = "The note was marked as entered in error in the chart; it stays so."
NOT_COMPARED = "The note stands in the chart; this EHR keeps its text in another form, so it was not compared."
CANNOT_CHANGE = "This EHR does not let Sextant change a note: take it back in the EHR itself."


def done_of(intent: NoteIntent) -> str:
    """What a note's change is called once it is done."""
    if intent.change.kind is ChangeKind.INACTIVATE:
        return "inactivated"
    return "updated" if intent.change.last else "created"


def next_step(intent: NoteIntent, found: Sequence[Standing], profile: EhrProfile, can_change: bool) -> Write | Written:
    """The write to send, or the answer when there is none to send. `can_change`: a note can be corrected in place."""
    own = next((each for each in found if intent.decision and decision_of(each.resource) == intent.decision), None)
    if own is not None:
        return _done_before(intent, own)
    first = found[0] if found else None
    if intent.change.kind is ChangeKind.INACTIVATE:
        return _take_back(intent, first, can_change)
    if first is None:
        return _create(intent, profile)
    if first.is_in_error:
        return written(intent, "conflict", first, STAYS_IN_ERROR)
    return _correct(intent, found, profile, can_change)


def _done_before(intent: NoteIntent, own: Standing) -> Written:
    """Our own work met again. Where it does not read as sent, or cannot be compared, a person may have been faster: that
    version is theirs, and ours unknown."""
    answer = written(intent, done_of(intent), own)
    is_end = intent.change.kind is ChangeKind.INACTIVATE
    is_as_sent = own.is_in_error if is_end else own.is_active and says(own.resource, intent.change.note.text)
    return answer if is_as_sent else replace(answer, version=None)


def _create(intent: NoteIntent, profile: EhrProfile) -> Write | Written:
    if intent.change.last is not None:
        return written(intent, "conflict", detail=NO_LONGER_THERE)
    condition = _identifier_query(intent) if profile.creates_on_condition else None
    return Write("POST", "DocumentReference", new_note(intent, profile.note), condition)


def _correct(intent: NoteIntent, found: Sequence[Standing], profile: EhrProfile, can_change: bool) -> Write | Written:
    first, last = found[0], intent.change.last
    same = next((each for each in found if says(each.resource, intent.change.note.text)), None)
    if same is not None and (same is first or not can_change):
        return written(intent, "already_there", same)
    if last is None:
        return _met(intent, first)
    if not is_note(first.resource, intent) or not first.is_active or not _is_as_left(first, last):
        return written(intent, "conflict", first, CHANGED_SINCE)
    if can_change:
        return Write("PUT", first.reference, corrected_note(first.resource, intent), first.version)
    newer = next((each for each in found if replaced_by(each.resource) == first.reference), None)
    if newer is not None:
        return _met(intent, newer)
    return Write("POST", "DocumentReference", new_note(intent, profile.note, replaces=first.reference))


def _met(intent: NoteIntent, first: Standing) -> Written:
    """A note of ours of which the ledger knows nothing: an earlier try wrote it. Where its text cannot be compared, a person
    may have changed it since, so its version is not taken for the one that we wrote."""
    if is_comparable(first.resource):
        return written(intent, "conflict", first, CHANGED_SINCE)
    return replace(written(intent, "already_there", first, NOT_COMPARED), version=None)


def _take_back(intent: NoteIntent, first: Standing | None, can_change: bool) -> Write | Written:
    if first is None or first.is_in_error:
        return written(intent, "already_there", first)
    if not can_change:
        return written(intent, "refused", first, CANNOT_CHANGE)
    last, text = intent.change.last, intent.change.note.text
    is_as_left = says(first.resource, text) or (last is not None and _is_as_left(first, last))
    if not (is_as_left and first.is_active and is_note(first.resource, intent)):
        return written(intent, "conflict", first, CHANGED_SINCE)
    return Write("PUT", first.reference, withdrawn(first.resource, intent.decision), first.version)


def _is_as_left(found: Standing, last: LastWritten) -> bool:
    """As Sextant left it."""
    if last.reference == found.reference and last.version and found.version:
        return found.version == last.version
    return says(found.resource, last.text)


def _identifier_query(intent: NoteIntent) -> str:
    """`If-None-Exist` is a bare query."""
    return urlencode({"identifier": f"{NOTE_SYSTEM}|{intent.change.note.identifier}"})


def written(intent: NoteIntent, outcome: str, found: Standing | None = None, detail: str = "") -> Written:
    """An answer about the note that stands there."""
    reference = found.reference if found else None
    return Written(intent.rule, outcome, reference, found.version if found else None, detail)
