"""What became of what people confirmed about one person and that did not end as it was confirmed: nobody else tells them."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from app.domain.flag import FlagIntent, NoteIntent
from app.domain.outbox import OPEN_STATES, OutboxRow, RowState
from app.domain.session import LaunchSession
from app.flags import is_of_day
from app.ports import Clock, Outbox
from app.usecases.carry_out import CAME_TO_NOTHING, TAKEN_BACK

LOOK_BACK = timedelta(days=14)
"""How long the visit page tells of it. Our own number: past the three days after which nothing is sent unseen, and past the
next visit of somebody who is seen every week; later the preview is what counts."""


@dataclass(frozen=True, slots=True)
class ConfirmedChanges:
    """Use case: the rows of the launch's patient that a person should hear about, oldest first."""

    outbox: Outbox
    clock: Clock
    held: frozenset[str] = frozenset()
    """EHRs at which writing is switched off: nothing of theirs is sent until it is on again."""

    def __call__(self, session: LaunchSession) -> tuple[OutboxRow, ...]:
        """Of each Flag and note at most the newest row."""
        rows = self.outbox.rows_of(session.ehr, session.patient)
        return to_tell(rows, self.clock.now() - LOOK_BACK, self.clock.today(), self.clock.day_of)


def to_tell(
    rows: Iterable[OutboxRow], since: datetime, today: date, day_of: Callable[[datetime], date]
) -> tuple[OutboxRow, ...]:
    """The newest row of each Flag and note, where it was confirmed since then and its change is not in the chart. Pure.

    What a person took back before it was sent is told on that day only.
    """
    newest: dict[str, OutboxRow] = {}
    for row in sorted(rows, key=lambda each: each.id):
        if isinstance(row.intent, FlagIntent | NoteIntent):
            newest[row.intent.lane] = row
    told = (row for row in newest.values() if row.created_at >= since and _is_not_in_the_chart(row))
    return tuple(
        sorted((row for row in told if not _is_taken_back_before(row, today, day_of)), key=lambda each: each.id)
    )


def _is_not_in_the_chart(row: OutboxRow) -> bool:
    if row.state in OPEN_STATES or row.state is RowState.DEAD:
        return True
    return row.written is not None and row.written.outcome in CAME_TO_NOTHING


def _is_taken_back_before(row: OutboxRow, today: date, day_of: Callable[[datetime], date]) -> bool:
    was_taken_back = row.written is not None and row.written.detail == TAKEN_BACK
    return was_taken_back and not is_of_day(row, today, day_of)
