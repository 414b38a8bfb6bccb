"""Namespaces of what Sextant puts into a chart, and the small elements that all of it shares."""

from typing import Any

Json = dict[str, Any]

APP_SYSTEM = "https://sextant.example/CodeSystem/app"
RULE_VERSION_SYSTEM = "https://sextant.example/CodeSystem/rule-version"
NOTE_SYSTEM = "https://sextant.example/identifier/note"
DECISION = "https://sextant.example/StructureDefinition/decision"
"""Extension: the confirmation that a resource was written by. By it Sextant knows its own work again after a crash."""


def author_of(author: str | None) -> Json | None:
    """A person on another server is named by an identifier: many EHRs refuse references that leave them."""
    if author is None:
        return None
    if "://" in author:
        return {"identifier": {"system": "urn:ietf:rfc:3986", "value": author}}
    return {"reference": author}


def coded(system: str, code: str) -> Json:
    """A CodeableConcept of one coding."""
    return {"coding": [{"system": system, "code": code}]}


def decided(resource: Json, decision: str) -> Json:
    """With the confirmation in it, in place of an earlier one."""
    if not decision:
        return resource
    others = [each for each in resource.get("extension") or [] if each.get("url") != DECISION]
    return {**resource, "extension": [*others, {"url": DECISION, "valueString": decision}]}


def decision_of(resource: Json) -> str:
    """The confirmation that a resource carries; empty when none."""
    found = (e.get("valueString") for e in resource.get("extension") or [] if e.get("url") == DECISION)
    return next((str(value) for value in found if value), "")


def named(references: tuple[str, ...]) -> list[str]:
    """Evidence that can be referred to: entries that had no id of their own cannot."""
    return [r for r in dict.fromkeys(references) if "/" in r and "/unnamed-" not in r]


def without_empty(resource: Json) -> Json:
    """Without elements that say nothing: FHIR has no empty ones."""
    return {name: value for name, value in resource.items() if value not in (None, [], {})}
