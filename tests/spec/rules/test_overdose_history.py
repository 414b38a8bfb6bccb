"""Earlier overdose: seen within a week."""

from dataclasses import replace

import pytest

from tests.spec.rules.chart import (
    LUNG_CANCER,
    Example,
    Part,
    check,
    entered,
    has,
    icd,
    on_opioids,
    person,
    snomed,
    visit,
)

POISONING = icd("T40.2X1A", "Poisoning by other opioids, accidental")
SEDATIVE = icd("T42.4X1A", "Poisoning by benzodiazepines, accidental")
ADVERSE = icd("T40.2X5A", "Adverse effect of other opioids")
LATER = icd("T40.2X1D", "Poisoning by other opioids, accidental, subsequent encounter")
LATE_EFFECT = icd("T40.2X1S", "Poisoning by other opioids, accidental, sequela")
HISTORY = snomed("390867000", "History of repeated overdose")
LONG = on_opioids()


def overdose(ago: int) -> Part:
    return has(POISONING, ago=ago, status="resolved", category=("encounter-diagnosis",))


def undated() -> Part:
    name, row = overdose(1)
    return name, replace(row, onset=None)


EXAMPLES = (
    Example("a month ago, nobody saw her", person(LONG, overdose(30)), "red", "nobody saw the person within 7 days"),
    Example("seen after 7 days", person(LONG, overdose(30), visit(ago=23)), "yellow", "seen on"),
    Example("seen after 8 days", person(LONG, overdose(30), visit(ago=22)), "red", "nobody saw"),
    Example("seen the same day", person(LONG, overdose(30), visit(ago=30)), "yellow", "seen on"),
    Example(
        "seen in the emergency room only", person(LONG, overdose(30), visit(ago=30, kind="EMER")), "red", "nobody saw"
    ),
    Example(
        "entered as followed up", person(LONG, overdose(30), entered("follow_up", "done", ago=25)), "yellow", "seen on"
    ),
    Example("3 days ago, not yet seen", person(LONG, overdose(3)), "red", "not yet seen"),
    Example("365 days ago", person(LONG, overdose(365)), "red", "nobody saw"),
    Example("366 days ago", person(LONG, overdose(366)), "yellow", "is on record from"),
    Example("the newest counts", person(LONG, overdose(900), overdose(10)), "red", "nobody saw"),
    Example("without an opioid now", person(overdose(10)), "red", "nobody saw"),
    Example("by a sedative", person(LONG, has(SEDATIVE, ago=10)), "red", "nobody saw"),
    Example("an adverse effect is none", person(LONG, has(ADVERSE, ago=10)), "green", "no overdose"),
    Example("refuted", person(LONG, has(POISONING, ago=10, verified="refuted")), "green", "no overdose"),
    Example("only suspected", person(LONG, has(POISONING, ago=10, verified="unconfirmed")), "green", "no overdose"),
    Example("without a date", person(LONG, undated()), "grey", "without the day"),
    Example("only a later visit about it, 10 days ago", person(LONG, has(LATER, ago=10)), "grey", "without the day"),
    Example("only a late effect, 366 days ago", person(LONG, has(LATE_EFFECT, ago=366)), "yellow", "before 2025-02-28"),
    Example("a later visit beside an old overdose", person(LONG, overdose(900), has(LATER, ago=10)), "yellow", "from"),
    Example("a history of overdose, listed today", person(LONG, has(HISTORY, ago=0)), "grey", "without the day"),
    Example("none, opioid in force", person(LONG), "green", "no overdose is on record"),
    Example("none, no opioid", person(), "not_applicable", "no opioid is in force"),
    Example("conditions down", person(LONG, conditions="failed"), "grey", "could not be read"),
    Example("visits down", person(LONG, overdose(30), encounters="failed"), "red", "nobody saw"),
    Example("cancer: still a safety matter", person(LONG, overdose(30), has(LUNG_CANCER)), "red", "nobody saw"),
    Example("17 years old", person(LONG, overdose(30), born="2010-01-01"), "not_applicable", "under 18"),
)


@pytest.mark.parametrize("example", EXAMPLES, ids=str)
def test_overdose_history(example: Example) -> None:
    check("overdose_history", example)
