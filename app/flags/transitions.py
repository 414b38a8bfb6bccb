"""The transition table: what stands in the chart × what the finding says now → what happens, and why.

Only green or "does not apply" ends a Flag. A gap that turned grey leaves it standing: not knowing is not being done. What a
person did in the chart stays done.
"""

from collections.abc import Mapping
from enum import Enum
from types import MappingProxyType
from typing import NamedTuple

from app.domain.flag import ChangeKind


class Standing(Enum):
    """How our Flag of one rule stands in the chart. The ledger of what we wrote tells our own work from a person's."""

    NONE = "no Flag"
    AS_WANTED = "active, as wanted"
    TWICE = "active, as wanted, and a second one that reads the same"
    DIFFERENT = "active, as we wrote it, not as wanted now"
    EDITED = "active, its text edited in the chart"
    ENDED = "ended by Sextant"
    ENDED_BY_HAND = "ended by a person in the chart"
    REMOVED = "written once, no longer in the chart"
    IN_ERROR = "marked as entered in error"


BY_HAND = frozenset({Standing.ENDED_BY_HAND, Standing.REMOVED})
"""A person took it down: it stays down until the facts change that Sextant found when it first saw that."""


class Asked(Enum):
    """What the finding asks for now."""

    WANTED = "the gap is there, on new facts"
    SAME = "the gap is there, on the same facts"
    SOFTER = "the gap is there, at a level that is not written"
    ASIDE = "the gap is there, put aside by a clinician"
    UNKNOWN = "not known any more"
    GONE = "the gap is gone"
    SILENT = "no finding"


class Step(NamedTuple):
    """What happens, and the reason that the preview shows."""

    kind: ChangeKind
    reason: str


_LEAVE = ChangeKind.LEAVE
_STILL_OPEN = Step(_LEAVE, "Still open, less urgent: the Flag stays until the gap is closed")
_ASIDE = Step(_LEAVE, "Put aside in Sextant: the Flag stays until the gap is closed")
_UNKNOWN = Step(_LEAVE, "Cannot be told today: the Flag stays until the gap is known to be closed")
_NO_FINDING = Step(_LEAVE, "This rule is not in use today: the Flag is left as it is")
_END = Step(ChangeKind.INACTIVATE, "The gap is closed: end the Flag")
_NOTHING = Step(_LEAVE, "Nothing to write")
_IN_ERROR = Step(_LEAVE, "Marked as entered in error in the chart: left so")
_AS_WANTED = Step(_LEAVE, "Already in the chart")
_EDITED = Step(_LEAVE, "The text was edited in the chart: it is left as it is")
_BACK = Step(ChangeKind.UPDATE, "The gap is back: make the Flag active again")

_Row = Mapping[Asked, Step]


def _quiet(**wanted: Step) -> _Row:
    """Nothing is active in the chart: only a gap can ask for something."""
    asked = {Asked[name]: step for name, step in wanted.items()}
    return {**dict.fromkeys(Asked, _NOTHING), **asked}


def _active(**wanted: Step) -> _Row:
    """The Flag is active: it stays until the gap is known to be closed."""
    others = {
        Asked.SOFTER: _STILL_OPEN,
        Asked.ASIDE: _ASIDE,
        Asked.UNKNOWN: _UNKNOWN,
        Asked.GONE: _END,
        Asked.SILENT: _NO_FINDING,
    }
    return {**others, **{Asked[name]: step for name, step in wanted.items()}}


_CHANGED = Step(ChangeKind.UPDATE, "The gap has changed: update text or level")
_STAYS_DOWN = Step(_LEAVE, "A person ended it in the chart: it stays so until the facts change")
_STAYS_AWAY = Step(_LEAVE, "It was taken out of the chart: it stays so until the facts change")
_NEW_FACTS = Step(
    ChangeKind.UPDATE,
    "A person ended it, and the facts have changed since Sextant first saw that: make it active again",
)
_NEW_AGAIN = Step(
    ChangeKind.CREATE,
    "It was taken out of the chart, and the facts have changed since Sextant first saw that: write it anew",
)
_NEW = Step(ChangeKind.CREATE, "New gap")
_ONE_STAYS = Step(ChangeKind.UPDATE, "It stands in the chart twice: one stays, the other is marked as entered in error")

_ROWS: Mapping[Standing, _Row] = {
    Standing.NONE: _quiet(WANTED=_NEW, SAME=_NEW),
    Standing.AS_WANTED: {Asked.WANTED: _AS_WANTED, Asked.SAME: _AS_WANTED},
    Standing.TWICE: {Asked.WANTED: _ONE_STAYS, Asked.SAME: _ONE_STAYS},
    Standing.DIFFERENT: _active(WANTED=_CHANGED, SAME=_CHANGED),
    Standing.EDITED: _active(WANTED=_EDITED, SAME=_EDITED),
    Standing.ENDED: _quiet(WANTED=_BACK, SAME=_BACK),
    Standing.ENDED_BY_HAND: _quiet(WANTED=_NEW_FACTS, SAME=_STAYS_DOWN),
    Standing.REMOVED: _quiet(WANTED=_NEW_AGAIN, SAME=_STAYS_AWAY),
    Standing.IN_ERROR: dict.fromkeys(Asked, _IN_ERROR),
}

TRANSITIONS: Mapping[tuple[Standing, Asked], Step] = MappingProxyType(
    {(standing, asked): step for standing, row in _ROWS.items() for asked, step in row.items()}
)
"""`AS_WANTED` and `TWICE` exist only where something is wanted: any other active Flag of ours is `DIFFERENT` or `EDITED`."""

NOT_OURS = Step(_LEAVE, "Not written by Sextant: left as it is")
DUPLICATE = Step(_LEAVE, "A second Flag of the same rule: left as it is")
