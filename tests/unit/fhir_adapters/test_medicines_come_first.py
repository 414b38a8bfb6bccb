"""Person and medicines are handed out while the rest of the chart is still being read, and change nothing of the whole."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field

import httpx
import pytest
import respx

from app.domain.errors import LaunchAgain
from app.domain.feeds import Feed, FeedStatus
from app.domain.record import PatientRecord
from app.fhir_adapters import EhrProfile
from app.fhir_adapters.generic import GENERIC
from app.fhir_adapters.hapi import HAPI
from app.ports import MedicinesIn
from tests.unit.fhir_adapters.paper_ehr import ALL_SCOPES, PERSON, PaperEhr, Tokener, order, row

MEDICINES = (Feed.MEDICATIONS, Feed.DISPENSES)
FIRST_TYPES = {"Patient", "MedicationRequest", "MedicationStatement", "MedicationDispense", "Medication"}
DOCUMENTS = frozenset({"DocumentReference"})
CHART = [
    PERSON,
    order("m1"),
    row("MedicationDispense", "d1", status="completed", medicationCodeableConcept={"text": "Morphine 15 mg tablet"}),
    row("DocumentReference", "doc1", status="current"),
    row("Flag", "f1", status="active", code={"text": "something"}),
]


@dataclass
class HeldEhr:
    """A paper EHR that answers everything else (or only `slow`) once the medicines were handed out."""

    paper: PaperEhr
    slow: frozenset[str] = frozenset()
    released: asyncio.Event = field(default_factory=asyncio.Event)

    async def answer(self, request: httpx.Request) -> httpx.Response:
        kind = request.url.path.removeprefix("/fhir/").split("/")[0]
        if kind in self.slow or (not self.slow and kind not in FIRST_TYPES | {"metadata"}):
            await self.released.wait()
        return self.paper.answer(request)


async def reading(
    ehr: HeldEhr, medicines_in: MedicinesIn, profile: EhrProfile = GENERIC, tokens: Tokener | None = None
) -> PatientRecord:
    """Read Patient/p1; what is held back never comes unless `medicines_in` releases it."""
    with respx.mock(assert_all_called=False) as router:
        router.route(host="ehr.example").mock(side_effect=ehr.answer)
        source = ehr.paper.connect(ALL_SCOPES, profile, tokens).source
        return await asyncio.wait_for(source.read("Patient/p1", medicines_in), 5)


def both(
    paper: PaperEhr, profile: EhrProfile = GENERIC, slow: frozenset[str] = frozenset()
) -> tuple[list[PatientRecord], PatientRecord]:
    """What was handed out, each time that it was, and the whole."""

    async def read() -> tuple[list[PatientRecord], PatientRecord]:
        ehr, handed_out = HeldEhr(paper, slow), []

        def medicines_in(so_far: Callable[[], PatientRecord]) -> None:
            handed_out.append(so_far())
            ehr.released.set()

        return handed_out, await reading(ehr, medicines_in, profile)

    return asyncio.run(read())


@pytest.mark.parametrize("profile", [GENERIC, HAPI], ids=lambda profile: profile.name)
def test_person_and_medicines_do_not_wait_for_the_rest(profile: EhrProfile) -> None:
    (early,), whole = both(PaperEhr(CHART), profile)
    assert early.patient == whole.patient
    assert early.orders == whole.orders
    assert early.dispenses == whole.dispenses
    assert [early.feeds.of(feed) for feed in MEDICINES] == [whole.feeds.of(feed) for feed in MEDICINES]


def test_what_is_still_being_read_is_no_empty_chart() -> None:
    (early,), _ = both(PaperEhr(CHART))
    unread = [feed for feed in Feed if feed not in (*MEDICINES, Feed.PDMP)]
    assert {early.feeds.of(feed).status for feed in unread} == {FeedStatus.FAILED}
    assert early.feeds.of(Feed.DOCUMENTS).detail == "It is still being read."


def test_the_whole_is_the_same_as_without_anybody_waiting() -> None:
    _, whole = both(PaperEhr(CHART))
    assert whole == PaperEhr(CHART).read()


def test_a_medicine_that_is_referred_to_is_looked_up_before_and_once() -> None:
    referred = order("m2", medicationReference={"reference": "Medication/x1"}, medicationCodeableConcept=None)
    paper = PaperEhr([*CHART, referred, {"resourceType": "Medication", "id": "x1", "code": {"text": "Oxycodone 5 mg"}}])
    (early,), whole = both(paper, slow=DOCUMENTS)
    assert [each.medication.concept.text for each in early.orders if each.reference.endswith("m2")] == [
        "Oxycodone 5 mg"
    ]
    assert early.orders == whole.orders
    assert len(paper.asked("Medication/x1")) == 1


def test_a_medicine_that_cannot_be_looked_up_is_asked_for_once_too() -> None:
    referred = order("m2", medicationReference={"reference": "Medication/gone"}, medicationCodeableConcept=None)
    paper = PaperEhr([*CHART, referred])
    (early,), whole = both(paper, slow=DOCUMENTS)
    assert early.feeds.of(Feed.MEDICATIONS).status is FeedStatus.PARTIAL
    assert early.feeds.of(Feed.MEDICATIONS) == whole.feeds.of(Feed.MEDICATIONS)
    assert len(paper.asked("Medication/gone")) == 1


def test_medicines_that_cannot_be_read_are_handed_out_as_failed() -> None:
    (early,), _ = both(PaperEhr(CHART, {"MedicationRequest": [httpx.Response(500)]}))
    assert early.feeds.of(Feed.MEDICATIONS).status is FeedStatus.FAILED


def test_medicines_are_asked_for_before_anything_else() -> None:
    """However few requests may run side by side, the rest does not stand before them in the queue."""
    paper = PaperEhr(CHART)
    both(paper)
    asked = [request.url.path.removeprefix("/fhir/").split("/")[0] for request in paper.requests]
    assert set(asked[1:5]) == FIRST_TYPES - {"Medication"}


def test_a_launch_that_ends_meanwhile_ends_the_reading_after_they_were_handed_out() -> None:
    tokens = Tokener(is_over=LaunchAgain("over"))
    ehr, handed_out = HeldEhr(PaperEhr(CHART, {"DocumentReference": [httpx.Response(401)]})), []

    def medicines_in(so_far: Callable[[], PatientRecord]) -> None:
        handed_out.append(so_far())
        ehr.released.set()

    async def read() -> None:
        ehr.released = asyncio.Event()
        await reading(ehr, medicines_in, tokens=tokens)

    with pytest.raises(LaunchAgain):
        asyncio.run(read())
    assert len(handed_out) == 1


def test_nothing_is_handed_out_when_the_launch_ends_first() -> None:
    handed_out: list[object] = []
    ehr = HeldEhr(PaperEhr(CHART, {"MedicationRequest": [httpx.Response(401)]}))

    async def read() -> None:
        ehr.released = asyncio.Event()
        await reading(ehr, handed_out.append, tokens=Tokener(is_over=LaunchAgain("over")))

    with pytest.raises(LaunchAgain):
        asyncio.run(read())
    assert not handed_out
