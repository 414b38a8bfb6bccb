"""The picture below the dose: urine tests by class and day, scores with their trend, and the five kinds of nothing."""

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

import pytest

from app.domain.chart import ObservationValue
from app.domain.quantities import Quantity
from app.domain.record import PatientRecord
from app.rules.picture.clinical_picture import ClinicalPicture, clinical_picture
from app.rules.picture.nothing import Nothing
from app.rules.picture.scores import Direction, Level
from app.rules.picture.toxicology import Cell
from app.rules.review import case_of
from tests.spec.rules.chart import (
    COPD,
    DAY,
    GABAPENTIN,
    LORAZEPAM,
    MORPHINE,
    NARCAN,
    OUD,
    SLEEP_APNEA,
    SUBOXONE,
    Part,
    agreement,
    back,
    booked,
    entered,
    fill,
    form,
    has,
    icd,
    loinc,
    medicine,
    mg,
    number,
    on_opioids,
    order,
    pdmp_review,
    peg,
    peg_mean,
    person,
    plan,
    policy,
    seen,
    snomed,
    takes,
    text,
    visit,
)

OXYCODONE = medicine("1049621", "oxycodone hydrochloride 5 MG Oral Tablet")
CLONAZEPAM = medicine("197528", "clonazepam 1 MG Oral Tablet")
OPIATES, OXY, BENZO, COCAINE, AMPHETAMINES, THC = "19295-5", "58430-0", "14316-4", "14314-9", "19343-3", "18282-4"
D_OXY, D_NOROXY, D_MORPHINE, D_HYDROMORPHONE, D_COCAINE = "19643-6", "61424-8", "13648-1", "18473-9", "14315-6"
CREATININE, GRAVITY, PH = "2161-8", "2965-2", "2756-5"
DRUG_SCREENING = "310627008"
POS, NEG = "Positive", "Negative"


def picture(chart: PatientRecord, pack: str = "us-default-2026") -> ClinicalPicture:
    """The picture on the day."""
    return clinical_picture(case_of(chart, policy(pack), DAY))


def result(code: str, said: str = NEG, *, ago: int = 10, status: str = "final") -> Part:
    return seen(loinc(code), text(said), ago=ago, status=status)


def level(code: str, value: str, unit: str = "") -> Part:
    return seen(loinc(code), ObservationValue(quantity=Quantity(Decimal(value), unit, None, unit)), ago=10)


def oxycodone(*, as_needed: bool = False, ago: int = 50, refills: int = 3) -> Part:
    return order(OXYCODONE, ago=ago, days=30, refills=refills, take=mg(5, 3, as_needed=as_needed))


# --- cells of the table ----------------------------------------------------------------------------------------------


def cell_words(cell: Cell | None) -> str:
    """ "unexpected, not detected, definitive"; what the page says of a cell."""
    if cell is None:
        return "not tested"
    if cell.verdict is None:
        return "awaited"
    outcome = (
        "unexpected" if cell.is_unexpected else {"EXPECTED": "expected"}.get(cell.verdict.outcome.name, "cannot tell")
    )
    seen_as = {True: "detected", False: "not detected", None: "no result"}[cell.verdict.detected]
    return f"{outcome}, {seen_as}, {'definitive' if cell.verdict.is_definitive else 'screen'}"


@dataclass(frozen=True, slots=True)
class Line:
    """One cell of the newest day: the chart, the class, what it says, and words that some explanation must hold."""

    who: str
    chart: PatientRecord
    drug_class: str
    says: str
    because: str = ""

    def __str__(self) -> str:
        return self.who


DILUTE = (level(CREATININE, "10", "mg/dL"), level(GRAVITY, "1.001"))
CELLS = (
    Line("supplied and found", person(oxycodone(), result(OXY, POS)), "oxycodone", "expected, detected, screen"),
    Line("neither supplied nor found", person(oxycodone(), result(COCAINE)), "cocaine", "expected, not detected, screen"),
    Line(
        "a metabolite of what is supplied",
        person(oxycodone(), result(D_NOROXY, POS), result(D_OXY)),
        "oxycodone",
        "expected, detected, definitive",
    ),
    Line(
        "morphine turns in part into hydromorphone",
        person(on_opioids(30), result(D_HYDROMORPHONE, POS), result(D_MORPHINE, POS)),
        "opiates",
        "expected, detected, definitive",
    ),
    Line(
        "found and not supplied, by screen",
        person(oxycodone(), result(AMPHETAMINES, POS)),
        "amphetamines",
        "unexpected, detected, screen",
        "bupropion",
    ),
    Line(
        "found and not supplied, definitive",
        person(oxycodone(), result(D_COCAINE, POS)),
        "cocaine",
        "unexpected, detected, definitive",
        "a mix-up of specimens",
    ),
    Line(
        "an earlier supply explains it",
        person(order(OXYCODONE, ago=200, days=30, take=mg(5, 3)), result(D_OXY, POS)),
        "oxycodone",
        "unexpected, detected, definitive",
        f"an earlier supply of oxycodone (until {back(171)})",
    ),
    Line(
        "fills could not be read",
        person(on_opioids(30), result(BENZO, POS), dispenses="failed"),
        "benzodiazepines",
        "cannot tell, detected, screen",
        "medicines could not be read in full",
    ),
    Line(
        "medicines could not be read",
        person(oxycodone(), result(D_OXY, POS), medications="failed"),
        "oxycodone",
        "cannot tell, detected, definitive",
        "medicines could not be read in full",
    ),
    Line(
        "medicines could not be read, and nothing was found",
        person(oxycodone(), result(OXY), medications="failed"),
        "oxycodone",
        "cannot tell, not detected, screen",
        "medicines could not be read in full",
    ),
    Line(
        "no medicine explains cocaine, read or not",
        person(oxycodone(), result(D_COCAINE, POS), medications="failed"),
        "cocaine",
        "unexpected, detected, definitive",
        "ask",
    ),
    Line(
        "no PDMP is connected",
        person(on_opioids(30), result(BENZO, POS)),
        "benzodiazepines",
        "unexpected, detected, screen",
        "a prescription from elsewhere (PDMP data not connected)",
    ),
    Line(
        "a stay in hospital just before",
        person(on_opioids(30), result(BENZO, POS), visit(ago=14, kind="IMP")),
        "benzodiazepines",
        "unexpected, detected, screen",
        f"given during the hospital stay of {back(14)}",
    ),
    Line(
        "supplied and not found, by screen",
        person(oxycodone(), result(OXY)),
        "oxycodone",
        "unexpected, not detected, screen",
        "timing: the last dose",
    ),
    Line(
        "supplied and not found, definitive",
        person(oxycodone(), result(D_OXY), result(D_NOROXY)),
        "oxycodone",
        "unexpected, not detected, definitive",
        "not taken as planned, for a reason to ask about",
    ),
    Line(
        "the definitive test beats the screen",
        person(oxycodone(), result(COCAINE, POS), result(D_COCAINE)),
        "cocaine",
        "expected, not detected, definitive",
    ),
    Line(
        "taken as needed",
        person(oxycodone(as_needed=True), result(OXY)),
        "oxycodone",
        "cannot tell, not detected, screen",
        "taken as needed",
    ),
    Line(
        "the screen misses clonazepam",
        person(on_opioids(30), order(CLONAZEPAM, ago=20, days=60, take=mg(1, 2)), result(BENZO)),
        "benzodiazepines",
        "cannot tell, not detected, screen",
        "may or may not find",
    ),
    Line(
        "the opiates screen and oxycodone",
        person(oxycodone(), result(OPIATES, POS)),
        "opiates",
        "cannot tell, detected, screen",
        "may or may not find",
    ),
    Line(
        "a dilute specimen",
        person(oxycodone(), result(OXY), *DILUTE),
        "oxycodone",
        "cannot tell, not detected, screen",
        "dilute",
    ),
    Line(
        "a specimen that is not valid",
        person(oxycodone(), result(OXY, POS), level(CREATININE, "1", "mg/dL")),
        "oxycodone",
        "cannot tell, detected, screen",
        "not valid",
    ),
    Line("a result that cannot be read", person(oxycodone(), result(OXY, "see report")), "oxycodone",
         "cannot tell, no result, screen", "no result that can be read"),
    Line("still at the laboratory", person(oxycodone(), result(OXY, status="registered")), "oxycodone", "awaited"),
    Line(
        "a preliminary result decides nothing",
        person(oxycodone(), result(COCAINE, POS, status="preliminary")),
        "cocaine",
        "awaited",
    ),
    Line("a class that nobody tested", person(oxycodone(), result(COCAINE)), "oxycodone", "not tested"),
)  # fmt: skip


@pytest.mark.parametrize("line", CELLS, ids=str)
def test_each_cell_says_what_the_chart_gives(line: Line) -> None:
    (newest, *_) = picture(line.chart).toxicology.collections
    cell = newest.cell(line.drug_class)
    assert cell_words(cell) == line.says
    phrases = [each.words for each in cell.explanations] if cell else []
    assert any(line.because in phrase for phrase in phrases) if line.because else not phrases


@pytest.mark.parametrize("line", CELLS, ids=str)
def test_each_explanation_names_its_source(line: Line) -> None:
    for collection in picture(line.chart).toxicology.collections:
        assert all(each.source for cell in collection.cells for each in cell.explanations)


def test_no_medicine_from_elsewhere_is_said_to_explain_cocaine() -> None:
    (newest,) = picture(person(oxycodone(), result(D_COCAINE, POS), dispenses="failed")).toxicology.collections
    cell = newest.cell("cocaine")
    assert cell is not None
    assert not any("prescription" in each.words for each in cell.explanations)


def test_days_stand_newest_first_and_four_at_most() -> None:
    chart = person(oxycodone(ago=340, refills=12), *(result(OXY, POS, ago=ago) for ago in (5, 70, 140, 200, 260, 366)))
    table = picture(chart).toxicology
    assert [each.day for each in table.collections] == [back(ago) for ago in (5, 70, 140, 200)]
    assert table.earlier_days == 1, "366 days ago is outside the window of the policy"


def test_what_is_supplied_stands_first_tested_or_not() -> None:
    chart = person(oxycodone(), order(LORAZEPAM, ago=5, days=30, take=mg(1, 2)), result(COCAINE), result(OXY, POS))
    assert picture(chart).toxicology.classes == ("oxycodone", "benzodiazepines", "cocaine")


def test_an_open_surprise_is_due_for_a_talk_and_an_answered_one_is_not() -> None:
    chart = person(result(D_COCAINE, POS, ago=90), result(D_COCAINE, ago=10))
    newest, older = (each.cell("cocaine") for each in picture(chart).toxicology.collections)
    assert newest
    assert older
    assert not newest.is_unexpected
    assert older.is_unexpected
    assert (older.is_open, older.is_due_for_talk) == (False, False)


@pytest.mark.parametrize(("ago", "is_due"), [(30, False), (31, True)])
def test_a_surprise_of_a_screen_waits_for_its_confirmation(ago: int, is_due: bool) -> None:
    (collection,) = picture(person(result(COCAINE, POS, ago=ago))).toxicology.collections
    cell = collection.cell("cocaine")
    assert cell is not None
    assert (cell.is_open, cell.is_due_for_talk) == (True, is_due)


def test_a_persons_word_explains_a_surprise() -> None:
    chart = person(result(D_COCAINE, POS), entered("udt_result", "explained", ago=3))
    (collection,) = picture(chart).toxicology.collections
    cell = collection.cell("cocaine")
    assert cell is not None
    assert not cell.is_open
    assert cell.explained_by is not None
    assert cell.explained_by.entered_by == "Nurse Kim"


def test_a_class_that_the_policy_does_not_judge_is_named() -> None:
    (collection,) = picture(person(oxycodone(), result(OXY, POS), result(THC, POS))).toxicology.collections
    assert collection.cell("cannabinoids") is None
    assert collection.not_judged == ("cannabinoids",)


NO_RESULTS = (
    ("nothing was tested", person(oxycodone()), Nothing.NOT_DONE),
    ("the laboratory could not be read", person(oxycodone(), labs="failed"), Nothing.QUERY_FAILED),
    ("read only in part", person(oxycodone(), labs="partial"), Nothing.QUERY_FAILED),
    ("access was not given", person(oxycodone(), labs="not_granted"), Nothing.NO_DATA),
    ("no laboratory is connected", person(oxycodone(), labs="not_offered"), Nothing.NO_DATA),
    ("a test without a result", person(oxycodone(), entered("udt_check", "done", ago=20)), Nothing.UNREADABLE),
)


@pytest.mark.parametrize(("chart", "kind"), [line[1:] for line in NO_RESULTS], ids=[line[0] for line in NO_RESULTS])
def test_no_result_is_never_just_none(chart: PatientRecord, kind: Nothing) -> None:
    table = picture(chart).toxicology
    assert table.collections == ()
    assert table.unknown is not None
    assert table.unknown.kind is kind


def test_a_failed_laboratory_shows_no_result_that_it_sent() -> None:
    assert picture(person(oxycodone(), result(OXY, POS), labs="failed")).toxicology.collections == ()


def test_an_open_request_is_no_test() -> None:
    ordered = plan("ServiceRequest", "Drug screening", ago=4, what=snomed(DRUG_SCREENING, "Urine drug screening"))
    table = picture(person(oxycodone(), ordered)).toxicology
    assert table.ordered is not None
    assert table.ordered.day == back(4)
    assert table.unknown is not None
    assert table.unknown.kind is Nothing.NOT_DONE


def test_a_report_that_is_newer_than_every_result_is_named() -> None:
    chart = person(oxycodone(), result(OXY, POS, ago=90), entered("udt_check", "done", ago=20))
    done = picture(chart).toxicology.only_done
    assert done is not None
    assert done.day == back(20)


# --- scores ----------------------------------------------------------------------------------------------------------

PHQ9, GAD7, AUDIT_C, PC_PTSD = "44261-6", "70274-6", "75626-2", "102017-1"
PHQ9_ITEMS = ("44250-9", "44255-8", "44259-0", "44254-1", "44251-7", "44258-2", "44252-5", "44253-3", "44260-8")


def total(code: str, value: int, *, ago: int) -> Part:
    return seen(loinc(code), number(value), ago=ago)


BANDS = (
    ("PHQ-9", total(PHQ9, 9, ago=5), Level.LOW, "below 10"),
    ("PHQ-9", total(PHQ9, 10, ago=5), Level.MIDDLE, "10 or more"),
    ("PHQ-9", total(PHQ9, 14, ago=5), Level.MIDDLE, "10 or more"),
    ("PHQ-9", total(PHQ9, 15, ago=5), Level.HIGH, "15 or more"),
    ("GAD-7", total(GAD7, 9, ago=5), Level.LOW, "below 10"),
    ("GAD-7", total(GAD7, 15, ago=5), Level.HIGH, "15 or more"),
    ("AUDIT-C", total(AUDIT_C, 2, ago=5), Level.LOW, "below 3"),
    ("AUDIT-C", total(AUDIT_C, 3, ago=5), Level.HIGH, "3 or more"),
    ("PC-PTSD-5", total(PC_PTSD, 3, ago=5), Level.HIGH, "3 or more"),
    ("ORT", entered("ort", "4", ago=5), Level.MIDDLE, "4 or more"),
    ("ORT", entered("ort", "8", ago=5), Level.HIGH, "8 or more"),
    ("ORT-OUD", entered("ort_oud", "2", ago=5), Level.LOW, "below 3"),
    ("STOP-Bang", entered("stop_bang", "3", ago=5), Level.MIDDLE, "3 or more"),
    ("STOP-Bang", entered("stop_bang", "5", ago=5), Level.HIGH, "5 or more"),
)


@pytest.mark.parametrize(("instrument", "part", "band", "words"), BANDS)
def test_a_score_lies_in_the_band_of_the_pack(instrument: str, part: Part, band: Level, words: str) -> None:
    (line,) = picture(person(part)).scores.lines
    assert (line.instrument, line.band.level if line.band else None) == (instrument, band)
    assert line.band is not None
    assert line.band.words == words


def test_cut_offs_of_men_where_the_chart_says_so() -> None:
    (line,) = picture(person(total(AUDIT_C, 3, ago=5), sex="male")).scores.lines
    assert line.band is not None
    assert (line.band.level, line.band.words) == (Level.LOW, "below 4")


def test_the_one_before_is_shown_with_its_day() -> None:
    (line,) = picture(person(total(PHQ9, 4, ago=200), total(PHQ9, 12, ago=100), total(PHQ9, 8, ago=5))).scores.lines
    assert (line.newest.day, line.newest.total) == (back(5), 8)
    assert line.previous is not None
    assert (line.previous.day, line.previous.total) == (back(100), 12)
    assert line.change is None, "only the PEG has a meaningful change in the pack"


PEGS = (
    ("30 % better in both", (peg(8, 8, 8, ago=90), peg(5, 5, 5, ago=5)), Direction.BETTER),
    ("pain better, function not", (peg(8, 8, 8, ago=90), peg(4, 8, 8, ago=5)), Direction.SAME),
    ("30 % worse and a point", (peg(4, 4, 4, ago=90), peg(6, 6, 6, ago=5)), Direction.WORSE),
    ("worse, but less than a point", (peg(1, 1, 1, ago=90), peg(1, 2, 2, ago=5)), Direction.SAME),
    ("only totals are recorded", (peg_mean(8, ago=90), peg_mean(5, ago=5)), Direction.BETTER),
    ("nothing to compare with 0", (peg(0, 0, 0, ago=90), peg(3, 3, 3, ago=5)), Direction.UNKNOWN),
)


@pytest.mark.parametrize(("parts", "direction"), [line[1:] for line in PEGS], ids=[line[0] for line in PEGS])
def test_the_peg_is_compared_with_the_baseline_as_its_rule_does(
    parts: tuple[tuple[Part, ...], ...], direction: Direction
) -> None:
    (line,) = picture(person(on_opioids(30), *parts)).scores.lines
    assert line.change is not None
    assert line.change.direction is direction


def test_the_first_peg_has_nothing_to_be_compared_with() -> None:
    (line,) = picture(person(on_opioids(30), peg(8, 6, 7, ago=5))).scores.lines
    assert (line.newest.total, line.previous, line.change) == (7, None, None)
    assert line.newest.parts == (("pain", 8), ("enjoyment", 6), ("activity", 7))


def test_an_incomplete_form_has_no_total_and_no_band() -> None:
    (line,) = picture(person(form(dict.fromkeys(PHQ9_ITEMS[:8], 1), ago=5))).scores.lines
    assert (line.instrument, line.newest.total, line.band) == ("PHQ-9", None, None)
    assert "item 9" in line.newest.note


def test_item_nine_stands_on_its_own() -> None:
    answers = {**dict.fromkeys(PHQ9_ITEMS[:8], 0.0), PHQ9_ITEMS[8]: 1}
    (line,) = picture(person(form(answers, ago=5))).scores.lines
    assert line.newest.total == 1
    assert line.newest.parts == (("item 9", 1),)


def test_a_score_that_a_person_entered_says_who() -> None:
    (line,) = picture(person(entered("stop_bang", "4", ago=5))).scores.lines
    assert line.newest.found.entered_by == "Nurse Kim"
    assert line.highest == 8


@pytest.mark.parametrize(
    ("pack", "feeds", "kind"),
    [
        ("sandbox-clinic", {}, Nothing.NOT_DONE),
        ("us-default-2026", {"surveys": "failed"}, Nothing.QUERY_FAILED),
        ("us-default-2026", {"surveys": "not_offered"}, Nothing.NO_DATA),
    ],
)
def test_a_questionnaire_that_was_not_seen_says_why(pack: str, feeds: dict[str, str], kind: Nothing) -> None:
    missing = {each.instrument: each.unknown.kind for each in picture(person(**feeds), pack).scores.missing}
    assert missing["PEG"] is kind
    assert missing["PHQ-9"] is kind


def test_where_a_clinic_records_elsewhere_none_is_not_believed() -> None:
    missing = {each.instrument: each.unknown.kind for each in picture(person()).scores.missing}
    assert missing["AUDIT-C"] is Nothing.NO_DATA, "recorded_here says no"
    assert missing["PEG"] is Nothing.NOT_DONE


# --- beside the opioid -----------------------------------------------------------------------------------------------


def test_a_sedative_says_since_when_and_on_how_many_days_with_the_opioid() -> None:
    chart = person(on_opioids(30, since=300), order(LORAZEPAM, ago=40, days=20, refills=2, take=mg(1)))
    (line,) = picture(chart).beside.medicines
    assert (line.drug_class, line.since, line.days_with_opioid) == ("benzodiazepine", back(40), 41)


def test_several_fills_are_one_stretch_over_a_gap_of_a_week() -> None:
    fills = [fill(LORAZEPAM, ago=ago) for ago in (100, 65, 28)]
    (line,) = picture(person(on_opioids(30, since=300), *fills)).beside.medicines
    assert line.since == back(100)
    assert line.days_with_opioid == 90 - 5 - 7, "days without supply do not count"


def test_the_most_dangerous_class_stands_first() -> None:
    chart = person(on_opioids(30), order(GABAPENTIN, ago=5), order(LORAZEPAM, ago=5))
    assert [each.drug_class for each in picture(chart).beside.medicines] == ["benzodiazepine", "gabapentinoid"]


def test_a_medicine_that_is_only_listed_has_no_days() -> None:
    (line,) = picture(person(on_opioids(30), takes(LORAZEPAM, since=400))).beside.medicines
    assert line.days_with_opioid is None


def test_medications_that_were_not_read_are_not_none() -> None:
    unknown = picture(person(on_opioids(30), medications="failed")).beside.medicines_unknown
    assert unknown is not None
    assert unknown.kind is Nothing.QUERY_FAILED
    none = picture(person(on_opioids(30))).beside.medicines_unknown
    assert none is not None
    assert none.kind is Nothing.NOT_DONE


def test_naloxone_and_medication_for_oud_are_named() -> None:
    beside = picture(person(order(SUBOXONE, ago=5), order(NARCAN, ago=40), has(OUD))).beside
    assert beside.naloxone is not None
    assert beside.naloxone.day == back(40)
    assert beside.moud is not None


# --- visits, steps of care -------------------------------------------------------------------------------------------


def test_visits_name_the_last_the_next_and_how_many() -> None:
    chart = person(
        visit(ago=400),
        visit(ago=80),
        visit(ago=80),
        visit(ago=20, participant_names=("Dr Lee",)),
        booked(in_days=30),
    )
    visits = picture(chart).visits
    assert visits.last is not None
    assert (visits.last.day, visits.last.who, visits.count) == (back(20), ("Dr Lee",), 2)
    assert visits.next is not None
    assert visits.next.day == DAY + timedelta(days=30)


def test_visits_that_were_not_read_are_not_none() -> None:
    visits = picture(person(encounters="failed", appointments="not_offered")).visits
    assert visits.last_unknown is not None
    assert visits.next_unknown is not None
    assert (visits.last_unknown.kind, visits.next_unknown.kind) == (Nothing.QUERY_FAILED, Nothing.NO_DATA)


def test_steps_of_care_say_from_where() -> None:
    chart = person(agreement(ago=100), pdmp_review(ago=30), entered("pdmp_result", "as_expected", ago=30))
    steps = {each.name: each for each in picture(chart).steps}
    assert steps["Care agreement"].last is not None
    assert (steps["Care agreement"].last.reference or "").startswith("DocumentReference/")
    assert steps["PDMP check"].result is not None
    assert steps["PDMP check"].result.fact_value == "as_expected"


def test_a_step_is_only_none_where_it_would_be_seen() -> None:
    steps = {each.name: each.unknown for each in picture(person(documents="failed")).steps}
    agreed, checked = steps["Care agreement"], steps["PDMP check"]
    assert agreed is not None
    assert checked is not None
    assert (agreed.kind, checked.kind) == (Nothing.QUERY_FAILED, Nothing.QUERY_FAILED)


# --- other facts -----------------------------------------------------------------------------------------------------

EGFR = "98979-8"


def facts(chart: PatientRecord) -> dict[str, str]:
    """Name → what is said, or the kind of nothing."""
    return {
        each.name: each.unknown.kind.value if each.unknown else "; ".join(said.words for said in each.says)
        for each in picture(chart).facts
    }


FACTS = (
    ("eGFR in a band", person(seen(loinc(EGFR), number(26), ago=9)), "Kidneys",
     "eGFR 26 mL/min/1.73 m²: much reduced, below 30"),
    ("eGFR reduced", person(seen(loinc(EGFR), number(59), ago=9)), "Kidneys", "eGFR 59 mL/min/1.73 m²: reduced, below 60"),
    ("eGFR good", person(seen(loinc(EGFR), number(60), ago=9)), "Kidneys", "eGFR 60 mL/min/1.73 m²"),
    ("more than 60", person(seen(loinc(EGFR), text(">60"), ago=9)), "Kidneys", "eGFR at least 60 mL/min/1.73 m²"),
    ("a stage on the problem list", person(has(icd("N18.4", "CKD 4"))), "Kidneys", "CKD 4"),
    ("no eGFR", person(), "Kidneys", "not_done"),
    ("laboratory not read", person(labs="failed"), "Kidneys", "query_failed"),
    ("apnea without treatment", person(has(SLEEP_APNEA)), "Sleep and breathing",
     "Obstructive sleep apnea; no treatment on record"),
    ("apnea, procedures not read", person(has(SLEEP_APNEA), procedures="failed"), "Sleep and breathing",
     "Obstructive sleep apnea; treatment: not known (procedures could not be read)"),
    ("apnea, treated by a person's word", person(has(SLEEP_APNEA), entered("sleep_treatment", "in_use")),
     "Sleep and breathing", "Obstructive sleep apnea; treated: Treatment of sleep apnea: In use"),
    ("lung disease", person(has(COPD)), "Lungs", "COPD"),
    ("OUD without medication", person(has(OUD)), "Opioid use disorder",
     "Opioid dependence, uncomplicated; no medication for OUD on record"),
    ("OUD, medications not read", person(has(OUD), medications="failed"), "Opioid use disorder",
     "Opioid dependence, uncomplicated; medication for OUD: not known (medications could not be read)"),
    ("OUD in remission", person(has(icd("F11.21", "Opioid dependence, in remission"))), "Opioid use disorder",
     "Opioid dependence, in remission, not active"),
    ("conditions not read", person(conditions="failed"), "Overdose", "query_failed"),
    ("not pregnant, a person's word", person(entered("pregnancy", "not_pregnant", ago=9), born="1990-05-05"),
     "Pregnancy", "Pregnancy: Not pregnant"),
    ("pregnancy not recorded", person(born="1990-05-05"), "Pregnancy", "not_done"),
    ("65 or older", person(born="1950-05-05"), "Age", "75 years, 65 or older"),
    ("birth date not known", person(born=None), "Age", "no_data"),
)  # fmt: skip


@pytest.mark.parametrize(("chart", "name", "says"), [line[1:] for line in FACTS], ids=[line[0] for line in FACTS])
def test_other_facts(chart: PatientRecord, name: str, says: str) -> None:
    assert facts(chart)[name] == says


def test_pregnancy_is_left_out_where_the_question_does_not_arise() -> None:
    assert "Pregnancy" not in facts(person(sex="male"))
    assert "Pregnancy" not in facts(person(born="1950-05-05"))


def test_every_value_carries_where_it_comes_from() -> None:
    chart = person(
        on_opioids(30), order(LORAZEPAM, ago=5), result(OPIATES, POS), peg(4, 4, 4, ago=5), has(COPD), visit(ago=5),
        order(MORPHINE, ago=9), agreement(ago=9),
    )  # fmt: skip
    shown = picture(chart)
    assert all(cell.verdict and cell.verdict.found for each in shown.toxicology.collections for cell in each.cells)
    assert all(each.found for each in shown.beside.medicines)
    assert all(line.newest.found.reference for line in shown.scores.lines)
    assert all(said.found for fact in shown.facts for said in fact.says if fact.name != "Age")
