"""Flags in the chart: what Sextant wants to stand there against what stands there, as a plan that a person confirms.

Pure: `wanted` turns findings into Flags, `plan` compares them with the chart by a table of transitions, and nothing is written
here. Which rules write at which status is the pack's choice.
"""

from app.flags.identifier import identify_with
from app.flags.ledger import last_written, perhaps_written
from app.flags.note import plan_note
from app.flags.plan import plan
from app.flags.seen import seen_by_hand
from app.flags.still_wanted import is_still_wanted, rests_on_plan
from app.flags.undo import is_of_day, taken_back_today
from app.flags.wanted import WritePolicy, wanted

__all__ = [
    "WritePolicy",
    "identify_with",
    "is_of_day",
    "is_still_wanted",
    "last_written",
    "perhaps_written",
    "plan",
    "plan_note",
    "rests_on_plan",
    "seen_by_hand",
    "taken_back_today",
    "wanted",
]
