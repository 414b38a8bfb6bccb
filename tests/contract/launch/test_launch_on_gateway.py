"""The launch against a real SMART server: the sandbox EHR's gateway, over HTTP, as a public and as a symmetric client."""

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from app.domain.errors import LaunchAgain
from app.domain.session import LaunchSession, Secret
from app.launch import EhrRegistration, LaunchFlow
from app.outbound import OriginFence, OutboundClient
from app.storage import open_storage
from tests.contract.gateway.two_charts import ANNE, BORIS, bundle, chart, shared
from tests.servers import Sandbox, start_sandbox
from tests.smart_dance import Dance

pytestmark = pytest.mark.anyio

SEXTANT = "http://localhost:8200"
SECRET = "a shared secret: with + signs & more"


class SystemClock:
    """The real time."""

    def now(self) -> datetime:
        """Now."""
        return datetime.now(UTC)

    def today(self) -> date:
        """Today in UTC."""
        return self.now().date()

    def day_of(self, instant: datetime) -> date:
        """A day in UTC."""
        return instant.astimezone(UTC).date()


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    folder = tmp_path_factory.mktemp("launch")
    everything = ["launch", "openid", "fhirUser", "online_access", "patient/*.cruds"]
    client = {"client_id": "open", "redirect_uris": [f"{SEXTANT}/callback"], "scopes": everything}
    (folder / "clients.json").write_text(json.dumps([client, client | {"client_id": "sealed", "secret": SECRET}]))
    charts = [bundle(shared()), bundle(chart(ANNE)), bundle(chart(BORIS))]
    (folder / "charts.ndjson").write_text("\n".join(map(json.dumps, charts)))
    options: dict[str, Any] = {
        "clients": folder / "clients.json",
        "load": folder / "charts.ndjson",
        "as_of": "2026-11-24",
    }
    with start_sandbox(no_clinic=True, **options) as server:
        yield server


@pytest.fixture(params=["open", "sealed"])
def flow(request: pytest.FixtureRequest, sandbox: Sandbox, tmp_path: Path) -> Iterator[LaunchFlow]:
    registration = EhrRegistration(
        "sandbox",
        "Sandbox EHR",
        sandbox.fhir_base,
        request.param,
        Secret(SECRET) if request.param == "sealed" else None,
        is_loopback_development=True,
    )
    client = OutboundClient(OriginFence([registration.iss], loopback_development=True), loopback_development=True)
    storage = open_storage(f"sqlite:///{tmp_path}/sextant.db", Secret("a key for tests only"), SystemClock())
    yield LaunchFlow([registration], SEXTANT, {"sandbox": client}, storage.sessions, storage.audit, SystemClock())
    storage.close()


async def open_chart(flow: LaunchFlow, sandbox: Sandbox, patient: str) -> LaunchSession:
    """As a browser would: the chart's frame, our redirect, the EHR's sign-in, our callback."""
    handed = Dance(sandbox.base_url).open_app(patient)
    redirect = await flow.start(handed["iss"], handed["launch"], None)
    answer = httpx.get(redirect.url)
    assert answer.status_code == 302, answer.text
    return await flow.finish(query_of(answer.headers["location"]), redirect.browser)


def query_of(location: str) -> dict[str, str]:
    assert location.startswith(f"{SEXTANT}/callback?")
    return {name: values[0] for name, values in parse_qs(urlsplit(location).query).items()}


def read(sandbox: Sandbox, bearer: str, reference: str) -> int:
    return httpx.get(f"{sandbox.fhir_base}/{reference}", headers={"authorization": f"Bearer {bearer}"}).status_code


async def test_the_chart_that_was_open_is_the_one_we_may_read(flow: LaunchFlow, sandbox: Sandbox) -> None:
    session = await open_chart(flow, sandbox, ANNE)
    assert session.patient == f"Patient/{ANNE}"
    assert session.user.startswith("Practitioner")
    bearer = await flow.tokens(session).bearer()
    assert read(sandbox, bearer, f"Patient/{ANNE}") == 200
    assert read(sandbox, bearer, f"Patient/{BORIS}") in (403, 404)


async def test_tokens_that_the_ehr_ended_are_renewed(flow: LaunchFlow, sandbox: Sandbox) -> None:
    session = await open_chart(flow, sandbox, ANNE)
    sandbox.expire_tokens()
    source = flow.tokens(session)
    first = await source.bearer()
    assert read(sandbox, first, session.patient) == 401
    second = await source.renewed()
    assert second != first
    assert read(sandbox, second, session.patient) == 200
    assert await flow.tokens(flow.session(session.launch, session.browser)).bearer() == second


async def test_an_ended_launch_is_over_on_both_sides(flow: LaunchFlow, sandbox: Sandbox) -> None:
    session = await open_chart(flow, sandbox, ANNE)
    await flow.end(session.launch, session.browser)
    with pytest.raises(LaunchAgain):
        flow.session(session.launch, session.browser)
    assert read(sandbox, session.tokens.access.reveal(), session.patient) == 401


async def test_a_code_that_was_used_is_stale(flow: LaunchFlow, sandbox: Sandbox) -> None:
    handed = Dance(sandbox.base_url).open_app(ANNE)
    redirect = await flow.start(handed["iss"], handed["launch"], None)
    answer = query_of(httpx.get(redirect.url).headers["location"])
    other = await flow.start(handed["iss"], Dance(sandbox.base_url).open_app(ANNE)["launch"], redirect.browser)
    state = query_of(httpx.get(other.url).headers["location"])["state"]
    await flow.finish(answer, redirect.browser)
    with pytest.raises(LaunchAgain):
        await flow.finish({"code": answer["code"], "state": state}, redirect.browser)


async def test_the_token_says_how_long_it_lives(flow: LaunchFlow, sandbox: Sandbox) -> None:
    tokens = (await open_chart(flow, sandbox, BORIS)).tokens
    assert tokens.renew_at is not None
    assert tokens.renew_at < tokens.expires_at < datetime.now(UTC) + timedelta(days=1)
