"""Care agreement: signed once a year on long-term opioid therapy."""

import pytest

from app.domain.codes import Concept
from tests.spec.rules.chart import (
    LUNG_CANCER,
    MORPHINE,
    SICKLE_CELL,
    SICKLE_TRAIT,
    Example,
    agreement,
    check,
    document,
    entered,
    found,
    has,
    hcpcs,
    mg,
    on_opioids,
    order,
    person,
    plan,
    short_course,
    visit,
)

LONG = on_opioids()
FEW_DAYS_CONFIRMED = (order(MORPHINE, ago=5, days=7, take=mg(30)), entered("ltot", "confirmed"))

EXAMPLES = (
    Example("signed a month ago", person(LONG, agreement(ago=30)), "green", "30 days ago"),
    Example("61 days left", person(LONG, agreement(ago=304)), "green", "in date"),
    Example("60 days left", person(LONG, agreement(ago=305)), "yellow", "due by 2026-04-30"),
    Example("on the last day", person(LONG, agreement(ago=365)), "yellow", "due by 2026-03-01"),
    Example("a day too old", person(LONG, agreement(ago=366)), "red", "was due 2026-02-28"),
    Example("none", person(LONG), "red", "no care agreement is on record"),
    Example("the newest counts", person(LONG, agreement(ago=900), agreement(ago=50)), "green", "50 days ago"),
    Example("by title alone", person(LONG, document("Controlled Substance Agreement", ago=20)), "green", "20 days ago"),
    Example(
        "an unsigned one", person(LONG, document("Opioid agreement - unsigned", ago=20)), "red", "no care agreement"
    ),
    Example("a declined one", person(LONG, document("Declined opioid agreement", ago=20)), "red", "no care agreement"),
    Example(
        "typed by hand, then unsigned", person(LONG, document("UNSIGNED", ago=20, code="94136-9")), "green", "20 days"
    ),
    Example("superseded", person(LONG, document("Opioid agreement", ago=20, status="superseded")), "red", "no care"),
    Example(
        "a draft note", person(LONG, document("Opioid agreement", ago=20, doc_status="preliminary")), "red", "no care"
    ),
    Example("a consent", person(LONG, plan("Consent", "Consent to opioid therapy", ago=40)), "green", "40 days ago"),
    Example(
        "a consent that ended",
        person(LONG, plan("Consent", "Consent to opioid therapy", ago=40, status="inactive")),
        "red",
        "no care agreement",
    ),
    Example(
        "a quality code",
        person(LONG, plan("Consent", "G9578", ago=40, what=hcpcs("G9578", "Opioid treatment agreement"))),
        "green",
        "40 days ago",
    ),
    Example("entered by a nurse", person(LONG, entered("agreement", "signed", ago=3)), "green", "3 days ago"),
    Example(
        "entered by a nurse, documents down",
        person(LONG, entered("agreement", "signed", ago=3), documents="failed"),
        "green",
        "3 days ago",
    ),
    Example("documents down", person(LONG, agreement(ago=30), documents="failed"), "grey", "could not be read"),
    Example("documents not given", person(LONG, documents="not_granted"), "grey", "access not given"),
    Example("documents in part, in date", person(LONG, agreement(ago=30), documents="partial"), "green", "in date"),
    Example("documents in part, old", person(LONG, agreement(ago=500), documents="partial"), "grey", "newer one may"),
    Example("care plans down, none", person(LONG, care_plans="failed"), "red", "no care agreement"),
    Example("short course", person(short_course()), "not_applicable", "not on long-term"),
    Example("a confirmed person counts", person(*FEW_DAYS_CONFIRMED, visit(ago=1)), "red", "no care agreement"),
    Example("not ours", person(LONG, entered("ltot", "not_ours")), "not_applicable", "not ours"),
    Example("cancer", person(LONG, has(LUNG_CANCER)), "not_applicable", "cancer"),
    Example("cancer resolved", person(LONG, has(LUNG_CANCER, status="resolved")), "red", "no care agreement"),
    Example("cancer refuted", person(LONG, has(LUNG_CANCER, verified="refuted")), "red", "no care agreement"),
    Example(
        "cancer, but overridden",
        person(LONG, has(LUNG_CANCER), entered("exclusion_cancer", "does_not_apply")),
        "red",
        "no care agreement",
    ),
    Example("sickle cell disease", person(LONG, has(SICKLE_CELL)), "not_applicable", "sickle cell"),
    Example("sickle cell disease in 2016", person(LONG, has(SICKLE_CELL)), "red", "no care agreement", pack="cdc-2016"),
    Example("sickle cell trait", person(LONG, has(SICKLE_TRAIT)), "red", "no care agreement"),
    Example(
        "said to be in palliative care",
        person(LONG, entered("exclusion_palliative", "applies")),
        "not_applicable",
        "pall",
    ),
    Example("medications down", person(LONG, medications="failed"), "grey", "could not be worked out"),
)


@pytest.mark.parametrize("example", EXAMPLES, ids=str)
def test_care_agreement(example: Example) -> None:
    check("agreement", example)


def test_an_undated_agreement_is_shown_and_not_judged() -> None:
    name, row = agreement(ago=1)
    undated = (name, type(row)(row.reference, row.status, row.concept, row.subject, title=row.title))
    finding = found("agreement", person(LONG, undated))
    assert (finding.status.value, finding.reason) == ("grey", "Care agreement is on record without a date.")
    assert finding.evidence[0].reference == row.reference


def test_missing_optional_feeds_are_named_and_change_no_colour() -> None:
    finding = found("agreement", person(LONG, agreement(ago=10), care_plans="failed", procedures="not_offered"))
    assert finding.status.value == "green"
    assert finding.missing == ("procedures", "care_plans")


def test_an_exclusion_is_shown_with_its_evidence() -> None:
    finding = found("agreement", person(LONG, has(LUNG_CANCER)))
    assert [each.value for each in finding.evidence] == ["Malignant neoplasm of bronchus or lung"]


def test_nothing_coded_is_nothing() -> None:
    assert found("agreement", person(LONG, ("documents", document("Letter", ago=3)[1]))).status.value == "red"
    assert Concept().label is None
