"""Numbers and ranges as directions write them."""

from decimal import Decimal

from app.med.sig.elements import NotUnderstood
from app.med.sig.tokens import is_number

RANGE_WORDS = frozenset({"-", "to", "or"})


def at(tokens: list[str], place: int) -> str:
    """The token at a place, "" past the end."""
    return tokens[place] if 0 <= place < len(tokens) else ""


def past(tokens: list[str], place: int, word: str) -> int:
    """One further when the token here is `word`."""
    return place + 1 if at(tokens, place) == word else place


def number(tokens: list[str], place: int) -> tuple[Decimal, int] | None:
    """2, 1.5, "half", "1 1/2", "1 and 1/2", "1-1/2", "6 (six)". Zero is refused: nobody prescribes it."""
    first = _plain_number(at(tokens, place))
    if first is None:
        return None
    place += 1
    second = place + 1 if at(tokens, place) in {"and", "-", "&"} else place
    part = at(tokens, second)
    if first == first.to_integral_value() and (part.startswith("~") or (part == "half" and second > place)):
        first, place = first + (_plain_number(part) or 0), second + 1
    if at(tokens, place) == "(" and at(tokens, place + 2) == ")":
        again = _plain_number(at(tokens, place + 1))
        if again is not None:
            if again != first:
                raise NotUnderstood("a number is given twice and differs")
            place += 3
    if first <= 0:
        raise NotUnderstood("a number is zero")
    return first, place


def _plain_number(token: str) -> Decimal | None:
    if token == "half":
        return Decimal("0.5")
    if token.startswith("~"):
        return Decimal(token[1:])
    return Decimal(token) if token and is_number(token) else None


def number_range(tokens: list[str], place: int) -> tuple[Decimal, Decimal, int] | None:
    """ "1", "1-2", "1 to 2", "1 or 2". A range that does not rise is refused."""
    low = number(tokens, place)
    if low is None:
        return None
    high = number(tokens, low[1] + 1) if at(tokens, low[1]) in RANGE_WORDS else None
    if high is None:
        return low[0], low[0], low[1]
    if high[0] <= low[0]:
        raise NotUnderstood("a range does not rise")
    return low[0], high[0], high[1]
