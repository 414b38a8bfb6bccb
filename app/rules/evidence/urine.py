"""Urine drug tests: on which days a specimen was tested, by any method, and from which records.

A creatinine or pH alone is a check of the specimen, not a test; an ordered, preliminary or rejected test is not done yet.
"""

import re
from collections.abc import Iterator
from datetime import date

from app.domain.chart import Observation
from app.domain.feeds import Feed
from app.rules.case import Case, once
from app.rules.evidence.admissible import is_read
from app.rules.evidence.found import Found, day_of
from app.rules.evidence.processes import day_of_plan, done, said
from app.rules.evidence.toxicology import values_in
from app.terminology.drug_tests import drug_tests_in

FINAL = frozenset({"final", "amended", "corrected"})
OPEN = frozenset({"active", "on-hold"})
AWAITED = frozenset({"registered", "preliminary"})
NOT_A_RESULT = re.compile(
    r"\b(?:order(?:ed)?|requisition|request(?:ed)?|consent|declin\w*|refus\w*|pending)\b", re.IGNORECASE
)


@once
def urine_tests(case: Case) -> tuple[Found, ...]:
    """Every completed urine drug test, in no particular order."""
    asked_for = {each.reference for each in ordered(case)}
    traces = (
        each
        for each in done(case, "urine_drug_test")
        if each.reference not in asked_for and not NOT_A_RESULT.search(each.value)
    )
    return (*_results(case), *traces, *said(case, "udt_check"))


@once
def ordered(case: Case) -> tuple[Found, ...]:
    """Requests for a urine drug test that are still open: nothing was tested for them yet."""
    known = {each.reference for each in done(case, "urine_drug_test")}
    return tuple(
        Found(each.reference, day_of_plan(each, case.as_of), each.title or "urine drug test", Feed.CARE_PLANS)
        for each in case.record.plans
        if each.kind == "ServiceRequest"
        and each.status in OPEN
        and (each.reference in known or any(drug_tests_in(concept) for concept in each.concepts))
    )


def _results(case: Case) -> Iterator[Found]:
    if not is_read(case.record, Feed.LABS):
        return
    for each in case.record.observations:
        tests = [test for test in drug_tests_in(each.concept) if not test.is_validity]
        if tests and each.status in FINAL and not _is_without_result(each):
            label = each.concept.label or tests[0].component or "urine drug test"
            yield Found(each.reference, day_of(each.effective or each.issued, case.as_of), label, Feed.LABS)


def _is_without_result(each: Observation) -> bool:
    """The laboratory says why there is no result, and nothing below it has one."""
    return each.value.absent_reason is not None and not each.components and not each.members


# --- what a laboratory has, and the verdicts do not ------------------------------------------------------------------


@once
def awaited(case: Case) -> tuple[tuple[str, Found], ...]:
    """Tests that the laboratory works on: drug class and record. Their results may still change, so they decide nothing."""
    return tuple(
        (name, Found(each.reference, day, f"{each.concept.label or name}: awaited", Feed.LABS))
        for each, day in _tested(case, AWAITED)
        for name in _classes(each)
    )


@once
def tested_classes(case: Case) -> tuple[tuple[str, date], ...]:
    """Every drug class that was tested for and the day, whether the policy judges it or not."""
    return tuple(dict.fromkeys((name, day) for each, day in _tested(case, FINAL) for name in _classes(each)))


def _tested(case: Case, statuses: frozenset[str]) -> Iterator[tuple[Observation, date]]:
    if not is_read(case.record, Feed.LABS):
        return
    for each in case.record.observations:
        day = day_of(each.effective or each.issued, case.as_of)
        if day and each.status in statuses:
            yield each, day


def _classes(each: Observation) -> Iterator[str]:
    for concept, _, _ in values_in(each):
        for test in drug_tests_in(concept):
            if test.drug_class and not test.is_validity and not test.is_panel:
                yield test.drug_class
