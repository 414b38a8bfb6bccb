"""Lung disease beside an opioid: a standing fact."""

import pytest

from tests.spec.rules.chart import (
    COPD,
    LUNG_CANCER,
    SUBOXONE,
    Example,
    check,
    found,
    has,
    icd,
    mg,
    on_opioids,
    order,
    person,
    short_course,
    snomed,
    unreadable_opioid,
)

LONG = on_opioids()

EXAMPLES = (
    Example("COPD", person(LONG, has(COPD)), "yellow", "opioid with COPD"),
    Example(
        "COPD by SNOMED",
        person(LONG, has(snomed("13645005", "Chronic obstructive lung disease"))),
        "yellow",
        "lung disease",
    ),
    Example("asthma", person(LONG, has(icd("J45.909", "Asthma"))), "yellow", "asthma"),
    Example("needs oxygen at home", person(LONG, has(icd("Z99.81", "Dependence on oxygen"))), "yellow", "oxygen"),
    Example("a code without its dot", person(LONG, has(icd("J449", "COPD"))), "yellow", "COPD"),
    Example("no status given", person(LONG, has(COPD, status=None)), "yellow", "COPD"),
    Example("resolved", person(LONG, has(COPD, status="resolved")), "green", "no chronic lung disease"),
    Example("only suspected", person(LONG, has(COPD, verified="provisional")), "green", "no chronic lung disease"),
    Example("refuted", person(LONG, has(COPD, verified="refuted")), "green", "no chronic lung disease"),
    Example("another disease", person(LONG, has(icd("I10", "Hypertension"))), "green", "no chronic lung disease"),
    Example("nothing on the list", person(LONG), "green", "no chronic lung disease"),
    Example("a few days of opioids count too", person(short_course(), has(COPD)), "yellow", "COPD"),
    Example(
        "treatment of opioid use disorder counts too", person(order(SUBOXONE, take=mg(8)), has(COPD)), "yellow", "COPD"
    ),
    Example("dose not known", person(unreadable_opioid(), has(COPD)), "yellow", "COPD"),
    Example("no opioid", person(has(COPD)), "not_applicable", "no opioid is in force"),
    Example("conditions down", person(LONG, has(COPD), conditions="failed"), "grey", "conditions: could not be read"),
    Example("conditions not connected", person(LONG, conditions="not_offered"), "grey", "not connected"),
    Example("conditions in part, COPD among them", person(LONG, has(COPD), conditions="partial"), "yellow", "COPD"),
    Example("conditions in part, none seen", person(LONG, conditions="partial"), "grey", "only in part"),
    Example("medications down", person(has(COPD), medications="failed"), "grey", "could not be read"),
    Example("lung cancer", person(LONG, has(COPD), has(LUNG_CANCER)), "not_applicable", "does not apply"),
    Example("17 years old", person(LONG, has(COPD), born="2008-03-02"), "not_applicable", "under 18"),
)


@pytest.mark.parametrize("example", EXAMPLES, ids=str)
def test_lung_disease(example: Example) -> None:
    check("respiratory", example)


def test_it_is_a_fact_beside_the_dose_and_no_task() -> None:
    finding = found("respiratory", person(LONG, has(COPD, ago=700)))
    assert finding.standing
    assert finding.place.value == "background"
    assert [(each.date, each.value) for each in finding.evidence] == [("2024-03-31", "COPD")]
