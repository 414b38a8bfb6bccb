"""Everything that expires does so at its second, and a spent token ends its family."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass

import pytest

from app.sandbox_ehr.clients import read_registry, registered
from app.sandbox_ehr.tokens import Authorization, Launch, TokenDesk

VERIFIER = "v" * 43
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()
LAUNCH = Launch("anne", None, "Practitioner/quill")
APPROVED = Authorization("app", LAUNCH, ("launch", "online_access"), "http://app.test/cb", CHALLENGE, None, "family")


@dataclass
class StandingClock:
    now: float = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> StandingClock:
    return StandingClock()


@pytest.fixture
def desk(clock: StandingClock) -> TokenDesk:
    return TokenDesk(access_seconds=300, clock=clock)


@pytest.mark.parametrize(("seconds", "works"), [(59, True), (60, False)])
def test_a_code_lives_a_minute(desk: TokenDesk, clock: StandingClock, seconds: int, works: bool) -> None:
    code = desk.issue_code(APPROVED)
    clock.now += seconds
    assert (desk.redeem(code, "app", "http://app.test/cb", VERIFIER) is not None) == works


@pytest.mark.parametrize(("seconds", "works"), [(299, True), (300, False)])
def test_an_access_token_expires(desk: TokenDesk, clock: StandingClock, seconds: int, works: bool) -> None:
    issued = desk.redeem(desk.issue_code(APPROVED), "app", "http://app.test/cb", VERIFIER)
    assert issued is not None
    assert issued.expires_in == 300
    clock.now += seconds
    assert (desk.bearer(issued.access_token) is not None) == works


@pytest.mark.parametrize(("seconds", "works"), [(599, True), (600, False)])
def test_a_launch_lives_ten_minutes(desk: TokenDesk, clock: StandingClock, seconds: int, works: bool) -> None:
    token = desk.open_launch(LAUNCH)
    clock.now += seconds
    assert (desk.launch(token) == LAUNCH) == works


def test_refresh_may_narrow_and_never_widens(desk: TokenDesk) -> None:
    issued = desk.redeem(desk.issue_code(APPROVED), "app", "http://app.test/cb", VERIFIER)
    assert issued is not None
    assert issued.refresh_token is not None
    assert desk.refresh(issued.refresh_token, "another-app") is None
    assert desk.refresh(issued.refresh_token, "app", ("launch", "patient/Flag.rs")) is None
    narrowed = desk.refresh(issued.refresh_token, "app", ("launch",))
    assert narrowed is not None
    assert narrowed.authorization.scopes == ("launch",)


def test_basic_credentials_are_form_decoded() -> None:
    registry = registered("an app", "p+q:r%", ())
    header = "Basic " + base64.b64encode(b"an+app:p%2Bq%3Ar%25").decode()
    client = registry.authenticated({}, header)
    assert client is not None
    assert client.client_id == "an app"
    assert registry.authenticated({"client_id": "other"}, header) is None
    assert registry.authenticated({}, "Basic !!!") is None
    assert registry.authenticated({}, "Bearer abc") is None


def test_a_secret_is_not_printed() -> None:
    assert "hunter2" not in repr(registered("app", "hunter2", ()))


def test_a_registry_of_ones_own() -> None:
    registry = read_registry('[{"client_id": "a", "redirect_uris": ["http://a.test/cb"], "scopes": ["launch"]}]')
    client = registry.find("a")
    assert client is not None
    assert client.is_public
    assert client.redirect_uris == ("http://a.test/cb",)
    assert registry.find("sextant") is None
