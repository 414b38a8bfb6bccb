"""How everybody of the synthetic clinic opens: 0 to 6 rows, and the most dangerous thing is the first of them."""

import json
from datetime import date
from functools import lru_cache
from zoneinfo import ZoneInfo

import pytest

from app.domain.feeds import Feed, FeedStatus
from app.domain.finding import Review, Status
from app.fhir_adapters.files import iter_charts
from app.rules import load_pack, review
from app.rules.ranking import Row, is_task, visit_rows
from app.sandbox_ehr.clinic import SCENARIOS, bundle_of

DAYS = (date(2026, 3, 1), date(2028, 2, 29))
POLICY = load_pack("sandbox-clinic")
ALL_READ = dict.fromkeys(Feed, FeedStatus.AVAILABLE)
NAMES = [scenario.name for scenario in SCENARIOS]
FIRST = {
    "abrupt-stop": "change_watch",
    "recent-overdose": "overdose_history",
    "phq-item-nine": "depression",
    "oud-without-treatment": "oud_moud",
    "pregnant": "pregnancy",
    "opioid-benzodiazepine": "sedative",
    "benzodiazepine-with-plan": "sedative",
    "high-dose-unreviewed": "naloxone",
    "kidney-lung-sleep": "naloxone",
    "active-cancer": "naloxone",
    "palliative-care": "naloxone",
    "sickle-cell": "naloxone",
    "methadone-for-pain": "med",
    "unknown-dose": "med",
    "at-least-60": "med",
    "unexpected-urine-test": "udt_result",
    "new-start": "pdmp_check",
    "one-overdue-test": "udt_check",
    "peg-worse": "peg",
    "early-refills": "early_refill",
}
"""What stands first for those who show one danger; who is not here is held to the order of danger alone."""
IN_ORDER = {
    "steady-low-dose",
    "high-dose-reviewed",
    "planned-taper",
    "brand-code-only",
    "under-18",
    "deceased",
    "no-opioids",
}


@lru_cache(maxsize=256)
def opened(name: str, day: date) -> tuple[Review, tuple[Row, ...]]:
    """The review of one of the clinic's people and the rows that it opens with, every feed read."""
    scenario = next(each for each in SCENARIOS if each.name == name)
    chart = json.dumps(bundle_of(scenario, day)).encode()
    (record,) = iter_charts([chart], ZoneInfo("America/Los_Angeles"), ALL_READ)
    answer = review(record, POLICY, day)
    return answer, visit_rows(answer, POLICY)


@pytest.mark.parametrize("day", DAYS, ids=date.isoformat)
@pytest.mark.parametrize("name", NAMES)
def test_nobody_opens_with_more_than_six_rows_and_danger_comes_first(name: str, day: date) -> None:
    answer, rows = opened(name, day)
    assert len(rows) <= 6
    tasks = {finding.rule for finding in answer.findings if is_task(finding)}
    assert tasks <= {finding.rule for row in rows for finding in row.findings}
    known = [row.findings[0].rule for row in rows if row.status is not Status.GREY and not row.findings[0].fold]
    assert [POLICY.order_of(rule) for rule in known] == sorted(POLICY.order_of(rule) for rule in known)


@pytest.mark.parametrize("day", DAYS, ids=date.isoformat)
@pytest.mark.parametrize("name", sorted(FIRST))
def test_the_danger_that_a_person_shows_is_the_first_row(name: str, day: date) -> None:
    assert opened(name, day)[1][0].findings[0].rule == FIRST[name]


@pytest.mark.parametrize("name", sorted(IN_ORDER))
def test_a_person_whose_care_is_in_order_opens_with_nothing_to_do(name: str) -> None:
    assert opened(name, DAYS[0])[1] == ()


@pytest.mark.parametrize("name", NAMES)
def test_what_was_read_is_never_given_as_the_cause_of_not_knowing(name: str) -> None:
    assert [finding.reason for finding in opened(name, DAYS[0])[0].findings if ": read." in finding.reason] == []
