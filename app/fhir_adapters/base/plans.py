"""CarePlan, Goal, Consent, ServiceRequest, DiagnosticReport and DeviceUseStatement, opened as plans of one shape."""

from collections.abc import Mapping, Sequence
from typing import Any

from app.domain.chart import Plan
from app.domain.codes import Concept
from app.domain.dates import PartialDate, Period
from app.fhir_adapters.base import structs as fhir
from app.fhir_adapters.base.json_text import text_at
from app.fhir_adapters.base.values import Opening, concept, concepts


def open_care_plan(reference: str, sent: fhir.CarePlan, opening: Opening) -> Plan:
    """A CarePlan with the codes of its category and of its planned activities."""
    activities = [a.detail.code for a in sent.activity or () if a.detail and a.detail.code]
    return Plan(
        reference,
        "CarePlan",
        sent.status,
        concepts([*(sent.category or ()), *activities]),
        opening.reference(sent.subject),
        sent.title or sent.description,
        opening.period(sent.period, "period"),
        opening.day(sent.created, "created"),
        sent.intent,
        opening.references_of([sent.author]),
    )


def open_goal(reference: str, sent: fhir.Goal, opening: Opening) -> Plan:
    """A Goal; its period runs from the start to the last target date."""
    start = opening.day(sent.start_date, "startDate")
    targets = [day for t in sent.target or () if (day := opening.day(t.due_date, "target.dueDate"))]
    last = max(targets, key=lambda day: day.latest, default=None)
    described = concept(sent.description)
    return Plan(
        reference,
        "Goal",
        sent.lifecycle_status,
        concepts([*([sent.description] if sent.description else ()), *(sent.category or ())]),
        opening.reference(sent.subject),
        described.label,
        Period(start, last) if start or last else None,
        opening.day(sent.status_date, "statusDate") or start,
        None,
        opening.references_of([sent.expressed_by]),
    )


def open_consent(reference: str, sent: fhir.Consent, opening: Opening) -> Plan:
    """A Consent, such as a signed treatment agreement."""
    named = [*(sent.category or ()), *([sent.scope] if sent.scope else ())]
    return Plan(
        reference,
        "Consent",
        sent.status,
        concepts(named),
        opening.reference(sent.patient),
        _title(concepts(sent.category)),
        None,
        opening.day(sent.date_time, "dateTime"),
        None,
        opening.references_of(sent.performer),
    )


def open_service_request(reference: str, sent: fhir.ServiceRequest, opening: Opening) -> Plan:
    """A ServiceRequest: a referral or an order for something other than a medicine."""
    moment = opening.day(sent.occurrence_date_time, "occurrenceDateTime")
    return Plan(
        reference,
        "ServiceRequest",
        sent.status,
        concepts([*([sent.code] if sent.code else ()), *(sent.category or ())]),
        opening.reference(sent.subject),
        concept(sent.code).label,
        _moment_or_period(moment, sent.occurrence_period, "occurrencePeriod", opening),
        opening.day(sent.authored_on, "authoredOn"),
        sent.intent,
        opening.references_of([sent.requester]),
    )


def open_diagnostic_report(reference: str, sent: fhir.DiagnosticReport, opening: Opening) -> Plan:
    """A DiagnosticReport as a thing done, such as an ECG; its results are Observations of their own."""
    moment = opening.day(sent.effective_date_time, "effectiveDateTime")
    return Plan(
        reference,
        "DiagnosticReport",
        sent.status,
        concepts([*([sent.code] if sent.code else ()), *(sent.category or ())]),
        opening.reference(sent.subject),
        concept(sent.code).label,
        _moment_or_period(moment, sent.effective_period, "effectivePeriod", opening),
        moment or opening.day(sent.issued, "issued"),
        None,
        opening.references_of(sent.performer),
    )


def open_device_use(reference: str, sent: fhir.DeviceUseStatement, opening: Opening) -> Plan:
    """A DeviceUseStatement, such as CPAP at home; the device is named by a contained Device or the display."""
    moment = opening.day(sent.timing_date_time, "timingDateTime")
    device = _device(sent)
    if device.label is None:
        opening.unreadable.append("device")
    return Plan(
        reference,
        "DeviceUseStatement",
        sent.status,
        tuple(c for c in (device, *concepts(sent.reason_code)) if c.label),
        opening.reference(sent.subject),
        device.label,
        _moment_or_period(moment, sent.timing_period, "timingPeriod", opening),
        opening.day(sent.recorded_on, "recordedOn") or moment,
        None,
        opening.references_of([sent.source]),
    )


def _device(sent: fhir.DeviceUseStatement) -> Concept:
    display = sent.device.display if sent.device else None
    target = (sent.device.reference if sent.device else None) or ""
    inner = _contained_device(sent.contained or (), target.removeprefix("#"))
    code, text = text_at(inner, "type", "coding", "code"), text_at(inner, "type", "text")
    system = text_at(inner, "type", "coding", "system")
    codings = concept(fhir.CodeableConcept([fhir.Coding(system, code)])).codings if code else ()
    return Concept(codings, text or display)


def _contained_device(contained: Sequence[Any], device_id: str) -> Mapping[str, Any]:
    return next((c for c in contained if isinstance(c, Mapping) and c.get("id") == device_id), {})


def _moment_or_period(
    moment: PartialDate | None, period: fhir.Period | None, name: str, opening: Opening
) -> Period | None:
    return Period(moment, moment) if moment else opening.period(period, name)


def _title(named: tuple[Concept, ...]) -> str | None:
    return next((c.label for c in named if c.label), None)
