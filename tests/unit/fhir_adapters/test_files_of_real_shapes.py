"""Charts in the shapes that real EHRs send: what they mean must come through, whatever the spelling."""

from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

from app.domain.feeds import Feed, FeedStatus
from app.domain.record import PatientRecord
from app.fhir_adapters.files import records_from

CHARTS = Path(__file__).parent / "charts"
NEW_YORK = ZoneInfo("America/New_York")


def chart(name: str) -> PatientRecord:
    (record,) = records_from(CHARTS / name, NEW_YORK).records
    return record


def test_epic_like_reference_with_many_codes_and_three_doses_for_one() -> None:
    record = chart("epic_like.json")
    (order,) = record.orders
    assert record.reference == "Patient/eAbc.1"
    assert order.medication.is_resolved
    assert order.medication.reference == "Medication/eMed.1"
    assert order.medication.concept.codes("http://www.nlm.nih.gov/research/umls/rxnorm") == ("7804", "1049621")
    assert order.medication.ingredients[0].strength.numerator.value == Decimal(5)  # type: ignore[union-attr]
    (dosage,) = order.dosages
    assert [(d.kind, d.dose.unit) for d in dosage.doses] == [  # type: ignore[union-attr]
        ("calculated", "mg"),
        ("admin-amount", "tablet"),
        ("ordered", "mg"),
    ]
    assert dosage.timing is not None
    assert dosage.timing.repeat is not None
    assert dosage.timing.repeat.times_of_day == ("09:00:00",)
    assert dosage.timing.repeat.frequency is None
    assert dosage.timing.repeat.count == 365


def test_epic_like_outcome_says_that_something_is_left_out() -> None:
    assert chart("epic_like.json").feeds.of(Feed.MEDICATIONS).status is FeedStatus.PARTIAL


def test_oracle_like_contained_medicine_whole_numbers_as_decimals_and_times_without_zone() -> None:
    record = chart("oracle_like.json")
    (order,) = record.orders
    assert order.medication.concept.codes("http://www.nlm.nih.gov/research/umls/rxnorm") == ("892342",)
    assert order.dosages[0].timing.repeat.frequency == 2  # type: ignore[union-attr]
    assert order.unreadable == order.dosages[0].unreadable == ()
    (creatinine,) = record.observations
    assert str(creatinine.value.quantity.value) == "142.50"  # type: ignore[union-attr]
    assert creatinine.effective.instant.utcoffset().total_seconds() == -4 * 3600  # type: ignore[union-attr]


def test_oracle_like_entry_made_in_error_that_says_no_more_than_that() -> None:
    assert [order.reference for order in chart("oracle_like.json").orders] == ["MedicationRequest/313757847"]


def test_ecw_like_lines_with_absolute_references_to_another_host() -> None:
    record = chart("ecw_like.ndjson")
    assert record.patient is not None
    assert record.patient.name == "Kim Q Muster"
    assert record.patient.birth_date is not None
    assert record.patient.birth_date.precision == "month"
    (order,) = record.orders
    assert order.status == "unknown"
    assert order.is_reported
    assert order.medication.concept.label == "Oxycodone-Acetaminophen 5-325 MG Tablet"
    assert record.observations[0].value.text == "58"
    assert record.feeds.is_complete(Feed.PATIENT, Feed.MEDICATIONS, Feed.LABS)
    assert record.feeds.of(Feed.SURVEYS).status is FeedStatus.NOT_OFFERED


def test_hapi_like_transaction_whose_entries_name_each_other_by_uuid() -> None:
    record = chart("hapi_like.json")
    assert record.reference == "Patient/11111111-1111-4111-8111-111111111111"
    assert record.patient is not None
    assert (record.patient.sex, record.patient.medical_record_number) == ("female", "0042")
    assert record.patient.general_practitioner_names == ("Dr. R",)
    (dispense,) = record.dispenses
    assert dispense.prescriptions == (record.orders[0].reference,)
    (flag,) = record.flags
    assert (flag.identifier, flag.rule, flag.level, flag.version) == ("abc", "naloxone", "red", "4")
    assert record.feeds.of(Feed.PDMP).status is FeedStatus.AVAILABLE, "a check on record speaks for the feed"
