"""MedicationRequest, MedicationDispense, MedicationStatement and Medication, opened.

The medicine may be a code, a reference to a resource that came along or was fetched, a contained resource, or withheld. A
medicine that cannot be named keeps its place in the chart (`is_resolved` False, "medication" among the unreadable): it may
be an opioid.
"""

from collections.abc import Sequence
from dataclasses import replace

from app.domain.codes import NOTHING_CODED, Concept
from app.domain.dates import Period
from app.domain.errors import RecordUnreadable
from app.domain.medication import (
    Dispense,
    Dosage,
    DoseAndRate,
    Ingredient,
    Medication,
    Order,
    Repeat,
    Statement,
    SupplyRequest,
    Timing,
)
from app.domain.quantities import Quantity
from app.fhir_adapters.base import structs as fhir
from app.fhir_adapters.base.json_text import salvage
from app.fhir_adapters.base.values import Opening, concept, concepts, instant, plain_code, plain_codes

Prescribed = fhir.MedicationRequest | fhir.MedicationDispense | fhir.MedicationStatement

UNNAMED = "medication"
"""The name under which a medicine that nobody could name stands among an entry's unreadable elements."""


class Medicines:
    """Medication resources by reference, for whoever refers to them."""

    def __init__(self) -> None:
        self._by_reference: dict[str, tuple[Medication, tuple[str, ...]]] = {}

    def learn(self, reference: str, sent: fhir.Medication, opening: Opening) -> None:
        """Remember one Medication resource, and what was unreadable in it."""
        self._by_reference[reference] = open_medication(reference, sent, opening), opening.named()

    def of(self, sent: Prescribed, opening: Opening) -> Medication:
        """The medicine of an order, fill or statement, by code, reference or contained resource."""
        stated = concept(sent.medication_codeable_concept)
        reference = sent.medication_reference
        if stated is not NOTHING_CODED:
            return Medication(stated)
        if reference is None:
            return _unnamed(None, opening)
        target = reference.reference or ""
        found = _contained(sent, target, opening) if target.startswith("#") else self._followed(target, opening)
        if found is None:
            return _unnamed(reference, opening)
        if found.concept is NOTHING_CODED and reference.display:
            return replace(found, concept=Concept(text=reference.display))
        return found

    def _followed(self, target: str, opening: Opening) -> Medication | None:
        medication, unreadable = self._by_reference.get(opening.references.relative(target), (None, ()))
        opening.unreadable += [f"{UNNAMED}.{name}" for name in unreadable]
        return medication


def _unnamed(reference: fhir.Reference | None, opening: Opening) -> Medication:
    named = reference.display if reference is not None else None
    target = opening.reference(reference)
    if not named:
        opening.unreadable.append(UNNAMED)
    return Medication(Concept(text=named) if named else NOTHING_CODED, reference=target, is_resolved=False)


def _contained(sent: Prescribed, target: str, opening: Opening) -> Medication | None:
    for inner in sent.contained or ():
        if isinstance(inner, dict) and inner.get("id") == target[1:] and inner.get("resourceType") == "Medication":
            try:
                medication, broken = salvage(inner, fhir.Medication)
            except RecordUnreadable:
                return None
            opening.unreadable += [f"contained.{name}" for name in broken]
            return replace(open_medication(None, medication, opening), reference=None)
    return None


def open_medication(reference: str | None, sent: fhir.Medication, opening: Opening) -> Medication:
    """A Medication resource."""
    ingredients = tuple(
        Ingredient(_ingredient_name(i), opening.ratio(i.strength, "ingredient.strength"), i.is_active is not False)
        for i in sent.ingredient or ()
    )
    return Medication(concept(sent.code), concept(sent.form), ingredients, reference)


def _ingredient_name(sent: fhir.MedicationIngredient) -> Concept:
    stated = concept(sent.item_codeable_concept)
    if stated is NOTHING_CODED and sent.item_reference is not None and sent.item_reference.display:
        return Concept(text=sent.item_reference.display)
    return stated


def open_order(reference: str, sent: fhir.MedicationRequest, opening: Opening, medicines: Medicines) -> Order:
    """A MedicationRequest."""
    medication = medicines.of(sent, opening)
    meta = sent.meta
    return Order(
        reference=reference,
        status=sent.status,
        intent=sent.intent,
        medication=medication,
        subject=opening.reference(sent.subject),
        category_codes=plain_codes(sent.category),
        do_not_perform=bool(sent.do_not_perform),
        is_reported=bool(sent.reported_boolean or sent.reported_reference),
        encounter=opening.reference(sent.encounter),
        authored_on=opening.day(sent.authored_on, "authoredOn"),
        requester=opening.reference(sent.requester),
        requester_name=sent.requester.display if sent.requester else None,
        reason=concepts(sent.reason_code),
        status_reason=concept(sent.status_reason),
        dosages=open_dosages(sent.dosage_instruction, "dosageInstruction", opening),
        supply=_supply(sent.dispense_request, opening),
        prior_prescription=opening.reference(sent.prior_prescription),
        based_on=opening.references_of(sent.based_on),
        course_of_therapy=concept(sent.course_of_therapy_type),
        last_updated=instant(meta.last_updated) if meta else None,
        version=meta.version_id if meta else None,
        source=meta.source if meta else None,
        unreadable=opening.named(except_below="dosageInstruction["),
    )


def open_dispense(reference: str, sent: fhir.MedicationDispense, opening: Opening, medicines: Medicines) -> Dispense:
    """A MedicationDispense."""
    medication = medicines.of(sent, opening)
    performer = next((p.actor for p in sent.performer or () if p.actor is not None), None)
    return Dispense(
        reference=reference,
        status=sent.status,
        medication=medication,
        subject=opening.reference(sent.subject),
        category_codes=plain_codes([sent.category] if sent.category else None),
        prescriptions=opening.references_of(sent.authorizing_prescription),
        quantity=opening.quantity(sent.quantity, "quantity"),
        days_supply=opening.quantity(sent.days_supply, "daysSupply"),
        prepared_on=opening.day(sent.when_prepared, "whenPrepared"),
        handed_over_on=opening.day(sent.when_handed_over, "whenHandedOver"),
        performer=opening.reference(performer),
        performer_name=performer.display if performer else None,
        dosages=open_dosages(sent.dosage_instruction, "dosageInstruction", opening),
        is_pdmp=is_from_pdmp(sent.meta),
        last_updated=instant(sent.meta.last_updated) if sent.meta else None,
        unreadable=opening.named(except_below="dosageInstruction["),
    )


def open_statement(reference: str, sent: fhir.MedicationStatement, opening: Opening, medicines: Medicines) -> Statement:
    """A MedicationStatement; a single `effectiveDateTime` becomes the start of an open period."""
    medication = medicines.of(sent, opening)
    since = opening.day(sent.effective_date_time, "effectiveDateTime")
    return Statement(
        reference=reference,
        status=sent.status,
        medication=medication,
        subject=opening.reference(sent.subject),
        effective=Period(since, None) if since else opening.period(sent.effective_period, "effectivePeriod"),
        asserted_on=opening.day(sent.date_asserted, "dateAsserted"),
        based_on=opening.references_of(sent.based_on),
        dosages=open_dosages(sent.dosage, "dosage", opening),
        last_updated=instant(sent.meta.last_updated) if sent.meta else None,
        unreadable=opening.named(except_below="dosage["),
    )


def is_from_pdmp(meta: fhir.Meta | None) -> bool:
    """Fills that a PDMP gateway put beside the EHR's own say so in their source or tag."""
    if meta is None:
        return False
    said = [meta.source, *(text for tag in meta.tag or () for text in (tag.system, tag.code))]
    return any(text is not None and "pdmp" in text.lower() for text in said)


def _supply(sent: fhir.DispenseRequest | None, opening: Opening) -> SupplyRequest | None:
    if sent is None:
        return None
    return SupplyRequest(
        validity=opening.period(sent.validity_period, "dispenseRequest.validityPeriod"),
        quantity=opening.quantity(sent.quantity, "dispenseRequest.quantity"),
        days_supply=opening.quantity(sent.expected_supply_duration, "dispenseRequest.expectedSupplyDuration"),
        repeats=opening.whole(sent.number_of_repeats_allowed, "dispenseRequest.numberOfRepeatsAllowed"),
    )


def open_dosages(sent: Sequence[fhir.Dosage] | None, name: str, opening: Opening) -> tuple[Dosage, ...]:
    """All directions of one entry, each with what was unreadable in it. `name` is the element they came from."""
    return tuple(_dosage(dosage, opening.within(f"{name}[{n}]")) for n, dosage in enumerate(sent or ()))


def _dosage(sent: fhir.Dosage, opening: Opening) -> Dosage:
    if sent.modifier_extension:
        opening.unreadable.append("modifierExtension")
    return Dosage(
        sequence=opening.whole(sent.sequence, "sequence"),
        text=sent.text,
        patient_instruction=sent.patient_instruction,
        timing=_timing(sent.timing, opening),
        as_needed=bool(sent.as_needed_boolean or sent.as_needed_codeable_concept),
        as_needed_for=concept(sent.as_needed_codeable_concept),
        route=concept(sent.route),
        method=concept(sent.method),
        doses=tuple(_dose(dose, opening) for dose in sent.dose_and_rate or ()),
        max_dose_per_period=opening.ratio(sent.max_dose_per_period, "maxDosePerPeriod"),
        max_dose_per_administration=opening.quantity(sent.max_dose_per_administration, "maxDosePerAdministration"),
        unreadable=opening.named(),
    )


def _dose(sent: fhir.DoseAndRate, opening: Opening) -> DoseAndRate:
    dose = opening.quantity(sent.dose_quantity, "doseAndRate.doseQuantity")
    rate = opening.quantity(sent.rate_quantity, "doseAndRate.rateQuantity")
    return DoseAndRate(
        kind=plain_code(sent.type),
        dose=dose or opening.range(sent.dose_range, "doseAndRate.doseRange"),
        rate=rate
        or opening.range(sent.rate_range, "doseAndRate.rateRange")
        or opening.ratio(sent.rate_ratio, "doseAndRate.rateRatio"),
    )


def _timing(sent: fhir.Timing | None, opening: Opening) -> Timing | None:
    if sent is None:
        return None
    events = tuple(day for text in sent.event or () if (day := opening.day(text, "timing.event")))
    return Timing(_repeat(sent.repeat, opening) if sent.repeat else None, concept(sent.code), events)


def _repeat(sent: fhir.Repeat, opening: Opening) -> Repeat:
    """`period` and `duration` carry their unit; `period_unit` stands beside it for convenience."""
    return Repeat(
        frequency=opening.whole(sent.frequency, "timing.repeat.frequency"),
        frequency_max=opening.whole(sent.frequency_max, "timing.repeat.frequencyMax"),
        period=_span(sent.period, sent.period_unit, "timing.repeat.period", opening),
        period_max=_span(sent.period_max, sent.period_unit, "timing.repeat.periodMax", opening),
        period_unit=sent.period_unit,
        count=opening.whole(sent.count, "timing.repeat.count"),
        count_max=opening.whole(sent.count_max, "timing.repeat.countMax"),
        duration=_span(sent.duration, sent.duration_unit, "timing.repeat.duration", opening),
        times_of_day=tuple(sent.time_of_day or ()),
        when=tuple(sent.when or ()),
        days_of_week=tuple(sent.day_of_week or ()),
        bounds_period=opening.period(sent.bounds_period, "timing.repeat.boundsPeriod"),
        bounds_duration=opening.quantity(sent.bounds_duration, "timing.repeat.boundsDuration"),
        bounds_range=opening.range(sent.bounds_range, "timing.repeat.boundsRange"),
    )


def _span(value: object, unit: str | None, name: str, opening: Opening) -> Quantity | None:
    number = opening.number(value, name)
    return Quantity(number, unit, None, unit) if number is not None else None
