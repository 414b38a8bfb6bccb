"""Reading all tokens into elements. Every token must be used.

Each reader looks at one place and returns what it found with the next place, or None. A token that no reader takes makes the
whole text refused: it might be the word that changes the dose.
"""

from app.med.sig.doses import dose, single_patch
from app.med.sig.drug_name import after_drug_name
from app.med.sig.elements import Element, NotUnderstood, Reader
from app.med.sig.frequencies import slot, times
from app.med.sig.limits import duration, label, maximum, up_to
from app.med.sig.remarks import clerical, join, mark, minutes, reason, verb

# Order matters: a limit before a dose, a frequency before a bare number.
READERS: tuple[Reader, ...] = (
    maximum,
    up_to,
    label,
    clerical,
    times,
    slot,
    duration,
    dose,
    single_patch,
    minutes,
    mark,
    reason,
    join,
    verb,
)


def read_elements(tokens: list[str]) -> list[Element]:
    """All elements of a text. Raises NotUnderstood at the first token that cannot be used."""
    elements: list[Element] = []
    place = after_drug_name(tokens)
    while place < len(tokens):
        for reader in READERS:
            taken = reader(tokens, place)
            if taken:
                elements.extend(taken[0])
                place = taken[1]
                break
        else:
            raise NotUnderstood(f"{tokens[place]!r} was not understood")
    return elements
