"""The clinical picture in words: what stands in each cell and line, and how each kind of nothing is told."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from app.domain.record import PatientRecord
from app.usecases.review_patient import ReviewedChart, reviewed
from app.web.presenters.note import note_text
from app.web.presenters.picture import Entry, Line, PictureView, picture_view
from app.web.presenters.toxicology import ToxicologyView
from app.web.presenters.visit import visit_view
from tests.clinic_day import CLINIC_ZONE
from tests.spec.rules.chart import (
    COPD,
    DAY,
    LORAZEPAM,
    OUD,
    SLEEP_APNEA,
    Part,
    agreement,
    booked,
    entered,
    has,
    loinc,
    medicine,
    mg,
    number,
    on_opioids,
    order,
    pdmp_review,
    peg,
    person,
    plan,
    policy,
    seen,
    snomed,
    text,
    visit,
)

OXYCODONE = medicine("1049621", "oxycodone hydrochloride 5 MG Oral Tablet")
OXY, COCAINE, BENZO, D_COCAINE, D_OXY, THC = "58430-0", "14314-9", "14316-4", "14315-6", "19643-6", "18282-4"
CREATININE, GRAVITY = "2161-8", "2965-2"
TAKING = order(OXYCODONE, ago=300, days=30, refills=11, take=mg(5, 3))


def charted(record: PatientRecord, pack: str = "us-default-2026") -> ReviewedChart:
    return reviewed(record, policy(pack), DAY, datetime(2026, 3, 1, 17, tzinfo=UTC))


def shown(record: PatientRecord, pack: str = "us-default-2026") -> PictureView:
    return picture_view(charted(record, pack))


def toxicology_of(record: PatientRecord) -> ToxicologyView:
    return shown(record).toxicology


def result(code: str, said: str, *, ago: int = 10, status: str = "final") -> Part:
    return seen(loinc(code), text(said), ago=ago, status=status)


def cells(view: ToxicologyView) -> dict[str, list[str]]:
    """Class → what its cells say, icon first."""
    return {
        row.name: [f"{cell.state.css}: {cell.state.word}, {cell.detail}".rstrip(", ") for cell in row.cells]
        for row in view.rows
    }


# --- urine tests -----------------------------------------------------------------------------------------------------


def test_a_cell_has_icon_word_and_what_was_seen() -> None:
    view = toxicology_of(
        person(TAKING, result(OXY, "Positive"), result(D_COCAINE, "Positive"), result(OXY, "Positive", ago=200))
    )
    assert [day.day for day in view.days] == ["19 Feb", "13 Aug 2025"]
    assert cells(view) == {
        "Oxycodone": ["green: Expected, detected, screen", "green: Expected, detected, screen"],
        "Cocaine": ["red: Unexpected, detected, definitive", "none: Not tested"],
    }


def test_a_surprise_is_yellow_while_it_waits_and_when_it_was_explained() -> None:
    waiting = toxicology_of(person(TAKING, result(COCAINE, "Positive")))
    assert cells(waiting)["Cocaine"] == ["yellow: Unexpected, detected, screen"]
    talked_over = toxicology_of(
        person(TAKING, result(D_COCAINE, "Positive"), entered("udt_result", "explained", ago=3))
    )
    assert cells(talked_over)["Cocaine"] == ["yellow: Unexpected, detected, definitive"]
    assert talked_over.explained[0].by == "Talked over and explained, recorded by Nurse Kim on 26 Feb."


def test_an_older_surprise_that_a_later_test_answered_is_folded() -> None:
    view = toxicology_of(person(TAKING, result(D_COCAINE, "Positive", ago=90), result(D_COCAINE, "Negative")))
    assert view.explained == ()
    assert [each.by for each in view.explained_earlier] == ["Answered by a later test."]


def test_explanations_stand_under_the_table_with_their_sources() -> None:
    view = toxicology_of(person(TAKING, result(D_OXY, "Negative")))
    (only,) = view.explained
    assert only.what == "Oxycodone: not detected, 19 Feb"
    assert only.possible[0].startswith("timing: the last dose")
    assert view.sources == "CDC 2022, recommendation 10 and general knowledge of toxicology, not signed off"


def test_days_in_an_explanation_are_written_as_people_read_them() -> None:
    view = toxicology_of(person(order(OXYCODONE, ago=200, days=30, take=mg(5, 3)), result(D_OXY, "Positive")))
    assert "an earlier supply of oxycodone (until 11 Sep 2025)" in view.explained[0].possible


def test_classes_with_nothing_to_look_at_are_one_line() -> None:
    view = toxicology_of(
        person(TAKING, result(OXY, "Positive"), result(COCAINE, "Negative"), result(BENZO, "Negative"))
    )
    assert list(cells(view)) == ["Oxycodone"]
    assert view.plain_words == "2 more classes not detected, as expected"
    assert view.plain == ("Benzodiazepines: 19 Feb", "Cocaine: 19 Feb")


@pytest.mark.parametrize(
    ("checks", "word", "css"),
    [
        ((), "not checked", "none"),
        (((CREATININE, 80),), "valid", "green"),
        (((CREATININE, 10), (GRAVITY, "1.001")), "dilute", "grey"),
        (((CREATININE, 1),), "not valid", "grey"),
    ],
)
def test_the_specimen_in_a_word(checks: tuple[tuple[str, Decimal], ...], word: str, css: str) -> None:
    parts = [seen(loinc(code), number(value), ago=10) for code, value in checks]
    (day,) = toxicology_of(person(TAKING, result(OXY, "Positive"), *parts)).days
    assert (day.specimen.word, day.specimen.css) == (word, css)


def test_a_test_at_the_laboratory_is_awaited() -> None:
    view = toxicology_of(person(TAKING, result(OXY, "", status="registered")))
    assert cells(view)["Oxycodone"] == ["grey: Awaited, at the laboratory"]


NOTHING = (
    ("nothing tested", {}, "none", "No urine drug test result in 12 months"),
    ("could not be read", {"labs": "failed"}, "grey", "Laboratory results could not be read"),
    ("not connected", {"labs": "not_offered"}, "grey", "Laboratory results not connected"),
    ("no access", {"labs": "not_granted"}, "grey", "Laboratory results access not given"),
)


@pytest.mark.parametrize(("feeds", "css", "words"), [line[1:] for line in NOTHING], ids=[line[0] for line in NOTHING])
def test_no_table_says_why(feeds: dict[str, str], css: str, words: str) -> None:
    view = toxicology_of(person(TAKING, **feeds))
    assert view.rows == ()
    assert view.nothing is not None
    assert (view.nothing.css, view.nothing.word) == (css, words)


def test_notes_tell_of_requests_reports_and_classes_that_are_not_judged() -> None:
    request = plan("ServiceRequest", "Drug screening", ago=4, what=snomed("310627008"))
    notes = toxicology_of(
        person(
            TAKING,
            result(OXY, "Positive", ago=90),
            result(THC, "Positive", ago=90),
            entered("udt_check", "done", ago=20),
            request,
            medications="partial",
        )
    ).notes
    assert notes == (
        "A test of 9 Feb is on record without a result that can be judged.",
        "A test was ordered on 25 Feb; no result of it yet.",
        "Tested and not judged by this policy: Cannabinoids.",
        "Medications read only in part; more may exist than is shown.",
    )


# --- lines -----------------------------------------------------------------------------------------------------------


def line_of(lines: tuple[Line, ...], name: str) -> str:
    """Everything that a line says, its icons left out; breaks between words do not matter."""
    line = next(each for each in lines if each.name == name)
    return " | ".join(words_of(entry) for entry in line.entries)


def words_of(entry: Entry) -> str:
    state = f"[{entry.state.word}] " if entry.state else ""
    return f"{state}{entry.main} ({entry.quiet})".replace(" ()", "").replace("\N{NO-BREAK SPACE}", " ")


def test_a_sedative_says_class_days_start_and_naloxone_says_why_it_is_not_known() -> None:
    view = shown(person(on_opioids(30, since=300), order(LORAZEPAM, ago=40, days=20, refills=2)))
    assert line_of(view.medicines, "lorazepam 1 mg tablet") == (
        "benzodiazepine, with the opioid on 41 of 90 days (since 20 Jan)"
    )
    assert line_of(view.beside, "Naloxone") == "[None] none on record"
    down = shown(person(on_opioids(30), medications="failed"))
    assert line_of(down.medicines, "Sedating medicines") == "[Not known] medications could not be read"


def test_visits_and_steps_say_when_with_whom_and_what_is_due() -> None:
    view = shown(
        person(
            on_opioids(30, since=300),
            visit(ago=20, participant_names=("Dr Lee",)),
            booked(in_days=0),
            agreement(ago=100),
            pdmp_review(ago=30),
            entered("pdmp_result", "as_expected", ago=30),
        )
    )
    assert line_of(view.care, "Last visit") == "9 Feb (with Dr Lee · seen on 1 day in 12 months)"
    assert line_of(view.care, "Next visit") == "today (appointment)"
    assert line_of(view.care, "Care agreement") == "21 Nov 2025 (document · next due 21 Nov)"
    assert line_of(view.care, "PDMP check") == (
        "30 Jan (procedure · What the PDMP showed: As expected · next due 30 Apr)"
    )


def test_a_persons_word_is_shown_as_entered_by() -> None:
    view = shown(person(on_opioids(30), entered("agreement", "signed", ago=5)))
    assert line_of(view.care, "Care agreement").startswith("24 Feb (entered by Nurse Kim")


def test_facts_that_are_known_have_a_line_and_the_rest_share_one() -> None:
    view = shown(person(on_opioids(30), has(COPD, ago=500), has(SLEEP_APNEA, ago=500), sex="male"))
    assert [line.name for line in view.facts] == ["Sleep and breathing", "Lungs"]
    assert line_of(view.facts, "Lungs") == "COPD (17 Oct 2024 · problem list)"
    assert view.none_on_record == "None on record: eGFR, liver disease, acetaminophen, overdose, opioid use disorder."


def test_what_could_not_be_read_is_never_none_on_record() -> None:
    view = shown(person(on_opioids(30), conditions="failed", sex="male"))
    assert view.none_on_record == "None on record: acetaminophen."
    assert line_of(view.facts, "Overdose") == "[Not known] conditions could not be read"


def test_a_name_leads_only_to_a_rule_that_answered() -> None:
    chart = charted(person(on_opioids(30), peg(4, 4, 4, ago=5)))
    on = {finding.rule for finding in chart.review.findings}
    view = picture_view(chart)
    lines = (*view.medicines, *view.beside, *view.care, *view.facts)
    assert {line.rule for line in lines if line.rule} <= on
    assert {row.rule for row in view.scores if row.rule} <= on


# --- scores ----------------------------------------------------------------------------------------------------------


def test_the_peg_says_how_it_changed_since_the_start() -> None:
    (row,) = shown(person(on_opioids(30), peg(8, 8, 8, ago=95), peg(5, 5, 5, ago=40), peg(4, 5, 5, ago=5))).scores
    assert (row.total, row.of, row.day, row.parts) == ("4.7", "of 10", "24 Feb", "pain 4, enjoyment 5, activity 5")
    assert row.before.replace("\N{NO-BREAK SPACE}", " ") == "was 5 on 20 Jan"
    assert (row.arrow, row.trend) == ("down", "better: 8 at the earliest on record (26 Nov 2025), pain and function")


def test_item_nine_above_zero_has_a_mark_of_its_own() -> None:
    parts = (seen(loinc("44261-6"), number(6), ago=5), seen(loinc("44260-8"), number(1), ago=5))
    (row,) = shown(person(*parts)).scores
    assert row.alarm is not None
    assert (row.alarm.css, row.alarm.word) == ("yellow", "item 9: 1")
    assert row.band is not None
    assert row.band.css == "none"


def test_questionnaires_that_were_not_seen_are_told_by_cause() -> None:
    failed = shown(person(on_opioids(30), surveys="failed")).score_notes
    assert failed[0] == "PEG, PHQ-9, GAD-7, PC-PTSD-5, AUDIT-C and ORT: questionnaires could not be read."
    read = shown(person(on_opioids(30))).score_notes
    assert read[0] == "PEG, PHQ-9, GAD-7 and PC-PTSD-5: none on record."
    assert "not recorded where Sextant can see" in read[1]


def test_nothing_of_the_picture_goes_into_the_text_for_the_note() -> None:
    """What stands on the page about substance use is only shown there."""
    known = charted(person(on_opioids(30), has(OUD), result(D_COCAINE, "Positive")))
    text_now = note_text(known, visit_view(known, CLINIC_ZONE))
    for words in ("Possible explanations", "None on record", "Cocaine: detected", "medication for OUD on record"):
        assert words not in text_now


def test_what_cannot_be_told_is_said_once_for_each_reason() -> None:
    dilute = (seen(loinc(CREATININE), number(10), ago=10), seen(loinc(GRAVITY), number("1.001"), ago=10))
    waiting = result(OXY, "", status="registered", ago=1)
    chart = person(
        TAKING, order(LORAZEPAM, ago=20, days=30), result(OXY, "Negative"), result(BENZO, "Negative"), waiting, *dilute
    )
    (only,) = toxicology_of(chart).untold
    assert only.what == "Oxycodone and Benzodiazepines cannot be told"
    assert only.because.startswith("the specimen is dilute")
    assert toxicology_of(chart).explained == ()


def test_a_medicine_that_is_only_listed_has_no_days_with_the_opioid() -> None:
    view = shown(person(on_opioids(30, since=300), order(LORAZEPAM, ago=200, days=None)))
    assert line_of(view.medicines, "lorazepam 1 mg tablet") == (
        "benzodiazepine, days with the opioid not known (since 13 Aug 2025 · still listed, no supply length)"
    )


def test_what_was_read_only_in_part_is_said_beside_what_was_seen() -> None:
    view = shown(person(on_opioids(30), order(LORAZEPAM, ago=5), dispenses="partial"))
    assert line_of(view.medicines, "Other medicines") == "[Not known] dispenses read only in part; more may exist"
