"""The EHR's own log against ours: every chart read and write that the gateway served stands in Sextant's audit log."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import create_engine, text

from app.domain.audit import Action, AuditEntry
from app.domain.outcome import No, Ok
from app.domain.session import Secret
from app.storage import Storage, open_storage
from tests.clocks import SetClock
from tests.e2e.conftest import World
from tests.e2e.launching import Frame
from tests.e2e.test_recorded_and_dismissed import Desk, day, hidden_fields
from tests.sextant_server import TEST_KEY

BEFORE_A_READ = {Action.READ_CHART, Action.CONFIRM_WRITE, Action.WRITE}
"""Our line that stands last before the EHR serves a read: a chart is read, or a confirmed write is looked for first."""
CLOCKS = timedelta(milliseconds=5)
"""The gateway's log is cut to milliseconds."""


@contextmanager
def opened(world: World) -> Iterator[Storage]:
    """Sextant's own database, opened beside it."""
    storage = open_storage(f"sqlite:///{world.app.database}", Secret(TEST_KEY), SetClock())
    try:
        yield storage
    finally:
        storage.close()


def served(world: World) -> list[dict[str, Any]]:
    """What the gateway served to Sextant, with instants; its own pages and the statement of what it can do are left out."""
    rows = [each for each in world.ehr.requests() if each["client"] == "sextant" and each["type"] != "metadata"]
    return [
        {**each, "time": datetime.fromisoformat(each["time"]), "patient": f"Patient/{each['patient']}"} for each in rows
    ]


def last_before(entries: list[AuditEntry], row: dict[str, Any]) -> AuditEntry | None:
    """Our last line about the same person and user before the EHR answered."""
    same = [each for each in entries if (each.patient, each.user) == (row["patient"], row["user"])]
    return next((each for each in reversed(same) if each.at <= row["time"] + CLOCKS), None)


@pytest.fixture(scope="module")
def walked(sandbox_world: World) -> World:
    """A morning in the clinic: three people, one chart twice, entries, writes, and an EHR that stumbles."""
    sandbox_world.ehr.clear_requests()
    for patient in ("opioid-benzodiazepine", "typical-four-gaps", "steady-low-dose", "opioid-benzodiazepine"):
        visit(Desk.of(sandbox_world, patient))
    sandbox_world.ehr.arm({"type": "MedicationRequest", "kind": "500"}, {"type": "Flag", "kind": "hang_up", "times": 1})
    Desk.of(sandbox_world, "high-dose-unreviewed").shown("")
    sandbox_world.ehr.disarm()
    return sandbox_world


def visit(desk: Desk) -> None:
    """All pages; then one entry, and what the preview offers is written."""
    for path in ("", "why/naloxone", "preview", "record", "later/naloxone", "review.json"):
        assert desk.shown(path).status_code == 200
    desk.send("record/pdmp_check", {"fact.pdmp_check": "done", "day": day()})
    preview = desk.shown("preview").text
    rules = [each for each in ("sedative", "naloxone", "agreement") if f'value="{each}"' in preview]
    if rules:
        assert desk.frame.post(f"{desk.page}/write", {**hidden_fields(preview), "rule": rules}).status_code == 200


def test_every_read_of_a_chart_is_in_the_audit_log(walked: World) -> None:
    with opened(walked) as storage:
        entries = list(storage.audit.entries())
    reads = [row for row in served(walked) if row["method"] == "GET"]
    assert len(reads) > 100
    found = [(row["type"], row["patient"], last_before(entries, row)) for row in reads]
    assert not [each for each in found if each[2] is None or each[2].action not in BEFORE_A_READ]


def test_each_reading_of_a_chart_has_a_line_of_its_own(walked: World) -> None:
    """Each reading asks for the person once."""
    with opened(walked) as storage:
        lines = Counter(each.patient for each in storage.audit.entries() if each.action is Action.READ_CHART)
    persons = Counter(row["patient"] for row in served(walked) if row["type"] == "Patient")
    assert persons == lines


def test_every_write_is_confirmed_before_and_told_after(walked: World) -> None:
    with opened(walked) as storage:
        entries = list(storage.audit.entries())
    writes = [row for row in served(walked) if row["method"] != "GET" and row["type"] == "Flag"]
    assert writes
    told = [each for each in entries if each.action is Action.WRITE]
    for row in writes:
        before = last_before(entries, row)
        assert before is not None
        assert before.action in (Action.CONFIRM_WRITE, Action.WRITE)
        after = [each for each in told if each.patient == row["patient"] and each.at >= row["time"] - CLOCKS]
        assert after, row
        assert row["method"] == "POST" or any(each.target == row["path"] for each in after)
    created = [row for row in writes if row["method"] == "POST" and row["status"] == 201]
    assert len([each for each in told if each.outcome == "created"]) == len(created)


def test_every_write_that_we_tell_was_confirmed_by_the_same_user(walked: World) -> None:
    with opened(walked) as storage:
        entries = list(storage.audit.entries())
    confirmed = {
        (each.patient, each.user, each.detail["rule"]) for each in entries if each.action is Action.CONFIRM_WRITE
    }
    told = {(each.patient, each.user, each.detail["rule"]) for each in entries if each.action is Action.WRITE}
    assert told
    assert told <= confirmed


def test_what_was_entered_is_in_it_too_and_nothing_of_the_chart_is(walked: World) -> None:
    with opened(walked) as storage:
        entries = list(storage.audit.entries())
    assert {each.detail["concept"] for each in entries if each.action is Action.RECORD_FACT} == {"pdmp_check"}
    everything = " ".join(f"{each.reason} {dict(each.detail)}" for each in entries)
    assert not [word for word in ("Petrakis", "lonazepam", "orphine", "xycodone") if word in everything]


def test_a_row_that_is_changed_behind_its_back_is_named(walked: World) -> None:
    with opened(walked) as storage:
        whole = storage.audit.verify()
        assert isinstance(whole, Ok)
        engine = create_engine(f"sqlite:///{walked.app.database}")
        with engine.begin() as connection:
            connection.execute(text("DROP TRIGGER audit_refuses_update"))
            user = connection.execute(text("SELECT user_reference FROM audit WHERE position = 7")).scalar_one()
            connection.execute(text("UPDATE audit SET user_reference = 'Practitioner/x' WHERE position = 7"))
        found = storage.audit.verify()
        with engine.begin() as connection:
            connection.execute(text("UPDATE audit SET user_reference = :user WHERE position = 7"), {"user": user})
        assert found == No("Row 7 was changed after it was written.")
        assert storage.audit.verify() == whole


def test_a_frame_without_a_launch_leaves_no_trace_of_a_chart(walked: World) -> None:
    walked.ehr.clear_requests()
    Frame().get(f"{walked.app.base_url}/chart/nobody/record")
    assert not served(walked)
