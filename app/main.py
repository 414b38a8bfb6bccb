"""The only wiring: settings → adapters, storage and launch → use cases → the web application and the `sextant` command."""

import logging
import os
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from functools import lru_cache
from pathlib import Path
from zoneinfo import ZoneInfo

import uvicorn
from fastapi import FastAPI

from app.cli.application import build_cli
from app.cli.wiring import Commands, FileReading
from app.domain.errors import AskAnAdministrator, SextantError, WrongUsage
from app.domain.feeds import Feed, FeedStatus
from app.domain.record import PatientRecord, Unreadable
from app.domain.session import LaunchSession
from app.fhir_adapters import EhrProfile, FhirEhr
from app.fhir_adapters.files import iter_records, records_from
from app.fhir_adapters.generic import GENERIC
from app.fhir_adapters.hapi import HAPI
from app.flags import identify_with
from app.launch import LaunchFlow
from app.outbound import OriginFence, OutboundClient
from app.ports import EhrConnection
from app.rules import NOT_SIGNED_OFF, Policy, load_pack
from app.rules.site_codes import load_code_map
from app.settings import EhrConfig, Settings, load_settings
from app.storage import open_storage
from app.usecases.answers import AskAboutCharts, med_of_record
from app.usecases.compare_packs import PackComparison
from app.usecases.dismiss_finding import DismissFinding
from app.usecases.explain_finding import ExplainFinding
from app.usecases.preview_changes import PreviewChanges
from app.usecases.record_fact import RecordFacts
from app.usecases.review_patient import ReviewPatient
from app.usecases.stated_facts import Facts, facts_from
from app.usecases.unmapped_codes import UnmappedCodes
from app.usecases.write_back import WriteBack
from app.web.application import create_application
from app.web.services import WebServices

TEMPLATES = Path(__file__).resolve().parent.parent / "templates"
PROFILES: Mapping[str, EhrProfile] = {"generic": GENERIC, "hapi": HAPI}


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


@dataclass(frozen=True, slots=True)
class ConfiguredEhrs:
    """The Ehrs port: one fenced client per EHR, shared by all launches; readers and sinks are made per launch."""

    ehrs: Mapping[str, FhirEhr]
    flow: LaunchFlow

    def connect(self, session: LaunchSession) -> EhrConnection:
        """The way to this launch's EHR, with this launch's tokens."""
        registration = self.flow.registration(session.ehr)
        return self.ehrs[registration.key].connect(self.flow.tokens(session), session)


def services(settings: Settings) -> WebServices:
    """Everything the pages need. Raises AskAnAdministrator for settings, database or pack that do not work."""
    clock = SystemClock(settings.clinic_zone)
    policy = with_codes(load_pack(settings.pack), settings.code_map)
    storage = open_storage(settings.database_url.get_secret_value(), settings.key_text(), clock)
    registrations = settings.registrations()
    clients = {r.key: OutboundClient(r.fence(), loopback_development=r.is_loopback_development) for r in registrations}
    flow = LaunchFlow(registrations, settings.base_url, clients, storage.sessions, storage.audit, clock)
    ehrs = ConfiguredEhrs({e.key: fhir_ehr(e, clients[e.key], settings.clinic_zone) for e in settings.ehrs}, flow)
    review_patient = ReviewPatient(ehrs, policy, clock, storage.unit_of_work)
    preview = PreviewChanges(review_patient, ehrs, policy, clock, identify_with(settings.key_text().reveal().encode()))
    return WebServices(
        flow=flow,
        review_patient=review_patient,
        explain_finding=ExplainFinding(policy),
        record_facts=RecordFacts(clock, storage.unit_of_work),
        dismiss_finding=DismissFinding(review_patient, policy, clock, storage.unit_of_work),
        preview_changes=preview,
        write_back=WriteBack(preview, ehrs, clock, storage.unit_of_work),
        templates=TEMPLATES,
        base_url=settings.base_url,
        zone=settings.clinic_zone,
        frame_ancestors=settings.frame_ancestors,
        policy_note=policy_note(policy),
    )


def fhir_ehr(config: EhrConfig, client: OutboundClient, clinic_zone: ZoneInfo) -> FhirEhr:
    """One EHR's FHIR side, inside a fence of its FHIR base alone."""
    registration = config.registration()
    fence = OriginFence([registration.iss], loopback_development=registration.is_loopback_development)
    zone = ZoneInfo(config.zone) if config.zone else clinic_zone
    return FhirEhr(client.within(fence), PROFILES[config.adapter], zone)


def policy_note(policy: Policy) -> str:
    """Which policy is in force, and how much of it a clinician has signed off."""
    settings = tuple(policy.settings())
    unsigned = sum(setting.checked_by == NOT_SIGNED_OFF for setting in settings)
    return f"Policy {policy.id}: {unsigned} of {len(settings)} values are not signed off by a clinician."


def application() -> FastAPI:
    """The web application from the environment's settings; for `uvicorn --factory app.main:application`."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    return create_application(services(load_settings()))


def serve(host: str, port: int) -> None:
    """Serve until stopped. The access log is our own: it has no ids and no queries."""
    uvicorn.run(application(), host=host, port=port, access_log=False, log_level="warning", server_header=False)


@dataclass(frozen=True, slots=True)
class StreamedFiles:
    """A FileReading that holds one chart at a time."""

    records: Iterator[PatientRecord]
    unreadable: list[Unreadable] = field(default_factory=list)


def commands() -> Commands:
    """The command line's use cases. Verbs on files need no settings but the clinic's zone."""
    zone = clinic_zone()

    def read(path: Path, feeds: Mapping[Feed, FeedStatus]) -> FileReading:
        return records_from(path, zone, feeds)

    def stream(path: Path, feeds: Mapping[Feed, FeedStatus]) -> FileReading:
        unreadable: list[Unreadable] = []
        return StreamedFiles(iter_records(path, zone, feeds, unreadable), unreadable)

    return Commands(
        read_files=read,
        stream_files=stream,
        med_json=med_of_record,
        ask=AskAboutCharts(policy_named),
        read_facts=lambda path: read_facts(path, zone),
        compare_packs=compare_packs,
        unmapped_codes=lambda code_map: UnmappedCodes(policy_named(None, code_map)),
        today=SystemClock(zone).today,
        serve=serve,
    )


@lru_cache
def policy_named(pack: str | None, code_map: Path | None) -> Policy:
    """The pack asked for, else the one in `SEXTANT_PACK`, else the usual one; with the site's codes, if there are any."""
    policy = load_pack(pack or os.environ.get("SEXTANT_PACK", "us-default-2026"))
    stated = os.environ.get("SEXTANT_CODE_MAP")
    return with_codes(policy, code_map or (Path(stated) if stated else None))


def with_codes(policy: Policy, code_map: Path | None) -> Policy:
    """The policy with a site's code map. Raises AskAnAdministrator when the map is refused."""
    return replace(policy, codes=load_code_map(code_map)) if code_map else policy


def compare_packs(before: str, after: str, code_map: Path | None, as_of: date) -> PackComparison:
    """Two packs of the command line, with the same code map."""
    return PackComparison(policy_named(before, code_map), policy_named(after, code_map), as_of)


def read_facts(path: Path, zone: ZoneInfo) -> Facts:
    """The recorded facts of a file. Raises WrongUsage."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        raise WrongUsage(f"The facts file {path.name} cannot be read.") from None
    return facts_from(path.name, text, zone)


def clinic_zone() -> ZoneInfo:
    """`SEXTANT_ZONE`, else UTC. Raises AskAnAdministrator when there is no such zone."""
    try:
        return ZoneInfo(os.environ.get("SEXTANT_ZONE", "UTC"))
    except (KeyError, ValueError, OSError):
        raise AskAnAdministrator("SEXTANT_ZONE: no such zone; write a name as America/Chicago.") from None


def cli() -> None:
    """Entry point of the `sextant` command."""
    try:
        build_cli(commands())()
    except SextantError as error:
        sys.exit(f"sextant: {error}")


if __name__ == "__main__":
    cli()
