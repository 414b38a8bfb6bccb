"""The EHR's own log and history against ours: every chart read and write that the gateway served stands in Sextant's audit log.

Reads are held against the lines by person, user and order; writes by reference and version. Both comparisons are also shown to
fail for each single line that is taken out.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import create_engine, text

from app.domain.audit import Action, AuditEntry
from app.domain.flag import LastWritten
from app.domain.outbox import OutboxRow, RowState
from app.domain.outcome import No, Ok
from app.domain.session import Secret
from app.storage import Storage, open_storage
from tests.clocks import SetClock
from tests.crash.history import Chart, Version, claims_of, disagreements
from tests.e2e.conftest import World
from tests.e2e.launching import Frame
from tests.e2e.test_recorded_and_dismissed import Desk, day, hidden_fields
from tests.sextant_server import TEST_KEY
from tests.smart_dance import Dance

BEFORE_A_READ = {Action.READ_CHART, Action.CONFIRM_WRITE, Action.WRITE}
"""Our line that stands last before the EHR serves a read: a chart is read, or a confirmed write is looked for first."""
CLOCKS = timedelta(milliseconds=5)
"""The gateway's log is cut to milliseconds."""
PEOPLE = ("opioid-benzodiazepine", "typical-four-gaps", "steady-low-dose", "high-dose-unreviewed")
MADE = {"POST": 201, "PUT": 200}
"""The status of a write that made a version; a conditional create that found one answers 200."""


@dataclass(frozen=True)
class Morning:
    """What the EHR and Sextant each say about the same walks."""

    world: World
    served: Sequence[dict[str, Any]]
    entries: Sequence[AuditEntry]
    ledger: Sequence[LastWritten]
    rows: Sequence[OutboxRow]
    chart: Chart


@contextmanager
def opened(world: World) -> Iterator[Storage]:
    """Sextant's own database, opened beside it."""
    storage = open_storage(f"sqlite:///{world.app.database}", Secret(TEST_KEY), SetClock())
    try:
        yield storage
    finally:
        storage.close()


def until_all_is_sent(storage: Storage, seconds: float = 30) -> None:
    """The worker still signs what was created when the person has their answer already."""
    ends = time.monotonic() + seconds
    while left := storage.outbox.rows((RowState.PENDING,)):
        assert time.monotonic() < ends, f"{len(left)} rows are not sent"
        time.sleep(0.2)


def served(world: World) -> list[dict[str, Any]]:
    """What the gateway served to Sextant, with instants; its own pages and the statement of what it can do are left out."""
    rows = [each for each in world.ehr.requests() if each["client"] == "sextant" and each["type"] != "metadata"]
    return [
        {**each, "time": datetime.fromisoformat(each["time"]), "patient": f"Patient/{each['patient']}"} for each in rows
    ]


def versions(world: World) -> list[Version]:
    """Every version of what Sextant may write about the people of the walks, read by another app."""
    found: list[Version] = []
    for patient in PEOPLE:
        with Dance(world.ehr.base_url, redirect_uri=f"{world.app.base_url}/callback").fhir(patient) as other:
            found += [Version(each) for each in _versions(other, patient)]
    return found


def _versions(other: httpx.Client, patient: str) -> Iterator[dict[str, Any]]:
    flags = _matches(other, f"Flag?patient={patient}")
    signed = [each for flag in flags for each in _matches(other, f"Provenance?target=Flag/{flag['id']}")]
    for each in [*flags, *{each["id"]: each for each in signed}.values()]:
        yield from _matches(other, f"{each['resourceType']}/{each['id']}/_history")


def _matches(other: httpx.Client, url: str) -> list[dict[str, Any]]:
    bundle = other.get(url, headers={"cache-control": "no-cache"}).raise_for_status().json()
    assert not [each for each in bundle.get("link", ()) if each["relation"] == "next"], url
    return [entry["resource"] for entry in bundle.get("entry", ())]


@pytest.fixture(scope="module", params=["sandbox_world", "hapi_world"])
def walked(request: pytest.FixtureRequest) -> Morning:
    """A morning in the clinic: four people, one chart twice, entries, writes, one taken back, and an EHR that stumbles."""
    world: World = request.getfixturevalue(request.param)
    before = frozenset(each.name for each in versions(world))
    world.ehr.clear_requests()
    for patient in (*PEOPLE[:3], PEOPLE[0]):
        visit(Desk.of(world, patient))
    world.ehr.arm({"type": "MedicationRequest", "kind": "500"}, {"type": "Flag", "kind": "hang_up", "times": 1})
    last = Desk.of(world, PEOPLE[3])
    last.shown("")
    world.ehr.disarm()
    visit(last)
    taken_back = hidden_fields(last.shown("undo").text)
    assert last.frame.post(f"{last.page}/undo", {**taken_back, "rule": ["naloxone", "med"]}).status_code == 200
    with opened(world) as storage:
        until_all_is_sent(storage)
        told = storage.audit.entries()
        ledger = [line for patient in PEOPLE for line in storage.ledger.of("sandbox", f"Patient/{patient}")]
        rows = storage.outbox.rows(tuple(RowState))
    return Morning(world, served(world), told, ledger, rows, Chart(versions(world), before))


def visit(desk: Desk) -> None:
    """All pages; then one entry, and what the preview offers is written."""
    for path in ("", "why/naloxone", "preview", "record", "later/naloxone", "review.json"):
        assert desk.shown(path).status_code == 200
    desk.send("record/pdmp_check", {"fact.pdmp_check": "done", "day": day()})
    preview = desk.shown("preview").text
    rules = [each for each in ("sedative", "naloxone", "agreement", "med") if f'value="{each}"' in preview]
    if rules:
        assert desk.frame.post(f"{desk.page}/write", {**hidden_fields(preview), "rule": rules}).status_code == 200


def untold_reads(rows: Sequence[dict[str, Any]], entries: Sequence[AuditEntry]) -> list[str]:
    """Reads that no line tells of: each belongs to the last line of its person and user before it, and each reading of a
    chart, which asks for the person once, has a line of its own."""
    untold = []
    for who in sorted({(row["patient"], row["user"]) for row in rows}, key=str):
        reads = [row for row in rows if (row["patient"], row["user"]) == who and row["method"] == "GET"]
        lines = [each for each in entries if (each.patient, each.user) == who]
        untold += [f"{row['type']} of {who[0]}" for row in reads if _last_before(lines, row) not in BEFORE_A_READ]
        charts = [each.at for each in lines if each.action is Action.READ_CHART]
        persons = [row["time"] for row in reads if row["type"] == "Patient"]
        if len(charts) != len(persons):
            untold.append(f"{len(persons)} readings of {who[0]} were served, {len(charts)} are told of")
        late = [at for at, time in zip(sorted(charts), sorted(persons), strict=False) if at > time + CLOCKS]
        untold += [f"a reading of {who[0]} was told of after it began: {at}" for at in late]
    return untold


def _last_before(lines: Sequence[AuditEntry], row: dict[str, Any]) -> Action | None:
    return next((each.action for each in reversed(lines) if each.at <= row["time"] + CLOCKS), None)


def untold_writes(morning: Morning, entries: Sequence[AuditEntry]) -> list[str]:
    """Writes that the lines do not tell of, by reference and version; and what they tell that is not in the chart."""
    return disagreements(morning.chart, entries, morning.ledger, morning.rows)


def test_every_read_of_a_chart_is_in_the_audit_log(walked: Morning) -> None:
    assert sum(row["method"] == "GET" for row in walked.served) > 100
    assert {row["patient"] for row in walked.served} == {f"Patient/{patient}" for patient in PEOPLE}
    assert untold_reads(walked.served, walked.entries) == []


def test_every_write_is_in_it_with_its_version(walked: Morning) -> None:
    kinds = {version.reference.partition("/")[0] for version in walked.chart.ours}
    assert "Flag" in kinds
    assert any(version.resource.get("status") == "inactive" for version in walked.chart.ours)
    assert untold_writes(walked, walked.entries) == []


def test_every_version_was_made_by_a_request_that_the_gateway_logged(walked: Morning) -> None:
    """The history and the gateway's log agree, so that neither hides a write: a transaction makes a Flag and its Provenance."""
    sent = [row for row in walked.served if row["method"] in MADE]
    made = sum(row["status"] == MADE[row["method"]] for row in sent if row["type"] != "Bundle")
    assert made + 2 * sum(row["type"] == "Bundle" and row["status"] == 200 for row in sent) == len(walked.chart.ours)
    assert {row["type"] for row in sent} <= {"Flag", "Provenance", "Bundle"}


def test_every_write_is_confirmed_before_and_told_after(walked: Morning) -> None:
    """An owed Provenance is the worker's: another page may be read between the line that tells of its Flag and its sending."""
    told = [each for each in walked.entries if each.action is Action.WRITE]
    for row in (row for row in walked.served if row["method"] in MADE):
        lines = told if row["type"] == "Provenance" else walked.entries
        before = [each for each in lines if (each.patient, each.user) == (row["patient"], row["user"])]
        assert _last_before(before, row) in (Action.CONFIRM_WRITE, Action.WRITE), row
        after = [each for each in told if each.patient == row["patient"] and each.at >= row["time"] - CLOCKS]
        assert after, row
        assert row["method"] == "POST" or any(each.target == row["path"] for each in after), row


def without(entries: Sequence[AuditEntry], is_it: Callable[[AuditEntry], bool]) -> list[list[AuditEntry]]:
    """The log as often as it has such a line, each time with another one taken out."""
    return [[*entries[:n], *entries[n + 1 :]] for n, each in enumerate(entries) if is_it(each)]


def test_any_line_of_a_reading_that_is_taken_out_is_missed(walked: Morning) -> None:
    shorter = without(walked.entries, lambda each: each.action is Action.READ_CHART)
    assert len(shorter) > 20
    assert all(untold_reads(walked.served, each) for each in shorter)


def test_any_line_of_a_write_that_is_taken_out_is_missed(walked: Morning) -> None:
    writes = {id(claim.line) for claim in claims_of(walked.entries)}
    shorter = without(walked.entries, lambda each: id(each) in writes)
    assert len(shorter) >= 5
    assert all(untold_writes(walked, each) for each in shorter)


def test_a_line_that_names_another_version_is_seen(walked: Morning) -> None:
    for claim in claims_of(walked.entries):
        if claim.kind == "made":
            other = replace(claim.line, detail={**claim.line.detail, "version": "99"})
            assert untold_writes(walked, [other if each is claim.line else each for each in walked.entries])


def test_every_write_that_we_tell_was_confirmed_by_the_same_user(walked: Morning) -> None:
    entries = walked.entries
    confirmed = {
        (each.patient, each.user, each.detail["rule"]) for each in entries if each.action is Action.CONFIRM_WRITE
    }
    told = {(each.patient, each.user, each.detail["rule"]) for each in entries if each.action is Action.WRITE}
    assert told
    assert told <= confirmed


def test_what_was_entered_is_in_it_too_and_nothing_of_the_chart_is(walked: Morning) -> None:
    entries = walked.entries
    assert {each.detail["concept"] for each in entries if each.action is Action.RECORD_FACT} == {"pdmp_check"}
    everything = " ".join(f"{each.reason} {dict(each.detail)}" for each in entries)
    assert not [word for word in ("Petrakis", "lonazepam", "orphine", "xycodone") if word in everything]


def test_a_row_that_is_changed_behind_its_back_is_named(walked: Morning) -> None:
    with opened(walked.world) as storage:
        whole = storage.audit.verify()
        assert isinstance(whole, Ok)
        engine = create_engine(f"sqlite:///{walked.world.app.database}")
        with engine.begin() as connection:
            connection.execute(text("DROP TRIGGER audit_refuses_update"))
            user = connection.execute(text("SELECT user_reference FROM audit WHERE position = 7")).scalar_one()
            connection.execute(text("UPDATE audit SET user_reference = 'Practitioner/x' WHERE position = 7"))
        found = storage.audit.verify()
        with engine.begin() as connection:
            connection.execute(text("UPDATE audit SET user_reference = :user WHERE position = 7"), {"user": user})
        assert found == No("Row 7 was changed after it was written.")
        assert storage.audit.verify() == whole


def test_a_frame_without_a_launch_leaves_no_trace_of_a_chart(walked: Morning) -> None:
    walked.world.ehr.clear_requests()
    Frame().get(f"{walked.world.app.base_url}/chart/nobody/record")
    assert not served(walked.world)
