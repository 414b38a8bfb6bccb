"""A stub EHR at the HTTP edge, a launch flow in front of it, and real storage behind it."""

from collections.abc import Iterator

import pytest
import respx

from app.domain.session import Secret
from app.launch import EhrRegistration, LaunchFlow
from app.outbound import Limits, OriginFence, OutboundClient
from app.storage import Storage, open_storage
from tests.clocks import SetClock
from tests.stub_smart_ehr import CLIENT, ISS, SECRET, SEXTANT, StubSmartEhr

_ONE_TRY = Limits(retries=0)


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def clock() -> SetClock:
    return SetClock()


@pytest.fixture(scope="session")
def database_url(tmp_path_factory: pytest.TempPathFactory) -> str:
    """One database for the whole folder: every launch has random ids of its own."""
    return f"sqlite:///{tmp_path_factory.mktemp('launch')}/sextant.db"


@pytest.fixture
def storage(database_url: str, clock: SetClock) -> Iterator[Storage]:
    opened = open_storage(database_url, Secret("a key for tests only, not a secret of anybody"), clock)
    yield opened
    opened.close()


@pytest.fixture
def network() -> Iterator[respx.MockRouter]:
    """Every request that nobody expects fails the test."""
    with respx.mock(assert_all_called=False) as router:
        yield router


@pytest.fixture
def ehr(network: respx.MockRouter, clock: SetClock) -> StubSmartEhr:
    return StubSmartEhr(network, clock)


@pytest.fixture
def registration() -> EhrRegistration:
    return EhrRegistration("clinic", "Clinic EHR", ISS, CLIENT, Secret(SECRET), allowed_hosts=("login.example",))


@pytest.fixture
def client(registration: EhrRegistration) -> OutboundClient:
    return OutboundClient(OriginFence([registration.iss]), limits=_ONE_TRY)


@pytest.fixture
def flow(registration: EhrRegistration, client: OutboundClient, storage: Storage, clock: SetClock) -> LaunchFlow:
    return LaunchFlow([registration], SEXTANT, {"clinic": client}, storage.sessions, storage.audit, clock)
