"""The JSON of a review: the contract that others script against."""

import json
from typing import Any

from app.domain.finding import Review
from app.rules.report import as_json, explain
from tests.spec.rules.chart import (
    DAY,
    LORAZEPAM,
    LUNG_CANCER,
    entered,
    has,
    on_opioids,
    order,
    person,
    reviewed,
    udt,
)

REVIEW = reviewed(person(on_opioids(60), order(LORAZEPAM), udt(ago=400), has(LUNG_CANCER, status="resolved")))


def sent(review: Review) -> dict[str, Any]:
    """What another program reads."""
    read: dict[str, Any] = json.loads(json.dumps(as_json(review)))
    return read


SENT = sent(REVIEW)


def test_the_top_level_has_exactly_these_keys() -> None:
    assert list(SENT) == ["patient", "as_of", "pack", "ltot", "tier", "exclusions", "med", "findings", "feeds"]
    assert (SENT["patient"], SENT["as_of"], SENT["pack"]) == ("Patient/p1", DAY.isoformat(), "us-default-2026")


def test_long_term_therapy_says_how_it_was_worked_out() -> None:
    assert SENT["ltot"] == {
        "definition": "ltot.60of90",
        "meets": True,
        "covered_days": 90,
        "window_days": 90,
        "since": "2025-11-21",
        "state": "candidate",
    }


def test_a_finding_has_exactly_these_keys() -> None:
    for finding in SENT["findings"]:
        assert list(finding) == [
            *("rule", "version", "status", "place", "reason", "due", "evidence", "next_step", "source", "missing"),
            "dismissed",
        ]
        assert all({"reference", "date", "value"} <= set(each) for each in finding["evidence"])


def test_the_dose_is_the_answer_of_the_dose_engine() -> None:
    assert SENT["med"]["mme_per_day"] == "60"
    assert SENT["med"]["factor_set"] == "cdc-2022"


def test_the_tier_gives_its_reasons_with_evidence() -> None:
    assert SENT["tier"]["level"] == "high"
    assert SENT["tier"]["reasons"][0]["text"] == "opioid with a benzodiazepine"
    assert SENT["tier"]["reasons"][0]["evidence"][0]["reference"].startswith("MedicationRequest/")


def test_every_feed_is_told() -> None:
    assert SENT["feeds"]["labs"] == "available"
    assert SENT["feeds"]["pdmp"] == "not_offered"
    assert len(SENT["feeds"]) == 13


def test_an_exclusion_is_told_with_its_override() -> None:
    chart = person(on_opioids(60), has(LUNG_CANCER), entered("exclusion_cancer", "does_not_apply"))
    (exclusion,) = sent(reviewed(chart))["exclusions"]
    assert exclusion["kind"] == "cancer"
    assert (exclusion["active"], exclusion["overridden"]) == (True, True)


def test_a_persons_word_names_who_entered_it() -> None:
    review = reviewed(person(on_opioids(60), entered("naloxone", "has", ago=3, by="Nurse Kim")))
    finding = next(each for each in sent(review)["findings"] if each["rule"] == "naloxone")
    assert finding["evidence"] == [
        {"reference": None, "date": "2026-02-26", "value": finding["evidence"][0]["value"], "entered_by": "Nurse Kim"}
    ]


def test_explain_gives_rule_inputs_values_and_result() -> None:
    words = explain(REVIEW, "udt_check")
    assert "Urine drug test (udt_check, version 1), as of 2026-03-01" in words
    assert "rules.udt_check.interval = 365 days" in words
    assert "2025-01-25" in words
    assert "Result: red." in words
