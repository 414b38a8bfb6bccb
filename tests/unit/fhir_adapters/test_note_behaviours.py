"""The note of a visit against stubs that behave as real servers do: one a visit, nobody's change overwritten, taken back.

Which row of the facts is which test: the table at the top of test_write_behaviours.py.
"""

import json
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest

from app.domain.errors import TryAgainLater
from app.domain.flag import ChangeKind, LastWritten, NoteChange, NoteIntent, WantedNote, Written
from app.fhir_adapters.base.profile import EhrProfile
from app.fhir_adapters.epic import EPIC
from app.fhir_adapters.generic import GENERIC
from app.fhir_adapters.oracle import ORACLE
from tests.unit.fhir_adapters.stub_chart import StubChart

AT = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
IDENTIFIER = "0123456789abcdef"
TEXT = "Open: naloxone"
KEPT_BY_ORACLE = frozenset({"status", "docStatus", "type", "subject", "date", "author", "description", "content"})
SERVERS = {
    "Epic": StubChart(EPIC, knows_condition=False),
    "Epic, 412": StubChart(EPIC, knows_condition=False, stale=412),
    "Oracle Health": StubChart(ORACLE, knows_condition=False, empty_answers=True, keeps=KEPT_BY_ORACLE),
    "any other": StubChart(GENERIC, offers=("DocumentReference",)),
    "any other, 412, unique index": StubChart(GENERIC, offers=("DocumentReference",), stale=412, unique_index=True),
    "without versions": StubChart(GENERIC, offers=("DocumentReference",), has_versions=False),
}
RTF = StubChart(ORACLE, knows_condition=False, empty_answers=True, keeps=KEPT_BY_ORACLE, makes_rtf=True)


def fresh(chart: StubChart, **more: Any) -> StubChart:
    """The same kind of server, empty."""
    return replace(chart, **{"stored": {}, "requests": [], "mishaps": [], "_landing": [], "_hidden": {}, **more})


@pytest.fixture(params=SERVERS.values(), ids=SERVERS.keys())
def chart(request: pytest.FixtureRequest) -> StubChart:
    return fresh(request.param)


def note(text: str = TEXT, last: LastWritten | None = None, decision: str = "d1") -> NoteIntent:
    wanted = WantedNote(IDENTIFIER, "Sextant summary (0123456789ab)", text, date(2026, 11, 24), ("naloxone",))
    return NoteIntent(NoteChange("one note", wanted, last), "Patient/p1", AT, "Practitioner/d1", None, AT, decision)


def end(last: LastWritten | None, decision: str = "d9") -> NoteIntent:
    """The note taken back."""
    made = note(last.text if last else TEXT, last, decision)
    return replace(made, change=replace(made.change, kind=ChangeKind.INACTIVATE))


def ledger(written: Written, text: str = TEXT) -> LastWritten:
    return LastWritten(IDENTIFIER, "visit_note", text, "active", "", written.reference, written.version)


def notes(chart: StubChart) -> list[dict[str, Any]]:
    return chart.all_of("DocumentReference")


def until_written(chart: StubChart, wanted: NoteIntent) -> Written:
    for _ in range(4):
        try:
            answer = chart.write(wanted)
        except TryAgainLater:
            continue
        for twin in answer.twins:
            assert chart.write(twin).outcome in ("withdrawn", "already_there")
        return answer
    raise AssertionError("never written")


class TestOneAVisit:
    def test_however_often_it_is_sent(self, chart: StubChart) -> None:
        assert chart.write(note()).outcome == "created"
        assert chart.write(note()).outcome in ("created", "already_there")
        assert len(notes(chart)) == 1

    @pytest.mark.parametrize("mishap", ["lost", "dropped", "slow", "500", "429", "409", "412"])
    def test_when_the_answer_is_lost(self, chart: StubChart, mishap: str) -> None:
        chart.mishaps = [mishap]
        assert until_written(chart, note()).outcome in ("created", "already_there")
        assert len(notes(chart)) == 1

    def test_one_that_a_person_edited_before_the_retry_is_told_without_their_version(self, chart: StubChart) -> None:
        """By that version a later taking back or correction would overwrite what the person wrote. Where the EHR keeps no
        decision, it is a conflict, of which the ledger learns nothing."""
        chart.write(note())
        mine = chart.stored["DocumentReference/1"]
        chart.put({**mine, "content": [{"attachment": {"contentType": "text/plain", "data": "RHIgTGVl"}}]})
        for again in (chart.write(note()), chart.look(note())):
            assert again is not None
            kept = replace(again, version=None) if again.outcome == "conflict" else again
            assert (kept.reference, kept.version) == ("DocumentReference/1", None)
            assert chart.write(note("corrected", ledger(kept), "d2")).outcome == "conflict"
        assert notes(chart)[0]["content"][0]["attachment"]["data"] == "RHIgTGVl"

    @pytest.mark.parametrize("lands_after", [1, 2, 3, 4, 5, 6])
    def test_when_the_commit_comes_late(self, chart: StubChart, lands_after: int) -> None:
        """Where the EHR knows no condition a second note may be made: it is withdrawn, and named."""
        chart.mishaps, chart.lands_after = ["slow"], lands_after
        for _ in range(3):
            until_written(chart, note())
        assert [each["status"] for each in notes(chart)].count("current") == 1

    def test_when_two_are_made_at_once(self, chart: StubChart) -> None:
        chart.mishaps = ["raced"]
        answer = until_written(chart, note())
        assert answer.reference == "DocumentReference/1"
        assert [twin.target for twin in answer.twins] == ["DocumentReference/2"]
        assert [each["status"] for each in notes(chart)] == ["current", "entered-in-error"]

    def test_a_twin_that_a_person_has_edited_is_left(self, chart: StubChart) -> None:
        chart.write(note())
        chart.put({**chart.stored["DocumentReference/1"], "id": "7", "content": [{"attachment": {"data": "RWQ="}}]})
        assert chart.write(note()).twins == ()

    @pytest.mark.parametrize("mishap", ["", "lost"])
    def test_also_where_the_text_comes_back_as_rtf(self, mishap: str) -> None:
        chart = fresh(RTF, mishaps=[mishap])
        answers = [until_written(chart, note()) for _ in range(2)]
        assert len(notes(chart)) == 1
        assert answers[1].version is None, "it may be a person's by now: not taken for the one that we wrote"

    def test_on_the_second_page(self, chart: StubChart) -> None:
        for number in range(5):
            chart.put({**OTHER, "id": f"other-{number}"})
        chart.page_size = 2
        chart._matching = lambda kind, request: chart.all_of(kind)  # type: ignore[method-assign]
        assert chart.write(note()).outcome == "created"
        assert chart.write(note()).outcome in ("created", "already_there")
        assert len(notes(chart)) == 6


OTHER: dict[str, Any] = {
    "resourceType": "DocumentReference",
    "status": "current",
    "subject": {"reference": "Patient/p1"},
    "content": [{"attachment": {"title": "A letter"}}],
}
SEARCHSET = {"resourceType": "Bundle", "type": "searchset"}


class TestALookThatWasNotWhole:
    """What was not seen may be our own note: nothing is written."""

    @pytest.mark.parametrize(
        "body",
        [
            {"resourceType": "OperationOutcome", "issue": []},
            {**SEARCHSET, "type": "history"},
            {**SEARCHSET, "total": 3, "entry": [{"resource": {**OTHER, "id": "1"}}]},
            {**SEARCHSET, "link": [{"relation": "next"}]},
            {**SEARCHSET, "link": [{"relation": "next", "url": "DocumentReference?page=2"}]},
            {
                **SEARCHSET,
                "entry": [{"resource": {"resourceType": "OperationOutcome", "issue": [{"code": "timeout"}]}}],
            },
        ],
        ids=["no Bundle", "a history", "rows missing", "a link nowhere", "pages without end", "broken off"],
    )
    def test_is_never_taken_for_an_empty_chart(self, chart: StubChart, body: dict[str, Any]) -> None:
        chart.instead = body
        with pytest.raises(TryAgainLater):
            chart.write(note())
        assert chart.writes == []

    def test_epics_usual_outcome_row_hides_nothing_of_ours(self) -> None:
        chart = fresh(SERVERS["Epic"])
        outcome = {"resourceType": "OperationOutcome", "issue": [{"severity": "warning", "code": "suppressed"}]}
        chart.instead = {**SEARCHSET, "total": 0, "entry": [{"resource": outcome, "search": {"mode": "outcome"}}]}
        assert chart.write(note()).outcome == "created"


class TestCorrecting:
    def test_goes_over_what_we_wrote(self, chart: StubChart) -> None:
        last = ledger(chart.write(note()))
        answer = chart.write(note("Nothing is open", last, "d2"))
        assert answer.outcome == "updated"
        assert len(notes(chart)) == 1

    @pytest.mark.parametrize(
        "edit", [{"content": [{"attachment": {"data": "RHIgTGVl"}}]}, {"status": "entered-in-error"}]
    )
    def test_never_over_a_persons_change(self, chart: StubChart, edit: dict[str, Any]) -> None:
        last = ledger(chart.write(note()))
        chart.put({**chart.stored["DocumentReference/1"], **edit})
        now = chart.stored["DocumentReference/1"]
        assert chart.write(note("Nothing is open", last, "d2")).outcome == "conflict"
        assert notes(chart) == [now]

    @pytest.mark.parametrize("make", [name for name, server in SERVERS.items() if server.has_versions])
    def test_nor_over_one_that_comes_just_before_it(self, make: str) -> None:
        """Without versions nothing can hold the moment between looking and writing."""
        chart = fresh(SERVERS[make])
        last = ledger(chart.write(note()))
        chart.meddle = {"content": [{"attachment": {"data": "RHIgTGVl"}}]}
        assert chart.write(note("Nothing is open", last, "d2")).outcome == "conflict"
        assert notes(chart)[0]["content"] == [{"attachment": {"data": "RHIgTGVl"}}]

    def test_one_that_a_person_took_out_is_not_put_back(self, chart: StubChart) -> None:
        last = ledger(chart.write(note()))
        chart.stored.clear()
        assert chart.write(note("Nothing is open", last, "d2")).outcome == "conflict"
        assert notes(chart) == []

    @pytest.mark.parametrize("mishap", ["lost", "dropped", "slow", "409", "412"])
    def test_whose_answer_is_lost(self, chart: StubChart, mishap: str) -> None:
        last = ledger(chart.write(note()))
        chart.mishaps = [mishap]
        assert until_written(chart, note("Nothing is open", last, "d2")).outcome == "updated"
        assert [each["meta"]["versionId"] for each in notes(chart)] == ["2"]

    def test_without_a_version_an_rtf_is_left(self) -> None:
        """Neither version nor text can be compared."""
        chart = fresh(RTF, has_versions=False)
        last = ledger(chart.write(note()))
        assert last.version is None
        assert chart.write(note("Nothing is open", last, "d2")).outcome == "conflict"

    def test_shows_the_elements_that_it_sets(self, chart: StubChart) -> None:
        correction = note("Nothing is open", ledger(chart.write(note())), "d2")
        shown = json.loads(chart.sink().preview(correction).resource_json)
        chart.write(correction)
        sent = json.loads(chart.writes[-1].content)
        assert {name: sent.get(name) for name in shown} == shown


def append_only() -> StubChart:
    """An EHR in which a note stays as it is, once written."""
    shape = replace(GENERIC.note, can_update=False)
    return StubChart(replace(GENERIC, note=shape, creates_on_condition=False), offers=("DocumentReference",))


class TestWhereNotesCannotBeChanged:
    def test_a_new_one_replaces_the_last(self) -> None:
        chart = append_only()
        last = ledger(chart.write(note()))
        answer = chart.write(note("Nothing is open", last, "d2"))
        assert answer.reference == "DocumentReference/2"
        assert notes(chart)[1]["relatesTo"][0]["target"] == {"reference": "DocumentReference/1"}
        assert [request.method for request in chart.writes] == ["POST", "POST"]

    @pytest.mark.parametrize("mishap", ["lost", "dropped", "slow"])
    @pytest.mark.parametrize("keeps", [None, KEPT_BY_ORACLE | {"identifier", "relatesTo"}], ids=["all", "no extension"])
    @pytest.mark.parametrize("makes_rtf", [False, True], ids=["plain", "RTF"])
    def test_a_lost_answer_is_looked_for(self, mishap: str, keeps: frozenset[str] | None, makes_rtf: bool) -> None:
        chart = replace(append_only(), keeps=keeps, makes_rtf=makes_rtf)
        last = ledger(chart.write(note()))
        chart.mishaps = [mishap]
        for _ in range(2):
            until_written(chart, note("Nothing is open", last, "d2"))
        assert len(notes(chart)) == 2

    def test_the_preview_is_what_is_sent(self) -> None:
        chart = append_only()
        correction = note("Nothing is open", ledger(chart.write(note())), "d2")
        shown = chart.sink().preview(correction)
        chart.write(correction)
        assert (shown.destination, shown.resource_json) == (
            "a new note in the chart",
            chart.writes[-1].content.decode(),
        )

    @pytest.mark.parametrize(
        ("profile", "scopes"),
        [
            (append_only().profile, ("patient/*.cruds",)),
            (GENERIC, ("patient/DocumentReference.crs",)),
        ],
        ids=["by profile", "by grant"],
    )
    def test_they_cannot_be_taken_back_and_it_is_said_beforehand(
        self, profile: EhrProfile, scopes: tuple[str, ...]
    ) -> None:
        chart = StubChart(replace(profile, takes_flags=False), scopes, offers=("DocumentReference",))
        assert not chart.connect().can_take_back
        answer = chart.write(end(ledger(chart.write(note()))))
        assert (answer.outcome, notes(chart)[0]["status"]) == ("refused", "current")


class TestTakingBack:
    def test_marks_it_as_entered_in_error_and_changes_nothing_else(self, chart: StubChart) -> None:
        assert chart.connect().can_take_back
        last = ledger(chart.write(note()))
        before = chart.stored["DocumentReference/1"]
        answer = chart.write(end(last))
        assert (answer.outcome, answer.reference) == ("inactivated", "DocumentReference/1")
        (after,) = notes(chart)
        changed = {name for name in after if after[name] != before.get(name)}
        assert after["status"] == "entered-in-error"
        assert changed <= {"status", "meta", "extension"}
        assert ("if-match" in chart.writes[-1].headers) is chart.has_versions

    def test_shows_exactly_that(self, chart: StubChart) -> None:
        taken = end(ledger(chart.write(note())))
        shown = chart.sink().preview(taken)
        chart.write(taken)
        sent, elements = json.loads(chart.writes[-1].content), json.loads(shown.resource_json)
        assert (shown.destination, shown.text) == ("DocumentReference/1 in the chart", TEXT)
        assert {name: sent.get(name) for name in elements} == elements
        assert set(elements) == {"resourceType", "id", "status", "subject", "extension"}

    def test_finds_it_by_its_identifier(self, chart: StubChart) -> None:
        written = chart.write(note())
        unnamed = replace(ledger(written), reference=None)
        assert chart.write(end(unnamed)).outcome == "inactivated"

    @pytest.mark.parametrize("edit", [{"content": [{"attachment": {"data": "RHIgTGVl"}}]}, {"status": "superseded"}])
    def test_never_when_a_person_changed_it(self, chart: StubChart, edit: dict[str, Any]) -> None:
        last = ledger(chart.write(note()))
        chart.put({**chart.stored["DocumentReference/1"], **edit})
        now = chart.stored["DocumentReference/1"]
        assert chart.write(end(last)).outcome == "conflict"
        assert notes(chart) == [now]

    @pytest.mark.parametrize("mishap", ["lost", "dropped", "slow", "409", "412"])
    def test_whose_answer_is_lost(self, chart: StubChart, mishap: str) -> None:
        last = ledger(chart.write(note()))
        chart.mishaps = [mishap]
        assert until_written(chart, end(last)).outcome == "inactivated"
        assert [each["meta"]["versionId"] for each in notes(chart)] == ["2"]

    def test_one_that_is_gone_needs_nothing(self, chart: StubChart) -> None:
        last = ledger(chart.write(note()))
        chart.stored.clear()
        assert chart.write(end(last)).outcome == "already_there"

    def test_its_twin_goes_with_it(self, chart: StubChart) -> None:
        last = ledger(chart.write(note()))
        chart.put({**chart.stored["DocumentReference/1"], "id": "7"})
        until_written(chart, end(last))
        assert [each["status"] for each in notes(chart)] == ["entered-in-error"] * 2

    def test_also_when_the_write_before_it_was_never_answered(self, chart: StubChart) -> None:
        """Then the plan knows the note as it was before, and what was sent."""
        last = ledger(chart.write(note()))
        chart.write(note("Nothing is open", last, "d2"))
        taken = end(last)
        unsure = replace(taken, change=replace(taken.change, note=note("Nothing is open").change.note))
        assert chart.write(unsure).outcome == "inactivated"

    def test_an_error_that_a_person_marked_stays_one(self, chart: StubChart) -> None:
        last = ledger(chart.write(note()))
        chart.put({**chart.stored["DocumentReference/1"], "status": "entered-in-error"})
        assert chart.write(note("Open again", last, "d3")).outcome == "conflict"
        assert chart.write(note("Open again", None, "d4")).outcome == "conflict"


def test_has_what_epic_and_oracle_ask_for(chart: StubChart) -> None:
    chart.write(note())
    sent = next(r for r in chart.writes if r.url.path.endswith("DocumentReference"))
    assert ("if-none-exist" in sent.headers) is (chart.profile is GENERIC)
    (stored,) = notes(chart)
    assert (stored["status"], stored["docStatus"]) == ("current", "final")
    assert stored["type"]["coding"][0]["system"] == "http://loinc.org"
    assert stored["author"] == [{"reference": "Practitioner/d1"}]
    (content,) = stored["content"]
    assert content["attachment"]["contentType"] == "text/plain; charset=utf-8"
    assert "T" in stored["date"]
    assert "T" in content["attachment"]["creation"]
