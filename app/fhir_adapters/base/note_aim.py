"""What one intent wants of the note of a visit: which notes of ours stand there, what to do about them, and who decided it."""

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from app.domain.flag import ChangeKind, NoteIntent, ProvenanceIntent, WithdrawIntent, Written
from app.fhir_adapters.base.chart_writes import ChartWrites, Write
from app.fhir_adapters.base.look import all_matches
from app.fhir_adapters.base.note_json import is_comparable, is_note, says
from app.fhir_adapters.base.note_steps import done_of, next_step, written
from app.fhir_adapters.base.standing import Standing, is_about, read, reading_of, standing
from app.fhir_adapters.base.systems import NOTE_SYSTEM, decision_of
from app.fhir_adapters.base.write_once import KEPT_IN_PART


@dataclass(frozen=True, slots=True)
class NoteAim:
    """See `write_once.Aim`. Search on DocumentReference is weak and some EHRs keep no identifiers of others, so what the ledger
    names is read too."""

    intent: NoteIntent
    writes: ChartWrites

    @property
    def kind(self) -> str:
        """See Aim."""
        return "DocumentReference"

    @property
    def done(self) -> str:
        """See Aim."""
        return done_of(self.intent)

    async def look(self, also: str | None = None) -> Sequence[Standing]:
        """All notes of this visit, current ones first. Where a new note replaces the last one, the newest known counts."""
        last = self.intent.change.last
        known = [each for each in (also, last.reference if last else None) if each]
        found = {each.reference: each for each in await self._by_search()}
        for reference in known:
            one = await read(self.writes.client, reference)
            if one is not None and is_about(one.resource, self.intent.patient):
                found[reference] = one
        latest = None if self.writes.can_change_notes else next(iter(known), None)
        return sorted(
            found.values(), key=lambda each: (not self._is_ended_by_this(each), each.reference != latest, each.order)
        )

    def next_step(self, found: Sequence[Standing]) -> Write | Written:
        """See Aim."""
        return next_step(self.intent, found, self.writes.profile, self.writes.can_change_notes)

    def twins(self, found: Sequence[Standing], answer: Written) -> tuple[WithdrawIntent, ...]:
        """Current ones that read as the first does, or as it did before; none where the EHR lets nobody change a note."""
        if not found or not self.writes.can_change_notes or not is_note(found[0].resource, self.intent):
            return ()
        same, last = reading_of(found[0].resource), self.intent.change.last
        before = last.text if last and answer.outcome != "conflict" else None
        twins = (
            each
            for each in found[1:]
            if each.is_active
            and (reading_of(each.resource) == same or (before is not None and says(each.resource, before)))
        )
        return tuple(self._end_of(twin, found[0]) for twin in twins)

    def is_as_sent(self, found: Standing) -> bool:
        """See Aim."""
        if self.intent.change.kind is ChangeKind.INACTIVATE:
            return found.is_in_error
        return says(found.resource, self.intent.change.note.text)

    def lacks(self, found: Standing) -> str:
        """See Aim. A text that the EHR keeps in another form lacks nothing."""
        return "" if self.is_as_sent(found) or not is_comparable(found.resource) else KEPT_IN_PART

    def signature(self, target: str) -> ProvenanceIntent | None:
        """See Aim."""
        return signature(self.intent, target)

    def written(self, outcome: str, found: Standing | None = None, detail: str = "") -> Written:
        """See Aim."""
        return written(self.intent, outcome, found, detail)

    async def _by_search(self) -> list[Standing]:
        intent, profile = self.intent, self.writes.profile
        identifier = f"{NOTE_SYSTEM}|{intent.change.note.identifier}"
        narrowed = {name: value.format(identifier=identifier) for name, value in profile.note.search}
        query = urlencode({"patient": intent.patient.partition("/")[2], **narrowed})
        rows = await all_matches(self.writes.client, f"DocumentReference?{query}", profile.max_pages)
        return [standing(row) for row in rows if is_note(row, intent) and is_about(row, intent.patient)]

    def _is_ended_by_this(self, each: Standing) -> bool:
        """An end is known again even while a twin of the note still stands."""
        intent = self.intent
        is_end = intent.change.kind is ChangeKind.INACTIVATE and bool(intent.decision)
        return is_end and each.is_in_error and decision_of(each.resource) == intent.decision

    def _end_of(self, twin: Standing, first: Standing) -> WithdrawIntent:
        intent = self.intent
        reads = reading_of(twin.resource)
        keeps = "" if intent.change.kind is ChangeKind.INACTIVATE else first.reference
        return WithdrawIntent(twin.reference, keeps, reads, intent.rule, intent.patient, intent.decision)


def signature(intent: NoteIntent, target: str) -> ProvenanceIntent | None:
    """Who decided this. A decision without its moment (an old row) is not signed."""
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
