"""The text of a Flag: what is open and the day it was seen, in approved words, without doses and names of medicines.

The day is part of the text that others read; it is left aside when texts are compared, so that a Flag does not change every
day. A text that is not of this form was edited by somebody in the chart, and is theirs.
"""

import re
from datetime import date

LONGEST = 120
_OURS = re.compile(r"(?P<gap>.+) \(Sextant, as of \d{4}-\d{2}-\d{2}\)")


def flag_text(gap: str, as_of: date) -> str:
    """ "Urine drug test due (Sextant, as of 2026-03-01)". ValueError when it would be longer than 120 characters."""
    text = f"{gap} (Sextant, as of {as_of.isoformat()})"
    if len(text) > LONGEST:
        raise ValueError(f"the Flag text is {len(text)} characters long; at most {LONGEST}: shorten it in the pack")
    return text


def gap_in(text: str | None) -> str | None:
    """The gap that one of our texts names, its spaces joined as EHRs do; None when the text is not of our form."""
    match = _OURS.fullmatch(" ".join((text or "").split()))
    return match["gap"] if match else None
