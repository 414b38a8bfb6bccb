"""What the core needs from outside, as protocols. Adapters, storage and launch provide these; use cases receive them.

Reading an EHR is asynchronous (a dozen requests side by side). Storage is synchronous: one indexed row costs well under a
millisecond, less than handing it to a thread.
"""

from collections.abc import Callable, Collection, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Protocol

from app.domain.audit import AuditEntry
from app.domain.chart import FactEntry, RecordedFact, Withdrawal
from app.domain.dismissal import Dismissal
from app.domain.flag import FlagIntent, FollowUp, Intent, LastWritten, NoteIntent, Written
from app.domain.outbox import OutboxRow, RowState, Writing
from app.domain.outcome import No, Ok
from app.domain.record import PatientRecord
from app.domain.session import LaunchSession, PendingLaunch, SignedInUser, Tokens


class Clock(Protocol):
    """Time comes in from outside, so that the core can be asked about any day."""

    def now(self) -> datetime:
        """The present, as an aware instant."""

    def today(self) -> date:
        """The present day in the clinic's zone."""

    def day_of(self, instant: datetime) -> date:
        """The day of an instant in the clinic's zone."""


MedicinesIn = Callable[[Callable[[], PatientRecord]], None]
"""Told once that the person and the medicines are in. What it is given makes the record so far: a feed that is still being read
has failed in it, which is what it means for whoever asks now."""


class RecordSource(Protocol):
    """One EHR (or file) from which a chart can be read."""

    async def read(self, patient: str, medicines_in: MedicinesIn | None = None) -> PatientRecord:
        """Read the chart of "Patient/id". Never raises for a feed that is down: `record.feeds` says so.

        `medicines_in` is told as soon as person and medicines are in, while the rest is still being read.

        Raises LaunchAgain when the token is no longer good and cannot be renewed.
        """


@dataclass(frozen=True, slots=True)
class PreviewedWrite:
    """What a confirmed intent would send: where it goes, the text that others read, and the JSON as it will be sent.

    `provenance_json` is the statement of who wrote it and from what, empty where the EHR takes none; the moment in it is that
    of the preview and becomes that of the confirmation.
    """

    destination: str
    text: str
    resource_json: str
    provenance_json: str = ""


class FlagSink(Protocol):
    """Where a gap may be written in this EHR."""

    def preview(self, intent: FlagIntent | NoteIntent) -> PreviewedWrite:
        """Exactly what `write` would send; no request is made."""

    async def write(self, intent: Intent) -> Written:
        """Carry out one intent: look first, then create conditionally or update with If-Match; safe to repeat.

        Raises TryAgainLater when the EHR did not answer (the write may or may not have happened), LaunchAgain when the
        token is over. Conflicts and refusals are `Written` values.
        """

    async def look(self, intent: FlagIntent | NoteIntent) -> Written | None:
        """What an earlier try of this intent, never answered, came to: what `write` would tell of the chart as it stands.

        None where nothing of it is there. Never writes. Raises as `write` does.
        """


class TokenSource(Protocol):
    """A bearer token that is good now."""

    async def bearer(self) -> str:
        """The token, renewed first when it is about to end. Raises LaunchAgain when it cannot be."""

    async def renewed(self) -> str:
        """A new token after the EHR refused the present one. Raises LaunchAgain when there is none."""


class SessionStore(Protocol):
    """Pending launches and open sessions, secrets encrypted at rest."""

    def add_pending(self, pending: PendingLaunch) -> None:
        """Remember a launch until its callback."""

    def take_pending(self, state: str) -> PendingLaunch | None:
        """Return and forget a pending launch: a second call with the same state gives None."""

    def open(self, session: LaunchSession) -> None:
        """Store an open session."""

    def find(self, launch: str) -> LaunchSession | None:
        """The open session of a launch id, or None when there is none or it has run out."""

    def replace_tokens(self, launch: str, tokens: Tokens) -> None:
        """Store renewed tokens."""

    def end(self, launch: str) -> None:
        """Forget a session and its tokens."""

    def open_for(self, ehr: str, patient: str) -> Sequence[LaunchSession]:
        """The open sessions on one person's chart, newest first."""


class AuditLog(Protocol):
    """Append-only."""

    def append(self, entry: AuditEntry) -> None:
        """Add one line."""

    def entries(self, patient: str | None = None) -> Sequence[AuditEntry]:
        """All lines (of one person), oldest first."""


class FactStore(Protocol):
    """A person's word, entered in Sextant. "Patient/p1" of one EHR is not "Patient/p1" of another: `ehr` is its key."""

    def facts(self, ehr: str, patient: str) -> Sequence[RecordedFact]:
        """What has been entered about one person and stands, oldest first."""

    def entries(self, ehr: str, patient: str) -> Sequence[FactEntry]:
        """Everything ever entered about one person, withdrawn or not, oldest first."""

    def add(self, ehr: str, fact: RecordedFact, audit: AuditEntry) -> None:
        """Store one fact together with its line in the audit log."""

    def withdraw(self, ehr: str, patient: str, number: int, withdrawal: Withdrawal, audit: AuditEntry) -> None:
        """Take one standing fact of this person back, together with its line in the audit log.

        Raises WrongUsage when there is none of that number.
        """


class DismissalStore(Protocol):
    """Findings that were put aside; nothing is ever changed or removed, an end is a line of its own."""

    def dismissals(self, ehr: str, patient: str) -> Sequence[Dismissal]:
        """Those of one person that nobody ended, oldest first; their day may be over."""

    def add(self, ehr: str, dismissal: Dismissal, audit: AuditEntry) -> None:
        """Store one dismissal together with its line in the audit log."""

    def end(self, ehr: str, patient: str, number: int, by: str, audit: AuditEntry) -> None:
        """End one dismissal of this person now, together with its line in the audit log (whose instant is the end's).

        Raises WrongUsage when there is none of that number.
        """


class Outbox(Protocol):
    """Confirmed intents on their way to the chart. Every change of a row's fate carries its audit line, stored with it.

    `claim`, `owe` and `wake` carry none, for they decide nothing: what a claim comes to is audited when the row is given back,
    what is owed stands behind the audit line of the row that asks for it, and whoever wakes has just been audited as a launch.

    A row is sent by whoever claims it, until the lease runs out. A method that is given a claimed row returns False when the
    lease has gone to somebody else meanwhile: then the row is left alone, and only the audit line is stored.
    """

    def add(self, key: str, launch: str, intent: Intent, audit: AuditEntry) -> None:
        """Store a pending intent under an idempotency key; a key already there is left as it is.

        Older open rows of the same lane that were never tried are settled as superseded: the newer decision counts. One that
        was tried, and that nobody is sending, stays before it and is due at once, carried by this launch: what it wrote must
        be looked for. Raises LaunchAgain when the launch is not open: only an open launch can confirm anything.
        """

    def claim(
        self, worker: str, lease: timedelta, *, key: str | None = None, held: Collection[str] = ()
    ) -> OutboxRow | None:
        """Lease the oldest due row (or the one with this key) for a while; None when there is none to be had.

        Of one lane only the oldest open row can be had. `held` are EHRs to which nothing is written at present.
        """

    def settle(self, row: OutboxRow, written: Written, audit: AuditEntry, *, last: LastWritten | None = None) -> bool:
        """Record what the EHR answered, and `last` in the ledger."""

    def owe(self, row: OutboxRow, intent: FollowUp) -> None:
        """Store what is still to be sent after a row, in its name. It stands behind the audit line of that row."""

    def withhold(self, number: int, why: str, audit: AuditEntry, *, last: LastWritten | None = None) -> bool:
        """Settle a row that was never tried, or is dead, as superseded for this reason: it is never sent.

        `last` goes into the ledger. False, and nothing stored but the audit line, when it was tried meanwhile or is settled.
        """

    def postpone(self, row: OutboxRow, until: datetime, written: Written, audit: AuditEntry) -> bool:
        """Give the row back, to be tried again later; at once where a newer one of its lane was put behind it meanwhile."""

    def wait(self, row: OutboxRow, written: Written, audit: AuditEntry) -> bool:
        """Give the row back, to be sent when somebody opens this chart. One that was never sent at all is settled as superseded
        where a newer one of its lane stands behind it."""

    def bury(
        self, row: OutboxRow, written: Written, remedy: str, audit: AuditEntry, *, last: LastWritten | None = None
    ) -> bool:
        """Give the row up, until an administrator has done what `remedy` says; `last` goes into the ledger."""

    def wake(self, ehr: str, patient: str, launch: str) -> int:
        """Make waiting rows about one person due, carried by a launch that has just been opened; how many."""

    def revive(self, number: int, audit: AuditEntry) -> bool:
        """Make a dead or waiting row due again, with its tries before it; that it was tried once is not forgotten.

        False when it is neither, or when a newer row of the same lane exists: the newer decision counts.
        """

    def find(self, key: str) -> OutboxRow | None:
        """One row by its key."""

    def row(self, number: int) -> OutboxRow | None:
        """One row by its number."""

    def rows(self, states: Collection[RowState]) -> Sequence[OutboxRow]:
        """All rows in these states, oldest first."""

    def rows_of(self, ehr: str, patient: str) -> Sequence[OutboxRow]:
        """All rows about one person, oldest first."""


class Ledger(Protocol):
    """What Sextant last wrote, by identifier: search on Flags is weak, and some EHRs have none.

    The outbox writes its lines, with the row that an answer settles; only what a person took down is remembered from here.
    """

    def find(self, ehr: str, identifier: str) -> LastWritten | None:
        """The line under one identifier."""

    def of(self, ehr: str, patient: str) -> Sequence[LastWritten]:
        """All lines about one person."""

    def remember(self, ehr: str, before: LastWritten, after: LastWritten, audit: AuditEntry) -> bool:
        """Store `after.seen_ended_with`, together with its line in the audit log.

        False, and nothing stored, when the line is no longer as it was read (`before`): whoever plans next sees it anew.
        """


class Work(Protocol):
    """One transaction: everything in it is stored together, or nothing is."""

    @property
    def audit(self) -> AuditLog:
        """Lines that stand or fall with the rest."""

    @property
    def outbox(self) -> Outbox:
        """Intents that stand or fall with the rest."""

    @property
    def facts(self) -> FactStore:
        """Recorded facts that stand or fall with the rest."""

    @property
    def dismissals(self) -> DismissalStore:
        """Dismissals that stand or fall with the rest."""


class UnitOfWork(Protocol):
    """Opens transactions."""

    def __call__(self) -> AbstractContextManager[Work]:
        """Enter a transaction; it commits on a clean exit and rolls back on an exception."""


class BulkSource(Protocol):
    """Many charts from a bulk export or a folder of files."""

    def records(self, zone_name: str) -> Sequence[PatientRecord]:
        """Every person's record, sorted by reference."""


class IdTokenCheck(Protocol):
    """Verifies an id_token against the keys of the EHR's issuer."""

    async def check(self, id_token: str, nonce: str) -> Ok[SignedInUser] | No:
        """Who signed in, or why the token is refused."""


class Takes(StrEnum):
    """What an EHR takes from us; the first one that it does is used."""

    FLAGS = "flags"
    NOTE = "note"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class EhrConnection:
    """One open launch's way to its EHR. `sink` None: this EHR takes nothing from us; `sink_note` says why.

    `takes` says what a plan is made for, `writing` what the site allows at present (`off` has no sink). `can_take_back`: what
    was written can be taken back from here; a note cannot where the EHR lets nobody change one.
    """

    source: RecordSource
    sink: FlagSink | None
    sink_note: str = ""
    takes: Takes = Takes.FLAGS
    writing: Writing = Writing.ON
    can_take_back: bool = True


class Ehrs(Protocol):
    """The configured EHRs."""

    def connect(self, session: LaunchSession) -> EhrConnection:
        """The way to the EHR of one open launch. Raises AskAnAdministrator when it is no longer configured."""

    async def unattended(self, ehr: str) -> EhrConnection | None:
        """The way to an EHR by Backend Services, without anybody at a screen; None where that is not set up.

        What it may write follows from what the EHR granted. Raises TryAgainLater or AskAnAdministrator without a token.
        """
