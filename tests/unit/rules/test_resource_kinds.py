"""Which finding calls for which kind of service, and which findings go along with a referral."""

import re
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from app.domain.dismissal import Dismissal
from app.domain.errors import AskAnAdministrator
from app.domain.finding import Finding
from app.domain.record import PatientRecord
from app.rules.elements import peg as peg_rule
from app.rules.resource_directory import load_directory
from app.rules.resources import JUST_ASK, KINDS, is_question_only, kind_table, kinds, kinds_from
from app.rules.words import unapproved
from tests.spec.rules.chart import (
    DAY,
    DEPRESSION,
    GABAPENTIN,
    LORAZEPAM,
    OUD,
    SLEEP_APNEA,
    SUBOXONE,
    benefit_risk_review,
    found,
    has,
    on_opioids,
    order,
    peg_mean,
    person,
    phq9,
    total,
    unreadable_opioid,
)

DIRECTORY = load_directory(Path("app/rules/directories/sandbox-clinic.toml"))
LONG = on_opioids(30, since=300)
SEVERE = phq9(3, 3, 3, 3, 3, 3, 3, 1, 0, ago=5)
CLINIC = "sandbox-clinic"


def kinds_for(finding: Finding) -> list[str]:
    return [each.kind.id for each in DIRECTORY.for_finding(finding)]


@pytest.mark.parametrize(
    ("rule", "chart", "expected"),
    [
        ("oud_moud", person(has(OUD)), ["moud", "peer_support"]),
        ("oud_moud", person(has(OUD), order(SUBOXONE)), []),
        ("depression", person(LONG, SEVERE), ["crisis", "behavioral_health"]),
        ("depression", person(LONG, phq9(2, 2, 2, 2, 2, 1, 1, 0, 0, ago=5)), ["behavioral_health"]),
        ("depression", person(LONG, phq9(0, 0, 0, 0, 0, 0, 0, 0, 0, ago=5)), []),
        ("depression", person(LONG, phq9(0, 0, 0, 0, 0, 0, 0, 0, 0, ago=500)), []),
        ("depression", person(LONG, has(DEPRESSION)), []),
        ("med", person(on_opioids(95)), ["integrated_pain", "group_visit", "pain_consult"]),
        ("med", person(on_opioids(95), benefit_risk_review(ago=5)), []),
        ("med", person(on_opioids(60)), []),
        ("med", person(on_opioids(95), unreadable_opioid()), ["integrated_pain", "group_visit", "pain_consult"]),
        ("med", person(unreadable_opioid()), []),
        ("sedative", person(LONG, order(LORAZEPAM)), ["integrated_pain", "group_visit"]),
        ("sedative", person(LONG, order(GABAPENTIN)), ["integrated_pain", "group_visit"]),
        ("sedative", person(LONG), []),
        (
            "peg",
            person(LONG, peg_mean(4, ago=300), peg_mean(8, ago=5)),
            ["integrated_pain", "group_visit", "non_drug_care"],
        ),
        ("peg", person(LONG, peg_mean(8, ago=300), peg_mean(2, ago=5)), []),
        ("peg", person(LONG, peg_mean(8, ago=300)), []),
        ("sleep", person(LONG, has(SLEEP_APNEA)), ["sleep_medicine"]),
        ("naloxone", person(on_opioids(95)), []),
    ],
)
def test_a_finding_calls_for_services_when_it_is_red_or_yellow(
    rule: str, chart: PatientRecord, expected: list[str]
) -> None:
    """In a clinic that records everything, so that what is not on record was not done."""
    assert kinds_for(found(rule, chart, CLINIC)) == expected


def test_what_was_put_aside_calls_for_nothing() -> None:
    finding = found("oud_moud", person(has(OUD)))
    assert kinds_for(finding)
    assert not kinds_for(put_aside(finding))


def put_aside(finding: Finding) -> Finding:
    """Somebody dismissed it today."""
    at = datetime(DAY.year, DAY.month, DAY.day, 9, tzinfo=UTC)
    return replace(finding, dismissed=Dismissal("Patient/p1", finding.rule, "f", "talked over", "Dr Lee", at, DAY))


@pytest.mark.parametrize(
    ("rule", "chart"),
    [
        ("depression", person(LONG)),
        ("anxiety", person(LONG)),
        ("ptsd", person(LONG)),
        ("alcohol", person(LONG)),
        ("peg", person(LONG)),
        ("peg", person(LONG, peg_mean(8, ago=300))),
        ("depression", person(LONG, total("44249-1", 3, ago=500))),
    ],
)
def test_a_questionnaire_that_is_merely_due_wants_its_answers_first(rule: str, chart: PatientRecord) -> None:
    finding = found(rule, chart, CLINIC)
    assert finding.is_gap, "else the case says nothing"
    assert is_question_only(finding), finding.next_step


def test_how_such_a_next_step_begins_is_what_the_rules_write() -> None:
    assert peg_rule.ITEM.to_do.startswith(JUST_ASK)
    assert not peg_rule.TALK.startswith(JUST_ASK)


# --- the table itself ------------------------------------------------------------------------------------------------


def test_every_row_has_its_source_and_says_who_signed_it_off() -> None:
    for each in kinds().values():
        assert each.source
        assert each.checked_by == "not signed off"
        assert not unapproved(f"{each.name}. {each.asks}")


def test_substance_use_and_mental_health_go_along_with_no_other_referral() -> None:
    table = kind_table()
    assert {"oud_moud", "overdose_history", "alcohol", "depression", "anxiety", "ptsd"} <= table.sensitive_rules
    for each in table.kinds.values():
        assert not table.sensitive_rules & set(each.told), each.id
        assert each.sensitive or not table.sensitive_rules & set(each.rules), each.id
        assert not (each.sensitive and (each.told or each.tells_dose)), each.id


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('name = "Group visits"', 'name = ""', "kind group_visit: name is empty"),
        ('rules = ["sleep"]', 'rules = ["sleeping"]', "kind sleep_medicine: there is no rule sleeping"),
        ('rules = ["sleep"]', 'rules = ["sleep:yellow"]', "'sleep:yellow' is no rule"),
        ('told = ["sedative"]', 'told = ["depression"]', "a sensitive finding would go along"),
        ('rules = ["pregnancy"]', 'rules = ["oud_moud"]', "a sensitive finding would go along"),
        ('sensitive_rules = ["oud_moud"', 'sensitive_rules = ["oud"', "sensitive_rules: there is no rule oud"),
        ("tells_dose = false\nsensitive = true", "tells_dose = true\nsensitive = true", "tells more than its finding"),
    ],
)
def test_a_table_that_tells_too_much_or_has_a_gap_is_refused(old: str, new: str, said: str) -> None:
    text = KINDS.read_text(encoding="utf-8")
    assert old in text
    with pytest.raises(AskAnAdministrator, match=said):
        kinds_from(text.replace(old, new))


def test_the_page_for_administrators_lists_the_table_as_it_is() -> None:
    rows = [line.split(" | ") for line in Path("docs/resources.md").read_text(encoding="utf-8").splitlines()]
    listed = {row[0].removeprefix("| "): set(re.findall(r"`(\w+)`", row[1])) for row in rows if len(row) == 2}
    for each in kinds().values():
        assert listed.get(f"`{each.id}` {each.name}") == set(each.rules), each.id
