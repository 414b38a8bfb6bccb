"""What an EHR says it can do (its CapabilityStatement), asked once an hour for each EHR."""

import asyncio
import time
from collections.abc import Mapping
from dataclasses import dataclass, field

from msgspec import Struct

from app.domain.errors import RecordUnreadable, SextantError
from app.fhir_adapters.base.authorised import FHIR_JSON
from app.fhir_adapters.base.json_text import decode
from app.outbound import OutboundClient

_KEEP_SECONDS = 3600.0
_KEEP_FAILURE_SECONDS = 60.0


class _Interaction(Struct, rename="camel", gc=False):
    code: str | None = None


class _Resource(Struct, rename="camel", gc=False):
    type: str | None = None
    interaction: list[_Interaction] | None = None


class _Rest(Struct, rename="camel", gc=False):
    mode: str | None = None
    resource: list[_Resource] | None = None
    interaction: list[_Interaction] | None = None


class _Statement(Struct, rename="camel", gc=False):
    rest: list[_Rest] | None = None


@dataclass(frozen=True, slots=True)
class Capability:
    """Interactions by resource type, and those of the whole server. Unknown (the EHR did not say): everything may be tried."""

    interactions: Mapping[str, frozenset[str]] = field(default_factory=dict)
    of_the_whole: frozenset[str] = frozenset()

    @property
    def is_known(self) -> bool:
        """Whether the EHR said anything."""
        return bool(self.interactions)

    def offers(self, resource_type: str, interaction: str | None = None) -> bool:
        """Whether a type (and an interaction on it) is offered, or might be. A type listed without any interaction is
        taken to offer all."""
        if not self.is_known:
            return True
        listed = self.interactions.get(resource_type)
        return listed is not None and (interaction is None or not listed or interaction in listed)


UNKNOWN = Capability()


class CapabilityCache:
    """The Capability of one EHR, shared by all launches; never raises."""

    def __init__(self, client: OutboundClient) -> None:
        self._client = client
        self._asking = asyncio.Lock()
        self._known = UNKNOWN
        self._good_until = 0.0

    @property
    def last_known(self) -> Capability:
        """Without asking."""
        return self._known

    async def get(self) -> Capability:
        """Asked when the last answer is an hour old (a minute after a failure)."""
        if time.monotonic() < self._good_until:
            return self._known
        async with self._asking:
            if time.monotonic() >= self._good_until:
                self._known = await capability(self._client)
                keep = _KEEP_SECONDS if self._known.is_known else _KEEP_FAILURE_SECONDS
                self._good_until = time.monotonic() + keep
        return self._known


async def capability(client: OutboundClient) -> Capability:
    """Ask `metadata` (no token: it is public). UNKNOWN when the EHR does not answer, or not with a statement."""
    try:
        answer = await client.get("metadata", headers={"Accept": FHIR_JSON})
        if not answer.is_ok:
            return UNKNOWN
        return read_capability(answer.body)
    except SextantError:
        return UNKNOWN


def read_capability(body: bytes) -> Capability:
    """The Capability in a CapabilityStatement's JSON text. Raises RecordUnreadable when it is none."""
    statement, broken = decode(body, _Statement)
    if "rest" in broken:
        raise RecordUnreadable("it does not have the shape of a CapabilityStatement")
    servers = [rest for rest in statement.rest or () if rest.mode in (None, "server")]
    of_the_whole = frozenset(i.code for rest in servers for i in rest.interaction or () if i.code)
    return Capability(
        {
            resource.type: frozenset(i.code for i in resource.interaction or () if i.code)
            for rest in servers
            for resource in rest.resource or ()
            if resource.type
        },
        of_the_whole,
    )
