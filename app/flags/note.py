"""The note of a visit, for an EHR that takes no Flags: one readable page that names every gap which asks to be written.

Like the Flags it has no doses and no names of medicines. One note a visit: a second confirmation in the same visit corrects
that note, and a note that a person has changed since is left alone by the sink.
"""

import hashlib
from collections.abc import Iterable

from app.domain.finding import Review
from app.domain.flag import FlagPlan, LastWritten, NoteChange, WantedFlag, WantedNote
from app.flags.plan import digest_of
from app.flags.text import gap_in
from app.flags.wanted import Identify

_NEW = "This EHR takes no Flags: one note of this visit"
_CORRECTED = "The facts have changed since the note of this visit: correct it"


def plan_note(
    wanted: tuple[WantedFlag, ...],
    review: Review,
    identify: Identify,
    visit: str | None,
    written: Iterable[LastWritten] = (),
) -> FlagPlan:
    """The plan for an EHR that takes notes: one line, or none when nothing is open or the note says it already.

    `visit` is the encounter's reference; without one the day is the visit.
    """
    changes = [] if review.patient is None or not wanted else [_change(wanted, review, identify, visit, written)]
    lines = tuple(change for change in changes if change is not None)
    return FlagPlan(lines, digest_of(lines, review.patient))


def _change(
    wanted: tuple[WantedFlag, ...],
    review: Review,
    identify: Identify,
    visit: str | None,
    written: Iterable[LastWritten],
) -> NoteChange | None:
    identifier = identify(review.patient or "", f"note of {visit or review.as_of.isoformat()}")
    note = _note(wanted, review, identifier)
    last = next((each for each in written if each.identifier == identifier), None)
    if last is not None and last.fingerprint == note.fingerprint:
        return None
    return NoteChange(_CORRECTED if last else _NEW, note, last)


def _note(wanted: tuple[WantedFlag, ...], review: Review, identifier: str) -> WantedNote:
    day = review.as_of.isoformat()
    lines = [
        f"Long-term opioid therapy: open at the visit of {day}",
        "",
        *(f"- {gap_in(each.text) or each.text}" for each in wanted),
        "",
        f"As of {day}, by policy {review.pack}.",
        "Worked out by Sextant from this chart and confirmed by the author of this note.",
        f"Sextant reference: {identifier[:12]}",
    ]
    facts = "\n".join(sorted(f"{each.rule} {gap_in(each.text)} {each.fingerprint}" for each in wanted))
    return WantedNote(
        identifier=identifier,
        title=f"Sextant summary {day} ({identifier[:12]})",
        text="\n".join(lines),
        day=review.as_of,
        rules=tuple(each.rule for each in wanted),
        fingerprint=hashlib.sha256(facts.encode()).hexdigest(),
    )
