"""Writes a Provenance that is still owed: the Flag was written, its Provenance was not, or nobody knows."""

from dataclasses import dataclass
from urllib.parse import urlencode

from app.domain.errors import NotPermitted, RecordUnreadable, TryAgainLater, WrongUsage
from app.domain.flag import ProvenanceIntent, Written
from app.fhir_adapters.base.chart_writes import ChartWrites, Write
from app.fhir_adapters.base.look import all_matches
from app.fhir_adapters.base.provenance import provenance
from app.fhir_adapters.base.standing import Standing, from_answer, raise_for, standing
from app.fhir_adapters.base.systems import decision_of

_NOT_ANSWERED = "The EHR did not answer whether the Provenance was written."


@dataclass(frozen=True, slots=True)
class ProvenanceWriter:
    """The part of a sink that writes owed Provenances."""

    writes: ChartWrites

    async def write(self, intent: ProvenanceIntent) -> Written:
        """Look by target and confirmation first: R4's Provenance has no identifier to create it conditionally by."""
        try:
            found = await self._find(intent)
            if found is not None:
                return _written(intent, "already_there", found)
            done = await self.writes.send(Write("POST", "Provenance", provenance(intent, self.writes.software)))
            if done is None:
                raise TryAgainLater(_NOT_ANSWERED)
            raise_for(done.answer)
            return _written(intent, "created", from_answer(done.answer, "Provenance"))
        except (NotPermitted, WrongUsage, RecordUnreadable) as error:
            return Written(intent.rule, "refused", detail=str(error))

    async def _find(self, intent: ProvenanceIntent) -> Standing | None:
        search = f"Provenance?{urlencode({'target': intent.target})}"
        found = await all_matches(self.writes.client, search, self.writes.profile.max_pages)
        mine = (row for row in found if row["resourceType"] == "Provenance")
        return next((standing(row) for row in mine if decision_of(row) == intent.decision), None)


def _written(intent: ProvenanceIntent, outcome: str, found: Standing | None) -> Written:
    reference = found.reference if found else None
    return Written(intent.rule, outcome, reference, found.version if found else None)
