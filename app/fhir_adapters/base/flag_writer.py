"""Writes Flags: looks first, creates conditionally, updates only the version it has read, and is safe to repeat.

A stale version is 412 by the standard and 409 on HAPI and Oracle Health: both mean "read again, decide again, try once more,
then ask a person". A write that was not answered is looked for before anything is repeated, so that a crash or a time-out
never makes a second Flag; where two writers made one each at once, the lowest id stays and the other is withdrawn.
"""

from contextlib import suppress
from dataclasses import dataclass, replace
from urllib.parse import urlencode

from app.domain.errors import NotPermitted, RecordUnreadable, TryAgainLater, WrongUsage
from app.domain.flag import FLAG_IDENTIFIER_SYSTEM, ChangeKind, FlagIntent, ProvenanceIntent, Written
from app.fhir_adapters.base.chart_writes import CONFLICTS, ChartWrites, Done, Write
from app.fhir_adapters.base.flag_json import attributed, ended_flag, json_text, new_flag, our_identifier, renewed_flag
from app.fhir_adapters.base.flag_json import withdrawn_flag as withdrawn
from app.fhir_adapters.base.flag_steps import OUTCOMES, identifier_of, next_step, wanted_of, written
from app.fhir_adapters.base.provenance import provenance
from app.fhir_adapters.base.standing import Standing, from_answer, is_about, matches, raise_for, standing, url_of
from app.fhir_adapters.base.systems import Json, decided
from app.ports import PreviewedWrite

_TRIES = 2
_CHANGING = "Somebody else is changing this Flag; look at the chart and try again."
_NO_LONGER_OURS = "This Flag no longer carries Sextant's identifier: it was left as it is."
_KEPT_IN_PART = "The EHR kept only part of what was written."
_NOT_ANSWERED = "The EHR did not answer whether the Flag was written."


@dataclass(frozen=True, slots=True)
class FlagWriter:
    """The part of a sink that writes Flags. `writes` is fenced to the EHR's FHIR base."""

    writes: ChartWrites

    def preview(self, intent: FlagIntent) -> PreviewedWrite:
        """For a new Flag, the very resource that `write` sends. For one that stands in the chart, the elements that `write`
        sets in it; everything else in it stays as it is then."""
        text, flag = _previewed(intent)
        signature = _signature(intent, _destination(intent, "Flag/(new)"))
        signed = provenance(signature, self.writes.software) if signature and self.writes.takes_provenance else None
        shown = json_text(signed).decode() if signed else ""
        return PreviewedWrite(_destination_words(intent), text, json_text(flag).decode(), shown)

    async def write(self, intent: FlagIntent) -> Written:
        """Carry out one intent. See `ports.FlagSink`."""
        healed: tuple[str, ...] = ()
        try:
            for _ in range(_TRIES):
                step, twins = await self._look(intent)
                healed += twins
                if isinstance(step, Written):
                    return replace(step, withdrawn=healed, owes_provenance=await self._owes(intent, step))
                done = await self.writes.send(step, _signature(intent, step.url))
                if done is None:
                    return _with_twins(await self._looked_for(intent), healed)
                lost_race = step.method == "POST" and done.answer.status == 200
                if not lost_race and done.answer.status not in CONFLICTS:
                    return _with_twins(await self._done(intent, step, done), healed)
            return replace(written(intent, "conflict", detail=_CHANGING), withdrawn=healed)
        except (NotPermitted, WrongUsage, RecordUnreadable) as error:
            return replace(written(intent, "refused", detail=str(error)), withdrawn=healed)

    async def _look(self, intent: FlagIntent) -> tuple[Write | Written, tuple[str, ...]]:
        """What to do by what stands there now, and the twins that were withdrawn by the way."""
        found = await self._all_standing(intent)
        twins = await self._heal(found)
        first = found[0] if found else await self._by_reference(intent)
        return (first if isinstance(first, Written) else next_step(intent, first)), twins

    async def _owes(self, intent: FlagIntent, step: Written) -> bool:
        """Our own work met again: whether its Provenance was stored is not known."""
        return step.outcome == OUTCOMES[intent.change.kind] and await self.writes.owes()

    async def _done(self, intent: FlagIntent, step: Write, done: Done) -> Written:
        raise_for(done.answer)
        outcome = OUTCOMES[intent.change.kind]
        before = Standing({}, step.url, None) if step.method == "PUT" else None
        answer = written(intent, outcome, from_answer(done.answer, "Flag", before))
        owes = not done.is_signed and await self.writes.owes()
        answer = replace(answer, owes_provenance=owes, signed=done.signed)
        return await self._checked(intent, answer) if step.method == "POST" else answer

    async def _checked(self, intent: FlagIntent, answer: Written) -> Written:
        """A created Flag, read back: a twin of it is withdrawn, and a part that the EHR dropped is told."""
        with suppress(TryAgainLater, NotPermitted, WrongUsage, RecordUnreadable):
            found = await self._all_standing(intent)
            twins = await self._heal(found)
            if found:
                kept = renewed_flag(found[0].resource, wanted_of(intent)) == found[0].resource
                detail = "" if kept else _KEPT_IN_PART
                first = written(intent, answer.outcome, found[0], detail)
                return replace(first, owes_provenance=answer.owes_provenance, withdrawn=twins, signed=answer.signed)
        return answer

    async def _looked_for(self, intent: FlagIntent) -> Written:
        """After a write that was not answered: done, when the Flag says so; otherwise nobody knows yet."""
        step, twins = await self._look(intent)
        if isinstance(step, Write):
            raise TryAgainLater(_NOT_ANSWERED)
        is_done = step.outcome == "already_there" and step.reference is not None
        outcome = OUTCOMES[intent.change.kind] if is_done else step.outcome
        owes = outcome == OUTCOMES[intent.change.kind] and await self.writes.owes()
        return replace(step, outcome=outcome, withdrawn=twins, owes_provenance=owes)

    async def _heal(self, found: list[Standing]) -> tuple[str, ...]:
        """Withdraw active twins that say the same as the first one; one that a person has edited is left for people."""
        healed: list[str] = []
        for twin in (each for each in found[1:] if each.is_active and _says_as(each, found[0])):
            done = await self.writes.send(Write("PUT", twin.reference, withdrawn(twin.resource), twin.version))
            if done is not None and done.answer.is_ok:
                healed.append(twin.reference)
        return tuple(healed)

    async def _by_reference(self, intent: FlagIntent) -> Standing | Written | None:
        """The Flag that the preview showed, where a search by identifier does not find it. One from which a person took our
        identifier is theirs now: a conflict, never "it has ended"."""
        existing = intent.change.existing
        if existing is None:
            return None
        answer = await self.writes.client.get(url_of(existing.reference), fresh=True)
        if answer.status in (404, 410):
            return None
        raise_for(answer)
        found = from_answer(answer, "Flag")
        if found is None or not found.resource:
            raise TryAgainLater(_NOT_ANSWERED)
        if not is_about(found.resource, intent.patient) or found.resource.get("status") == "entered-in-error":
            return None
        return found if _is_ours(found.resource, intent) else written(intent, "conflict", found, _NO_LONGER_OURS)

    async def _all_standing(self, intent: FlagIntent) -> list[Standing]:
        """All Flags with our identifier, past the server's cache of searches. Errors stay away: they were withdrawn."""
        query = urlencode(
            {
                "identifier": f"{FLAG_IDENTIFIER_SYSTEM}|{identifier_of(intent)}",
                "patient": intent.patient.partition("/")[2],
            }
        )
        answer = await self.writes.client.get(f"Flag?{query}", fresh=True)
        ours = [standing(flag) for flag in matches(answer) if _is_ours(flag, intent)]
        return sorted(ours, key=lambda each: each.order)


def _says_as(twin: Standing, first: Standing) -> bool:
    return first.is_active and twin.resource.get("code") == first.resource.get("code")


def _previewed(intent: FlagIntent) -> tuple[str, Json]:
    change = intent.change
    if change.kind is ChangeKind.CREATE or change.existing is None:
        wanted = wanted_of(intent)
        return wanted.text, new_flag(wanted, intent)
    existing = change.existing
    start = existing.period.start.text if existing.period and existing.period.start else None
    known: Json = {
        "resourceType": "Flag",
        "id": existing.reference.partition("/")[2],
        "status": existing.status,
        "subject": {"reference": intent.patient},
        **({"period": {"start": start}} if start else {}),
    }
    if change.kind is ChangeKind.INACTIVATE:
        return existing.text or "", _ended_once(known, intent)
    wanted = wanted_of(intent)
    return wanted.text, attributed(renewed_flag(known, wanted), wanted, intent)


def _ended_once(flag: Json, intent: FlagIntent) -> Json:
    """Ended on the day of the decision, unless somebody has ended it already."""
    if flag.get("status") == "inactive" or intent.decided_on is None:
        return flag
    return decided(ended_flag(flag, intent.decided_on), intent.decision)


def _signature(intent: FlagIntent, target: str) -> ProvenanceIntent | None:
    """Who decided this, from what. A decision without its moment (an old row) is not signed."""
    if intent.decided_at is None:
        return None
    wanted = intent.change.wanted
    return ProvenanceIntent(
        target=target,
        rule=intent.rule,
        activity="CREATE" if intent.change.kind is ChangeKind.CREATE else "UPDATE",
        patient=intent.patient,
        author=intent.author,
        recorded=intent.decided_at,
        evidence=wanted.evidence if wanted else (),
        decision=intent.decision,
    )


def _destination(intent: FlagIntent, new: str) -> str:
    existing = intent.change.existing
    return existing.reference if existing else new


def _destination_words(intent: FlagIntent) -> str:
    existing = intent.change.existing
    return f"{existing.reference} in the chart" if existing else "a new Flag in the chart"


def _is_ours(flag: Json, intent: FlagIntent) -> bool:
    """Servers may ignore a search parameter: identifier and person are checked again here."""
    if flag.get("resourceType") != "Flag" or flag.get("status") == "entered-in-error":
        return False
    return our_identifier(flag) == identifier_of(intent) and is_about(flag, intent.patient)


def _with_twins(answer: Written, healed: tuple[str, ...]) -> Written:
    """The answer naming every twin that was withdrawn on the way: each is a write, and the audit log lists them all."""
    return replace(answer, withdrawn=(*healed, *answer.withdrawn))
