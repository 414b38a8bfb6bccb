"""Other pain treatment beside long-term opioid therapy."""

from dataclasses import replace

import pytest

from app.domain.dates import Period, on
from app.domain.medication import Medication
from tests.spec.rules.chart import (
    CYCLOBENZAPRINE,
    GABAPENTIN,
    LUNG_CANCER,
    Example,
    Part,
    back,
    check,
    document,
    entered,
    fill,
    found,
    has,
    icd,
    loinc,
    medicine,
    on_opioids,
    order,
    person,
    plan,
    procedure,
    seen,
    short_course,
    snomed,
    takes,
    text,
)

LONG = on_opioids()
DULOXETINE = medicine("596926", "duloxetine 20 MG Delayed Release Oral Capsule")
LIDOCAINE_PATCH = medicine("1010077", "lidocaine 0.05 MG/MG Medicated Patch")
LIDOCAINE_INJECTION = medicine("1737556", "lidocaine hydrochloride 10 MG/ML Injection")
DICLOFENAC_GEL = medicine("855633", "diclofenac sodium 0.01 MG/MG Topical Gel")
PHYSICAL_THERAPY, CBT, EXERCISE_ADVICE, PT_REFERRAL = "91251008", "304891004", "281090004", "306170007"
NOTHING = "no treatment of pain without opioids"


def took(what: Medication, *, until: int) -> Part:
    """A line on the medication list that has ended."""
    name, row = takes(what, since=until + 100, status="completed")
    return name, replace(row, effective=Period(row.effective.start, on(back(until))))


EXAMPLES = (
    Example("nothing on record", person(LONG), "yellow", NOTHING),
    Example("duloxetine", person(LONG, order(DULOXETINE, ago=20)), "green", "duloxetine"),
    Example("gabapentin on the list for years", person(LONG, takes(GABAPENTIN, since=900)), "green", "gabapentin"),
    Example("a muscle relaxant", person(LONG, order(CYCLOBENZAPRINE, ago=20)), "green", "cyclobenzaprine"),
    Example("lidocaine patch", person(LONG, fill(LIDOCAINE_PATCH, ago=20)), "green", "lidocaine"),
    Example("lidocaine injection", person(LONG, order(LIDOCAINE_INJECTION, ago=20)), "yellow", NOTHING),
    Example("diclofenac gel", person(LONG, order(DICLOFENAC_GEL, ago=20)), "green", "diclofenac"),
    Example(
        "last day of supply 365 days ago", person(LONG, order(DULOXETINE, ago=394, days=30)), "green", "duloxetine"
    ),
    Example(
        "last day of supply 366 days ago",
        person(LONG, order(DULOXETINE, ago=395, days=30)),
        "yellow",
        "ended 12 months ago",
    ),
    Example(
        "refills reach into the year",
        person(LONG, order(DULOXETINE, ago=500, days=30, refills=5)),
        "green",
        "duloxetine",
    ),
    Example(
        "stopped more than a year ago",
        person(LONG, order(DULOXETINE, ago=500, days=30, refills=11, status="stopped", ended_ago=400)),
        "yellow",
        "ended 13 months ago",
    ),
    Example(
        "physical therapy 365 days ago", person(LONG, procedure(PHYSICAL_THERAPY, ago=365)), "green", "on record from"
    ),
    Example("physical therapy 366 days ago", person(LONG, procedure(PHYSICAL_THERAPY, ago=366)), "yellow", NOTHING),
    Example("filled 394 days ago for 30 days", person(LONG, fill(DULOXETINE, ago=394)), "green", "duloxetine"),
    Example("filled 395 days ago for 30 days", person(LONG, fill(DULOXETINE, ago=395)), "yellow", NOTHING),
    Example(
        "filled 365 days ago, length not stated",
        person(LONG, fill(DULOXETINE, ago=365, days=None)),
        "green",
        "duloxetine",
    ),
    Example(
        "filled 366 days ago, length not stated", person(LONG, fill(DULOXETINE, ago=366, days=None)), "yellow", NOTHING
    ),
    Example(
        "stopped 365 days ago",
        person(LONG, order(DULOXETINE, ago=500, days=30, refills=11, status="stopped", ended_ago=365)),
        "green",
        "duloxetine",
    ),
    Example(
        "stopped 366 days ago",
        person(LONG, order(DULOXETINE, ago=500, days=30, refills=11, status="stopped", ended_ago=366)),
        "yellow",
        NOTHING,
    ),
    Example("taken until 365 days ago", person(LONG, took(DULOXETINE, until=365)), "green", "duloxetine"),
    Example("taken until 366 days ago", person(LONG, took(DULOXETINE, until=366)), "yellow", NOTHING),
    Example("aspirin of 300 mg", person(LONG, order(medicine("0", "aspirin 300 MG Oral Tablet"))), "green", "aspirin"),
    Example("aspirin of 299 mg", person(LONG, order(medicine("0", "aspirin 299 MG Oral Tablet"))), "yellow", NOTHING),
    Example("cognitive behavioral therapy", person(LONG, procedure(CBT, ago=90)), "green", "on record from"),
    Example(
        "by its name only",
        person(LONG, procedure("999", ago=9, name="Acupuncture, first session")),
        "green",
        "acupuncture",
    ),
    Example(
        "evaluated for physical therapy only",
        person(LONG, procedure("999", ago=9, name="Physical therapy evaluation")),
        "yellow",
        NOTHING,
    ),
    Example(
        "referred",
        person(LONG, plan("ServiceRequest", "Referral", ago=30, what=snomed(PT_REFERRAL))),
        "green",
        "on record",
    ),
    Example(
        "referral revoked",
        person(LONG, plan("ServiceRequest", "Referral", ago=30, status="revoked", what=snomed(PT_REFERRAL))),
        "yellow",
        NOTHING,
    ),
    Example("advice to exercise", person(LONG, procedure(EXERCISE_ADVICE, ago=9)), "yellow", NOTHING),
    Example(
        "advised at a visit",
        person(LONG, has(icd("Z71.82", "Exercise counseling"), ago=9, category=("encounter-diagnosis",))),
        "yellow",
        NOTHING,
    ),
    Example(
        "a note from physical therapy",
        person(LONG, document("Physical therapy progress note", ago=9)),
        "green",
        "physical therapy",
    ),
    Example("a laboratory value", person(LONG, seen(loinc("4548-4"), text("massage"), ago=9)), "yellow", NOTHING),
    Example("a nurse says so", person(LONG, entered("nonopioid", "done", ago=365)), "green", "therapy without opioids"),
    Example("a nurse said so too long ago", person(LONG, entered("nonopioid", "done", ago=366)), "yellow", NOTHING),
    Example("procedures down", person(LONG, procedures="failed"), "grey", "procedures: could not be read"),
    Example(
        "procedures down, duloxetine on the list",
        person(LONG, order(DULOXETINE), procedures="failed"),
        "green",
        "duloxetine",
    ),
    Example("procedures not connected", person(LONG, procedures="not_offered"), "yellow", NOTHING),
    Example("medications in part", person(LONG, medications="partial"), "grey", "medications: read only in part"),
    Example("medications down", person(medications="failed"), "grey", "could not be worked out"),
    Example("a few days of opioids", person(short_course()), "not_applicable", "not on long-term"),
    Example("lung cancer", person(LONG, has(LUNG_CANCER)), "not_applicable", "does not apply"),
    Example("17 years old", person(LONG, born="2008-03-02"), "not_applicable", "under 18"),
)


@pytest.mark.parametrize("example", EXAMPLES, ids=str)
def test_other_pain_treatment(example: Example) -> None:
    check("nonopioid", example)


def test_nothing_recorded_folds_with_the_like() -> None:
    finding = found("nonopioid", person(LONG))
    assert finding.fold == "never_recorded"
    assert finding.next_step == "Talk about treatments without opioids that the patient would like to try"
