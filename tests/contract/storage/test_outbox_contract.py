"""What the outbox and the ledger promise, on SQLite and on PostgreSQL alike."""

import threading
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import create_engine, text

from app.domain.audit import Action, AuditEntry
from app.domain.errors import LaunchAgain
from app.domain.flag import (
    PERHAPS,
    ChangeKind,
    FlagChange,
    FlagIntent,
    Intent,
    LastWritten,
    NoteChange,
    NoteIntent,
    ProvenanceIntent,
    WantedFlag,
    WantedNote,
    WithdrawIntent,
    Written,
)
from app.domain.outbox import OPEN_STATES, OutboxRow, RowState
from app.domain.session import LaunchSession, Secret, Tokens
from app.storage import Storage
from tests.clocks import NINE, SetClock

LEASE = timedelta(seconds=30)
LAUNCH, OTHER = "l" * 43, "m" * 43


def session(launch: str = LAUNCH, patient: str = "Patient/p1", at: datetime = NINE) -> LaunchSession:
    tokens = Tokens(Secret("access"), NINE + timedelta(hours=1), (), Secret("refresh"))
    return LaunchSession(launch, "b" * 43, "clinic", patient, "Practitioner/d1", tokens, at)


def audit(outcome: str = "ok") -> AuditEntry:
    return AuditEntry(NINE, Action.WRITE, outcome, user="Practitioner/d1", patient="Patient/p1", ehr="clinic")


def intent(lane: str = "one", text_of_it: str = "Naloxone: offer") -> FlagIntent:
    wanted = WantedFlag("naloxone", "1", lane, text_of_it, "red", "safety", date(2026, 5, 4), (), "facts")
    change = FlagChange(ChangeKind.CREATE, "naloxone", "New gap", wanted)
    return FlagIntent(change, "Patient/p1", "Practitioner/d1", None, date(2026, 5, 4), NINE, "decision")


NOTE = NoteIntent(NoteChange("note", WantedNote("n", "title", "text", date(2026, 5, 4), ("med",))), "Patient/p1", NINE)
TWIN = WithdrawIntent(f"Flag/{'9' * 64}", "Flag/1", "a" * 64, "med", "Patient/p1", "d" * 64)
PROVENANCE = ProvenanceIntent("Flag/1", "med", "CREATE", "Patient/p1", None, datetime(2026, 5, 4, tzinfo=UTC), ("a/b",))


@pytest.fixture(autouse=True)
def _open_launch(storage: Storage) -> None:
    storage.sessions.open(session())


def add(storage: Storage, key: str, wanted: Intent, launch: str = LAUNCH) -> None:
    storage.outbox.add(key, launch, wanted, audit())


def claimed(storage: Storage, worker: str = "w1", key: str | None = None) -> OutboxRow:
    row = storage.outbox.claim(worker, LEASE, key=key)
    assert row is not None
    return row


CREATED = Written("naloxone", "created", "Flag/f9", "1", "ok")
LATER = Written("naloxone", "unknown", detail="no answer")


class TestConfirming:
    @pytest.mark.parametrize("wanted", [intent(), NOTE, PROVENANCE, TWIN], ids=["flag", "note", "provenance", "twin"])
    def test_an_intent_comes_back_as_it_was_confirmed(self, storage: Storage, wanted: Intent) -> None:
        add(storage, "k1", wanted)
        row = claimed(storage)
        assert row.intent == wanted
        assert (row.user, row.launch, row.carrier, row.ehr) == ("Practitioner/d1", LAUNCH, LAUNCH, "clinic")

    def test_a_key_that_is_there_is_left_as_it_is(self, storage: Storage) -> None:
        add(storage, "k1", intent())
        add(storage, "k1", intent(text_of_it="other"))
        assert [row.intent for row in storage.outbox.rows(OPEN_STATES)] == [intent()]

    def test_each_is_audited_in_the_same_transaction(self, storage: Storage) -> None:
        add(storage, "k1", intent())
        assert list(storage.audit.entries()) == [audit()]

    def test_a_launch_that_is_not_open_confirms_nothing_and_leaves_no_line(self, storage: Storage) -> None:
        with pytest.raises(LaunchAgain):
            add(storage, "k1", intent(), OTHER)
        assert list(storage.audit.entries()) == []

    def test_a_newer_decision_in_the_same_lane_takes_the_place_of_one_that_waits(self, storage: Storage) -> None:
        add(storage, "old", intent(text_of_it="old"))
        add(storage, "new", intent(text_of_it="new"))
        old = storage.outbox.find("old")
        assert old is not None
        assert (old.state, old.written and old.written.outcome) == (RowState.SETTLED, "superseded")
        assert claimed(storage).key == "new"
        assert [line.outcome for line in storage.audit.entries()] == ["ok", "ok", "superseded"]

    def test_but_not_of_one_that_is_being_sent_and_then_it_comes_after_it(self, storage: Storage) -> None:
        add(storage, "old", intent(text_of_it="old"))
        old = claimed(storage)
        add(storage, "new", intent(text_of_it="new"))
        assert storage.outbox.claim("w2", LEASE) is None
        assert storage.outbox.claim("w2", LEASE, key="new") is None
        assert storage.outbox.settle(old, CREATED, audit())
        assert claimed(storage, "w2").key == "new"

    @pytest.mark.parametrize("fate", ["postponed", "its sender is gone", "waiting"])
    def test_nor_of_one_whose_try_was_not_answered_which_is_due_at_once(
        self, storage: Storage, clock: SetClock, fate: str
    ) -> None:
        """It may be in the chart: it is looked for by the newer one's launch before that one goes."""
        storage.sessions.open(session(OTHER))
        add(storage, "old", intent(text_of_it="old"))
        if fate == "its sender is gone":
            claimed(storage)
            clock.forward(LEASE)
        else:
            storage.outbox.postpone(claimed(storage), NINE + timedelta(minutes=15), LATER, audit("unknown"))
        if fate == "waiting":
            storage.outbox.wait(claimed(storage, key="old"), LATER, audit("waiting"))
        before = len(storage.audit.entries())
        add(storage, "new", intent(text_of_it="new"), OTHER)
        assert storage.outbox.claim("w2", LEASE, key="new") is None
        old = claimed(storage, "w2")
        assert (old.key, old.attempts, old.carrier, old.is_overtaken) == ("old", 2, OTHER, True)
        assert len(storage.audit.entries()) == before + 1, "nothing was decided about it"
        assert storage.outbox.settle(old, CREATED, audit())
        new = claimed(storage, "w2")
        assert (new.key, new.is_overtaken) == ("new", False)

    def test_follow_ups_are_never_overtaken(self, storage: Storage) -> None:
        add(storage, "k1", TWIN)
        row = claimed(storage)
        storage.outbox.owe(row, TWIN)
        storage.outbox.postpone(row, NINE, LATER, audit("unknown"))
        assert not claimed(storage).is_overtaken


class TestLeases:
    def test_one_row_has_one_holder(self, storage: Storage) -> None:
        add(storage, "k1", intent())
        assert claimed(storage).attempts == 1
        assert storage.outbox.claim("w2", LEASE) is None

    def test_a_lease_that_ran_out_is_anybodys(self, storage: Storage, clock: SetClock) -> None:
        add(storage, "k1", intent())
        first = claimed(storage)
        clock.forward(LEASE)
        second = claimed(storage, "w2")
        assert (second.attempts, second.leased_by) == (2, "w2")
        assert not storage.outbox.settle(first, CREATED, audit("late")), "the first holder has lost it"
        assert storage.audit.entries()[-1].outcome == "late", "what it did is audited all the same"
        assert storage.outbox.settle(second, CREATED, audit())

    def test_of_many_workers_each_row_goes_to_one(self, storage: Storage) -> None:
        for number in range(12):
            add(storage, f"k{number}", intent(f"lane {number}"))
        got: list[str] = []

        def work(name: str) -> None:
            while (row := storage.outbox.claim(name, LEASE)) is not None:
                got.append(row.key)

        threads = [threading.Thread(target=work, args=(f"w{n}",)) for n in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(got) == sorted(f"k{number}" for number in range(12))

    def test_an_ehr_at_which_writing_is_off_is_held(self, storage: Storage) -> None:
        add(storage, "k1", intent())
        assert storage.outbox.claim("w1", LEASE, held=["clinic"]) is None


class TestFates:
    def test_postponed(self, storage: Storage, clock: SetClock) -> None:
        add(storage, "k1", intent())
        assert storage.outbox.postpone(claimed(storage), NINE + timedelta(seconds=60), LATER, audit("unknown"))
        assert storage.outbox.claim("w1", LEASE) is None
        assert claimed(storage, key="k1").written == LATER, "whoever asks for it by its key need not wait"
        clock.forward(timedelta(seconds=60))
        assert claimed(storage).attempts == 3

    def test_waiting_until_somebody_opens_the_chart(self, storage: Storage) -> None:
        add(storage, "k1", intent())
        storage.outbox.wait(claimed(storage), LATER, audit())
        assert storage.outbox.claim("w1", LEASE) is None
        assert storage.outbox.wake("clinic", "Patient/p2", OTHER) == 0
        assert storage.outbox.wake("clinic", "Patient/p1", OTHER) == 1
        row = claimed(storage)
        assert (row.launch, row.carrier, row.attempts) == (LAUNCH, OTHER, 1)

    def test_dead_until_an_administrator_revives_it(self, storage: Storage) -> None:
        add(storage, "k1", intent())
        row = claimed(storage)
        assert storage.outbox.bury(row, LATER, "mend it", audit())
        (dead,) = storage.outbox.rows([RowState.DEAD])
        assert (dead.remedy, dead.leased_by) == ("mend it", None)
        assert storage.outbox.revive(dead.id, audit("revived"))
        assert not storage.outbox.revive(dead.id, audit())
        assert claimed(storage).attempts == 2, "that it was tried is not forgotten: it may be in the chart"

    def test_dead_with_what_may_be_in_the_chart(self, storage: Storage) -> None:
        add(storage, "k1", intent())
        line = LastWritten("one", "naloxone", "Naloxone: offer", PERHAPS, "facts")
        assert storage.outbox.bury(claimed(storage), LATER, "mend it", audit(), last=line)
        assert storage.ledger.find("clinic", "one") == line

    def test_one_behind_which_a_newer_decision_stands_stays_dead(self, storage: Storage) -> None:
        add(storage, "old", intent())
        storage.outbox.bury(claimed(storage), LATER, "mend it", audit())
        add(storage, "new", intent())
        old = storage.outbox.find("old")
        assert old is not None
        assert not storage.outbox.revive(old.id, audit("refused"))
        assert claimed(storage).key == "new"
        other_lane = intent("two")
        add(storage, "other", other_lane)
        storage.outbox.bury(claimed(storage, key="other"), LATER, "mend it", audit())
        add(storage, "third", intent("three"))
        other = storage.outbox.find("other")
        assert other is not None
        assert storage.outbox.revive(other.id, audit())

    def test_one_that_fails_while_a_newer_decision_comes_behind_it_is_due_at_once(
        self, storage: Storage, clock: SetClock
    ) -> None:
        add(storage, "old", intent())
        old = claimed(storage)
        add(storage, "new", intent())
        assert storage.outbox.postpone(old, NINE + timedelta(seconds=60), LATER, audit("unknown"))
        looking = claimed(storage)
        assert (looking.key, looking.is_overtaken) == ("old", True)
        assert storage.outbox.postpone(looking, NINE + timedelta(seconds=60), LATER, audit("unknown"))
        assert storage.outbox.claim("w1", LEASE) is None, "a look that fails has its time"
        clock.forward(timedelta(seconds=60))
        assert claimed(storage).key == "old"

    def test_one_that_nobody_could_send_is_superseded_by_a_newer_decision_behind_it(self, storage: Storage) -> None:
        add(storage, "old", intent())
        old = claimed(storage)
        add(storage, "new", intent())
        assert storage.outbox.wait(old, LATER, audit("waiting"))
        found = storage.outbox.find("old")
        assert found is not None
        assert (found.state, found.written and found.written.outcome) == (RowState.SETTLED, "superseded")
        assert claimed(storage).key == "new"
        assert storage.audit.entries()[-1].outcome == "superseded"

    def test_settled_for_good(self, storage: Storage) -> None:
        add(storage, "k1", intent())
        storage.outbox.settle(claimed(storage), CREATED, audit())
        add(storage, "k1", intent())
        row = storage.outbox.find("k1")
        assert row is not None
        assert (row.state, row.written) == (RowState.SETTLED, CREATED)
        assert storage.outbox.claim("w1", LEASE) is None

    def test_what_is_owed_after_it_is_a_row_of_its_own(self, storage: Storage) -> None:
        add(storage, "k1", intent())
        row = claimed(storage)
        storage.sessions.end(LAUNCH)
        with storage.unit_of_work() as work:
            work.outbox.settle(row, CREATED, audit())
            work.outbox.owe(row, PROVENANCE)
            work.outbox.owe(row, TWIN)
            work.outbox.owe(row, TWIN)
        owed, twin = claimed(storage), claimed(storage)
        assert (owed.key, owed.intent, owed.user) == ("k1:provenance", PROVENANCE, "Practitioner/d1")
        assert (twin.intent, twin.user) == (TWIN, "Practitioner/d1")
        assert storage.outbox.claim("w1", LEASE) is None


class TestWithholding:
    WHY = "Taken back before it was sent."
    LINE = LastWritten("one", "naloxone", "Naloxone: offer", PERHAPS, "facts")

    @staticmethod
    def number(storage: Storage, key: str = "k1") -> int:
        found = storage.outbox.find(key)
        assert found is not None
        return found.id

    @pytest.mark.parametrize("fate", ["pending", "waiting", "dead"])
    def test_what_was_never_tried_or_is_dead_is_never_sent(self, storage: Storage, fate: str) -> None:
        add(storage, "k1", intent())
        if fate == "waiting":
            storage.outbox.wait(claimed(storage), LATER, audit())
        if fate == "dead":
            storage.outbox.bury(claimed(storage), LATER, "mend it", audit())
        assert storage.outbox.withhold(self.number(storage), self.WHY, audit("superseded"), last=self.LINE)
        row = storage.outbox.find("k1")
        assert row is not None
        assert row.state is RowState.SETTLED
        assert row.written is not None
        assert (row.written.outcome, row.written.detail) == ("superseded", self.WHY)
        assert storage.ledger.find("clinic", "one") == self.LINE
        assert storage.outbox.claim("w1", LEASE) is None
        assert storage.outbox.wake("clinic", "Patient/p1", OTHER) == 0
        assert not storage.outbox.revive(row.id, audit())

    def test_what_is_being_sent_is_not_stopped(self, storage: Storage, clock: SetClock) -> None:
        add(storage, "k1", intent())
        row = claimed(storage)
        assert not storage.outbox.withhold(row.id, self.WHY, audit(), last=self.LINE)
        assert storage.ledger.find("clinic", "one") is None
        clock.forward(LEASE)
        assert not storage.outbox.withhold(row.id, self.WHY, audit()), "whoever had it is gone, and may have written it"
        assert claimed(storage).attempts == 2

    def test_nor_is_what_was_tried_and_not_answered(self, storage: Storage) -> None:
        add(storage, "k1", intent())
        storage.outbox.postpone(claimed(storage), NINE, LATER, audit("unknown"))
        assert not storage.outbox.withhold(self.number(storage), self.WHY, audit(), last=self.LINE)
        assert storage.ledger.find("clinic", "one") is None
        storage.outbox.wait(claimed(storage), LATER, audit("waiting"))
        assert not storage.outbox.withhold(self.number(storage), self.WHY, audit())

    def test_what_is_settled_stays_so(self, storage: Storage) -> None:
        add(storage, "k1", intent())
        storage.outbox.settle(claimed(storage), CREATED, audit())
        assert not storage.outbox.withhold(self.number(storage), self.WHY, audit())
        row = storage.outbox.find("k1")
        assert row is not None
        assert row.written == CREATED

    def test_stands_or_falls_with_the_rest_of_its_transaction(self, storage: Storage) -> None:
        add(storage, "k1", intent())
        lines = len(storage.audit.entries())
        number = self.number(storage)

        def withhold_and_fail() -> None:
            with storage.unit_of_work() as work:
                assert work.outbox.withhold(number, self.WHY, audit())
                raise ZeroDivisionError

        with pytest.raises(ZeroDivisionError):
            withhold_and_fail()
        assert claimed(storage).key == "k1"
        assert len(storage.audit.entries()) == lines


def test_a_row_says_when_it_was_settled(storage: Storage, clock: SetClock) -> None:
    add(storage, "k1", intent())
    row = claimed(storage)
    assert row.settled_at is None
    clock.forward(timedelta(seconds=5))
    storage.outbox.settle(row, CREATED, audit())
    (settled,) = storage.outbox.rows_of("clinic", "Patient/p1")
    assert settled.settled_at == NINE + timedelta(seconds=5)


class TestLedger:
    LINE = LastWritten("one", "naloxone", "Naloxone: offer", "active", "facts", "Flag/f9", "1")

    def test_says_what_was_written_last(self, storage: Storage) -> None:
        add(storage, "k1", intent())
        storage.outbox.settle(claimed(storage), CREATED, audit(), last=self.LINE)
        assert storage.ledger.find("clinic", "one") == self.LINE
        assert list(storage.ledger.of("clinic", "Patient/p1")) == [self.LINE]
        assert list(storage.ledger.of("hospital", "Patient/p1")) == []
        add(storage, "k2", intent())
        newer = replace(self.LINE, version="2", status="inactive")
        storage.outbox.settle(claimed(storage), CREATED, audit(), last=newer)
        assert storage.ledger.find("clinic", "one") == newer

    def test_learns_nothing_from_somebody_who_lost_the_lease(self, storage: Storage, clock: SetClock) -> None:
        add(storage, "k1", intent())
        row = claimed(storage)
        clock.forward(LEASE)
        claimed(storage, "w2")
        storage.outbox.settle(row, CREATED, audit(), last=self.LINE)
        assert storage.ledger.find("clinic", "one") is None

    def test_remembers_on_which_facts_a_person_took_it_down(self, storage: Storage) -> None:
        add(storage, "k1", intent())
        storage.outbox.settle(claimed(storage), CREATED, audit(), last=self.LINE)
        seen, lines = replace(self.LINE, seen_ended_with="other facts"), len(storage.audit.entries())
        assert storage.ledger.remember("clinic", self.LINE, seen, audit("seen"))
        assert storage.ledger.find("clinic", "one") == seen
        assert [each.outcome for each in storage.audit.entries()[lines:]] == ["seen"]
        assert not storage.ledger.remember("clinic", self.LINE, seen, audit("twice")), "two previews at once"
        assert not storage.ledger.remember("hospital", seen, self.LINE, audit("elsewhere"))
        assert len(storage.audit.entries()) == lines + 1

    def test_forgets_it_with_the_next_write(self, storage: Storage) -> None:
        self.test_remembers_on_which_facts_a_person_took_it_down(storage)
        add(storage, "k2", intent())
        storage.outbox.settle(claimed(storage), CREATED, audit(), last=replace(self.LINE, version=None))
        assert storage.ledger.find("clinic", "one") == replace(self.LINE, version=None)
        stale = replace(self.LINE, seen_ended_with="other facts")
        assert not storage.ledger.remember("clinic", self.LINE, stale, audit()), "it is another version"
        assert storage.ledger.remember("clinic", replace(self.LINE, version=None), stale, audit())


class TestOpenSessions:
    def test_are_found_by_chart_newest_first(self, storage: Storage) -> None:
        storage.sessions.open(session(OTHER, at=NINE + timedelta(minutes=5)))
        storage.sessions.open(session("n" * 43, "Patient/p2"))
        assert [each.launch for each in storage.sessions.open_for("clinic", "Patient/p1")] == [OTHER, LAUNCH]
        assert list(storage.sessions.open_for("hospital", "Patient/p1")) == []


def test_rows_of_the_first_version_are_carried_by_their_own_launch(database_url: str, clock: SetClock) -> None:
    from alembic import command

    from app.storage import open_storage
    from app.storage.engine import OwnTransactions, open_engine
    from app.storage.migrate import configuration

    engine = open_engine(database_url)
    row = (
        "INSERT INTO outbox (key, launch, ehr, patient, intent, status, created_at, attempts) "
        "VALUES ('k1', 'l1', 'clinic', 'Patient/p1', :intent, 'pending', '2026-05-04T09:00:00.000000+00:00', 0)"
    )
    old_intent = '{"change":{"kind":"create","rule":"med","reason":"New gap"},"patient":"Patient/p1"}'
    with create_engine(engine.url).begin() as connection:
        for table in ("outbox", "sessions", "pending_launches", "audit", "audit_head", "written_flags"):
            connection.execute(text(f"DROP TABLE IF EXISTS {table}"))
        for table in ("recorded_facts", "fact_withdrawals", "dismissals", "dismissal_ends", "alembic_version"):
            connection.execute(text(f"DROP TABLE IF EXISTS {table}"))
        connection.execute(text("DROP FUNCTION IF EXISTS audit_refuses()")) if engine.dialect.name != "sqlite" else None
    with OwnTransactions(engine).writing() as connection:
        command.upgrade(configuration(connection), "0002")
        connection.execute(text(row), {"intent": old_intent})
    storage = open_storage(database_url, Secret("a key for tests only, not a secret of anybody"), clock)
    found = storage.outbox.claim("w1", LEASE)
    assert found is not None
    assert (found.carrier, found.intent.rule, found.user) == ("l1", "med", None)
    storage.close()
