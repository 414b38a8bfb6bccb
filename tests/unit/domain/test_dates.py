"""Partial dates span the days that they may mean; instants are days of the clinic."""

from datetime import date
from zoneinfo import ZoneInfo

import pytest

from app.domain.dates import parse_partial_date

CLINIC = ZoneInfo("America/Los_Angeles")


@pytest.mark.parametrize(
    ("text", "precision", "earliest", "latest"),
    [
        ("2024", "year", date(2024, 1, 1), date(2024, 12, 31)),
        ("2024-02", "month", date(2024, 2, 1), date(2024, 2, 29)),
        ("2024-02-29", "day", date(2024, 2, 29), date(2024, 2, 29)),
        ("2026-03-01T05:30:00Z", "instant", date(2026, 2, 28), date(2026, 2, 28)),
        ("2026-03-01T23:30:00-08:00", "instant", date(2026, 3, 1), date(2026, 3, 1)),
        ("2026-03-01T23:30:00", "instant", date(2026, 3, 1), date(2026, 3, 1)),
        ("2026-03-01T10:00:00.1234567Z", "instant", date(2026, 3, 1), date(2026, 3, 1)),
    ],
)
def test_what_a_text_may_mean(text: str, precision: str, earliest: date, latest: date) -> None:
    found = parse_partial_date(text, CLINIC)
    assert (found.precision, found.earliest, found.latest) == (precision, earliest, latest)


def test_an_instant_without_zone_is_read_in_the_ehrs_zone() -> None:
    instant = parse_partial_date("2026-03-01T10:00:00", CLINIC).instant
    assert instant is not None
    assert instant.isoformat() == "2026-03-01T10:00:00-08:00"


@pytest.mark.parametrize("text", ["", "yesterday", "2024-13", "2023-02-29", "24-01-01"])
def test_other_text_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        parse_partial_date(text, CLINIC)


def test_the_day_to_count_from_is_the_latest_it_may_mean() -> None:
    assert parse_partial_date("2025", CLINIC).day == date(2025, 12, 31)
