"""What the one HTTP client does at its edges: retries, limits, redirects, silence about patients."""

import asyncio
import logging
import time
from collections.abc import Iterator

import httpx
import pytest
import respx

from app.domain.errors import LaunchAgain, NotPermitted, RecordUnreadable, TryAgainLater, WrongUsage
from app.outbound import Answer, Limits, OriginFence, OutboundClient, remedy_for

BASE = "https://ehr.example/fhir"
QUICK = Limits(first_wait=0.0, max_bytes=2000, read_total_seconds=2.0, write_total_seconds=2.0)


@pytest.fixture
def ehr() -> Iterator[respx.MockRouter]:
    with respx.mock(base_url=BASE, assert_all_called=False) as router:
        yield router


def ask(method: str, url: str, limits: Limits = QUICK) -> Answer:
    async def once() -> Answer:
        async with OutboundClient(OriginFence([BASE]), limits=limits) as client:
            return await client.request(method, url)

    return asyncio.run(once())


def test_a_read_is_repeated_after_429_without_retry_after(ehr: respx.MockRouter) -> None:
    route = ehr.get("/Patient/1").mock(side_effect=[httpx.Response(429), httpx.Response(503), httpx.Response(200)])
    assert ask("GET", "Patient/1").status == 200
    assert route.call_count == 3


def test_a_read_is_repeated_at_most_three_times(ehr: respx.MockRouter) -> None:
    route = ehr.get("/Patient/1").mock(return_value=httpx.Response(429))
    assert ask("GET", "Patient/1").status == 429
    assert route.call_count == 4


def test_retry_after_is_honoured_up_to_the_longest_wait(ehr: respx.MockRouter) -> None:
    ehr.get("/Patient/1").mock(side_effect=[httpx.Response(503, headers={"Retry-After": "600"}), httpx.Response(200)])
    started = time.monotonic()
    assert ask("GET", "Patient/1", Limits(longest_wait=0.3)).status == 200
    assert 0.25 <= time.monotonic() - started < 3


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
def test_a_write_is_never_repeated(ehr: respx.MockRouter, method: str) -> None:
    route = ehr.route(method=method).mock(return_value=httpx.Response(503))
    assert ask(method, "Flag/1").status == 503
    assert route.call_count == 1


def test_a_slow_ehr_ends_within_the_time_limit(ehr: respx.MockRouter) -> None:
    async def slow(request: httpx.Request) -> httpx.Response:
        await asyncio.sleep(30)
        return httpx.Response(200)

    ehr.get("/Patient/1").mock(side_effect=slow)
    with pytest.raises(TryAgainLater):
        ask("GET", "Patient/1", Limits(read_total_seconds=0.2))


def test_a_lost_connection_is_a_matter_of_trying_later(ehr: respx.MockRouter) -> None:
    ehr.get("/Patient/1").mock(side_effect=httpx.ConnectError("refused"))
    with pytest.raises(TryAgainLater):
        ask("GET", "Patient/1")


def test_an_answer_that_is_too_large_is_given_up(ehr: respx.MockRouter) -> None:
    ehr.get("/Patient/1").mock(return_value=httpx.Response(200, content=b"x" * 2001))
    with pytest.raises(RecordUnreadable):
        ask("GET", "Patient/1")


def test_a_redirect_is_an_answer_and_is_not_followed(ehr: respx.MockRouter) -> None:
    elsewhere = ehr.get("https://evil.example/").mock(return_value=httpx.Response(200))
    ehr.get("/Patient/1").mock(return_value=httpx.Response(302, headers={"Location": "https://evil.example/"}))
    answer = ask("GET", "Patient/1")
    assert answer.status == 302
    assert isinstance(remedy_for(answer), NotPermitted)
    assert not elsewhere.called


def test_nothing_is_sent_outside_the_fence(ehr: respx.MockRouter) -> None:
    outside = ehr.route(host="evil.example").mock(return_value=httpx.Response(200))
    with pytest.raises(NotPermitted):
        ask("GET", "https://evil.example/fhir/Patient/1")
    assert not outside.called


def test_addresses_inside_the_house_are_refused_by_the_second_fence() -> None:
    async def once() -> Answer:
        async with OutboundClient(OriginFence(["https://127.0.0.1:1/fhir"]), limits=QUICK) as client:
            return await client.get("metadata")

    with pytest.raises(NotPermitted):
        asyncio.run(once())


def test_a_development_client_reaches_this_machine_and_nothing_else() -> None:
    async def once(base: str) -> Answer:
        fence = OriginFence([base], loopback_development=True)
        async with OutboundClient(fence, loopback_development=True, limits=QUICK) as client:
            return await client.get("metadata")

    with pytest.raises(TryAgainLater):
        asyncio.run(once("http://127.0.0.1:1/fhir"))
    with pytest.raises(NotPermitted):
        asyncio.run(once("https://169.254.169.254/fhir"))


def test_logs_hold_no_url_and_no_body(ehr: respx.MockRouter, caplog: pytest.LogCaptureFixture) -> None:
    ehr.get("/Observation").mock(side_effect=[httpx.Response(503), httpx.Response(200, content=b"secret-body")])
    with caplog.at_level(logging.DEBUG):
        ask("GET", "Observation?patient=secret-id")
    assert "200" in caplog.text
    assert "secret" not in caplog.text


def test_the_answer_does_not_print_its_body() -> None:
    assert "Muster" not in repr(Answer(200, b'{"name": "Muster"}', {"x": "Muster"}))


def test_a_form_is_posted_with_basic_authentication(ehr: respx.MockRouter) -> None:
    route = ehr.post("/token").mock(return_value=httpx.Response(400, json={"error": "invalid_grant"}))

    async def once() -> Answer:
        async with OutboundClient(OriginFence([BASE])) as client:
            return await client.post_form("token", {"code": "a b"}, basic=("id", "secret"))

    answer = asyncio.run(once())
    assert answer.json() == {"error": "invalid_grant"}
    request = route.calls[0].request
    assert request.content == b"code=a+b"
    assert request.headers["authorization"] == "Basic aWQ6c2VjcmV0"


@pytest.mark.parametrize(
    ("status", "remedy"),
    [
        (200, type(None)),
        (401, LaunchAgain),
        (403, NotPermitted),
        (404, WrongUsage),
        (429, TryAgainLater),
        (500, TryAgainLater),
        (302, NotPermitted),
    ],
)
def test_a_status_means_a_remedy(status: int, remedy: type[object]) -> None:
    assert isinstance(remedy_for(Answer(status, b"")), remedy)


def test_what_is_not_json_is_unreadable() -> None:
    with pytest.raises(RecordUnreadable):
        Answer(200, b"<html>").json()


def test_two_views_share_connections_and_keep_their_own_fence(ehr: respx.MockRouter) -> None:
    ehr.get("https://auth.example/token").mock(return_value=httpx.Response(200))

    async def once() -> tuple[int, bool]:
        async with OutboundClient(OriginFence([BASE])) as client:
            view = client.within(OriginFence(["https://auth.example"]))
            answer = await view.get("token")
            return answer.status, client.fence.allows("https://auth.example/token")

    assert asyncio.run(once()) == (200, False)
