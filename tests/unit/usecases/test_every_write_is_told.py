"""The outbox with its real store and the real sinks, against a chart in which two of ours stand.

Wherever the process is killed, an answer is lost or a second sender meddles: every change of the chart is named in the audit
log, and one of the two remains.
"""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
import respx

from app.domain.audit import Action, AuditEntry
from app.domain.flag import (
    ChangeKind,
    ChartFlag,
    FlagChange,
    FlagIntent,
    LastWritten,
    NoteChange,
    NoteIntent,
    WantedNote,
)
from app.domain.outbox import RowState
from app.domain.outcome import Ok
from app.domain.session import LaunchSession
from app.fhir_adapters.generic import GENERIC
from app.fhir_adapters.hapi import HAPI
from app.ports import EhrConnection
from tests.clocks import NINE
from tests.unit.fhir_adapters.stub_chart import StubChart
from tests.unit.usecases.outbox_desk import Desk, desk, flag, session

TODAY = date(2026, 5, 4)


class Killed(BaseException):
    """The process ends here: nothing catches it, nothing is stored."""


@dataclass
class Mortal(StubChart):
    """A chart at whose `fatal`th request the process dies: before it is done, or after, with the answer in hand."""

    fatal: int = 0
    is_after: bool = False
    passed: int = field(default=0)
    made: list[str] = field(default_factory=list)

    def put(self, resource: dict[str, Any]) -> dict[str, Any]:
        stored = super().put(resource)
        self.made.append(f"{stored['resourceType']}/{stored['id']}")
        return stored

    def answer(self, request: httpx.Request) -> httpx.Response:
        self.passed += 1
        if self.passed != self.fatal:
            return super().answer(request)
        if self.is_after:
            super().answer(request)
        raise Killed


@dataclass
class OneEhr:
    """An Ehrs that leads every launch to one chart."""

    chart: StubChart

    def connect(self, session: LaunchSession) -> EhrConnection:
        return self.chart.connect()

    async def unattended(self, ehr: str) -> EhrConnection | None:
        return None


@contextmanager
def told(tmp_path: Path, chart: Mortal, *intents: FlagIntent | NoteIntent) -> Iterator[Desk]:
    """Confirmed, and sent until nothing is left, by as many processes as it takes."""
    with desk(tmp_path) as opened:
        opened.send = replace(opened.send, ehrs=OneEhr(chart))
        with opened.storage.unit_of_work() as work:
            for number, intent in enumerate(intents):
                entry = AuditEntry(NINE, Action.CONFIRM_WRITE, "ok", patient=intent.patient, ehr="clinic")
                work.outbox.add(f"k{number}", session().launch, intent, entry)
        with respx.mock(assert_all_called=False) as router:
            router.route(host="ehr.example").mock(side_effect=chart.answer)
            for _ in range(12):
                _until_killed(opened)
                opened.clock.forward(timedelta(seconds=60))
        yield opened


def _until_killed(opened: Desk) -> None:
    try:
        while opened.work():
            pass
    except Killed:
        pass


def untold(chart: Mortal, opened: Desk) -> list[str]:
    """What was written and no line of the audit log names."""
    lines = opened.storage.audit.entries()
    named = {line.target for line in lines if line.outcome in ("created", "updated", "inactivated", "already_there")}
    named |= {name for line in lines for name in line.detail.get("withdrawn", "").split()}
    named |= {name.partition("/_history")[0] for line in lines for name in line.detail.get("signed", "").split()}
    return sorted(set(chart.made) - named)


def of_flag(kind: ChangeKind) -> FlagIntent:
    """A confirmed change of our Flag; for a create none was seen."""
    made = flag()
    wanted = made.change.wanted
    assert wanted is not None
    text = wanted.text
    existing = ChartFlag("Flag/1", "active", text, made.patient, wanted.identifier, wanted.rule, version="1")
    if kind is ChangeKind.CREATE:
        return made
    new = None if kind is ChangeKind.INACTIVATE else replace(wanted, text="Naloxone: offer again")
    return replace(made, change=FlagChange(kind, wanted.rule, "because", new, existing))


def of_note(kind: ChangeKind, last: LastWritten | None = None, text: str = "Open: naloxone") -> NoteIntent:
    wanted = WantedNote("0123456789abcdef", "Sextant summary (0123456789ab)", text, TODAY, ("naloxone",))
    change = NoteChange("because", wanted, last, kind)
    return NoteIntent(change, "Patient/p1", NINE, "Practitioner/d1", None, NINE, f"decision of a {kind.value}")


def with_twins(chart: Mortal, intent: FlagIntent | NoteIntent) -> None:
    """Two that were made at once by somebody else's sending of the same thing."""
    assert chart.write(replace(intent, decision="an earlier one")).outcome == "created"
    first = next(each for name, each in chart.stored.items() if name.endswith("/1") and "Provenance" not in name)
    chart.put({**first, "id": "10"})
    chart.made.clear()
    chart.requests.clear()
    chart.passed = 0


ALONE = replace(HAPI, in_transactions=False, takes_provenance=False)
MOMENTS = [(request, is_after) for request in range(1, 8) for is_after in (False, True)]
"""No sending of one of these takes more than seven requests."""


@pytest.mark.parametrize(("fatal", "is_after"), MOMENTS)
@pytest.mark.parametrize("kind", [ChangeKind.CREATE, ChangeKind.UPDATE, ChangeKind.INACTIVATE])
class TestKilledAtAnyRequest:
    def test_a_flag_with_a_twin(self, tmp_path: Path, kind: ChangeKind, fatal: int, is_after: bool) -> None:
        chart = Mortal(HAPI)
        with_twins(chart, of_flag(ChangeKind.CREATE))
        chart.fatal, chart.is_after = fatal, is_after
        with told(tmp_path, chart, of_flag(kind)) as opened:
            assert untold(chart, opened) == []
            statuses = [chart.stored[name]["status"] for name in ("Flag/1", "Flag/10")]
            ended = "inactive" if kind is ChangeKind.INACTIVATE else "active"
            assert statuses == [ended, "entered-in-error"]
            assert all(row.state is RowState.SETTLED for row in opened.storage.outbox.rows(tuple(RowState)))
            assert isinstance(opened.storage.audit.verify(), Ok)


@pytest.mark.parametrize(("fatal", "is_after"), MOMENTS)
@pytest.mark.parametrize("kind", [ChangeKind.NOTE, ChangeKind.INACTIVATE])
def test_a_note_with_a_twin(tmp_path: Path, kind: ChangeKind, fatal: int, is_after: bool) -> None:
    chart = Mortal(replace(GENERIC, takes_flags=False), offers=("DocumentReference",))
    with_twins(chart, of_note(ChangeKind.NOTE))
    chart.fatal, chart.is_after = fatal, is_after
    text = "Open: naloxone"
    last = LastWritten("0123456789abcdef", "visit_note", text, "active", "", "DocumentReference/1", "1")
    intent = of_note(kind, last, "Nothing is open" if kind is ChangeKind.NOTE else text)
    with told(tmp_path, chart, intent) as opened:
        assert untold(chart, opened) == []
        kept = "current" if kind is ChangeKind.NOTE else "entered-in-error"
        assert [each["status"] for each in chart.all_of("DocumentReference")] == [kept, "entered-in-error"]


@pytest.mark.parametrize("mishap", ["lost", "dropped", "slow", "409", "412", "503"])
@pytest.mark.parametrize("number", [1, 2])
@pytest.mark.parametrize("kind", [ChangeKind.CREATE, ChangeKind.UPDATE, ChangeKind.INACTIVATE])
def test_any_write_whose_answer_goes_astray(tmp_path: Path, kind: ChangeKind, number: int, mishap: str) -> None:
    """The Flag's own, and that which withdraws its twin."""
    chart = Mortal(ALONE)
    with_twins(chart, of_flag(ChangeKind.CREATE))
    chart.mishaps = [*[""] * (number - 1), mishap]
    with told(tmp_path, chart, of_flag(kind)) as opened:
        assert untold(chart, opened) == []
        assert chart.stored["Flag/10"]["status"] == "entered-in-error"


@pytest.mark.parametrize("is_edited", [False, True])
def test_a_twin_that_somebody_else_reached_first(tmp_path: Path, is_edited: bool) -> None:
    """Another sender has withdrawn it, or a person has edited it, after it was found."""
    chart = Mortal(ALONE)
    with_twins(chart, of_flag(ChangeKind.CREATE))
    with desk(tmp_path) as opened:
        opened.send = replace(opened.send, ehrs=OneEhr(chart))
        with respx.mock(assert_all_called=False) as router:
            router.route(host="ehr.example").mock(side_effect=chart.answer)
            asyncio.run(opened.carry_out(session(), {"k1": flag()}))
            twin = chart.stored["Flag/10"]
            change = {"code": {"text": "At home, Dr Lee"}} if is_edited else {"status": "entered-in-error"}
            chart.put({**twin, **change})
            assert opened.work()
        assert chart.stored["Flag/10"] == {**twin, **change, "meta": {**twin["meta"], "versionId": "2"}}
        last = opened.storage.audit.entries()[-1]
        assert (last.target, last.outcome) == ("Flag/10", "conflict" if is_edited else "already_there")
