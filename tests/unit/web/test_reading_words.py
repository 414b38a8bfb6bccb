"""Dates, medicines and states as a person reads them."""

from datetime import date

import pytest

from app.domain.finding import Finding, Status
from app.web.presenters.words import clipped, counted, medicine_words, plain, sentence, state_of

TODAY = date(2026, 11, 24)


@pytest.mark.parametrize(
    ("stated", "read"),
    [
        ("morphine sulfate 15 MG Extended Release Oral Tablet", "morphine sulfate 15 mg ER tablet"),
        ("oxycodone hydrochloride 1 MG/ML Oral Solution", "oxycodone hydrochloride 1 mg/mL oral solution"),
        ("72 HR fentanyl 0.05 MG/HR Transdermal System", "72 h fentanyl 0.05 mg/h patch"),
        ("buprenorphine 8 MG / naloxone 2 MG Sublingual Film", "buprenorphine 8 mg / naloxone 2 mg sublingual film"),
        ("fentanyl 0.1 MG Buccal Tablet", "fentanyl 0.1 mg buccal tablet"),
        ("MS Contin", "MS Contin"),
        ("HYDROcodone-acetaminophen (outside)", "HYDROcodone-acetaminophen (outside)"),
        ("MGH clinic supply, 5 MGX", "MGH clinic supply, 5 MGX"),
    ],
)
def test_names_of_medicines_keep_drug_and_strength(stated: str, read: str) -> None:
    assert medicine_words(stated) == read


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("PEG was due 2026-10-15; the last is from 2025-07-17.", "PEG was due 15 Oct; the last is from 17 Jul 2025."),
        ("no plan in 365 days is on record", "no plan in 12 months is on record"),
        ("1365 days, 2026-13-45, 12026-10-15", "1365 days, 2026-13-45, 12026-10-15"),
    ],
)
def test_days_are_read_as_days(written: str, read: str) -> None:
    assert plain(written, TODAY) == read


@pytest.mark.parametrize(
    ("status", "due", "word"),
    [
        (Status.RED, date(2026, 10, 1), "Act now"),
        (Status.YELLOW, date(2026, 12, 9), "Due soon"),
        (Status.YELLOW, TODAY, "Due soon"),
        (Status.YELLOW, date(2026, 11, 23), "Look"),
        (Status.YELLOW, None, "Look"),
        (Status.GREEN, date(2027, 1, 1), "In date"),
        (Status.GREY, None, "Not known"),
        (Status.NOT_APPLICABLE, None, "Does not apply"),
    ],
)
def test_the_word_of_a_state(status: Status, due: date | None, word: str) -> None:
    assert state_of(Finding("udt_check", "1", status, "Urine drug test", "A reason.", due=due), TODAY).word == word


def test_a_long_text_is_cut_between_words_and_says_so() -> None:
    text = "word " * 100
    assert len(clipped(text)) <= 222
    assert clipped(text).endswith("word …")
    assert clipped("short") == "short"


def test_sentences_end_once() -> None:
    assert [sentence(text) for text in ("Ask", "Ask.", "Ask?", "")] == ["Ask.", "Ask.", "Ask?", ""]
    assert [counted(count, "day", "days") for count in (0, 1, 2)] == ["0 days", "1 day", "2 days"]
