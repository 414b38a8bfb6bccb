"""One configured EHR, and the way to it for each open launch."""

from zoneinfo import ZoneInfo

from app.domain.outbox import Writing
from app.domain.scopes import GrantedScopes, Reach
from app.domain.session import LaunchSession
from app.fhir_adapters.base.authorised import AuthorisedClient
from app.fhir_adapters.base.capability import CapabilityCache
from app.fhir_adapters.base.chart_writes import ChartWrites
from app.fhir_adapters.base.profile import EhrProfile
from app.fhir_adapters.base.reader import FhirReader
from app.fhir_adapters.base.sink import ChartSink
from app.outbound import OutboundClient
from app.ports import EhrConnection, Takes, TokenSource

_NOTE = "This EHR takes no Flags: the result goes into the chart as one note of this visit."
_NOT_TAKEN = "This EHR takes no Flags; the result stays in this app: print or copy it."
_NOT_GRANTED = "This launch was not granted writing Flags; the result stays in this app: print or copy it."
_SWITCHED_OFF = "Writing to the chart is switched off for this site; the result stays in this app: print or copy it."
_DRY_RUN = "This site only tries Sextant out: what would be written is shown, and nothing is written."


class FhirEhr:
    """`client` is fenced to the EHR's FHIR base; `zone` is where it writes times that name no zone; `writing` is what the
    site allows; `software` is our name and version, for Provenances."""

    def __init__(
        self,
        client: OutboundClient,
        profile: EhrProfile,
        zone: ZoneInfo,
        writing: Writing = Writing.ON,
        software: str = "Sextant",
    ) -> None:
        self._client = client
        self._profile = profile
        self._zone = zone
        self._writing = writing
        self._software = software
        self._capabilities = CapabilityCache(client)

    def connect(self, tokens: TokenSource, session: LaunchSession) -> EhrConnection:
        """A reader, and a sink where something may be written. What the EHR offers is known once a chart was read from it."""
        return self.connect_as(tokens, GrantedScopes(session.tokens.scopes))

    def connect_as(self, tokens: TokenSource, granted: GrantedScopes) -> EhrConnection:
        """The same for whatever was granted: a launch, or Backend Services."""
        reader = FhirReader(self._client, tokens, granted, self._profile, self._zone, self._capabilities)
        if self._writing is Writing.OFF:
            return EhrConnection(reader, None, _SWITCHED_OFF, Takes.NOTHING, self._writing)
        takes = self._takes(granted)
        if takes is Takes.NOTHING:
            note = _NOT_GRANTED if self._offers_flags() else _NOT_TAKEN
            return EhrConnection(reader, None, note, takes, self._writing)
        client = AuthorisedClient(self._client, tokens)
        writes = ChartWrites(client, self._capabilities, self._profile, granted, self._software)
        note = _DRY_RUN if self._writing is Writing.DRY_RUN else _NOTE if takes is Takes.NOTE else ""
        sink = ChartSink(writes)
        can_take_back = takes is Takes.FLAGS or sink.can_take_notes_back
        return EhrConnection(reader, sink, note, takes, self._writing, can_take_back)

    def _takes(self, granted: GrantedScopes) -> Takes:
        """Flags where they are offered and granted, else a note where that is, else nothing."""
        if self._offers_flags() and granted.allows("Flag", "cu") and granted.allows_search("Flag"):
            return Takes.FLAGS
        can_look = granted.reach("DocumentReference", "s") is not Reach.NOTHING
        if self._offers_notes() and granted.allows("DocumentReference", "c") and can_look:
            return Takes.NOTE
        return Takes.NOTHING

    def _offers_flags(self) -> bool:
        if self._profile.takes_flags is not None:
            return self._profile.takes_flags
        offered = self._capabilities.last_known
        return offered.offers("Flag", "create") and offered.offers("Flag", "update")

    def _offers_notes(self) -> bool:
        if self._profile.takes_notes is not None:
            return self._profile.takes_notes
        return self._capabilities.last_known.offers("DocumentReference", "create")
