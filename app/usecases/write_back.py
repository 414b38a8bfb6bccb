"""Carry out the lines of a preview that a person confirmed, nothing more.

The chart is read again; if the plan is no longer the one that was shown, nothing is written.
"""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Protocol

from app.domain.flag import Change, FlagIntent, NoteIntent, Written
from app.domain.outbox import Writing
from app.domain.session import LaunchSession
from app.ports import Ehrs
from app.usecases.carry_out import CarryOut, Overtaken
from app.usecases.preview_changes import Preview, key_of


class Previews(Protocol):
    """What can be confirmed: the changes that the findings ask for, or their taking back."""

    async def __call__(self, session: LaunchSession) -> Preview:
        """The plan for the launch's patient, from a chart read this moment."""

    def intent(self, session: LaunchSession, digest: str, change: Change) -> FlagIntent | NoteIntent:
        """One line of it, as this user would make it."""


@dataclass(frozen=True, slots=True)
class WriteResult:
    """`written` is empty when the plan had changed since it was shown (`changed_meanwhile`) or nothing was chosen. Where the
    chart's Flags could not be read (`preview.is_whole` False), nothing was written either."""

    preview: Preview
    written: tuple[Written, ...]
    changed_meanwhile: bool = False


@dataclass(frozen=True, slots=True)
class WriteBack:
    """Use case: write what was confirmed."""

    preview_changes: Previews
    ehrs: Ehrs
    carry_out: CarryOut

    async def __call__(self, session: LaunchSession, digest: str, lines: Collection[str]) -> WriteResult:
        """`digest` is the fingerprint of the plan that was shown, `lines` those left ticked."""
        preview = await self.preview_changes(session)
        ehr = self.ehrs.connect(session)
        if not preview.is_whole:
            return WriteResult(preview, ())
        if preview.plan.digest != digest or (ehr.sink is None and not preview.plan.withheld):
            return WriteResult(preview, (), changed_meanwhile=True)
        chosen = tuple(line.change for line in preview.changes if line.change.line in lines)
        withheld = tuple(line for line in preview.plan.withheld if line.line in lines)
        intents = {key_of(session, digest, c): self.preview_changes.intent(session, digest, c) for c in chosen}
        try:
            if ehr.writing is Writing.DRY_RUN:
                stopped = await self.carry_out(session, {}, withheld)
                return WriteResult(preview, (*stopped, *self.carry_out.pretend(session, intents)))
            return WriteResult(preview, await self.carry_out(session, intents, withheld))
        except Overtaken:
            return WriteResult(await self.preview_changes(session), (), changed_meanwhile=True)
