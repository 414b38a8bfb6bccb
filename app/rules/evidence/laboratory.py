"""Laboratory numbers by concept (eGFR, ...): the newest final result that is a plain number."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from app.domain.feeds import Feed
from app.rules.case import Case, once
from app.rules.evidence.admissible import is_read
from app.rules.evidence.answers import number_in
from app.rules.evidence.found import Found, day_of
from app.terminology.labs import labs_in

FINAL = frozenset({"final", "amended", "corrected"})


@dataclass(frozen=True, slots=True)
class LabNumber:
    """One result. `number` None: a result is there and cannot be read as a number."""

    number: Decimal | None
    day: date
    found: Found


def newest_lab(case: Case, concept: str) -> LabNumber | None:
    """The newest result of one lab concept."""
    results = _by_concept(case).get(concept, ())
    return max(results, key=lambda each: (each.day, each.number or Decimal(-1)), default=None)


@once
def _by_concept(case: Case) -> Mapping[str, tuple[LabNumber, ...]]:
    found: dict[str, tuple[LabNumber, ...]] = {}
    if not is_read(case.record, Feed.LABS):
        return found
    for each in case.record.observations:
        labs = [lab for lab in labs_in(each.concept) if not lab.is_answer]
        day = day_of(each.effective or each.issued, case.as_of)
        if not labs or each.status not in FINAL or day is None:
            continue
        number = number_in(each.value)
        shown = f"{labs[0].display.split(' [')[0]} {'not readable' if number is None else number}"
        result = LabNumber(number, day, Found(each.reference, day, shown, Feed.LABS))
        for lab in labs:
            found[lab.concept] = (*found.get(lab.concept, ()), result)
    return found
