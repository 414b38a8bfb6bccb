"""All directions of one entry together, by day: lines that hold at once add up, steps follow one another.

Steps need a sequence number and a stated end on every step but the last. Numbered lines without ends are taken together
(charts number a morning and an evening dose 1 and 2), and that is said.
"""

from dataclasses import dataclass, replace
from fractions import Fraction
from functools import lru_cache
from itertools import combinations

from app.domain.medication import Dosage
from app.domain.outcome import No
from app.med.drug import Drug
from app.med.instruction import read_instruction
from app.med.line import Line

SAYS_NOTHING = "one of the directions says nothing and was passed over"
TAKEN_TOGETHER = "numbered directions without an end on each: counted as taken together"


@dataclass(frozen=True, slots=True)
class Directions:
    """What was read. `is_stepwise`: the lines follow one another in the order of their sequence numbers."""

    lines: tuple[Line, ...]
    is_stepwise: bool = False
    notes: tuple[str, ...] = ()

    @property
    def as_needed(self) -> bool:
        return any(line.as_needed for line in self.lines)

    @property
    def interval_days(self) -> Fraction | None:
        """How long one dose lasts when there is just one line (a patch's wear)."""
        return self.lines[0].interval_days if len(self.lines) == 1 else None


@lru_cache(maxsize=8192)
def read_directions(dosages: tuple[Dosage, ...], drug: Drug) -> Directions | No:
    """Every instruction, or the reason why the directions as a whole cannot be used: a part that is left out would make
    the dose look smaller than it is."""
    told = tuple(dosage for dosage in dosages if not says_nothing(dosage))
    if not told:
        return No("there are no directions")
    read = [read_instruction(dosage, drug) for dosage in told]
    refused = [why.reason for why in read if isinstance(why, No)]
    if refused:
        part = f"{len(refused)} of {len(told)} directions cannot be read: " if len(told) > 1 else ""
        return No(part + refused[0])
    found = [lines for lines in read if not isinstance(lines, No)]
    if len(found) > 1 and any(len(lines) > 1 for lines in found):
        return No("a text that goes in steps stands beside other directions")
    read_together = _together(tuple(line for lines in found for line in lines))
    notes = (SAYS_NOTHING,) if len(told) < len(dosages) else ()
    said_again = _said_again([(lines, _times_of_day(dosage)) for lines, dosage in zip(found, told, strict=True)])
    return replace(read_together, notes=(*said_again, *read_together.notes, *notes))


def says_nothing(dosage: Dosage) -> bool:
    """An instruction without dose, timing, text or anything unreadable ("take with food" sits in other elements)."""
    return not (dosage.doses or dosage.timing or dosage.text or dosage.unreadable or dosage.max_dose_per_period)


def _times_of_day(dosage: Dosage) -> tuple[str, ...]:
    """ "MORN", "HS": the same dose in the morning and at night is stated twice on purpose."""
    return dosage.timing.repeat.when if dosage.timing and dosage.timing.repeat else ()


def _said_again(stated: list[tuple[tuple[Line, ...], tuple[str, ...]]]) -> tuple[str, ...]:
    most = max(stated.count(each) for each in stated)
    return (f"the same directions are stated {most} times: each is counted",) if most > 1 else ()


def _says_the_same(one: Line, other: Line) -> bool:
    """Whether two instructions may be one that was sent twice, once as structure and once as text."""
    return one.is_from_text is not other.is_from_text and (one.low, one.high) == (other.low, other.high)


def _together(lines: tuple[Line, ...]) -> Directions:
    in_both = any(_says_the_same(one, other) for one, other in combinations(lines, 2))
    repeated = ("the same dose stands in structure and in words: each is counted",) if in_both else ()
    numbers = {line.sequence for line in lines if line.sequence is not None}
    if len(numbers) < 2:
        return Directions(lines, notes=repeated)
    ordered = tuple(sorted(lines, key=lambda line: (line.sequence is None, line.sequence or 0)))
    last = max(numbers)
    if all(line.is_bounded for line in ordered if line.sequence not in (None, last)):
        return Directions(ordered, is_stepwise=True, notes=repeated)
    return Directions(lines, notes=(*repeated, TAKEN_TOGETHER))
