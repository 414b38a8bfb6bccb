"""Flag, opened: ours is known by our identifier system, its rule and level by our own codings."""

from collections.abc import Iterable, Sequence

from app.domain.flag import FLAG_IDENTIFIER_SYSTEM, RULE_SYSTEM, ChartFlag
from app.fhir_adapters.base import structs as fhir
from app.fhir_adapters.base.values import Opening, concept

LEVEL_SYSTEM = "https://sextant.example/CodeSystem/level"
"""Namespace of the level ("red", "yellow") that a Flag of ours carries beside its category."""


def open_flag(reference: str, sent: fhir.Flag, opening: Opening) -> ChartFlag:
    """A Flag of ours or of anybody else."""
    return ChartFlag(
        reference=reference,
        status=sent.status,
        text=concept(sent.code).label,
        subject=opening.reference(sent.subject),
        identifier=_our_identifier(sent.identifier or ()),
        rule=_our_code([sent.code] if sent.code else (), RULE_SYSTEM),
        level=_our_code(sent.category or (), LEVEL_SYSTEM),
        period=opening.period(sent.period, "period"),
        version=sent.meta.version_id if sent.meta else None,
    )


def _our_identifier(identifiers: Sequence[fhir.Identifier]) -> str | None:
    return next((i.value for i in identifiers if i.system == FLAG_IDENTIFIER_SYSTEM and i.value), None)


def _our_code(sent: Iterable[fhir.CodeableConcept], system: str) -> str | None:
    return next((c.code for item in sent for c in item.coding or () if c.system == system and c.code), None)
