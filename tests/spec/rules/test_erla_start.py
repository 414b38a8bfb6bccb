"""Long-acting opioid started: only after a week on opioids; methadone with an ECG in mind."""

from dataclasses import replace

import pytest

from tests.spec.rules.chart import (
    LUNG_CANCER,
    METHADONE,
    MORPHINE,
    MORPHINE_ER,
    SUBOXONE,
    Example,
    Part,
    check,
    document,
    entered,
    found,
    has,
    loinc,
    medicine,
    mg,
    number,
    on_opioids,
    order,
    person,
    plan,
    procedure,
    seen,
    short_course,
    takes,
    unreadable_opioid,
)

BUTRANS = medicine("904870", "buprenorphine 0.005 MG/HR 168 HR Transdermal System")
FENTANYL = medicine("245136", "fentanyl 0.1 MG/HR 72 HR Transdermal System")
NEW_ER = order(MORPHINE_ER, ago=5, days=30, take=mg(30, 2))
NEW_METHADONE = order(METHADONE, ago=5, days=30, take=mg(5, 2))
USED_TO_OPIOIDS = on_opioids(60, since=200)
QTC = "8636-3"


def undated() -> Part:
    """An opioid on the list, of which nobody knows since when."""
    name, row = takes(MORPHINE)
    return name, replace(row, effective=None)


EXAMPLES = (
    Example("first opioid is long-acting", person(NEW_ER), "red", "without opioids in the 90 days before"),
    Example("first opioid is methadone", person(NEW_METHADONE), "red", "without opioids"),
    Example(
        "short-acting the day before does not count", person(NEW_ER, short_course(60, ago=6, days=3)), "red", "without"
    ),
    Example(
        "short-acting two days before", person(NEW_ER, short_course(60, ago=7, days=3)), "yellow", "below 60 MME/day"
    ),
    Example("last opioid 89 days before", person(NEW_ER, short_course(60, ago=101, days=7)), "yellow", "0 MME a day"),
    Example("last opioid 90 days before", person(NEW_ER, short_course(60, ago=102, days=7)), "red", "without opioids"),
    Example("60 MME for months", person(NEW_ER, USED_TO_OPIOIDS), "green", "after 60 MME a day"),
    Example("59 MME for months", person(NEW_ER, on_opioids(59, since=200)), "yellow", "59 MME a day"),
    Example("60 MME on the 7 days before", person(NEW_ER, short_course(60, ago=12, days=7)), "green", "after 60 MME"),
    Example("60 MME on the 6 days before", person(NEW_ER, short_course(60, ago=11, days=6)), "yellow", "0 MME a day"),
    Example(
        "dose before cannot be computed",
        person(NEW_ER, unreadable_opioid(ago=40)),
        "grey",
        "cannot be computed",
    ),
    Example(
        "known part alone is 60 MME",
        person(NEW_ER, USED_TO_OPIOIDS, order(FENTANYL, ago=40, days=30, take=None)),
        "green",
        "after 60 MME",
    ),
    Example(
        "to be taken as needed",
        person(USED_TO_OPIOIDS, order(MORPHINE_ER, ago=5, days=30, take=mg(30, 2, as_needed=True))),
        "yellow",
        "as needed",
    ),
    Example("started 90 days ago", person(order(MORPHINE_ER, ago=90, take=mg(30, 2))), "red", "without opioids"),
    Example(
        "started 91 days ago", person(order(MORPHINE_ER, ago=91, take=mg(30, 2))), "not_applicable", "no long-acting"
    ),
    Example("long-acting for months", person(on_opioids(60, of=MORPHINE_ER)), "not_applicable", "no long-acting"),
    Example(
        "long-acting again after a break of 40 days",
        person(order(MORPHINE_ER, ago=75, days=30, take=mg(30, 2)), order(MORPHINE_ER, ago=5, take=mg(30, 2))),
        "red",
        "2025-12-16",
    ),
    Example("only short-acting", person(on_opioids(60, of=MORPHINE)), "not_applicable", "no long-acting"),
    Example("no opioids", person(), "not_applicable", "no long-acting"),
    Example(
        "buprenorphine patch as the first", person(order(BUTRANS, ago=5, days=28)), "not_applicable", "no long-acting"
    ),
    Example(
        "treatment of opioid use disorder",
        person(order(SUBOXONE, ago=5, take=mg(8))),
        "not_applicable",
        "no long-acting",
    ),
    Example("methadone without an ECG", person(NEW_METHADONE, USED_TO_OPIOIDS), "yellow", "no ECG or plan"),
    Example(
        "ECG 365 days ago", person(NEW_METHADONE, USED_TO_OPIOIDS, document("ECG report", ago=365)), "green", "ECG"
    ),
    Example(
        "ECG 366 days ago", person(NEW_METHADONE, USED_TO_OPIOIDS, document("ECG report", ago=366)), "yellow", "no ECG"
    ),
    Example(
        "QTc measured", person(NEW_METHADONE, USED_TO_OPIOIDS, seen(loinc(QTC), number(430), ago=9)), "green", "ECG"
    ),
    Example(
        "ECG as a procedure",
        person(NEW_METHADONE, USED_TO_OPIOIDS, procedure("29303009", ago=9, name="Electrocardiographic procedure")),
        "green",
        "ECG",
    ),
    Example(
        "ECG ordered",
        person(NEW_METHADONE, USED_TO_OPIOIDS, plan("ServiceRequest", "12-lead ECG", ago=2)),
        "green",
        "ECG",
    ),
    Example(
        "ECG order revoked",
        person(NEW_METHADONE, USED_TO_OPIOIDS, plan("ServiceRequest", "12-lead ECG", ago=2, status="revoked")),
        "yellow",
        "no ECG",
    ),
    Example(
        "ECG planned, a nurse says", person(NEW_METHADONE, USED_TO_OPIOIDS, entered("ecg_plan", "made")), "green", "ECG"
    ),
    Example(
        "methadone in place of another long-acting one",
        person(on_opioids(60, since=200, of=MORPHINE_ER), NEW_METHADONE),
        "yellow",
        "methadone",
    ),
    Example("procedures down", person(NEW_METHADONE, USED_TO_OPIOIDS, procedures="failed"), "grey", "whether an ECG"),
    Example("an opioid entry without a date", person(undated()), "grey", "an opioid entry has no date"),
    Example(
        "other tests, procedures and papers are no ECG",
        person(
            NEW_METHADONE,
            USED_TO_OPIOIDS,
            seen(loinc("98979-8"), number(80), ago=9),
            procedure("999", ago=9, name="Spirometry"),
            document("Chest X-ray", ago=9),
            plan("ServiceRequest", "Chest X-ray", ago=9),
        ),
        "yellow",
        "no ECG",
    ),
    Example(
        "ECG not done, or withdrawn",
        person(
            NEW_METHADONE,
            USED_TO_OPIOIDS,
            procedure("29303009", ago=9, name="Electrocardiogram", status="not-done"),
            document("ECG report", ago=9, status="superseded"),
            seen(loinc(QTC), number(430), ago=9, status="registered"),
        ),
        "yellow",
        "no ECG",
    ),
    Example("medications down", person(medications="failed"), "grey", "could not be read"),
    Example("medications read in part", person(NEW_ER, medications="partial"), "grey", "was the first is not known"),
    Example("on the list without an order", person(takes(MORPHINE_ER, since=5)), "red", "without opioids"),
    Example("lung cancer", person(NEW_ER, has(LUNG_CANCER)), "not_applicable", "does not apply"),
)


@pytest.mark.parametrize("example", EXAMPLES, ids=str)
def test_long_acting_start(example: Example) -> None:
    check("erla_start", example)


def test_it_proposes_a_talk_and_shows_the_prescription() -> None:
    finding = found("erla_start", person(NEW_ER))
    assert finding.next_step == "Talk about a short-acting opioid instead, and agree on a visit within two weeks"
    assert [each.value for each in finding.evidence] == ["morphine sulfate 30 MG Extended Release Oral Tablet"]
