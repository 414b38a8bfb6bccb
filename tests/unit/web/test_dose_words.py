"""The number at the top: every form that it may take, and never a bare 0."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest

from app.domain.med import MedTotal, Method, Product, Segment, Supply, SupplyState
from app.usecases.review_patient import OverTime, PaceGuide
from app.web.presenters.dose import dose_view

TODAY = date(2026, 3, 1)
BANDS = OverTime(Decimal(50), Decimal(90), (), None, (), (), PaceGuide(Decimal(10), 4))
BUPRENORPHINE = Supply(
    ("MedicationRequest/b",),
    "buprenorphine",
    Product(None, "buprenorphine 8 mg film"),
    SupplyState.NOT_COUNTED,
    "never counted",
    in_force=True,
)
UNREADABLE = Supply(
    ("MedicationRequest/u",),
    "oxycodone",
    Product(None, "oxycodone 5 mg"),
    SupplyState.NOT_COMPUTABLE,
    "the directions give no dose",
    in_force=True,
)


def total(mme: str | None, complete: bool = True, supplies: tuple[Supply, ...] = ()) -> MedTotal:
    """A total with only what the page's number depends on."""
    value = None if mme is None else Decimal(mme)
    return MedTotal("Patient/p", TODAY, "cdc-2022", value, complete, None, None, None, None, None, supplies)


@pytest.mark.parametrize(
    ("med", "shown", "band"),
    [
        (total("95"), "95 MME/day", "90 or more"),
        (total("90"), "90 MME/day", "90 or more"),
        (total("89.9"), "89.9 MME/day", "50 to under 90"),
        (total("50"), "50 MME/day", "50 to under 90"),
        (total("22.5"), "22.5 MME/day", "under 50"),
        (total("40", complete=False, supplies=(UNREADABLE,)), "at least 40 MME/day", ""),
        (total("60", complete=False, supplies=(UNREADABLE,)), "at least 60 MME/day", "50 or more"),
        (total("120", complete=False, supplies=(UNREADABLE,)), "at least 120 MME/day", "90 or more"),
        (total(None, complete=False, supplies=(UNREADABLE,)), "not known", ""),
        (total("0", complete=False, supplies=(UNREADABLE,)), "not known", ""),
        (total("0"), "no opioid in force", ""),
        (total("0", supplies=(BUPRENORPHINE,)), "none counted see the working", ""),
    ],
)
def test_what_the_page_says(med: MedTotal, shown: str, band: str) -> None:
    view = dose_view(med, BANDS)
    assert " ".join(part for part in (view.prefix, view.figure, view.unit) if part) == shown
    assert view.band == band


def test_what_is_left_out_stands_next_to_the_number() -> None:
    assert dose_view(total("40", False, (UNREADABLE,)), BANDS).missing == (
        "Not in this number: oxycodone 5 mg: the directions give no dose.",
    )
    assert dose_view(total(None, False, (UNREADABLE,)), BANDS).missing == (
        "Not known because of: oxycodone 5 mg: the directions give no dose.",
    )


def counted(mme: str = "30", **more: object) -> Supply:
    """One supply in force that counts."""
    facts: dict[str, object] = {
        "mme_per_day": Decimal(mme),
        "starts": date(2026, 2, 10),
        "ends": date(2026, 3, 12),
        "in_force": True,
        **more,
    }
    product = Product(None, "oxycodone 5 mg")
    return Supply(("MedicationRequest/a",), "oxycodone", product, SupplyState.COUNTED, **facts)  # type: ignore[arg-type]


def test_the_last_covered_day_is_named_as_people_read_it() -> None:
    row = dose_view(total("30", supplies=(counted(),)), BANDS).rows[0]
    assert row.covered.replace("\N{NO-BREAK SPACE}", " ") == "10 Feb to 11 Mar"


def test_a_range_is_shown_with_what_is_counted() -> None:
    supply = counted(low=Decimal("15"), high=Decimal("30"), as_needed=True)
    notes = dose_view(total("30", supplies=(supply,)), BANDS).rows[0].notes
    assert notes == ("15 to 30 MME/day, as needed; the highest is counted",)


def test_a_dose_by_quantity_says_so() -> None:
    supply = counted(method=Method.QUANTITY, notes=("by quantity: there are no directions", "directions_differ: x"))
    notes = dose_view(total("30", supplies=(supply,)), BANDS).rows[0].notes
    assert notes == ("by quantity and days' supply", "directions differ: x")


def test_what_counts_comes_first_and_what_was_left_out_on_purpose_last() -> None:
    supplies = (BUPRENORPHINE, UNREADABLE, counted("30"), counted("60"))
    rows = dose_view(total("90", supplies=supplies), BANDS).rows
    assert [row.amount for row in rows] == ["60", "30", "–", "–"]
    assert rows[2].working.startswith("Not known:")
    assert rows[3].working.startswith("Not counted:")


@pytest.mark.parametrize(
    ("directed", "supplied", "is_shown"),
    [("60", "60", False), ("60", "55", False), ("60", "48", True), ("92", "88", True), ("52", "49", True)],
)
def test_both_methods_are_shown_when_they_are_apart_or_in_different_bands(
    directed: str, supplied: str, is_shown: bool
) -> None:
    med = replace(total(directed), signature_mme_per_day=Decimal(directed), quantity_mme_per_day=Decimal(supplied))
    assert bool(dose_view(med, BANDS).methods) is is_shown


@pytest.mark.parametrize(
    ("before", "now", "words"),
    [
        ("60", "90", "up from 60 MME/day 90 days ago"),
        ("90", "60", "down from 90 MME/day 90 days ago"),
        ("60", "60", "same as 90 days ago"),
        ("0", "60", "up from none 90 days ago"),
        ("60", "0", "down from 60 MME/day 90 days ago"),
    ],
)
def test_the_trend_is_against_90_days_ago(before: str, now: str, words: str) -> None:
    trend = dose_view(with_past(before, now), BANDS).trend
    assert trend
    assert trend.words == words


def test_there_is_no_trend_from_an_incomplete_day_or_from_nothing_to_nothing() -> None:
    assert dose_view(with_past("60", "90", complete=False), BANDS).trend is None
    assert dose_view(with_past("0", "0"), BANDS).trend is None


def with_past(before: str, now: str, complete: bool = True) -> MedTotal:
    """A total with two stretches: until 30 days ago, and since then."""
    change = TODAY - timedelta(days=30)
    past = Segment(TODAY - timedelta(days=730), change, Decimal(before), complete)
    return replace(total(now), timeline=(past, Segment(change, TODAY + timedelta(days=1), Decimal(now), True)))


def test_another_factor_set_names_the_medicines_that_make_the_difference() -> None:
    med = total("141", supplies=(counted("141"),))
    other = replace(total("240", supplies=(counted("240"),)), factor_set="cdc-2016")
    assert dose_view(med, BANDS, (other,)).other_sets == (
        "The CDC 2016 factors would give 240 MME/day (oxycodone 5 mg: 240).",
    )
    same = replace(med, factor_set="cdc-2016")
    assert dose_view(med, BANDS, (same,)).other_sets == ("The CDC 2016 factors give the same.",)
    assert dose_view(total("0"), BANDS, (replace(total("0"), factor_set="cdc-2016"),)).other_sets == ()
