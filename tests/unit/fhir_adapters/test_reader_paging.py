"""Following `next`: to the end, once each, inside limits, and never believing less than all to be all."""

import asyncio
from dataclasses import replace
from typing import Any

import httpx
import pytest
import respx

from app.domain.feeds import Feed, FeedStatus
from app.domain.record import PatientRecord
from app.fhir_adapters import EhrProfile
from app.fhir_adapters.generic import GENERIC
from tests.unit.fhir_adapters.paper_ehr import BASE, PERSON, Fault, PaperEhr, row

TEN = [row("Condition", f"c{n}") for n in range(10)]


def ending(record: PatientRecord) -> tuple[int, FeedStatus]:
    return len(record.conditions), record.feeds.of(Feed.CONDITIONS).status


def bundle(ids: range, next_url: str | None = None, **more: Any) -> httpx.Response:
    entries = [{"resource": row("Condition", f"c{n}")} for n in ids]
    links = [{"relation": "next", "url": next_url}] if next_url else []
    return httpx.Response(
        200, json={"resourceType": "Bundle", "type": "searchset", "entry": entries, "link": links, **more}
    )


def test_all_pages_are_read() -> None:
    assert ending(PaperEhr([PERSON, *TEN], page=3).read()) == (10, FeedStatus.AVAILABLE)


def test_a_relative_next_link_is_followed() -> None:
    ehr = PaperEhr([PERSON], {"Condition": [bundle(range(2), "Condition?cursor=x"), bundle(range(2, 4))]})
    assert ending(ehr.read()) == (4, FeedStatus.AVAILABLE)


@pytest.mark.parametrize(
    "second",
    [
        httpx.Response(500),
        httpx.Response(403),
        httpx.Response(404),
        httpx.ReadTimeout("slow"),
        httpx.Response(200, text="<"),
    ],
    ids=["500", "403", "404", "time-out", "not JSON"],
)
def test_a_next_link_that_dies_leaves_the_feed_partial(second: Fault) -> None:
    ehr = PaperEhr([PERSON], {"Condition": [bundle(range(2), f"{BASE}/Condition?page=2"), second]})
    assert ending(ehr.read()) == (2, FeedStatus.PARTIAL)


def test_a_next_link_that_goes_in_circles_ends() -> None:
    ehr = PaperEhr([PERSON], {"Condition": [bundle(range(2), f"{BASE}/Condition?page=2")]})
    assert ending(ehr.read()) == (2, FeedStatus.PARTIAL)
    assert len(ehr.asked("Condition")) == 2


def test_a_page_that_ran_out_is_started_again_once() -> None:
    first, gone = bundle(range(2), f"{BASE}/Condition?page=2"), httpx.Response(410)
    ehr = PaperEhr([PERSON], {"Condition": [first, gone, first, bundle(range(2, 4))]})
    assert ending(ehr.read()) == (4, FeedStatus.AVAILABLE)


def test_a_page_that_runs_out_twice_is_partial() -> None:
    first, gone = bundle(range(2), f"{BASE}/Condition?page=2"), httpx.Response(410)
    ehr = PaperEhr([PERSON], {"Condition": [first, gone, first, gone]})
    assert ending(ehr.read()) == (2, FeedStatus.PARTIAL)


def test_rows_that_were_announced_and_did_not_come_make_it_partial() -> None:
    assert ending(PaperEhr([PERSON, *TEN], total={"Condition": 12}).read()) == (10, FeedStatus.PARTIAL)


def test_a_total_that_is_too_small_is_no_reason_to_stop() -> None:
    assert ending(PaperEhr([PERSON, *TEN], page=3, total={"Condition": 3}).read()) == (10, FeedStatus.AVAILABLE)


def test_rows_that_came_along_do_not_stand_for_rows_that_are_missing() -> None:
    page = {
        "resourceType": "Bundle",
        "type": "searchset",
        "total": 2,
        "entry": [
            {"resource": row("Condition", "c1"), "search": {"mode": "match"}},
            {"resource": {"resourceType": "Practitioner", "id": "d"}, "search": {"mode": "include"}},
        ],
    }
    ehr = PaperEhr([PERSON], {"Condition": [httpx.Response(200, json=page)]})
    assert ending(ehr.read()) == (1, FeedStatus.PARTIAL)


@pytest.mark.parametrize(
    "profile", [replace(GENERIC, max_pages=2), replace(GENERIC, max_rows=5)], ids=["pages", "rows"]
)
def test_a_limit_that_is_hit_is_shown(profile: EhrProfile) -> None:
    assert ending(PaperEhr([PERSON, *TEN], page=3).read(profile=profile)) == (6, FeedStatus.PARTIAL)


def test_an_id_that_is_repeated_across_pages_counts_once() -> None:
    ehr = PaperEhr([PERSON], {"Condition": [bundle(range(3), f"{BASE}/Condition?page=2"), bundle(range(1, 5))]})
    assert ending(ehr.read()) == (5, FeedStatus.AVAILABLE)


def test_an_ehr_that_is_slower_than_the_limit_is_given_up() -> None:
    async def slow(request: httpx.Request) -> httpx.Response:
        await asyncio.sleep(5)
        return httpx.Response(200)

    ehr = PaperEhr([PERSON])
    with respx.mock(assert_all_called=False) as router:
        router.get(path="/fhir/Condition").mock(side_effect=slow)
        router.route(host="ehr.example").mock(side_effect=ehr.answer)
        source = ehr.connect(profile=replace(GENERIC, seconds=0.2)).source
        record = asyncio.run(source.read("Patient/p1"))
    assert ending(record) == (0, FeedStatus.FAILED)
    assert record.feeds.is_complete(Feed.ENCOUNTERS)
