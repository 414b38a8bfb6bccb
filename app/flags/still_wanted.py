"""Whether a change that was confirmed some time ago is still one that the findings ask for: asked before it is sent unseen."""

from app.domain.flag import ChangeKind, ChartFlag, FlagChange, FlagIntent, FlagPlan, Intent, NoteChange, NoteIntent
from app.flags.text import gap_in
from app.flags.undo import takes_back


def rests_on_plan(intent: Intent) -> bool:
    """Whether the findings asked for it. What a person takes back, they take back whatever the findings say; a follow-up is
    about what was written."""
    return isinstance(intent, FlagIntent | NoteIntent) and not takes_back(intent)


def is_still_wanted(intent: Intent, plan: FlagPlan) -> bool:
    """Whether a fresh plan has this line still, or the chart says so already: an earlier try of it may have been the one.

    The day in the text does not matter, nor in which visit a note is written: its gaps and what they rest on do.
    """
    if isinstance(intent, NoteIntent):
        notes = (each.note for each in plan.changes if isinstance(each, NoteChange))
        return any(each.fingerprint == intent.change.note.fingerprint for each in notes)
    if not isinstance(intent, FlagIntent):
        return True
    return any(_is_same(intent.change, each) for each in plan.changes if _lane(each) == intent.lane)


def _is_same(confirmed: FlagChange, now: FlagChange | NoteChange) -> bool:
    if isinstance(now, NoteChange):
        return False
    if confirmed.kind is ChangeKind.INACTIVATE:
        return now.kind is ChangeKind.INACTIVATE or not _is_active(now.existing)
    wanted, asked = confirmed.wanted, now.wanted
    if wanted is None or asked is None or (gap_in(wanted.text), wanted.level) != (gap_in(asked.text), asked.level):
        return False
    return now.kind is confirmed.kind or _says(now.existing, wanted.text)


def _says(flag: ChartFlag | None, text: str) -> bool:
    return flag is not None and _is_active(flag) and gap_in(flag.text) == gap_in(text)


def _is_active(flag: ChartFlag | None) -> bool:
    return flag is not None and flag.status == "active"


def _lane(change: FlagChange | NoteChange) -> str | None:
    if isinstance(change, NoteChange):
        return change.note.identifier
    return change.wanted.identifier if change.wanted else change.existing.identifier if change.existing else None
