"""The plan for one person as it would be made this moment: asked before what was confirmed in another launch is sent."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from app.domain.errors import TryAgainLater
from app.domain.flag import FlagPlan
from app.domain.session import LaunchSession
from app.ports import Clock
from app.usecases.preview_changes import FLAGS_UNREAD, PreviewChanges

GOOD_FOR = timedelta(seconds=10)
"""Rows that waited for one chart are sent one after another: one reading of the chart serves them all. Our own number: longer
than it takes to send a handful of rows, shorter than a visit."""


@dataclass(frozen=True, slots=True)
class PlanAfresh:
    """Use case: a fresh plan for the chart of an open launch. The chart is read with that launch's permission, and audited."""

    preview_changes: PreviewChanges
    clock: Clock
    _last: dict[str, tuple[datetime, FlagPlan]] = field(default_factory=dict)

    async def __call__(self, session: LaunchSession) -> FlagPlan:
        """Raises LaunchAgain when the launch is over, TryAgainLater when the chart's Flags could not be read whole."""
        now = self.clock.now()
        known = self._last.get(session.launch)
        if known is not None and now - known[0] < GOOD_FOR:
            return known[1]
        preview = await self.preview_changes(session)
        if not preview.is_whole:
            raise TryAgainLater(FLAGS_UNREAD)
        self._last.clear()  # one launch at a time is enough, and nothing piles up
        self._last[session.launch] = (now, preview.plan)
        return preview.plan
