"""Where a process can be killed: parts of the wiring that do their work and, at one named point, end their process at once.

Production code knows nothing of this: the points are wrapped around the ports (transactions, outbox, sink) from outside.
"""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Collection, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

from app.domain.flag import FlagIntent, Intent, NoteIntent, Written
from app.domain.outbox import OutboxRow
from app.domain.session import LaunchSession
from app.ports import EhrConnection, Ehrs, FlagSink, Outbox, UnitOfWork, Work
from app.wiring import Parts

POINTS = (
    "before_decision",  # the plan is checked, nothing is stored
    "inside_decision",  # audit line and row are written, not committed
    "after_decision",  # committed, nothing is sent
    "after_claim",  # leased, nothing is sent
    "on_the_wire",  # the request is under way, its answer not in
    "after_send",  # the EHR has answered, nothing is stored
    "inside_settle",  # audit line, row and ledger are written, not committed
    "after_settle",  # committed
)
"""In the order in which a confirmed line passes them."""
ENTRY_POINTS = (
    "before_entry",  # the form is checked, nothing is stored
    "inside_entry",  # audit line and entry are written, not committed
    "after_entry",  # committed, not answered
)
"""In the order in which something that a person enters in Sextant passes them: a fact, or a finding put aside."""


@dataclass
class Fuse:
    """Kills its process when the named point is passed for the `number`th time; `delay` is for the wire, in seconds."""

    point: str = ""
    number: int = 1
    delay: float = 0.0
    passed: int = field(default=0, init=False)

    def is_due(self, point: str) -> bool:
        """Counts a passage; True at the chosen one."""
        self.passed += point == self.point
        return point == self.point and self.passed == self.number

    def passing(self, point: str) -> None:
        """Die here, if this is the point."""
        if self.is_due(point):
            die()


def die() -> None:
    """As `kill -9`: no handler, no `finally`, nothing flushed."""
    os.kill(os.getpid(), signal.SIGKILL)


def with_fuse(parts: Parts, fuse: Fuse) -> Parts:
    """The same wiring, with the points in it."""
    return replace(
        parts,
        ehrs=FusedEhrs(parts.ehrs, fuse),
        outbox=FusedOutbox(parts.outbox, fuse),
        unit_of_work=FusedUnitOfWork(parts.unit_of_work, fuse),
    )


class FusedOutbox:
    """An Outbox that passes points. What it does not name goes straight through."""

    def __init__(self, outbox: Outbox, fuse: Fuse, seen: set[str] | None = None) -> None:
        self._outbox = outbox
        self._fuse = fuse
        self._seen = seen if seen is not None else set()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._outbox, name)

    def add(self, *arguments: Any) -> None:
        self._fuse.passing("before_decision")
        self._outbox.add(*arguments)
        self._seen.add("decision")
        self._fuse.passing("inside_decision")

    def settle(self, *arguments: Any, **named: Any) -> bool:
        settled = self._outbox.settle(*arguments, **named)
        self._seen.add("settle")
        self._fuse.passing("inside_settle")
        return settled

    def claim(
        self, worker: str, lease: timedelta, *, key: str | None = None, held: Collection[str] = ()
    ) -> OutboxRow | None:
        row = self._outbox.claim(worker, lease, key=key, held=held)
        if row is not None:
            self._fuse.passing("after_claim")
        return row


class FusedEntries:
    """A store of facts or of dismissals that passes points. What it does not name goes straight through."""

    def __init__(self, entries: Any, fuse: Fuse, seen: set[str]) -> None:
        self._entries = entries
        self._fuse = fuse
        self._seen = seen

    def __getattr__(self, name: str) -> Any:
        return getattr(self._entries, name)

    def add(self, *arguments: Any) -> None:
        self._fuse.passing("before_entry")
        self._entries.add(*arguments)
        self._seen.add("entry")
        self._fuse.passing("inside_entry")


@dataclass(frozen=True)
class FusedWork:
    """A Work whose outbox, facts and dismissals pass points."""

    work: Work
    outbox: Any
    facts: Any
    dismissals: Any

    def __getattr__(self, name: str) -> Any:
        return getattr(self.work, name)


@dataclass(frozen=True)
class FusedUnitOfWork:
    """A UnitOfWork that passes a point after what it committed."""

    unit_of_work: UnitOfWork
    fuse: Fuse

    def __call__(self) -> AbstractContextManager[Any]:
        return self._entered()

    @contextmanager
    def _entered(self) -> Iterator[FusedWork]:
        seen: set[str] = set()
        with self.unit_of_work() as work:
            facts, aside = (FusedEntries(each, self.fuse, seen) for each in (work.facts, work.dismissals))
            yield FusedWork(work, FusedOutbox(work.outbox, self.fuse, seen), facts, aside)
        for what in sorted(seen):
            self.fuse.passing(f"after_{what}")


@dataclass(frozen=True)
class FusedEhrs:
    """An Ehrs whose sinks pass points."""

    ehrs: Ehrs
    fuse: Fuse

    def connect(self, session: LaunchSession) -> EhrConnection:
        found = self.ehrs.connect(session)
        return found if found.sink is None else replace(found, sink=FusedSink(found.sink, self.fuse))

    async def unattended(self, ehr: str) -> EhrConnection | None:
        return await self.ehrs.unattended(ehr)


@dataclass(frozen=True)
class FusedSink:
    """A sink that may die while the EHR works, or with its answer in hand."""

    sink: FlagSink
    fuse: Fuse

    def preview(self, intent: Any) -> Any:
        return self.sink.preview(intent)

    async def write(self, intent: Intent) -> Written:
        if self.fuse.is_due("on_the_wire"):
            asyncio.get_running_loop().call_later(self.fuse.delay, die)
        written = await self.sink.write(intent)
        self.fuse.passing("after_send")
        return written

    async def look(self, intent: FlagIntent | NoteIntent) -> Written | None:
        return await self.sink.look(intent)
