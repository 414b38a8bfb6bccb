"""One contract, two servers: what our adapter promises holds on the sandbox EHR's store and on a real HAPI alike."""

import asyncio
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest

from app.domain.feeds import Feed, FeedStatus
from app.domain.flag import ChangeKind, ChartFlag, FlagChange, FlagIntent, WantedFlag, Written
from app.domain.record import PatientRecord
from app.domain.scopes import GrantedScopes
from app.fhir_adapters import FhirEhr
from app.fhir_adapters.base.capability import CapabilityCache
from app.fhir_adapters.base.reader import FhirReader
from app.fhir_adapters.hapi import HAPI
from app.outbound import Answer, OriginFence, OutboundClient
from app.ports import EhrConnection, FlagSink
from tests.contract.fhir_adapters.contract_chart import CHART, OBSERVATIONS, WRITTEN_TO
from tests.contract.fhir_adapters.launched import FhirServer, Tokener, open_session

FRESH_PEOPLE = iter(WRITTEN_TO * 20)


def read(server: FhirServer, patient: str, token: str | None = None) -> PatientRecord:
    async def once() -> PatientRecord:
        connection, client = server.connect(patient, token)
        async with client:
            return await connection.source.read(patient)

    return asyncio.run(once())


def write(server: FhirServer, intent: FlagIntent) -> Written:
    async def once() -> Written:
        connection, client = server.connect(intent.patient)
        async with client:
            return await sink_of(connection).write(intent)

    return asyncio.run(once())


def sink_of(connection: EhrConnection) -> FlagSink:
    assert connection.sink is not None, connection.sink_note
    return connection.sink


@pytest.fixture(scope="module")
def chart(fhir_server: FhirServer) -> PatientRecord:
    return read(fhir_server, CHART)


class TestReading:
    """A chart of one person, over several pages."""

    def test_every_feed_was_read(self, chart: PatientRecord) -> None:
        states = {feed: chart.feeds.of(feed) for feed in Feed if not chart.feeds.of(feed).is_complete}
        assert states == {}

    def test_the_person_is_the_one_asked_for(self, chart: PatientRecord) -> None:
        assert chart.patient is not None
        assert (chart.patient.reference, chart.patient.sex) == (CHART, "female")

    def test_medicines_come_by_code_by_reference_and_contained(self, chart: PatientRecord) -> None:
        named = {o.reference.rpartition("-")[2]: o.medication.concept.label for o in chart.orders}
        assert named == {
            "referred": "oxycodone 5 MG Oral Tablet",
            "coded": "morphine ER 15 MG",
            "contained": "Tramadol 50 mg tablet",
        }
        assert all(order.medication.is_resolved for order in chart.orders)

    def test_doses_are_exact(self, chart: PatientRecord) -> None:
        doses = {o.dosages[0].doses[0].dose.value for o in chart.orders}  # type: ignore[union-attr]
        assert doses == {Decimal("1.5")}

    def test_all_pages_of_observations_are_there_once_with_and_without_a_usual_category(
        self, chart: PatientRecord
    ) -> None:
        assert len(chart.observations) == OBSERVATIONS
        assert max(Counter(o.reference for o in chart.observations).values()) == 1

    def test_nothing_of_anybody_else_is_there(self, chart: PatientRecord) -> None:
        subjects = {order.subject for order in chart.orders} | {found.subject for found in chart.observations}
        assert subjects == {CHART}

    def test_small_pages_read_the_same(self, fhir_server: FhirServer, chart: PatientRecord) -> None:
        async def once() -> PatientRecord:
            token = Tokener(fhir_server.token(CHART))
            _, client = fhir_server.connect(CHART, token.token)
            async with client:
                profile = replace(HAPI, page_size=7)
                granted = GrantedScopes(("patient/*.rs",))
                zone = ZoneInfo("America/Chicago")
                return await FhirReader(client, token, granted, profile, zone, CapabilityCache(client)).read(CHART)

        paged = asyncio.run(once())
        assert {o.reference for o in paged.observations} == {o.reference for o in chart.observations}
        assert paged.feeds.is_complete(Feed.LABS, Feed.SURVEYS)

    def test_a_person_who_does_not_exist_is_a_failure(self, fhir_server: FhirServer) -> None:
        record = read(fhir_server, "Patient/nobody-of-that-name", fhir_server.token(CHART))
        assert record.patient is None
        assert record.feeds.of(Feed.PATIENT).status in (FeedStatus.FAILED, FeedStatus.NOT_GRANTED)


@pytest.fixture
def wanted() -> WantedFlag:
    return WantedFlag(
        "naloxone",
        "1",
        uuid4().hex,
        "No naloxone on record",
        "red",
        "drug",
        date(2026, 11, 24),
    )


@pytest.fixture
def patient() -> str:
    return next(FRESH_PEOPLE)


def confirmed(
    kind: ChangeKind, patient: str, wanted: WantedFlag | None, existing: ChartFlag | None = None
) -> FlagIntent:
    change = FlagChange(kind, "naloxone", "because", wanted, existing)
    return FlagIntent(change, patient, decided_on=date(2026, 11, 24))


def in_chart(server: FhirServer, patient: str, wanted: WantedFlag) -> ChartFlag:
    (flag,) = [f for f in read(server, patient).flags if f.identifier == wanted.identifier]
    return flag


def add_identifier(server: FhirServer, patient: str, reference: str) -> None:
    """What another system might do to a Flag of ours."""
    with server.others(patient) as others:
        flag = others.get(reference).json()
        flag["identifier"].append({"system": "https://other.example", "value": "7"})
        others.put(reference, json=flag).raise_for_status()


class InterruptedClient(OutboundClient):
    """A client for development EHRs in whose way something happens just before its first PUT leaves."""

    def __init__(self, fence: OriginFence, happens: Callable[[], None]) -> None:
        super().__init__(fence, loopback_development=True)
        self._happens: Callable[[], None] | None = happens

    async def request(
        self, method: str, url: str, *, headers: Mapping[str, str] | None = None, content: bytes | None = None
    ) -> Answer:
        if method == "PUT" and self._happens is not None:
            happens, self._happens = self._happens, None
            await asyncio.to_thread(happens)
        return await super().request(method, url, headers=headers, content=content)


class TestWriting:
    """A Flag from its making to its end."""

    def test_is_made_once_however_often_it_is_confirmed(
        self, fhir_server: FhirServer, patient: str, wanted: WantedFlag
    ) -> None:
        create = confirmed(ChangeKind.CREATE, patient, wanted)
        first = write(fhir_server, create)
        assert (first.outcome, first.detail) == ("created", "")
        assert first.reference
        assert first.version
        again = write(fhir_server, create)
        assert (again.outcome, again.reference, again.version) == ("already_there", first.reference, first.version)

    def test_is_seen_at_once_by_the_next_reading(
        self, fhir_server: FhirServer, patient: str, wanted: WantedFlag
    ) -> None:
        assert read(fhir_server, patient).feeds.is_complete(Feed.FLAGS)
        written = write(fhir_server, confirmed(ChangeKind.CREATE, patient, wanted))
        flag = in_chart(fhir_server, patient, wanted)
        assert (flag.reference, flag.status, flag.text) == (written.reference, "active", wanted.text)
        assert (flag.rule, flag.level, flag.version) == ("naloxone", "red", written.version)

    def test_is_changed_and_keeps_what_others_added(
        self, fhir_server: FhirServer, patient: str, wanted: WantedFlag
    ) -> None:
        write(fhir_server, confirmed(ChangeKind.CREATE, patient, wanted))
        existing = in_chart(fhir_server, patient, wanted)
        add_identifier(fhir_server, patient, existing.reference)
        renewed = replace(wanted, text="Still no naloxone on record", level="yellow")
        written = write(fhir_server, confirmed(ChangeKind.UPDATE, patient, renewed, existing))
        assert written.outcome == "updated"
        flag = in_chart(fhir_server, patient, wanted)
        assert (flag.text, flag.level) == ("Still no naloxone on record", "yellow")
        with fhir_server.others(patient) as others:
            identifiers = others.get(flag.reference).json()["identifier"]
        assert {"system": "https://other.example", "value": "7"} in identifiers

    def test_is_ended_and_made_active_again(self, fhir_server: FhirServer, patient: str, wanted: WantedFlag) -> None:
        write(fhir_server, confirmed(ChangeKind.CREATE, patient, wanted))
        existing = in_chart(fhir_server, patient, wanted)
        end = confirmed(ChangeKind.INACTIVATE, patient, None, existing)
        assert write(fhir_server, end).outcome == "inactivated"
        ended = in_chart(fhir_server, patient, wanted)
        assert ended.status == "inactive"
        assert ended.period is not None
        assert ended.period.end is not None
        assert ended.period.end.text == "2026-11-24"
        assert write(fhir_server, end).outcome == "already_there"
        back = confirmed(ChangeKind.UPDATE, patient, replace(wanted, since=date(2026, 11, 25)), ended)
        assert write(fhir_server, back).outcome == "updated"
        again = in_chart(fhir_server, patient, wanted)
        assert again.status == "active"
        assert again.period is not None
        assert again.period.end is None

    def test_confirmed_in_eight_places_at_once_is_one_flag(
        self, fhir_server: FhirServer, patient: str, wanted: WantedFlag
    ) -> None:
        create = confirmed(ChangeKind.CREATE, patient, wanted)
        token = fhir_server.token(patient)

        async def one() -> Written:
            connection, client = fhir_server.connect(patient, token)
            async with client:
                return await sink_of(connection).write(create)

        async def all_at_once() -> list[Written]:
            return list(await asyncio.gather(*(one() for _ in range(8))))

        outcomes = Counter(written.outcome for written in asyncio.run(all_at_once()))
        assert set(outcomes) <= {"created", "already_there"}, outcomes
        with fhir_server.others(patient) as others:
            query = {"identifier": f"https://sextant.example/identifier/flag|{wanted.identifier}", "patient": patient}
            found = others.get("Flag", params=query, headers={"Cache-Control": "no-cache"}).json()
        assert [e["resource"]["status"] for e in found["entry"]].count("active") == 1

    def test_a_version_that_somebody_changed_meanwhile_is_merged(
        self, fhir_server: FhirServer, patient: str, wanted: WantedFlag
    ) -> None:
        """The look and the change are apart: another hand gets between them, and neither change is lost."""
        write(fhir_server, confirmed(ChangeKind.CREATE, patient, wanted))
        existing = in_chart(fhir_server, patient, wanted)
        renewed = replace(wanted, text="Changed")

        def another_hand() -> None:
            add_identifier(fhir_server, patient, existing.reference)

        async def write_with_another_hand() -> Written:
            fence = OriginFence([fhir_server.base_url], loopback_development=True)
            async with InterruptedClient(fence, another_hand) as client:
                tokens = Tokener(fhir_server.token(patient))
                ehr = FhirEhr(client, HAPI, ZoneInfo("America/Chicago"))
                sink = sink_of(ehr.connect(tokens, open_session(patient)))
                return await sink.write(confirmed(ChangeKind.UPDATE, patient, renewed, existing))

        assert asyncio.run(write_with_another_hand()).outcome == "updated"
        assert in_chart(fhir_server, patient, wanted).text == "Changed"
        with fhir_server.others(patient) as others:
            identifiers = others.get(existing.reference).json()["identifier"]
        assert {"system": "https://other.example", "value": "7"} in identifiers
