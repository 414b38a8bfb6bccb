"""The synthetic clinic on any day: whole, referable, dated right, the same twice."""

import json
import re
from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from app.sandbox_ehr.clinic import SCENARIOS, Scenario, bundle_of, resources, transaction_bundles, write_ndjson
from app.sandbox_ehr.clinic.places import STAFF, shared_resources
from app.sandbox_ehr.clinic.routine import routine
from app.sandbox_ehr.clinic.scenario import CLINIC_ZONE

# A common day, a leap day, the ends of a year, and both days on which the clocks change.
DAYS = (
    date(2026, 3, 1),
    date(2028, 2, 29),
    date(2026, 12, 31),
    date(2027, 1, 1),
    date(2026, 3, 8),
    date(2026, 11, 1),
)
EVERY_SCENARIO = pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.name)
RULES = {"med", "sedative", "udt_check", "peg", "pdmp_check", "agreement", "naloxone"}
ID = re.compile(r"^(?!\d+$)[A-Za-z0-9\-.]{1,64}$")


def values(node: Any, key: str) -> Iterator[Any]:
    """Every value under `key`, at any depth."""
    if isinstance(node, list):
        for item in node:
            yield from values(item, key)
    elif isinstance(node, dict):
        for name, value in node.items():
            if name == key:
                yield value
            yield from values(value, key)


def named(resource: dict[str, Any]) -> str:
    return f"{resource['resourceType']}/{resource['id']}"


def test_there_are_enough_scenarios_and_each_has_its_own_name() -> None:
    names = [scenario.name for scenario in SCENARIOS]
    assert len(names) >= 32
    assert [name for name, times in Counter(names).items() if times > 1] == []


@EVERY_SCENARIO
def test_a_scenario_states_what_it_shows_and_its_working(scenario: Scenario) -> None:
    assert scenario.title
    assert scenario.shows.endswith(".")
    assert set(scenario.statuses) <= RULES
    assert bool(scenario.dirty) == bool(scenario.only_files)
    if scenario.med.mme_per_day is None:
        assert not scenario.med.complete
    for number in (scenario.med.mme_per_day, scenario.med.cdc_2016):
        if number is not None:
            assert re.search(rf"(?<![\d.]){re.escape(number)}(?![\d.])", scenario.med.arithmetic), number


@EVERY_SCENARIO
def test_the_arithmetic_in_words_adds_up(scenario: Scenario) -> None:
    """Left of each '=' the first numbers of the factors multiply to the first number right of it."""
    without_asides = re.sub(r"\([^)]*\)", "", scenario.med.arithmetic)
    for sentence in re.split(r"[;:]", without_asides):
        sides = sentence.split("=")
        for left, right in pairwise(sides):
            product = Decimal(1)
            for factor in left.split(" x "):
                product *= first_number(factor)
            assert product == first_number(right), sentence


def first_number(words: str) -> Decimal:
    found = re.search(r"\d+(\.\d+)?", words)
    assert found, words
    return Decimal(found.group())


@pytest.mark.parametrize("as_of", DAYS, ids=date.isoformat)
def test_ids_are_unique_and_fit_every_server(as_of: date) -> None:
    written = [named(resource) for resource in resources(as_of, patients=15)]
    assert [name for name, times in Counter(written).items() if times > 1] == []
    assert [name for name in written if not ID.match(name.split("/")[1])] == []


@pytest.mark.parametrize("as_of", DAYS, ids=date.isoformat)
def test_every_reference_of_the_transactions_leads_somewhere_already_sent(as_of: date) -> None:
    sent: set[str] = set()
    for bundle in transaction_bundles(as_of, patients=5):
        inside = {named(entry["resource"]) for entry in bundle["entry"]}
        assert [r for r in values(bundle, "reference") if r not in sent | inside and not r.startswith("#")] == []
        sent |= inside


@EVERY_SCENARIO
def test_a_chart_on_its_own_carries_all_that_it_refers_to(scenario: Scenario) -> None:
    bundle = bundle_of(scenario, DAYS[0])
    inside = {named(entry["resource"]) for entry in bundle["entry"]}
    contained = {f"#{item['id']}" for items in values(bundle, "contained") for item in items}
    assert [r for r in values(bundle, "reference") if r not in inside | contained] == []
    assert bundle["type"] == "collection"
    assert sum(name.startswith("Patient/") for name in inside) == 1


def test_a_transaction_puts_each_resource_under_its_own_id() -> None:
    for bundle in transaction_bundles(DAYS[0], patients=2):
        assert bundle["type"] == "transaction"
        for entry in bundle["entry"]:
            assert entry["request"] == {"method": "PUT", "url": named(entry["resource"])}


def test_the_shared_bundle_comes_first_and_then_one_patient_each() -> None:
    shared, *charts = transaction_bundles(DAYS[0], patients=3)
    assert len(shared["entry"]) == len(shared_resources())
    assert len(charts) == len(SCENARIOS) + 3
    for chart in charts:
        kinds = [entry["resource"]["resourceType"] for entry in chart["entry"]]
        assert kinds.count("Patient") == 1
        assert kinds[0] == "Patient"


@pytest.mark.parametrize("as_of", DAYS, ids=date.isoformat)
def test_the_same_seed_and_day_give_the_same_bytes(as_of: date, tmp_path: Path) -> None:
    first = write_ndjson(tmp_path / "first", as_of, patients=10, seed=4)
    second = write_ndjson(tmp_path / "second", as_of, patients=10, seed=4)
    assert [path.name for path in first] == [path.name for path in second]
    assert [path.read_bytes() for path in first] == [path.read_bytes() for path in second]


def test_another_seed_gives_other_people() -> None:
    def generated(seed: int) -> list[dict[str, Any]]:
        return [r for r in resources(DAYS[0], patients=10, seed=seed) if str(r["id"]).startswith("person-")]

    assert generated(1) != generated(2)
    assert generated(1) == generated(1)


def test_ndjson_has_one_file_a_type_and_one_resource_a_line(tmp_path: Path) -> None:
    files = write_ndjson(tmp_path, DAYS[0], patients=2)
    rows = [(path.stem, json.loads(line)) for path in files for line in path.read_text().splitlines()]
    assert [named(row) for kind, row in rows if row["resourceType"] != kind] == []
    assert len(rows) == sum(1 for _ in resources(DAYS[0], patients=2))


def test_untidy_entries_go_to_files_and_never_to_servers() -> None:
    to_files = {named(r) for r in resources(DAYS[0])}
    to_servers = {named(entry["resource"]) for bundle in transaction_bundles(DAYS[0]) for entry in bundle["entry"]}
    assert to_servers < to_files
    assert {name.split("/")[1].rsplit("-", 1)[0] for name in to_files - to_servers} == {"untidy-export-untidy"}


@pytest.mark.parametrize("as_of", DAYS, ids=date.isoformat)
def test_six_or_more_appointments_today_at_different_times_and_others_soon(as_of: date) -> None:
    starts = [
        datetime.fromisoformat(entry["resource"]["start"])
        for bundle in transaction_bundles(as_of)
        for entry in bundle["entry"]
        if entry["resource"]["resourceType"] == "Appointment"
    ]
    assert all(start.utcoffset() == start.astimezone(CLINIC_ZONE).utcoffset() for start in starts)
    today = [start for start in starts if start.date() == as_of]
    assert len(today) >= 6
    assert len(set(today)) == len(today)
    soon = {start.date() for start in starts if as_of < start.date() <= as_of + timedelta(days=10)}
    assert len(soon) >= 5


@pytest.mark.parametrize("as_of", DAYS, ids=date.isoformat)
def test_people_are_as_old_as_the_scenario_says(as_of: date) -> None:
    for scenario in SCENARIOS:
        patient = scenario.for_servers(as_of)[0]
        if scenario.person.age is None:
            assert "birthDate" not in patient
            continue
        born = date.fromisoformat(patient["birthDate"])
        age = as_of.year - born.year - ((as_of.month, as_of.day) < (born.month, born.day))
        assert age == scenario.person.age, scenario.name


@EVERY_SCENARIO
def test_instants_carry_an_offset_wherever_a_server_reads_them(scenario: Scenario) -> None:
    for resource in scenario.for_servers(date(2026, 11, 1)):
        for text in re.findall(r'"(\d{4}-\d\d-\d\dT[^"]*)"', json.dumps(resource)):
            assert datetime.fromisoformat(text).utcoffset() is not None, text


@EVERY_SCENARIO
def test_a_patient_is_seen_by_someone_who_works_here(scenario: Scenario) -> None:
    assert scenario.person.seen_by in {who[0] for who in STAFF}


def test_leaving_out_an_unknown_part_of_the_routine_is_refused() -> None:
    from app.sandbox_ehr.clinic import codes

    with pytest.raises(ValueError, match="no part called horoscope"):
        routine(screen=codes.SCREEN_OPIATES, without=("horoscope",))


# What the demo, the rules and the pages need to find in the clinic.
KINDS = {
    "well run": "steady-low-dose",
    "typical gaps": "typical-four-gaps",
    "high, unreviewed": "high-dose-unreviewed",
    "high, reviewed": "high-dose-reviewed",
    "benzodiazepine": "opioid-benzodiazepine",
    "at least": "at-least-60",
    "unknown": "unknown-dose",
    "no opioids": "no-opioids",
    "cancer": "active-cancer",
    "palliative": "palliative-care",
    "sickle cell": "sickle-cell",
    "young": "under-18",
    "treated OUD": "oud-on-buprenorphine",
    "untreated OUD": "oud-without-treatment",
    "abrupt stop": "abrupt-stop",
    "taper": "planned-taper",
    "pregnant": "pregnant",
    "grey": "everything-grey",
    "forty": "forty-prescriptions",
    "new start": "new-start",
    "ER in naive": "er-in-naive",
    "methadone": "methadone-for-pain",
    "patch": "fentanyl-patch",
    "PRN range": "prn-range",
    "overdose": "recent-overdose",
    "item nine": "phq-item-nine",
    "unexpected test": "unexpected-urine-test",
    "early refills": "early-refills",
    "deceased": "deceased",
    "late documents": "late-documents",
    "four shapes": "the-four-shapes",
}


@pytest.mark.parametrize("name", KINDS.values(), ids=KINDS.keys())
def test_the_clinic_has_each_kind_of_patient(name: str) -> None:
    assert name in {scenario.name for scenario in SCENARIOS}


def test_forty_prescriptions_are_forty_opioid_orders_within_two_years() -> None:
    scenario = next(scenario for scenario in SCENARIOS if scenario.name == "forty-prescriptions")
    as_of = DAYS[0]
    opioids = [
        resource["authoredOn"]
        for resource in scenario.for_servers(as_of)
        if resource["resourceType"] == "MedicationRequest"
        and re.search(r"-(oxycodone|morphine-er)(-\d+)?$", resource["id"])
    ]
    assert len(opioids) == 40
    assert min(opioids) >= (as_of - timedelta(days=730)).isoformat()
