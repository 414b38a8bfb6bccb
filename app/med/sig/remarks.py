"""Words that carry no dose: as needed, joins, verbs, reasons and places, the pharmacy's own notes."""

from app.med.sig.elements import Mark, Taken
from app.med.sig.limits import JOINS
from app.med.sig.numbers import at, number, number_range, past
from app.med.sig.tokens import is_number
from app.med.sig.units import COUNTED, DAYS
from app.med.sig.words import vocabulary

PAIN_SCALE_TOP = 10
"""Numbers after a reason ("moderate pain (4-6)") are a pain score when they are no greater."""


def mark(tokens: list[str], place: int) -> Taken | None:
    word = at(tokens, place)
    if word in {"asneeded", "then", "stop"}:
        return (Mark(word),), place + 1
    return ((Mark(word),), place + 1) if word in {"now", "once"} else None


def join(tokens: list[str], place: int) -> Taken | None:
    return (
        ((Mark("and" if tokens[place] in {"and", "&", "+"} else ","),), place + 1) if tokens[place] in JOINS else None
    )


def verb(tokens: list[str], place: int) -> Taken | None:
    """ "Take", "apply": they say that one is taken. "= 1 tab" opens a dose in one EHR."""
    is_opening = tokens[place] == "=" and place == 0
    # "Spray 1 spray under the tongue".
    is_spraying = tokens[place] == "spray" and number(tokens, place + 1) is not None
    return ((), place + 1) if tokens[place] in vocabulary().verbs or is_opening or is_spraying else None


def reason(tokens: list[str], place: int) -> Taken | None:
    """ "for moderate to severe pain (4-6)": why or where, with the small words before it and a pain score after it."""
    known = vocabulary()
    here = place
    while at(tokens, here) in known.connectors or (
        at(tokens, here) == "(" and at(tokens, here + 1) in known.reasons | {"painscore"}
    ):
        here += 1
    if at(tokens, here) not in known.reasons and at(tokens, here) != "painscore":
        return None
    return (), _past_score(tokens, here + 1)


def _past_score(tokens: list[str], place: int) -> int:
    opened = at(tokens, place) == "("
    score = number_range(tokens, place + 1) if opened else None
    if score and score[1] <= PAIN_SCALE_TOP and at(tokens, score[2]) == ")":
        return score[2] + 1
    if at(tokens, place - 1) == "painscore" and (bare := number_range(tokens, place)) and bare[1] <= PAIN_SCALE_TOP:
        return bare[2]
    return place


def minutes(tokens: list[str], place: int) -> Taken | None:
    """ "over 15 minutes": how long one dose takes."""
    amount = number(tokens, place + 1) if at(tokens, place) == "over" else None
    return ((), amount[1] + 1) if amount and at(tokens, amount[1]) == "minute" else None


def clerical(tokens: list[str], place: int) -> Taken | None:
    """Quantity, refills, fill dates, "must last 30 days": the pharmacy's business, not the dose."""
    word = at(tokens, place)
    if word in {"#", "dispense"}:
        after = place + 1
        while at(tokens, after) in {":", "#"}:
            after += 1
        amount = number(tokens, after)
        return ((), amount[1] + (at(tokens, amount[1]) in COUNTED or at(tokens, amount[1]) == "mL")) if amount else None
    if word == "fillon" and at(tokens, place + 1) == "@date":
        return (), place + 2
    if word == "mustlast" and (amount := number(tokens, place + 1)) and at(tokens, amount[1]) in DAYS:
        return (), amount[1] + 1
    return _refills_or_supply(tokens, place)


def _refills_or_supply(tokens: list[str], place: int) -> Taken | None:
    if at(tokens, place) == "refills":
        after = past(tokens, place + 1, ":")
        return ((), after + 1) if is_number(at(tokens, after) or " ") else None
    if is_number(at(tokens, place) or " ") and at(tokens, past(tokens, place + 1, "-")) in {"refills", "daysupply"}:
        return (), past(tokens, place + 1, "-") + 1
    return None
