"""What Sextant writes is valid by HAPI's own validator, and HAPI's stored copy is what the preview showed."""

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from app.domain.audit import Action, AuditEntry
from app.domain.flag import FLAG_IDENTIFIER_SYSTEM, ChangeKind, FlagIntent, NoteIntent, ProvenanceIntent
from app.fhir_adapters.base.audit_event import audit_event
from app.fhir_adapters.base.chart_writes import Write
from app.ports import PreviewedWrite
from tests.contract.hapi.written import AT, Chart, hapi_at


@pytest.fixture
def chart(hapi_server: str) -> Chart:
    return Chart(hapi_at(hapi_server)).prepare()


def previewed(chart: Chart, intent: FlagIntent | NoteIntent) -> PreviewedWrite:
    async def preview(sink: Any) -> PreviewedWrite:
        shown: PreviewedWrite = sink.preview(intent)
        return shown

    return chart.with_sink(preview)


def issues(chart: Chart, resource: dict[str, Any]) -> list[str]:
    """Errors only: HAPI answers 200 whatever it finds, and warns of extensions that it does not know."""
    url = f"{chart.hapi.base}/{resource['resourceType']}/$validate"
    answer = chart.hapi.client.post(url, json=resource)
    found = answer.json()["issue"]
    return [i.get("diagnostics", "") for i in found if i["severity"] in ("error", "fatal")]


def bare(resource: dict[str, Any], *also: str) -> dict[str, Any]:
    return {name: value for name, value in resource.items() if name not in ("id", "meta", *also)}


def test_hapi_finds_what_is_wrong_with_a_flag(chart: Chart) -> None:
    assert issues(chart, {"resourceType": "Flag", "status": "active"})


class TestFlag:
    def test_is_valid_and_stored_as_previewed(self, chart: Chart) -> None:
        intent = chart.flag(ChangeKind.CREATE)
        shown = json.loads(previewed(chart, intent).resource_json)
        assert issues(chart, shown) == []
        written = chart.write(intent)
        assert written.outcome == "created"
        stored = chart.stored(written.reference)
        assert bare(stored) == bare(shown)
        assert shown["meta"]["tag"] == stored["meta"]["tag"]
        assert issues(chart, stored) == []

    def test_a_changed_one_and_an_ended_one_are_valid(self, chart: Chart) -> None:
        chart.write(chart.flag(ChangeKind.CREATE))
        changed = chart.flag(ChangeKind.UPDATE, chart.chart_flag(), text="Naloxone: offer (Sextant, as of 2026-11-24)")
        assert chart.write(changed).outcome == "updated"
        assert issues(chart, chart.flags()[0]) == []
        assert chart.write(chart.flag(ChangeKind.INACTIVATE, chart.chart_flag())).outcome == "inactivated"
        (flag,) = chart.flags()
        assert (flag["status"], flag["period"]["end"]) == ("inactive", "2026-11-24")
        assert issues(chart, flag) == []

    def test_meeting_its_own_work_again_writes_nothing(self, chart: Chart) -> None:
        intent = chart.flag(ChangeKind.CREATE)
        first, again = chart.write(intent), chart.write(intent)
        assert (again.outcome, again.reference) == ("created", first.reference)
        (flag,) = chart.flags()
        assert flag["meta"]["versionId"] == "1"

    def test_an_edit_of_a_person_after_it_stays(self, chart: Chart) -> None:
        intent = chart.flag(ChangeKind.CREATE)
        chart.write(intent)
        (flag,) = chart.flags()
        chart.hapi.put({**flag, "code": {**flag["code"], "text": "Has it at home, Dr Lee"}}).raise_for_status()
        assert chart.write(intent).outcome == "created"
        assert chart.flags()[0]["code"]["text"] == "Has it at home, Dr Lee"


class TestTwin:
    def test_is_withdrawn_and_valid_and_the_other_stays(self, chart: Chart) -> None:
        chart.write(chart.flag(ChangeKind.CREATE))
        first = chart.flags()[0]
        twin = {**{n: v for n, v in first.items() if n != "meta"}, "id": f"{chart.number}-twin"}
        chart.hapi.transaction(twin)
        answer = chart.write(chart.flag(ChangeKind.CREATE))
        (owed,) = answer.twins
        assert (answer.outcome, owed.keeps) == ("already_there", f"Flag/{first['id']}")
        done = chart.write(owed)
        assert (done.outcome, done.withdrawn) == ("withdrawn", (owed.target,))
        stored = chart.stored(owed.target)
        assert (stored["status"], stored["meta"]["versionId"]) == ("entered-in-error", done.version)
        assert issues(chart, stored) == []
        assert chart.stored(owed.keeps)["status"] == "active"
        assert chart.write(owed).outcome == "already_there"


class TestProvenance:
    def test_of_a_change_is_stored_with_it_in_one_transaction_as_previewed(self, chart: Chart) -> None:
        chart.write(chart.flag(ChangeKind.CREATE))
        intent = chart.flag(ChangeKind.UPDATE, chart.chart_flag(), text="Naloxone: offer (Sextant, as of 2026-11-24)")
        shown = json.loads(previewed(chart, intent).provenance_json)
        written = chart.write(intent)
        assert not written.owes_provenance
        (stored,) = chart.hapi.find(f"Provenance?target={written.reference}")
        assert written.signed == (f"Provenance/{stored['id']}/_history/1",)
        assert issues(chart, stored) == []
        assert bare(stored) == bare(shown)
        assert [agent["who"].get("reference") for agent in stored["agent"]] == [None, chart.doctor]
        assert stored["entity"] == [{"role": "source", "what": {"reference": chart.evidence}}]

    def test_of_a_create_follows_its_answer_as_previewed(self, chart: Chart) -> None:
        intent = chart.flag(ChangeKind.CREATE)
        shown = json.loads(previewed(chart, intent).provenance_json)
        written = chart.write(intent)
        assert (written.owes_provenance, chart.hapi.find(f"Provenance?target={written.reference}")) == (True, [])
        owed = ProvenanceIntent(
            str(written.reference),
            "naloxone",
            "CREATE",
            chart.patient,
            chart.doctor,
            AT,
            (chart.evidence,),
            intent.decision,
        )
        assert chart.write(owed).outcome == "created"
        (stored,) = chart.hapi.find(f"Provenance?target={written.reference}")
        assert issues(chart, stored) == []
        assert bare(stored, "target") == bare(shown, "target")

    def test_a_create_that_meets_anothers_flag_signs_nothing(self, chart: Chart) -> None:
        """In one transaction HAPI would store ours beside the Flag that was there already: the answer is 200, not a refusal."""
        theirs = chart.write(chart.flag(ChangeKind.CREATE))
        step = Write(
            "POST", "Flag", chart.stored(theirs.reference), f"identifier={FLAG_IDENTIFIER_SYSTEM}|id-{chart.number}"
        )
        signature = ProvenanceIntent("x", "naloxone", "CREATE", chart.patient, chart.doctor, AT, (), "ours")
        done = chart.with_sink(lambda sink: sink._flags.writes.send(step, signature))  # type: ignore[attr-defined]
        assert (done.answer.status, done.is_signed) == (200, False)
        assert chart.hapi.find(f"Provenance?target={theirs.reference}") == []

    def test_what_fails_leaves_neither(self, chart: Chart) -> None:
        chart.write(chart.flag(ChangeKind.CREATE))
        intent = chart.flag(ChangeKind.UPDATE, chart.chart_flag(), text="Another text")
        broken = replace(intent, author="Practitioner/nobody-of-this-name")
        assert chart.write(broken).outcome == "refused"
        assert chart.flags()[0]["meta"]["versionId"] == "1"
        assert chart.hapi.find(f"Provenance?target=Flag/{chart.flags()[0]['id']}") == []


class TestNote:
    def test_is_valid_and_stored_as_previewed(self, chart: Chart) -> None:
        intent = chart.note()
        shown = json.loads(previewed(chart, intent).resource_json)
        assert issues(chart, shown) == []
        written = chart.write(intent)
        assert written.outcome == "created"
        stored = chart.stored(written.reference)
        assert bare(stored) == bare(shown)
        assert issues(chart, stored) == []

    def test_a_second_one_of_the_visit_corrects_it(self, chart: Chart) -> None:
        first = chart.write(chart.note())
        second = chart.write(chart.note("Nothing is open.", last=chart.last_note(first)))
        assert (second.outcome, second.reference) == ("updated", first.reference)
        assert len(chart.hapi.find(f"DocumentReference?patient={chart.number}")) == 1

    def test_one_that_a_person_changed_is_left(self, chart: Chart) -> None:
        first = chart.write(chart.note())
        chart.hapi.put({**chart.stored(first.reference), "description": "Signed, Dr Lee"}).raise_for_status()
        assert chart.write(chart.note("Nothing is open.", last=chart.last_note(first))).outcome == "conflict"
        assert chart.stored(first.reference)["description"] == "Signed, Dr Lee"

    def test_a_corrected_one_is_valid_and_reads_as_previewed(self, chart: Chart) -> None:
        first = chart.write(chart.note())
        correction = chart.note("Nothing is open.", last=chart.last_note(first))
        shown = json.loads(previewed(chart, correction).resource_json)
        chart.write(correction)
        stored = chart.stored(first.reference)
        assert {name: stored.get(name) for name in shown} == shown
        assert issues(chart, stored) == []

    def test_taken_back_it_is_entered_in_error_as_previewed_and_valid(self, chart: Chart) -> None:
        first = chart.write(chart.note())
        before = chart.stored(first.reference)
        taken = chart.note(last=chart.last_note(first), kind=ChangeKind.INACTIVATE)
        shown = json.loads(previewed(chart, taken).resource_json)
        answer = chart.write(taken)
        stored = chart.stored(first.reference)
        assert (answer.outcome, answer.reference, stored["status"]) == (
            "inactivated",
            first.reference,
            "entered-in-error",
        )
        assert {name: stored.get(name) for name in shown} == shown
        assert bare(stored, "status", "extension") == bare(before, "status", "extension")
        assert issues(chart, stored) == []
        assert chart.write(taken).outcome == "inactivated", "its own work is known again"

    def test_not_when_a_person_changed_it(self, chart: Chart) -> None:
        first = chart.write(chart.note())
        edited = {**chart.stored(first.reference), "content": [{"attachment": {"title": "Dr Lee's own words"}}]}
        chart.hapi.put(edited).raise_for_status()
        taken = chart.note(last=chart.last_note(first), kind=ChangeKind.INACTIVATE)
        assert chart.write(taken).outcome == "conflict"
        assert chart.stored(first.reference)["status"] == "current"


@pytest.mark.parametrize("action", list(Action))
def test_an_exported_line_of_the_audit_log_is_a_valid_audit_event(chart: Chart, action: Action) -> None:
    entry = AuditEntry(
        at=AT + timedelta(seconds=1),
        action=action,
        outcome="refused",
        user=chart.doctor,
        patient=chart.patient,
        ehr="clinic",
        launch="launch-of-a-test",
        target="Flag/1",
        reason="New gap",
        detail={"rule": "naloxone", "change": "create"},
    )
    assert issues(chart, audit_event(entry, "Sextant under test", "https://sextant.example")) == []
