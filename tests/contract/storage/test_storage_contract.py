"""What the stores promise, on SQLite and on PostgreSQL alike."""

import secrets
import threading
import traceback
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Engine, create_engine, text
from sqlalchemy.exc import DBAPIError

from app.domain.audit import Action, AuditEntry
from app.domain.chart import FactEntry, RecordedFact, Withdrawal
from app.domain.dates import Period, on, parse_partial_date
from app.domain.dismissal import Dismissal
from app.domain.errors import AskAnAdministrator, WrongUsage
from app.domain.flag import ChangeKind, ChartFlag, FlagChange, FlagIntent, WantedFlag
from app.domain.outbox import OPEN_STATES
from app.domain.outcome import No, Ok
from app.domain.session import LaunchSession, PendingLaunch, Secret, Tokens
from app.domain.taper import StepUnit, TaperPlan
from app.storage import Storage, open_storage
from tests.clocks import NINE, SetClock

HOUR = timedelta(hours=1)
KEY = Secret("a key for tests only, not a secret of anybody")


def pending(state: str = "s" * 43, created_at: datetime = NINE) -> PendingLaunch:
    return PendingLaunch(state, "b" * 43, "clinic", "n" * 43, Secret("the verifier"), ("launch", "openid"), created_at)


def session(launch: str = "l" * 43, *, refresh: str | None = "the refresh token") -> LaunchSession:
    tokens = Tokens(
        access=Secret("the access token"),
        expires_at=NINE + HOUR,
        scopes=("patient/Flag.cruds",),
        refresh=Secret(refresh) if refresh else None,
        renew_at=NINE + HOUR * 4 / 5,
    )
    return LaunchSession(
        launch,
        "b" * 43,
        "clinic",
        "Patient/p1",
        "Practitioner/d1",
        tokens,
        NINE,
        "Encounter/e1",
        "Dr. Day",
        False,
        "form",
    )


def entry(number: int = 1, patient: str = "Patient/p1") -> AuditEntry:
    return AuditEntry(
        NINE + timedelta(seconds=number),
        Action.READ_CHART,
        "ok",
        user="Practitioner/d1",
        patient=patient,
        ehr="clinic",
        launch="l1",
        detail={"feed": "available", "number": str(number), "place": "Zürich"},
    )


def intent(rule: str = "naloxone", identifier: str = "id-1") -> FlagIntent:
    wanted = WantedFlag(
        rule, "1", identifier, "Naloxone: offer", "red", "safety", date(2026, 5, 1), ("MedicationRequest/m1",)
    )
    zone = ZoneInfo("America/New_York")
    period = Period(parse_partial_date("2026-02", zone), parse_partial_date("2026-05-04T08:00:00-04:00", zone))
    existing = ChartFlag("Flag/f1", "active", "old text", "Patient/p1", identifier, rule, "yellow", period, "3")
    change = FlagChange(ChangeKind.UPDATE, rule, "text differs", wanted, existing)
    return FlagIntent(change, "Patient/p1", "Practitioner/d1", "Encounter/e1", date(2026, 5, 4))


def raw(database_url: str) -> Engine:
    return create_engine(database_url)


class TestPendingLaunches:
    def test_a_pending_launch_can_be_taken_once(self, storage: Storage) -> None:
        storage.sessions.add_pending(pending())
        assert storage.sessions.take_pending("s" * 43) == pending()
        assert storage.sessions.take_pending("s" * 43) is None

    def test_an_unknown_state_gives_nothing(self, storage: Storage) -> None:
        assert storage.sessions.take_pending("x" * 43) is None

    def test_of_many_callbacks_at_once_one_gets_it(self, storage: Storage) -> None:
        storage.sessions.add_pending(pending())
        taken: list[PendingLaunch | None] = []
        threads = [
            threading.Thread(target=lambda: taken.append(storage.sessions.take_pending("s" * 43))) for _ in range(8)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sum(found is not None for found in taken) == 1
        assert len(taken) == 8

    def test_those_that_ran_out_are_deleted(self, storage: Storage, clock: SetClock, database_url: str) -> None:
        storage.sessions.add_pending(pending())
        clock.forward(timedelta(minutes=11))
        storage.sessions.sweep()
        with raw(database_url).connect() as connection:
            assert connection.execute(text("SELECT count(*) FROM pending_launches")).scalar_one() == 0


class TestSessions:
    def test_a_session_is_found_as_it_was_opened(self, storage: Storage) -> None:
        storage.sessions.open(session())
        assert storage.sessions.find("l" * 43) == session()

    def test_two_launches_of_one_browser_stay_apart(self, storage: Storage) -> None:
        other = replace(session("m" * 43), patient="Patient/p2")
        storage.sessions.open(session())
        storage.sessions.open(other)
        found = [storage.sessions.find(launch) for launch in ("l" * 43, "m" * 43)]
        assert [each.patient for each in found if each] == ["Patient/p1", "Patient/p2"]

    def test_renewed_tokens_replace_the_old(self, storage: Storage) -> None:
        storage.sessions.open(session())
        renewed = Tokens(Secret("new"), NINE + 2 * HOUR, ("openid",), Secret("new refresh"), NINE + HOUR)
        storage.sessions.replace_tokens("l" * 43, renewed)
        assert storage.sessions.find("l" * 43) == replace(session(), tokens=renewed)

    def test_an_ended_session_stays_ended(self, storage: Storage) -> None:
        storage.sessions.open(session())
        storage.sessions.end("l" * 43)
        storage.sessions.replace_tokens("l" * 43, session().tokens)
        assert storage.sessions.find("l" * 43) is None

    def test_it_ends_after_a_working_day(self, storage: Storage, clock: SetClock) -> None:
        storage.sessions.open(session())
        clock.forward(timedelta(hours=11, minutes=59))
        assert storage.sessions.find("l" * 43) is not None
        clock.forward(timedelta(minutes=1))
        assert storage.sessions.find("l" * 43) is None

    def test_without_a_refresh_token_it_ends_with_its_token(self, storage: Storage, clock: SetClock) -> None:
        storage.sessions.open(session(refresh=None))
        clock.forward(HOUR)
        assert storage.sessions.find("l" * 43) is None

    def test_those_that_ran_out_are_deleted(self, storage: Storage, clock: SetClock, database_url: str) -> None:
        storage.sessions.open(session())
        clock.forward(timedelta(hours=13))
        storage.sessions.add_pending(pending(created_at=clock.now()))
        with raw(database_url).connect() as connection:
            assert connection.execute(text("SELECT count(*) FROM sessions")).scalar_one() == 0

    def test_nothing_personal_or_secret_is_stored_in_clear(self, storage: Storage, database_url: str) -> None:
        storage.sessions.open(session())
        storage.sessions.add_pending(pending())
        with raw(database_url).connect() as connection:
            rows = [
                tuple(connection.execute(text(f"SELECT * FROM {t}")).one()) for t in ("sessions", "pending_launches")
            ]
        stored = b" ".join(bytes(v) if isinstance(v, bytes | memoryview) else str(v).encode() for r in rows for v in r)
        for text_in_clear in (
            "the access token",
            "the refresh token",
            "the verifier",
            "Patient/p1",
            "s" * 43,
            "b" * 43,
        ):
            assert text_in_clear.encode() not in stored

    def test_a_row_copied_over_another_does_not_open(self, storage: Storage, database_url: str) -> None:
        storage.sessions.open(session())
        storage.sessions.open(replace(session("m" * 43), patient="Patient/p2"))
        with raw(database_url).begin() as connection:
            swap = "UPDATE sessions SET sealed = (SELECT sealed FROM sessions WHERE launch = :a) WHERE launch = :b"
            connection.execute(text(swap), {"a": "m" * 43, "b": "l" * 43})
        assert storage.sessions.find("l" * 43) is None
        assert storage.sessions.find("m" * 43) is not None

    def test_another_secret_key_opens_nothing(self, storage: Storage, database_url: str, clock: SetClock) -> None:
        storage.sessions.open(session())
        other = open_storage(database_url, Secret("another key, of another installation"), clock)
        assert other.sessions.find("l" * 43) is None
        other.close()


class TestAuditLog:
    def test_lines_come_back_in_order_and_unchanged(self, storage: Storage) -> None:
        lines = [entry(1), entry(2, "Patient/p2"), entry(3)]
        for line in lines:
            storage.audit.append(line)
        assert list(storage.audit.entries()) == lines
        assert list(storage.audit.entries("Patient/p1")) == [lines[0], lines[2]]
        assert storage.audit.verify() == Ok(storage.audit.head())

    def test_an_empty_log_is_whole(self, storage: Storage) -> None:
        assert isinstance(storage.audit.verify(), Ok)

    def test_a_line_may_be_dated_in_any_zone(self, storage: Storage) -> None:
        storage.audit.append(replace(entry(), at=NINE.astimezone(ZoneInfo("America/Los_Angeles"))))
        assert storage.audit.entries()[0].at == NINE
        assert isinstance(storage.audit.verify(), Ok)

    @pytest.mark.parametrize("statement", ["UPDATE audit SET outcome = 'refused'", "DELETE FROM audit"])
    def test_the_database_itself_refuses_to_change_a_line(
        self, storage: Storage, database_url: str, statement: str
    ) -> None:
        storage.audit.append(entry())
        with pytest.raises(DBAPIError, match="append-only"), raw(database_url).begin() as connection:
            connection.execute(text(statement))

    @pytest.mark.parametrize(
        ("tampering", "named"),
        [
            ("UPDATE audit SET outcome = 'refused' WHERE position = 3", "Row 3 was changed"),
            ("UPDATE audit SET user_reference = NULL WHERE position = 1", "Row 1 was changed"),
            ("UPDATE audit SET at = '2026-05-04T10:00:00.000000+00:00' WHERE position = 4", "Row 4 was changed"),
            ("UPDATE audit SET detail = '{}' WHERE position = 5", "Row 5 was changed"),
            ("UPDATE audit SET previous_hash = hash WHERE position = 2", "Row 2 does not continue row 1"),
            ("DELETE FROM audit WHERE position = 2", "Row 2 is missing"),
            ("DELETE FROM audit WHERE position = 1", "Row 1 is missing"),
            ("DELETE FROM audit WHERE position = 5", "ends after row 4"),
            ("UPDATE audit_head SET position = 9", "its head says row 9"),
        ],
    )
    def test_verification_names_the_row(self, storage: Storage, database_url: str, tampering: str, named: str) -> None:
        for number in range(1, 6):
            storage.audit.append(entry(number))
        tamper(database_url, tampering)
        found = storage.audit.verify()
        assert isinstance(found, No)
        assert named in found.reason

    def test_a_log_cut_short_together_with_its_head_is_seen_by_a_written_down_head(
        self, storage: Storage, database_url: str
    ) -> None:
        for number in range(1, 4):
            storage.audit.append(entry(number))
        written_down = storage.audit.head()
        head_2 = "(SELECT hash FROM audit WHERE position = 2)"
        tamper(
            database_url, "DELETE FROM audit WHERE position = 3", f"UPDATE audit_head SET position = 2, hash = {head_2}"
        )
        assert isinstance(storage.audit.verify(), Ok)
        assert storage.audit.verify(written_down) == No("Row 3 is missing.")

    def test_a_log_written_anew_is_seen_by_a_written_down_head(self, storage: Storage, database_url: str) -> None:
        storage.audit.append(entry(1))
        written_down = storage.audit.head()
        start = "0" * 64
        tamper(database_url, "DELETE FROM audit", f"UPDATE audit_head SET position = 0, hash = '{start}'")
        storage.audit.append(entry(2))
        assert isinstance(storage.audit.verify(), Ok)
        assert storage.audit.verify(written_down) == No("Row 1 is not the one that was written down.")

    def test_concurrent_appends_make_one_chain(self, storage: Storage, database_url: str, clock: SetClock) -> None:
        second = open_storage(database_url, KEY, clock)  # as another process would
        writers = [threading.Thread(target=append_many, args=(s, n)) for n, s in enumerate([storage, second] * 2)]
        for writer in writers:
            writer.start()
        for writer in writers:
            writer.join()
        second.close()
        assert len(storage.audit.entries()) == 40
        assert isinstance(storage.audit.verify(), Ok)


def append_many(storage: Storage, number: int) -> None:
    for step in range(10):
        with storage.unit_of_work() as work:
            work.audit.append(entry(number * 10 + step))


def tamper(database_url: str, *statements: str) -> None:
    """As somebody could who owns the database: the trigger goes first."""
    drop = {
        "sqlite": ["DROP TRIGGER audit_refuses_update", "DROP TRIGGER audit_refuses_delete"],
        "postgresql": ["DROP TRIGGER audit_refuses_change ON audit"],
    }
    engine = raw(database_url)
    with engine.begin() as connection:
        for statement in (*drop[engine.dialect.name], *statements):
            connection.execute(text(statement))


class TestFacts:
    def test_facts_come_back_oldest_first(self, storage: Storage) -> None:
        facts = [fact("pdmp_check", "checked"), fact("agreement", "signed on paper")]
        for each in facts:
            storage.facts.add("clinic", each, entry())
        assert list(storage.facts.facts("clinic", "Patient/p1")) == facts

    def test_a_plan_in_numbers_comes_back_exactly(self, storage: Storage) -> None:
        plan = TaperPlan(date(2026, 6, 1), Decimal("67.50"), Decimal(10), StepUnit.PERCENT, 4, Decimal(0))
        planned = replace(fact("taper_plan", "made"), taper=plan)
        storage.facts.add("clinic", planned, entry())
        (found,) = storage.facts.facts("clinic", "Patient/p1")
        assert found == planned
        assert found.taper is not None
        assert str(found.taper.from_mme) == "67.50"

    def test_the_same_id_in_another_ehr_is_another_person(self, storage: Storage) -> None:
        storage.facts.add("clinic", fact("naloxone", "has at home"), entry())
        assert list(storage.facts.facts("hospital", "Patient/p1")) == []

    def test_a_withdrawn_fact_is_no_evidence_and_stays_on_record(self, storage: Storage) -> None:
        for each in (fact("naloxone", "has"), fact("agreement", "signed")):
            storage.facts.add("clinic", each, entry())
        first = storage.facts.facts("clinic", "Patient/p1")[0]
        storage.facts.withdraw("clinic", "Patient/p1", number(first.number), WITHDRAWN, entry(2))
        assert list(storage.facts.facts("clinic", "Patient/p1")) == [fact("agreement", "signed")]
        assert list(storage.facts.entries("clinic", "Patient/p1")) == [
            FactEntry(fact("naloxone", "has"), WITHDRAWN),
            FactEntry(fact("agreement", "signed")),
        ]

    def test_nobody_withdraws_twice_or_of_another_person(self, storage: Storage) -> None:
        storage.facts.add("clinic", fact("naloxone", "has"), entry())
        its = number(storage.facts.facts("clinic", "Patient/p1")[0].number)
        for ehr, patient in (("clinic", "Patient/p2"), ("hospital", "Patient/p1")):
            with pytest.raises(WrongUsage):
                storage.facts.withdraw(ehr, patient, its, WITHDRAWN, entry(2))
        storage.facts.withdraw("clinic", "Patient/p1", its, WITHDRAWN, entry(3))
        with pytest.raises(WrongUsage):
            storage.facts.withdraw("clinic", "Patient/p1", its, WITHDRAWN, entry(4))
        assert list(storage.audit.entries()) == [entry(1), entry(3)], "what was refused leaves no line"


WITHDRAWN = Withdrawal("Dr. Day", NINE + HOUR)


def number(found: int | None) -> int:
    assert found is not None
    return found


def fact(concept: str, value: str) -> RecordedFact:
    return RecordedFact("Patient/p1", concept, value, on(date(2026, 5, 4)), "Practitioner/d1", NINE, "by telephone")


class TestDismissals:
    def test_they_come_back_as_they_were_stored(self, storage: Storage) -> None:
        for each in (dismissal("peg"), dismissal("agreement")):
            storage.dismissals.add("clinic", each, entry())
        assert list(storage.dismissals.dismissals("clinic", "Patient/p1")) == [dismissal("peg"), dismissal("agreement")]
        assert list(storage.dismissals.dismissals("hospital", "Patient/p1")) == []

    def test_one_that_was_ended_is_gone_and_cannot_be_ended_again(self, storage: Storage) -> None:
        storage.dismissals.add("clinic", dismissal("peg"), entry())
        its = number(storage.dismissals.dismissals("clinic", "Patient/p1")[0].number)
        with pytest.raises(WrongUsage):
            storage.dismissals.end("clinic", "Patient/p2", its, "Dr. Day", entry(2))
        storage.dismissals.end("clinic", "Patient/p1", its, "Dr. Day", entry(3))
        assert list(storage.dismissals.dismissals("clinic", "Patient/p1")) == []
        with pytest.raises(WrongUsage):
            storage.dismissals.end("clinic", "Patient/p1", its, "Dr. Day", entry(4))
        assert list(storage.audit.entries()) == [entry(1), entry(3)]


def dismissal(rule: str) -> Dismissal:
    return Dismissal("Patient/p1", rule, "f" * 64, "Done elsewhere", "Dr. Day", NINE, date(2026, 6, 4))


def test_the_rows_of_one_person_are_found(storage: Storage) -> None:
    """What taking back rests on."""
    other = replace(session("m" * 43), patient="Patient/p2")
    storage.sessions.open(session())
    storage.sessions.open(other)
    storage.outbox.add("k1", "l" * 43, intent(identifier="one"), entry())
    storage.outbox.add("k2", "m" * 43, replace(intent(identifier="two"), patient="Patient/p2"), entry())
    storage.outbox.add("k3", "l" * 43, intent(identifier="three"), entry())
    assert [row.key for row in storage.outbox.rows_of("clinic", "Patient/p1")] == ["k1", "k3"]
    assert list(storage.outbox.rows_of("hospital", "Patient/p1")) == []


class TestUnitOfWork:
    def test_everything_is_stored_together(self, storage: Storage) -> None:
        storage.sessions.open(session())
        with storage.unit_of_work() as work:
            work.outbox.add("k1", "l" * 43, intent(), entry())
            work.facts.add("clinic", fact("naloxone", "has at home"), entry(2))
        assert len(storage.audit.entries()) == 2
        assert [row.intent for row in storage.outbox.rows(OPEN_STATES)] == [intent()]
        assert len(storage.facts.facts("clinic", "Patient/p1")) == 1

    def test_or_nothing_is(self, storage: Storage) -> None:
        storage.sessions.open(session())
        with pytest.raises(RuntimeError), storage.unit_of_work() as work:  # noqa: PT012
            work.outbox.add("k1", "l" * 43, intent(), entry())
            work.facts.add("clinic", fact("naloxone", "has at home"), entry(2))
            raise RuntimeError
        assert list(storage.audit.entries()) == []
        assert list(storage.outbox.rows(OPEN_STATES)) == []
        assert list(storage.facts.facts("clinic", "Patient/p1")) == []
        assert isinstance(storage.audit.verify(), Ok)

    def test_what_was_added_is_seen_inside(self, storage: Storage) -> None:
        with storage.unit_of_work() as work:
            work.audit.append(entry(1))
            work.audit.append(entry(2))
            assert len(work.audit.entries()) == 2
        assert isinstance(storage.audit.verify(), Ok)

    def test_two_that_confirm_the_same_line_store_it_once(self, storage: Storage) -> None:
        storage.sessions.open(session())
        writers = [threading.Thread(target=confirm, args=(storage, keys)) for keys in ("ab", "ba", "ab", "ba")]
        for writer in writers:
            writer.start()
        for writer in writers:
            writer.join()
        assert {row.key for row in storage.outbox.rows(OPEN_STATES)} == {"a", "b"}
        assert len(storage.audit.entries()) == 8


def confirm(storage: Storage, keys: str) -> None:
    with storage.unit_of_work() as work:
        for key in keys:
            work.outbox.add(key, "l" * 43, intent(identifier=key), entry())


class TestMigrations:
    def test_the_tables_are_those_that_the_code_knows(self, storage: Storage, database_url: str) -> None:
        from alembic.autogenerate import compare_metadata
        from alembic.migration import MigrationContext

        from app.storage.tables import metadata

        with raw(database_url).connect() as connection:
            assert compare_metadata(MigrationContext.configure(connection), metadata) == []

    def test_starting_again_keeps_everything(self, storage: Storage, database_url: str, clock: SetClock) -> None:
        storage.audit.append(entry())
        again = open_storage(database_url, KEY, clock)
        assert len(again.audit.entries()) == 1
        again.close()

    def test_several_may_start_at_once_on_an_empty_database(self, database_url: str, clock: SetClock) -> None:
        opened: list[Storage] = []
        starters = [
            threading.Thread(target=lambda: opened.append(open_storage(database_url, KEY, clock))) for _ in range(3)
        ]
        for starter in starters:
            starter.start()
        for starter in starters:
            starter.join()
        assert len(opened) == 3
        for each in opened:
            each.close()

    def test_a_database_of_a_newer_version_is_left_alone(
        self, storage: Storage, database_url: str, clock: SetClock
    ) -> None:
        with raw(database_url).begin() as connection:
            connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
        with pytest.raises(AskAnAdministrator, match="another version"):
            open_storage(database_url, KEY, clock)
        with raw(database_url).connect() as connection:
            assert connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one() == "9999"


def test_a_naive_instant_is_refused(storage: Storage) -> None:
    with pytest.raises(ValueError, match="zone"):
        storage.audit.append(replace(entry(), at=datetime(2026, 5, 4, 9, 0)))


def test_random_text_survives(storage: Storage) -> None:
    value = secrets.token_hex(8) + " ü 漢 \\ \" ' \n"
    storage.audit.append(replace(entry(), reason=value))
    assert storage.audit.entries()[0].reason == value
    assert isinstance(storage.audit.verify(), Ok)
    assert storage.audit.entries()[0].at.tzinfo is UTC


def test_an_error_of_the_database_carries_no_rows(storage: Storage, caplog: pytest.LogCaptureFixture) -> None:
    bad = replace(entry(), outcome=None, patient="Patient/known-by-name")  # type: ignore[arg-type]
    with pytest.raises(AskAnAdministrator, match="Nothing was stored") as caught:
        storage.audit.append(bad)
    printed = "".join(traceback.format_exception(caught.value)) + caplog.text
    assert "known-by-name" not in printed
