"""Each behaviour of a real server, as the facts list them (part D), against a stub that has it: nothing lost, nothing twice,
nobody's change overwritten. N: test_note_behaviours.py, W: test_flag_writer.py, T: test_every_write_is_told.py (usecases).

    the facts                                     tests
    --------------------------------------------  ----------------------------------------------------------------------
    If-None-Exist, no hit: 201                    test_created_once_however_often_it_is_sent
                                                  N test_however_often_it_is_sent
    one hit: 200, nothing made                    test_nothing_is_signed_that_somebody_else_made
    several hits: 412                             W test_yields_to_one_that_was_made_meanwhile
                                                  test_two_of_ours_become_one
    If-None-Exist not supported (Epic, Oracle)    test_a_race_without_if_none_exist_is_healed
                                                  N test_when_the_commit_comes_late
    If-Match stale: 412, or 409 (HAPI, Oracle)    test_an_update_on_a_stale_version_is_read_again
                                                  N test_whose_answer_is_lost
    ... stale twice: a person is asked            W test_a_version_that_is_stale_twice_is_a_conflict_for_a_person
    If-Match cannot be had: no versions           N test_never_over_a_persons_change
                                                  N test_never_when_a_person_changed_it
    conditional update                            test_a_change_names_its_resource_and_version (none is sent)
    two at once: both are made                    test_a_race_without_if_none_exist_is_healed
                                                  N test_when_two_are_made_at_once
    two at once: one gets 409 (unique index)      test_a_create_that_lost_a_race
    an update where two stand                     test_of_two_the_first_is_changed_and_the_other_withdrawn
                                                  T test_a_flag_with_a_twin
    the twin was edited                           W test_leaves_a_twin_that_a_person_has_edited
                                                  N test_a_twin_that_a_person_has_edited_is_left
    searches are cached for a minute              test_every_look_goes_past_the_cache
    searches come in pages (`next`)               test_ours_on_the_second_page
                                                  N test_on_the_second_page
    no search result, or not the whole            W test_is_never_taken_for_an_empty_chart
                                                  N test_is_never_taken_for_an_empty_chart
    references are checked: 400, 404, 422         W test_are_told_with_their_status
                                                  test_one_that_refuses_the_whole_leaves_neither
    transaction: all or nothing                   test_a_change_and_its_provenance_together
    ... part of it only                           test_a_server_that_does_part_of_one_still_owes_the_provenance
    ... not offered: a Provenance is owed         test_one_without_transactions_too
                                                  test_an_owed_provenance_is_stored_once
    lost response, time-out, 5xx, 429             test_an_answer_that_is_lost
                                                  T test_any_write_whose_answer_goes_astray
    slow commit                                   test_a_commit_that_comes_late
    ... after the answer                          test_one_that_came_after_the_answer_goes_with_the_next_confirmation
                                                  test_a_search_that_does_not_show_it_yet
    elements dropped: read back and compare       test_a_server_that_drops_elements_is_told_of
    text kept in another form (Oracle: RTF)       N test_also_where_the_text_comes_back_as_rtf
                                                  N test_without_a_version_an_rtf_is_left
    a note that cannot be changed                 N test_a_lost_answer_is_looked_for
    a person's change meanwhile                   test_a_persons_edit_is_never_overwritten_not_even_when_the_answer_was_lost
    a kill between any two requests               T test_a_flag_with_a_twin
                                                  T test_a_note_with_a_twin
"""

import json
import re
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from app.domain.errors import TryAgainLater
from app.domain.flag import ChangeKind, FlagIntent, Intent, ProvenanceIntent, Written
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


def healed(chart: StubChart, answer: Written) -> Written:
    """As the outbox does: each twin that an answer names is withdrawn by a row of its own."""
    for twin in answer.twins:
        assert chart.write(twin).outcome in ("withdrawn", "already_there")
    return answer


def until_written(chart: StubChart, wanted: Intent) -> Written:
    """As the outbox does: again, when the EHR did not answer."""
    for _ in range(4):
        try:
            return chart.write(wanted)
        except TryAgainLater:
            continue
    raise AssertionError("never written")


OTHER_FLAG: dict[str, Any] = {
    "resourceType": "Flag",
    "status": "active",
    "code": {"text": "Interpreter"},
    "subject": {"reference": "Patient/p1"},
}
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
    return replace(request.param, stored={}, requests=[], mishaps=[], _landing=[], _hidden={})


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
        healed(chart, chart.write(confirmed()))
        assert statuses(chart).count("active") == 1, chart.stored

    @pytest.mark.parametrize("lag", [1, 2, 3])
    def test_a_search_that_does_not_show_it_yet(self, chart: StubChart, lag: int) -> None:
        chart.search_lag = lag
        answers = [healed(chart, until_written(chart, confirmed())) for _ in range(7)]
        assert answers[0].outcome == "created"
        assert statuses(chart).count("active") == 1, chart.stored

    def test_every_look_goes_past_the_cache(self, chart: StubChart) -> None:
        chart.write(confirmed())
        looks = [r for r in chart.requests if r.method == "GET" and not r.url.path.endswith("metadata")]
        assert {look.headers.get("cache-control") for look in looks} == {"no-cache"}

    def test_a_change_names_its_resource_and_version(self, chart: StubChart) -> None:
        chart.write(confirmed())
        chart.write(replace(confirmed(ChangeKind.INACTIVATE, chart.stored["Flag/1"]), decision="d2"))
        change = chart.writes[-1]
        if chart.profile.in_transactions:
            assert json.loads(change.content)["entry"][0]["request"] == {
                "method": "PUT",
                "url": "Flag/1",
                "ifMatch": 'W/"1"',
            }
        else:
            assert (change.method, change.url.path, change.headers["if-match"]) == ("PUT", "/fhir/Flag/1", 'W/"1"')

    def test_ours_on_the_second_page(self, chart: StubChart) -> None:
        """A server that ignores the identifier and pages by two."""
        for number in range(5):
            chart.put({**OTHER_FLAG, "id": f"other-{number}"})
        chart.page_size = 2
        chart._matching = lambda kind, request: chart.all_of(kind)  # type: ignore[method-assign]
        assert [chart.write(confirmed()).outcome for _ in range(2)] == ["created", "created"]
        assert len(chart.all_of("Flag")) == 6

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


class TestLooking:
    """What a try without an answer came to, where a newer decision has taken its place: told, and nothing is written."""

    def test_finds_what_was_written_and_writes_nothing(self, chart: StubChart) -> None:
        written = chart.write(confirmed())
        before = len(chart.writes)
        found = chart.look(confirmed())
        assert found is not None
        assert (found.outcome, found.reference, found.version) == ("created", written.reference, written.version)
        assert chart.look(replace(confirmed(identifier="hmac-2"), decision="d2")) is None
        assert len(chart.writes) == before

    def test_finds_what_a_person_made_of_it_without_their_version(self, chart: StubChart) -> None:
        chart.write(confirmed())
        (flag,) = chart.all_of("Flag")
        chart.put({**flag, "code": {"text": "Dr Lee: talked about it"}})
        found = chart.look(confirmed())
        assert found is not None
        assert (found.outcome, found.version) == ("created", None)

    def test_of_a_change_that_did_not_arrive_finds_nothing(self, chart: StubChart) -> None:
        chart.write(confirmed())
        (flag,) = chart.all_of("Flag")
        end = replace(intent(ChangeKind.INACTIVATE, flag), decided_at=AT, decision="d2")
        assert chart.look(end) is None
        chart.write(end)
        found = chart.look(end)
        assert found is not None
        assert found.outcome == "inactivated"


class TestSeveralMatches:
    """If-None-Exist with more than one hit is a 412; Flags that were made twice are healed by rows of their own."""

    def test_two_of_ours_become_one(self) -> None:
        chart = StubChart(PLAIN)
        chart.write(confirmed())
        chart.put({**chart.stored["Flag/1"], "id": "10"})
        answer = healed(chart, chart.write(replace(confirmed(), decision="another")))
        assert (answer.outcome, answer.reference) == ("already_there", "Flag/1")
        assert {n: f["status"] for n, f in chart.stored.items()} == {"Flag/1": "active", "Flag/10": "entered-in-error"}

    def test_a_race_without_if_none_exist_is_healed(self) -> None:
        chart = StubChart(PLAIN, knows_condition=False, mishaps=["raced"])
        answer = chart.write(confirmed())
        assert (answer.outcome, answer.reference, [t.target for t in answer.twins]) == ("created", "Flag/1", ["Flag/2"])
        healed(chart, answer)
        assert {n: f["status"] for n, f in chart.stored.items()} == {"Flag/1": "active", "Flag/2": "entered-in-error"}

    @pytest.mark.parametrize("kind", [ChangeKind.UPDATE, ChangeKind.INACTIVATE])
    def test_of_two_the_first_is_changed_and_the_other_withdrawn(self, kind: ChangeKind) -> None:
        chart = StubChart(PLAIN)
        chart.write(confirmed())
        chart.put({**chart.stored["Flag/1"], "id": "10"})
        change = replace(confirmed(kind, chart.stored["Flag/1"], text="New text"), decision="d2")
        healed(chart, chart.write(change))
        assert chart.stored["Flag/1"]["status"] == ("active" if kind is ChangeKind.UPDATE else "inactive")
        assert chart.stored["Flag/10"]["status"] == "entered-in-error"
        healed(chart, chart.write(change))
        assert [f["meta"]["versionId"] for f in chart.all_of("Flag")] == ["2", "2"], "its own work is known again"

    def test_one_that_came_after_the_answer_goes_with_the_next_confirmation(self) -> None:
        """The plan proposes the Flag that stands as wanted once more: nothing of it changes, its twin goes."""
        chart = StubChart(PLAIN)
        chart.write(confirmed())
        chart.put({**chart.stored["Flag/1"], "id": "10"})
        again = replace(confirmed(ChangeKind.UPDATE, chart.stored["Flag/1"]), decision="d2")
        answer = healed(chart, chart.write(again))
        assert (answer.outcome, [each.target for each in answer.twins]) == ("already_there", ["Flag/10"])
        assert {n: f["status"] for n, f in chart.stored.items()} == {"Flag/1": "active", "Flag/10": "entered-in-error"}
        assert chart.stored["Flag/1"]["meta"]["versionId"] == "1"


class TestTransactions:
    """D3. A create on condition may make nothing: its Provenance follows the answer. A change goes together with its own."""

    def created(self, chart: StubChart) -> FlagIntent:
        """A change, confirmed, of a Flag that stands in the chart."""
        chart.write(confirmed())
        chart.requests.clear()
        return replace(confirmed(ChangeKind.UPDATE, chart.stored["Flag/1"], text="New text"), decision="d2")

    def test_a_change_and_its_provenance_together(self) -> None:
        chart = StubChart()
        change = self.created(chart)
        answer = chart.write(change)
        assert (answer.outcome, answer.owes_provenance, answer.signed) == (
            "updated",
            False,
            ("Provenance/1/_history/1",),
        )
        (signature,) = chart.all_of("Provenance")
        assert signature["target"] == [{"reference": "Flag/1"}]
        assert len(chart.writes) == 1

    def test_a_create_is_signed_after_its_answer(self) -> None:
        chart = StubChart()
        answer = chart.write(confirmed())
        assert (answer.outcome, answer.owes_provenance, answer.signed) == ("created", True, ())
        assert chart.all_of("Provenance") == []

    def test_nothing_is_signed_that_somebody_else_made(self) -> None:
        """The condition meets theirs, which the search did not show yet."""
        chart = StubChart()
        chart.write(confirmed())
        chart._hidden["Flag/1"] = 1
        answer = chart.write(replace(confirmed(), decision="another"))
        assert (answer.outcome, answer.reference, answer.owes_provenance) == ("already_there", "Flag/1", False)
        assert chart.all_of("Provenance") == []

    def test_a_server_that_does_part_of_one_still_owes_the_provenance(self) -> None:
        chart = StubChart()
        change = self.created(chart)
        chart.transaction = "partial"
        answer = until_written(chart, change)
        assert (answer.outcome, answer.reference, answer.owes_provenance) == ("updated", "Flag/1", True)
        assert [flag["code"]["text"] for flag in chart.all_of("Flag")] == ["New text"]

    def test_one_without_transactions_too(self) -> None:
        chart = StubChart(replace(HAPI, in_transactions=False), transaction="none")
        answer = chart.write(self.created(chart))
        assert (answer.outcome, answer.owes_provenance) == ("updated", True)

    def test_one_that_refuses_the_whole_leaves_neither(self) -> None:
        chart = StubChart()
        change = self.created(chart)
        chart.mishaps = ["422"]
        assert chart.write(change).outcome == "refused"
        assert chart.all_of("Provenance") == []

    @pytest.mark.parametrize("mishap", ["", "lost", "dropped"])
    def test_an_owed_provenance_is_stored_once(self, mishap: str) -> None:
        chart = StubChart()
        chart.write(confirmed())
        owed = ProvenanceIntent("Flag/1", "naloxone", "CREATE", "Patient/p1", "Practitioner/d1", AT, (), "d1")
        chart.mishaps = [mishap]
        until_written(chart, owed)
        assert chart.write(owed).outcome == "already_there"
        assert len(chart.all_of("Provenance")) == 1

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


def test_the_table_above_names_tests_that_exist() -> None:
    here = Path(__file__)
    files = {
        "": here,
        "N": here.with_name("test_note_behaviours.py"),
        "W": here.with_name("test_flag_writer.py"),
        "T": here.parents[1] / "usecases" / "test_every_write_is_told.py",
    }
    named = re.findall(r"(?:\b([NWT]) )?(test_\w+)(?!\.py)\b", str(__doc__).partition("-----")[2])
    assert len(named) > 30
    missing = [f"{file} {name}" for file, name in named if f"def {name}(" not in files[file].read_text()]
    assert missing == []


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
