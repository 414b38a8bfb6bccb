"""One bad entry, or one bad element, costs only itself, and is named."""

import json
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from app.domain.errors import WrongUsage
from app.domain.feeds import Feed, FeedStatus
from app.domain.record import PatientRecord, Unreadable
from app.fhir_adapters.files import iter_records, records_from

CHARTS = Path(__file__).parent / "charts"
UTC = ZoneInfo("UTC")


@pytest.fixture(scope="module")
def records() -> dict[str | None, PatientRecord]:
    return {record.reference: record for record in records_from(CHARTS / "dirty.json", UTC).records}


@pytest.fixture(scope="module")
def record(records: dict[str | None, PatientRecord]) -> PatientRecord:
    return records["Patient/d1"]


def unreadable(record: PatientRecord, reference: str) -> Unreadable:
    return next(bad for bad in record.unreadable if bad.reference == reference)


def test_the_good_entries_are_all_there(record: PatientRecord) -> None:
    orders = {order.reference.split("/")[1]: order for order in record.orders}
    assert set(orders) == {"good", "string-dose", "withheld", "dangling"}
    assert str(orders["good"].dosages[0].doses[0].dose.value) == "1.10"  # type: ignore[union-attr]


def test_a_text_where_a_number_belongs_is_unreadable_and_never_a_number(record: PatientRecord) -> None:
    order = next(o for o in record.orders if o.reference.endswith("string-dose"))
    fine, spoilt = order.dosages
    assert fine.unreadable == ()
    assert fine.doses[0].dose.value == Decimal(2)  # type: ignore[union-attr]
    assert set(spoilt.unreadable) == {"doseAndRate.doseQuantity", "timing.repeat.frequency"}
    assert spoilt.doses[0].dose.value is None  # type: ignore[union-attr]
    assert order.unreadable == ("authoredOn",)
    assert order.authored_on is None


@pytest.mark.parametrize(
    ("entry", "hint"),
    [
        ("string-subject", "Hydromorphone 2 mg tablet"),
        ("string-medicine", "Methadone 10 mg"),
        ("not-to-be-given", "Codeine 30 mg"),
        ("modified", "Tapentadol 50 mg"),
    ],
)
def test_an_entry_that_cannot_be_believed_keeps_the_name_of_its_medicine(
    record: PatientRecord, entry: str, hint: str
) -> None:
    bad = unreadable(record, f"MedicationRequest/{entry}")
    assert (bad.resource_type, bad.hint) == ("MedicationRequest", hint)
    assert bad.reason.endswith(".")


def test_a_medicine_that_is_withheld_keeps_its_place(record: PatientRecord) -> None:
    withheld = next(o for o in record.orders if o.reference.endswith("withheld"))
    assert (withheld.medication.is_resolved, withheld.unreadable) == (False, ("medication",))


def test_a_medicine_that_cannot_be_followed_keeps_its_display(record: PatientRecord) -> None:
    dangling = next(o for o in record.orders if o.reference.endswith("dangling"))
    assert (dangling.medication.is_resolved, dangling.medication.concept.text) == (False, "Tramadol 50 mg")
    assert dangling.unreadable == ()


def test_an_element_that_is_lost_is_named_for_types_without_a_place_of_their_own(record: PatientRecord) -> None:
    assert record.conditions[0].concept.text == "Chronic pain"
    assert unreadable(record, "Condition/half-dated").reason == "Its onsetDateTime could not be read; the rest counts."
    assert unreadable(record, "Patient/d1").reason == "Its birthDate could not be read; the rest counts."


def test_a_value_of_an_unknown_kind_is_not_no_value(record: PatientRecord) -> None:
    (titer,) = record.observations
    assert titer.unreadable == ("valueRatio",)


def test_another_persons_entry_is_another_record(records: dict[str | None, PatientRecord]) -> None:
    assert [o.reference for o in records["Patient/other"].orders] == ["MedicationRequest/whose"]


def test_entries_that_say_nothing_about_themselves_are_still_reported(
    records: dict[str | None, PatientRecord],
) -> None:
    assert {bad.resource_type for bad in records[None].unreadable} == {"unknown"}
    assert len(records[None].unreadable) == 4


def test_a_torn_line_is_reported_and_its_feed_is_partial(tmp_path: Path) -> None:
    lines = [
        {"resourceType": "MedicationRequest", "id": "1", "status": "active", "subject": {"reference": "Patient/a"}},
        {"resourceType": "Condition", "id": "2", "subject": {"reference": "Patient/a"}},
    ]
    torn = '{"resourceType":"MedicationRequest","id":"3","sta'
    (tmp_path / "all.ndjson").write_text("\n".join([*map(json.dumps, lines), torn]))
    reading = records_from(tmp_path, UTC)
    (record,) = reading.records
    assert [bad.reference for bad in reading.unreadable] == ["all.ndjson line 3"]
    assert record.feeds.of(Feed.MEDICATIONS).status is FeedStatus.PARTIAL
    assert record.feeds.of(Feed.CONDITIONS).status is FeedStatus.AVAILABLE


def test_a_file_that_is_not_json_does_not_stop_its_neighbours(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text("<html>login</html>")
    (tmp_path / "b.json").write_bytes(b"\xef\xbb\xbf" + (CHARTS / "hapi_like.json").read_bytes())
    reading = records_from(tmp_path, UTC)
    assert [bad.reference for bad in reading.unreadable] == ["a.json"]
    assert len(reading.records) == 1


def test_nothing_to_read_is_wrong_usage(tmp_path: Path) -> None:
    with pytest.raises(WrongUsage):
        records_from(tmp_path, UTC)
    with pytest.raises(WrongUsage):
        records_from(tmp_path / "missing.json", UTC)


def test_an_empty_bundle_holds_no_chart(tmp_path: Path) -> None:
    (tmp_path / "empty.json").write_text('{"resourceType":"Bundle","type":"collection"}')
    assert records_from(tmp_path, UTC).records == ()


def test_entries_without_any_subject_make_one_record_of_nobody(tmp_path: Path) -> None:
    (tmp_path / "one.json").write_text('{"resourceType":"MedicationRequest","id":"1","status":"active"}')
    (record,) = records_from(tmp_path / "one.json", UTC).records
    assert record.reference is None
    assert len(record.orders) == 1


def test_an_override_speaks_last(tmp_path: Path) -> None:
    (record,) = records_from(
        CHARTS / "ecw_like.ndjson", UTC, {Feed.SURVEYS: FeedStatus.AVAILABLE, Feed.LABS: FeedStatus.FAILED}
    ).records
    assert record.feeds.of(Feed.SURVEYS).is_complete
    assert record.feeds.of(Feed.LABS).status is FeedStatus.FAILED


def test_charts_one_per_line_stream_and_share_the_feeds_of_the_whole_input(tmp_path: Path) -> None:
    def line(person: str, kind: str) -> str:
        resource = {"resourceType": kind, "id": f"{person}-1", "subject": {"reference": f"Patient/{person}"}}
        return json.dumps({"resourceType": "Bundle", "type": "collection", "entry": [{"resource": resource}]})

    (tmp_path / "clinic.ndjson").write_text("\n".join([line("a", "Condition"), line("b", "Encounter")]))
    records = list(iter_records(tmp_path / "clinic.ndjson", UTC))
    assert [record.reference for record in records] == ["Patient/a", "Patient/b"]
    assert all(record.feeds.is_complete(Feed.CONDITIONS, Feed.ENCOUNTERS) for record in records)


def test_one_person_in_several_files_of_a_folder_gets_one_record(tmp_path: Path) -> None:
    for kind in ("Condition", "Encounter"):
        resource = {"resourceType": kind, "id": "1", "subject": {"reference": "Patient/a"}}
        (tmp_path / f"{kind}.json").write_text(json.dumps(resource))
    (record,) = records_from(tmp_path, UTC).records
    assert len(record.conditions) == len(record.encounters) == 1
    assert record.feeds.is_complete(Feed.CONDITIONS, Feed.ENCOUNTERS)


def test_a_repeated_id_counts_once_in_its_newer_version(tmp_path: Path) -> None:
    def version(number: int, day: int, status: str) -> dict[str, object]:
        return {
            "resourceType": "MedicationRequest",
            "id": "1",
            "meta": {"versionId": str(number), "lastUpdated": f"2026-10-0{day}T00:00:00Z"},
            "status": status,
            "subject": {"reference": "Patient/a"},
        }

    (tmp_path / "twice.json").write_text(json.dumps([version(2, 2, "stopped"), version(1, 1, "active")]))
    (record,) = records_from(tmp_path / "twice.json", UTC).records
    assert [order.status for order in record.orders] == ["stopped"]
