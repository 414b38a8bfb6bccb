"""The outbox with its real store in a file, a clock that is moved by hand, and an EHR whose answers are written beforehand."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from app.domain.flag import (
    Change,
    ChangeKind,
    FlagChange,
    FlagIntent,
    FlagPlan,
    Intent,
    NoteIntent,
    WantedFlag,
    Written,
)
from app.domain.outbox import OutboxRow, Writing
from app.domain.session import LaunchSession, Secret, Tokens
from app.ports import EhrConnection, PreviewedWrite, Takes
from app.storage import Storage, open_storage
from app.usecases.carry_out import CarryOut
from app.usecases.pace import Pace
from app.usecases.send_outbox import SendOutbox
from tests.clocks import NINE, SetClock

Scripted = Written | Exception | Callable[[], Any]
LAUNCH, LATER_LAUNCH = "l" * 43, "m" * 43
PACE = Pace(
    lease=timedelta(seconds=2),
    first_wait=timedelta(seconds=4),
    longest_wait=timedelta(seconds=30),
    most_attempts=4,
    jitter=lambda: 0.0,
)


class NothingToRead:
    """A RecordSource that is never asked: the outbox only writes."""

    async def read(self, patient: str, medicines_in: Any = None) -> Any:
        raise AssertionError("the outbox reads no chart")


@dataclass
class WrittenDownSink:
    """A FlagSink that answers as was written down, and remembers what it was given."""

    name: str
    answers: list[Scripted] = field(default_factory=list)
    given: list[Intent] = field(default_factory=list)
    found: list[Written | Exception | None] = field(default_factory=list)
    looked_for: list[Intent] = field(default_factory=list)

    def preview(self, intent: Any) -> PreviewedWrite:
        raise AssertionError("nothing is previewed here")

    async def write(self, intent: Intent) -> Written:
        self.given.append(intent)
        answer = self.answers.pop(0) if self.answers else Written(intent.rule, "created", "Flag/9", "1")
        if isinstance(answer, Exception):
            raise answer
        return await answer() if callable(answer) else answer

    async def look(self, intent: FlagIntent | NoteIntent) -> Written | None:
        """What was written down as found; by default nothing is there."""
        self.looked_for.append(intent)
        found = self.found.pop(0) if self.found else None
        if isinstance(found, Exception):
            raise found
        return found


@dataclass
class WrittenDownEhrs:
    """An Ehrs with one sink for each launch, and perhaps one for Backend Services."""

    sinks: dict[str, WrittenDownSink] = field(default_factory=dict)
    backend: WrittenDownSink | None = None
    is_switched_off: bool = False
    takes_notes_alone: frozenset[str] = frozenset()
    """Launches that were granted no more."""

    def sink(self, launch: str = LAUNCH) -> WrittenDownSink:
        return self.sinks.setdefault(launch, WrittenDownSink(launch))

    def connect(self, session: LaunchSession) -> EhrConnection:
        if self.is_switched_off:
            return EhrConnection(NothingToRead(), None, "switched off", Takes.NOTHING, Writing.OFF)
        takes = Takes.NOTE if session.launch in self.takes_notes_alone else Takes.FLAGS
        return EhrConnection(NothingToRead(), self.sink(session.launch), takes=takes)

    async def unattended(self, ehr: str) -> EhrConnection | None:
        return EhrConnection(NothingToRead(), self.backend, "", Takes.FLAGS, Writing.ON) if self.backend else None


@dataclass
class PlanOfToday:
    """A FreshPlan that says what was written down, by default what was confirmed; it remembers for whom it was asked."""

    changes: list[Change | Exception] | None = None
    asked: list[str] = field(default_factory=list)

    async def __call__(self, session: LaunchSession) -> FlagPlan:
        self.asked.append(session.launch)
        changes = [flag().change] if self.changes is None else self.changes
        for each in changes:
            if isinstance(each, Exception):
                raise each
        return FlagPlan(tuple(each for each in changes if not isinstance(each, Exception)), "digest")


@dataclass
class Desk:
    """Everything about one outbox."""

    storage: Storage
    clock: SetClock
    ehrs: WrittenDownEhrs
    send: SendOutbox
    today: PlanOfToday

    @property
    def carry_out(self) -> CarryOut:
        return CarryOut(self.storage.unit_of_work, self.storage.outbox, self.send, self.clock)

    def confirm(self, key: str = "k1", intent: FlagIntent | None = None) -> tuple[Written, ...]:
        """As the request of the person does."""
        return asyncio.run(self.carry_out(session(), {key: intent or flag()}))

    def work(self) -> bool:
        return asyncio.run(self.send.next_due("worker"))

    def row(self, key: str = "k1") -> OutboxRow:
        found = self.storage.outbox.find(key)
        assert found is not None
        return found

    def outcomes(self) -> list[tuple[str, str]]:
        """The audit log in short."""
        return [(line.action.value, line.outcome) for line in self.storage.audit.entries()]


@contextmanager
def desk(folder: Path, **pace: Any) -> Iterator[Desk]:
    """An empty outbox with one open launch."""
    clock = SetClock()
    storage = open_storage(f"sqlite:///{folder}/outbox.db", Secret("a key for tests only"), clock)
    storage.sessions.open(session())
    ehrs, today = WrittenDownEhrs(), PlanOfToday()
    sender = SendOutbox(
        ehrs=ehrs,
        sessions=storage.sessions,
        outbox=storage.outbox,
        ledger=storage.ledger,
        unit_of_work=storage.unit_of_work,
        clock=clock,
        pace=replace(PACE, **pace),
        fresh_plan=today,
    )
    try:
        yield Desk(storage, clock, ehrs, sender, today)
    finally:
        storage.close()


def session(launch: str = LAUNCH) -> LaunchSession:
    tokens = Tokens(Secret("access"), NINE + timedelta(hours=8), (), Secret("refresh"))
    return LaunchSession(launch, "b" * 43, "clinic", "Patient/p1", "Practitioner/d1", tokens, NINE)


def flag(lane: str = "lane-1", rule: str = "naloxone") -> FlagIntent:
    wanted = WantedFlag(
        rule, "1", lane, "Naloxone: offer", "red", "safety", date(2026, 5, 4), ("Condition/1",), "facts"
    )
    change = FlagChange(ChangeKind.CREATE, rule, "New gap", wanted)
    return FlagIntent(change, "Patient/p1", "Practitioner/d1", None, date(2026, 5, 4), NINE, f"decision of {lane}")
