"""From the words of a case to FHIR, as a chart would hold it.

dose   "1 tablet", "1-2 tablets", "20 mg", "up to 2 tablets", "25 mcg/h"; a table or list is taken as FHIR
often  "4 a day", "2-3 a day", "every 4-6 h", "every 72 h", "3 a week", "at 08:00 20:00", "when MORN HS", "code BID"
max    "6 tablets a day", "60 mg a day", "2 tablets in 12 h";  max_single "2 tablets"
quantity "120 tablets";  days "30 d", "4 weeks", "30" (no unit)
written / handed / ended  days before the day asked about (negative: after it)
"""

import json
import re
from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from app.domain.feeds import Feed, Feeds, FeedState, FeedStatus
from app.domain.record import PatientRecord
from app.fhir_adapters.files.charts import record_of
from tests.spec.med.formulary import concept

AS_OF = date(2026, 3, 2)
"""A Monday."""
ZONE = ZoneInfo("America/Los_Angeles")
UCUM = "http://unitsofmeasure.org"
PATIENT = "Patient/p"

Json = dict[str, Any]
Case = dict[str, Any]

_UCUM_CODES = {"mg": "mg", "mcg": "ug", "g": "g", "mL": "mL", "mcg/h": "ug/h"}
_PERIODS = {
    "day": "d",
    "week": "wk",
    "month": "mo",
    "hour": "h",
    "h": "h",
    "d": "d",
    "wk": "wk",
    "min": "min",
    "days": "d",
}


def number(text: str) -> float | int:
    """JSON numbers as a chart writes them."""
    return float(text) if "." in text else int(text)


def quantity(text: str) -> Json:
    """ "2 tablets" -> a Quantity; units that UCUM knows get their code, pieces only a word."""
    value, _, unit = text.partition(" ")
    made: Json = {"value": number(value)}
    if unit:
        made["unit"] = unit
    if unit in _UCUM_CODES:
        made |= {"system": UCUM, "code": _UCUM_CODES[unit]}
    return made


def dose(stated: str | Json | list[Json]) -> list[Json]:
    """A doseAndRate list."""
    if isinstance(stated, list):
        return stated
    if isinstance(stated, dict):
        return [stated]
    ends = re.fullmatch(r"([\d.]+)-([\d.]+) (.+)", stated)
    if ends:
        low, high, unit = ends.groups()
        return [{"doseRange": {"low": quantity(f"{low} {unit}"), "high": quantity(f"{high} {unit}")}}]
    if stated.startswith("up to "):
        return [{"doseRange": {"high": quantity(stated.removeprefix("up to "))}}]
    return [{"doseQuantity": quantity(stated)}]


def timing(often: str | Json) -> Json:
    """A Timing."""
    if isinstance(often, dict):
        return often
    kind, _, rest = often.partition(" ")
    if kind == "code":
        return {
            "code": {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/v3-GTSAbbreviation", "code": rest}]}
        }
    if kind == "at":
        return {"repeat": {"timeOfDay": [f"{time}:00" for time in rest.split()]}}
    if kind == "when":
        return {"repeat": {"when": rest.split()}}
    return {"repeat": _interval(rest) if kind == "every" else _frequency(often)}


def _interval(text: str) -> Json:
    ends, unit = text.split(" ")
    low, _, high = ends.partition("-")
    repeat: Json = {"frequency": 1, "period": number(low), "periodUnit": _PERIODS[unit]}
    return repeat | ({"periodMax": number(high)} if high else {})


def _frequency(text: str) -> Json:
    ends, _, unit = text.split(" ")
    low, _, high = ends.partition("-")
    repeat: Json = {"frequency": int(low), "period": 1, "periodUnit": _PERIODS[unit]}
    return repeat | ({"frequencyMax": int(high)} if high else {})


def maximum(text: str) -> Json:
    """maxDosePerPeriod."""
    if text.endswith(" a day"):
        return {"numerator": quantity(text.removesuffix(" a day")), "denominator": _duration("1 d")}
    amount, _, length = text.partition(" in ")
    return {"numerator": quantity(amount), "denominator": _duration(length)}


def _duration(text: str) -> Json:
    value, _, unit = text.partition(" ")
    code = _PERIODS.get(unit)
    made: Json = {"value": number(value)}
    return made | ({"unit": unit} if unit else {}) | ({"system": UCUM, "code": code} if code == unit else {})


def instruction(case: Case) -> Json:
    """One dosageInstruction."""
    made: Json = {}
    if "text" in case:
        made["text"] = case["text"]
    if "dose" in case:
        made["doseAndRate"] = dose(case["dose"])
    if "often" in case:
        made["timing"] = json.loads(json.dumps(timing(case["often"])))
    for name in ("for_days", "from_day", "to_day", "weekdays"):
        if name in case:
            _bound(made.setdefault("timing", {}).setdefault("repeat", {}), name, case[name])
    if case.get("prn"):
        made["asNeededBoolean"] = True
    if "max" in case:
        made["maxDosePerPeriod"] = maximum(case["max"])
    if "max_single" in case:
        made["maxDosePerAdministration"] = quantity(case["max_single"])
    if "route" in case:
        made["route"] = {"text": case["route"]}
    if "step" in case:
        made["sequence"] = case["step"]
    return made


def _bound(repeat: Json, name: str, value: Any) -> None:
    if name == "for_days":
        repeat["boundsDuration"] = _duration(f"{value} d")
    elif name == "weekdays":
        repeat["dayOfWeek"] = value.split()
    else:
        key = "start" if name == "from_day" else "end"
        repeat.setdefault("boundsPeriod", {})[key] = day(value)


def day(days_ago: int) -> str:
    return (AS_OF - timedelta(days=days_ago)).isoformat()


def _instructions(case: Case) -> list[Json]:
    if "directions" in case:
        return [instruction(each) for each in case["directions"]]
    made = instruction(case)
    return [made] if made else []


def order(case: Case, number_in_case: int = 1) -> Json:
    """A MedicationRequest."""
    made: Json = {
        "resourceType": "MedicationRequest",
        "id": case.get("id", f"order-{number_in_case}"),
        "status": case.get("status", "active"),
        "intent": case.get("intent", "order"),
        "subject": {"reference": PATIENT},
        "medicationCodeableConcept": case["medication"] if "medication" in case else concept(case["drug"]),
        "dosageInstruction": _instructions(case),
        "requester": {"reference": f"Practitioner/{case.get('by', 'reyes')}"},
    }
    if case.get("written", 5) != "never":
        made["authoredOn"] = day(case.get("written", 5))
    if "written_text" in case:
        made["authoredOn"] = case["written_text"]
    if "ended" in case:
        made["meta"] = {"lastUpdated": f"{day(case['ended'])}T12:00:00Z"}
    if "category" in case:
        made["category"] = [{"coding": [{"code": case["category"]}]}]
    if case.get("do_not_give"):
        made["doNotPerform"] = True
    if "renews" in case:
        made["priorPrescription"] = {"reference": f"MedicationRequest/{case['renews']}"}
    if "based_on" in case:
        made["basedOn"] = [{"reference": f"MedicationRequest/{case['based_on']}"}]
    supply = _supply(case)
    made |= {"dispenseRequest": supply} if supply else {}
    made |= case.get("also", {})
    return made


def _supply(case: Case) -> Json:
    made: Json = {}
    if "quantity" in case:
        made["quantity"] = quantity(case["quantity"])
    if "days" in case:
        made["expectedSupplyDuration"] = _duration(str(case["days"]))
    if "refills" in case:
        made["numberOfRepeatsAllowed"] = case["refills"]
    if "valid_to" in case:
        made["validityPeriod"] = {"end": day(case["valid_to"])}
    return made


def fill(case: Case, number_in_case: int) -> Json:
    """A MedicationDispense; `pdmp = true` marks one reported by a PDMP."""
    made: Json = {
        "resourceType": "MedicationDispense",
        "id": case.get("id", f"fill-{number_in_case}"),
        "status": case.get("status", "completed"),
        "subject": {"reference": PATIENT},
        "medicationCodeableConcept": concept(case["drug"]),
        "dosageInstruction": _instructions(case),
    }
    if "handed" in case:
        made["whenHandedOver"] = day(case["handed"])
    if "prepared" in case:
        made["whenPrepared"] = day(case["prepared"])
    if "of" in case:
        made["authorizingPrescription"] = [{"reference": f"MedicationRequest/{case['of']}"}]
    if "quantity" in case:
        made["quantity"] = quantity(case["quantity"])
    if "days" in case:
        made["daysSupply"] = _duration(str(case["days"]))
    if case.get("pdmp"):
        made["meta"] = {"source": "https://pdmp.example/report"}
    return made


def statement(case: Case, number_in_case: int) -> Json:
    """A MedicationStatement."""
    made: Json = {
        "resourceType": "MedicationStatement",
        "id": f"statement-{number_in_case}",
        "status": case.get("status", "active"),
        "subject": {"reference": PATIENT},
        "medicationCodeableConcept": concept(case["drug"]),
        "dosage": _instructions(case),
    }
    period = {key: day(case[name]) for name, key in (("since", "start"), ("until", "end")) if name in case}
    if period:
        made["effectivePeriod"] = period
    if "asserted" in case:
        made["dateAsserted"] = day(case["asserted"])
    return made


def resources(case: Case) -> list[Json]:
    """Everything that a case puts into the chart; one with `drug` at its top is a single order."""
    orders = [case] if "drug" in case or "medication" in case else []
    orders += case.get("orders", [])
    made = [order(each, place) for place, each in enumerate(orders, start=1)]
    made += [fill(each, place) for place, each in enumerate(case.get("fills", []), start=1)]
    made += [statement(each, place) for place, each in enumerate(case.get("statements", []), start=1)]
    made += case.get("raw", [])
    return made


def record(made: list[Json], medications: FeedStatus = FeedStatus.AVAILABLE) -> PatientRecord:
    """The record that the file reader makes of these resources."""
    feeds = Feeds({feed: FeedState(FeedStatus.AVAILABLE) for feed in Feed})
    feeds = feeds.with_state(Feed.MEDICATIONS, FeedState(medications))
    return record_of(PATIENT, [json.dumps(each).encode() for each in made], ZONE, feeds)
