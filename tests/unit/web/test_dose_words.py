"""The number at the top: every form that it may take, and never a bare 0."""

from datetime import date
from decimal import Decimal

import pytest

from app.domain.med import MedTotal, Product, Supply, SupplyState
from app.web.presenters.dose import dose_view

TODAY = date(2026, 3, 1)
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
        (total("120", complete=False, supplies=(UNREADABLE,)), "at least 120 MME/day", "90 or more"),
        (total(None, complete=False, supplies=(UNREADABLE,)), "not known", ""),
        (total("0", complete=False, supplies=(UNREADABLE,)), "not known", ""),
        (total("0"), "no opioid in force", ""),
        (total("0", supplies=(BUPRENORPHINE,)), "none counted see the working", ""),
    ],
)
def test_what_the_page_says(med: MedTotal, shown: str, band: str) -> None:
    view = dose_view(med)
    assert " ".join(part for part in (view.prefix, view.figure, view.unit) if part) == shown
    assert view.band == band


def test_what_is_left_out_stands_next_to_the_number() -> None:
    assert dose_view(total("40", False, (UNREADABLE,))).missing == ("oxycodone 5 mg: the directions give no dose",)


def test_the_last_covered_day_is_named_as_people_read_it() -> None:
    supply = Supply(
        ("MedicationRequest/a",),
        "oxycodone",
        Product(None, "oxycodone 5 mg"),
        SupplyState.COUNTED,
        starts=date(2026, 2, 10),
        ends=date(2026, 3, 12),
        in_force=True,
    )
    assert dose_view(total("30", supplies=(supply,))).rows[0].covered == "10 Feb to 11 Mar"
