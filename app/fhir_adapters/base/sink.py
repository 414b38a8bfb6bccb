"""Where confirmed intents go in one EHR: Flags, one note a visit, and what these still ask for."""

from app.domain.flag import FlagIntent, Intent, NoteIntent, WithdrawIntent, Written
from app.fhir_adapters.base.chart_writes import ChartWrites
from app.fhir_adapters.base.flag_writer import FlagWriter
from app.fhir_adapters.base.note_writer import NoteWriter
from app.fhir_adapters.base.provenance_writer import ProvenanceWriter
from app.fhir_adapters.base.twin_writer import TwinWriter
from app.ports import PreviewedWrite


class ChartSink:
    """The FlagSink of one launch. It writes every kind of intent: a row of the outbox goes where it was confirmed to go."""

    def __init__(self, writes: ChartWrites) -> None:
        self._flags = FlagWriter(writes)
        self._notes = NoteWriter(writes)
        self._provenances = ProvenanceWriter(writes)
        self._twins = TwinWriter(writes)

    @property
    def can_take_notes_back(self) -> bool:
        """Whether a note of ours can be taken back in this EHR."""
        return self._notes.can_take_back

    def preview(self, intent: FlagIntent | NoteIntent) -> PreviewedWrite:
        """See FlagSink."""
        return self._notes.preview(intent) if isinstance(intent, NoteIntent) else self._flags.preview(intent)

    async def write(self, intent: Intent) -> Written:
        """See FlagSink."""
        if isinstance(intent, FlagIntent):
            return await self._flags.write(intent)
        if isinstance(intent, NoteIntent):
            return await self._notes.write(intent)
        if isinstance(intent, WithdrawIntent):
            return await self._twins.write(intent)
        return await self._provenances.write(intent)

    async def look(self, intent: FlagIntent | NoteIntent) -> Written | None:
        """See FlagSink."""
        return await (self._notes.look(intent) if isinstance(intent, NoteIntent) else self._flags.look(intent))
