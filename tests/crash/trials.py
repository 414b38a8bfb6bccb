"""Crash trials: a clinician clicks, the process is killed, a worker comes along; then chart, outbox and audit are compared.

    python -m tests.crash.trials --trials 500            both stores, a HAPI of its own
    python -m tests.crash.trials --hapi http://127.0.0.1:8080/fhir --store sqlite --trials 20

One trial: somebody with gaps in the chart. A clinician writes, takes back, enters or puts aside (see `acts`) over HTTP; the
application is killed at a named point or at a random moment; the worker that takes over may be killed too; the last worker is
left alone. Afterwards everything that was decided stands in the chart once, nothing else does, and each version in the chart's
history has its line in the audit log.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import multiprocessing
import random
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

from app.domain.outbox import OPEN_STATES
from app.domain.outcome import Ok
from app.domain.session import LaunchSession, Secret, Tokens
from app.usecases.work_outbox import WorkOutbox
from tests.clinic_day import clinic_today
from tests.crash.acts import ACTS, ANY, Act, Click
from tests.crash.clinic import DOCTOR, Hapi, Json, add_doctor, add_patient
from tests.crash.compare import Arena, Asked, decided_since, rows_about
from tests.crash.points import ENTRY_POINTS, Fuse
from tests.crash.program import quick_parts, run_application, run_worker
from tests.hapi_server import start_hapi
from tests.postgres import postgres_database, postgres_server
from tests.servers import free_port
from tests.sextant_server import settings

STORES = ("sqlite", "postgresql")
DECISION_SECONDS = 2.5
"""About how long a confirmation takes from the click to the answer: random kills fall anywhere in it."""
NOTES = "notes"
"""The key of the EHR that takes no Flags."""
ONCE = ("after_decision", *ENTRY_POINTS)
"""Points that are passed once, however many lines there are."""
_processes = multiprocessing.get_context("forkserver")


@dataclass
class Outcome:
    """What one trial came to. `faults` is empty when every promise held."""

    store: str
    act: str
    point: str
    offered: frozenset[str] = frozenset()
    decided: int = 0
    killed: int = 0
    answered: bool = False
    faults: list[str] = field(default_factory=list)


@contextmanager
def arena(store: str, hapi: Hapi, database_url: str) -> Iterator[Arena]:
    """The settings of a trial's processes, and the same wiring for the trial itself."""
    environment = settings(hapi.base.removesuffix("/fhir"), 1, Path("unused"), "hapi")
    environment["SEXTANT_DATABASE_URL"] = database_url
    environment["SEXTANT_EHRS"] = json.dumps(_with_notes(json.loads(environment["SEXTANT_EHRS"])))
    parts = quick_parts(environment)
    try:
        yield Arena(hapi, environment, parts, store)
    finally:
        parts.storage.close()


def _with_notes(ehrs: list[Json]) -> list[Json]:
    """The same server under its other name, as an EHR that takes notes only."""
    iss = str(ehrs[0]["iss"]).replace("127.0.0.1", "localhost")
    return [*ehrs, {**ehrs[0], "key": NOTES, "name": "Notes only", "iss": iss, "adapter": "epic"}]


def one_trial(where: Arena, act: Act, point: str, dice: random.Random) -> Outcome:
    """Prepare, click, kill, recover, compare."""
    outcome = Outcome(where.store, act.name, point)
    patient = add_patient(where.hapi, clinic_today())
    act.prepare(where, patient)
    others = frozenset(version.name for version in where.hapi.versions(patient))
    session = launch(where, act.ehr, patient)
    act.begin(where, session)
    earlier = frozenset(row.id for row in rows_about(where, session))
    outcome.killed += _click_and_kill(where, session, act, point, dice, outcome)
    if dice.random() < 0.5:
        outcome.killed += _worker_that_dies(where, dice)
    asyncio.run(_recovered(where, session))
    outcome.decided = len(decided_since(rows_about(where, session), earlier))
    asked = Asked(others, outcome.offered, earlier, is_signed=act.ehr != NOTES)
    outcome.faults += act.faults(where, session, asked, outcome.answered)
    return outcome


def launch(where: Arena, ehr: str, patient: str) -> LaunchSession:
    """An open launch in one chart, as the EHR's sign-in leaves it."""
    now = where.parts.clock.now()
    tokens = Tokens(Secret("not asked for"), now + timedelta(hours=8), ("patient/*.cruds",), Secret("none"))
    launch, browser, form = (secrets.token_urlsafe(32) for _ in range(3))
    session = LaunchSession(launch, browser, ehr, patient, DOCTOR, tokens, now, form_token=form)
    where.parts.storage.sessions.open(session)
    return session


def _click_and_kill(
    where: Arena, session: LaunchSession, act: Act, point: str, dice: random.Random, outcome: Outcome
) -> int:
    """1 when the application died, 0 when it answered before its point was reached."""
    port = free_port()
    number = 1 if point in ONCE else dice.randint(1, act.lines)
    fuse = Fuse(point if point != ANY else "", number, dice.uniform(0, 0.06))
    process = _processes.Process(target=run_application, args=(where.environment, port, fuse), daemon=True)
    process.start()
    page = f"http://127.0.0.1:{port}/chart/{session.launch}"
    headers = {"Cookie": f"__Host-sextant={session.browser}"}
    with httpx.Client(headers=headers, timeout=60, trust_env=False) as browser:
        _wait_for(browser, f"http://127.0.0.1:{port}/healthz")
        click = act.click(browser, page)
        outcome.offered = click.rules
        sending = threading.Thread(target=_send, args=(browser, page, click, session, outcome), daemon=True)
        sending.start()
        if point == ANY:
            time.sleep(dice.uniform(0, DECISION_SECONDS))
            process.kill()
        sending.join(60)
    died = point == ANY or not process.is_alive()
    process.kill()
    process.join(20)
    return int(died)


def _send(browser: httpx.Client, page: str, click: Click, session: LaunchSession, outcome: Outcome) -> None:
    form = {"form_token": session.form_token, **click.fields}
    try:
        outcome.answered = browser.post(f"{page}/{click.path}", data=form).status_code in (200, 303)
    except httpx.TransportError:
        outcome.answered = False


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
    point = dice.choice(("after_claim", "on_the_wire", "after_send", "inside_settle", "after_settle", ANY))
    fuse = Fuse(point if point != ANY else "", dice.randint(1, 2), dice.uniform(0, 0.06))
    process = _processes.Process(target=run_worker, args=(where.environment, fuse), daemon=True)
    process.start()
    process.join(dice.uniform(0, 1.5) if point == ANY else 60)
    is_alive = process.is_alive()
    process.kill()
    process.join(20)
    return int(is_alive or process.exitcode != 0)


async def _recovered(where: Arena, session: LaunchSession) -> None:
    """A worker that is left alone, until nothing of this patient is open (leases of the dead run out by themselves)."""
    parts = quick_parts(where.environment)
    try:
        worker = WorkOutbox(parts.sender())
        deadline = time.monotonic() + 60
        while any(row.patient == session.patient for row in parts.storage.outbox.rows(OPEN_STATES)):
            if time.monotonic() > deadline:
                raise TimeoutError("rows of the outbox stay open")
            if not await worker.all_due():
                await asyncio.sleep(0.1)
    finally:
        parts.storage.close()


def run_trials(
    hapi_base: str,
    stores: Sequence[str],
    trials: int,
    seed: int,
    side_by_side: int = 2,
    acts: Sequence[Act] = ACTS,
) -> list[Outcome]:
    """All trials, spread over stores, acts and points; each database's audit log is verified at the end.

    Trials that run side by side have databases of their own: a worker of one would send the rows of another.
    """
    dice = random.Random(seed)
    plan = _plan(trials, acts, stores, dice.randrange(100))
    with ExitStack() as stack:
        hapi = Hapi(hapi_base, stack.enter_context(httpx.Client(timeout=60, trust_env=False)))
        add_doctor(hapi)
        lanes = {store: _lanes(stack, hapi, store, side_by_side) for store in stores}
        with ThreadPoolExecutor(side_by_side) as pool:
            jobs = [pool.submit(_in_a_lane, lanes[s], act, p, random.Random(dice.random())) for s, act, p in plan]
            outcomes = [job.result() for job in jobs]
        verified = [_verified(lane.get_nowait()) for lane in lanes.values() for _ in range(side_by_side)]
    return [*outcomes, *(each for each in verified if each is not None)]


def _plan(trials: int, acts: Sequence[Act], stores: Sequence[str], first: int) -> list[tuple[str, Act, str]]:
    """The acts in turn, each at its next point, from the `first` pair on; each time round every pair meets another store."""
    longest = max(len(act.points) for act in acts)
    pairs = [(act, act.points[n]) for n in range(longest) for act in acts if n < len(act.points)]
    turns = (divmod(n, len(pairs)) for n in range(first, first + trials))
    return [(stores[(again + at) % len(stores)], *pairs[at]) for again, at in turns]


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


def _in_a_lane(lanes: Queue[Arena], act: Act, point: str, dice: random.Random) -> Outcome:
    where = lanes.get()
    try:
        return one_trial(where, act, point, dice)
    finally:
        lanes.put(where)


def _verified(where: Arena) -> Outcome | None:
    found = where.parts.storage.audit.verify()
    return None if isinstance(found, Ok) else Outcome(where.store, "audit log", "at the end", faults=[found.reason])


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
    by_act = Counter(each.act for each in outcomes)
    lines.append("by act: " + ", ".join(f"{act} {count}" for act, count in by_act.items()))
    by_point = Counter(each.point for each in outcomes)
    lines.append("by point: " + ", ".join(f"{point} {count}" for point, count in sorted(by_point.items())))
    lines += [f"  {each.store}, {each.act}, {each.point}: {fault}" for each in outcomes for fault in each.faults]
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
    parser.add_argument("--act", action="append", choices=[act.name for act in ACTS])
    parser.add_argument("--hapi", help="FHIR base of a HAPI server without sign-in; default: one of its own")
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10**6))
    parser.add_argument("--side-by-side", type=int, default=2)
    options = parser.parse_args()
    started = time.monotonic()
    with ExitStack() as stack:
        base = options.hapi or stack.enter_context(start_hapi())
        acts = [act for act in ACTS if options.act is None or act.name in options.act]
        outcomes = run_trials(base, options.store or STORES, options.trials, options.seed, options.side_by_side, acts)
    print(report(outcomes))
    print(f"seed {options.seed}, {time.monotonic() - started:.0f} s")
    return int(any(each.faults for each in outcomes))


_processes.set_forkserver_preload(["tests.crash.program"])

if __name__ == "__main__":
    sys.exit(main())
