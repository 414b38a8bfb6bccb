"""Words of the scenarios for medicines: `order`, `fill`, `monthly`, `statement`.

Days are counted back from the day of the chart: `ago=20` is twenty days before, `ago=-5` in five days.
"""

from collections.abc import Callable
from dataclasses import dataclass

from app.sandbox_ehr.clinic import codes
from app.sandbox_ehr.clinic.codes import HL7, Code
from app.sandbox_ehr.clinic.places import clinician
from app.sandbox_ehr.clinic.scenario import Chart, Entry, Resource
from app.sandbox_ehr.clinic.shapes import Json, Number, amount, pieces

# A code, or a Medication reference, or text alone for entries without a code.
Medicine = Code | str
# Directions; a function of the chart where they carry calendar dates.
Dosage = Json | Callable[[Chart], Json]


@dataclass(frozen=True)
class Supply:
    """What a prescription hands out: number of pieces, days they last, refills after the first fill."""

    quantity: Number
    days: int
    refills: int = 0
    form: str = "tablet"

    @property
    def handed_out(self) -> Json:
        """The quantity in its own unit: pieces, or mL for liquids."""
        return amount(self.quantity, "mL") if self.form == "mL" else pieces(self.quantity, self.form)

    def request(self, epic: bool = False) -> Json:
        """The dispenseRequest. Epic writes a unit text and the unit "Day" without a code."""
        if epic:
            quantity: Json = {"value": self.quantity, "unit": self.form}
            length: Json = {"value": self.days, "unit": "Day"}
        else:
            quantity, length = self.handed_out, amount(self.days, "days", "d")
        return {"quantity": quantity, "expectedSupplyDuration": length, "numberOfRepeatsAllowed": self.refills}


def order(
    key: str,
    medicine: Medicine,
    *dosages: Dosage,
    ago: int | None,
    supply: Supply | None = None,
    status: str = "active",
    intent: str = "order",
    by: str | None = None,
    category: str | None = "community",
    extra: Json | None = None,
) -> Entry:
    """A prescription written `ago` days before the day of the chart (None: it carries no date).

    `by` is the prescriber's id, the patient's own clinician unless said; `extra` overrides whole elements.
    """

    def write(chart: Chart) -> list[Resource]:
        resource: Resource = {
            "resourceType": "MedicationRequest",
            "id": chart.keyed(key),
            "status": status,
            "intent": intent,
            **_named(medicine),
            "subject": chart.subject,
            "requester": clinician(by or chart.seen_by),
        }
        if category:
            resource["category"] = [_category(category)]
        if ago is not None:
            resource["authoredOn"] = chart.day(ago)
        if dosages:
            resource["dosageInstruction"] = [_dated(dosage, chart) for dosage in dosages]
        if supply is not None:
            resource["dispenseRequest"] = supply.request()
        return [{**resource, **(extra or {})}]

    return write


def fill(
    of: str | None,
    medicine: Medicine,
    *dosages: Dosage,
    ago: int,
    supply: Supply,
    number: int = 1,
    extra: Json | None = None,
) -> Entry:
    """A dispense handed over `ago` days before; `of` is the key of its order, None when the pharmacy named none."""

    def write(chart: Chart) -> list[Resource]:
        resource: Resource = {
            "resourceType": "MedicationDispense",
            "id": chart.keyed(f"{of}-fill-{number}") if of else chart.numbered("fill"),
            "status": "completed",
            **_named(medicine),
            "subject": chart.subject,
            "performer": [{"actor": {"display": "Bayfront Pharmacy"}}],
            "quantity": supply.handed_out,
            "daysSupply": amount(supply.days, "days", "d"),
            "whenHandedOver": chart.day(ago),
        }
        if of:
            resource["authorizingPrescription"] = [{"reference": f"MedicationRequest/{chart.keyed(of)}"}]
        if dosages:
            resource["dosageInstruction"] = [_dated(dosage, chart) for dosage in dosages]
        return [{**resource, **(extra or {})}]

    return write


def filled_order(
    key: str,
    medicine: Medicine,
    *dosages: Dosage,
    ago: int,
    supply: Supply,
    by: str | None = None,
    status: str = "active",
) -> Entry:
    """An order and its one fill on the same day."""

    def write(chart: Chart) -> list[Resource]:
        written = order(key, medicine, *dosages, ago=ago, supply=supply, by=by, status=status)(chart)
        return written + fill(key, medicine, ago=ago, supply=supply)(chart)

    return write


def monthly(
    key: str,
    medicine: Medicine,
    *dosages: Dosage,
    supply: Supply,
    last: int,
    times: int,
    by: str | None = None,
    newest: Json | None = None,
) -> Entry:
    """A prescription renewed and filled each time the one before runs out; the newest fill is `last` days old.

    The newest order is active and has the bare key; the older ones are completed: key-2, key-3 ... Each names
    the one before it as `priorPrescription`. `newest` overrides elements of the newest order.
    """

    def write(chart: Chart) -> list[Resource]:
        written: list[Resource] = []
        for back in reversed(range(times)):
            this = key if back == 0 else f"{key}-{back + 1}"
            prior = f"{key}-{back + 2}" if back + 1 < times else None
            link = {"priorPrescription": {"reference": f"MedicationRequest/{chart.keyed(prior)}"}} if prior else {}
            ago = last + back * supply.days
            status = "active" if back == 0 else "completed"
            extra = {**link, **(newest or {})} if back == 0 else link
            written += order(this, medicine, *dosages, ago=ago, supply=supply, status=status, by=by, extra=extra)(chart)
            written += fill(this, medicine, ago=ago, supply=supply)(chart)
        return written

    return write


def statement(key: str, medicine: Medicine, *, status: str = "active", ago: int, text: str) -> Entry:
    """A medicine that the patient reports taking."""

    def write(chart: Chart) -> list[Resource]:
        return [
            {
                "resourceType": "MedicationStatement",
                "id": chart.keyed(key),
                "status": status,
                **_named(medicine),
                "subject": chart.subject,
                "dateAsserted": chart.day(ago),
                "effectivePeriod": {"start": chart.day(ago)},
                "dosage": [{"text": text}],
            }
        ]

    return write


def naloxone(ago: int) -> Entry:
    """Naloxone nasal spray prescribed and dispensed on the same day."""

    def write(chart: Chart) -> list[Resource]:
        supply = Supply(2, 30, form="spray")
        use = {"text": "1 spray in one nostril for suspected opioid overdose; call 911; repeat after 3 minutes"}
        return filled_order("naloxone", codes.NALOXONE_NASAL, use, ago=ago, supply=supply)(chart)

    return write


def _dated(dosage: Dosage, chart: Chart) -> Json:
    return dosage(chart) if callable(dosage) else dosage


def _named(medicine: Medicine) -> Json:
    if isinstance(medicine, Code):
        return {"medicationCodeableConcept": medicine.concept}
    if medicine.startswith(("Medication/", "#")):
        return {"medicationReference": {"reference": medicine}}
    return {"medicationCodeableConcept": {"text": medicine}}


def _category(code: str) -> Json:
    system = f"{HL7}medicationrequest-category"
    return {"coding": [{"system": system, "code": code, "display": code.capitalize()}]}
