"""Reading a result as detected or not: coded value, interpretation, text, or a number.

"Cannot tell" is an answer: pending, inconclusive and unreadable results are neither.
"""

import re

from app.domain.chart import ObservationValue
from app.domain.codes import Concept

NOT_DETECTED = re.compile(r"^\W*(?:neg\w*|not[ -]detected|none[ -]detected|undetected|absent|nd)\b", re.IGNORECASE)
DETECTED = re.compile(r"^\W*(?:presumptive(?:ly)? )?(?:pos\w*|detected|present|confirmed)\b", re.IGNORECASE)
DETECTED_CODES = frozenset({"POS", "DET", "10828004", "260373001", "LA6576-8", "LA11882-0"})
"""Interpretation codes, SNOMED CT positive and detected, LOINC answers positive and detected."""
NOT_DETECTED_CODES = frozenset({"NEG", "ND", "260385009", "260415000", "LA6577-6", "LA11883-8"})


def is_detected(value: ObservationValue, interpretations: tuple[Concept, ...], *, is_definitive: bool) -> bool | None:
    """True or False as the result says, None when it cannot be told.

    A number alone decides only for a definitive test (laboratories report one when the drug is there); "<" is below the
    limit of the method.
    """
    for concept in (value.concept, *interpretations):
        told = _concept(concept) if concept else None
        if told is not None:
            return told
    if value.text:
        return _text(value.text)
    return _number(value, is_definitive)


def _concept(concept: Concept) -> bool | None:
    codes = {each.code for each in concept.codings if each.code}
    if codes & NOT_DETECTED_CODES:
        return False
    if codes & DETECTED_CODES:
        return True
    texts = (concept.text, *(each.display for each in concept.codings))
    return next((told for text in texts if text and (told := _text(text)) is not None), None)


def _text(text: str) -> bool | None:
    if NOT_DETECTED.match(text):
        return False
    return True if DETECTED.match(text) else None


def _number(value: ObservationValue, is_definitive: bool) -> bool | None:
    quantity = value.quantity
    if quantity is not None and quantity.comparator in {"<", "<="}:
        return False
    number = quantity.value if quantity is not None else value.number
    if number is None:
        return value.is_true
    if number == 0:
        return False
    return True if is_definitive and number > 0 else None
