"""What is searched for is asked for at launch: a kind without its scope would never come."""

import pytest

from app.domain.scopes import GrantedScopes
from app.fhir_adapters.profiles import PROFILES
from app.launch import EhrRegistration
from app.launch.scopes import scopes_to_request
from app.sandbox_ehr.clients import APP_SCOPES

NO_FLAGS_THERE = {"oracle": {"Flag"}}
"""Oracle takes and shows no Flags: asking for them would only make its launches fail."""


def searched(adapter: str) -> set[str]:
    return {search.resource_type for searches in PROFILES[adapter].searches.values() for search in searches}


def asked_for(adapter: str, *capabilities: str) -> tuple[str, ...]:
    registration = EhrRegistration(
        "ehr", "EHR", "https://ehr.example/fhir", "id", write_scopes=PROFILES[adapter].write_scopes
    )
    return scopes_to_request(registration, frozenset(capabilities))


@pytest.mark.parametrize("capabilities", [(), ("permission-v2",)], ids=["v1", "v2"])
@pytest.mark.parametrize("adapter", PROFILES)
def test_every_kind_that_is_searched_has_its_scope(adapter: str, capabilities: tuple[str, ...]) -> None:
    granted = GrantedScopes(asked_for(adapter, *capabilities))
    missing = {kind for kind in searched(adapter) if not granted.allows_search(kind)}
    assert missing == NO_FLAGS_THERE.get(adapter, set())


@pytest.mark.parametrize("adapter", ["generic", "hapi"])
def test_the_sandbox_offers_every_scope_that_is_asked_for(adapter: str) -> None:
    offered = GrantedScopes(APP_SCOPES)
    assert not {kind for kind in searched(adapter) if not offered.allows_search(kind)}
