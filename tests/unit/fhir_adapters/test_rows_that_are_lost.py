"""A row that a search lost is never an empty chart: the feed is partial (or failed), the row is named, no dose is 0."""

import json
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import pytest

from app.domain.feeds import Feed, FeedStatus
from app.domain.record import PatientRecord
from app.fhir_adapters.files import records_from
from tests.unit.fhir_adapters.paper_ehr import BASE, PERSON, PaperEhr, order, row

NEXT = f"{BASE}/MedicationRequest?page=2"
OLD_ORDER = {
    "resourceType": "MedicationOrder",
    "id": "o",
    "status": "active",
    "medicationCodeableConcept": {"text": "Methadone 10 mg tablet"},
}


def answered(**bundle: Any) -> PatientRecord:
    """The chart of an EHR that answers the search for prescriptions so."""
    page = {"resourceType": "Bundle", "type": "searchset", **bundle}
    return PaperEhr([PERSON], {"MedicationRequest": [httpx.Response(200, json=page)]}).read()


def medications(record: PatientRecord) -> FeedStatus:
    return record.feeds.of(Feed.MEDICATIONS).status


@pytest.mark.parametrize(
    "entry",
    [
        {},
        {"fullUrl": f"{BASE}/MedicationRequest/1"},
        {"fullUrl": f"{BASE}/MedicationRequest/1", "search": {"mode": "match"}},
        {"resource": None},
        None,
        {"resource": "junk"},
        {"resource": OLD_ORDER},
        {"resource": OLD_ORDER, "search": {"mode": "match"}},
        {"resource": {"resourceType": "Bundle", "type": "collection"}},
        {"resource": None, "search": {"mode": "outcome"}},
    ],
    ids=repr,
)
def test_an_entry_that_gives_no_row_is_named_and_its_feed_is_partial(entry: object) -> None:
    record = answered(entry=[entry])
    assert medications(record) is FeedStatus.PARTIAL
    assert [bad.resource_type for bad in record.unreadable] == ["MedicationRequest"]
    assert record.feeds.is_complete(Feed.DISPENSES, Feed.CONDITIONS)


def test_an_order_of_another_fhir_version_keeps_its_name_and_its_medicine() -> None:
    (bad,) = answered(entry=[{"resource": OLD_ORDER}]).unreadable
    assert (bad.reference, bad.hint) == ("MedicationOrder/o", "Methadone 10 mg tablet")
    assert bad.reason == "It is not of a kind that Sextant knows."


def test_a_type_that_is_no_name_is_not_repeated() -> None:
    (bad,) = answered(entry=[{"resource": {"id": "1", "resourceType": "Jane Doe\n1960"}}]).unreadable
    assert bad.reference == "MedicationRequest/1"


def test_what_merely_came_along_may_be_of_any_type() -> None:
    rows = [{"resource": order("m1")}]
    came = {"resource": {"resourceType": "Practitioner", "id": "d"}, "search": {"mode": "include"}}
    assert medications(answered(entry=[*rows, came])) is FeedStatus.AVAILABLE


def test_a_search_of_a_type_without_a_feed_of_its_own_counts_for_the_feed_that_asked() -> None:
    page = {"resourceType": "Bundle", "type": "searchset", "entry": [{"resource": None}]}
    for asked, feed in (("DiagnosticReport", Feed.LABS), ("DeviceUseStatement", Feed.PROCEDURES)):
        record = PaperEhr([PERSON], {asked: [httpx.Response(200, json=page)]}).read()
        assert record.feeds.of(feed).status is FeedStatus.PARTIAL


class TestTotals:
    """`total` proves nothing, but a row that was announced and never came is missing."""

    @pytest.mark.parametrize("total", [1, 5, "5", 5.0])
    @pytest.mark.parametrize("rows", [{}, {"entry": []}, {"entry": None}], ids=repr)
    def test_that_announce_rows_that_never_came(self, total: object, rows: dict[str, Any]) -> None:
        assert medications(answered(total=total, **rows)) in (FeedStatus.PARTIAL, FeedStatus.FAILED)

    def test_are_kept_when_an_entry_is_of_a_wrong_shape(self) -> None:
        record = answered(total=5, entry=[None, {"resource": order("m1")}])
        assert record.feeds.of(Feed.MEDICATIONS).detail == "The EHR announced more rows than it sent."
        assert len(record.orders) == 1

    def test_count_each_row_once(self) -> None:
        record = answered(total=2, entry=[{"resource": order("m1")}, {"resource": order("m1")}])
        assert medications(record) is FeedStatus.PARTIAL

    def test_do_not_count_outcomes_or_rows_of_other_types(self) -> None:
        harmless = {"resourceType": "OperationOutcome", "issue": [{"severity": "information", "code": "informational"}]}
        others = [{"resource": harmless}, {"resource": {"resourceType": "Medication", "id": "x"}}]
        assert medications(answered(total=2, entry=[{"resource": order("m1")}, *others])) is FeedStatus.PARTIAL
        assert medications(answered(total=1, entry=[{"resource": order("m1")}, *others])) is FeedStatus.AVAILABLE

    @pytest.mark.parametrize("total", [0, -1, None, True, "many", [5]])
    def test_that_say_less_or_nothing_prove_nothing(self, total: object) -> None:
        assert medications(answered(total=total, entry=[{"resource": order("m1")}])) is FeedStatus.AVAILABLE

    def test_count_rows_that_were_entered_in_error(self) -> None:
        spoilt = {**order("m2"), "status": "entered-in-error", "subject": "text"}
        record = answered(total=2, entry=[{"resource": order("m1")}, {"resource": spoilt}])
        assert medications(record) is FeedStatus.AVAILABLE


@pytest.mark.parametrize("kind", ["transaction-response", "collection", "batch-response", "", None, 5], ids=repr)
def test_an_answer_that_is_no_search_result_is_a_failure_and_its_rows_are_no_evidence(kind: object) -> None:
    record = answered(type=kind, entry=[{"resource": order("m1")}])
    assert medications(record) is FeedStatus.FAILED
    assert record.orders == ()


def test_an_answer_without_a_type_is_a_failure() -> None:
    page = {"resourceType": "Bundle", "total": 0}
    record = PaperEhr([PERSON], {"MedicationRequest": [httpx.Response(200, json=page)]}).read()
    assert medications(record) is FeedStatus.FAILED


def test_a_second_page_that_is_no_search_result_leaves_the_first() -> None:
    first = {"type": "searchset", "entry": [{"resource": order("m1")}], "link": [{"relation": "next", "url": NEXT}]}
    pages = [httpx.Response(200, json={"resourceType": "Bundle", **page}) for page in (first, {"type": "history"})]
    record = PaperEhr([PERSON], {"MedicationRequest": pages}).read()
    assert medications(record) is FeedStatus.PARTIAL
    assert len(record.orders) == 1


@pytest.mark.parametrize(
    "links",
    [
        [{"relation": "next"}],
        [{"relation": "next", "url": None}],
        [{"relation": "next", "url": ""}],
        [{"relation": "next", "url": 5}],
        [{"url": 5}],
        [{"relation": "self", "url": BASE}, "junk"],
        {"relation": "next", "url": NEXT},
        "junk",
    ],
    ids=repr,
)
def test_a_next_link_that_leads_nowhere_leaves_the_feed_partial(links: object) -> None:
    record = answered(link=links, entry=[{"resource": order("m1")}])
    assert medications(record) is FeedStatus.PARTIAL
    assert len(record.orders) == 1


@pytest.mark.parametrize("links", [None, [], [{"relation": "self"}], [{"relation": "previous", "url": BASE}]], ids=repr)
def test_other_links_say_nothing_about_rows(links: object) -> None:
    assert medications(answered(link=links, entry=[{"resource": order("m1")}])) is FeedStatus.AVAILABLE


class TestFiles:
    """The same for a Bundle on disk."""

    def read(self, folder: Path, *entries: object, **bundle: Any) -> PatientRecord:
        content = {"resourceType": "Bundle", "type": "collection", **bundle, "entry": entries}
        (folder / "chart.json").write_text(json.dumps(content))
        (record,) = records_from(folder / "chart.json", ZoneInfo("UTC")).records
        return record

    @pytest.mark.parametrize("entry", [{}, {"resource": None}, None, {"fullUrl": "urn:uuid:7"}], ids=repr)
    def test_an_entry_that_gives_nothing_is_named_and_every_feed_is_partial(
        self, tmp_path: Path, entry: object
    ) -> None:
        rows = [{"resource": resource} for resource in (PERSON, order("m1"), row("Condition", "c1"))]
        record = self.read(tmp_path, *rows, entry)
        assert [bad.reason for bad in record.unreadable] == ["It holds no resource."]
        for feed in (Feed.PATIENT, Feed.MEDICATIONS, Feed.CONDITIONS):
            assert record.feeds.of(feed).status is FeedStatus.PARTIAL

    def test_an_entry_that_deletes_holds_no_resource_rightly(self, tmp_path: Path) -> None:
        deletion = {"request": {"method": "DELETE", "url": "Condition/9"}}
        record = self.read(tmp_path, {"resource": PERSON}, deletion, type="transaction")
        assert record.unreadable == ()

    def test_a_type_that_sextant_does_not_read_is_no_loss(self, tmp_path: Path) -> None:
        claim = {"resource": {"resourceType": "Claim", "id": "1"}}
        record = self.read(tmp_path, {"resource": PERSON}, claim)
        assert record.unreadable == ()
        assert record.feeds.is_complete(Feed.PATIENT)

    def test_a_bundle_too_deep_to_open_is_named(self, tmp_path: Path) -> None:
        nested: dict[str, Any] = {"resource": order("m1")}
        for _ in range(5):
            nested = {"resource": {"resourceType": "Bundle", "type": "collection", "entry": [nested]}}
        record = self.read(tmp_path, {"resource": PERSON}, nested)
        assert [bad.reason for bad in record.unreadable] == ["It is a Bundle inside too many others."]

    @pytest.mark.parametrize("kind", ["DiagnosticReport", "DeviceUseStatement"])
    def test_a_broken_row_of_a_type_without_a_feed_of_its_own_is_missed_where_it_counts(
        self, tmp_path: Path, kind: str
    ) -> None:
        feed = Feed.LABS if kind == "DiagnosticReport" else Feed.PROCEDURES
        record = self.read(tmp_path, {"resource": PERSON}, {"resource": {**row(kind, "1"), "subject": 7}})
        assert record.feeds.of(feed).status is FeedStatus.PARTIAL

    def test_a_person_who_cannot_be_read_does_not_take_the_rows_along(self, tmp_path: Path) -> None:
        mine = {**order("m1"), "subject": {"reference": "urn:uuid:p"}}

        record = self.read(tmp_path, {"fullUrl": "urn:uuid:p", "resource": "junk"}, {"resource": mine})
        assert len(record.orders) == 1


def test_an_array_with_an_item_that_is_nothing_is_named(tmp_path: Path) -> None:
    (tmp_path / "chart.json").write_text(json.dumps([PERSON, None]))
    (record,) = records_from(tmp_path / "chart.json", ZoneInfo("UTC")).records
    assert [bad.reason for bad in record.unreadable] == ["It holds no resource."]
