"""Every reading of a chart has one line in the audit log, however it ends, and also when nobody waits for its end."""

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from app.domain.errors import LaunchAgain
from app.domain.record import PatientRecord
from app.domain.session import LaunchSession, Secret
from app.ports import EhrConnection, MedicinesIn
from app.rules import load_pack
from app.storage import Storage, open_storage
from app.usecases.opened_chart import OpenedChart
from app.usecases.preview_changes import PreviewChanges
from app.usecases.review_patient import DoseFirst, ReviewPatient
from tests.clocks import SetClock
from tests.unit.usecases.outbox_desk import session

Read = Callable[[MedicinesIn | None], Coroutine[Any, Any, PatientRecord]]


@dataclass
class ToldSource:
    """A RecordSource that reads as it is told."""

    reading: Read

    async def read(self, patient: str, medicines_in: MedicinesIn | None = None) -> PatientRecord:
        return await self.reading(medicines_in)


@dataclass
class ToldEhrs:
    """An Ehrs with that source, and nothing that can be written."""

    reading: Read

    def connect(self, session: LaunchSession) -> EhrConnection:
        return EhrConnection(ToldSource(self.reading), None, "nothing is written here")

    async def unattended(self, ehr: str) -> EhrConnection | None:
        return None


@pytest.fixture
def storage(tmp_path: Path) -> Any:
    opened = open_storage(f"sqlite:///{tmp_path}/audit.db", Secret("a key for tests only"), SetClock())
    yield opened
    opened.close()


def preview_changes(storage: Storage, reading: Read) -> PreviewChanges:
    policy, clock, ehrs = load_pack("sandbox-clinic"), SetClock(), ToldEhrs(reading)
    review = ReviewPatient(ehrs, policy, clock, storage.unit_of_work)
    return PreviewChanges(review, ehrs, policy, clock, lambda patient, rule: rule, storage.ledger, storage.outbox)


def lines(storage: Storage) -> list[tuple[str, str]]:
    """Outcome and error of every line."""
    return [(each.outcome, each.detail.get("error", "")) for each in storage.audit.entries()]


async def whole(_: MedicinesIn | None) -> PatientRecord:
    return PatientRecord("Patient/p1")


def breaking(error: BaseException) -> Read:
    async def read(_: MedicinesIn | None) -> PatientRecord:
        raise error

    return read


async def never(medicines_in: MedicinesIn | None) -> PatientRecord:
    """The medicines at once, and no end."""
    if medicines_in:
        medicines_in(lambda: PatientRecord("Patient/p1"))
    await asyncio.sleep(3600)
    raise AssertionError


@pytest.mark.parametrize(
    "error", [LaunchAgain("over"), ValueError("a fault of ours")], ids=lambda error: type(error).__name__
)
def test_a_reading_that_breaks_off_has_one_line(storage: Storage, error: Exception) -> None:
    with pytest.raises(type(error)):
        asyncio.run(preview_changes(storage, breaking(error))(session()))
    assert lines(storage) == [("error", type(error).__name__)]


def test_a_reading_that_is_cut_off_by_the_end_of_the_server_has_one_line(storage: Storage) -> None:
    async def shut_down() -> DoseFirst | None:
        chart = OpenedChart(lambda dose_in: preview_changes(storage, never)(session(), dose_in))
        return await chart.dose_first(0)

    dose = asyncio.run(shut_down())
    assert dose is not None
    assert dose.med.mme_per_day is None, "nothing was said about the medicines of this record"
    assert lines(storage) == [("error", "CancelledError")]


def test_a_reading_that_nobody_waits_for_goes_on_and_has_one_line(storage: Storage) -> None:
    async def leave() -> None:
        chart = OpenedChart(lambda dose_in: preview_changes(storage, whole)(session(), dose_in))
        waiting = asyncio.create_task(chart.whole())
        await asyncio.sleep(0)
        waiting.cancel()
        del chart
        await asyncio.sleep(0.05)

    asyncio.run(leave())
    assert lines(storage) == [("ok", "")]


def test_two_that_wait_for_one_reading_see_the_same_and_it_has_one_line(storage: Storage) -> None:
    async def both() -> list[Any]:
        chart = OpenedChart(lambda dose_in: preview_changes(storage, whole)(session(), dose_in))
        assert await chart.dose_first(1) is None, "all was in"
        return [await chart.whole(), await chart.whole()]

    first, second = asyncio.run(both())
    assert first is second
    assert lines(storage) == [("ok", "")]
