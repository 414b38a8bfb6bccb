"""What Sextant writes, on a real HAPI server: a sink as a launch has it, and a person in whose chart it may write."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

import httpx

from app.domain.flag import (
    ChangeKind,
    ChartFlag,
    FlagChange,
    FlagIntent,
    Intent,
    LastWritten,
    NoteChange,
    NoteIntent,
    WantedFlag,
    WantedNote,
    Written,
)
from app.domain.scopes import GrantedScopes
from app.fhir_adapters import EhrProfile, FhirEhr
from app.fhir_adapters.base.capability import CapabilityCache
from app.fhir_adapters.hapi import HAPI
from app.outbound import OriginFence, OutboundClient
from app.ports import EhrConnection, FlagSink
from tests.contract.fhir_adapters.launched import Tokener
from tests.crash.clinic import Hapi

AT = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
TODAY = date(2026, 11, 24)
T = TypeVar("T")


@dataclass
class Chart:
    """One person's chart on HAPI, and Sextant's way to it. Evidence and doctor exist: HAPI looks whether they do."""

    hapi: Hapi
    profile: EhrProfile = HAPI
    scopes: tuple[str, ...] = ("patient/*.cruds",)
    number: str = field(default_factory=lambda: f"w{secrets.token_hex(6)}")

    @property
    def patient(self) -> str:
        return f"Patient/{self.number}"

    @property
    def doctor(self) -> str:
        return f"Practitioner/{self.number}-d"

    @property
    def evidence(self) -> str:
        return f"Condition/{self.number}-c"

    def prepare(self) -> Chart:
        self.hapi.transaction(
            {"resourceType": "Patient", "id": self.number},
            {"resourceType": "Practitioner", "id": f"{self.number}-d"},
            {"resourceType": "Condition", "id": f"{self.number}-c", "subject": {"reference": self.patient}},
        )
        return self

    def with_sink(self, use: Callable[[FlagSink], Coroutine[Any, Any, T]]) -> T:
        """Use a sink that was chosen as for a launch."""

        async def run() -> T:
            fence = OriginFence([self.hapi.base], loopback_development=True)
            async with OutboundClient(fence, loopback_development=True) as client:
                sink = (await self.connect(client)).sink
                assert sink is not None
                return await use(sink)

        return asyncio.run(run())

    async def connect(self, client: OutboundClient) -> EhrConnection:
        ehr = FhirEhr(client, self.profile, ZoneInfo("UTC"), software="Sextant under test")
        await _capabilities(ehr).get()
        return ehr.connect_as(Tokener("none"), GrantedScopes(self.scopes))

    def write(self, intent: Intent) -> Written:
        return self.with_sink(lambda sink: sink.write(intent))

    def wanted(self, text: str = "Naloxone is not on record (Sextant, as of 2026-11-24)") -> WantedFlag:
        return WantedFlag("naloxone", "1", f"id-{self.number}", text, "red", "safety", TODAY, (self.evidence,), "facts")

    def flag(self, kind: ChangeKind, existing: ChartFlag | None = None, **wanted: Any) -> FlagIntent:
        change = FlagChange(kind, "naloxone", "because", self.wanted(**wanted), existing)
        decision = secrets.token_hex(8)
        return FlagIntent(change, self.patient, self.doctor, None, TODAY, AT, decision)

    def note(self, text: str = "Open at this visit:\n- Naloxone is not on record", **more: Any) -> NoteIntent:
        note = WantedNote(f"note-{self.number}", f"Sextant summary ({self.number})", text, TODAY, ("naloxone",))
        return NoteIntent(
            NoteChange("because", note, **more), self.patient, AT, self.doctor, None, AT, secrets.token_hex(8)
        )

    def last_note(self, written: Written) -> LastWritten:
        return LastWritten(
            f"note-{self.number}", "visit_note", "", "active", reference=written.reference, version=written.version
        )

    def stored(self, reference: str | None) -> dict[str, Any]:
        answer = self.hapi.client.get(f"{self.hapi.base}/{reference}")
        return dict(answer.raise_for_status().json())

    def flags(self) -> list[dict[str, Any]]:
        return self.hapi.find(f"Flag?patient={self.number}")

    def chart_flag(self) -> ChartFlag:
        """Our Flag as a review would have read it."""
        (flag,) = self.flags()
        identifier, version = f"id-{self.number}", flag["meta"]["versionId"]
        reference, text = f"Flag/{flag['id']}", flag["code"]["text"]
        return ChartFlag(reference, flag["status"], text, self.patient, identifier, "naloxone", version=version)


def _capabilities(ehr: FhirEhr) -> CapabilityCache:
    # A review asks for them; here nothing is reviewed.
    return ehr._capabilities


def hapi_at(base: str) -> Hapi:
    return Hapi(base, httpx.Client(timeout=60, trust_env=False))
