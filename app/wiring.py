"""The parts that everything else is put together from: one database, one policy, one way to each EHR, one sender.

`app.main` builds the pages, the worker and the administrator's verbs from them; a test may put one part in another's place.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from app import __version__
from app.domain.errors import AskAnAdministrator
from app.domain.outbox import Writing
from app.domain.scopes import GrantedScopes
from app.domain.session import LaunchSession
from app.fhir_adapters import FhirEhr
from app.fhir_adapters.profiles import PROFILES
from app.flags import identify_with
from app.launch import BackendTokens, LaunchFlow, SigningKeys, keys_of_file
from app.outbound import OriginFence, OutboundClient
from app.ports import EhrConnection, Ehrs, Outbox, UnitOfWork
from app.rules import Policy, load_pack
from app.rules.resource_directory import load_directory
from app.rules.resources import Directory
from app.rules.site_codes import load_code_map
from app.settings import EhrConfig, Settings
from app.storage import Storage, open_storage
from app.usecases.pace import Pace
from app.usecases.plan_afresh import PlanAfresh
from app.usecases.preview_changes import PreviewChanges
from app.usecases.review_patient import ReviewPatient
from app.usecases.send_outbox import SendOutbox

SOFTWARE = f"Sextant {__version__}"


@dataclass(frozen=True, slots=True)
class SystemClock:
    """The Clock port on this machine's clock."""

    zone: ZoneInfo

    def now(self) -> datetime:
        """The present instant."""
        return datetime.now(UTC)

    def today(self) -> date:
        """Today where the clinic is."""
        return datetime.now(self.zone).date()

    def day_of(self, instant: datetime) -> date:
        """The day of an instant where the clinic is."""
        return instant.astimezone(self.zone).date()


@dataclass(frozen=True, slots=True)
class ConfiguredEhrs:
    """The Ehrs port: one fenced client per EHR, shared by all launches; readers and sinks are made per launch."""

    ehrs: Mapping[str, FhirEhr]
    flow: LaunchFlow
    backends: Mapping[str, BackendTokens] = field(default_factory=dict)

    def connect(self, session: LaunchSession) -> EhrConnection:
        """The way to this launch's EHR, with this launch's tokens."""
        registration = self.flow.registration(session.ehr)
        return self.ehrs[registration.key].connect(self.flow.tokens(session), session)

    async def unattended(self, ehr: str) -> EhrConnection | None:
        """The way by Backend Services, where a client is registered for it; with what the EHR granted, not what was asked."""
        tokens = self.backends.get(ehr)
        if tokens is None or ehr not in self.ehrs:
            return None
        return self.ehrs[ehr].connect_as(tokens, GrantedScopes(await tokens.granted()))


@dataclass(frozen=True, slots=True)
class Parts:
    """What is wired together. `keys` None: Sextant has no signing keys of its own. `directories` by the key of the EHR."""

    settings: Settings
    clock: SystemClock
    policy: Policy
    storage: Storage
    flow: LaunchFlow
    ehrs: Ehrs
    outbox: Outbox
    unit_of_work: UnitOfWork
    pace: Pace
    keys: SigningKeys | None = None
    directories: Mapping[str, Directory] = field(default_factory=dict)

    def review_patient(self) -> ReviewPatient:
        """Reads and reviews the chart of an open launch."""
        return ReviewPatient(self.ehrs, self.policy, self.clock, self.storage.unit_of_work)

    def preview_changes(self) -> PreviewChanges:
        """The plan for the chart of an open launch."""
        storage, identify = self.storage, identify_with(self.settings.flag_secret())
        return PreviewChanges(
            self.review_patient(), self.ehrs, self.policy, self.clock, identify, storage.ledger, self.outbox
        )

    def sender(self) -> SendOutbox:
        """Sends rows of the outbox, in the request or in the worker."""
        return SendOutbox(
            ehrs=self.ehrs,
            sessions=self.storage.sessions,
            outbox=self.outbox,
            ledger=self.storage.ledger,
            unit_of_work=self.unit_of_work,
            clock=self.clock,
            pace=self.pace,
            fresh_plan=PlanAfresh(self.preview_changes(), self.clock),
            held=self.held,
        )

    @property
    def held(self) -> frozenset[str]:
        """EHRs at which nothing is sent at present."""
        return frozenset(e.key for e in self.settings.ehrs if self.settings.writing_at(e) is not Writing.ON)


def open_parts(settings: Settings) -> Parts:
    """Open everything. Raises AskAnAdministrator for settings, database, keys or pack that do not work."""
    clock = SystemClock(settings.clinic_zone)
    policy = with_codes(load_pack(settings.pack), settings.code_map)
    found = directories(settings)
    storage = open_storage(settings.database_url.get_secret_value(), settings.key_text(), clock)
    clients = {
        r.key: OutboundClient(r.fence(), loopback_development=r.is_loopback_development)
        for r in settings.registrations()
    }
    flow = launch_flow(settings, clients, storage, clock)
    keys = keys_of_file(settings.signing_keys_file) if settings.signing_keys_file else None
    ehrs = ConfiguredEhrs(
        {e.key: fhir_ehr(settings, e, clients[e.key]) for e in settings.ehrs},
        flow,
        backends(settings, clients, keys, clock),
    )
    pace = Pace(lease=timedelta(seconds=settings.outbox_lease_seconds))
    return Parts(settings, clock, policy, storage, flow, ehrs, storage.outbox, storage.unit_of_work, pace, keys, found)


def launch_flow(
    settings: Settings, clients: Mapping[str, OutboundClient], storage: Storage, clock: SystemClock
) -> LaunchFlow:
    """Launches; a chart that is opened wakes what waits for it."""

    def wake(session: LaunchSession) -> int:
        return storage.outbox.wake(session.ehr, session.patient, session.launch)

    return LaunchFlow(
        settings.registrations(), settings.base_url, clients, storage.sessions, storage.audit, clock, on_open=wake
    )


def fhir_ehr(settings: Settings, config: EhrConfig, client: OutboundClient) -> FhirEhr:
    """One EHR's FHIR side, inside a fence of its FHIR base alone."""
    registration = config.registration()
    fence = OriginFence([registration.iss], loopback_development=registration.is_loopback_development)
    zone = ZoneInfo(config.zone) if config.zone else settings.clinic_zone
    return FhirEhr(client.within(fence), PROFILES[config.adapter], zone, settings.writing_at(config), SOFTWARE)


def backends(
    settings: Settings, clients: Mapping[str, OutboundClient], keys: SigningKeys | None, clock: SystemClock
) -> Mapping[str, BackendTokens]:
    """Backend Services by EHR. Raises AskAnAdministrator where a client is registered and there is no key to sign with."""
    made: dict[str, BackendTokens] = {}
    for config in settings.ehrs:
        backend = config.backend()
        if backend is None:
            continue
        if keys is None:
            raise AskAnAdministrator(f"EHR {config.key} has a backend_client_id: set SEXTANT_SIGNING_KEYS_FILE too.")
        made[config.key] = BackendTokens(backend, config.registration(), clients[config.key], keys, clock)
    return made


def directories(settings: Settings) -> Mapping[str, Directory]:
    """Each site's directory of services, a file read once. Raises AskAnAdministrator when one is refused."""
    files = {ehr.key: file for ehr in settings.ehrs if (file := ehr.resources or settings.resources)}
    loaded = {file: load_directory(file) for file in set(files.values())}
    return {key: loaded[file] for key, file in files.items()}


def with_codes(policy: Policy, code_map: Path | None) -> Policy:
    """The policy with a site's code map. Raises AskAnAdministrator when the map is refused."""
    return replace(policy, codes=load_code_map(code_map)) if code_map else policy
