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
    """How our Flag of one rule stands in the chart."""

    NONE = "no Flag"
    AS_WANTED = "active, as wanted"
    DIFFERENT = "active, with another text or level"
    EDITED = "active, its text edited in the chart"
    ENDED = "ended"
    IN_ERROR = "marked as entered in error"


class Asked(Enum):
    """What the finding asks for now."""

    WANTED = "the gap is there"
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

TRANSITIONS: Mapping[tuple[Standing, Asked], Step] = MappingProxyType(
    {
        (Standing.NONE, Asked.WANTED): Step(ChangeKind.CREATE, "New gap"),
        (Standing.NONE, Asked.SOFTER): _NOTHING,
        (Standing.NONE, Asked.ASIDE): _NOTHING,
        (Standing.NONE, Asked.UNKNOWN): _NOTHING,
        (Standing.NONE, Asked.GONE): _NOTHING,
        (Standing.NONE, Asked.SILENT): _NOTHING,
        (Standing.AS_WANTED, Asked.WANTED): Step(_LEAVE, "Already in the chart"),
        (Standing.DIFFERENT, Asked.WANTED): Step(ChangeKind.UPDATE, "The gap has changed: update text or level"),
        (Standing.DIFFERENT, Asked.SOFTER): _STILL_OPEN,
        (Standing.DIFFERENT, Asked.ASIDE): _ASIDE,
        (Standing.DIFFERENT, Asked.UNKNOWN): _UNKNOWN,
        (Standing.DIFFERENT, Asked.GONE): _END,
        (Standing.DIFFERENT, Asked.SILENT): _NO_FINDING,
        (Standing.EDITED, Asked.WANTED): Step(_LEAVE, "The text was edited in the chart: it is left as it is"),
        (Standing.EDITED, Asked.SOFTER): _STILL_OPEN,
        (Standing.EDITED, Asked.ASIDE): _ASIDE,
        (Standing.EDITED, Asked.UNKNOWN): _UNKNOWN,
        (Standing.EDITED, Asked.GONE): _END,
        (Standing.EDITED, Asked.SILENT): _NO_FINDING,
        (Standing.ENDED, Asked.WANTED): Step(ChangeKind.UPDATE, "The gap is back: make the Flag active again"),
        (Standing.ENDED, Asked.SOFTER): _NOTHING,
        (Standing.ENDED, Asked.ASIDE): _NOTHING,
        (Standing.ENDED, Asked.UNKNOWN): _NOTHING,
        (Standing.ENDED, Asked.GONE): _NOTHING,
        (Standing.ENDED, Asked.SILENT): _NOTHING,
        (Standing.IN_ERROR, Asked.WANTED): _IN_ERROR,
        (Standing.IN_ERROR, Asked.SOFTER): _IN_ERROR,
        (Standing.IN_ERROR, Asked.ASIDE): _IN_ERROR,
        (Standing.IN_ERROR, Asked.UNKNOWN): _IN_ERROR,
        (Standing.IN_ERROR, Asked.GONE): _IN_ERROR,
        (Standing.IN_ERROR, Asked.SILENT): _IN_ERROR,
    }
)
"""`AS_WANTED` exists only where something is wanted: any other active Flag of ours is `DIFFERENT` or `EDITED`."""

NOT_OURS = Step(_LEAVE, "Not written by Sextant: left as it is")
DUPLICATE = Step(_LEAVE, "A second Flag of the same rule: left as it is")
