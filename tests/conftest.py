"""Fixtures that every test folder shares: one real HAPI server for the whole run."""

from collections.abc import Iterator

import pytest

from tests.hapi_server import start_hapi


@pytest.fixture(scope="session")
def hapi_server() -> Iterator[str]:
    """The FHIR base of a real HAPI server, shared by the whole run: each test makes patients of its own."""
    with start_hapi() as base:
        yield base
