"""What the chart says about medicines: orders, fills and statements, with directions kept exactly as sent.

These mirror the parts of FHIR R4 that a daily dose depends on; the dose engine, not the reader, decides what they mean.
References are relative ("MedicationRequest/a"), resolved within one EHR.
"""

from dataclasses import dataclass
from datetime import datetime

from app.domain.codes import NOTHING_CODED, Concept
from app.domain.dates import PartialDate, Period
from app.domain.quantities import Quantity, Range, Ratio


@dataclass(frozen=True, slots=True)
class Ingredient:
    """One `Medication.ingredient`."""

    concept: Concept
    strength: Ratio | None = None
    is_active: bool = True


@dataclass(frozen=True, slots=True)
class Medication:
    """The thing ordered or dispensed, resolved from a code, a reference or a contained resource.

    `reference` is the Medication it came from. `is_resolved` is false when a reference could not be followed; the
    concept then holds at most the reference's display text.
    """

    concept: Concept = NOTHING_CODED
    form: Concept = NOTHING_CODED
    ingredients: tuple[Ingredient, ...] = ()
    reference: str | None = None
    is_resolved: bool = True


@dataclass(frozen=True, slots=True)
class Repeat:
    """`Timing.repeat`. `period_unit` is a UCUM time code: s min h d wk mo a. At most one of the bounds is set."""

    frequency: int | None = None
    frequency_max: int | None = None
    period: Quantity | None = None
    period_max: Quantity | None = None
    period_unit: str | None = None
    count: int | None = None
    count_max: int | None = None
    duration: Quantity | None = None
    times_of_day: tuple[str, ...] = ()
    when: tuple[str, ...] = ()
    days_of_week: tuple[str, ...] = ()
    bounds_period: Period | None = None
    bounds_duration: Quantity | None = None
    bounds_range: Range | None = None


@dataclass(frozen=True, slots=True)
class Timing:
    """When doses are taken: a repeat, a code such as BID, and/or listed events."""

    repeat: Repeat | None = None
    code: Concept = NOTHING_CODED
    events: tuple[PartialDate, ...] = ()


@dataclass(frozen=True, slots=True)
class DoseAndRate:
    """One `doseAndRate`: `kind` is the code of its type ("ordered", "calculated", an EHR's own word) or None."""

    kind: str | None = None
    dose: Quantity | Range | None = None
    rate: Quantity | Range | Ratio | None = None


@dataclass(frozen=True, slots=True)
class Dosage:
    """One `dosageInstruction`. `as_needed` is True for asNeededBoolean true or any asNeededCodeableConcept."""

    sequence: int | None = None
    text: str | None = None
    patient_instruction: str | None = None
    timing: Timing | None = None
    as_needed: bool = False
    as_needed_for: Concept = NOTHING_CODED
    route: Concept = NOTHING_CODED
    method: Concept = NOTHING_CODED
    doses: tuple[DoseAndRate, ...] = ()
    max_dose_per_period: Ratio | None = None
    max_dose_per_administration: Quantity | None = None
    unreadable: tuple[str, ...] = ()
    """Elements of this instruction that were sent in a shape that cannot be read, by FHIR element name."""


@dataclass(frozen=True, slots=True)
class SupplyRequest:
    """`MedicationRequest.dispenseRequest`. `days_supply` is expectedSupplyDuration with its unit; `repeats` excludes
    the first fill."""

    validity: Period | None = None
    quantity: Quantity | None = None
    days_supply: Quantity | None = None
    repeats: int | None = None


@dataclass(frozen=True, slots=True)
class Order:
    """A MedicationRequest. `unreadable` names elements that could not be read (the rest still counts)."""

    reference: str
    status: str | None
    intent: str | None
    medication: Medication
    subject: str | None = None
    category_codes: tuple[str, ...] = ()
    do_not_perform: bool = False
    is_reported: bool = False
    encounter: str | None = None
    authored_on: PartialDate | None = None
    requester: str | None = None
    requester_name: str | None = None
    reason: tuple[Concept, ...] = ()
    status_reason: Concept = NOTHING_CODED
    dosages: tuple[Dosage, ...] = ()
    supply: SupplyRequest | None = None
    prior_prescription: str | None = None
    based_on: tuple[str, ...] = ()
    course_of_therapy: Concept = NOTHING_CODED
    last_updated: datetime | None = None
    version: str | None = None
    source: str | None = None
    unreadable: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Dispense:
    """A MedicationDispense, or one fill reported by a PDMP (`is_pdmp`)."""

    reference: str
    status: str | None
    medication: Medication
    subject: str | None = None
    category_codes: tuple[str, ...] = ()
    prescriptions: tuple[str, ...] = ()
    quantity: Quantity | None = None
    days_supply: Quantity | None = None
    prepared_on: PartialDate | None = None
    handed_over_on: PartialDate | None = None
    performer: str | None = None
    performer_name: str | None = None
    prescriber: str | None = None
    prescriber_name: str | None = None
    dosages: tuple[Dosage, ...] = ()
    is_pdmp: bool = False
    last_updated: datetime | None = None
    unreadable: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Statement:
    """A MedicationStatement: somebody says that the person takes (or took) this."""

    reference: str
    status: str | None
    medication: Medication
    subject: str | None = None
    effective: Period | None = None
    asserted_on: PartialDate | None = None
    based_on: tuple[str, ...] = ()
    dosages: tuple[Dosage, ...] = ()
    last_updated: datetime | None = None
    unreadable: tuple[str, ...] = ()
