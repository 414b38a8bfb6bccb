"""What became of confirmed changes that are not in the chart: one line each on the visit page."""

from collections.abc import Iterable
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from app.domain.finding import Review
from app.domain.outbox import OPEN_STATES, OutboxRow, RowState
from app.usecases.carry_out import TAKEN_BACK
from app.usecases.send_outbox import TOO_LATE
from app.web.presenters.words import clock_time
from app.web.presenters.writing import title_of, verb_of

_ON_ITS_WAY = ("not in the chart yet: the EHR has not answered", "It is sent by itself. Look again in a few minutes.")
_HELD = ("not in the chart yet: writing is switched off at this site", "It waits until writing is on again.")
_WAITS = ("not in the chart yet: the EHR's permission had ended", "It is sent after somebody opens this chart again.")
_ENDED = {
    "conflict": ("not written: somebody changed it in the chart first", "The preview shows what is left to write."),
    "refused": ("not written: the EHR refused it", "An administrator sees why. It stays in Sextant until then."),
    "unknown": ("not known whether it was written: the EHR never answered", "Look at the chart, then at the preview."),
    "expired": ("not written: it was confirmed too long ago", "The preview shows what is to be written now."),
    "superseded": (
        "not written: no longer asked for when it was to be sent",
        "The preview shows what is left to write.",
    ),
}
_TAKEN_BACK = ("taken back before it was sent", "Nothing is left to do.")


@dataclass(frozen=True, slots=True)
class ConfirmedLine:
    """ "Create Flag: Naloxone access", confirmed when, what happened, what to do."""

    what: str
    when: str
    happened: str
    to_do: str


def confirmed_lines(
    rows: Iterable[OutboxRow], review: Review, zone: ZoneInfo, held: frozenset[str] = frozenset()
) -> tuple[ConfirmedLine, ...]:
    """One line a row, in the order given. `held` are EHRs at which writing is switched off."""
    return tuple(_line(row, review, zone, is_held=row.ehr in held) for row in rows)


def _line(row: OutboxRow, review: Review, zone: ZoneInfo, *, is_held: bool) -> ConfirmedLine:
    happened, to_do = _HELD if is_held and row.state in OPEN_STATES else _fate(row)
    what = f"{verb_of(row.intent)} {title_of(row.intent.rule, review)}"
    return ConfirmedLine(what, clock_time(row.created_at, zone), happened, to_do)


def _fate(row: OutboxRow) -> tuple[str, str]:
    if row.state is RowState.PENDING:
        return _ON_ITS_WAY
    if row.state is RowState.WAITING:
        return _WAITS
    if row.written is not None and row.written.detail == TAKEN_BACK:
        return _TAKEN_BACK
    if row.written is not None and row.written.detail == TOO_LATE:
        return _ENDED["expired"]
    is_known = row.written is not None and not (row.state is RowState.DEAD and row.is_unanswered)
    return _ENDED.get(row.written.outcome if row.written and is_known else "unknown", _ENDED["unknown"])
