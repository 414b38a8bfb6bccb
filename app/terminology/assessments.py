"""Instruments (PEG, PHQ-9, ORT, AUDIT-C, ...) and their items by LOINC.

One LOINC may be an item of several instruments (PHQ-9 item 1 is also PHQ-4 item 3), so a lookup gives all of them.
Instruments without a verified LOINC (ORT-OUD, SOAPP-R, STOP-BANG, ...) are not here: a site maps them by name.
Cut-offs are no facts of terminology: they live in the rule packs.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from pathlib import Path

from app.domain.codes import LOINC, Concept, Loinc
from app.terminology.tables import DATA, Row, read_rows

DIRECTIONS = frozenset({"higher_worse", "higher_better"})
_COLUMNS = "instrument item label loinc local_code minimum maximum direction"


@dataclass(frozen=True, slots=True)
class AssessmentItem:
    """One scored thing: `item` is "panel", "total", an item number, or a named subscore. `minimum` and `maximum` bound a
    believable value (None: not stated). `local_code` is a code that older charts of one application carry."""

    instrument: str
    item: str
    label: str
    loinc: Loinc
    local_code: str | None
    minimum: Decimal | None
    maximum: Decimal | None
    is_higher_worse: bool

    @property
    def is_total(self) -> bool:
        return self.item == "total"

    @property
    def is_panel(self) -> bool:
        return self.item == "panel"

    def accepts(self, value: Decimal) -> bool:
        """Whether a value lies within the instrument's range."""
        return (self.minimum is None or value >= self.minimum) and (self.maximum is None or value <= self.maximum)


def load_assessments(directory: Path = DATA) -> tuple[AssessmentItem, ...]:
    """All items in file order. Raises AskAnAdministrator naming file, line and remedy."""
    seen: set[tuple[str, str, str]] = set()
    items = []
    for row in read_rows("loinc/assessments.csv", _COLUMNS, directory):
        item = _item(row)
        key = (item.instrument, item.item, item.loinc.value)
        if key in seen:
            raise row.error(
                f"{item.instrument} {item.item} {item.loinc.value} occurs twice", "keep one of the two lines"
            )
        seen.add(key)
        items.append(item)
    return tuple(items)


def _item(row: Row) -> AssessmentItem:
    item = AssessmentItem(
        row.text("instrument"),
        row.text("item"),
        row.text("label"),
        row.code("loinc", Loinc),
        row.optional("local_code"),
        row.optional_number("minimum"),
        row.optional_number("maximum"),
        row.choice("direction", DIRECTIONS) == "higher_worse",
    )
    if item.minimum is not None and item.maximum is not None and item.minimum >= item.maximum:
        raise row.error("minimum is not below maximum")
    return item


@lru_cache(maxsize=1)
def _shipped() -> tuple[AssessmentItem, ...]:
    return load_assessments()


@lru_cache(maxsize=1)
def _by_code() -> Mapping[str, tuple[AssessmentItem, ...]]:
    index: dict[str, tuple[AssessmentItem, ...]] = {}
    for item in _shipped():
        for code in filter(None, (item.loinc.value, item.local_code)):
            index[code] = (*index.get(code, ()), item)
    return index


def assessment_items(code: str) -> tuple[AssessmentItem, ...]:
    """Every instrument item that a LOINC (or a known local code) stands for; empty when unknown."""
    return _by_code().get(code, ())


def assessment_items_in(concept: Concept) -> tuple[AssessmentItem, ...]:
    """The same for a concept's LOINC codings."""
    return tuple(dict.fromkeys(item for code in concept.codes(LOINC) for item in assessment_items(code)))


@lru_cache(maxsize=64)
def items_of(instrument: str) -> tuple[AssessmentItem, ...]:
    """All coded items of one instrument ("PEG", "PHQ-9"), in file order."""
    return tuple(item for item in _shipped() if item.instrument == instrument)


def item_of(instrument: str, item: str) -> AssessmentItem:
    """One item, e.g. item_of("PEG", "total"). KeyError when the table does not hold it."""
    for each in items_of(instrument):
        if each.item == item:
            return each
    raise KeyError(f"{instrument} {item}")
