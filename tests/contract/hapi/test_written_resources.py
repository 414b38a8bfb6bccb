"""What Sextant writes is valid by HAPI's own validator, and HAPI's stored copy is what the preview showed."""

import json
from datetime import timedelta
from typing import Any

import pytest

from app.domain.audit import Action, AuditEntry
from app.domain.flag import ChangeKind, FlagIntent, NoteIntent
from app.fhir_adapters.base.audit_event import audit_event
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


class TestProvenance:
    def test_is_stored_with_the_flag_in_one_transaction_as_previewed(self, chart: Chart) -> None:
        intent = chart.flag(ChangeKind.CREATE)
        shown = json.loads(previewed(chart, intent).provenance_json)
        written = chart.write(intent)
        assert not written.owes_provenance
        (stored,) = chart.hapi.find(f"Provenance?target={written.reference}")
        assert issues(chart, stored) == []
        assert bare(stored, "target") == bare(shown, "target")
        assert [agent["who"].get("reference") for agent in stored["agent"]] == [None, chart.doctor]
        assert stored["entity"] == [{"role": "source", "what": {"reference": chart.evidence}}]

    def test_what_fails_leaves_neither(self, chart: Chart) -> None:
        intent = chart.flag(ChangeKind.CREATE)
        broken = FlagIntent(
            intent.change, chart.patient, "Practitioner/nobody-of-this-name", decided_at=AT, decision="x"
        )
        assert chart.write(broken).outcome == "refused"
        assert chart.flags() == []

    def test_each_change_has_one_of_its_own(self, chart: Chart) -> None:
        chart.write(chart.flag(ChangeKind.CREATE))
        chart.write(chart.flag(ChangeKind.INACTIVATE, chart.chart_flag()))
        found = chart.hapi.find(f"Provenance?target={chart.chart_flag().reference}")
        assert sorted(p["activity"]["coding"][0]["code"] for p in found) == ["CREATE", "UPDATE"]


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
