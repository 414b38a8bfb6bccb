"""Charts by the hundred thousand for measurements: simple, plausible, fast to build."""

from collections.abc import Iterator
from datetime import date, timedelta
from random import Random

from app.sandbox_ehr.clinic import codes
from app.sandbox_ehr.clinic.codes import HL7, Code
from app.sandbox_ehr.clinic.scenario import Resource
from app.sandbox_ehr.clinic.shapes import Json, amount, directions, pieces, tablets, times_a_day

_OPIOIDS = (codes.OXYCODONE_5, codes.OXYCODONE_10, codes.HYDROCODONE_APAP_5, codes.MORPHINE_ER_15, codes.TRAMADOL_50)
_OTHERS = (codes.LISINOPRIL, codes.METFORMIN, codes.DULOXETINE, codes.GABAPENTIN_300)
_SCORES = (codes.PEG_MEAN, codes.PHQ9_TOTAL, codes.GAD7_TOTAL)
_VITALS = ((codes.BODY_WEIGHT, "kg"), (codes.HEART_RATE, "/min"))
_DIRECTIONS = {a_day: [directions(tablets(1), times_a_day(a_day))] for a_day in (1, 2, 3, 4)}


def generate_charts(count: int, resources_per_chart: int, as_of: date, seed: int = 1) -> Iterator[Resource]:
    """`count` collection Bundles, one patient each, of exactly `resources_per_chart` resources (at least 10).

    A tenth are opioid orders with their fills (never fewer than two of each), the rest other medicines, scores,
    vital signs, urine tests and visits. Directions are shared objects: do not change what you are given.
    """
    if resources_per_chart < 10:
        raise ValueError("a chart needs at least 10 resources")
    days = [(as_of - timedelta(days=ago)).isoformat() for ago in range(731)]
    for number in range(1, count + 1):
        chance = Random(f"{seed}/{number}")
        written = _chart(f"volume-{seed}-{number:07d}", resources_per_chart, days, chance)
        yield {
            "resourceType": "Bundle",
            "type": "collection",
            "entry": [{"resource": resource} for resource in written],
        }


def _chart(patient: str, size: int, days: list[str], chance: Random) -> list[Resource]:
    subject = {"reference": f"Patient/{patient}"}
    written = [_patient(patient, days[0], chance)]
    medicine, a_day, last = chance.choice(_OPIOIDS), chance.choice((2, 3, 4)), chance.randrange(30)
    for number in range(max(2, size // 20)):
        day = days[min(last + 30 * number, 730)]
        written += _prescription(f"{patient}-rx-{number}", medicine, a_day, day, subject, active=number == 0)
    while len(written) < size:
        written.append(
            _filler(f"{patient}-{len(written)}", len(written), days[chance.randrange(1, 731)], subject, chance)
        )
    return written


def _patient(patient: str, today: str, chance: Random) -> Resource:
    born = f"{int(today[:4]) - chance.randint(24, 84)}-{chance.randint(1, 12):02d}-{chance.randint(1, 28):02d}"
    name = [{"family": f"Volume{chance.randrange(9999)}", "given": ["Sam"]}]
    sex = chance.choice(("female", "male"))
    return {"resourceType": "Patient", "id": patient, "name": name, "gender": sex, "birthDate": born}


def _prescription(key: str, medicine: Code, a_day: int, day: str, subject: Json, *, active: bool) -> list[Resource]:
    quantity, length = pieces(30 * a_day, "tablet"), amount(30, "days", "d")
    order: Resource = {
        "resourceType": "MedicationRequest",
        "id": key,
        "status": "active" if active else "completed",
        "intent": "order",
        "medicationCodeableConcept": medicine.concept,
        "subject": subject,
        "authoredOn": day,
        "dosageInstruction": _DIRECTIONS[a_day],
        "dispenseRequest": {"quantity": quantity, "expectedSupplyDuration": length},
    }
    fill: Resource = {
        "resourceType": "MedicationDispense",
        "id": f"{key}-fill",
        "status": "completed",
        "medicationCodeableConcept": medicine.concept,
        "subject": subject,
        "authorizingPrescription": [{"reference": f"MedicationRequest/{key}"}],
        "quantity": quantity,
        "daysSupply": length,
        "whenHandedOver": day,
    }
    return [order, fill]


def _filler(key: str, turn: int, day: str, subject: Json, chance: Random) -> Resource:
    kind = turn % 6
    if kind == 0:
        return _other_medicine(key, chance.choice(_OTHERS), day, subject)
    if kind == 1:
        return _visit(key, day, subject)
    if kind in (2, 3):
        code = chance.choice(_SCORES)
        return _observation(key, code, "survey", day, subject, {"valueInteger": chance.randint(0, 10)})
    if kind == 4:
        found = codes.DETECTED if chance.random() < 0.2 else codes.NOT_DETECTED
        answer = {"valueCodeableConcept": found.concept}
        return _observation(key, codes.SCREEN_OXYCODONE, "laboratory", day, subject, answer)
    code, unit = chance.choice(_VITALS)
    return _observation(key, code, "vital-signs", day, subject, {"valueQuantity": amount(chance.randint(55, 99), unit)})


def _other_medicine(key: str, medicine: Code, day: str, subject: Json) -> Resource:
    return {
        "resourceType": "MedicationRequest",
        "id": key,
        "status": "active",
        "intent": "order",
        "medicationCodeableConcept": medicine.concept,
        "subject": subject,
        "authoredOn": day,
        "dosageInstruction": _DIRECTIONS[1],
    }


def _visit(key: str, day: str, subject: Json) -> Resource:
    return {
        "resourceType": "Encounter",
        "id": key,
        "status": "finished",
        "class": {"system": f"{HL7}v3-ActCode", "code": "AMB"},
        "subject": subject,
        "period": {"start": day, "end": day},
    }


def _observation(key: str, code: Code, category: str, day: str, subject: Json, value: Json) -> Resource:
    return {
        "resourceType": "Observation",
        "id": key,
        "status": "final",
        "category": [{"coding": [{"system": f"{HL7}observation-category", "code": category}]}],
        "code": code.concept,
        "subject": subject,
        "effectiveDateTime": day,
        **value,
    }
