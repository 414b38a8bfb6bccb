"""The plan: for each rule what will be created, changed, ended or left, with a fingerprint of it all.

A confirmation is good only for the plan that was shown: the fingerprint covers everything that would be written and the version
of every Flag that would be changed. Same inputs, same fingerprint, in any order.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from datetime import date

from app.domain.finding import Review, Status
from app.domain.flag import (
    PERHAPS,
    Change,
    ChangeKind,
    ChartFlag,
    FlagChange,
    FlagPlan,
    LastWritten,
    NoteChange,
    WantedFlag,
    Withheld,
)
from app.flags.text import gap_in
from app.flags.transitions import BY_HAND, DUPLICATE, NOT_OURS, TRANSITIONS, Asked, Standing, Step
from app.flags.wanted import WritePolicy

_ENDS = frozenset({Status.GREEN, Status.NOT_APPLICABLE})


def plan(
    wanted: tuple[WantedFlag, ...],
    existing: tuple[ChartFlag, ...],
    review: Review,
    policy: WritePolicy,
    written: Iterable[LastWritten] = (),
) -> FlagPlan:
    """Compare what is wanted with what stands in the chart.

    `existing` are all Flags of the person; those without our identifier, and those whose rule the review does not know, are
    left alone. `written` is our ledger: by it a person's work in the chart is known and respected. The plan lists every rule
    that is wanted or has a Flag, and somebody else's Flags as left.
    """
    ledger = {each.identifier: each for each in written}
    by_identifier = {each.identifier: each for each in wanted}
    ours, others = ours_of(existing, review.patient)
    twice = _twice(ours, others)
    changes = [
        _change(each, ours.get(each.identifier), review, ledger.get(each.identifier), is_twice=each.identifier in twice)
        for each in wanted
    ]
    changes += [_change(None, flag, review, ledger.get(key)) for key, flag in ours.items() if key not in by_identifier]
    changes += [FlagChange(step.kind, flag.rule or "", step.reason, existing=flag) for flag, step in others]
    changes.sort(key=_order)
    return FlagPlan(tuple(changes), digest_of(changes, review.patient))


def ours_of(
    existing: tuple[ChartFlag, ...], patient: str | None
) -> tuple[Mapping[str, ChartFlag], list[tuple[ChartFlag, Step]]]:
    """Our Flags, one per identifier (active, then ended, then in error; the lowest id), and the rest with why it is left."""
    ours: dict[str, ChartFlag] = {}
    rest: list[tuple[ChartFlag, Step]] = []
    for flag in sorted(existing, key=_rank):
        is_foreign = flag.identifier is None or (flag.subject is not None and flag.subject != patient)
        if is_foreign or flag.identifier is None:
            rest.append((flag, NOT_OURS))
        elif flag.identifier in ours:
            rest.append((flag, DUPLICATE))
        else:
            ours[flag.identifier] = flag
    return ours, rest


def _twice(ours: Mapping[str, ChartFlag], others: list[tuple[ChartFlag, Step]]) -> frozenset[str]:
    """Identifiers under which a second Flag is active and reads as the first. Two that are made at once are found by whoever
    writes; one that an EHR stored long after it should have answered is seen only here."""
    twins = [flag for flag, step in others if step is DUPLICATE and flag.status == "active"]
    return frozenset(each.identifier for each in twins if each.identifier and each.text == ours[each.identifier].text)


def _rank(flag: ChartFlag) -> tuple[int, int, str]:
    rank = {"active": 0, "entered-in-error": 2}.get(flag.status or "", 1)
    return rank, len(flag.reference), flag.reference


def _change(
    wanted: WantedFlag | None,
    flag: ChartFlag | None,
    review: Review,
    last: LastWritten | None,
    *,
    is_twice: bool = False,
) -> FlagChange:
    rule = wanted.rule if wanted else (flag.rule if flag and flag.rule else "")
    standing = standing_of(wanted, flag, last)
    asked = _asked(rule, review) if wanted is None else _wanted(wanted, last, standing)
    step = TRANSITIONS[Standing.TWICE if is_twice and standing is Standing.AS_WANTED else standing, asked]
    return FlagChange(step.kind, rule, step.reason, wanted, flag)


def _wanted(wanted: WantedFlag, last: LastWritten | None, standing: Standing) -> Asked:
    """Of what a person ended the facts count on which Sextant first saw that: those on which it was written may have changed
    while it stood. Seen for the first time, nobody can tell which came first, and what the person did stays."""
    known = last.fingerprint if last else ""
    if last is not None and standing in BY_HAND:
        known = last.seen_ended_with or wanted.fingerprint
    return Asked.SAME if known != "" and known == wanted.fingerprint else Asked.WANTED


def standing_of(wanted: WantedFlag | None, flag: ChartFlag | None, last: LastWritten | None) -> Standing:
    """How our Flag stands in the chart (None: it does not), by what the ledger says of it."""
    last = None if _was_never_written(last, flag) else last
    was_left_active = last is not None and last.status in ("active", PERHAPS)
    if flag is None:
        return Standing.REMOVED if was_left_active else Standing.NONE
    if flag.status == "entered-in-error":
        return Standing.IN_ERROR
    if flag.status != "active":
        return Standing.ENDED_BY_HAND if was_left_active else Standing.ENDED
    gap = gap_in(flag.text)
    if gap is None or (was_left_active and last is not None and not _is_same_text(flag.text, last.text)):
        return Standing.EDITED
    is_same = wanted is not None and gap == gap_in(wanted.text) and flag.level in (None, wanted.level)
    return Standing.AS_WANTED if is_same else Standing.DIFFERENT


def _was_never_written(last: LastWritten | None, flag: ChartFlag | None) -> bool:
    """The chart stands as it did before a write that was never answered."""
    if last is None or last.status != PERHAPS:
        return False
    return flag is None or (flag.version is not None and flag.version == last.version)


def _is_same_text(one: str | None, other: str) -> bool:
    # EHRs trim texts and join their spaces.
    return " ".join((one or "").split()) == " ".join(other.split())


def _asked(rule: str, review: Review) -> Asked:
    """What the finding of a rule without a wanted Flag says."""
    finding = review.finding(rule)
    if finding is None:
        return Asked.SILENT
    if finding.status in _ENDS:
        return Asked.GONE
    if finding.dismissed:
        return Asked.ASIDE
    return Asked.UNKNOWN if finding.status is Status.GREY else Asked.SOFTER


def _order(change: FlagChange) -> tuple[int, str, str]:
    kinds = (ChangeKind.CREATE, ChangeKind.UPDATE, ChangeKind.INACTIVATE, ChangeKind.LEAVE)
    return kinds.index(change.kind), change.rule, change.existing.reference if change.existing else ""


def digest_of(changes: Iterable[Change], patient: str | None, withheld: Iterable[Withheld] = ()) -> str:
    """The fingerprint of everything that would be written or withheld (SHA-256, hexadecimal); what is left alone does not
    matter."""
    lines = sorted(
        json.dumps(_as_values(each), sort_keys=True) for each in changes if each.kind is not ChangeKind.LEAVE
    )
    stopped = sorted(json.dumps([each.line, each.kind.value, each.text, each.reason]) for each in withheld)
    return hashlib.sha256("\n".join((patient or "", *lines, *stopped)).encode()).hexdigest()


def _as_values(change: Change) -> dict[str, object]:
    if isinstance(change, NoteChange):
        note, last = change.note, change.last
        texts = {"identifier": note.identifier, "title": note.title, "text": note.text}
        facts = {"facts": note.fingerprint}
        return {"kind": change.kind.value, **texts, **facts, "last": last.version or last.reference if last else None}
    wanted, flag = change.wanted, change.existing
    return {
        "kind": change.kind.value,
        "rule": change.rule,
        "text": wanted.text if wanted else None,
        "level": wanted.level if wanted else None,
        "category": wanted.category if wanted else None,
        "rule_version": wanted.rule_version if wanted else None,
        "facts": wanted.fingerprint if wanted else None,
        "evidence": list(wanted.evidence) if wanted else None,
        "since": _day(wanted.since) if wanted else None,
        "identifier": wanted.identifier if wanted else flag.identifier if flag else None,
        "reference": flag.reference if flag else None,
        "version": flag.version if flag else None,
        "status": flag.status if flag else None,
    }


def _day(day: date) -> str:
    return day.isoformat()
