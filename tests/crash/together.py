"""Two workers, two users and a person in the EHR's own screens, all at one patient's Flags at once, round after round.

    python -m tests.crash.together --rounds 200            both stores, a HAPI of its own

Each round is about one Flag: to be made, changed or ended by both users at the same moment, or made by one and taken back by
the other. A request may get no further than the decision, or its write may never be answered; two worker processes run all
the time; somebody may edit the Flag meanwhile. Afterwards there is one Flag, and what the person in the EHR wrote is the last
word. At the end every version in the chart's history is held against the audit log.
"""

from __future__ import annotations

import argparse
import asyncio
import multiprocessing
import random
import secrets
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

import httpx

from app.domain.audit import Action, AuditEntry
from app.domain.flag import ChangeKind, ChartFlag, FlagChange, FlagIntent, WantedFlag
from app.domain.outbox import OPEN_STATES, RowState
from app.domain.outcome import Ok
from app.domain.session import LaunchSession, Secret, Tokens
from app.main import services
from app.usecases.carry_out import CarryOut
from tests.clinic_day import clinic_today
from tests.crash.clinic import DOCTOR, Hapi, Json, add_doctor, add_patient, old_flag
from tests.crash.history import Chart, Version, disagreements
from tests.crash.program import quick_parts, run_worker_until_killed
from tests.crash.silent import SilentEhrs
from tests.hapi_server import start_hapi
from tests.postgres import postgres_database, postgres_server
from tests.sextant_server import settings

STORES = ("sqlite", "postgresql")
TURNS = (
    (ChangeKind.CREATE, False),
    (ChangeKind.CREATE, True),
    (ChangeKind.UPDATE, False),
    (ChangeKind.INACTIVATE, False),
)
"""What the rounds are about in turn, and whether the second user takes back what the first one wrote."""
SILENT_EVERY = 3
"""In every third round the first user's write is carried out and never answered: the second one's decision comes behind it."""
LOOKS = 8
"""How often the second user looks for something to take back."""
OLD_TEXT = "An old gap (Sextant, as of 2026-01-01)"
_processes = multiprocessing.get_context("forkserver")


@dataclass
class Tally:
    """What the rounds came to."""

    rounds: int = 0
    edits: int = 0
    """Rounds in which a person's edit was stored."""
    undone: int = 0
    """Rounds in which what was written was taken back."""
    others: set[str] = field(default_factory=set)
    """Versions that stood before a round or are a person's."""
    outcomes: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)


@dataclass
class Round:
    """One Flag, what the users want of it, and what came of it: the person's versions, and how taking it back ended."""

    rule: str
    kind: ChangeKind
    takes_back: bool
    identifier: str
    start: threading.Barrier = field(default_factory=lambda: threading.Barrier(3))
    edited: list[Json] = field(default_factory=list)
    ended: list[tuple[ChangeKind, str]] = field(default_factory=list)
    """What the rows about it wanted, and came to."""

    @property
    def is_ended(self) -> bool:
        """A row of ours ended it."""
        return (ChangeKind.INACTIVATE, "inactivated") in self.ended

    @property
    def is_taken_back(self) -> bool:
        """Ended, or stopped before it was sent."""
        return self.is_ended or (ChangeKind.CREATE, "superseded") in self.ended


@dataclass(frozen=True)
class Place:
    """One store, one HAPI, one patient, two open launches on that chart."""

    hapi: Hapi
    environment: dict[str, str]
    patient: str
    users: tuple[LaunchSession, LaunchSession]


@contextmanager
def place(hapi: Hapi, database_url: str) -> Iterator[Place]:
    """With two workers at work until the block ends."""
    environment = settings(hapi.base.removesuffix("/fhir"), 1, Path("unused"), "hapi")
    environment["SEXTANT_DATABASE_URL"] = database_url
    # Short, so that a slow HAPI looks like one that never answers, and newer decisions come behind tries without an answer.
    environment["SEXTANT_OUTBOX_LEASE_SECONDS"] = "2"
    patient = add_patient(hapi, clinic_today())
    parts = quick_parts(environment)
    users = (_session(patient, parts.clock.now()), _session(patient, parts.clock.now()))
    for user in users:
        parts.storage.sessions.open(user)
    parts.storage.close()
    workers = [_processes.Process(target=run_worker_until_killed, args=(environment,), daemon=True) for _ in range(2)]
    for worker in workers:
        worker.start()
    try:
        yield Place(hapi, environment, patient, users)
    finally:
        for worker in workers:
            worker.kill()
            worker.join(20)


def _session(patient: str, now: datetime) -> LaunchSession:
    tokens = Tokens(Secret("not asked for"), now + timedelta(hours=8), ("patient/*.cruds",), Secret("none"))
    launch, browser = secrets.token_urlsafe(32), secrets.token_urlsafe(32)
    return LaunchSession(launch, browser, "sandbox", patient, DOCTOR, tokens, now)


def one_round(where: Place, number: int, dice: random.Random, tally: Tally) -> None:
    """Both users and perhaps a person, at the same moment; then the comparison."""
    kind, takes_back = TURNS[number % len(TURNS)]
    one = Round(f"round-{secrets.token_hex(4)}", kind, takes_back, secrets.token_hex(32))
    existing = None if kind is ChangeKind.CREATE else _existing(where, one)
    ways = [_way(dice.random() < 0.3, is_silent=n == 0 and number % SILENT_EVERY == 0) for n in range(2)]
    jobs = [
        partial(_user, where, user, _intent(where, one, existing, f"user {n}"), one.start, ways[n])
        for n, user in enumerate(where.users)
    ]
    if takes_back:
        jobs[1] = partial(_take_back, where, where.users[1], one)
    jobs.append(partial(_person, where, one, dice.uniform(0, 1.2 if takes_back else 0.4)))
    threads = [threading.Thread(target=job) for job in jobs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    one.ended += _drained(where, one)
    tally.rounds += 1
    tally.edits += bool(one.edited)
    tally.undone += takes_back and one.is_taken_back
    tally.others |= {Version(each).name for each in one.edited}
    tally.others |= {f"{existing.reference}/_history/1"} if existing else set()
    tally.faults += [f"round {number}, {kind.value}: {fault}" for fault in _faults(where, one)]


def _existing(where: Place, one: Round) -> ChartFlag:
    flag = {**old_flag(where.patient, one.rule, one.identifier, OLD_TEXT), "id": f"r{secrets.token_hex(8)}"}
    where.hapi.transaction(flag)
    reference = f"Flag/{flag['id']}"
    return ChartFlag(reference, "active", OLD_TEXT, where.patient, one.identifier, one.rule, version="1")


def _intent(where: Place, one: Round, existing: ChartFlag | None, text: str) -> FlagIntent:
    today = clinic_today()
    wanted = WantedFlag(one.rule, "1", one.identifier, f"{text} (Sextant, as of {today})", "red", "clinical", today)
    change = FlagChange(one.kind, one.rule, "a round", None if one.kind is ChangeKind.INACTIVATE else wanted, existing)
    return FlagIntent(change, where.patient, DOCTOR, None, today, None, secrets.token_hex(16))


def _way(leaves_it_to_a_worker: bool, is_silent: bool) -> str:
    """How far a request gets."""
    return "unanswered" if is_silent else "decided" if leaves_it_to_a_worker else "sent"


def _user(where: Place, session: LaunchSession, intent: FlagIntent, start: threading.Barrier, way: str) -> None:
    async def confirm() -> None:
        parts = quick_parts(where.environment)
        parts = replace(parts, ehrs=SilentEhrs(parts.ehrs)) if way == "unanswered" else parts
        carry_out = CarryOut(parts.unit_of_work, parts.outbox, parts.sender(), parts.clock)
        entry = AuditEntry(parts.clock.now(), Action.CONFIRM_WRITE, "ok", session.user, session.patient, session.ehr)
        start.wait(60)
        if way == "decided":
            with parts.unit_of_work() as work:
                work.outbox.add(intent.decision, session.launch, intent, entry)
        else:
            await carry_out(session, {intent.decision: intent})
        parts.storage.close()

    asyncio.run(confirm())


def _take_back(where: Place, session: LaunchSession, one: Round) -> None:
    """The second user opens the page that takes back, confirms this round's line, and looks again where the page says so."""

    async def undo() -> None:
        parts = quick_parts(where.environment)
        site = services(parts)
        one.start.wait(60)
        for _ in range(LOOKS):
            plan = (await site.preview_undo(session)).plan
            lines = {each.line for each in (*plan.to_write, *plan.withheld) if each.rule == one.rule}
            result = await site.undo(session, plan.digest, lines) if lines else None
            if result is not None and not result.changed_meanwhile:
                break
            await asyncio.sleep(0.1)
        parts.storage.close()

    asyncio.run(undo())


def _person(where: Place, one: Round, wait: float) -> None:
    """Somebody who edits the Flag's text in the EHR, if there is one to be seen just then."""
    one.start.wait(60)
    time.sleep(wait)
    found = [flag for flag in _flags(where, one.identifier) if flag["status"] == "active"]
    if not found:
        return
    words = f"Dr Lee, {secrets.token_hex(4)}: talked about it"
    answer = where.hapi.put({**found[0], "code": {**found[0]["code"], "text": words}})
    if answer.status_code == 200:
        one.edited.append(answer.json())


def _flags(where: Place, identifier: str) -> list[Json]:
    return where.hapi.find(f"Flag?identifier=https://sextant.example/identifier/flag|{identifier}")


def _drained(where: Place, one: Round) -> list[tuple[ChangeKind, str]]:
    """Wait until nothing is open; what the rows about this round's Flag came to, in the order of the decisions."""
    parts = quick_parts(where.environment)
    deadline = time.monotonic() + 120
    while rows := parts.storage.outbox.rows(OPEN_STATES):
        if time.monotonic() > deadline:
            raise TimeoutError(
                f"rows of the outbox stay open: {[(r.id, r.state, r.attempts, r.written) for r in rows]}"
            )
        time.sleep(0.02)
    mine = [row for row in parts.storage.outbox.rows(tuple(RowState)) if row.intent.lane == one.identifier]
    parts.storage.close()
    changes = [(row.intent.change.kind, row.written) for row in mine if isinstance(row.intent, FlagIntent)]
    return [(kind, written.outcome if written else "") for kind, written in changes]


def _faults(where: Place, one: Round) -> Iterator[str]:
    flags = _flags(where, one.identifier)
    standing = [flag for flag in flags if flag["status"] != "entered-in-error"]
    if len(standing) != 1 and not (one.takes_back and one.is_taken_back and not standing):
        yield f"{len(standing)} Flags stand in the chart"
    for mine in one.edited:
        now = next(flag for flag in flags if flag["id"] == mine["id"])
        if now["meta"]["versionId"] != mine["meta"]["versionId"]:
            yield f"a person's edit was followed by a version of ours ({now['status']}, {now['code']['text']})"
    if standing and not one.edited:
        yield from _as_decided(standing[0], one)


def _as_decided(flag: Json, one: Round) -> Iterator[str]:
    """What nobody edited reads as the last decision says."""
    is_ended = one.kind is ChangeKind.INACTIVATE or one.is_ended
    if flag["status"] != ("inactive" if is_ended else "active"):
        yield f"the Flag is {flag['status']} ({one.ended})"
    if not is_ended and not flag["code"]["text"].startswith("user "):
        yield "the Flag does not read as decided"


def run_rounds(hapi_base: str, store: str, rounds: int, seed: int) -> Tally:
    """All rounds on one store."""
    dice, tally = random.Random(seed), Tally()
    with ExitStack() as stack:
        hapi = Hapi(hapi_base, stack.enter_context(httpx.Client(timeout=60, trust_env=False)))
        add_doctor(hapi)
        where = stack.enter_context(place(hapi, _database(stack, store)))
        for number in range(rounds):
            one_round(where, number, dice, tally)
        parts = quick_parts(where.environment)
        lines = parts.storage.audit.entries()
        tally.outcomes.update(line.outcome for line in lines if line.action is Action.WRITE)
        chart = Chart(hapi.versions(where.patient), tally.others)
        ledger, rows = parts.storage.ledger.of("sandbox", where.patient), parts.storage.outbox.rows(tuple(RowState))
        tally.faults += disagreements(chart, parts.storage.audit.entries(where.patient), ledger, rows)
        verified = parts.storage.audit.verify()
        tally.faults += [] if isinstance(verified, Ok) else [verified.reason]
        parts.storage.close()
    return tally


def _database(stack: ExitStack, store: str) -> str:
    if store == "sqlite":
        return f"sqlite:///{stack.enter_context(tempfile.TemporaryDirectory(prefix='sextant-together-'))}/sextant.db"
    return stack.enter_context(postgres_database(stack.enter_context(postgres_server()), "together"))


def report(store: str, tally: Tally) -> str:
    """The figures."""
    outcomes = ", ".join(f"{outcome} {count}" for outcome, count in sorted(tally.outcomes.items()))
    edits = f"{tally.edits} with a person's edit, {tally.undone} taken back"
    line = f"{store}: {tally.rounds} rounds, {edits}, {len(tally.faults)} faults; {outcomes}"
    return "\n".join([line, *(f"  {fault}" for fault in tally.faults)])


def main(arguments: Sequence[str] | None = None) -> int:
    """0 when every round ended as it must."""
    parser = argparse.ArgumentParser(description="Two workers, two users and a person at one patient's Flags at once.")
    parser.add_argument("--rounds", type=int, default=200, help="in all, spread over the stores")
    parser.add_argument("--store", action="append", choices=STORES)
    parser.add_argument("--hapi", help="FHIR base of a HAPI server without sign-in; default: one of its own")
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10**6))
    options = parser.parse_args(arguments)
    stores, started, is_bad = options.store or STORES, time.monotonic(), False
    with ExitStack() as stack:
        base = options.hapi or stack.enter_context(start_hapi())
        for store in stores:
            tally = run_rounds(base, store, options.rounds // len(stores), options.seed)
            is_bad = is_bad or bool(tally.faults)
            print(report(store, tally), flush=True)
    print(f"seed {options.seed}, {time.monotonic() - started:.0f} s")
    return int(is_bad)


_processes.set_forkserver_preload(["tests.crash.program"])

if __name__ == "__main__":
    sys.exit(main())
