"""Condition and Procedure, opened."""

from app.domain.chart import Condition, Procedure
from app.domain.dates import Period
from app.fhir_adapters.base import structs as fhir
from app.fhir_adapters.base.values import Opening, concept, plain_code, plain_codes


def open_condition(reference: str, sent: fhir.Condition, opening: Opening) -> Condition:
    """A Condition. Onset and abatement given as an age or a text have no date."""
    onset = opening.period(sent.onset_period, "onsetPeriod")
    abated = opening.period(sent.abatement_period, "abatementPeriod")
    return Condition(
        reference=reference,
        concept=concept(sent.code),
        subject=opening.reference(sent.subject),
        clinical_status=plain_code(sent.clinical_status),
        verification_status=plain_code(sent.verification_status),
        categories=plain_codes(sent.category),
        severity=concept(sent.severity),
        onset=opening.day(sent.onset_date_time, "onsetDateTime") or (onset.start if onset else None),
        abated=opening.day(sent.abatement_date_time, "abatementDateTime") or (abated.end if abated else None),
        recorded_on=opening.day(sent.recorded_date, "recordedDate"),
        encounter=opening.reference(sent.encounter),
    )


def open_procedure(reference: str, sent: fhir.Procedure, opening: Opening) -> Procedure:
    """A Procedure; a single moment is a period that starts and ends with it."""
    moment = opening.day(sent.performed_date_time, "performedDateTime")
    return Procedure(
        reference=reference,
        status=sent.status,
        concept=concept(sent.code),
        subject=opening.reference(sent.subject),
        performed=Period(moment, moment) if moment else opening.period(sent.performed_period, "performedPeriod"),
        outcome=concept(sent.outcome),
        notes=tuple(note.text for note in sent.note or () if note.text),
        performers=opening.references_of(p.actor for p in sent.performer or ()),
    )
