"""The only wiring, with `app.wiring`: its parts → use cases → the web application, the worker and the `sextant` command."""

import asyncio
import gc
import json
import logging
import os
import signal
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from pathlib import Path
from zoneinfo import ZoneInfo

import uvicorn
from fastapi import FastAPI
from starlette.responses import JSONResponse, Response

from app.cli.application import build_cli
from app.cli.wiring import Administration, Commands, FileReading
from app.domain.errors import AskAnAdministrator, SextantError, WrongUsage
from app.domain.feeds import Feed, FeedStatus
from app.domain.outcome import No, Ok
from app.domain.record import PatientRecord, Unreadable
from app.fhir_adapters.base.audit_event import audit_event
from app.fhir_adapters.files import iter_records, records_from
from app.launch import JWKS_PATH
from app.rules import NOT_SIGNED_OFF, Policy, load_pack
from app.settings import load_settings
from app.storage import AuditHead
from app.usecases.answers import AskAboutCharts, med_of_record
from app.usecases.carry_out import CarryOut
from app.usecases.compare_packs import PackComparison
from app.usecases.confirmed_changes import ConfirmedChanges
from app.usecases.dismiss_finding import DismissFinding
from app.usecases.explain_finding import ExplainFinding
from app.usecases.find_resources import FindResources, check_directory
from app.usecases.record_fact import RecordFacts
from app.usecases.stated_facts import Facts, facts_from
from app.usecases.tend_outbox import TendOutbox
from app.usecases.undo_today import PreviewUndo
from app.usecases.unmapped_codes import UnmappedCodes
from app.usecases.work_outbox import WorkOutbox
from app.usecases.write_back import WriteBack
from app.web.application import create_application
from app.web.services import WebServices
from app.wiring import SOFTWARE, Parts, SystemClock, open_parts, with_codes

TEMPLATES = Path(__file__).resolve().parent.parent / "templates"


def services(parts: Parts) -> WebServices:
    """Everything the pages need."""
    settings, clock, policy, storage, ehrs = parts.settings, parts.clock, parts.policy, parts.storage, parts.ehrs
    review_patient, preview = parts.review_patient(), parts.preview_changes()
    undo = PreviewUndo(preview, parts.outbox)
    carry_out = CarryOut(parts.unit_of_work, parts.outbox, parts.sender(), clock)
    return WebServices(
        flow=parts.flow,
        review_patient=review_patient,
        explain_finding=ExplainFinding(policy),
        find_resources=FindResources(parts.directories),
        record_facts=RecordFacts(clock, storage.unit_of_work),
        dismiss_finding=DismissFinding(review_patient, policy, clock, storage.unit_of_work),
        preview_changes=preview,
        write_back=WriteBack(preview, ehrs, carry_out),
        confirmed_changes=ConfirmedChanges(parts.outbox, clock, parts.held),
        preview_undo=undo,
        undo=WriteBack(undo, ehrs, carry_out),
        templates=TEMPLATES,
        base_url=settings.base_url,
        zone=settings.clinic_zone,
        frame_ancestors=settings.frame_ancestors,
        policy_note=policy_note(policy),
    )


def policy_note(policy: Policy) -> str:
    """Which policy is in force, and how much of it a clinician has signed off."""
    settings = tuple(policy.settings())
    unsigned = sum(setting.checked_by == NOT_SIGNED_OFF for setting in settings)
    return f"Policy {policy.id}: {unsigned} of {len(settings)} values are not signed off by a clinician."


def application() -> FastAPI:
    """The web application from the environment's settings; for `uvicorn --factory app.main:application`.

    It has no worker of its own: run `sextant worker` beside it.
    """
    write_log()
    return application_of(open_parts(load_settings()))


def application_of(parts: Parts) -> FastAPI:
    """The pages, and the public halves of our signing keys."""
    app = create_application(services(parts))
    # What lives as long as the process is not searched for garbage: one page in twenty waited 0.1 s for that.
    gc.collect()
    gc.freeze()
    keys = parts.keys.public() if parts.keys else {"keys": []}

    @app.get(JWKS_PATH)
    async def jwks() -> Response:
        return JSONResponse(keys, headers={"Cache-Control": "public, max-age=3600"})

    return app


def serve(host: str, port: int) -> None:
    """Serve until stopped, with a worker in the same process. The access log is our own: it has no ids and no queries."""
    write_log()
    asyncio.run(serve_with_worker(open_parts(load_settings()), host, port))


async def serve_with_worker(parts: Parts, host: str, port: int) -> None:
    """The pages, and a worker for whatever a request could not finish; both end with the server."""
    config = uvicorn.Config(
        application_of(parts), host=host, port=port, access_log=False, log_level="warning", server_header=False
    )
    stop = asyncio.Event()
    worker = asyncio.create_task(WorkOutbox(parts.sender()).until(stop))
    try:
        await uvicorn.Server(config).serve()
    finally:
        stop.set()
        await worker


def work(once: bool) -> int:
    """The worker alone, until it is stopped; `once`: until nothing is due. How many rows were sent (0 when stopped)."""
    write_log()
    worker = WorkOutbox(open_parts(load_settings()).sender())
    return asyncio.run(worker.all_due() if once else work_until_stopped(worker))


async def work_until_stopped(worker: WorkOutbox) -> int:
    """Until SIGTERM or SIGINT; the row in hand is finished first."""
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    await worker.until(stop)
    return 0


def write_log() -> None:
    """To standard error: our own ids, counts and durations."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")


@contextmanager
def administration() -> Iterator[Administration]:
    """What an administrator may see and do, on the database of the environment's settings."""
    parts = open_parts(load_settings())

    def verify(written_down: str | None) -> Ok[str] | No:
        found = parts.storage.audit.verify(head_of(written_down) if written_down else None)
        return found if isinstance(found, No) else Ok(f"{found.value.position}:{found.value.hash}")

    def export() -> Iterator[str]:
        for entry in parts.storage.audit.entries():
            yield json.dumps(audit_event(entry, SOFTWARE, parts.settings.base_url), ensure_ascii=False)

    try:
        yield Administration(TendOutbox(parts.storage.outbox, parts.clock, parts.pace), verify, export)
    finally:
        parts.storage.close()


def head_of(text: str) -> AuditHead:
    """ "12:ab34..." as `audit verify` prints it. Raises WrongUsage."""
    position, _, digest = text.partition(":")
    if not position.isdigit() or len(digest) != 64:
        raise WrongUsage("Write the head as `sextant audit verify` printed it: NUMBER:HASH.")
    return AuditHead(int(position), digest)


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
        check_directory=check_directory,
        unmapped_codes=lambda code_map: UnmappedCodes(policy_named(None, code_map)),
        today=SystemClock(zone).today,
        serve=serve,
        work=work,
        administration=administration,
    )


@lru_cache
def policy_named(pack: str | None, code_map: Path | None) -> Policy:
    """The pack asked for, else the one in `SEXTANT_PACK`, else the usual one; with the site's codes, if there are any."""
    policy = load_pack(pack or os.environ.get("SEXTANT_PACK", "us-default-2026"))
    stated = os.environ.get("SEXTANT_CODE_MAP")
    return with_codes(policy, code_map or (Path(stated) if stated else None))


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
