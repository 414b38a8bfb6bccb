"""What the ledger says after an answer: by it a later plan tells Sextant's own work from a person's."""

from dataclasses import replace

from app.domain.flag import PERHAPS, ChangeKind, FlagIntent, Intent, LastWritten, NoteIntent, Written

_IN_THE_CHART = frozenset({"created", "updated", "already_there"})
_ENDED = frozenset({"inactivated", "already_there"})


def last_written(intent: Intent, written: Written, before: LastWritten | None) -> LastWritten | None:
    """The ledger's new line under the intent's identifier; None when the answer teaches nothing.

    A conflict over a new Flag is noted too, when there was no line: an earlier try of ours may have written it, and whatever
    a person made of it since must be respected.
    """
    if isinstance(intent, NoteIntent):
        return _of_note(intent, written)
    if not isinstance(intent, FlagIntent):
        return None
    if intent.change.kind is ChangeKind.INACTIVATE:
        return _of_end(intent, written, before)
    is_there = written.outcome in _IN_THE_CHART
    may_be_there = written.outcome == "conflict" and intent.change.kind is ChangeKind.CREATE and before is None
    return _of_wanted(intent, written) if is_there or may_be_there else None


def perhaps_written(intent: Intent) -> LastWritten | None:
    """The ledger's line after tries that the EHR never answered: the Flag may read as it was sent.

    None for a note, which is looked for by its identifier anyway, and for an end: by the line that stands a Flag that has ended
    counts as ended by a person, and so stays down.
    """
    if (
        not isinstance(intent, FlagIntent)
        or intent.change.wanted is None
        or intent.change.kind is ChangeKind.INACTIVATE
    ):
        return None
    wanted, before = intent.change.wanted, intent.change.existing
    return LastWritten(
        identifier=wanted.identifier,
        rule=wanted.rule,
        text=wanted.text,
        status=PERHAPS,
        fingerprint=wanted.fingerprint,
        reference=before.reference if before else None,
        version=before.version if before else None,
    )


def _of_wanted(intent: FlagIntent, written: Written) -> LastWritten | None:
    wanted = intent.change.wanted
    if wanted is None:
        return None
    return LastWritten(
        wanted.identifier, wanted.rule, wanted.text, "active", wanted.fingerprint, written.reference, written.version
    )


def _of_end(intent: FlagIntent, written: Written, before: LastWritten | None) -> LastWritten | None:
    existing, wanted = intent.change.existing, intent.change.wanted
    if written.outcome not in _ENDED or (existing is None and written.reference is None):
        return None
    text = existing.text if existing else wanted.text if wanted else None
    known = before or LastWritten(intent.lane, intent.rule, text or "", "active")
    reference = written.reference or (existing.reference if existing else None)
    return replace(known, status="inactive", reference=reference, version=written.version, seen_ended_with="")


def _of_note(intent: NoteIntent, written: Written) -> LastWritten | None:
    note = intent.change.note
    is_end = intent.change.kind is ChangeKind.INACTIVATE
    if written.outcome not in (_ENDED if is_end else _IN_THE_CHART):
        return None
    status = "inactive" if is_end else "active"
    return LastWritten(
        note.identifier, intent.rule, note.text, status, note.fingerprint, written.reference, written.version
    )
