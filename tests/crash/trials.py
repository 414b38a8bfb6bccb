"""Crash trials: a clinician confirms, the process is killed, a worker comes along; then chart, outbox and audit are compared.

    python -m tests.crash.trials --trials 500            both stores, a HAPI of its own
    python -m tests.crash.trials --hapi http://127.0.0.1:8080/fhir --store sqlite --trials 20

One trial: somebody with two gaps in the chart, one old Flag to change and one to end. The plan is previewed and confirmed over
HTTP; the application is killed at a named point or at a random moment; the worker that takes over may be killed too; the last
worker is left alone. Afterwards everything that was decided stands in the chart once, and nothing else does.
"""

from __future__ import annotations

import argparse
import asyncio
import multiprocessing
import random
import re
import secrets
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from queue import Queue

import httpx

from app.domain.flag import FlagIntent
from app.domain.outbox import OPEN_STATES, RowState
from app.domain.outcome import Ok
from app.domain.session import LaunchSession, Secret, Tokens
from app.main import services
from app.usecases.work_outbox import WorkOutbox
from tests.clinic_day import clinic_today
from tests.crash.clinic import DOCTOR, Hapi, Json, add_doctor, add_patient, old_flag
from tests.crash.compare import Arena, compare
from tests.crash.points import POINTS, Fuse
from tests.crash.program import quick_parts, run_application, run_worker
from tests.hapi_server import start_hapi
from tests.postgres import postgres_database, postgres_server
from tests.servers import free_port
from tests.sextant_server import settings

STORES = ("sqlite", "postgresql")
DECISION_SECONDS = 2.5
"""About how long a confirmation takes from the click to the answer: random kills fall anywhere in it."""
_processes = multiprocessing.get_context("forkserver")


@dataclass
class Outcome:
    """What one trial came to. `faults` is empty when every promise held."""

    store: str
    point: str
    decided: int = 0
    killed: int = 0
    answered: bool = False
    faults: list[str] = field(default_factory=list)


@contextmanager
def arena(store: str, hapi: Hapi, database_url: str) -> Iterator[Arena]:
    """The settings of a trial's processes, and the same wiring for the trial itself."""
    environment = settings(hapi.base.removesuffix("/fhir"), 1, Path("unused"), "hapi")
    environment["SEXTANT_DATABASE_URL"] = database_url
    parts = quick_parts(environment)
    try:
        yield Arena(hapi, environment, parts, store)
    finally:
        parts.storage.close()


def one_trial(where: Arena, point: str, dice: random.Random) -> Outcome:
    """Prepare, confirm, kill, recover, compare."""
    outcome = Outcome(where.store, point)
    patient = add_patient(where.hapi, clinic_today())
    before = _with_old_flags(where, patient)
    session = _launch(where, patient)
    outcome.killed += _confirm_and_kill(where, session, point, dice, outcome)
    if dice.random() < 0.5:
        outcome.killed += _worker_that_dies(where, dice)
    left = asyncio.run(_recovered(where, session))
    rows = [row for row in where.parts.storage.outbox.rows(tuple(RowState)) if row.patient == patient]
    decided = [row for row in rows if isinstance(row.intent, FlagIntent)]
    outcome.decided = len(decided)
    outcome.faults += compare(where, session, before, rows, decided, left)
    return outcome


def _with_old_flags(where: Arena, patient: str) -> list[Json]:
    identify = services(where.parts).preview_changes.identify
    old = [
        old_flag(patient, rule, identify(patient, rule), f"{gap} (Sextant, as of 2026-01-01)")
        for rule, gap in (("naloxone", "Naloxone is not on record"), ("med", "Opioid dose to be looked at"))
    ]
    where.hapi.transaction(*old)
    return where.hapi.find(f"Flag?patient={patient.partition('/')[2]}")


def _launch(where: Arena, patient: str) -> LaunchSession:
    now = where.parts.clock.now()
    tokens = Tokens(Secret("not asked for"), now + timedelta(hours=8), ("patient/*.cruds",), Secret("none"))
    launch, browser, form = (secrets.token_urlsafe(32) for _ in range(3))
    session = LaunchSession(launch, browser, "sandbox", patient, DOCTOR, tokens, now, form_token=form)
    where.parts.storage.sessions.open(session)
    return session


def _confirm_and_kill(where: Arena, session: LaunchSession, point: str, dice: random.Random, outcome: Outcome) -> int:
    """1 when the application died, 0 when it answered before its point was reached."""
    port = free_port()
    fuse = Fuse(point if point in POINTS else "", dice.randint(1, 3), dice.uniform(0, 0.06))
    process = _processes.Process(target=run_application, args=(where.environment, port, fuse), daemon=True)
    process.start()
    page = f"http://127.0.0.1:{port}/chart/{session.launch}"
    headers = {"Cookie": f"__Host-sextant={session.browser}"}
    with httpx.Client(headers=headers, timeout=60, trust_env=False) as browser:
        _wait_for(browser, f"http://127.0.0.1:{port}/healthz")
        shown = browser.get(f"{page}/preview").raise_for_status().text
        click = threading.Thread(target=_click, args=(browser, page, shown, session, outcome), daemon=True)
        click.start()
        if point == "random":
            time.sleep(dice.uniform(0, DECISION_SECONDS))
            process.kill()
        click.join(60)
    died = point == "random" or not process.is_alive()
    process.kill()
    process.join(20)
    return int(died)


def _click(browser: httpx.Client, page: str, shown: str, session: LaunchSession, outcome: Outcome) -> None:
    digest = _hidden(shown, "digest")
    rules = re.findall(r'name="rule" value="([^"]+)"', shown)
    form = {"form_token": session.form_token, "digest": digest, "rule": rules}
    try:
        outcome.answered = browser.post(f"{page}/write", data=form).status_code == 200
    except httpx.TransportError:
        outcome.answered = False


def _hidden(page: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]+)"', page)
    assert found, f"the preview has no {name}: nothing to write?"
    return found[1]


def _wait_for(browser: httpx.Client, url: str) -> None:
    for _ in range(600):
        try:
            browser.get(url)
            return
        except httpx.TransportError:
            time.sleep(0.05)
    raise TimeoutError(url)


def _worker_that_dies(where: Arena, dice: random.Random) -> int:
    """A worker with a point of its own, or killed at a random moment. 1 when it died."""
    point = dice.choice(("after_claim", "on_the_wire", "after_send", "inside_settle", "after_settle", "random"))
    fuse = Fuse(point if point in POINTS else "", dice.randint(1, 2), dice.uniform(0, 0.06))
    process = _processes.Process(target=run_worker, args=(where.environment, fuse), daemon=True)
    process.start()
    process.join(dice.uniform(0, 1.5) if point == "random" else 60)
    is_alive = process.is_alive()
    process.kill()
    process.join(20)
    return int(is_alive or process.exitcode != 0)


async def _recovered(where: Arena, session: LaunchSession) -> set[str]:
    """A worker that is left alone, until nothing of this patient is open (leases of the dead run out by themselves).

    Returns the rules for which a new preview proposes something afterwards.
    """
    parts = quick_parts(where.environment)
    try:
        worker = WorkOutbox(parts.sender())
        deadline = time.monotonic() + 60
        while any(row.patient == session.patient for row in parts.storage.outbox.rows(OPEN_STATES)):
            if time.monotonic() > deadline:
                raise TimeoutError("rows of the outbox stay open")
            if not await worker.all_due():
                await asyncio.sleep(0.1)
        preview = await services(parts).preview_changes(session)
        return {change.rule for change in preview.plan.to_write}
    finally:
        parts.storage.close()


def run_trials(hapi_base: str, stores: Sequence[str], trials: int, seed: int, side_by_side: int = 2) -> list[Outcome]:
    """All trials, spread over the stores and points; each database's audit log is verified at the end.

    Trials that run side by side have databases of their own: a worker of one would send the rows of another.
    """
    dice = random.Random(seed)
    points = (*POINTS, "random", "random", "random")
    with ExitStack() as stack:
        hapi = Hapi(hapi_base, stack.enter_context(httpx.Client(timeout=60, trust_env=False)))
        add_doctor(hapi)
        lanes = {store: _lanes(stack, hapi, store, side_by_side) for store in stores}
        wanted = [(stores[n % len(stores)], points[(n // len(stores)) % len(points)]) for n in range(trials)]
        with ThreadPoolExecutor(side_by_side) as pool:
            jobs = [pool.submit(_in_a_lane, lanes[s], point, random.Random(dice.random())) for s, point in wanted]
            outcomes = [job.result() for job in jobs]
        verified = [_verified(lane.get_nowait()) for lane in lanes.values() for _ in range(side_by_side)]
    return [*outcomes, *(each for each in verified if each is not None)]


def _lanes(stack: ExitStack, hapi: Hapi, store: str, number: int) -> Queue[Arena]:
    lanes: Queue[Arena] = Queue()
    for database_url in _databases(stack, store, number):
        lanes.put(stack.enter_context(arena(store, hapi, database_url)))
    return lanes


def _databases(stack: ExitStack, store: str, number: int) -> list[str]:
    if store == "sqlite":
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="sextant-crash-"))
        return [f"sqlite:///{folder}/{lane}.db" for lane in range(number)]
    server = stack.enter_context(postgres_server())
    return [stack.enter_context(postgres_database(server, f"crash{lane}")) for lane in range(number)]


def _in_a_lane(lanes: Queue[Arena], point: str, dice: random.Random) -> Outcome:
    where = lanes.get()
    try:
        return one_trial(where, point, dice)
    finally:
        lanes.put(where)


def _verified(where: Arena) -> Outcome | None:
    found = where.parts.storage.audit.verify()
    return None if isinstance(found, Ok) else Outcome(where.store, "audit log", faults=[found.reason])


def report(outcomes: Sequence[Outcome]) -> str:
    """The figures, by store and by point."""
    lines = []
    for store in sorted({each.store for each in outcomes}):
        mine = [each for each in outcomes if each.store == store]
        faults = [fault for each in mine for fault in each.faults]
        lines.append(
            f"{store}: {len(mine)} trials, {sum(each.killed for each in mine)} processes killed, "
            f"{sum(each.decided for each in mine)} changes decided; "
            f"lost {_count(faults, 'lost')}, duplicated {_count(faults, 'duplicated')}, "
            f"unaudited {_count(faults, 'unaudited')}, other faults {len(faults) - _count(faults, *_KINDS)}"
        )
    by_point = Counter(each.point for each in outcomes)
    lines.append("by point: " + ", ".join(f"{point} {count}" for point, count in sorted(by_point.items())))
    lines += [f"  {each.store}, {each.point}: {fault}" for each in outcomes for fault in each.faults]
    return "\n".join(lines)


_KINDS = ("lost", "duplicated", "unaudited")


def _count(faults: Sequence[str], *kinds: str) -> int:
    return sum(fault.startswith(kinds) for fault in faults)


def main() -> int:
    """0 when every promise held."""
    parser = argparse.ArgumentParser(
        description="Kill the application and the worker, and compare chart, outbox, audit."
    )
    parser.add_argument("--trials", type=int, default=30)
    parser.add_argument("--store", action="append", choices=STORES)
    parser.add_argument("--hapi", help="FHIR base of a HAPI server without sign-in; default: one of its own")
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10**6))
    parser.add_argument("--side-by-side", type=int, default=2)
    options = parser.parse_args()
    started = time.monotonic()
    with ExitStack() as stack:
        base = options.hapi or stack.enter_context(start_hapi())
        outcomes = run_trials(base, options.store or STORES, options.trials, options.seed, options.side_by_side)
    print(report(outcomes))
    print(f"seed {options.seed}, {time.monotonic() - started:.0f} s")
    return int(any(each.faults for each in outcomes))


_processes.set_forkserver_preload(["tests.crash.program"])

if __name__ == "__main__":
    sys.exit(main())
