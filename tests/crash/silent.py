"""An EHR that does what it is asked and never says so: every answer to a write is lost."""

from __future__ import annotations

from dataclasses import dataclass, replace

from app.domain.errors import TryAgainLater
from app.domain.flag import FlagIntent, Intent, NoteIntent, Written
from app.domain.session import LaunchSession
from app.ports import EhrConnection, Ehrs, FlagSink, PreviewedWrite


@dataclass(frozen=True)
class SilentEhrs:
    """An Ehrs whose sinks are silent."""

    ehrs: Ehrs

    def connect(self, session: LaunchSession) -> EhrConnection:
        found = self.ehrs.connect(session)
        return found if found.sink is None else replace(found, sink=SilentSink(found.sink))

    async def unattended(self, ehr: str) -> EhrConnection | None:
        return await self.ehrs.unattended(ehr)


@dataclass(frozen=True)
class SilentSink:
    """A sink whose answers to writes are lost. What it is asked about the chart, it tells."""

    sink: FlagSink

    def preview(self, intent: FlagIntent | NoteIntent) -> PreviewedWrite:
        return self.sink.preview(intent)

    async def write(self, intent: Intent) -> Written:
        await self.sink.write(intent)
        raise TryAgainLater("The answer was lost.")

    async def look(self, intent: FlagIntent | NoteIntent) -> Written | None:
        return await self.sink.look(intent)
