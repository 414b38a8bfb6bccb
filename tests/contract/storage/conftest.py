"""Every test of this folder runs on SQLite and on a real PostgreSQL."""

import secrets
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.domain.session import Secret
from app.storage import Storage, open_storage
from tests.clocks import SetClock
from tests.postgres import postgres_database, postgres_server

KEY = Secret("a key for tests only, not a secret of anybody")


@pytest.fixture
def clock() -> SetClock:
    return SetClock()


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    with postgres_server() as url:
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path}/deep/sextant.db"
        return
    with postgres_database(request.getfixturevalue("postgres_url"), f"t{secrets.token_hex(6)}") as url:
        yield url


@pytest.fixture
def storage(database_url: str, clock: SetClock) -> Iterator[Storage]:
    opened = open_storage(database_url, KEY, clock)
    yield opened
    opened.close()
