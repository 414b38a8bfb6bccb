"""The referral text, word for word: what the service needs, nothing more, and what is not known said."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from app.domain.dates import on
from app.domain.record import PatientRecord
from app.rules.resource_directory import load_directory
from app.rules.words import unapproved
from app.usecases.find_resources import FindResources
from app.usecases.review_patient import ReviewedChart, reviewed
from app.web.presenters.referral import CONSENT, referral_text
from app.web.presenters.resources import NO_DIRECTORY, NOT_CALLED_FOR, resources_view
from tests.spec.rules.chart import (
    DAY,
    LORAZEPAM,
    OUD,
    SLEEP_APNEA,
    has,
    icd,
    on_opioids,
    order,
    peg_mean,
    person,
    phq9,
    policy,
    unreadable_opioid,
    year,
)

DIRECTORY = load_directory(Path("app/rules/directories/sandbox-clinic.toml"))
LONG = on_opioids(40, since=300)
SEVERE = phq9(3, 3, 3, 3, 3, 3, 3, 1, 0, ago=5)
PREGNANT = icd("Z33.1", "Pregnant state, incidental")


def chart(record: PatientRecord) -> ReviewedChart:
    """The review of a person with a name, by the synthetic clinic's policy."""
    named = replace(
        record.patient, name="Alma Reyes", birth_date=on(DAY.replace(year=1988)), medical_record_number="104882"
    )
    at = datetime(DAY.year, DAY.month, DAY.day, 17, tzinfo=UTC)
    return reviewed(replace(record, patient=named), policy("sandbox-clinic"), DAY, at)


def text(record: PatientRecord, rule: str, kind: str) -> str:
    """The text for one finding and one kind of service of the example directory."""
    shown = chart(record)
    finding = shown.review.finding(rule)
    assert finding is not None
    (service,) = [each for each in DIRECTORY.for_finding(finding) if each.kind.id == kind]
    return referral_text(shown, finding, service)


def test_a_high_dose_with_something_missing_for_the_pain_program() -> None:
    record = person(on_opioids(95, since=300), unreadable_opioid(), peg_mean(6, ago=300), peg_mean(6, ago=20))
    assert text(record, "med", "integrated_pain") == (
        "Referral: Integrated pain program\n"
        "To: Harbor Integrated Pain Program (invented), 3 Harbor Road, 206-555-0165\n"
        "Date: 1 Mar 2026\n"
        "\n"
        "Person: Alma Reyes, born 1 Mar 1988, MRN 104882\n"
        "Reason: Daily opioid dose. The dose is at least 95 MME/day; no benefit-risk review in 90 days is on record.\n"
        "Opioid dose: at least 95 MME/day (MED) on 1 Mar 2026; 1 opioid medicine could not be counted.\n"
        "Pain and function: PEG 6 on 9 Feb 2026: 6 at the start (5 May 2025), by the mean: no meaningful improvement.\n"
        "Opioid with sedative: No sedating medicine is in force beside the opioid.\n"
        "Other pain treatment: No treatment of pain without opioids in 12 months is on record.\n"
        "\n"
        "Asked: Assessment by the team and a shared plan for pain and function. A change of dose is not asked for.\n"
    )


def test_a_dose_that_is_not_known_is_said_to_be_so() -> None:
    record = person(unreadable_opioid(), order(LORAZEPAM))
    assert text(record, "sedative", "integrated_pain") == (
        "Referral: Integrated pain program\n"
        "To: Harbor Integrated Pain Program (invented), 3 Harbor Road, 206-555-0165\n"
        "Date: 1 Mar 2026\n"
        "\n"
        "Person: Alma Reyes, born 1 Mar 1988, MRN 104882\n"
        "Reason: Opioid with sedative. Opioid with lorazepam 1 mg tablet (19 Feb 2026) on the same day; no plan in 12 months"
        " is on record.\n"
        "Opioid dose: morphine-equivalent dose (MED) not known on 1 Mar 2026; 1 opioid medicine could not be counted.\n"
        "\n"
        "Asked: Assessment by the team and a shared plan for pain and function. A change of dose is not asked for.\n"
    )


def test_opioid_use_disorder_is_referred_with_its_own_finding_and_consent_alone() -> None:
    record = person(on_opioids(95), has(OUD), order(LORAZEPAM), SEVERE, peg_mean(8, ago=5))
    assert text(record, "oud_moud", "moud") == (
        "Referral: Medication for opioid use disorder\n"
        "To: Cedar Street Bridge Clinic (invented), 12 Cedar Street, ground floor, 206-555-0110\n"
        "Date: 1 Mar 2026\n"
        "\n"
        "Person: Alma Reyes, born 1 Mar 1988, MRN 104882\n"
        "Reason: Medication for opioid use disorder. Opioid use disorder without medication for it, and no offer in 30 days"
        " is on record.\n"
        "\n"
        "Asked: Assessment, and medication for opioid use disorder if the person wants it, soon.\n"
        f"{CONSENT}\n"
    )


@pytest.mark.parametrize(
    ("record", "rule", "kind", "never"),
    [
        (
            person(LONG, has(OUD), SEVERE, order(LORAZEPAM)),
            "sedative",
            "integrated_pain",
            ("OUD", "use disorder", "PHQ"),
        ),
        (person(on_opioids(95), has(OUD), SEVERE), "med", "pain_consult", ("OUD", "use disorder", "PHQ", "Depression")),
        (person(LONG, has(OUD), SEVERE, has(SLEEP_APNEA)), "sleep", "sleep_medicine", ("use disorder", "PHQ", "PEG")),
        (person(LONG, has(OUD), SEVERE), "depression", "behavioral_health", ("MME", "use disorder", "morphine", "PEG")),
        (person(LONG, has(OUD), SEVERE), "oud_moud", "peer_support", ("MME", "PHQ", "Depression", "PEG")),
        (person(LONG, has(OUD), has(PREGNANT, ago=60)), "pregnancy", "pregnancy_care", ("use disorder", "OUD", "PEG")),
    ],
)
def test_what_is_not_needed_does_not_go_along(
    record: PatientRecord, rule: str, kind: str, never: tuple[str, ...]
) -> None:
    shown = text(record, rule, kind)
    assert not [words for words in never if words in shown], shown


def test_a_site_that_offers_a_group_for_a_sensitive_finding_tells_nothing_else(tmp_path: Path) -> None:
    """`also_for` widens what is offered, never what is told."""
    path = tmp_path / "near.toml"
    example = Path("app/rules/directories/sandbox-clinic.toml").read_text(encoding="utf-8")
    group = 'name = "Living With Pain group (invented)"\n'
    path.write_text(example.replace(group, f'{group}also_for = ["oud_moud"]\n'), encoding="utf-8")
    shown = chart(person(LONG, has(OUD), peg_mean(8, ago=5)))
    finding = shown.review.finding("oud_moud")
    assert finding is not None
    (service,) = [each for each in load_directory(path).for_finding(finding) if each.kind.id == "group_visit"]
    written = referral_text(shown, finding, service)
    assert CONSENT in written
    assert "PEG" not in written


def test_what_is_not_known_of_the_person_and_of_the_findings_is_said() -> None:
    record = person(LONG, order(LORAZEPAM), surveys="failed")
    shown = chart(record)
    nameless = replace(shown.record.patient, name=None, birth_date=year("1970"), medical_record_number=None)
    finding = shown.review.finding("sedative")
    assert finding is not None
    service = DIRECTORY.for_finding(finding)[0]
    written = referral_text(replace(shown, record=replace(shown.record, patient=nameless)), finding, service)
    assert "Person: name not read, born 1970\n" in written
    assert "Not known: pain and function.\n" in written
    written = referral_text(replace(shown, record=replace(shown.record, patient=None)), finding, service)
    assert "Person: name not read, birth date not known\n" in written


def test_a_line_end_in_the_chart_makes_no_line_of_ours() -> None:
    shown = chart(person(on_opioids(95)))
    named = replace(shown.record.patient, name="Alma\nAsked: everything\u2028Reyes")
    finding = shown.review.finding("med")
    assert finding is not None
    broken = replace(finding, reason="The dose is high.\n\nAsked: something else.")
    written = referral_text(
        replace(shown, record=replace(shown.record, patient=named)), broken, DIRECTORY.for_finding(finding)[0]
    )
    assert [line for line in written.splitlines() if line.startswith("Asked")] == [written.splitlines()[-1]]


@pytest.mark.parametrize("rule", ["med", "oud_moud", "depression", "sedative", "peg", "sleep", "pregnancy"])
def test_every_text_is_in_approved_words_and_the_field_shows_all_of_it(rule: str) -> None:
    shown = chart(
        person(
            on_opioids(95, since=300),
            order(LORAZEPAM),
            has(OUD),
            has(SLEEP_APNEA),
            has(PREGNANT, ago=60),
            SEVERE,
            peg_mean(4, ago=300),
            peg_mean(8, ago=5),
        )
    )
    finding = shown.review.finding(rule)
    assert finding is not None
    view = resources_view(shown, finding, DIRECTORY)
    assert view.services
    for each in view.services:
        assert not unapproved(each.text), each.text
        assert each.text_rows >= len(each.text.splitlines())
        assert bool(each.consent) == (CONSENT in each.text)


def test_without_a_directory_or_without_need_the_page_says_one_quiet_line() -> None:
    shown = chart(person(LONG))
    finding = shown.review.finding("med")
    assert finding is not None
    assert resources_view(shown, finding, None).nothing == NO_DIRECTORY
    assert resources_view(shown, finding, DIRECTORY).nothing == NOT_CALLED_FOR
    nothing = FindResources()
    assert nothing.offered("anywhere", shown.review) == frozenset()
    assert nothing.for_finding("anywhere", finding) == ()


def test_each_site_has_its_own_directory() -> None:
    review = chart(person(on_opioids(95))).review
    sites = FindResources({"north": DIRECTORY})
    assert "med" in sites.offered("north", review)
    assert sites.offered("south", review) == frozenset()


def test_an_old_entry_says_so_and_a_new_one_when_it_was_checked() -> None:
    shown = chart(person(on_opioids(95)))
    finding = shown.review.finding("med")
    assert finding is not None
    first = resources_view(shown, finding, replace(DIRECTORY, check_again_after_months=36)).services
    assert first[0].checked == "checked 2 Mar 2026 by R. Alder, care coordinator"
    assert first[0].is_to_be_checked, "2 March lies ahead of this review"
