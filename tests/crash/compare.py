"""After a crash trial: chart, outbox, audit log and plan, held against each other."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from app.domain.flag import ChangeKind, FlagIntent
from app.domain.outbox import OutboxRow, RowState
from app.domain.session import LaunchSession
from app.wiring import Parts
from tests.crash.clinic import Hapi, Json, identifier_of


@dataclass(frozen=True)
class Arena:
    """One store, one HAPI, and the wiring with which a trial looks at them from outside."""

    hapi: Hapi
    environment: dict[str, str]
    parts: Parts
    store: str


def compare(
    where: Arena,
    session: LaunchSession,
    before: list[Json],
    rows: list[OutboxRow],
    decided: list[OutboxRow],
    left: set[str],
) -> list[str]:
    """Every promise that did not hold, in one sentence each. `left` are the rules that a new preview proposes."""
    flags = where.hapi.find(f"Flag?patient={session.patient.partition('/')[2]}")
    return [
        *_lost(decided, flags),
        *_duplicated(before, decided, flags),
        *_written_twice(where, decided, flags),
        *_unaudited(where, session, rows, flags),
        *_unsigned(where, decided),
        *_plan_left(decided, left),
    ]


def _lost(decided: list[OutboxRow], flags: list[Json]) -> Iterator[str]:
    standing = {identifier_of(flag): flag for flag in flags if flag["status"] != "entered-in-error"}
    for row in decided:
        assert isinstance(row.intent, FlagIntent)
        flag = standing.get(row.intent.lane)
        wanted = row.intent.change.wanted
        if row.state is not RowState.SETTLED:
            yield f"lost: row {row.id} ended {row.state.value}"
        elif flag is None:
            yield f"lost: {row.intent.rule} was decided and is not in the chart"
        elif wanted is not None and (flag["status"], flag["code"]["text"]) != ("active", wanted.text):
            yield f"lost: {row.intent.rule} does not read as decided"
        elif wanted is None and flag["status"] != "inactive":
            yield f"lost: {row.intent.rule} was to be ended"


def _duplicated(before: list[Json], decided: list[OutboxRow], flags: list[Json]) -> Iterator[str]:
    counts = Counter(identifier_of(flag) for flag in flags)
    yield from (f"duplicated: {count} Flags of one identifier" for count in counts.values() if count > 1)
    allowed = {identifier_of(flag) for flag in before} | {row.intent.lane for row in decided}
    yield from ("a Flag that nobody decided" for flag in flags if identifier_of(flag) not in allowed)


def _written_twice(where: Arena, decided: list[OutboxRow], flags: list[Json]) -> Iterator[str]:
    kinds = {row.intent.lane: row.intent.change.kind for row in decided if isinstance(row.intent, FlagIntent)}
    for flag in flags:
        versions = int(flag["meta"]["versionId"])
        kind = kinds.get(identifier_of(flag))
        wanted = 2 if kind in (ChangeKind.UPDATE, ChangeKind.INACTIVATE) else 1
        if versions != wanted:
            yield f"duplicated: {flag['id']} has {versions} versions, {kind} makes {wanted}"


def _unaudited(where: Arena, session: LaunchSession, rows: list[OutboxRow], flags: list[Json]) -> Iterator[str]:
    """Every version that we made has a decision before it and an answer after it."""
    lines = where.parts.storage.audit.entries(session.patient)
    confirmed = Counter(line.detail["rule"] for line in lines if line.action.value == "confirm_write")
    answered = {(line.target, line.outcome) for line in lines if line.action.value == "write"}
    done = {target for target, outcome in answered if outcome in ("created", "updated", "inactivated", "already_there")}
    for row in rows:
        if isinstance(row.intent, FlagIntent) and confirmed[row.intent.rule] != 1:
            yield f"unaudited: {confirmed[row.intent.rule]} decisions of {row.intent.rule} in the audit log"
    for flag in flags:
        is_ours = int(flag["meta"]["versionId"]) > 1 or flag["id"].isdigit()
        if is_ours and f"Flag/{flag['id']}" not in done:
            yield f"unaudited: Flag/{flag['id']} was written and no line says so"


def _unsigned(where: Arena, decided: list[OutboxRow]) -> Iterator[str]:
    for row in decided:
        reference = row.written.reference if row.written else None
        if reference is None:
            continue
        found = len(where.hapi.find(f"Provenance?target={reference}"))
        if found != 1:
            yield f"{reference} has {found} Provenances"


def _plan_left(decided: list[OutboxRow], left: set[str]) -> Iterator[str]:
    """Chart state equals plan: what was decided needs nothing more; what was not is proposed again."""
    done = {row.intent.rule for row in decided}
    yield from (f"{rule} was carried out and is proposed again" for rule in sorted(left & done))
    if not decided and not {"sedative", "naloxone", "med"} <= left:
        yield f"nothing was decided, and only {sorted(left)} is proposed"
    if decided and left:
        yield f"part of a decision was stored: {sorted(left)} is missing"
