"""Sleep and breathing: apnea treated, STOP-Bang asked."""

from typing import Any

import pytest

from app.domain.record import PatientRecord
from tests.spec.rules.chart import (
    LUNG_CANCER,
    SLEEP_APNEA,
    Example,
    Part,
    check,
    document,
    entered,
    found,
    has,
    hcpcs,
    icd,
    on_opioids,
    person,
    plan,
    procedure,
    short_course,
    snomed,
)

HERE = "sandbox-clinic"
CPAP, TITRATION, CPAP_DEVICE, DEPENDS_ON_CPAP = "47545007", "446573003", "702172008", "429487005"
MILD = snomed("255604002", "Mild")


def long_term(*parts: Part, **feeds: str) -> PatientRecord:
    return person(on_opioids(), *parts, **feeds)


def stop_bang(points: int, *, ago: int = 30) -> Part:
    return entered("stop_bang", str(points), ago=ago)


def apnea(**more: Any) -> Part:
    return has(SLEEP_APNEA, **more)


EXAMPLES = (
    Example("apnea without treatment", long_term(apnea()), "red", "no treatment of it is on record"),
    Example(
        "apnea, CPAP", long_term(apnea(), procedure(CPAP, ago=730, name="CPAP treatment")), "green", "treated: CPAP"
    ),
    Example("apnea, CPAP only titrated", long_term(apnea(), procedure(TITRATION, ago=30)), "red", "no treatment"),
    Example(
        "apnea, device at home",
        long_term(apnea(), plan("DeviceUseStatement", "Home CPAP", ago=9, what=snomed(CPAP_DEVICE))),
        "green",
        "treated",
    ),
    Example(
        "apnea, device given back",
        long_term(
            apnea(), plan("DeviceUseStatement", "Home CPAP", ago=9, status="completed", what=snomed(CPAP_DEVICE))
        ),
        "red",
        "no treatment",
    ),
    Example(
        "apnea, CPAP ordered",
        long_term(apnea(), plan("ServiceRequest", "Device", ago=9, what=hcpcs("E0601"))),
        "green",
        "treated",
    ),
    Example(
        "apnea, uses CPAP by the problem list",
        long_term(apnea(), has(snomed(DEPENDS_ON_CPAP, "Depends on CPAP"))),
        "green",
        "treated",
    ),
    Example(
        "apnea, a nurse says it is treated",
        long_term(apnea(), entered("sleep_treatment", "in_use")),
        "green",
        "treated",
    ),
    Example(
        "apnea, CPAP seen 731 days ago",
        long_term(apnea(), procedure(CPAP, ago=731, name="CPAP treatment")),
        "grey",
        "whether it goes on is not known",
    ),
    Example(
        "apnea, a nurse said 731 days ago that it is treated",
        long_term(apnea(), entered("sleep_treatment", "in_use", ago=731)),
        "grey",
        "whether it goes on is not known",
    ),
    Example("mild apnea without treatment", long_term(apnea(severity=MILD)), "yellow", "no treatment on record"),
    Example("mild by its name", long_term(has(icd("G47.33", "Mild obstructive sleep apnea"))), "yellow", "mild"),
    Example("mild apnea, CPAP", long_term(apnea(severity=MILD), procedure(CPAP, ago=9)), "green", "treated"),
    Example(
        "obesity hypoventilation", long_term(has(icd("E66.2", "Obesity hypoventilation"))), "red", "hypoventilation"
    ),
    Example("apnea resolved, low score", long_term(apnea(status="resolved"), stop_bang(1)), "green", "STOP-Bang 1"),
    Example("only snoring", long_term(has(icd("R06.83", "Snoring")), stop_bang(1)), "green", "STOP-Bang 1"),
    Example("STOP-Bang 2", long_term(stop_bang(2)), "green", "below 3"),
    Example("STOP-Bang 3", long_term(stop_bang(3)), "yellow", "3 or more"),
    Example("STOP-Bang 4", long_term(stop_bang(4)), "yellow", "3 or more"),
    Example("STOP-Bang 5", long_term(stop_bang(5)), "red", "no sleep evaluation"),
    Example(
        "STOP-Bang 5, sleep study",
        long_term(stop_bang(5), document("Sleep study report", ago=9)),
        "yellow",
        "sleep was evaluated",
    ),
    Example(
        "STOP-Bang 5, polysomnography",
        long_term(stop_bang(5), procedure("999", ago=9, name="Polysomnography")),
        "yellow",
        "evaluated",
    ),
    Example(
        "STOP-Bang 5, referred",
        long_term(stop_bang(5), plan("ServiceRequest", "Sleep medicine", ago=9)),
        "yellow",
        "evaluated",
    ),
    Example(
        "STOP-Bang 5, study 730 days ago",
        long_term(stop_bang(5), document("Sleep study", ago=730)),
        "yellow",
        "evaluated",
    ),
    Example(
        "STOP-Bang 5, study 731 days ago",
        long_term(stop_bang(5), document("Sleep study", ago=731)),
        "red",
        "no sleep evaluation",
    ),
    Example(
        "STOP-Bang 5, a sleep study only proposed",
        long_term(stop_bang(5), plan("ServiceRequest", "Sleep study", ago=9, status="draft")),
        "red",
        "no sleep evaluation",
    ),
    Example(
        "STOP-Bang 5, a goal about a sleep study",
        long_term(stop_bang(5), plan("Goal", "Have the sleep study done", ago=9)),
        "red",
        "no sleep evaluation",
    ),
    Example(
        "STOP-Bang 5, referred for something else",
        long_term(
            stop_bang(5), plan("ServiceRequest", "Eye clinic", ago=9), procedure("999", ago=9, name="Spirometry")
        ),
        "red",
        "no sleep evaluation",
    ),
    Example(
        "STOP-Bang 5, other papers",
        long_term(stop_bang(5), document("Sleep study", ago=9, status="superseded"), document("Chest X-ray", ago=9)),
        "red",
        "no sleep evaluation",
    ),
    Example("61 days left", long_term(stop_bang(0, ago=669)), "green", "STOP-Bang 0"),
    Example("60 days left", long_term(stop_bang(0, ago=670)), "yellow", "due by 2026-04-30"),
    Example("731 days old", long_term(stop_bang(0, ago=731)), "yellow", "was due by 2026-02-28"),
    Example("never, asked elsewhere", long_term(), "grey", "not recorded where Sextant can see"),
    Example("never, in a clinic that records it", long_term(), "yellow", "no STOP-Bang is on record", pack=HERE),
    Example(
        "conditions down, low score",
        long_term(stop_bang(1), conditions="failed"),
        "grey",
        "conditions: could not be read",
    ),
    Example("conditions down, high score", long_term(stop_bang(6), conditions="failed"), "red", "no sleep evaluation"),
    Example("apnea, procedures down", long_term(apnea(), procedures="failed"), "red", "no treatment"),
    Example(
        "mild apnea, procedures down",
        long_term(apnea(severity=MILD), procedures="failed"),
        "grey",
        "is treated is not known",
    ),
    Example("questionnaires down", long_term(surveys="failed"), "grey", "could not be read"),
    Example("a few days of opioids", person(short_course(), apnea()), "not_applicable", "not on long-term"),
    Example("lung cancer", long_term(apnea(), has(LUNG_CANCER)), "not_applicable", "does not apply"),
)


@pytest.mark.parametrize("example", EXAMPLES, ids=str)
def test_sleep_and_breathing(example: Example) -> None:
    check("sleep", example)


def test_red_with_procedures_down_says_that_part_is_unknown() -> None:
    finding = found("sleep", long_term(apnea(), procedures="failed"))
    assert finding.is_known_in_part
    assert "procedures" in finding.missing
    assert finding.next_step == "Ask about treatment of sleep apnea, and arrange it"
