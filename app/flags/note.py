"""The note of a visit, for an EHR that takes no Flags: one readable page that names every gap which asks to be written.

Like the Flags it has no doses and no names of medicines. One note a visit: a second confirmation in the same visit corrects
that note, and a note that a person has changed since is left alone by the sink.
"""

import hashlib
from collections.abc import Iterable, Mapping
from itertools import chain, count

from app.domain.finding import Review
from app.domain.flag import FlagPlan, LastWritten, NoteChange, WantedFlag, WantedNote
from app.flags.plan import digest_of
from app.flags.text import gap_in
from app.flags.wanted import Identify

_NEW = "This EHR takes no Flags: one note of this visit"
_AGAIN = "The note of this visit was taken back: write one again"
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
    ledger = {each.identifier: each for each in written}
    first, *later = _identifiers(review, identify, visit, ledger)
    identifier = later[-1] if later else first
    note, last = _note(wanted, review, identifier), ledger.get(identifier)
    if last is not None and last.fingerprint == note.fingerprint:
        return None
    return NoteChange(_CORRECTED if last else _AGAIN if later else _NEW, note, last)


def _identifiers(
    review: Review, identify: Identify, visit: str | None, ledger: Mapping[str, LastWritten]
) -> tuple[str, ...]:
    """Those of this visit's notes that were taken back, and that of the one which stands or is to be written: a note that was
    marked as entered in error stays so, and the next one is another note."""
    named = f"note of {visit or review.as_of.isoformat()}"
    used: list[str] = []
    for name in chain([named], (f"{named}, {number}" for number in count(2))):
        used.append(identify(review.patient or "", name))
        if (last := ledger.get(used[-1])) is None or last.status != "inactive":
            break
    return tuple(used)


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
