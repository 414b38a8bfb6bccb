"""A server that misbehaves over real HTTP: what the adapter makes of each fault of the sandbox EHR."""

import asyncio
from collections.abc import Iterator
from datetime import date
from typing import Any
from uuid import uuid4

import pytest

from app.domain.errors import TryAgainLater
from app.domain.feeds import Feed, FeedStatus
from app.domain.flag import ChangeKind, FlagChange, FlagIntent, WantedFlag, Written
from app.domain.record import PatientRecord
from app.ports import TokenSource
from tests.contract.fhir_adapters.contract_chart import CHART, OBSERVATIONS, WRITTEN_TO
from tests.contract.fhir_adapters.launched import FhirServer, Relauncher
from tests.servers import Sandbox

PATIENT = WRITTEN_TO[0]


@pytest.fixture
def server(sandbox: Sandbox) -> Iterator[FhirServer]:
    sandbox.clear_requests()
    yield FhirServer(sandbox.fhir_base, sandbox.base_url)
    sandbox.disarm()


def read(server: FhirServer, tokens: TokenSource | None = None) -> PatientRecord:
    async def once() -> PatientRecord:
        connection, client = server.connect(CHART, tokens=tokens)
        async with client:
            return await connection.source.read(CHART)

    return asyncio.run(once())


@pytest.mark.parametrize(
    ("fault", "ends", "rows"),
    [
        ({"kind": "500"}, FeedStatus.FAILED, 0),
        ({"kind": "429"}, FeedStatus.FAILED, 0),
        ({"kind": "hang_up"}, FeedStatus.FAILED, 0),
        ({"kind": "delay", "value": 6}, FeedStatus.FAILED, 0),
        ({"kind": "broken_json"}, FeedStatus.FAILED, 0),
        ({"kind": "refused_scope"}, FeedStatus.FAILED, 0),  # refused although the launch was granted it
        ({"kind": "truncated_paging"}, FeedStatus.PARTIAL, OBSERVATIONS // 2),
        ({"kind": "foreign_next"}, FeedStatus.PARTIAL, OBSERVATIONS),
        ({"kind": "operation_outcome_entry"}, FeedStatus.PARTIAL, OBSERVATIONS),
        ({"kind": "broken_entry"}, FeedStatus.PARTIAL, OBSERVATIONS - 1),
        ({"kind": "429", "times": 1}, FeedStatus.AVAILABLE, OBSERVATIONS),
        ({"kind": "expired_token", "times": 1}, FeedStatus.AVAILABLE, OBSERVATIONS),
    ],
    ids=lambda value: f"{value['kind']} {value.get('times', '')}".strip() if isinstance(value, dict) else None,
)
def test_observations_go_wrong_and_nothing_else_does(
    sandbox: Sandbox, server: FhirServer, fault: dict[str, Any], ends: FeedStatus, rows: int
) -> None:
    sandbox.arm({"type": "Observation", **fault})
    record = read(server, Relauncher(server, CHART))
    assert {record.feeds.of(Feed.LABS).status, record.feeds.of(Feed.SURVEYS).status} == {ends}
    assert len(record.observations) == rows
    others = set(Feed) - {Feed.LABS, Feed.SURVEYS}
    assert record.feeds.is_complete(*others)
    assert len(record.orders) == 3


def test_tokens_that_end_all_at_once_are_renewed_once(sandbox: Sandbox, server: FhirServer) -> None:
    tokens = Relauncher(server, CHART)
    asyncio.run(tokens.bearer())
    sandbox.expire_tokens()
    record = read(server, tokens)
    assert record.feeds.is_complete(*Feed)
    assert tokens.renewals == 1


def wanted() -> FlagIntent:
    flag = WantedFlag("naloxone", "1", uuid4().hex, "No naloxone on record", "red", "drug", date(2026, 11, 24))
    return FlagIntent(
        FlagChange(ChangeKind.CREATE, "naloxone", "because", flag), PATIENT, decided_on=date(2026, 11, 24)
    )


def write(server: FhirServer, intent: FlagIntent) -> Written:
    async def once() -> Written:
        connection, client = server.connect(PATIENT)
        async with client:
            assert connection.sink is not None
            return await connection.sink.write(intent)

    return asyncio.run(once())


def posts(sandbox: Sandbox) -> int:
    return sum(1 for r in sandbox.requests() if r["method"] == "POST" and r["type"] == "Flag")


def test_a_created_flag_whose_answer_is_lost_is_found_and_not_made_again(sandbox: Sandbox, server: FhirServer) -> None:
    intent = wanted()
    sandbox.arm({"type": "Flag", "kind": "lost_response", "method": "POST", "times": 1})
    written = write(server, intent)
    assert written.outcome == "created"
    assert posts(sandbox) == 1
    again = write(server, intent)
    assert (again.outcome, again.reference) == ("already_there", written.reference)


def test_a_write_that_fails_leaves_nothing_and_may_be_repeated(sandbox: Sandbox, server: FhirServer) -> None:
    intent = wanted()
    sandbox.arm({"type": "Flag", "kind": "503", "method": "POST", "times": 1})
    with pytest.raises(TryAgainLater):
        write(server, intent)
    assert write(server, intent).outcome == "created"


def test_nothing_is_written_when_the_look_before_it_fails(sandbox: Sandbox, server: FhirServer) -> None:
    sandbox.arm({"type": "Flag", "kind": "broken_json", "method": "GET", "times": 1})
    with pytest.raises(TryAgainLater):
        write(server, wanted())
    assert posts(sandbox) == 0
