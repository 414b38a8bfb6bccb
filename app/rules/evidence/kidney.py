"""Kidney function: the newest eGFR, also where the laboratory only says ">60", and the stage that the problem list states."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from app.domain.chart import Observation, ObservationValue
from app.domain.feeds import Feed
from app.rules.case import Case, once
from app.rules.evidence.admissible import is_read
from app.rules.evidence.answers import number_in
from app.rules.evidence.conditions import Diagnosis, active
from app.rules.evidence.found import Found, day_of
from app.rules.evidence.laboratory import FINAL
from app.terminology.labs import labs_in

CKD_EPI_2021 = "98979-8"
_LIMIT = re.compile(r"\s*([<>])\s*=?\s*(\d{1,3}(?:\.\d+)?)\s*(?:ml.*)?", re.IGNORECASE)
_STAGE = re.compile(r"stage\s*(\d)", re.IGNORECASE)
_END_STAGE = re.compile(r"\bend[ -]stage\b|\bacute (?:renal|kidney)\b|\bdialysis\b", re.IGNORECASE)
_STAGED = {"ckd_stage_3": 3, "ckd_stage_4": 4, "ckd_stage_5": 5, "esrd": 5, "dialysis_dependence": 5}
_FAILURE = frozenset({"kidney_failure_other", "dialysis_access_complication"})


@dataclass(frozen=True, slots=True)
class Egfr:
    """One result in mL/min/1.73 m². `at_most` and `at_least` are equal for a plain number; ">60" has no `at_most`. Both are
    None when the result cannot be read."""

    at_least: Decimal | None
    at_most: Decimal | None
    day: date
    found: Found
    is_preferred: bool

    @property
    def is_readable(self) -> bool:
        return self.at_least is not None or self.at_most is not None


@once
def newest_egfr(case: Case) -> Egfr | None:
    """The newest result. Of one day: CKD-EPI 2021 first, then the lowest, so that kidneys never look better than they are."""
    results = list(_results(case)) if is_read(case.record, Feed.LABS) else []
    return max(results, key=_rank, default=None)


def _rank(each: Egfr) -> tuple[date, bool, bool, Decimal, str]:
    value = each.at_most if each.at_most is not None else each.at_least
    return each.day, each.is_readable, each.is_preferred, -(value or Decimal(0)), each.found.reference or ""


def _results(case: Case) -> Iterator[Egfr]:
    for seen in case.record.observations:
        labs = [lab for lab in labs_in(seen.concept) if lab.concept == "egfr"]
        day = day_of(seen.effective or seen.issued, case.as_of)
        if labs and day and seen.status in FINAL:
            yield _egfr(seen, day, any(lab.code.value == CKD_EPI_2021 for lab in labs))


def _egfr(seen: Observation, day: date, is_preferred: bool) -> Egfr:
    at_least, at_most = bounds(seen.value)
    shown = "not readable" if at_least is None and at_most is None else _shown(at_least, at_most)
    return Egfr(at_least, at_most, day, Found(seen.reference, day, f"eGFR {shown}", Feed.LABS), is_preferred)


def _shown(at_least: Decimal | None, at_most: Decimal | None) -> str:
    if at_most is None:
        return f"at least {at_least}"
    return f"below {at_most}" if at_least is None else f"{at_most}"


def bounds(value: ObservationValue) -> tuple[Decimal | None, Decimal | None]:
    """(at least, at most) of a result: 45 → (45, 45), ">60" → (60, None), "<15" → (None, 15)."""
    number = number_in(value)
    if number is not None:
        return number, number
    sign, limit = _limit(value)
    if limit is None:
        return None, None
    return (limit, None) if sign.startswith(">") else (None, limit)


def _limit(value: ObservationValue) -> tuple[str, Decimal | None]:
    if value.quantity is not None and value.quantity.comparator and value.quantity.value is not None:
        return value.quantity.comparator, value.quantity.value
    match = _LIMIT.fullmatch(value.text or "")
    return (match[1], Decimal(match[2])) if match else ("", None)


@dataclass(frozen=True, slots=True)
class Stage:
    """Kidney disease on the problem list. `stage` None: not staged. Kidney failure counts as stage 5."""

    stage: int | None
    found: Found


@once
def worst_stage(case: Case) -> Stage | None:
    """The highest stage that the problem list states, else kidney disease without a stage."""
    stages = [_stage(each) for each in active(case, "renal_impairment") if each.subtype != "kidney_transplant"]
    return max(stages, key=lambda each: (each.stage or 0, each.found.reference or ""), default=None)


def _stage(each: Diagnosis) -> Stage:
    stage = _STAGED.get(each.subtype)
    name = each.condition.concept.label or ""
    if stage is None and each.subtype in _FAILURE:
        stage = 5
    if stage is None and (said := _STAGE.search(name)):
        stage = int(said[1])
    if stage is None and _END_STAGE.search(name):
        stage = 5
    return Stage(stage, each.found)
