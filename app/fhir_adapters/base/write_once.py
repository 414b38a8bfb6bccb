"""How one thing of ours is written: look first, write what is missing, and be safe to repeat.

A stale version is 412 by the standard and 409 on HAPI and Oracle Health: both mean "read again, decide again, try once more,
then ask a person". A write that was not answered is looked for before anything is repeated, so that a crash or a time-out
never makes a second one. Where two writers made one each at once, the lowest id stays; the end of the other is owed, as a row
of the outbox behind the audit line that names it, so that no such write goes untold.
"""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Protocol

from app.domain.errors import LaunchAgain, NotPermitted, RecordUnreadable, SextantError, TryAgainLater, WrongUsage
from app.domain.flag import ProvenanceIntent, WithdrawIntent, Written
from app.fhir_adapters.base.chart_writes import CONFLICTS, ChartWrites, Done, Write
from app.fhir_adapters.base.standing import Standing, from_answer, raise_for

_TRIES = 2
CHANGING = "Somebody else is changing it at this moment; look at the chart and try again."
KEPT_IN_PART = "The EHR kept only part of what was written."
NOT_ANSWERED = "The EHR did not answer whether it was written."


class Aim(Protocol):
    """What one intent wants to stand in the chart."""

    @property
    def kind(self) -> str:
        """The resource type."""

    @property
    def done(self) -> str:
        """The outcome of carrying it out: created, updated, inactivated."""

    async def look(self, also: str | None = None) -> Sequence[Standing]:
        """All of ours that stand there, the one that counts first; `also` is one that a search may not show yet.

        Raises TryAgainLater when not all could be read.
        """

    def next_step(self, found: Sequence[Standing]) -> Write | Written:
        """The write to send, or the answer when there is none to send."""

    def twins(self, found: Sequence[Standing], answer: Written) -> tuple[WithdrawIntent, ...]:
        """Those of `found` that are to be withdrawn."""

    def is_as_sent(self, found: Standing) -> bool:
        """Whether it reads as this intent wants it."""

    def lacks(self, found: Standing) -> str:
        """What to tell of a part that the EHR dropped; empty when it kept all."""

    def signature(self, target: str) -> ProvenanceIntent | None:
        """Who decided this, from what."""

    def written(self, outcome: str, found: Standing | None = None, detail: str = "") -> Written:
        """An answer about what stands there."""


async def write_once(aim: Aim, writes: ChartWrites) -> Written:
    """Carry out one intent. Raises TryAgainLater and LaunchAgain; conflicts and refusals are values."""
    try:
        for _ in range(_TRIES):
            found = await aim.look()
            step = aim.next_step(found)
            if isinstance(step, Written):
                return await _answered(aim, writes, step, found)
            done = await writes.send(step, aim.signature(step.url))
            if done is None:
                return await _looked_for(aim, writes)
            if not _is_lost_race(step, done):
                return await _done(aim, writes, step, done, found)
        return aim.written("conflict", detail=CHANGING)
    except (NotPermitted, WrongUsage, RecordUnreadable) as error:
        return aim.written("refused", detail=str(error))


async def look_once(aim: Aim, writes: ChartWrites) -> Written | None:
    """What `write_once` would tell of the chart as it stands; None where it would write something. Raises as it does."""
    try:
        found = await aim.look()
        step = aim.next_step(found)
        return await _answered(aim, writes, step, found) if isinstance(step, Written) else None
    except (NotPermitted, WrongUsage, RecordUnreadable) as error:
        return aim.written("refused", detail=str(error))


def _is_lost_race(step: Write, done: Done) -> bool:
    return (step.method == "POST" and done.answer.status == 200) or done.answer.status in CONFLICTS


async def _answered(aim: Aim, writes: ChartWrites, answer: Written, found: Sequence[Standing]) -> Written:
    """Our own work met again: whether its Provenance was stored is not known."""
    owes = answer.outcome == aim.done and await writes.owes()
    return replace(answer, owes_provenance=owes, twins=aim.twins(found, answer))


async def _looked_for(aim: Aim, writes: ChartWrites) -> Written:
    """After a write that was not answered: done, when the chart says so; otherwise nobody knows yet.

    Nor where the look is not permitted any more: the write may have been.
    """
    try:
        found = await aim.look()
    except (LaunchAgain, NotPermitted, RecordUnreadable) as error:
        raise TryAgainLater(NOT_ANSWERED) from error
    step = aim.next_step(found)
    if isinstance(step, Write):
        raise TryAgainLater(NOT_ANSWERED)
    if step.outcome == "already_there" and step.reference is not None:
        step = replace(step, outcome=aim.done)
    return await _answered(aim, writes, step, found)


async def _done(aim: Aim, writes: ChartWrites, step: Write, done: Done, found: Sequence[Standing]) -> Written:
    raise_for(done.answer)
    before = Standing({}, step.url, None) if step.method == "PUT" else None
    answer = aim.written(aim.done, from_answer(done.answer, aim.kind, before))
    owes = not done.is_signed and await writes.owes()
    answer = replace(answer, owes_provenance=owes, signed=done.signed, twins=aim.twins(found, answer))
    if step.method == "PUT" and answer.version is not None:
        return answer
    # It is written, whatever comes now: a look that fails must not make it "not known".
    with suppress(SextantError):
        now = await aim.look(answer.reference)
        if step.method == "POST":
            return _checked(aim, replace(answer, twins=aim.twins(now, answer)), now[0] if now else None)
        return _checked(aim, answer, next((each for each in now if each.reference == answer.reference), None))
    return answer


def _checked(aim: Aim, answer: Written, first: Standing | None) -> Written:
    """What was written, read back: a part that the EHR dropped is told. A version that the EHR did not tell is ours only while
    it reads as sent: else a person may have been faster."""
    if first is None:
        return answer
    is_as_sent = aim.is_as_sent(first)
    if first.reference != answer.reference:
        return replace(answer, reference=first.reference, version=first.version) if is_as_sent else answer
    told = answer.version or (first.version if is_as_sent else None)
    return replace(answer, version=told, detail=aim.lacks(first))
