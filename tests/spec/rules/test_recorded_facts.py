"""What a person enters is asked for in approved words, and changes what the rule says that asks for it."""

import pytest

from app.rules.catalogue import CATALOGUE
from app.rules.fact_words import BY_RULE, OF_THE_PERSON, TITLES, WORDS, words_of
from app.rules.facts import CONCEPTS
from app.rules.words import unapproved
from tests.spec.rules.chart import (
    GAD7,
    LORAZEPAM,
    LUNG_CANCER,
    METHADONE,
    MORPHINE,
    PHQ9,
    PTSD5,
    Part,
    agreement,
    entered,
    has,
    mg,
    on_opioids,
    order,
    peg,
    person,
    phq9,
    reviewed,
    short_course,
    total,
    udt,
)

LONG = on_opioids()
METHADONE_NOW = (on_opioids(60, since=200), order(METHADONE, ago=4, days=30, take=mg(5)))
ITEM_NINE = phq9(0, 0, 0, 0, 0, 0, 0, 0, 1, ago=3)
RISEN = (order(MORPHINE, ago=140, days=100, take=mg(40)), order(MORPHINE, ago=40, days=200, take=mg(60)))
STOPPED = (order(MORPHINE, ago=120, days=200, take=mg(60), status="stopped", ended_ago=9),)
STILL_IN_PAIN = (on_opioids(since=300), peg(7, 7, 7, ago=290), peg(7, 7, 7, ago=5))
REVIEWED = entered("benefit_risk_review", "done")
USUAL, HERE = "us-default-2026", "sandbox-clinic"
OUT = "not_applicable"

CHANGES = (
    ("med", REVIEWED, (on_opioids(100),), "red", "yellow", USUAL),
    ("med", entered("pain_consult", "done"), (on_opioids(130), REVIEWED), "red", "yellow", "wa"),
    ("sedative", entered("documented_plan", "made"), (LONG, order(LORAZEPAM)), "red", "yellow", USUAL),
    ("sedative", REVIEWED, (LONG, order(LORAZEPAM)), "red", "yellow", USUAL),
    ("agreement", entered("agreement", "signed"), (LONG,), "red", "green", USUAL),
    ("agreement", entered("agreement", "signed", ago=30), (LONG, agreement(ago=500)), "red", "green", USUAL),
    ("peg", entered("peg_goal", "at_goal"), STILL_IN_PAIN, "yellow", "green", USUAL),
    ("peg", REVIEWED, STILL_IN_PAIN, "yellow", "green", USUAL),
    ("pdmp_check", entered("pdmp_check", "done"), (LONG,), "red", "green", HERE),
    ("pdmp_check", entered("pdmp_check", "done"), (LONG,), "grey", "green", USUAL),
    ("udt_check", entered("udt_check", "done"), (LONG, udt(ago=500)), "red", "green", USUAL),
    ("naloxone", entered("naloxone", "has"), (on_opioids(60),), "red", "green", USUAL),
    ("naloxone", entered("naloxone", "otc"), (on_opioids(60),), "red", "green", USUAL),
    ("naloxone", entered("naloxone", "declined"), (on_opioids(60),), "red", "yellow", USUAL),
    ("opioid_first", entered("nonopioid", "done"), (short_course(),), "yellow", "green", USUAL),
    ("opioid_first", entered("goals", "set"), (short_course(),), "yellow", "green", USUAL),
    ("opioid_first", entered("documented_plan", "made"), (short_course(),), "yellow", "green", USUAL),
    ("erla_start", entered("ecg_plan", "made"), METHADONE_NOW, "yellow", "green", USUAL),
    ("start_followup", entered("visit", "done"), (short_course(ago=29),), "red", "green", USUAL),
    ("last_visit", entered("visit", "done"), (on_opioids(since=200),), "red", "green", USUAL),
    ("depression", entered("follow_up", "done"), (LONG, total(PHQ9, 15, ago=30)), "red", "yellow", USUAL),
    ("depression", entered("suicide_risk_assessment", "done", ago=3), (LONG, ITEM_NINE), "red", "yellow", USUAL),
    ("anxiety", entered("follow_up", "done"), (LONG, total(GAD7, 15, ago=30)), "red", "yellow", USUAL),
    ("ptsd", entered("follow_up", "done"), (LONG, total(PTSD5, 5, ago=30)), "red", "yellow", USUAL),
    ("escalation", REVIEWED, RISEN, "red", "yellow", USUAL),
    ("escalation", entered("documented_plan", "made"), RISEN, "red", "yellow", USUAL),
    ("change_watch", entered("taper_plan", "made", ago=60), STOPPED, "red", "green", USUAL),
    ("bowel", entered("bowel", "advised"), (LONG,), "yellow", "green", USUAL),
    ("nonopioid", entered("nonopioid", "done"), (LONG,), "yellow", "green", USUAL),
    ("goals", entered("goals", "set"), (LONG,), "grey", "green", USUAL),
    ("counsel", entered("counsel", "done"), (LONG,), "grey", "green", USUAL),
    ("risk_tool", entered("ort", "3"), (LONG,), "grey", "green", USUAL),
    ("risk_tool", entered("ort_oud", "2"), (LONG,), "grey", "green", USUAL),
    ("risk_tool", entered("documented_plan", "made"), (LONG, entered("ort", "8")), "red", "yellow", USUAL),
    ("agreement", entered("ltot", "acute_only"), (LONG,), "red", OUT, USUAL),
    ("agreement", entered("ltot", "confirmed"), (short_course(),), OUT, "red", USUAL),
    ("agreement", entered("ltot", "tapering"), (short_course(),), OUT, "red", USUAL),
    ("agreement", entered("ltot", "not_ours"), (LONG,), "red", OUT, USUAL),
    ("agreement", entered("exclusion_cancer", "does_not_apply"), (LONG, has(LUNG_CANCER)), OUT, "red", USUAL),
    ("agreement", entered("exclusion_cancer", "applies"), (LONG,), "red", OUT, USUAL),
    ("agreement", entered("exclusion_palliative", "applies"), (LONG,), "red", OUT, USUAL),
    ("agreement", entered("exclusion_end_of_life", "applies"), (LONG,), "red", OUT, USUAL),
    ("agreement", entered("exclusion_sickle_cell", "applies"), (LONG,), "red", OUT, USUAL),
    ("agreement", entered("exclusion_long_term_care", "applies"), (LONG,), "red", OUT, USUAL),
)
"""Rule, what is entered, the chart, the status before and after, the pack."""
IN_USE = {entry.rule.id for entry in CATALOGUE}
IN_THEIR_OWN_TABLES = {
    *((rule, concept) for rule in ("age65", "alcohol", "sleep") for concept in BY_RULE[rule]),
    *((rule, concept) for rule in ("udt_result", "pdmp_result", "pregnancy") for concept in BY_RULE[rule]),
    *((rule, concept) for rule in ("overdose_history", "oud_moud") for concept in BY_RULE[rule]),
    ("pdmp_check", "pdmp_result"),
}
"""Held by the tables of those rules; a PDMP result is asked for together with the check, and read by its own rule."""


@pytest.mark.parametrize(
    ("rule", "word", "chart", "before", "after", "pack"),
    CHANGES,
    ids=[f"{rule}: {word[1].concept} {word[1].value}, {pack}" for rule, word, _, _, _, pack in CHANGES],
)
def test_a_word_entered_changes_what_the_rule_says(
    rule: str, word: Part, chart: tuple[Part, ...], before: str, after: str, pack: str
) -> None:
    without, having = reviewed(person(*chart), pack).finding(rule), reviewed(person(*chart, word), pack).finding(rule)
    assert without is not None
    assert having is not None
    assert (without.status.value, having.status.value) == (before, after), (without.reason, having.reason)


def test_what_a_page_asks_for_is_in_that_table() -> None:
    held = {(rule, word[1].concept) for rule, word, *_ in CHANGES}
    asked = {(rule, concept) for rule in IN_USE & BY_RULE.keys() for concept in BY_RULE[rule]}
    assert asked <= held | IN_THEIR_OWN_TABLES


def test_every_concept_and_value_has_its_words() -> None:
    assert TITLES.keys() == WORDS.keys() == CONCEPTS.keys()
    assert {concept: tuple(words) for concept, words in WORDS.items()} == dict(CONCEPTS)


def test_every_concept_is_asked_for_somewhere() -> None:
    assert {each for asked in BY_RULE.values() for each in asked} | set(OF_THE_PERSON) == CONCEPTS.keys()


@pytest.mark.parametrize("concept", CONCEPTS)
def test_the_words_are_approved(concept: str) -> None:
    for value in CONCEPTS[concept] or ("3",):
        assert not unapproved(words_of(concept, value))
