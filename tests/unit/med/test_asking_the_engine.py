"""The edges of the public question."""

from datetime import date

import pytest

from app.domain.errors import WrongUsage
from app.domain.feeds import Feed, Feeds, FeedState, FeedStatus
from app.domain.med import SupplyState
from app.domain.record import PatientRecord, Unreadable
from app.med import as_json, total

AS_OF = date(2026, 3, 2)
READ = Feeds({Feed.MEDICATIONS: FeedState(FeedStatus.AVAILABLE)})


def test_a_factor_set_that_does_not_exist_is_wrong_usage() -> None:
    with pytest.raises(WrongUsage, match="cdc-2022"):
        total(PatientRecord("Patient/p", feeds=READ), AS_OF, "cdc-1999")


@pytest.mark.parametrize("day", [date(1, 1, 1), date(9999, 12, 31)])
def test_a_day_out_of_reach_is_wrong_usage(day: date) -> None:
    with pytest.raises(WrongUsage):
        total(PatientRecord("Patient/p", feeds=READ), day)


def test_nobody_can_be_asked_about() -> None:
    answer = as_json(total(PatientRecord(None, feeds=READ), AS_OF))
    assert (answer["patient"], answer["mme_per_day"], answer["complete"]) == (None, "0", True)


@pytest.mark.parametrize("status", [FeedStatus.FAILED, FeedStatus.NOT_GRANTED, FeedStatus.NOT_OFFERED])
def test_without_medications_there_is_no_number(status: FeedStatus) -> None:
    feeds = Feeds({Feed.MEDICATIONS: FeedState(status)})
    answer = total(PatientRecord("Patient/p", feeds=feeds), AS_OF)
    assert (answer.mme_per_day, answer.complete, answer.average_90d) == (None, False, None)
    assert answer.timeline == ()


@pytest.mark.parametrize(
    ("kind", "hint", "is_listed"),
    [
        ("MedicationRequest", "oxycodone 10 mg tablet", True),
        ("MedicationDispense", None, True),
        ("MedicationRequest", "lisinopril 10 mg tablet", False),
        ("unknown", "morphine", True),
        ("unknown", None, False),
        ("Observation", None, False),
    ],
)
def test_unreadable_entries_that_may_be_opioids_are_listed(kind: str, hint: str | None, is_listed: bool) -> None:
    bad = Unreadable(f"{kind}/x", kind, "its status could not be read", hint)
    answer = total(PatientRecord("Patient/p", feeds=READ, unreadable=(bad,)), AS_OF)
    assert len(answer.supplies) == int(is_listed)
    assert answer.complete is not is_listed
    assert (answer.mme_per_day is None) is is_listed
    assert all(row.state is SupplyState.NOT_COMPUTABLE and row.in_force for row in answer.supplies)
