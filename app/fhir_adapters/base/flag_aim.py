"""What one intent wants of a Flag: which Flags of ours stand there, what to do about them, and who decided it."""

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from app.domain.flag import FLAG_IDENTIFIER_SYSTEM, ChangeKind, FlagIntent, ProvenanceIntent, WithdrawIntent, Written
from app.fhir_adapters.base.chart_writes import ChartWrites, Write
from app.fhir_adapters.base.flag_json import our_identifier, renewed_flag
from app.fhir_adapters.base.flag_steps import (
    OUTCOMES,
    identifier_of,
    label,
    next_step,
    previewed_text,
    wanted_of,
    written,
)
from app.fhir_adapters.base.look import all_matches
from app.fhir_adapters.base.standing import Standing, is_about, read, reading_of, standing
from app.fhir_adapters.base.systems import Json, decision_of
from app.fhir_adapters.base.write_once import KEPT_IN_PART


@dataclass(frozen=True, slots=True)
class FlagAim:
    """See `write_once.Aim`."""

    intent: FlagIntent
    writes: ChartWrites

    @property
    def kind(self) -> str:
        """See Aim."""
        return "Flag"

    @property
    def done(self) -> str:
        """See Aim."""
        return OUTCOMES[self.intent.change.kind]

    async def look(self, also: str | None = None) -> Sequence[Standing]:
        """All Flags with our identifier; where a search finds none, the one that the preview showed or that was just made."""
        intent = self.intent
        person = intent.patient.partition("/")[2]
        query = urlencode({"identifier": f"{FLAG_IDENTIFIER_SYSTEM}|{identifier_of(intent)}", "patient": person})
        rows = await all_matches(self.writes.client, f"Flag?{query}", self.writes.profile.max_pages)
        found = [standing(flag) for flag in rows if _is_ours(flag, intent)]
        existing = intent.change.existing
        known = also or (existing.reference if existing else None)
        if not found and known:
            one = await read(self.writes.client, known)
            found = [one] if one is not None and is_about(one.resource, intent.patient) else []
        return sorted(found, key=lambda each: (not self._is_ended_by_this(each), each.order))

    def next_step(self, found: Sequence[Standing]) -> Write | Written:
        """See Aim."""
        return next_step(self.intent, found[0] if found else None)

    def twins(self, found: Sequence[Standing], answer: Written) -> tuple[WithdrawIntent, ...]:
        """Active ones that read as the first does, or as it did in the preview; one that a person has edited is left."""
        if not found or found[0].is_in_error:
            return ()
        said = {label(found[0].resource), None if answer.outcome == "conflict" else previewed_text(self.intent)}
        twins = (each for each in found[1:] if each.is_active and label(each.resource) in said - {None})
        return tuple(self._end_of(twin, found[0]) for twin in twins)

    def is_as_sent(self, found: Standing) -> bool:
        """See Aim."""
        if self.intent.change.kind is ChangeKind.INACTIVATE:
            return found.resource.get("status") == "inactive"
        return renewed_flag(found.resource, wanted_of(self.intent)) == found.resource

    def lacks(self, found: Standing) -> str:
        """See Aim."""
        return "" if self.is_as_sent(found) else KEPT_IN_PART

    def signature(self, target: str) -> ProvenanceIntent | None:
        """See Aim."""
        return signature(self.intent, target)

    def written(self, outcome: str, found: Standing | None = None, detail: str = "") -> Written:
        """See Aim."""
        return written(self.intent, outcome, found, detail)

    def _is_ended_by_this(self, each: Standing) -> bool:
        """An end is known again even while a twin of the Flag is still active."""
        intent = self.intent
        is_end = intent.change.kind is ChangeKind.INACTIVATE and bool(intent.decision)
        return is_end and not each.is_in_error and decision_of(each.resource) == intent.decision

    def _end_of(self, twin: Standing, first: Standing) -> WithdrawIntent:
        intent = self.intent
        reads = reading_of(twin.resource)
        return WithdrawIntent(twin.reference, first.reference, reads, intent.rule, intent.patient, intent.decision)


def signature(intent: FlagIntent, target: str) -> ProvenanceIntent | None:
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


def _is_ours(flag: Json, intent: FlagIntent) -> bool:
    """Servers may ignore a search parameter: identifier and person are checked again here."""
    is_flag = flag.get("resourceType") == "Flag"
    return is_flag and our_identifier(flag) == identifier_of(intent) and is_about(flag, intent.patient)
