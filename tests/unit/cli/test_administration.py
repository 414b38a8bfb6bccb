"""`sextant outbox`, `audit` and `worker` on a real database, through the command's own wiring."""

import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import create_engine, text
from typer.testing import CliRunner, Result

from app.cli.application import build_cli
from app.domain.audit import Action, AuditEntry
from app.domain.flag import ChangeKind, FlagChange, FlagIntent, WantedFlag, Written
from app.domain.session import LaunchSession, Secret, Tokens
from app.main import commands
from app.storage import Storage, open_storage
from app.wiring import SystemClock

KEY = "for-tests-only-0123456789-abcdefghijklmnopqrstuvwxyz"
EHR = {"key": "clinic", "name": "Clinic EHR", "iss": "https://ehr.example/fhir", "client_id": "sextant"}
NOW = datetime.now(UTC)


@pytest.fixture
def database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    url = f"sqlite:///{tmp_path}/sextant.db"
    for name, value in {
        "SECRET_KEY": KEY,
        "BASE_URL": "https://sextant.example",
        "DATABASE_URL": url,
        "EHRS": json.dumps([EHR]),
    }.items():
        monkeypatch.setenv(f"SEXTANT_{name}", value)
    return url


@pytest.fixture
def storage(database: str) -> Storage:
    opened = open_storage(database, Secret(KEY), SystemClock(ZoneInfo("UTC")))
    tokens = Tokens(Secret("access"), NOW + timedelta(hours=8), (), Secret("refresh"))
    session = LaunchSession("l" * 43, "b" * 43, "clinic", "Patient/p1", "Practitioner/d1", tokens, NOW)
    opened.sessions.open(session)
    for rule in ("naloxone", "agreement"):
        opened.outbox.add(f"k-{rule}", "l" * 43, intent(rule), entry(Action.CONFIRM_WRITE))
    row = opened.outbox.claim("worker", timedelta(seconds=30), key="k-naloxone")
    assert row is not None
    refused = Written("naloxone", "refused", detail="The EHR does not permit this request (403).")
    opened.outbox.bury(row, refused, "Mend the registration.", entry(Action.WRITE, "refused"))
    return opened


def intent(rule: str) -> FlagIntent:
    wanted = WantedFlag(rule, "1", f"id-{rule}", f"{rule}: open", "red", "safety", date(2026, 5, 4))
    return FlagIntent(FlagChange(ChangeKind.CREATE, rule, "New gap", wanted), "Patient/p1", "Practitioner/d1")


def entry(action: Action, outcome: str = "ok") -> AuditEntry:
    return AuditEntry(NOW, action, outcome, "Practitioner/d1", "Patient/p1", "clinic", "l" * 43, reason="New gap")


def sextant(*arguments: str) -> Result:
    return CliRunner().invoke(build_cli(commands()), list(arguments))


def test_the_list_says_why_and_names_no_patient(storage: Storage) -> None:
    lines = sextant("outbox", "list").stdout.splitlines()
    assert len(lines) == 2
    assert "dead" in lines[0]
    assert "Mend the registration." in lines[0]
    assert "pending" in lines[1]
    assert "Patient" not in "".join(lines)


def test_the_list_as_json(storage: Storage) -> None:
    rows = [json.loads(line) for line in sextant("outbox", "list", "--json", "--all").stdout.splitlines()]
    assert [(row["row"], row["state"], row["rule"]) for row in rows] == [
        (1, "dead", "naloxone"),
        (2, "pending", "agreement"),
    ]


def test_one_row_whole_and_what_to_do(storage: Storage) -> None:
    shown = sextant("outbox", "explain", "1").stdout
    for words in ("Patient/p1", "naloxone", "Practitioner/d1", "(403)", "Mend the registration."):
        assert words in shown


def test_a_dead_row_can_be_tried_again_once(storage: Storage) -> None:
    assert sextant("outbox", "retry", "1").stdout == "row 1 is due again\n"
    again = sextant("outbox", "retry", "1")
    assert again.exit_code == 2
    assert "pending" in again.stderr
    assert [line.outcome for line in storage.audit.entries() if line.action is Action.RETRY_WRITE] == ["ok", "refused"]


def test_a_row_that_does_not_exist(storage: Storage) -> None:
    for verb in ("explain", "retry"):
        assert sextant("outbox", verb, "99").exit_code == 2


def test_the_audit_log_is_whole_until_somebody_changes_it(storage: Storage, database: str) -> None:
    first = sextant("audit", "verify")
    assert first.exit_code == 0
    head = first.stdout.strip()
    assert sextant("audit", "verify", "--head", head).exit_code == 0
    with create_engine(database).begin() as connection:
        connection.execute(text("DROP TRIGGER audit_refuses_update"))
        connection.execute(text("UPDATE audit SET reason = 'another' WHERE position = 2"))
    broken = sextant("audit", "verify", "--head", head)
    assert broken.exit_code == 1
    assert "Row 2 was changed" in broken.stderr
    assert sextant("audit", "verify", "--head", "nonsense").exit_code == 2


def test_the_audit_log_as_audit_events(storage: Storage) -> None:
    events = [json.loads(line) for line in sextant("audit", "export").stdout.splitlines()]
    assert len(events) == len(storage.audit.entries())
    assert {event["resourceType"] for event in events} == {"AuditEvent"}
    refused = events[-1]
    assert (refused["action"], refused["outcome"], refused["outcomeDesc"]) == ("U", "4", "refused")
    assert [agent["who"].get("reference") for agent in refused["agent"]] == [None, None, "Practitioner/d1"]
    assert refused["entity"][0]["what"] == {"reference": "Patient/p1"}
    assert "l" * 43 not in json.dumps(events), "a launch id opens a page"


def test_a_worker_with_nothing_due_ends_at_once(database: str) -> None:
    assert sextant("worker", "--once").stdout == "0 sent\n"


def test_a_site_that_is_switched_off_is_left_alone(storage: Storage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SEXTANT_WRITING", "off")
    assert sextant("worker", "--once").stdout == "0 sent\n"
    row = storage.outbox.find("k-agreement")
    assert row is not None
    assert row.attempts == 0
