"""The site code map: what a clinic's own codes and names mean, and that every finder then finds them."""

from dataclasses import replace
from pathlib import Path

import pytest

from app.domain.chart import Answer, Document, Encounter, ObservationValue, Procedure, QuestionnaireResponse
from app.domain.codes import Coding, Concept
from app.domain.dates import Period, on
from app.domain.errors import AskAnAdministrator
from app.domain.finding import Finding
from app.domain.medication import Medication
from app.domain.record import PatientRecord
from app.rules import review
from app.rules.site_codes import CodeMap, load_code_map, translated
from app.usecases.unmapped_codes import UnmappedCodes, counted_as_json
from tests.spec.rules.chart import (
    DAY,
    LUNG_CANCER,
    WHO,
    Part,
    back,
    coded,
    has,
    mg,
    number,
    on_opioids,
    order,
    person,
    plan,
    policy,
    seen,
    text,
)

LOCAL = "urn:oid:1.2.3.4"
LONG = on_opioids(60)
FORM = "https://forms.clinic.example/intake|2"

MAP = f"""
[[code]]
system = "{LOCAL}"
code = "PEGT"
concept = "peg_total"

[[code]]
system = "none"
code = "PHQ9"
concept = "phq_9_total"

[[code]]
name = "Blue  Sheet SCANNED"
concept = "agreement"

[[code]]
system = "{LOCAL}"
code = "DOC-17"
concept = "agreement"
note = "the old form"

[[code]]
system = "{LOCAL}"
code = "NX"
concept = "naloxone"
value = "has"

[[code]]
system = "{LOCAL}"
code = "SB"
concept = "stop_bang"

[[code]]
system = "{LOCAL}"
code = "UOP"
concept = "LOINC 19295-5"

[[code]]
system = "{LOCAL}"
code = "CANC"
concept = "ICD10CM C34.90"

[[code]]
system = "{LOCAL}"
code = "MS15"
concept = "RXNORM 892582"

[[code]]
system = "https://forms.clinic.example/intake"
code = "q7"
concept = "ort_oud"

[[code]]
system = "{LOCAL}"
code = "PAINVISIT"
concept = "benefit_risk_review"
"""


@pytest.fixture(scope="module")
def codes(tmp_path_factory: pytest.TempPathFactory) -> CodeMap:
    path = tmp_path_factory.mktemp("map") / "codes.toml"
    path.write_text(MAP, encoding="utf-8")
    return load_code_map(path)


def local(code: str, label: str | None = None) -> Concept:
    return coded(LOCAL, code, label)


def finding(rule: str, chart: PatientRecord, codes: CodeMap | None = None) -> Finding:
    asked = policy() if codes is None else replace(policy(), codes=codes)
    return review(chart, asked, DAY).by_rule[rule]


def scanned(title: str | None, what: Concept | None = None, status: str = "current") -> Part:
    row = Document("DocumentReference/1", status, what or Concept(), WHO, title=title, dated=on(back(9)))
    return "documents", row


def given(status: str) -> Part:
    return "procedures", Procedure("Procedure/1", status, local("NX"), WHO, Period(on(back(9))))


@pytest.mark.parametrize(
    ("rule", "part", "without", "with_map"),
    [
        ("peg", seen(local("PEGT", "PEG total"), number(5), ago=9), "red", "green"),
        ("depression", seen(Concept((Coding(None, "PHQ9", "PHQ-9"),)), number(4), ago=9), "red", "green"),
        ("agreement", scanned("Blue sheet scanned"), "red", "green"),
        ("agreement", scanned("  BLUE SHEET   scanned "), "red", "green"),
        ("agreement", scanned("Form 17", local("DOC-17")), "red", "green"),
        ("agreement", scanned("Form 17", local("DOC-17"), status="superseded"), "red", "red"),
        ("naloxone", given("completed"), "red", "green"),
        ("naloxone", given("not-done"), "red", "red"),
        ("udt_check", seen(local("UOP"), text("negative"), ago=9), "red", "green"),
        ("agreement", has(local("CANC")), "red", "not_applicable"),
    ],
)  # fmt: skip
def test_a_local_code_is_found_where_the_site_maps_it(
    codes: CodeMap, rule: str, part: Part, without: str, with_map: str
) -> None:
    chart = person(LONG, part)
    assert finding(rule, chart).status.value == without
    mapped = finding(rule, chart, codes)
    assert mapped.status.value == with_map, mapped.reason


def test_the_evidence_is_the_resource_under_its_own_name(codes: CodeMap) -> None:
    (evidence,) = finding("agreement", person(LONG, scanned("Blue sheet scanned")), codes).evidence
    assert (evidence.reference, evidence.value, evidence.entered_by) == (
        "DocumentReference/1",
        "Blue sheet scanned",
        None,
    )


def test_a_local_medicine_is_counted(codes: CodeMap) -> None:
    medicine = Medication(local("MS15"))
    chart = person(order(medicine, take=mg(60)))
    assert review(chart, policy(), DAY).med.mme_per_day is None
    assert review(chart, replace(policy(), codes=codes), DAY).med.mme_per_day == 60


@pytest.mark.parametrize(("score", "is_higher"), [(2, False), (3, True), (8, True)])
def test_a_tool_without_a_published_code_counts_by_the_map(codes: CodeMap, score: int, is_higher: bool) -> None:
    chart = person(on_opioids(20), seen(local("SB"), number(score), ago=9))
    levels = {review(chart, asked, DAY).tier.level for asked in (replace(policy(), codes=codes),)}
    assert levels == {"moderate" if is_higher else "low"}
    assert review(chart, policy(), DAY).tier.level == "low"


@pytest.mark.parametrize(("answer", "level"), [("2", "low"), ("3", "high"), ("2.5", "low"), ("three", "low")])
def test_a_question_of_a_form_counts_by_the_map(codes: CodeMap, answer: str, level: str) -> None:
    asked = Answer("q7", None, "ORT-OUD total", (ObservationValue(text=answer),))
    form = QuestionnaireResponse("QuestionnaireResponse/1", "completed", FORM, WHO, on(back(9)), (asked,))
    chart = person(on_opioids(20), ("questionnaire_responses", form))
    assert review(chart, replace(policy(), codes=codes), DAY).tier.level == level


def test_a_kind_of_visit_counts_by_the_map(codes: CodeMap) -> None:
    met = Encounter("Encounter/1", "finished", "AMB", WHO, types=(local("PAINVISIT"),), period=Period(on(back(9))))
    chart = person(on_opioids(95), ("encounters", met))
    assert finding("med", chart).status.value == "red"
    assert finding("med", chart, codes).status.value == "yellow"


def test_a_plan_counts_by_its_name(codes: CodeMap) -> None:
    chart = person(LONG, plan("CarePlan", "Blue sheet scanned", ago=9))
    assert finding("agreement", chart, codes).status.value == "green"


def test_a_feed_that_was_not_read_shows_nothing(codes: CodeMap) -> None:
    chart = person(LONG, scanned("Blue sheet scanned"), documents="failed")
    assert finding("agreement", chart, codes).status.value == "grey"


def test_without_a_map_the_record_is_the_very_same(codes: CodeMap) -> None:
    chart = person(LONG, has(LUNG_CANCER))
    assert translated(chart, CodeMap()) is chart
    assert translated(chart, codes).conditions[0] is chart.conditions[0]


# --- the file --------------------------------------------------------------------------------------------------------

ENTRY = f'[[code]]\nsystem = "{LOCAL}"\ncode = "A"\nconcept = "peg_total"\n'


@pytest.mark.parametrize(
    ("wrong", "complaints"),
    [
        (ENTRY.replace("peg_total", "peg_totl"), ("line 6", "[[code]] 2", "no concept 'peg_totl'", "use one of peg_total")),
        (ENTRY.replace("concept", "concpt"), ("line 6", "unknown field concpt", "fields are")),
        (ENTRY.replace('"A"', '""'), ("line 6", "code is empty")),
        (ENTRY.replace('"A"', "7"), ("line 6", "code is empty or no text")),
        (ENTRY.replace(f'system = "{LOCAL}"\n', ""), ("line 6", "system is missing", 'system = "none"')),
        (ENTRY.replace(LOCAL, "http://loinc.org"), ("standard system", "own codes only")),
        (ENTRY + 'name = "PEG"\n', ("a code or a name, and not both",)),
        (ENTRY.replace("peg_total", "LOINC 19295-6"), ("'19295-6' is not a Loinc code", "correct the code")),
        (ENTRY.replace("peg_total", "naloxone"), ("naloxone needs a value", "has, otc, declined")),
        (ENTRY.replace("peg_total", "agreement") + 'value = "unsigned"\n', ("agreement needs a value", "signed")),
        (ENTRY + 'value = "5"\n', ("value has no use here",)),
        (ENTRY.replace('"A"', '"B"'), ("line 6", "mapped twice", "keep one")),
    ],
)  # fmt: skip
def test_a_wrong_entry_is_refused_with_place_and_remedy(
    tmp_path: Path, wrong: str, complaints: tuple[str, ...]
) -> None:
    path = tmp_path / "codes.toml"
    path.write_text(ENTRY.replace('"A"', '"B"') + "\n" + wrong, encoding="utf-8")
    with pytest.raises(AskAnAdministrator) as refused:
        load_code_map(path)
    message = str(refused.value)
    assert "codes.toml" in message
    assert "Remedy: " in message
    assert all(complaint in message for complaint in complaints), message


@pytest.mark.parametrize(
    ("content", "complaint"),
    [("[code", "not TOML"), ("[pack]\nid = 1", "it holds pack"), ("code = 3", "under [[code]] only")],
)
def test_a_file_of_another_shape_is_refused(tmp_path: Path, content: str, complaint: str) -> None:
    path = tmp_path / "codes.toml"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(AskAnAdministrator) as refused:
        load_code_map(path)
    assert complaint in str(refused.value)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(AskAnAdministrator, match=r"nowhere\.toml cannot be read"):
        load_code_map(tmp_path / "nowhere.toml")


# --- what is not mapped ----------------------------------------------------------------------------------------------


def test_unmapped_local_codes_are_counted_the_most_frequent_first(codes: CodeMap) -> None:
    gathered = UnmappedCodes(replace(policy(), codes=codes))
    unknown = [seen(local("BMI", "Body mass"), number(27), ago=ago) for ago in (9, 8)]
    gathered.add(person(LONG, *unknown, seen(local("PEGT"), number(5), ago=9), has(LUNG_CANCER)))
    gathered.add(person(LONG, unknown[0], seen(Concept(text="Gait"), number(1), ago=4)))
    assert [counted_as_json(each) for each in gathered.counted()] == [
        {"kind": "Observation", "system": LOCAL, "code": "BMI", "name": "Body mass", "rows": 3, "people": 2},
        {"kind": "Observation", "system": None, "code": None, "name": "Gait", "rows": 1, "people": 1},
    ]


def test_what_says_what_it_is_needs_no_map() -> None:
    gathered = UnmappedCodes(policy())
    known = Medication(local("77", "oxycodone hydrochloride 5 MG Oral Tablet"))
    gathered.add(
        person(order(known), scanned("Opioid treatment agreement", local("DOC-99", "Opioid treatment agreement")))
    )
    assert gathered.counted() == ()
