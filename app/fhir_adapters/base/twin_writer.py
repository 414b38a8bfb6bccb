"""Withdraws one of two that were made at once: looks whether it is still the twin that was found, then marks it."""

from dataclasses import dataclass

from app.domain.errors import NotPermitted, RecordUnreadable, TryAgainLater, WrongUsage
from app.domain.flag import WithdrawIntent, Written
from app.fhir_adapters.base.chart_writes import CONFLICTS, ChartWrites, Write
from app.fhir_adapters.base.standing import Standing, from_answer, is_about, raise_for, read, reading_of, withdrawn
from app.fhir_adapters.base.write_once import CHANGING, NOT_ANSWERED

_TRIES = 2
_EDITED = "Somebody changed this twin in the chart; it was left as it is."
_NOTHING_STAYS = "The one that was to stay does not stand in the chart any more; its twin was left as it is."


@dataclass(frozen=True, slots=True)
class TwinWriter:
    """The part of a sink that withdraws twins."""

    writes: ChartWrites

    async def write(self, intent: WithdrawIntent) -> Written:
        """Carry out one intent. See `ports.FlagSink`."""
        try:
            for _ in range(_TRIES):
                twin = await read(self.writes.client, intent.target)
                answer = await self._reason_not_to(intent, twin)
                if answer is not None or twin is None:
                    return answer or _written(intent, "already_there", None)
                done = await self._send(intent, twin)
                if done is not None:
                    return done
            return _written(intent, "conflict", None, CHANGING)
        except (NotPermitted, WrongUsage, RecordUnreadable) as error:
            return _written(intent, "refused", None, str(error))

    async def _reason_not_to(self, intent: WithdrawIntent, twin: Standing | None) -> Written | None:
        if twin is None or twin.is_in_error:
            return _written(intent, "already_there", twin)
        is_same = is_about(twin.resource, intent.patient) and reading_of(twin.resource) == intent.reads
        if not (twin.is_active and is_same):
            return _written(intent, "conflict", twin, _EDITED)
        if not await self._stays(intent):
            return _written(intent, "conflict", twin, _NOTHING_STAYS)
        return None

    async def _stays(self, intent: WithdrawIntent) -> bool:
        """Never both: two installations may each have found the other's."""
        if not intent.keeps:
            return True
        kept = await read(self.writes.client, intent.keeps)
        return kept is not None and not kept.is_in_error

    async def _send(self, intent: WithdrawIntent, twin: Standing) -> Written | None:
        """None when the version was stale. Raises TryAgainLater when nobody knows: the next try looks first."""
        step = Write("PUT", twin.reference, withdrawn(twin.resource, intent.decision), twin.version)
        done = await self.writes.send(step)
        if done is None:
            raise TryAgainLater(NOT_ANSWERED)
        if done.answer.status in CONFLICTS:
            return None
        raise_for(done.answer)
        stored = from_answer(done.answer, twin.reference.partition("/")[0], Standing({}, twin.reference, None))
        version = stored.version if stored else None
        return Written(intent.rule, "withdrawn", intent.target, version, withdrawn=(intent.target,))


def _written(intent: WithdrawIntent, outcome: str, found: Standing | None, detail: str = "") -> Written:
    return Written(intent.rule, outcome, intent.target, found.version if found else None, detail)
