"""The second opinion: a slow, obvious MED, day by day, straight from FHIR JSON. It shares no code with the engine.

It knows a dozen products and the shapes that `charts.py` makes, keeps the days of a supply as a set of days, and adds up one
day after another. Where the engine is clever, this is dull on purpose.
"""

from dataclasses import dataclass, field
from datetime import date, timedelta
from fractions import Fraction as F
from typing import Any

Json = dict[str, Any]

# code: (ingredient, milligrams or mcg/h a piece, piece)
PRODUCTS: dict[str, tuple[str, F, str]] = {
    "1049621": ("oxycodone", F(5), "tablet"),
    "1049683": ("oxycodone", F(10), "tablet"),
    "1860129": ("oxycodone-er", F(20), "tablet"),
    "1049604": ("oxycodone", F(1), "mL"),
    "892582": ("morphine", F(15), "tablet"),
    "891888": ("morphine-er", F(30), "tablet"),
    "897696": ("hydromorphone", F(2), "tablet"),
    "864718": ("methadone", F(5), "tablet"),
    "864706": ("methadone", F(10), "tablet"),
    "245134": ("fentanyl", F(25), "patch"),
    "245135": ("fentanyl", F(50), "patch"),
    "835603": ("tramadol", F(50), "tablet"),
    "197873": ("levorphanol", F(2), "tablet"),
    "1010604": ("buprenorphine", F(8), "film"),
}
FACTORS = {
    "cdc-2022": {
        "oxycodone": F(3, 2), "oxycodone-er": F(3, 2), "morphine": F(1), "morphine-er": F(1), "hydromorphone": F(5),
        "methadone": F(47, 10), "fentanyl": F(12, 5), "tramadol": F(1, 5),
    },
    "cdc-2016": {
        "oxycodone": F(3, 2), "oxycodone-er": F(3, 2), "morphine": F(1), "morphine-er": F(1), "hydromorphone": F(4),
        "fentanyl": F(12, 5),
    },
}  # fmt: skip
HOURS = {"h": F(1), "d": F(24), "wk": F(168)}
CODES: dict[str, F | int] = {
    "BID": 2,
    "TID": 3,
    "QID": 4,
    "Q4H": 6,
    "Q6H": 4,
    "Q8H": 3,
    "QD": 1,
    "QOD": F(1, 2),
    "BED": 1,
}
WHEN = {"MORN": 1, "NOON": 1, "EVE": 1, "HS": 1, "AC": 3}
MILLIGRAMS = {"mg": F(1), "mcg": F(1, 1000), "g": F(1000)}
WEEK = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
FOREVER = 800


class Unclear(Exception):
    """The directions, or a part of them, cannot be read."""


@dataclass
class Claim:
    """One supply: the days it covers, and what is taken on each; `doubtful` days may hold more than is known."""

    kind: str
    code: str
    who: str
    first: date | None
    days: set[date]
    lines: list[Json] | None
    quantity: F | None
    order: str | None
    has_length: bool = True
    is_over: bool = False
    anchor: date | None = None
    doubtful: set[date] = field(default_factory=set)


@dataclass
class Day:
    """One day of the book."""

    mme: F
    complete: bool
    covered: bool


def book(resources: list[Json], as_of: date, factor_set: str) -> dict[date, Day]:
    """Every day from 200 days before to 400 days after the day asked about."""
    claims = _claims(resources, as_of)
    _replace(claims)
    span = [as_of + timedelta(days=offset) for offset in range(-200, 401)]
    return {day: _day(claims, day, factor_set) for day in span}


# --- one day -----------------------------------------------------------------------------------------------------------


def _day(claims: list[Claim], day: date, factor_set: str) -> Day:
    taken: list[tuple[str, F]] = []
    complete, covered = True, False
    for claim in claims:
        ingredient = PRODUCTS[claim.code][0]
        if ingredient == "buprenorphine":
            continue
        known = ingredient in FACTORS[factor_set] or (ingredient == "methadone" and factor_set == "cdc-2016")
        readable = known and (claim.lines is not None or claim.quantity is not None)
        if day in claim.doubtful or (day in claim.days and not readable):
            complete = False
        if day in claim.days and readable:
            covered = True
            taken.append((ingredient, _taken_on(claim, day)))
    return Day(sum((_mme(taken, place, factor_set) for place in range(len(taken))), F(0)), complete, covered)


def _mme(taken: list[tuple[str, F]], place: int, factor_set: str) -> F:
    ingredient, dose = taken[place]
    if ingredient != "methadone" or factor_set == "cdc-2022":
        return dose * FACTORS[factor_set][ingredient]
    whole = sum((other for name, other in taken if name == "methadone"), F(0))
    return dose * (4 if whole <= 20 else 8 if whole <= 40 else 10 if whole <= 60 else 12)


def _taken_on(claim: Claim, day: date) -> F:
    if claim.lines is None:
        assert claim.quantity is not None
        return claim.quantity
    return sum((_high(line, claim.code) for line in claim.lines if _holds(line, day, claim)), F(0))


def _holds(line: Json, day: date, claim: Claim) -> bool:
    repeat = line["timing"].get("repeat", {})
    bounds = repeat.get("boundsPeriod", {})
    if "start" in bounds and day < date.fromisoformat(bounds["start"]):
        return False
    if "end" in bounds and day > date.fromisoformat(bounds["end"]):
        return False
    if "boundsDuration" in repeat and claim.anchor is not None:
        passed = (day - claim.anchor).days
        if not 0 <= passed < repeat["boundsDuration"]["value"]:
            return False
    return "dayOfWeek" not in repeat or WEEK[day.weekday()] in repeat["dayOfWeek"] or _piece(claim.code) == "patch"


# --- one line of directions --------------------------------------------------------------------------------------------


def _piece(code: str) -> str:
    return PRODUCTS[code][2]


def _high(line: Json, code: str) -> F:
    """The most of a day by one line, in mg or mcg/h. Raises Unclear."""
    dose, times = _amount(line, code), _times(line)
    if _piece(code) == "patch":
        return dose
    most = dose * times
    if "maxDosePerPeriod" in line:
        most = min(most, _measure(line["maxDosePerPeriod"]["numerator"], code))
    return most


def _amount(line: Json, code: str) -> F:
    doses = line.get("doseAndRate", [])
    if not doses:
        raise Unclear
    stated = doses[0]
    if "doseRange" in stated:
        return _measure(stated["doseRange"]["high"], code)
    return _measure(stated["doseQuantity"], code)


def _measure(quantity: Json, code: str) -> F:
    unit, number = quantity.get("unit"), F(str(quantity["value"]))
    _, strength, piece = PRODUCTS[code]
    if unit in MILLIGRAMS and piece != "patch":
        return number * MILLIGRAMS[unit]
    if unit == "mcg/h" and piece == "patch" and (number / strength).denominator == 1:
        return number
    plural = {"tablet": "tablets", "patch": "patches", "film": "films", "mL": "mL"}[piece]
    if unit in (piece, plural):
        return number * strength
    raise Unclear


def _times(line: Json) -> F:
    if "timing" not in line:
        raise Unclear
    timing = line["timing"]
    repeat = timing.get("repeat", {})
    if "code" in timing:
        often = F(CODES[timing["code"]["coding"][0]["code"]])
    elif "timeOfDay" in repeat:
        often = F(len(repeat["timeOfDay"]))
    elif "when" in repeat:
        often = F(sum(WHEN[code] for code in repeat["when"]))
    elif "frequency" in repeat and "period" in repeat:
        most = max(repeat["frequency"], repeat.get("frequencyMax", 0))
        often = F(most) * 24 / (F(str(repeat["period"])) * HOURS[repeat["periodUnit"]])
    else:
        raise Unclear
    if "dayOfWeek" in repeat and often < 1:
        often = max(often * F(7) / len(repeat["dayOfWeek"]), F(1))
    return often


def _readable(lines: list[Json], code: str) -> list[Json] | None:
    """The lines, when each of them can be read and there is at least one."""
    try:
        for line in lines:
            _high(line, code)
    except Unclear:
        return None
    return lines or None


def _by_quantity(quantity: Json | None, days: int | None, code: str, lines: list[Json] | None) -> F | None:
    if quantity is None or not days:
        return None
    _, strength, piece = PRODUCTS[code]
    number = F(str(quantity["value"]))
    if piece == "patch":
        wear = 1 / _times(lines[0]) if lines and len(lines) == 1 else F(3)
        return number * wear / days * strength
    return number * strength / days


# --- which days ---------------------------------------------------------------------------------------------------------


def _claims(resources: list[Json], as_of: date) -> list[Claim]:
    orders = {
        each["id"]: each for each in resources if each["resourceType"] == "MedicationRequest" and _bears(each, as_of)
    }
    fills = [each for each in resources if each["resourceType"] == "MedicationDispense"]
    fills = sorted((each for each in fills if _given(each) <= as_of), key=lambda each: (_given(each), each["id"]))
    mine: dict[str, list[Json]] = {key: [] for key in orders}
    alone: list[Json] = []
    named = [each for each in fills if _named(each) in orders]
    for fill in named + [each for each in fills if each not in named]:
        key = _order_of(fill, orders, mine)
        (alone if key is None else mine[key]).append(fill)
    claims = [claim for key, order in orders.items() for claim in _order_claims(order, mine[key], as_of)]
    return claims + [_fill_claim(fill, None) for fill in alone]


def _bears(order: Json, as_of: date) -> bool:
    return order["status"] != "draft" and _written(order) <= as_of


def _written(order: Json) -> date:
    return date.fromisoformat(order["authoredOn"])


def _given(fill: Json) -> date:
    return date.fromisoformat(fill["whenHandedOver"])


def _code(entry: Json) -> str:
    code: str = entry["medicationCodeableConcept"]["coding"][0]["code"]
    return code


def _named(fill: Json) -> str | None:
    references = fill.get("authorizingPrescription")
    return references[0]["reference"].split("/")[1] if references else None


def _order_of(fill: Json, orders: dict[str, Json], mine: dict[str, list[Json]]) -> str | None:
    named = _named(fill)
    return named if named in orders else _match(fill, orders, mine)


def _match(fill: Json, orders: dict[str, Json], mine: dict[str, list[Json]]) -> str | None:
    found = []
    for key, order in orders.items():
        request = order.get("dispenseRequest", {})
        wait = (_given(fill) - _written(order)).days
        same_amount = "quantity" not in request or "quantity" not in fill or _same_number(request, fill)
        has_more = len(mine[key]) <= request.get("numberOfRepeatsAllowed", 10**6)
        if _code(order) == _code(fill) and -1 <= wait <= 365 and same_amount and has_more:
            found.append((_written(order), key))
    return max(found)[1] if found else None


def _same_number(one: Json, other: Json) -> bool:
    return bool(one["quantity"]["value"] == other["quantity"]["value"])


def _order_claims(order: Json, fills: list[Json], as_of: date) -> list[Claim]:
    if order["status"] == "on-hold":
        return []
    if fills:
        return [_held(_fill_claim(fill, order), order, as_of) for fill in fills]
    code, request, written = _code(order), order.get("dispenseRequest", {}), _written(order)
    directions = order["dosageInstruction"]
    days = request.get("expectedSupplyDuration", {}).get("value")
    refills = request.get("numberOfRepeatsAllowed", 0)
    if refills > 0 and days is not None:
        directions = [_without_length(line) for line in directions]
    lines = _readable(directions, code)
    claim = Claim("order", code, order["requester"]["reference"], written, set(), lines, None, order["id"])
    claim.anchor = written
    claim.quantity = _by_quantity(request.get("quantity"), days, code, lines)
    begins, ends = _bounds(directions, written)
    claim.first = max(written, begins) if begins else written
    length = days * (1 + refills) if days else None
    if length is None and ends is None:
        claim.has_length = False
        length = 90
        claim.doubtful = _run(claim.first + timedelta(days=90), (as_of - claim.first).days - 90 + 1)
    run = _run(claim.first, FOREVER if length is None else length)
    claim.days = {day for day in run if ends is None or day < ends}
    if ends is not None:
        claim.has_length = True
    return [_held(claim, order, as_of)]


def _without_length(line: Json) -> Json:
    if "timing" not in line:
        return line
    repeat = {key: value for key, value in line["timing"].get("repeat", {}).items() if key != "boundsDuration"}
    return {**line, "timing": {**line["timing"], "repeat": repeat}}


def _bounds(lines: list[Json], anchor: date) -> tuple[date | None, date | None]:
    """First day and day after the last of all lines together; None where one line leaves it open."""
    begins: list[date | None] = []
    ends: list[date | None] = []
    for line in lines:
        repeat = line.get("timing", {}).get("repeat", {})
        period = repeat.get("boundsPeriod", {})
        begin = date.fromisoformat(period["start"]) if "start" in period else None
        end = date.fromisoformat(period["end"]) + timedelta(days=1) if "end" in period else None
        if "boundsDuration" in repeat:
            begin, end = anchor, anchor + timedelta(days=repeat["boundsDuration"]["value"])
        begins.append(begin)
        ends.append(end)
    first = None if not lines or None in begins else min(each for each in begins if each)
    last = None if not lines or None in ends else max(each for each in ends if each)
    return first, last


def _fill_claim(fill: Json, order: Json | None) -> Claim:
    code = _code(fill)
    request = (order or {}).get("dispenseRequest", {})
    directions = fill["dosageInstruction"]
    lines = _readable(directions, code)
    if lines is None and order is not None:
        by_order = _readable(order["dosageInstruction"], code)
        if by_order is not None or not directions:
            directions, lines = order["dosageInstruction"], by_order
    days = fill.get("daysSupply", request.get("expectedSupplyDuration", {})).get("value")
    quantity = fill.get("quantity", request.get("quantity"))
    who = order["requester"]["reference"] if order else ""
    claim = Claim("fill", code, who, _given(fill), set(), lines, None, order["id"] if order else None)
    claim.anchor = _given(fill)
    claim.quantity = _by_quantity(quantity, days, code, lines)
    begins, ends = _bounds(directions, _given(fill))
    length = days
    if length is None and quantity is not None and lines:
        one_day = _by_quantity(quantity, 1, code, lines)
        assert one_day is not None
        length = max(int(one_day / sum(_high(line, code) for line in lines)), 1)
    if length is None and ends is None:
        raise AssertionError("charts.py makes no fill without any length")
    claim.first = max(_given(fill), begins) if begins else _given(fill)
    run = _run(claim.first, FOREVER if length is None else length)
    claim.days = {day for day in run if ends is None or day < ends}
    return claim


def _run(first: date, length: int) -> set[date]:
    return {first + timedelta(days=number) for number in range(length)}


def _held(claim: Claim, order: Json, as_of: date) -> Claim:
    """A stopped order is in force on no day from its last change on; that it was until then is a guess, and a wrong one for a
    fill that was handed over later."""
    claim.is_over = claim.kind == "order" and order["status"] in ("stopped", "completed")
    if order["status"] == "stopped" or claim.is_over:
        ended = date.fromisoformat(order["meta"]["lastUpdated"][:10])
        if claim.kind == "fill" and claim.first is not None and ended <= claim.first:
            return claim
        claim.doubtful = set()
        if claim.has_length and all(day < ended for day in claim.days):
            return claim
        if not claim.has_length and claim.first is not None:
            claim.days = _run(claim.first, (ended - claim.first).days)
        claim.days = {day for day in claim.days if day < ended}
        claim.doubtful = set(claim.days)
    return claim


# --- renewals -----------------------------------------------------------------------------------------------------------


def _replace(claims: list[Claim]) -> None:
    """The same product of the same prescriber, in the last week or without a known length, and fills of one order."""
    cut: list[tuple[Claim, date]] = []
    for early in claims:
        for late in claims:
            if late.first is None or early.first is None or late.first <= early.first or not late.days:
                continue
            one_order = early.order is not None and early.order == late.order
            last = max(early.days) if early.days else early.first - timedelta(days=1)
            near = not early.has_length or late.first > last - timedelta(days=7)
            alike = early.code == late.code and (not early.who or not late.who or early.who == late.who)
            if one_order or (alike and near and not late.is_over):
                cut.append((early, late.first))
    for early, day in cut:
        early.days = {each for each in early.days if each < day}
        early.doubtful = {each for each in early.doubtful if each < day}
