"""After a crash trial: chart, its history, outbox, audit log, ledger and plan, held against each other."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from app.domain.audit import Action
from app.domain.flag import FlagIntent, FollowUp
from app.domain.outbox import OutboxRow, RowState
from app.domain.session import LaunchSession
from app.wiring import Parts
from tests.crash.clinic import Hapi, Json, identifier_of
from tests.crash.history import Chart, disagreements


@dataclass(frozen=True)
class Arena:
    """One store, one HAPI, and the wiring with which a trial looks at them from outside."""

    hapi: Hapi
    environment: dict[str, str]
    parts: Parts
    store: str


@dataclass(frozen=True)
class Asked:
    """What one trial was about: the versions that stood before it, what the page offered, the rows that were there before.

    `is_signed`: the EHR takes Provenances.
    """

    others: frozenset[str] = frozenset()
    offered: frozenset[str] = frozenset()
    earlier: frozenset[int] = frozenset()
    is_signed: bool = True


def compare(where: Arena, session: LaunchSession, asked: Asked, left: Collection[str]) -> list[str]:
    """Every promise that did not hold, in one sentence each. `left` are the rules that a new preview proposes."""
    patient, storage = session.patient, where.parts.storage
    rows = rows_about(where, session)
    chart = Chart(where.hapi.versions(patient), asked.others)
    flags = where.hapi.find(f"Flag?patient={patient.partition('/')[2]}&_count=200")
    decided = decided_since(rows, asked.earlier)
    return [
        *disagreements(chart, storage.audit.entries(patient), storage.ledger.of(session.ehr, patient), rows),
        *_lost(rows, flags),
        *_duplicated(rows, flags),
        *_unconfirmed(where, session, rows),
        *(_unsigned(where, rows) if asked.is_signed else ()),
        *_plan_left(decided, asked.offered, left),
    ]


def rows_about(where: Arena, session: LaunchSession) -> Sequence[OutboxRow]:
    """Everything that the outbox has about the person of a launch."""
    return where.parts.storage.outbox.rows_of(session.ehr, session.patient)


def decided_since(rows: Sequence[OutboxRow], earlier: Collection[int]) -> list[OutboxRow]:
    """What a person confirmed beyond the rows that were there: follow-ups are nobody's decision."""
    return [row for row in rows if row.id not in earlier and not isinstance(row.intent, FollowUp)]


def _lost(rows: Sequence[OutboxRow], flags: Sequence[Json]) -> Iterator[str]:
    """Of each Flag the last decision counts."""
    standing = {identifier_of(flag): flag for flag in flags if flag["status"] != "entered-in-error"}
    yield from (f"lost: row {row.id} ended {row.state.value}" for row in rows if row.state is not RowState.SETTLED)
    for intent in {row.intent.lane: row.intent for row in rows}.values():
        if not isinstance(intent, FlagIntent):
            continue
        flag, wanted = standing.get(intent.lane), intent.change.wanted
        if flag is None:
            yield f"lost: {intent.rule} was decided and is not in the chart"
        elif wanted is not None and (flag["status"], flag["code"]["text"]) != ("active", wanted.text):
            yield f"lost: {intent.rule} does not read as decided"
        elif wanted is None and flag["status"] != "inactive":
            yield f"lost: {intent.rule} was to be ended"


def _duplicated(rows: Sequence[OutboxRow], flags: Sequence[Json]) -> Iterator[str]:
    """Where something was decided, one Flag of that identifier stands: twins that were there before are withdrawn too."""
    decided = {row.intent.lane for row in rows}
    counts = Counter(identifier_of(flag) for flag in flags if flag["status"] != "entered-in-error")
    for identifier, count in counts.items():
        if count > 1 and identifier in decided:
            yield f"duplicated: {count} Flags of one identifier"


def _unconfirmed(where: Arena, session: LaunchSession, rows: Sequence[OutboxRow]) -> Iterator[str]:
    """Each row stands behind one line of the log that says who decided it."""
    lines = where.parts.storage.audit.entries(session.patient)
    confirmed = Counter(line.detail["decision"] for line in lines if line.action is Action.CONFIRM_WRITE)
    for row in rows:
        if not isinstance(row.intent, FollowUp) and confirmed[row.intent.decision] != 1:
            yield f"unaudited: {confirmed[row.intent.decision]} decisions of {row.intent.rule} in the audit log"


def _unsigned(where: Arena, rows: Sequence[OutboxRow]) -> Iterator[str]:
    """One Provenance of each decision."""
    for row in rows:
        if row.written is None or row.written.reference is None or isinstance(row.intent, FollowUp):
            continue
        about = where.hapi.find(f"Provenance?target={row.written.reference}&_count=200")
        mine = [each for each in about if row.intent.decision in str(each.get("extension"))]
        if len(mine) != 1:
            yield f"{row.written.reference} has {len(mine)} Provenances of one decision"


def _plan_left(decided: Sequence[OutboxRow], offered: Collection[str], left: Collection[str]) -> Iterator[str]:
    """Chart state equals plan: what was decided needs nothing more; what was not is proposed again; never half of it."""
    done = {row.intent.rule for row in decided}
    yield from (f"{rule} was carried out and is proposed again" for rule in sorted(done & set(left)))
    if not done and not set(offered) <= set(left):
        yield f"nothing was decided, and {sorted(set(offered) - set(left))} is not proposed any more"
    if done and done != set(offered):
        yield f"part of a decision was stored: {sorted(set(offered) - done)} is missing"
