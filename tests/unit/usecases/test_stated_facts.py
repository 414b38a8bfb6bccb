"""A file of recorded facts: what a line may say, what is refused and how, and that each fact counts as evidence."""

import json
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from app.domain.errors import WrongUsage
from app.domain.record import PatientRecord
from app.domain.taper import StepUnit, TaperPlan
from app.rules.facts import CONCEPTS, LARGEST, NUMBER
from app.usecases.stated_facts import MOST_TOLD, about_nobody, facts_from, with_facts
from tests.spec.rules.chart import (
    LUNG_CANCER,
    WHO,
    has,
    on_opioids,
    person,
    reviewed,
    short_course,
)

ZONE = ZoneInfo("America/Los_Angeles")
GOOD: dict[str, Any] = {
    "patient": WHO,
    "concept": "naloxone",
    "value": "has",
    "day": "2026-02-20",
    "who": "Nurse Kim",
    "when": "2026-02-20T09:30:00-08:00",
    "note": "two doses at home",
}


def line(**changes: Any) -> str:
    """The good line with some fields changed; None leaves a field out."""
    return json.dumps({key: value for key, value in {**GOOD, **changes}.items() if value is not None})


def with_line(record: PatientRecord, **changes: Any) -> PatientRecord:
    return with_facts(record, facts_from("facts.jsonl", line(**changes), ZONE))


def test_every_field_of_a_line_arrives() -> None:
    (fact,) = facts_from("facts.jsonl", f"\n{line()}\n\n", ZONE)[WHO]
    assert (fact.concept, fact.value, fact.entered_by, fact.note) == (
        "naloxone",
        "has",
        "Nurse Kim",
        "two doses at home",
    )
    assert fact.day.day.isoformat() == "2026-02-20"
    assert fact.entered_at.isoformat() == "2026-02-20T17:30:00+00:00"


def test_an_instant_without_a_zone_is_the_clinics() -> None:
    (fact,) = facts_from("f", line(when="2026-02-20T09:30:00", note=None), ZONE)[WHO]
    assert fact.entered_at.isoformat() == "2026-02-20T17:30:00+00:00"
    assert fact.note is None


@pytest.mark.parametrize(
    ("changes", "complaint", "remedy"),
    [
        ({"concept": "naloxon"}, "no concept 'naloxon'", "use one of naloxone"),
        ({"value": "yes"}, "naloxone does not take the value 'yes'", "use has or otc or declined"),
        ({"concept": "ort", "value": "many"}, "does not take the value 'many'", "whole number"),
        ({"concept": "ort", "value": 27}, "ort is 27, above its scale", "from 0 to 26"),
        ({"concept": "ort", "value": -1}, "does not take the value -1", "whole number"),
        ({"concept": "ort", "value": 4.5}, "does not take the value 4.5", "whole number"),
        ({"concept": "ort", "value": True}, "does not take the value True", "whole number"),
        ({"patient": "p1"}, "the patient is 'p1'", "as Patient/p1"),
        ({"patient": None}, "patient is missing", "fill it in"),
        ({"day": "20.2.2026"}, "the day is '20.2.2026'", "as 2026-03-01"),
        ({"day": "2026-02-30"}, "the day is '2026-02-30'", "as 2026-03-01"),
        ({"when": "yesterday"}, "when is 'yesterday'", "write an instant"),
        ({"when": None}, "when is missing", "fill it in"),
        ({"who": "  "}, "who is not a text", "in quotes"),
        ({"who": 7}, "who is not a text", "in quotes"),
        ({"whom": "x"}, "unknown field 'whom'", "fields are patient"),
    ],
)
def test_a_wrong_line_is_refused_with_number_and_remedy(changes: dict[str, Any], complaint: str, remedy: str) -> None:
    with pytest.raises(WrongUsage) as refused:
        facts_from("facts.jsonl", f"{line()}\n{line(**changes)}", ZONE)
    (sentence,) = str(refused.value).splitlines()
    assert sentence.startswith("facts.jsonl, line 2: ")
    assert complaint in sentence
    assert remedy in sentence.partition("Remedy: ")[2]


@pytest.mark.parametrize("text", ["not json", "[1]", '"text"', "{"])
def test_what_is_no_object_is_refused(text: str) -> None:
    with pytest.raises(WrongUsage, match=r"f, line 1: .* Remedy: write"):
        facts_from("f", text, ZONE)


def test_all_wrong_lines_are_named_and_very_many_are_counted() -> None:
    with pytest.raises(WrongUsage) as refused:
        facts_from("f", "\n".join([line(value="yes")] * (MOST_TOLD + 3)), ZONE)
    sentences = str(refused.value).splitlines()
    assert sentences[0].startswith("f, line 1:")
    assert sentences[-1] == "and 3 more lines"
    assert len(sentences) == MOST_TOLD + 1


def test_every_number_has_a_scale() -> None:
    assert set(LARGEST) == {concept for concept, values in CONCEPTS.items() if values is NUMBER}


@pytest.mark.parametrize("concept", CONCEPTS)
def test_every_concept_and_value_can_be_stated(concept: str) -> None:
    for value in CONCEPTS[concept] or ("3", 3):
        (fact,) = facts_from("f", line(concept=concept, value=value), ZONE)[WHO]
        assert (fact.concept, fact.value) == (concept, str(value))


def test_facts_of_people_who_have_no_chart_are_named() -> None:
    facts = facts_from("f", f"{line(patient='Patient/z')}\n{line()}\n{line(patient='Patient/a')}", ZONE)
    assert about_nobody(facts, [WHO, None]) == ("Patient/a", "Patient/z")


# --- as evidence -----------------------------------------------------------------------------------------------------


def test_a_stated_fact_is_evidence_and_shown_with_who_said_it() -> None:
    chart = person(on_opioids(60))
    assert reviewed(chart).by_rule["naloxone"].status.value == "red"
    finding = reviewed(with_line(chart)).by_rule["naloxone"]
    assert finding.status.value == "green"
    assert [(each.entered_by, each.date, each.value) for each in finding.evidence] == [
        ("Nurse Kim", "2026-02-20", "Naloxone: Has it at home (two doses at home)")
    ]


def test_a_fact_about_somebody_else_changes_nothing() -> None:
    chart = person(on_opioids(60))
    assert with_line(chart, patient="Patient/p2") is chart


def test_a_fact_of_a_later_day_does_not_count_yet() -> None:
    finding = reviewed(with_line(person(on_opioids(60)), day="2026-03-02")).by_rule["naloxone"]
    assert finding.status.value == "red"


def test_long_term_therapy_is_confirmed_by_a_person() -> None:
    chart = person(short_course())
    assert reviewed(chart).ltot.state == "none"
    confirmed = reviewed(with_line(chart, concept="ltot", value="confirmed"))
    assert confirmed.ltot.state == "confirmed"
    assert confirmed.by_rule["agreement"].status.value in {"red", "yellow"}
    assert reviewed(chart).by_rule["agreement"].status.value == "not_applicable"


@pytest.mark.parametrize("value", ["tapering", "not_ours", "acute_only"])
def test_a_person_decides_the_state_of_therapy(value: str) -> None:
    assert reviewed(with_line(person(on_opioids()), concept="ltot", value=value)).ltot.state == value


def test_an_exclusion_is_overridden_by_a_person_and_stays_shown() -> None:
    chart = person(on_opioids(60), has(LUNG_CANCER))
    excluded = reviewed(chart)
    assert [(each.kind, each.active, each.overridden) for each in excluded.exclusions] == [("cancer", True, False)]
    assert excluded.by_rule["agreement"].status.value == "not_applicable"
    judged = reviewed(
        with_line(chart, concept="exclusion_cancer", value="does_not_apply", note="in remission since 2019")
    )
    (exclusion,) = judged.exclusions
    assert exclusion.overridden
    assert "Nurse Kim" in [each.entered_by for each in exclusion.evidence]
    assert judged.by_rule["agreement"].status.value == "red"


def test_an_exclusion_that_the_chart_does_not_show_is_stated() -> None:
    stated = reviewed(with_line(person(on_opioids()), concept="exclusion_palliative", value="applies"))
    assert [(each.kind, each.active) for each in stated.exclusions] == [("palliative", True)]
    assert stated.by_rule["agreement"].status.value == "not_applicable"


def test_the_latest_word_counts() -> None:
    chart = person(on_opioids(60), has(LUNG_CANCER))
    once = with_line(chart, concept="exclusion_cancer", value="does_not_apply", day="2026-01-01")
    again = with_line(once, concept="exclusion_cancer", value="applies", day="2026-02-01")
    assert not reviewed(again).exclusions[0].overridden
    assert reviewed(replace(again, facts=again.facts[::-1])).exclusions == reviewed(again).exclusions


# --- a plan in numbers -----------------------------------------------------------------------------------------------

PLAN = {"starts": "2026-03-15", "from": 90, "step": "10", "unit": "percent", "weeks": 4, "target": 67.5}
MADE = {"concept": "taper_plan", "value": "made"}


def test_a_plan_may_carry_its_numbers() -> None:
    (fact,) = facts_from("f", line(**MADE, taper=PLAN), ZONE)[WHO]
    assert fact.taper == TaperPlan(date(2026, 3, 15), Decimal(90), Decimal(10), StepUnit.PERCENT, 4, Decimal("67.5"))
    (without,) = facts_from("f", line(**MADE), ZONE)[WHO]
    assert without.taper is None


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"taper": PLAN}, "naloxone takes no taper"),
        ({**MADE, "taper": "10 % a month"}, "taper is not a plan in numbers"),
        ({**MADE, "taper": {"from": 90}}, "write an object with starts, from, step, weeks, target and unit"),
        ({**MADE, "taper": {**PLAN, "more": 1}}, "write an object with starts, from, step, weeks, target and unit"),
        ({**MADE, "taper": {**PLAN, "target": 120}}, "Target: it is not below the starting dose."),
        ({**MADE, "taper": {**PLAN, "step": -10}}, "Each step: write a number, as 90 or 67.5."),
        ({**MADE, "taper": {**PLAN, "step": True}}, "Each step: fill it in, or clear the others."),
        ({**MADE, "taper": {**PLAN, "weeks": [4]}}, "Weeks between steps: fill it in, or clear the others."),
        ({**MADE, "taper": {**PLAN, "starts": "2028-01-01"}}, "more than a year ahead"),
        ({**MADE, "taper": dict.fromkeys(PLAN, "")}, "taper is empty"),
    ],
)
def test_a_plan_that_leads_nowhere_is_refused(changes: dict[str, Any], words: str) -> None:
    with pytest.raises(WrongUsage, match="line 1") as refused:
        facts_from("f", line(**changes), ZONE)
    assert words in str(refused.value)
