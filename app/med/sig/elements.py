"""The elements of directions: what the readers find and `reading` puts together."""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from app.med.sig.values import Dose, Frequency, Maximum


class NotUnderstood(Exception):
    """Raised inside the reader when a text contradicts itself; turned into Refused at the edge."""


@dataclass(frozen=True, slots=True)
class Times:
    """A frequency; `is_limit` when the text says "up to"."""

    frequency: Frequency
    is_limit: bool = False


@dataclass(frozen=True, slots=True)
class Slot:
    """A time of day."""

    name: str


@dataclass(frozen=True, slots=True)
class Duration:
    days: Decimal


@dataclass(frozen=True, slots=True)
class Label:
    """ "Week 1:" or "Days 1-3:": opens a step of so many days that starts on day `first`."""

    first: Decimal
    days: Decimal


@dataclass(frozen=True, slots=True)
class Mark:
    """A word with a meaning of its own: "asneeded", "then", "stop", "now", "once", "patch" (one), "and", ","."""

    word: str


Element = Dose | Times | Slot | Duration | Label | Maximum | Mark
Taken = tuple[tuple[Element, ...], int]
"""What a reader found, and the place after it."""
Reader = Callable[[list[str], int], "Taken | None"]
"""Looks at one place of the tokens; None when its kind of thing is not there."""
