"""Each behaviour of a real server, as the facts list them, against a stub that has it: nothing lost, nothing twice, nobody's
change overwritten."""

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest

from app.domain.errors import TryAgainLater
from app.domain.flag import (
    ChangeKind,
    FlagIntent,
    LastWritten,
    NoteChange,
    NoteIntent,
    ProvenanceIntent,
    WantedNote,
    Written,
)
from app.fhir_adapters.epic import EPIC
from app.fhir_adapters.generic import GENERIC
from app.fhir_adapters.hapi import HAPI
from app.fhir_adapters.oracle import ORACLE
from app.ports import Takes
from tests.unit.fhir_adapters.flag_shelf import WANTED, intent
from tests.unit.fhir_adapters.stub_chart import StubChart

AT = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)


def confirmed(kind: ChangeKind = ChangeKind.CREATE, existing: Any = None, **wanted: Any) -> FlagIntent:
    return replace(intent(kind, existing, replace(WANTED, **wanted)), decided_at=AT, decision="d1")


def statuses(chart: StubChart) -> list[str]:
    return sorted(flag["status"] for flag in chart.all_of("Flag"))


def until_written(chart: StubChart, wanted: FlagIntent) -> Written:
    """As the outbox does: again, when the EHR did not answer."""
    for _ in range(4):
        try:
            return chart.write(wanted)
        except TryAgainLater:
            continue
    raise AssertionError("never written")


PLAIN = replace(HAPI, in_transactions=False, takes_provenance=False)
SERVERS = {
    "standard (412)": StubChart(PLAIN, stale=412),
    "HAPI (409)": StubChart(PLAIN, stale=409),
    "HAPI with a unique index": StubChart(PLAIN, unique_index=True),
    "no If-None-Exist": StubChart(PLAIN, knows_condition=False),
    "no If-None-Exist, empty answers": StubChart(PLAIN, knows_condition=False, empty_answers=True),
    "transactions": StubChart(HAPI),
    "transactions, 412": StubChart(HAPI, stale=412),
}


@pytest.fixture(params=SERVERS.values(), ids=SERVERS.keys())
def chart(request: pytest.FixtureRequest) -> StubChart:
    """A new server of each kind."""
    return replace(request.param, stored={}, requests=[], mishaps=[], _landing=[])


class TestOnEveryServer:
    def test_created_once_however_often_it_is_sent(self, chart: StubChart) -> None:
        outcomes = [chart.write(confirmed()).outcome for _ in range(3)]
        assert outcomes == ["created"] * 3, "its own work is known again"
        assert statuses(chart) == ["active"]

    @pytest.mark.parametrize("mishap", ["lost", "dropped", "500", "503", "429"])
    def test_an_answer_that_is_lost(self, chart: StubChart, mishap: str) -> None:
        chart.mishaps = [mishap]
        assert until_written(chart, confirmed()).outcome == "created"
        assert statuses(chart) == ["active"]

    @pytest.mark.parametrize("lands_after", [1, 2, 3, 4])
    def test_a_commit_that_comes_late(self, chart: StubChart, lands_after: int) -> None:
        chart.mishaps, chart.lands_after = ["slow"], lands_after
        assert until_written(chart, confirmed()).outcome in ("created", "already_there")
        chart.write(confirmed())
        assert statuses(chart).count("active") == 1, chart.stored

    @pytest.mark.parametrize("status", ["409", "412"])
    def test_a_create_that_lost_a_race(self, chart: StubChart, status: str) -> None:
        chart.mishaps = [status]
        assert chart.write(confirmed()).outcome == "created"
        assert statuses(chart) == ["active"]

    def test_an_update_on_a_stale_version_is_read_again(self, chart: StubChart) -> None:
        chart.write(confirmed())
        (flag,) = chart.all_of("Flag")
        chart.mishaps = [str(chart.stale)]
        change = replace(confirmed(ChangeKind.UPDATE, flag, text="New text"), decision="d2")
        assert chart.write(change).outcome == "updated"
        assert [f["code"]["text"] for f in chart.all_of("Flag")] == ["New text"]

    def test_a_persons_edit_is_never_overwritten_not_even_when_the_answer_was_lost(self, chart: StubChart) -> None:
        chart.mishaps = ["lost"]
        wanted = confirmed()
        until_written(chart, wanted)
        (flag,) = chart.all_of("Flag")
        chart.put({**flag, "code": {"text": "At home, Dr Lee"}})
        chart.write(wanted)
        assert [f["code"]["text"] for f in chart.all_of("Flag")] == ["At home, Dr Lee"]

    def test_one_that_a_person_ended_after_it_stays_ended(self, chart: StubChart) -> None:
        wanted = confirmed()
        chart.write(wanted)
        (flag,) = chart.all_of("Flag")
        chart.put({**flag, "status": "inactive"})
        chart.write(wanted)
        assert statuses(chart) == ["inactive"]


class TestSeveralMatches:
    """If-None-Exist with more than one hit is a 412; Flags that were made twice are healed."""

    def test_two_of_ours_become_one(self) -> None:
        chart = StubChart(PLAIN)
        chart.write(confirmed())
        twin = {**chart.stored["Flag/1"], "id": "10"}
        chart.put(twin)
        answer = chart.write(replace(confirmed(), decision="another"))
        assert (answer.outcome, answer.reference, answer.withdrawn) == ("already_there", "Flag/1", ("Flag/10",))
        assert statuses(chart) == ["active", "entered-in-error"]

    def test_a_race_without_if_none_exist_is_healed_at_once(self) -> None:
        chart = StubChart(PLAIN, knows_condition=False, mishaps=["raced"])
        assert chart.write(confirmed()).withdrawn == ("Flag/2",)
        assert {n: f["status"] for n, f in chart.stored.items()} == {"Flag/1": "active", "Flag/2": "entered-in-error"}


class TestTransactions:
    def test_flag_and_provenance_together(self) -> None:
        chart = StubChart()
        answer = chart.write(confirmed())
        assert not answer.owes_provenance
        (signature,) = chart.all_of("Provenance")
        assert signature["target"] == [{"reference": "Flag/1"}]
        assert len(chart.writes) == 1

    @pytest.mark.parametrize("transaction", ["partial", "none"])
    def test_a_server_that_does_part_of_one_still_owes_the_provenance(self, transaction: str) -> None:
        profile = HAPI if transaction == "partial" else replace(HAPI, in_transactions=False)
        chart = StubChart(profile, transaction=transaction)
        answer = until_written(chart, confirmed())
        assert (answer.outcome, answer.reference, answer.owes_provenance) == ("created", "Flag/1", True)
        assert statuses(chart) == ["active"]
        owed = ProvenanceIntent("Flag/1", "naloxone", "CREATE", "Patient/p1", "Practitioner/d1", AT, (), "d1")
        assert chart.write(owed).outcome == "created"
        assert chart.write(owed).outcome == "already_there"
        assert len(chart.all_of("Provenance")) == 1

    @pytest.mark.parametrize("mishap", ["lost", "dropped"])
    def test_an_owed_provenance_whose_answer_is_lost_is_looked_for(self, mishap: str) -> None:
        chart = StubChart()
        chart.write(confirmed())
        owed = ProvenanceIntent("Flag/1", "naloxone", "UPDATE", "Patient/p1", "Practitioner/d1", AT, (), "d2")
        chart.mishaps = [mishap]
        with pytest.raises(TryAgainLater):
            chart.write(owed)
        chart.write(owed)
        assert len(chart.all_of("Provenance")) == 2

    def test_a_server_without_provenance_is_not_offered_one(self) -> None:
        chart = StubChart(replace(HAPI, takes_provenance=None), offers=("Flag",))
        assert not chart.write(confirmed()).owes_provenance
        assert chart.all_of("Provenance") == []

    def test_a_launch_without_the_scope_for_it_neither(self) -> None:
        chart = StubChart(scopes=("patient/Flag.cruds",))
        assert not chart.write(confirmed()).owes_provenance
        assert chart.all_of("Provenance") == []


def test_a_server_that_drops_elements_is_told_of() -> None:
    chart = StubChart(PLAIN, keeps=frozenset({"identifier", "status", "code", "subject", "period"}))
    assert "only part" in chart.write(confirmed()).detail
    assert chart.write(confirmed()).outcome == "already_there"
    assert len(chart.all_of("Flag")) == 1


def note(text: str = "Open: naloxone", last: LastWritten | None = None, decision: str = "d1") -> NoteIntent:
    wanted = WantedNote("0123456789abcdef", "Sextant summary (0123456789ab)", text, date(2026, 11, 24), ("naloxone",))
    return NoteIntent(NoteChange("one note", wanted, last), "Patient/p1", AT, "Practitioner/d1", None, AT, decision)


NOTE_SERVERS = {
    "Epic": StubChart(EPIC, knows_condition=False),
    "Oracle Health": StubChart(
        ORACLE,
        knows_condition=False,
        empty_answers=True,
        keeps=frozenset({"status", "docStatus", "type", "subject", "date", "author", "description", "content"}),
    ),
    "any other": StubChart(GENERIC, offers=("DocumentReference",)),
}


class TestNotes:
    @pytest.fixture(params=NOTE_SERVERS.values(), ids=NOTE_SERVERS.keys())
    def chart(self, request: pytest.FixtureRequest) -> StubChart:
        return replace(request.param, stored={}, requests=[], mishaps=[], _landing=[])

    def test_one_a_visit_however_often_it_is_sent(self, chart: StubChart) -> None:
        assert chart.write(note()).outcome == "created"
        assert chart.write(note()).outcome in ("created", "already_there")
        assert len(chart.all_of("DocumentReference")) == 1

    @pytest.mark.parametrize("mishap", ["lost", "dropped", "slow"])
    def test_an_answer_that_is_lost(self, chart: StubChart, mishap: str) -> None:
        chart.mishaps = [mishap]
        for _ in range(3):
            try:
                answer = chart.write(note())
                break
            except TryAgainLater:
                continue
        assert answer.outcome in ("created", "already_there")
        assert len(chart.all_of("DocumentReference")) == 1

    def test_a_correction_goes_over_the_version_that_we_wrote_and_no_other(self, chart: StubChart) -> None:
        first = chart.write(note())
        assert first.version is not None
        last = LastWritten("0123456789abcdef", "visit_note", "", "active", "", first.reference, first.version)
        assert chart.write(note("Nothing is open", last, "d2")).outcome == "updated"
        assert chart.write(note("Something else", last, "d3")).outcome == "conflict"
        assert len(chart.all_of("DocumentReference")) == 1

    def test_has_what_epic_and_oracle_ask_for(self, chart: StubChart) -> None:
        chart.write(note())
        sent = next(r for r in chart.writes if r.url.path.endswith("DocumentReference"))
        assert ("if-none-exist" in sent.headers) is (chart.profile is GENERIC)
        (stored,) = chart.all_of("DocumentReference")
        assert (stored["status"], stored["docStatus"]) == ("current", "final")
        assert stored["type"]["coding"][0]["system"] == "http://loinc.org"
        assert stored["author"] == [{"reference": "Practitioner/d1"}]
        (content,) = stored["content"]
        assert content["attachment"]["contentType"] == "text/plain; charset=utf-8"
        assert "T" in stored["date"]
        assert "T" in content["attachment"]["creation"]


class TestWhereItGoes:
    """Flag → note → nothing, by capability, profile and granted scope."""

    @pytest.mark.parametrize(
        ("profile", "scopes", "takes", "says"),
        [
            (HAPI, ("patient/*.cruds",), Takes.FLAGS, ""),
            (HAPI, ("patient/Flag.rs", "patient/DocumentReference.cs"), Takes.NOTE, "one note of this visit"),
            (HAPI, ("patient/*.rs",), Takes.NOTHING, "not granted"),
            (EPIC, ("patient/*.cruds",), Takes.NOTE, "one note of this visit"),
            (EPIC, ("patient/*.rs",), Takes.NOTHING, "print or copy"),
            (ORACLE, ("patient/DocumentReference.read", "patient/DocumentReference.write"), Takes.NOTE, "one note"),
            (ORACLE, ("patient/DocumentReference.write",), Takes.NOTHING, "print or copy"),
            (
                replace(GENERIC, takes_flags=False, takes_notes=False),
                ("patient/*.cruds",),
                Takes.NOTHING,
                "print or copy",
            ),
        ],
    )
    def test_is_said_beforehand(self, profile: Any, scopes: tuple[str, ...], takes: Takes, says: str) -> None:
        found = StubChart(profile, scopes).connect()
        assert found.takes is takes
        assert (found.sink is None) is (takes is Takes.NOTHING)
        assert says in found.sink_note
