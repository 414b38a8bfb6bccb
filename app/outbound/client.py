"""An asynchronous HTTP client for one EHR: fenced, time-limited, size-limited, with retries for reads only."""

import asyncio
import logging
import time
from collections.abc import Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import Self

import httpx
from httpx_retries import Retry, RetryTransport
from httpx_secure import SSRFProtectionError, httpx_ssrf_protection

from app.domain.errors import NotPermitted, RecordUnreadable, TryAgainLater
from app.outbound.answer import Answer, JsonAnswer
from app.outbound.fence import OriginFence

log = logging.getLogger("sextant.outbound")

for _chatty in ("httpx", "httpcore", "httpx_retries"):
    # These print whole URLs, and a FHIR query names a patient.
    logging.getLogger(_chatty).setLevel(logging.WARNING)

_READS = frozenset({"GET", "HEAD"})


@dataclass(frozen=True, slots=True)
class Limits:
    """Limits of one client. Seconds, bytes, connections; `retries` and `longest_wait` (between tries) are for reads."""

    connect_seconds: float = 3.0
    silence_seconds: float = 8.0
    read_total_seconds: float = 10.0
    write_total_seconds: float = 15.0
    retries: int = 3
    longest_wait: float = 4.0
    first_wait: float = 0.25
    max_bytes: int = 32 * 1024 * 1024
    connections: int = 12


class OutboundClient:
    """Makes requests inside a fence. Any HTTP status is an `Answer`; only transport trouble raises:

    TryAgainLater (no answer in time, connection lost), NotPermitted (outside the fence, or an address that must not be
    reached), RecordUnreadable (answer larger than the limit). Redirects come back as answers and are never followed.
    """

    def __init__(self, fence: OriginFence, *, loopback_development: bool = False, limits: Limits | None = None) -> None:
        self.fence = fence
        self.limits = limits or Limits()
        self._http = _http_client(self.limits, loopback_development)

    def within(self, fence: OriginFence, limits: Limits | None = None) -> "OutboundClient":
        """A view with another fence that shares this client's connections (close only the original). Other `limits` hold
        for retries, total time and size; the connections keep theirs."""
        view = object.__new__(OutboundClient)
        view.fence, view.limits, view._http = fence, limits or self.limits, self._http
        return view

    async def get(self, url: str, *, headers: Mapping[str, str] | None = None) -> Answer:
        """GET; retried on 429, 502, 503, 504 and lost connections, within `read_total_seconds`."""
        return await self.request("GET", url, headers=headers)

    async def get_json(
        self, url: str, *, headers: Mapping[str, str] | None = None, accept: str = "application/json"
    ) -> JsonAnswer:
        """GET with an Accept header: discovery documents, key sets, FHIR."""
        return await self.request("GET", url, headers={"Accept": accept, **(headers or {})})

    async def post_form(
        self,
        url: str,
        form: Mapping[str, str],
        *,
        headers: Mapping[str, str] | None = None,
        basic: tuple[str, str] | None = None,
    ) -> JsonAnswer:
        """POST a form once (token endpoint). `basic` is (client id, secret) for HTTP Basic, sent as given."""
        sent = {"Accept": "application/json", **(headers or {})}
        auth = httpx.BasicAuth(*basic) if basic else None
        request = self._http.build_request("POST", self.fence.resolve(url), data=dict(form), headers=sent)
        return await self._send(request, auth)

    async def request(
        self, method: str, url: str, *, headers: Mapping[str, str] | None = None, content: bytes | None = None
    ) -> Answer:
        """Any method. Only GET and HEAD are ever repeated. A relative `url` is resolved against the fence's base."""
        request = self._http.build_request(
            method,
            self.fence.resolve(url),
            headers=dict(headers or {}),
            content=content,
            extensions={"retry": _retry(self.limits)},
        )
        return await self._send(request)

    async def aclose(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()

    async def _send(self, request: httpx.Request, auth: httpx.BasicAuth | None = None) -> Answer:
        started = time.monotonic()
        is_read = request.method in _READS
        seconds = self.limits.read_total_seconds if is_read else self.limits.write_total_seconds
        outcome = "no answer"
        try:
            async with asyncio.timeout(seconds):
                answer = await self._answer_to(request, auth)
            outcome = str(answer.status)
            return answer
        except (TimeoutError, httpx.TimeoutException):
            raise TryAgainLater("The EHR did not answer in time.") from None
        except SSRFProtectionError:
            raise NotPermitted("The EHR's address leads to a network that must not be reached.") from None
        except httpx.HTTPError:
            raise TryAgainLater("The connection to the EHR failed or was lost.") from None
        finally:
            milliseconds = round((time.monotonic() - started) * 1000)
            log.info("%s %s: %s in %d ms", request.method, request.url.host, outcome, milliseconds)

    async def _answer_to(self, request: httpx.Request, auth: httpx.BasicAuth | None) -> Answer:
        response = await self._http.send(request, stream=True, auth=auth, follow_redirects=False)
        try:
            body = await self._limited_body(response)
        finally:
            await response.aclose()
        return Answer(response.status_code, body, {k.lower(): v for k, v in response.headers.items()})

    async def _limited_body(self, response: httpx.Response) -> bytes:
        chunks: list[bytes] = []
        size = 0
        async for chunk in response.aiter_bytes():
            size += len(chunk)
            if size > self.limits.max_bytes:
                raise RecordUnreadable("The EHR's answer is larger than Sextant accepts.")
            chunks.append(chunk)
        return b"".join(chunks)


def _http_client(limits: Limits, loopback_development: bool) -> httpx.AsyncClient:
    pool = httpx.Limits(max_connections=limits.connections, max_keepalive_connections=limits.connections)
    transport = httpx.AsyncHTTPTransport(limits=pool, trust_env=False, retries=0)
    _fence_addresses(transport, loopback_development)
    return httpx.AsyncClient(
        transport=RetryTransport(transport=transport, retry=_retry(limits)),
        timeout=httpx.Timeout(limits.silence_seconds, connect=limits.connect_seconds),
        trust_env=False,
        follow_redirects=False,
        headers={"User-Agent": "Sextant"},
    )


def _retry(limits: Limits) -> Retry:
    return Retry(
        total=limits.retries,
        allowed_methods=_READS,
        backoff_factor=limits.first_wait,
        max_backoff_wait=limits.longest_wait,
        total_timeout=limits.read_total_seconds,
    )


def _fence_addresses(transport: httpx.AsyncHTTPTransport, loopback_development: bool) -> None:
    """The second fence, at the resolver: public addresses only, or (development) this machine only.

    httpx-secure protects the pool of a plain client, so the pool is protected before the retries wrap it.
    """
    plain = httpx.AsyncClient(transport=transport, trust_env=False)
    if loopback_development:
        httpx_ssrf_protection(
            plain, check_globally_reachable=False, custom_validator=lambda host, address, port: address.is_loopback
        )
    else:
        httpx_ssrf_protection(plain)
