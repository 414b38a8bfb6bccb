"""Bowel care beside long-term opioid therapy."""

import pytest

from tests.spec.rules.chart import (
    LUNG_CANCER,
    Example,
    check,
    document,
    entered,
    fill,
    found,
    has,
    medicine,
    on_opioids,
    order,
    person,
    plan,
    procedure,
    short_course,
    takes,
)

LONG = on_opioids()
SENNA = medicine("312935", "sennosides, USP 8.6 MG Oral Tablet")
DOCUSATE = medicine("1099279", "docusate sodium 100 MG Oral Capsule")
POLYETHYLENE_GLYCOL = medicine("876193", "polyethylene glycol 3350 17000 MG Powder for Oral Solution")
BOWEL_PREPARATION = medicine(
    "0", "polyethylene glycol 3350 / potassium chloride / sodium bicarbonate Oral Solution Kit"
)
NALOXEGOL = medicine("1551784", "naloxegol 25 MG Oral Tablet")
EYE_DROPS = medicine("0", "methylcellulose 5 MG/ML Ophthalmic Solution")
FIBER_ADVICE = "183059007"
NOTHING = "no laxative or advice"

EXAMPLES = (
    Example("nothing on record", person(LONG), "yellow", NOTHING),
    Example("senna", person(LONG, order(SENNA, ago=20)), "green", "sennosides"),
    Example("docusate from the pharmacy", person(LONG, fill(DOCUSATE, ago=20)), "green", "docusate"),
    Example(
        "polyethylene glycol, on the list", person(LONG, takes(POLYETHYLENE_GLYCOL)), "green", "polyethylene glycol"
    ),
    Example("naloxegol", person(LONG, order(NALOXEGOL)), "green", "naloxegol"),
    Example("only to prepare for a colonoscopy", person(LONG, order(BOWEL_PREPARATION)), "yellow", NOTHING),
    Example("eye drops", person(LONG, order(EYE_DROPS)), "yellow", NOTHING),
    Example("last day of supply 365 days ago", person(LONG, order(SENNA, ago=394, days=30)), "green", "sennosides"),
    Example("last day of supply 366 days ago", person(LONG, order(SENNA, ago=395, days=30)), "yellow", NOTHING),
    Example(
        "listed without a length, this year", person(LONG, order(SENNA, ago=300, days=None)), "green", "sennosides"
    ),
    Example("taught about fiber", person(LONG, procedure(FIBER_ADVICE, ago=365)), "green", "on record from"),
    Example("taught about fiber 366 days ago", person(LONG, procedure(FIBER_ADVICE, ago=366)), "yellow", NOTHING),
    Example(
        "a bowel plan among the documents",
        person(LONG, document("Bowel regimen with opioids", ago=9)),
        "green",
        "bowel regimen",
    ),
    Example(
        "an order for a bowel program",
        person(LONG, plan("ServiceRequest", "Bowel program", ago=9)),
        "green",
        "bowel program",
    ),
    Example("a nurse says so", person(LONG, entered("bowel", "advised", ago=9)), "green", "advised"),
    Example("66 years old", person(LONG, born="1960-02-01"), "yellow", "matters most from age 65"),
    Example("65 today", person(LONG, born="1961-03-01"), "yellow", "matters most from age 65"),
    Example("64 years old", person(LONG, born="1961-03-02"), "yellow", "in 365 days is on record."),
    Example("medications in part", person(LONG, medications="partial"), "grey", "read only in part"),
    Example(
        "medications in part, senna seen", person(LONG, order(SENNA), medications="partial"), "green", "sennosides"
    ),
    Example("medications down", person(medications="failed"), "grey", "could not be worked out"),
    Example("procedures down", person(LONG, procedures="failed"), "grey", "procedures: could not be read"),
    Example("procedures not connected", person(LONG, procedures="not_offered"), "yellow", NOTHING),
    Example("a few days of opioids", person(short_course()), "not_applicable", "not on long-term"),
    Example("lung cancer", person(LONG, has(LUNG_CANCER)), "not_applicable", "does not apply"),
)


@pytest.mark.parametrize("example", EXAMPLES, ids=str)
def test_bowel_care(example: Example) -> None:
    check("bowel", example)


def test_it_says_what_to_do() -> None:
    finding = found("bowel", person(LONG))
    assert finding.next_step == "Ask about constipation; advise on the bowel or offer a laxative, and record it"
    assert finding.fold == "never_recorded"
