"""Writes the note of a visit: one note, corrected in place when the same visit goes on, never over a person's change.

Search on DocumentReference is weak and some EHRs keep no identifiers of others, so the ledger's reference and version count
first; a look-up by search finds what an unanswered write has left.
"""

from dataclasses import dataclass, replace
from urllib.parse import urlencode

from app.domain.errors import NotPermitted, RecordUnreadable, TryAgainLater, WrongUsage
from app.domain.flag import NoteIntent, ProvenanceIntent, Written
from app.fhir_adapters.base.chart_writes import CONFLICTS, ChartWrites, Done, Write
from app.fhir_adapters.base.flag_json import json_text
from app.fhir_adapters.base.note_json import corrected_note, is_note, new_note, says_the_same
from app.fhir_adapters.base.provenance import provenance
from app.fhir_adapters.base.standing import Standing, from_answer, is_about, matches, raise_for, standing, url_of
from app.fhir_adapters.base.systems import NOTE_SYSTEM, decision_of
from app.ports import PreviewedWrite

_TRIES = 2
_CHANGED_SINCE = "Somebody changed this note in the chart; it was left as it is."
_NOT_ANSWERED = "The EHR did not answer whether the note was written."


@dataclass(frozen=True, slots=True)
class NoteWriter:
    """The part of a sink that writes notes."""

    writes: ChartWrites

    def preview(self, intent: NoteIntent) -> PreviewedWrite:
        """For a new note, the very resource that `write` sends; for a correction, the note as it will read."""
        last = intent.change.last
        where = f"{last.reference} in the chart" if last and last.reference else "a new note in the chart"
        made = new_note(intent, self.writes.profile.note)
        signature = _signature(intent, last.reference if last and last.reference else "DocumentReference/(new)")
        signed = provenance(signature, self.writes.software) if signature and self.writes.takes_provenance else None
        shown = json_text(signed).decode() if signed else ""
        return PreviewedWrite(where, intent.change.note.text, json_text(made).decode(), shown)

    async def write(self, intent: NoteIntent) -> Written:
        """Carry out one intent. See `ports.FlagSink`."""
        try:
            for _ in range(_TRIES):
                step = self._next_step(intent, await self._find(intent))
                if isinstance(step, Written):
                    return replace(step, owes_provenance=_is_done(step) and await self.writes.owes())
                done = await self.writes.send(step, _signature(intent, step.url))
                if done is None:
                    return await self._looked_for(intent)
                lost_race = step.method == "POST" and done.answer.status == 200
                if not lost_race and done.answer.status not in CONFLICTS:
                    return await self._done(intent, step, done)
            return _written(intent, "conflict", detail=_CHANGED_SINCE)
        except (NotPermitted, WrongUsage, RecordUnreadable) as error:
            return _written(intent, "refused", detail=str(error))

    def _next_step(self, intent: NoteIntent, found: Standing | None) -> Write | Written:
        profile, last = self.writes.profile, intent.change.last
        if found is None:
            condition = _identifier_query(intent) if profile.creates_on_condition else None
            return Write("POST", "DocumentReference", new_note(intent, profile.note), condition)
        if intent.decision and decision_of(found.resource) == intent.decision:
            return _written(intent, "updated" if last else "created", found)
        if says_the_same(found.resource, intent):
            return _written(intent, "already_there", found)
        if last is None or found.version != last.version:
            return _written(intent, "conflict", found, _CHANGED_SINCE)
        if profile.note.can_update:
            return Write("PUT", found.reference, corrected_note(found.resource, intent), found.version)
        return Write("POST", "DocumentReference", new_note(intent, profile.note, replaces=found.reference))

    async def _done(self, intent: NoteIntent, step: Write, done: Done) -> Written:
        raise_for(done.answer)
        before = Standing({}, step.url, None) if step.method == "PUT" else None
        found = from_answer(done.answer, "DocumentReference", before)
        if found is not None and found.version is None:
            found = await self._read(found.reference) or found
        answer = _written(intent, "updated" if step.method == "PUT" else "created", found)
        owes = not done.is_signed and await self.writes.owes()
        return replace(answer, owes_provenance=owes, signed=done.signed)

    async def _looked_for(self, intent: NoteIntent) -> Written:
        found = await self._find(intent)
        step = self._next_step(intent, found)
        if isinstance(step, Write):
            raise TryAgainLater(_NOT_ANSWERED)
        is_new = intent.change.last is None
        # Where the EHR changes the text, a note that was not there before the write can only be ours.
        is_ours = step.outcome == "already_there" or (is_new and step.outcome == "conflict")
        outcome = ("created" if is_new else "updated") if is_ours else step.outcome
        return replace(_written(intent, outcome, found), owes_provenance=await self.writes.owes())

    async def _find(self, intent: NoteIntent) -> Standing | None:
        """By the ledger's reference, else by search."""
        last = intent.change.last
        known = await self._read(last.reference) if last and last.reference else None
        return known or await self._by_search(intent)

    async def _read(self, reference: str) -> Standing | None:
        answer = await self.writes.client.get(url_of(reference), fresh=True)
        if answer.status in (404, 410):
            return None
        raise_for(answer)
        return from_answer(answer, "DocumentReference")

    async def _by_search(self, intent: NoteIntent) -> Standing | None:
        identifier = f"{NOTE_SYSTEM}|{intent.change.note.identifier}"
        narrowed = {name: value.format(identifier=identifier) for name, value in self.writes.profile.note.search}
        query = urlencode({"patient": intent.patient.partition("/")[2], **narrowed})
        answer = await self.writes.client.get(f"DocumentReference?{query}", fresh=True)
        found = [standing(r) for r in matches(answer) if is_note(r, intent) and is_about(r, intent.patient)]
        return min(found, key=lambda each: (len(each.reference), each.reference), default=None)


def _is_done(step: Written) -> bool:
    return step.outcome in ("created", "updated")


def _signature(intent: NoteIntent, target: str) -> ProvenanceIntent | None:
    if intent.decided_at is None:
        return None
    return ProvenanceIntent(
        target=target,
        rule=intent.rule,
        activity="UPDATE" if intent.change.last else "CREATE",
        patient=intent.patient,
        author=intent.author,
        recorded=intent.decided_at,
        decision=intent.decision,
    )


def _identifier_query(intent: NoteIntent) -> str:
    return urlencode({"identifier": f"{NOTE_SYSTEM}|{intent.change.note.identifier}"})


def _written(intent: NoteIntent, outcome: str, found: Standing | None = None, detail: str = "") -> Written:
    reference = found.reference if found else None
    return Written(intent.rule, outcome, reference, found.version if found else None, detail)
