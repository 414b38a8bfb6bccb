"""Our Flag as FHIR R4 JSON: built new, or laid over a Flag that stands in the chart so that everybody else's elements stay.

New Flags go through the strict R4B models of fhir.resources (the same as R4 for Flag), so nothing malformed is ever sent.
"""

import json
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import msgspec

from app.domain.flag import FLAG_IDENTIFIER_SYSTEM, RULE_SYSTEM, FlagIntent, WantedFlag
from app.fhir_adapters.base.flags import LEVEL_SYSTEM
from app.fhir_adapters.base.systems import (
    APP_SYSTEM,
    RULE_VERSION_SYSTEM,
    Json,
    author_of,
    coded,
    decided,
    named,
    without_empty,
)

CATEGORY_SYSTEM = "http://terminology.hl7.org/CodeSystem/flag-category"
FLAG_DETAIL = "http://hl7.org/fhir/StructureDefinition/flag-detail"

_encode = msgspec.json.Encoder(decimal_format="number").encode


def new_flag(wanted: WantedFlag, intent: FlagIntent) -> Json:
    """A whole new Flag. Raises ValueError when it would not be valid R4."""
    # Imported on first use: the models take 0.4 s and 36 MB that reading files should not pay.
    from fhir.resources.R4B.flag import Flag

    made: Json = {
        "resourceType": "Flag",
        "meta": {"tag": _tags(wanted)},
        "extension": _details(wanted),
        "identifier": [of_ours(wanted.identifier)],
        "status": "active",
        "category": _categories(wanted),
        "code": _code(wanted),
        "subject": {"reference": intent.patient},
        "period": {"start": wanted.since.isoformat()},
        "encounter": {"reference": intent.encounter} if intent.encounter else None,
        "author": author_of(intent.author),
    }
    made = decided(without_empty(made), intent.decision)
    checked: Json = json.loads(Flag(**made).model_dump_json(exclude_none=True))
    return {"resourceType": "Flag", **checked}


def renewed_flag(current: Json, wanted: WantedFlag) -> Json:
    """The Flag that stands in the chart, saying what is wanted now; equal to `current` when it says so already.

    An ended Flag becomes active again with a new period; that of an active one stays as it is, with an end that a person set.
    Codings, categories, tags and extensions of others stay.
    """
    period = dict(current.get("period") or {}) if current.get("status") == "active" else {}
    period.setdefault("start", wanted.since.isoformat())
    renewed = {
        **current,
        "identifier": _with_identifier(current.get("identifier") or [], wanted.identifier),
        "status": "active",
        "category": _renewed_categories(current.get("category") or [], wanted),
        "code": _renewed_code(current.get("code") or {}, wanted),
        "period": period,
        "extension": _renewed_details(current.get("extension") or [], wanted),
    }
    return {name: value for name, value in renewed.items() if value != []}


def attributed(flag: Json, wanted: WantedFlag, intent: FlagIntent) -> Json:
    """With the rule's version, the person who confirmed and the confirmation, for a Flag that changes anyway."""
    meta = dict(flag.get("meta") or {})
    foreign = [t for t in meta.get("tag") or [] if t.get("system") not in (APP_SYSTEM, RULE_VERSION_SYSTEM)]
    meta["tag"] = [*foreign, *_tags(wanted)]
    author = {"author": author_of(intent.author)} if intent.author else {}
    return decided({**flag, "meta": meta, **author}, intent.decision)


def ended_flag(current: Json, ended_on: date) -> Json:
    """The Flag that stands in the chart, ended: inactive, with the end of its period, and nothing else changed."""
    period = {**(current.get("period") or {}), "end": ended_on.isoformat()}
    return {**current, "status": "inactive", "period": period}


def json_text(flag: Mapping[str, Any]) -> bytes:
    """The bytes that are sent; decimals of others are written as they were read."""
    return _encode(flag)


def our_identifier(flag: Json) -> str | None:
    """The value of our own identifier on a Flag."""
    return next(
        (i.get("value") for i in flag.get("identifier") or [] if i.get("system") == FLAG_IDENTIFIER_SYSTEM), None
    )


def of_ours(value: str) -> Json:
    """Our identifier as an element."""
    return {"system": FLAG_IDENTIFIER_SYSTEM, "value": value}


def _with_identifier(identifiers: Sequence[Json], value: str) -> list[Json]:
    mine = [i for i in identifiers if i.get("system") == FLAG_IDENTIFIER_SYSTEM and i.get("value") == value]
    return list(identifiers) if mine else [*identifiers, of_ours(value)]


def _categories(wanted: WantedFlag) -> list[Json]:
    return [coded(CATEGORY_SYSTEM, wanted.category), coded(LEVEL_SYSTEM, wanted.level)]


def _renewed_categories(current: Sequence[Json], wanted: WantedFlag) -> list[Json]:
    """Levels of ours are replaced; a category that is there already stays as the EHR wrote it."""
    kept = [c for c in current if not _says(c, LEVEL_SYSTEM) or _says(c, LEVEL_SYSTEM, wanted.level)]
    wanted_pairs = ((CATEGORY_SYSTEM, wanted.category), (LEVEL_SYSTEM, wanted.level))
    missing = [coded(s, code) for s, code in wanted_pairs if not any(_says(c, s, code) for c in kept)]
    return [*kept, *missing]


def _code(wanted: WantedFlag) -> Json:
    return {"coding": [{"system": RULE_SYSTEM, "code": wanted.rule}], "text": wanted.text}


def _renewed_code(current: Json, wanted: WantedFlag) -> Json:
    if _says(current, RULE_SYSTEM, wanted.rule):
        return {**current, "text": wanted.text}
    foreign = [c for c in current.get("coding") or [] if c.get("system") != RULE_SYSTEM]
    return {**current, "coding": [*foreign, {"system": RULE_SYSTEM, "code": wanted.rule}], "text": wanted.text}


def _details(wanted: WantedFlag) -> list[Json]:
    """The evidence."""
    return [{"url": FLAG_DETAIL, "valueReference": {"reference": each}} for each in named(wanted.evidence)]


def _renewed_details(current: Sequence[Json], wanted: WantedFlag) -> list[Json]:
    mine = {e.get("valueReference", {}).get("reference") for e in current if e.get("url") == FLAG_DETAIL}
    details = _details(wanted)
    if mine == {d["valueReference"]["reference"] for d in details}:
        return list(current)
    return [*(e for e in current if e.get("url") != FLAG_DETAIL), *details]


def _tags(wanted: WantedFlag) -> list[Json]:
    return [
        {"system": APP_SYSTEM, "code": "sextant"},
        {"system": RULE_VERSION_SYSTEM, "code": f"{wanted.rule}-{wanted.rule_version}"},
    ]


def _says(concept: Json, system: str, code: str | None = None) -> bool:
    codings = concept.get("coding") or []
    return any(c.get("system") == system and code in (None, c.get("code")) for c in codings)
