"""Writes Flags, and shows beforehand what would be written."""

from dataclasses import dataclass

from app.domain.flag import ChangeKind, ChartFlag, FlagIntent, Written
from app.fhir_adapters.base.chart_writes import ChartWrites
from app.fhir_adapters.base.flag_aim import FlagAim, signature
from app.fhir_adapters.base.flag_json import attributed, ended_flag, json_text, new_flag, of_ours, renewed_flag
from app.fhir_adapters.base.flag_steps import identifier_of, previewed_text, wanted_of
from app.fhir_adapters.base.systems import Json, decided
from app.fhir_adapters.base.write_once import look_once, write_once
from app.ports import PreviewedWrite


@dataclass(frozen=True, slots=True)
class FlagWriter:
    """The part of a sink that writes Flags. `writes` is fenced to the EHR's FHIR base."""

    writes: ChartWrites

    def preview(self, intent: FlagIntent) -> PreviewedWrite:
        """For a new Flag, the very resource that `write` sends. For one that stands in the chart, the elements that `write`
        sets in it; everything else in it stays as it is then."""
        existing = intent.change.existing
        text, flag = _previewed(intent)
        shown = self.writes.signature_text(signature(intent, existing.reference if existing else "Flag/(new)"))
        return PreviewedWrite(_destination_words(intent), text, json_text(flag).decode(), shown)

    async def write(self, intent: FlagIntent) -> Written:
        """Carry out one intent. See `ports.FlagSink`."""
        return await write_once(FlagAim(intent, self.writes), self.writes)

    async def look(self, intent: FlagIntent) -> Written | None:
        """What an earlier try came to. See `ports.FlagSink`."""
        return await look_once(FlagAim(intent, self.writes), self.writes)


def _previewed(intent: FlagIntent) -> tuple[str, Json]:
    change = intent.change
    if change.kind is ChangeKind.INACTIVATE:
        return previewed_text(intent) or "", _ended_once(_known(intent), intent)
    wanted = wanted_of(intent)
    if change.kind is ChangeKind.CREATE or change.existing is None:
        return wanted.text, new_flag(wanted, intent)
    return wanted.text, attributed(renewed_flag(_known(intent), wanted), wanted, intent)


def _known(intent: FlagIntent) -> Json:
    """The Flag as the plan knows it; one that was never read has no id yet."""
    existing = intent.change.existing
    subject = {"reference": intent.patient}
    if existing is None:
        return {
            "resourceType": "Flag",
            "identifier": [of_ours(identifier_of(intent))],
            "status": "active",
            "subject": subject,
        }
    flag: Json = {
        "resourceType": "Flag",
        "id": existing.reference.partition("/")[2],
        "status": existing.status,
        "subject": subject,
    }
    start = _start(existing)
    return {**flag, "period": {"start": start}} if start else flag


def _start(existing: ChartFlag) -> str | None:
    return existing.period.start.text if existing.period and existing.period.start else None


def _ended_once(flag: Json, intent: FlagIntent) -> Json:
    """Ended on the day of the decision, unless somebody has ended it already."""
    if flag.get("status") == "inactive" or intent.decided_on is None:
        return flag
    return decided(ended_flag(flag, intent.decided_on), intent.decision)


def _destination_words(intent: FlagIntent) -> str:
    existing = intent.change.existing
    if existing is not None:
        return f"{existing.reference} in the chart"
    is_end = intent.change.kind is ChangeKind.INACTIVATE
    return "the Flag in the chart, once it stands there" if is_end else "a new Flag in the chart"
