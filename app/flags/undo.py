"""Taking back what Sextant wrote today: the Flags that it created or made active again on this day, each ended once more.

The outbox says what was written; the chart says what became of it. What a person changed in the chart since then is theirs and
is left, as is a Flag that stood before today and only had its text renewed.
"""

from collections.abc import Iterable, Mapping
from datetime import date

from app.domain.flag import ChangeKind, ChartFlag, FlagChange, FlagIntent, FlagPlan
from app.domain.outbox import OutboxRow, RowState
from app.flags.plan import digest_of

TAKE_BACK = "Written by Sextant today: taken back"
STOOD_BEFORE = "It stood before today; only its text was renewed: left as it is"
CHANGED_SINCE = "Somebody changed it in the chart since: left as it is"
_WRITTEN = frozenset({"created", "updated"})


def undo_plan(rows: Iterable[OutboxRow], existing: tuple[ChartFlag, ...], patient: str, today: date) -> FlagPlan:
    """One line for each active Flag that was written today. `rows` are all of this person's, `existing` the chart's Flags."""
    lanes = _written_today(rows, today)
    active = [each for each in existing if each.status == "active" and each.subject in (None, patient)]
    changes = [_change(lanes[each.identifier], each) for each in active if each.identifier in lanes]
    changes.sort(key=lambda each: (each.kind is ChangeKind.LEAVE, each.rule))
    return FlagPlan(tuple(changes), digest_of(changes, patient))


def _written_today(rows: Iterable[OutboxRow], today: date) -> Mapping[str | None, tuple[OutboxRow, ...]]:
    """Today's answered Flag rows by identifier, in the order in which they were confirmed."""
    lanes: dict[str | None, tuple[OutboxRow, ...]] = {}
    for row in sorted(rows, key=lambda each: each.id):
        is_flag = isinstance(row.intent, FlagIntent) and row.intent.decided_on == today
        if is_flag and row.state is RowState.SETTLED and row.written and row.written.outcome in _WRITTEN:
            lanes[row.intent.lane] = (*lanes.get(row.intent.lane, ()), row)
    return lanes


def _change(rows: tuple[OutboxRow, ...], flag: ChartFlag) -> FlagChange:
    rule = rows[-1].intent.rule
    if _is_changed_since(rows[-1], flag):
        return FlagChange(ChangeKind.LEAVE, rule, CHANGED_SINCE, existing=flag)
    if not any(_is_of_today(row) for row in rows):
        return FlagChange(ChangeKind.LEAVE, rule, STOOD_BEFORE, existing=flag)
    return FlagChange(ChangeKind.INACTIVATE, rule, TAKE_BACK, existing=flag)


def _is_of_today(row: OutboxRow) -> bool:
    """Created, or made active again, by this row."""
    assert isinstance(row.intent, FlagIntent)
    assert row.written is not None
    before = row.intent.change.existing
    return row.written.outcome == "created" or before is None or before.status != "active"


def _is_changed_since(last: OutboxRow, flag: ChartFlag) -> bool:
    """By the chart's version where the EHR told it, else by the text."""
    assert isinstance(last.intent, FlagIntent)
    assert last.written is not None
    if flag.version and last.written.version:
        return flag.version != last.written.version
    wanted = last.intent.change.wanted
    return wanted is not None and " ".join((flag.text or "").split()) != " ".join(wanted.text.split())
