"""Reading a number out of an answer: quantity, integer, a strictly numeric text, yes or no, or a coded answer.

Nothing is guessed: "about 5", "<5" and unknown codes are unreadable.
"""

import re
from collections.abc import Mapping
from decimal import Decimal

from app.domain.chart import ObservationValue
from app.domain.codes import LOINC, Concept

_NUMBER = re.compile(r"\d{1,3}(?:\.\d{1,4})?")

ANSWER_POINTS: Mapping[str, int] = {
    # PHQ and GAD items: not at all, several days, more than half the days, nearly every day
    "LA6568-5": 0, "LA6569-3": 1, "LA6570-1": 2, "LA6571-9": 3,
    # no, yes
    "LA32-8": 0, "LA33-6": 1,
    # AUDIT-C, how often: never ... four or more times a week
    "LA6270-8": 0, "LA18926-8": 1, "LA18927-6": 2, "LA18928-4": 3, "LA18929-2": 4,
    # AUDIT-C, drinks on a day: 1 or 2 ... 10 or more
    "LA15694-5": 0, "LA15695-2": 1, "LA18930-0": 2, "LA18931-8": 3, "LA18932-6": 4,
    # AUDIT-C, six or more: less than monthly ... daily or almost daily
    "LA18933-4": 1, "LA18876-5": 2, "LA18891-4": 3, "LA18934-2": 4,
}  # fmt: skip
"""Points of LOINC answers. PHQ and GAD codes were seen in public questionnaires; the others are general knowledge."""


def number_in(value: ObservationValue) -> Decimal | None:
    """The number of a value, or None when there is none or it cannot be read."""
    if value.quantity is not None:
        return None if value.quantity.comparator else value.quantity.value
    if value.number is not None:
        return value.number
    if value.is_true is not None:
        return Decimal(int(value.is_true))
    if value.concept is not None:
        return _coded(value.concept)
    return _numeric(value.text)


def _coded(concept: Concept) -> Decimal | None:
    """LOINC answers, else a text or code that is nothing but a number ("3")."""
    for code in concept.codes(LOINC):
        if code in ANSWER_POINTS:
            return Decimal(ANSWER_POINTS[code])
    texts = (concept.text, *(each.display for each in concept.codings), *(each.code for each in concept.codings))
    return next((number for text in texts if (number := _numeric(text)) is not None), None)


def _numeric(text: str | None) -> Decimal | None:
    plain = (text or "").strip()
    return Decimal(plain) if _NUMBER.fullmatch(plain) else None
