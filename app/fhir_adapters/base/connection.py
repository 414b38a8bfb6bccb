"""One configured EHR, and the way to it for each open launch."""

from zoneinfo import ZoneInfo

from app.domain.scopes import GrantedScopes
from app.domain.session import LaunchSession
from app.fhir_adapters.base.authorised import AuthorisedClient
from app.fhir_adapters.base.capability import CapabilityCache
from app.fhir_adapters.base.flag_writer import FlagWriter
from app.fhir_adapters.base.profile import EhrProfile
from app.fhir_adapters.base.reader import FhirReader
from app.outbound import OutboundClient
from app.ports import EhrConnection, TokenSource

_NOT_TAKEN = "This EHR takes no Flags; the result stays in this app."
_NOT_GRANTED = "This launch was not granted writing Flags; the result stays in this app."


class FhirEhr:
    """`client` is fenced to the EHR's FHIR base; `zone` is where it writes times that name no zone."""

    def __init__(self, client: OutboundClient, profile: EhrProfile, zone: ZoneInfo) -> None:
        self._client = client
        self._profile = profile
        self._zone = zone
        self._capabilities = CapabilityCache(client)

    def connect(self, tokens: TokenSource, session: LaunchSession) -> EhrConnection:
        """A reader, and a sink where Flags may be written. What the EHR offers is known once a chart was read from it."""
        granted = GrantedScopes(session.tokens.scopes)
        reader = FhirReader(self._client, tokens, granted, self._profile, self._zone, self._capabilities)
        if not self._takes_flags():
            return EhrConnection(reader, None, _NOT_TAKEN)
        if not (granted.allows("Flag", "cu") and granted.allows_search("Flag")):
            return EhrConnection(reader, None, _NOT_GRANTED)
        return EhrConnection(reader, FlagWriter(AuthorisedClient(self._client, tokens)))

    def _takes_flags(self) -> bool:
        if self._profile.takes_flags is not None:
            return self._profile.takes_flags
        offered = self._capabilities.last_known
        return offered.offers("Flag", "create") and offered.offers("Flag", "update")
