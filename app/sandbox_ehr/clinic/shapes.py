"""Directions as real EHRs write them.

A scenario says `directions(tablets(1), every_hours(4, 6), prn=True, at_most=8)`; this file knows the JSON.
"""

from typing import Any

from app.sandbox_ehr.clinic.codes import DOSE_FORM, HL7, UCUM

Json = dict[str, Any]
Number = int | float

EPIC_RATE_TYPE = "http://epic.com/CodeSystem/dose-rate-type"
TIMING_CODES = f"{HL7}v3-GTSAbbreviation"
_FORM_CODES = {"tablet": "TAB", "capsule": "CAP", "patch": "PATCH"}


def amount(value: Number, unit: str, code: str | None = None) -> Json:
    """A quantity in UCUM units, e.g. `amount(10, "mg")`; the code is the unit text unless given."""
    return {"value": value, "unit": unit, "system": UCUM, "code": code or unit}


def pieces(value: Number, form: str) -> Json:
    """A number of tablets, capsules, patches as an orderable drug form; films and sprays have no such code."""
    if form not in _FORM_CODES:
        return amount(value, form, f"{{{form}}}")
    return {"value": value, "unit": form, "system": DOSE_FORM, "code": _FORM_CODES[form]}


def loose(value: Number, unit: str) -> Json:
    """A quantity with a unit text and no code, as several EHRs send it."""
    return {"value": value, "unit": unit}


def tablets(value: Number) -> Json:
    """A dose of so many tablets."""
    return {"doseQuantity": pieces(value, "tablet")}


def tablet_range(low: Number, high: Number) -> Json:
    """A dose of `low` to `high` tablets."""
    return {"doseRange": {"low": pieces(low, "tablet"), "high": pieces(high, "tablet")}}


def dose(quantity: Json) -> Json:
    """A dose in any unit."""
    return {"doseQuantity": quantity}


def times_a_day(frequency: int) -> Json:
    """So many times in one day."""
    return {"repeat": {"frequency": frequency, "period": 1, "periodUnit": "d"}}


def every_hours(hours: int, at_longest: int | None = None) -> Json:
    """Every `hours`, or every `hours` to `at_longest` hours."""
    repeat: Json = {"frequency": 1, "period": hours, "periodUnit": "h"}
    if at_longest is not None:
        repeat["periodMax"] = at_longest
    return {"repeat": repeat}


def every_days(days: int) -> Json:
    """Once in so many days."""
    return {"repeat": {"frequency": 1, "period": days, "periodUnit": "d"}}


def coded(code: str) -> Json:
    """Only a timing abbreviation (BID, QID ...), nothing to repeat."""
    return {"code": {"coding": [{"system": TIMING_CODES, "code": code}], "text": code}}


def at_events(*events: str) -> Json:
    """At moments of the day: MORN, NOON, EVE, HS ..."""
    return {"repeat": {"when": list(events)}}


def epic_clock(*times: str, doses_in_course: int) -> Json:
    """Epic's way: clock times and the count of the whole course, neither frequency nor period."""
    return {"repeat": {"count": doses_in_course, "timeOfDay": [f"{time}:00" for time in times]}}


def within(timing: Json, start: str, end: str) -> Json:
    """The same timing, limited to the days from `start` to `end`, both included."""
    return {**timing, "repeat": {**timing.get("repeat", {}), "boundsPeriod": {"start": start, "end": end}}}


def directions(
    what: Json,
    when: Json,
    *,
    text: str | None = None,
    prn: bool = False,
    at_most: Number | None = None,
    sequence: int | None = None,
    by: str | None = None,
) -> Json:
    """One dosageInstruction. `at_most` is the largest number of pieces in 24 hours; `by` is a route in words."""
    dosage: Json = {"timing": when, "doseAndRate": [what]}
    if text:
        dosage["text"] = text
    if prn:
        dosage["asNeededBoolean"] = True
    if by:
        dosage["route"] = {"text": by}
    if sequence is not None:
        dosage["sequence"] = sequence
    if at_most is not None:
        unit = _first_quantity(what)
        dosage["maxDosePerPeriod"] = {"numerator": {**unit, "value": at_most}, "denominator": amount(1, "d")}
    return dosage


def words_only(text: str) -> Json:
    """Directions that are nothing but a sentence."""
    return {"text": text}


def epic_three_rates(milligrams: Number, units: Number, timing: Json, text: str) -> Json:
    """Epic's three entries for one dose: calculated and ordered in mg, administered in tablets."""
    return {
        "text": text,
        "timing": timing,
        "route": {
            "coding": [{"system": "urn:oid:1.2.840.114350.1.13.0.1.7.4.798268.7025", "code": "15"}],
            "text": "Oral",
        },
        "doseAndRate": [
            {"type": _rate("calculated"), "doseQuantity": amount(milligrams, "mg")},
            {"type": _rate("admin-amount"), "doseQuantity": loose(units, "tablet")},
            {"type": _rate("ordered"), "doseQuantity": amount(milligrams, "mg")},
        ],
    }


def _rate(kind: str) -> Json:
    return {"coding": [{"system": EPIC_RATE_TYPE, "code": kind, "display": kind}], "text": kind}


def _first_quantity(what: Json) -> Json:
    quantity: Json = what["doseQuantity"] if "doseQuantity" in what else what["doseRange"]["high"]
    return quantity
