"""Writes the note of a visit, and shows beforehand what would be written: one note, corrected in place when the same visit goes
on, never over a person's change; taken back, it is marked as entered in error."""

from dataclasses import dataclass

from app.domain.flag import ChangeKind, NoteIntent, Written
from app.fhir_adapters.base.chart_writes import ChartWrites
from app.fhir_adapters.base.flag_json import json_text
from app.fhir_adapters.base.note_aim import NoteAim, signature
from app.fhir_adapters.base.note_json import corrected_note, new_note
from app.fhir_adapters.base.standing import withdrawn
from app.fhir_adapters.base.systems import Json
from app.fhir_adapters.base.write_once import look_once, write_once
from app.ports import PreviewedWrite


@dataclass(frozen=True, slots=True)
class NoteWriter:
    """The part of a sink that writes notes."""

    writes: ChartWrites

    @property
    def can_take_back(self) -> bool:
        """Whether a note of ours can be taken back in this EHR."""
        return self.writes.can_change_notes

    def preview(self, intent: NoteIntent) -> PreviewedWrite:
        """For a new note, the very resource that `write` sends. For one that stands in the chart, the elements that `write`
        sets in it; everything else in it stays as it is then."""
        last = intent.change.last
        is_there = self._stands_already(intent)
        changed = last.reference if last and is_there else None
        where = f"{changed or 'the note of this visit'} in the chart" if is_there else "a new note in the chart"
        shown = self.writes.signature_text(signature(intent, changed or "DocumentReference/(new)"))
        return PreviewedWrite(where, intent.change.note.text, json_text(self._previewed(intent)).decode(), shown)

    async def write(self, intent: NoteIntent) -> Written:
        """Carry out one intent. See `ports.FlagSink`."""
        return await write_once(NoteAim(intent, self.writes), self.writes)

    async def look(self, intent: NoteIntent) -> Written | None:
        """What an earlier try came to. See `ports.FlagSink`."""
        return await look_once(NoteAim(intent, self.writes), self.writes)

    def _stands_already(self, intent: NoteIntent) -> bool:
        """Whether a note that stands in the chart is changed; elsewhere a new one is made, perhaps in place of the last."""
        is_end = intent.change.kind is ChangeKind.INACTIVATE
        return is_end or (intent.change.last is not None and self.writes.can_change_notes)

    def _previewed(self, intent: NoteIntent) -> Json:
        if not self._stands_already(intent):
            last = intent.change.last
            return new_note(intent, self.writes.profile.note, last.reference if last else None)
        known = _known(intent)
        is_end = intent.change.kind is ChangeKind.INACTIVATE
        return withdrawn(known, intent.decision) if is_end else corrected_note(known, intent)


def _known(intent: NoteIntent) -> Json:
    """The note as the plan knows it; where the EHR never named it, without an id."""
    reference = intent.change.last.reference if intent.change.last else None
    known: Json = {"resourceType": "DocumentReference", "status": "current", "subject": {"reference": intent.patient}}
    return {**known, "id": reference.partition("/")[2]} if reference else known
