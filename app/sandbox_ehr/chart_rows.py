"""From FHIR to the rows of the EHR's own screens. Shows what is there; judges nothing."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

Resource = Mapping[str, Any]
DASH = "–"


@dataclass(frozen=True)
class Person:
    """One line about a patient. `age` is "" when the birth date is missing or partial."""

    id: str
    name: str
    birth_date: str
    age: str
    sex: str
    mrn: str


def person(patient: Resource, today: date) -> Person:
    born = str(patient.get("birthDate", ""))
    return Person(
        str(patient.get("id", "")),
        listed_name(patient),
        written_day(born),
        _age(born, today),
        str(patient.get("gender", "unknown")).capitalize(),
        _mrn(patient),
    )


def listed_name(resource: Resource) -> str:
    """ "Family, Given" as charts list people."""
    names = resource.get("name") or [{}]
    name = next((each for each in names if each.get("use") == "official"), names[0])
    given = " ".join(name.get("given") or ())
    return ", ".join(filter(None, (name.get("family"), given))) or str(name.get("text", "(no name)"))


def signed_name(practitioner: Resource) -> str:
    """ "Given Family, MD" as people sign."""
    name: Mapping[str, Any] = (practitioner.get("name") or [{}])[0]
    plain = " ".join((*(name.get("given") or ()), str(name.get("family", ""))))
    return ", ".join(filter(None, (plain, " ".join(name.get("suffix") or ()))))


def medication_rows(resources: Iterable[Resource]) -> list[dict[str, str]]:
    """Orders, newest first; referenced Medications may be among the resources."""
    everything = list(resources)
    named = {f"Medication/{r['id']}": concept(r.get("code")) for r in everything if _is(r, "Medication")}
    orders = [order for order in everything if _is(order, "MedicationRequest")]
    orders.sort(key=lambda order: str(order.get("authoredOn", "")), reverse=True)
    return [_order(order, named) for order in orders]


def _order(order: Resource, named: Mapping[str, str]) -> dict[str, str]:
    supply = order.get("dispenseRequest") or {}
    directions = [str(d.get("text") or "") for d in order.get("dosageInstruction") or ()]
    return {
        "medication": _medication(order, named),
        "directions": "; ".join(filter(None, directions)) or DASH,
        "quantity": quantity(supply.get("quantity")) or DASH,
        "refills": str(supply.get("numberOfRepeatsAllowed", DASH)),
        "ordered": written_day(str(order.get("authoredOn", ""))),
        "status": str(order.get("status", DASH)),
    }


def _medication(order: Resource, named: Mapping[str, str]) -> str:
    reference = order.get("medicationReference") or {}
    contained = {f"#{r.get('id')}": concept(r.get("code")) for r in order.get("contained") or ()}
    target = str(reference.get("reference", ""))
    written = concept(order.get("medicationCodeableConcept")) or str(reference.get("display") or "")
    return written or named.get(target) or contained.get(target) or "(not named)"


def result_rows(observations: Iterable[Resource]) -> list[dict[str, str]]:
    """Observations, newest first."""
    rows = sorted(observations, key=lambda found: str(_when(found)), reverse=True)
    return [
        {
            "name": concept(found.get("code")) or "(not named)",
            "value": _value(found),
            "category": ", ".join(filter(None, map(concept, found.get("category") or ()))),
            "date": written_day(_when(found)),
            "status": str(found.get("status", DASH)),
        }
        for found in rows
    ]


def _value(found: Resource) -> str:
    if "valueQuantity" in found:
        return quantity(found["valueQuantity"])
    if "valueCodeableConcept" in found:
        return concept(found["valueCodeableConcept"])
    for name in ("valueInteger", "valueString", "valueBoolean", "valueDateTime"):
        if name in found:
            return str(found[name])
    parts = [f"{concept(part.get('code'))} {_value(part)}" for part in found.get("component") or ()]
    return "; ".join(parts) or concept(found.get("dataAbsentReason")) or DASH


def document_rows(documents: Iterable[Resource]) -> list[dict[str, str]]:
    """Documents, newest first, with the text of those that are text."""
    rows = sorted(documents, key=lambda document: str(document.get("date", "")), reverse=True)
    return [
        {
            "title": str(document.get("description") or concept(document.get("type")) or "(no title)"),
            "type": concept(document.get("type")) or DASH,
            "date": written_day(str(document.get("date", ""))),
            "status": str(document.get("status", DASH)),
            "text": _text(document),
        }
        for document in rows
    ]


def _text(document: Resource) -> str:
    for content in document.get("content") or ():
        attachment = content.get("attachment") or {}
        if str(attachment.get("contentType", "")).startswith("text/plain") and attachment.get("data"):
            return base64.b64decode(attachment["data"]).decode(errors="replace")
    return ""


def flag_rows(flags: Iterable[Resource]) -> list[dict[str, str]]:
    """The flags in force, oldest first, as the header shows them."""
    active = [flag for flag in flags if flag.get("status") == "active"]
    active.sort(key=lambda flag: str((flag.get("period") or {}).get("start", "")))
    return [
        {
            "text": concept(flag.get("code")) or "(no text)",
            "since": written_day(str((flag.get("period") or {}).get("start", ""))),
            "category": ", ".join(filter(None, map(concept, flag.get("category") or ()))),
        }
        for flag in active
    ]


def concept(node: Any) -> str:
    """A CodeableConcept in words: its text, else a display, else a code."""
    if not isinstance(node, Mapping):
        return ""
    codings = node.get("coding") or ()
    shown = [str(coding.get("display") or coding.get("code") or "") for coding in codings]
    return str(node.get("text") or next(filter(None, shown), ""))


def quantity(node: Any) -> str:
    """ "90 tablet"; a UCUM annotation such as {score} is no unit to show."""
    if not isinstance(node, Mapping) or "value" not in node:
        return ""
    unit = str(node.get("unit") or node.get("code") or "")
    return f"{node.get('comparator', '')}{node['value']} {'' if unit.startswith('{') else unit}".strip()


def written_day(text: str) -> str:
    """ "Nov 24, 2026" of a date or dateTime; a partial date stays as it is."""
    try:
        return f"{date.fromisoformat(text[:10]):%b %-d, %Y}"
    except ValueError:
        return text or DASH


def _when(found: Resource) -> str:
    period = found.get("effectivePeriod") or {}
    return str(found.get("effectiveDateTime") or period.get("start") or found.get("effectiveInstant") or "")


def _age(born: str, today: date) -> str:
    try:
        birthday = date.fromisoformat(born)
    except ValueError:
        return ""
    return str(today.year - birthday.year - ((today.month, today.day) < (birthday.month, birthday.day)))


def _mrn(patient: Resource) -> str:
    identifiers = patient.get("identifier") or ()
    kinds = [(each, {c.get("code") for c in (each.get("type") or {}).get("coding", ())}) for each in identifiers]
    numbered = [each for each, codes in kinds if "MR" in codes] or list(identifiers)
    return str(numbered[0].get("value", DASH)) if numbered else DASH


def _is(resource: Resource, kind: str) -> bool:
    return resource.get("resourceType") == kind
