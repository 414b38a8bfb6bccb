"""Encounter and Appointment, opened."""

from app.domain.chart import Appointment, Encounter
from app.domain.codes import NOTHING_CODED
from app.fhir_adapters.base import structs as fhir
from app.fhir_adapters.base.values import Opening, concept, concepts, display_names


def open_encounter(reference: str, sent: fhir.Encounter, opening: Opening) -> Encounter:
    """An Encounter. A participant who is only named, not referred to, is among the names."""
    people = [p.individual for p in sent.participant or () if p.individual is not None]
    stay = sent.hospitalization
    return Encounter(
        reference=reference,
        status=sent.status,
        encounter_class=sent.encounter_class.code if sent.encounter_class else None,
        subject=opening.reference(sent.subject),
        types=concepts(sent.type),
        period=opening.period(sent.period, "period"),
        participants=opening.references_of(people),
        participant_names=display_names(people),
        reasons=concepts(sent.reason_code),
        discharge_disposition=concept(stay.discharge_disposition) if stay else NOTHING_CODED,
        service_provider=opening.reference(sent.service_provider),
    )


def open_appointment(reference: str, sent: fhir.Appointment, opening: Opening, subject: str | None) -> Appointment:
    """An Appointment, for the one of its patients whose chart is being read."""
    actors = [p.actor for p in sent.participant or () if p.actor is not None]
    staff = [a for a in actors if (opening.reference(a) or "").startswith(("Practitioner/", "PractitionerRole/"))]
    kinds = [*(sent.service_type or ()), *([sent.appointment_type] if sent.appointment_type else ())]
    described = next((label for kind in kinds if (label := concept(kind).label)), None)
    return Appointment(
        reference=reference,
        status=sent.status,
        start=opening.day(sent.start, "start"),
        subject=subject,
        practitioners=opening.references_of(staff),
        practitioner_names=display_names(staff),
        description=sent.description or described,
    )


def patients_of(sent: fhir.Appointment, opening: Opening) -> tuple[str, ...]:
    """Every patient who takes part (group visits have several)."""
    everyone = opening.references_of(p.actor for p in sent.participant or ())
    return tuple(who for who in everyone if who.startswith("Patient/"))
