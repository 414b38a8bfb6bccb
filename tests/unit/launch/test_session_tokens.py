"""Bearer tokens of an open session: renewed in time, once, and never lost."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import httpx
import pytest

from app.domain.errors import AskAnAdministrator, LaunchAgain, TryAgainLater
from app.domain.session import LaunchSession, Secret
from app.launch import EhrRegistration, LaunchFlow
from app.outbound import OutboundClient
from app.storage import Storage
from tests.clocks import SetClock
from tests.stub_smart_ehr import ISS, LOGIN, SEXTANT, StubSmartEhr

pytestmark = pytest.mark.anyio


@pytest.fixture
async def session(flow: LaunchFlow, ehr: StubSmartEhr) -> LaunchSession:
    """A session whose token lives 1000 seconds and can be renewed."""
    redirect = await flow.start(ISS, "launch", None)
    return await flow.finish(ehr.sign_in(redirect.url), redirect.browser)


async def test_a_young_token_is_used_as_it_is(
    flow: LaunchFlow, ehr: StubSmartEhr, session: LaunchSession, clock: SetClock
) -> None:
    clock.forward(timedelta(seconds=799))
    assert await flow.tokens(session).bearer() == "access-0"
    assert ehr.refreshes == 0


async def test_it_is_renewed_at_four_fifths_of_its_life(
    flow: LaunchFlow, ehr: StubSmartEhr, session: LaunchSession, clock: SetClock
) -> None:
    clock.forward(timedelta(seconds=800))
    assert await flow.tokens(session).bearer() == "access-1"
    assert set(ehr.token_requests[-1]) == {"grant_type", "refresh_token"}
    stored = flow.session(session.launch, session.browser).tokens
    assert (stored.access.reveal(), stored.expires_at) == ("access-1", clock.now() + timedelta(seconds=1000))
    assert stored.refresh is not None
    assert stored.refresh.reveal() == "refresh-1"
    assert stored.scopes == session.tokens.scopes  # not stated in the answer: those granted before


async def test_it_goes_on_renewing_with_each_new_refresh_token(
    flow: LaunchFlow, ehr: StubSmartEhr, session: LaunchSession, clock: SetClock
) -> None:
    source = flow.tokens(session)
    for number in range(1, 5):
        clock.forward(timedelta(seconds=900))
        assert await source.bearer() == f"access-{number}"


async def test_the_old_refresh_token_stays_when_none_comes(
    flow: LaunchFlow, ehr: StubSmartEhr, session: LaunchSession, clock: SetClock
) -> None:
    ehr.renewals = {"refresh_token": None}
    clock.forward(timedelta(seconds=900))
    await flow.tokens(session).bearer()
    stored = flow.session(session.launch, session.browser).tokens
    assert stored.refresh is not None
    assert stored.refresh.reveal() == "refresh-0"


async def test_narrower_scopes_of_a_renewal_count(
    flow: LaunchFlow, ehr: StubSmartEhr, session: LaunchSession, clock: SetClock
) -> None:
    ehr.renewals = {"scope": "openid"}
    clock.forward(timedelta(seconds=900))
    await flow.tokens(session).bearer()
    assert flow.session(session.launch, session.browser).tokens.scopes == ("openid",)


async def test_a_renewal_does_not_change_who_or_whose_chart(
    flow: LaunchFlow, ehr: StubSmartEhr, session: LaunchSession, clock: SetClock
) -> None:
    ehr.renewals = {"patient": "p2", "id_token": "x.y.z"}
    clock.forward(timedelta(seconds=900))
    await flow.tokens(session).bearer()
    found = flow.session(session.launch, session.browser)
    assert (found.patient, found.user) == (session.patient, session.user)


async def test_many_requests_at_once_renew_once(
    flow: LaunchFlow, ehr: StubSmartEhr, session: LaunchSession, clock: SetClock
) -> None:
    clock.forward(timedelta(seconds=900))
    bearers = await asyncio.gather(*(flow.tokens(session).bearer() for _ in range(10)))
    assert set(bearers) == {"access-1"}
    assert len(ehr.token_requests) == 2  # the code, and one renewal


async def test_many_refused_requests_renew_once(flow: LaunchFlow, ehr: StubSmartEhr, session: LaunchSession) -> None:
    sources = [flow.tokens(session) for _ in range(10)]
    assert set(await asyncio.gather(*(source.renewed() for source in sources))) == {"access-1"}
    assert len(ehr.token_requests) == 2  # the code, and one renewal


async def test_of_two_processes_the_later_takes_the_earlier_ones_token(
    flow: LaunchFlow,
    ehr: StubSmartEhr,
    session: LaunchSession,
    registration: EhrRegistration,
    client: OutboundClient,
    storage: Storage,
    clock: SetClock,
) -> None:
    other = LaunchFlow([registration], SEXTANT, {"clinic": client}, storage.sessions, storage.audit, clock)
    clock.forward(timedelta(seconds=900))
    assert await other.tokens(session).bearer() == "access-1"
    assert await flow.tokens(session).bearer() == "access-1"
    assert ehr.refreshes == 1


async def test_a_refresh_token_that_another_process_just_spent_is_no_loss(
    flow: LaunchFlow, ehr: StubSmartEhr, session: LaunchSession, storage: Storage, clock: SetClock
) -> None:
    newer = replace(session.tokens, expires_at=clock.now() + timedelta(hours=1))

    def spent_elsewhere(request: httpx.Request) -> httpx.Response:
        storage.sessions.replace_tokens(session.launch, replace(newer, access=Secret("access-other")))
        return httpx.Response(400, json={"error": "invalid_grant"})

    ehr.network.post(f"{LOGIN}/token").mock(side_effect=spent_elsewhere)
    clock.forward(timedelta(seconds=900))
    assert await flow.tokens(session).bearer() == "access-other"


async def test_a_refresh_token_that_is_over_ends_the_launch(
    flow: LaunchFlow, ehr: StubSmartEhr, session: LaunchSession, clock: SetClock
) -> None:
    ehr.refreshes = 5  # the server has moved on
    clock.forward(timedelta(seconds=900))
    with pytest.raises(LaunchAgain):
        await flow.tokens(session).bearer()


async def test_while_the_sign_in_is_down_a_token_that_still_lives_is_used(
    flow: LaunchFlow, ehr: StubSmartEhr, session: LaunchSession, clock: SetClock
) -> None:
    ehr.refusal = httpx.Response(503)
    clock.forward(timedelta(seconds=900))
    assert await flow.tokens(session).bearer() == "access-0"
    clock.forward(timedelta(seconds=100))
    with pytest.raises(TryAgainLater):
        await flow.tokens(session).bearer()
    ehr.refusal = None
    assert await flow.tokens(session).bearer() == "access-1"


async def test_without_a_refresh_token_it_lives_to_its_end_and_no_longer(
    flow: LaunchFlow, ehr: StubSmartEhr, clock: SetClock
) -> None:
    ehr.answer["refresh_token"] = None
    redirect = await flow.start(ISS, "launch", None)
    session = await flow.finish(ehr.sign_in(redirect.url), redirect.browser)
    source = flow.tokens(session)
    clock.forward(timedelta(seconds=999))
    assert await source.bearer() == "access-0"
    with pytest.raises(LaunchAgain):
        await flow.tokens(session).renewed()
    clock.forward(timedelta(seconds=1))
    with pytest.raises(LaunchAgain):
        await source.bearer()


async def test_an_ended_session_gives_no_token_to_renew(
    flow: LaunchFlow, ehr: StubSmartEhr, session: LaunchSession, clock: SetClock
) -> None:
    source = flow.tokens(session)
    await flow.end(session.launch, session.browser)
    clock.forward(timedelta(seconds=900))
    with pytest.raises(LaunchAgain):
        await source.bearer()


async def test_an_ehr_that_left_the_settings_gives_no_tokens(flow: LaunchFlow, session: LaunchSession) -> None:
    with pytest.raises(AskAnAdministrator):
        flow.tokens(replace(session, ehr="gone"))
