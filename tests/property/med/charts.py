"""Charts for the laws: prescriptions in the shapes that the oracle knows, whole and broken, overlapping at random."""

from datetime import date, timedelta
from typing import Any

from hypothesis import strategies as st

from tests.property.med.oracle import PRODUCTS

Json = dict[str, Any]

AS_OF = date(2026, 3, 2)
PATIENT = {"reference": "Patient/p"}
RXNORM = "http://www.nlm.nih.gov/research/umls/rxnorm"
UCUM = "http://unitsofmeasure.org"
_UCUM_CODES = {"mg": "mg", "mcg": "ug", "g": "g", "mL": "mL", "mcg/h": "ug/h"}


def day(days_ago: int) -> str:
    return (AS_OF - timedelta(days=days_ago)).isoformat()


def quantity(value: float, unit: str) -> Json:
    made: Json = {"value": value, "unit": unit}
    return made | ({"system": UCUM, "code": _UCUM_CODES[unit]} if unit in _UCUM_CODES else {})


def medicine(code: str) -> Json:
    return {"coding": [{"system": RXNORM, "code": code}]}


def amounts(code: str) -> st.SearchStrategy[tuple[float, str]]:
    """A readable dose of the product."""
    _, strength, piece = PRODUCTS[code]
    if piece == "patch":
        whole = st.sampled_from([1, 2])
        return st.one_of(whole.map(lambda n: (n, "patch")), whole.map(lambda n: (int(n * strength), "mcg/h")))
    if piece == "mL":
        volume = st.sampled_from([1, 2.5, 5, 10]).map(lambda n: (n, "mL"))
        return st.one_of(volume, st.sampled_from([5, 10]).map(lambda n: (n, "mg")))
    pieces = st.sampled_from([0.5, 1, 1.5, 2]).map(lambda n: (n, piece))
    mass = st.sampled_from([1, 2]).map(lambda n: (int(n * strength), "mg"))
    micro = st.sampled_from([1, 2]).map(lambda n: (int(n * strength * 1000), "mcg"))
    return st.one_of(pieces, mass, micro)


@st.composite
def doses(draw: st.DrawFn, code: str) -> list[Json]:
    value, unit = draw(amounts(code))
    shape = draw(st.sampled_from(["quantity"] * 6 + ["range", "range", "none", "blorp"]))
    if shape == "none":
        return []
    if shape == "blorp":
        return [{"doseQuantity": {"value": value, "unit": "blorp"}}]
    if shape == "range":
        high = value * 2
        return [{"doseRange": {"low": quantity(value, unit), "high": quantity(high, unit)}}]
    return [{"doseQuantity": quantity(value, unit)}]


@st.composite
def timings(draw: st.DrawFn, is_patch: bool) -> Json | None:
    shape = draw(st.sampled_from(["often"] * 6 + ["every"] * 4 + ["code", "code", "clock", "when", "none", "half"]))
    if shape == "none":
        return None
    if is_patch:
        return {"repeat": {"frequency": 1, "period": draw(st.sampled_from([48, 72])), "periodUnit": "h"}}
    if shape == "code":
        return {
            "code": {
                "coding": [{"code": draw(st.sampled_from(["BID", "TID", "QID", "Q4H", "Q6H", "Q8H", "QOD", "BED"]))}]
            }
        }
    if shape == "clock":
        return {"repeat": {"timeOfDay": draw(st.sampled_from([["08:00:00"], ["08:00:00", "20:00:00"]]))}}
    if shape == "when":
        return {"repeat": {"when": draw(st.sampled_from([["MORN", "HS"], ["AC"], ["NOON"]]))}}
    if shape == "half":
        return {"repeat": {"frequency": 3}}
    if shape == "every":
        low = draw(st.sampled_from([4, 5, 6, 8, 9, 12]))
        repeat: Json = {"frequency": 1, "period": low, "periodUnit": "h"}
        return {"repeat": repeat | draw(st.sampled_from([{}, {"periodMax": low + 2}]))}
    low = draw(st.integers(1, 4))
    repeat = {"frequency": low, "period": 1, "periodUnit": draw(st.sampled_from(["d", "d", "d", "wk"]))}
    return {"repeat": repeat | draw(st.sampled_from([{}, {"frequencyMax": low + 1}]))}


@st.composite
def instructions(draw: st.DrawFn, code: str) -> Json:
    is_patch = PRODUCTS[code][2] == "patch"
    made: Json = {}
    if amount := draw(doses(code)):
        made["doseAndRate"] = amount
    timing = draw(timings(is_patch))
    if timing is not None:
        made["timing"] = _with_bounds(draw, timing)
    if draw(st.booleans()):
        made["asNeededBoolean"] = True
        if not is_patch and draw(st.booleans()):
            piece = PRODUCTS[code][2]
            most = quantity(draw(st.integers(2, 8)), piece if piece == "mL" else draw(st.sampled_from([piece, "mg"])))
            made["maxDosePerPeriod"] = {"numerator": most, "denominator": {"value": 1, "unit": "d"}}
    return made


def _with_bounds(draw: st.DrawFn, timing: Json) -> Json:
    kind = draw(st.sampled_from(["open"] * 6 + ["period", "end", "length", "weekdays"]))
    repeat = dict(timing.get("repeat", {}))
    if kind == "period":
        begins = draw(st.integers(-10, 60))
        repeat["boundsPeriod"] = {"start": day(begins), "end": day(begins - draw(st.integers(0, 60)))}
    elif kind == "end":
        repeat["boundsPeriod"] = {"end": day(draw(st.integers(-60, 60)))}
    elif kind == "length":
        repeat["boundsDuration"] = {"value": draw(st.integers(1, 60)), "unit": "d", "system": UCUM, "code": "d"}
    elif kind == "weekdays":
        repeat["dayOfWeek"] = draw(st.sampled_from([["mon", "wed", "fri"], ["tue"], ["sat", "sun"]]))
    return timing | ({"repeat": repeat} if repeat else {})


CODES = st.sampled_from(sorted(PRODUCTS))


@st.composite
def orders(draw: st.DrawFn, number: int, code: str | None = None) -> Json:
    product = draw(CODES) if code is None else code
    status = draw(st.sampled_from(["active"] * 8 + ["unknown", "stopped", "completed", "draft", "on-hold"]))
    written = draw(st.integers(-3, 150))
    made: Json = {
        "resourceType": "MedicationRequest",
        "id": f"order-{number}",
        "status": status,
        "intent": "order",
        "subject": PATIENT,
        "medicationCodeableConcept": medicine(product),
        "authoredOn": day(written),
        "requester": {"reference": f"Practitioner/{draw(st.sampled_from(['a', 'b']))}"},
        "dosageInstruction": draw(st.lists(instructions(product), min_size=0, max_size=2).map(_telling)),
    }
    if status in ("stopped", "completed"):
        made["meta"] = {"lastUpdated": f"{day(draw(st.integers(-5, 150)))}T12:00:00Z"}
    request = draw(_supplies(product, needs_length=False))
    if request:
        made["dispenseRequest"] = request
    return made


def _telling(lines: list[Json]) -> list[Json]:
    """An instruction of nothing but "as needed" says nothing; a real chart would not send it."""
    return [line for line in lines if "doseAndRate" in line or "timing" in line or "maxDosePerPeriod" in line]


@st.composite
def _supplies(draw: st.DrawFn, code: str, needs_length: bool) -> Json:
    made: Json = {}
    if needs_length or draw(st.booleans()):
        made["expectedSupplyDuration"] = {"value": draw(st.sampled_from([7, 14, 30, 30, 30, 90])), "unit": "days"}
    if draw(st.booleans()):
        made["quantity"] = quantity(draw(st.sampled_from([10, 30, 60, 90, 120])), PRODUCTS[code][2])
    if draw(st.integers(0, 3)) == 0:
        made["numberOfRepeatsAllowed"] = draw(st.integers(0, 3))
    return made


@st.composite
def fills(draw: st.DrawFn, number: int, order: Json | None, code: str | None = None) -> Json:
    product = code or (order["medicationCodeableConcept"]["coding"][0]["code"] if order else draw(CODES))
    supply = draw(_supplies(product, needs_length=True))
    handed = draw(st.integers(-3, 150))
    made: Json = {
        "resourceType": "MedicationDispense",
        "id": f"fill-{number}",
        "status": "completed",
        "subject": PATIENT,
        "medicationCodeableConcept": medicine(product),
        "whenHandedOver": day(handed),
        "daysSupply": supply["expectedSupplyDuration"],
        "dosageInstruction": draw(
            st.sampled_from([0, 0, 1]).flatmap(lambda n: st.lists(instructions(product), max_size=n))
        ),
    }
    made["dosageInstruction"] = _telling(made["dosageInstruction"])
    if "quantity" in supply:
        made["quantity"] = supply["quantity"]
    if order is not None and draw(st.booleans()):
        made["authorizingPrescription"] = [{"reference": f"MedicationRequest/{order['id']}"}]
    return made


@st.composite
def charts(draw: st.DrawFn, largest: int = 4) -> list[Json]:
    """A few orders, mostly of a few products so that they meet, and fills, mostly of these orders."""
    few = draw(st.lists(CODES, min_size=1, max_size=2))
    products = st.sampled_from([*few, *few, None])
    written = [draw(orders(number, draw(products))) for number in range(draw(st.integers(0, largest)))]
    handed = []
    for number in range(draw(st.integers(0, largest))):
        order = draw(st.sampled_from([*written, None]))
        handed.append(draw(fills(number, order, None if order else draw(products))))
    return written + handed


COMPUTABLE = st.sampled_from(sorted(set(PRODUCTS) - {"197873", "1010604"}))
"""Products that the 2022 table converts."""


@st.composite
def sound_instructions(draw: st.DrawFn, code: str) -> Json:
    """An instruction that can be read, without bounds."""
    is_patch = PRODUCTS[code][2] == "patch"
    value, unit = draw(amounts(code))
    dose = draw(st.sampled_from([{"doseQuantity": quantity(value, unit)}] * 2 + [_range(value, unit)]))
    timing = draw(timings(is_patch).filter(_is_whole))
    return {"doseAndRate": [dose], "timing": timing} | draw(st.sampled_from([{}, {"asNeededBoolean": True}]))


def _is_whole(timing: Json | None) -> bool:
    return timing is not None and timing.get("repeat") != {"frequency": 3}


def _range(value: float, unit: str) -> Json:
    return {"doseRange": {"low": quantity(value, unit), "high": quantity(value * 2, unit)}}


@st.composite
def sound_orders(draw: st.DrawFn, number: int = 0) -> Json:
    """An order in force whose dose can be worked out."""
    code = draw(COMPUTABLE)
    made: Json = {
        "resourceType": "MedicationRequest",
        "id": f"sound-{number}",
        "status": draw(st.sampled_from(["active", "active", "unknown"])),
        "intent": "order",
        "subject": PATIENT,
        "medicationCodeableConcept": medicine(code),
        "authoredOn": day(draw(st.integers(0, 6))),
        "requester": {"reference": "Practitioner/a"},
        "dosageInstruction": draw(st.lists(sound_instructions(code), min_size=1, max_size=2)),
    }
    request = draw(_supplies(code, needs_length=True))
    request["expectedSupplyDuration"]["value"] = 30
    return made | {"dispenseRequest": request}
