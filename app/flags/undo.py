"""Taking back what Sextant wrote today: each Flag that it created or made active again on this day is ended once more, each
note is marked as entered in error, and what was confirmed today but is not sent yet is never sent.

What was confirmed earlier and sent today was written today. The outbox says what was confirmed; the chart says what became of
it. What a person changed in the chart since then is theirs and is left, as is what stood there before today and was only
renewed.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import cached_property

from app.domain.flag import (
    Change,
    ChangeKind,
    ChartFlag,
    FlagChange,
    FlagIntent,
    FlagPlan,
    LastWritten,
    NoteChange,
    NoteIntent,
    Withheld,
)
from app.domain.outbox import OPEN_STATES, OutboxRow, RowState
from app.flags.plan import digest_of

TAKE_BACK = "Written by Sextant today"
STOOD_BEFORE = "It stood before today; only its text was renewed: left as it is"
CHANGED_SINCE = "Somebody changed it in the chart since: left as it is"
NOT_SENT = "Confirmed, not sent yet: will not be sent"
NOT_ANSWERED = "Confirmed, and the EHR never answered: will not be sent again"
BEING_SENT = "Being written this moment: taken back as soon as it is in the chart"
BEING_ENDED = "Being ended this moment: cannot be stopped any more"
PERHAPS_ENDED = "The EHR has not answered yet whether it was ended: cannot be stopped any more"
PERHAPS_RENEWED = "It stood before today; the EHR has not answered yet whether its text was renewed: left as it is"
PERHAPS_THERE = "The EHR never said whether it was written: looked for, and taken back where it is"
ON_ITS_WAY = "Taking it back is confirmed already, and on its way"
NOTE_STAYS = "This EHR lets Sextant add a note but not take it back: mark it as entered in error in the EHR itself"
_TAKES_BACK = frozenset({TAKE_BACK, BEING_SENT, PERHAPS_THERE, "Written by Sextant today: taken back"})
"""The last one is in rows of before."""
_WRITTEN = frozenset({"created", "updated"})

Line = Change | Withheld
DayOf = Callable[[datetime], date]
"""The day of an instant in the clinic's zone."""


def undo_plan(
    rows: Iterable[OutboxRow],
    existing: tuple[ChartFlag, ...],
    patient: str,
    now: datetime,
    today: date,
    day_of: DayOf,
    *,
    can_end_notes: bool = True,
) -> FlagPlan:
    """One line for each Flag or note that was confirmed or sent today and is, or may yet come to be, in the chart.

    `rows` are all of this person's, `existing` the chart's Flags. `now` tells which rows are being sent this moment.
    """
    lines: list[Line] = []
    standing = _standing(existing, patient)
    for done in _days_work(rows, now, today, day_of):
        line = _of_note(done, can_end_notes) if done.is_note else _of_flag(done, standing.get(done.lane))
        lines += [line] if line else []
    changes = sorted((each for each in lines if not isinstance(each, Withheld)), key=_order)
    withheld = tuple(sorted((each for each in lines if isinstance(each, Withheld)), key=lambda each: each.row))
    return FlagPlan(tuple(changes), digest_of(changes, patient, withheld), withheld)


def is_take_back(row: OutboxRow) -> bool:
    """Whether a row takes back what another one wrote."""
    return isinstance(row.intent, FlagIntent | NoteIntent) and takes_back(row.intent)


def takes_back(intent: FlagIntent | NoteIntent) -> bool:
    """Whether an intent does: by its reason, which is stored with it."""
    return intent.change.kind is ChangeKind.INACTIVATE and intent.change.reason in _TAKES_BACK


def taken_back_today(rows: Iterable[OutboxRow], today: date, day_of: DayOf) -> Mapping[str, OutboxRow]:
    """By rule, the row with which it was taken back today, where nothing newer about it was confirmed."""
    todays = (row for row in rows if is_of_day(row, today, day_of))
    newest = {row.intent.rule: row for row in sorted(todays, key=lambda each: each.id)}
    return {rule: row for rule, row in newest.items() if is_take_back(row) and _outcome(row) == "inactivated"}


@dataclass(frozen=True)
class _DaysWork:
    """Today's rows about one Flag or note, in the order in which they were confirmed. Never empty. One that was confirmed on an
    earlier day and sent today is today's work too."""

    rows: tuple[OutboxRow, ...]
    now: datetime

    @property
    def last(self) -> OutboxRow:
        return self.rows[-1]

    @property
    def lane(self) -> str:
        return self.last.intent.lane

    @property
    def is_note(self) -> bool:
        return isinstance(self.last.intent, NoteIntent)

    @property
    def is_open(self) -> bool:
        """The last row is not decided yet."""
        return self.last.state in OPEN_STATES

    @property
    def is_being_sent(self) -> bool:
        until = self.last.leased_until
        return self.is_open and until is not None and until > self.now

    @property
    def tried(self) -> OutboxRow | None:
        """The row that is not decided yet and was tried. There is one at most: it stands before all that came after it."""
        return next((row for row in self.rows if row.may_be_there), None)

    @property
    def is_never_answered(self) -> bool:
        """The last row was given up, and nobody knows whether it is in the chart."""
        return self.last.state is RowState.DEAD and self.last.is_unanswered

    @property
    def brings_to_life(self) -> bool:
        """A row that is, or may be, in the chart made a Flag that was not active before."""
        return any(_brings_to_life(row) for row in (*self.written, *self.perhaps))

    @cached_property
    def written(self) -> tuple[OutboxRow, ...]:
        """Rows that the EHR answered with a change, after the last one that took it back."""
        return tuple(row for row in self._standing if _outcome(row) in _WRITTEN)

    @cached_property
    def perhaps(self) -> tuple[OutboxRow, ...]:
        """Rows that were tried and may be in the chart, after the last one that took it back."""
        return tuple(row for row in self._standing if row.is_unanswered)

    @cached_property
    def _standing(self) -> tuple[OutboxRow, ...]:
        undone = max((row.id for row in self.rows if _outcome(row) == "inactivated"), default=0)
        return tuple(row for row in self.rows if row.id > undone)


def _days_work(rows: Iterable[OutboxRow], now: datetime, today: date, day_of: DayOf) -> Iterable[_DaysWork]:
    lanes: dict[str, tuple[OutboxRow, ...]] = {}
    for row in sorted(rows, key=lambda each: each.id):
        if is_of_day(row, today, day_of):
            lanes[row.intent.lane] = (*lanes.get(row.intent.lane, ()), row)
    return (_DaysWork(each, now) for each in lanes.values())


def is_of_day(row: OutboxRow, today: date, day_of: DayOf) -> bool:
    """Whether a change of a Flag or a note was confirmed or settled on this day of the clinic."""
    intent = row.intent
    if isinstance(intent, FlagIntent | NoteIntent) and row.settled_at is not None and day_of(row.settled_at) == today:
        return True
    if isinstance(intent, NoteIntent):
        return intent.change.note.day == today
    return isinstance(intent, FlagIntent) and intent.decided_on == today


def _standing(existing: tuple[ChartFlag, ...], patient: str) -> Mapping[str, ChartFlag]:
    """The active Flags of this person by our identifier; of twins the lowest id."""
    active = [each for each in existing if each.status == "active" and each.subject in (None, patient)]
    ordered = sorted(active, key=lambda each: (len(each.reference), each.reference), reverse=True)
    return {each.identifier: each for each in ordered if each.identifier}


def _of_flag(done: _DaysWork, flag: ChartFlag | None) -> Line | None:
    intent = done.last.intent
    assert isinstance(intent, FlagIntent)
    if is_take_back(done.last) and (done.is_open or flag is None):
        return FlagChange(ChangeKind.LEAVE, intent.rule, ON_ITS_WAY, existing=flag) if done.is_open else None
    if done.is_being_sent:
        return _behind_it(done, intent, (BEING_SENT, BEING_ENDED, STOOD_BEFORE))
    is_there = flag is not None and any(_is_work_of(row, flag) for row in (*done.written[-1:], *done.perhaps))
    if done.tried is not None and not (is_there and done.brings_to_life):
        assert isinstance(done.tried.intent, FlagIntent)
        line = _behind_it(done, done.tried.intent, (PERHAPS_THERE, PERHAPS_ENDED, PERHAPS_RENEWED))
        return line if line.kind is ChangeKind.INACTIVATE else _withheld(done) or line
    if not is_there:
        return _not_there(done, flag)
    if not done.brings_to_life:
        return _withheld(done) or FlagChange(ChangeKind.LEAVE, intent.rule, STOOD_BEFORE, existing=flag)
    return FlagChange(ChangeKind.INACTIVATE, intent.rule, TAKE_BACK, existing=flag)


def _behind_it(done: _DaysWork, intent: FlagIntent, why: tuple[str, str, str]) -> FlagChange:
    """What may be in the chart, or come there, is never stopped: its end is sent after it. An end, and the renewal of what
    stood before, have none. `why` in this order."""
    change = intent.change
    of_new, of_end, of_renewal = why
    if change.kind is ChangeKind.INACTIVATE or change.wanted is None:
        return FlagChange(ChangeKind.LEAVE, change.rule, of_end, existing=change.existing)
    if not done.brings_to_life:
        return FlagChange(ChangeKind.LEAVE, change.rule, of_renewal, existing=change.existing)
    return FlagChange(ChangeKind.INACTIVATE, change.rule, of_new, change.wanted)


def _not_there(done: _DaysWork, flag: ChartFlag | None) -> Line | None:
    """What the chart shows is not what today's rows wrote: nothing of them, or somebody's change."""
    stopped = _withheld(done)
    if stopped or flag is None or not done.written:
        return stopped
    return FlagChange(ChangeKind.LEAVE, done.last.intent.rule, CHANGED_SINCE, existing=flag)


def _withheld(done: _DaysWork) -> Withheld | None:
    """The last row, where it can still be kept from being sent; None when it was tried and is not decided, is settled, or is
    dead for a reason of its own."""
    row, intent = done.last, done.last.intent
    if done.last.may_be_there or not (done.is_open or done.is_never_answered):
        return None
    reason = NOT_ANSWERED if done.is_never_answered else NOT_SENT
    if isinstance(intent, NoteIntent):
        return Withheld(row.id, intent.rule, intent.change.kind, intent.change.note.text, reason)
    assert isinstance(intent, FlagIntent)
    wanted, existing = intent.change.wanted, intent.change.existing
    text = wanted.text if wanted else existing.text if existing else None
    return Withheld(row.id, intent.rule, intent.change.kind, text or "", reason)


def _of_note(done: _DaysWork, can_end: bool) -> Line | None:
    intent = done.last.intent
    assert isinstance(intent, NoteIntent)
    if done.is_open and is_take_back(done.last):
        return NoteChange(ON_ITS_WAY, intent.change.note, kind=ChangeKind.LEAVE)
    line = _note_to_end(done)
    if line is None:
        return _withheld(done)
    if can_end or line.kind is ChangeKind.LEAVE or (done.tried is not None and not done.written):
        return line
    return _withheld(done) or replace(line, kind=ChangeKind.LEAVE, reason=NOTE_STAYS)


def _note_to_end(done: _DaysWork) -> NoteChange | None:
    """The note that stands in the chart, or may; None when today's row was not sent at all."""
    intent = (done.tried or done.last).intent
    assert isinstance(intent, NoteIntent)
    if not done.written:
        if done.tried is not None or done.is_never_answered:
            reason = BEING_SENT if done.is_being_sent else PERHAPS_THERE
            return NoteChange(reason, intent.change.note, intent.change.last, ChangeKind.INACTIVATE)
        return None
    written = done.written[-1]
    assert isinstance(written.intent, NoteIntent)
    note, last = written.intent.change.note, _last_of(written)
    if not any(_outcome(row) == "created" for row in done.written):
        return NoteChange(STOOD_BEFORE, note, last, ChangeKind.LEAVE)
    reason = BEING_SENT if done.is_being_sent else TAKE_BACK
    return NoteChange(reason, note, last, ChangeKind.INACTIVATE)


def _last_of(row: OutboxRow) -> LastWritten:
    """What the EHR said that stands there after this row."""
    assert isinstance(row.intent, NoteIntent)
    assert row.written is not None
    note = row.intent.change.note
    return LastWritten(
        note.identifier,
        row.intent.rule,
        note.text,
        "active",
        note.fingerprint,
        row.written.reference,
        row.written.version,
    )


def _brings_to_life(row: OutboxRow) -> bool:
    """Whether the Flag was not active before this row."""
    assert isinstance(row.intent, FlagIntent)
    before = row.intent.change.existing
    is_end = row.intent.change.kind is ChangeKind.INACTIVATE
    return not is_end and (_outcome(row) == "created" or before is None or before.status != "active")


def _is_work_of(row: OutboxRow, flag: ChartFlag) -> bool:
    """Whether the Flag stands as this row left it: by the chart's version where the EHR told it, else by the text."""
    assert isinstance(row.intent, FlagIntent)
    version = row.written.version if row.written and row.state is RowState.SETTLED else None
    if flag.version and version:
        return flag.version == version
    wanted = row.intent.change.wanted
    return wanted is None or " ".join((flag.text or "").split()) == " ".join(wanted.text.split())


def _outcome(row: OutboxRow) -> str:
    return row.written.outcome if row.written else ""


def _order(change: Change) -> tuple[bool, str, str]:
    return change.kind is ChangeKind.LEAVE, change.rule, change.line
