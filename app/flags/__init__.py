"""Flags in the chart: what Sextant wants to stand there against what stands there, as a plan that a person confirms.

Pure: `wanted` turns findings into Flags, `plan` compares them with the chart by a table of transitions, and nothing is written
here. Which rules write at which status is the pack's choice.
"""

from app.flags.identifier import identify_with
from app.flags.ledger import last_written
from app.flags.note import plan_note
from app.flags.plan import plan
from app.flags.wanted import WritePolicy, wanted

__all__ = ["WritePolicy", "identify_with", "last_written", "plan", "plan_note", "wanted"]
