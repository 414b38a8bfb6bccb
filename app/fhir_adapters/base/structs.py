"""The parts of FHIR R4 JSON that Sextant uses, as msgspec Structs. Everything else in a resource is skipped unread.

Numbers are typed `Any`: with the decoders of `json_text` a JSON integer arrives as int, a decimal as Decimal built from the
text, and a string stays a string, so that `"5"` is never taken for 5 (`values.Opening.number` decides). Every field may be
missing or null: real charts leave out what the standard requires.
"""

from typing import Any

from msgspec import Struct, field


class Element(Struct, rename="camel", gc=False):
    """Any FHIR object."""


class Extension(Element):
    url: str | None = None
    value_code: str | None = None
    value_string: str | None = None
    value_reference: "Reference | None" = None
    extension: "list[Extension] | None" = None


class Coding(Element):
    system: str | None = None
    code: str | None = None
    display: str | None = None


class CodeableConcept(Element):
    coding: list[Coding] | None = None
    text: str | None = None


class Identifier(Element):
    system: str | None = None
    value: str | None = None
    type: CodeableConcept | None = None
    use: str | None = None


class Reference(Element):
    reference: str | None = None
    display: str | None = None
    type: str | None = None


class Period(Element):
    start: str | None = None
    end: str | None = None


class Quantity(Element):
    value: Any = None
    unit: str | None = None
    system: str | None = None
    code: str | None = None
    comparator: str | None = None


class Range(Element):
    low: Quantity | None = None
    high: Quantity | None = None


class Ratio(Element):
    numerator: Quantity | None = None
    denominator: Quantity | None = None


class Annotation(Element):
    text: str | None = None


class Tag(Element):
    system: str | None = None
    code: str | None = None


class Meta(Element):
    version_id: str | None = None
    last_updated: str | None = None
    source: str | None = None
    tag: list[Tag] | None = None


class Resource(Element):
    """What every resource has. `contained` stays plain JSON values until somebody follows a `#` reference."""

    id: str | None = None
    meta: Meta | None = None
    contained: list[Any] | None = None
    modifier_extension: list[Any] | None = None


# --- people ---


class HumanName(Element):
    use: str | None = None
    text: str | None = None
    family: str | None = None
    given: list[str | None] | None = None


class Patient(Resource):
    name: list[HumanName] | None = None
    identifier: list[Identifier] | None = None
    birth_date: str | None = None
    gender: str | None = None
    deceased_boolean: bool | None = None
    deceased_date_time: str | None = None
    general_practitioner: list[Reference] | None = None
    managing_organization: Reference | None = None
    extension: list[Extension] | None = None


class CareTeamParticipant(Element):
    member: Reference | None = None


class CareTeam(Resource):
    status: str | None = None
    subject: Reference | None = None
    participant: list[CareTeamParticipant] | None = None


# --- medicines ---


class MedicationIngredient(Element):
    item_codeable_concept: CodeableConcept | None = None
    item_reference: Reference | None = None
    is_active: bool | None = None
    strength: Ratio | None = None


class Medication(Resource):
    code: CodeableConcept | None = None
    form: CodeableConcept | None = None
    ingredient: list[MedicationIngredient] | None = None


class Repeat(Element):
    bounds_period: Period | None = None
    bounds_duration: Quantity | None = None
    bounds_range: Range | None = None
    count: Any = None
    count_max: Any = None
    duration: Any = None
    duration_unit: str | None = None
    frequency: Any = None
    frequency_max: Any = None
    period: Any = None
    period_max: Any = None
    period_unit: str | None = None
    day_of_week: list[str] | None = None
    time_of_day: list[str] | None = None
    when: list[str] | None = None


class Timing(Element):
    event: list[str] | None = None
    repeat: Repeat | None = None
    code: CodeableConcept | None = None


class DoseAndRate(Element):
    type: CodeableConcept | None = None
    dose_quantity: Quantity | None = None
    dose_range: Range | None = None
    rate_quantity: Quantity | None = None
    rate_range: Range | None = None
    rate_ratio: Ratio | None = None


class Dosage(Element):
    sequence: Any = None
    text: str | None = None
    patient_instruction: str | None = None
    timing: Timing | None = None
    as_needed_boolean: bool | None = None
    as_needed_codeable_concept: CodeableConcept | None = None
    route: CodeableConcept | None = None
    method: CodeableConcept | None = None
    dose_and_rate: list[DoseAndRate] | None = None
    max_dose_per_period: Ratio | None = None
    max_dose_per_administration: Quantity | None = None
    modifier_extension: list[Any] | None = None


class DispenseRequest(Element):
    validity_period: Period | None = None
    number_of_repeats_allowed: Any = None
    quantity: Quantity | None = None
    expected_supply_duration: Quantity | None = None


class MedicationRequest(Resource):
    status: str | None = None
    status_reason: CodeableConcept | None = None
    intent: str | None = None
    category: list[CodeableConcept] | None = None
    do_not_perform: bool | None = None
    reported_boolean: bool | None = None
    reported_reference: Reference | None = None
    medication_codeable_concept: CodeableConcept | None = None
    medication_reference: Reference | None = None
    subject: Reference | None = None
    encounter: Reference | None = None
    authored_on: str | None = None
    requester: Reference | None = None
    reason_code: list[CodeableConcept] | None = None
    dosage_instruction: list[Dosage] | None = None
    dispense_request: DispenseRequest | None = None
    prior_prescription: Reference | None = None
    based_on: list[Reference] | None = None
    course_of_therapy_type: CodeableConcept | None = None


class DispensePerformer(Element):
    actor: Reference | None = None


class MedicationDispense(Resource):
    status: str | None = None
    category: CodeableConcept | None = None
    medication_codeable_concept: CodeableConcept | None = None
    medication_reference: Reference | None = None
    subject: Reference | None = None
    performer: list[DispensePerformer] | None = None
    authorizing_prescription: list[Reference] | None = None
    quantity: Quantity | None = None
    days_supply: Quantity | None = None
    when_prepared: str | None = None
    when_handed_over: str | None = None
    dosage_instruction: list[Dosage] | None = None


class MedicationStatement(Resource):
    status: str | None = None
    medication_codeable_concept: CodeableConcept | None = None
    medication_reference: Reference | None = None
    subject: Reference | None = None
    effective_date_time: str | None = None
    effective_period: Period | None = None
    date_asserted: str | None = None
    based_on: list[Reference] | None = None
    dosage: list[Dosage] | None = None


# --- observations and forms ---


class ObservationComponent(Element):
    code: CodeableConcept | None = None
    value_quantity: Quantity | None = None
    value_codeable_concept: CodeableConcept | None = None
    value_string: str | None = None
    value_boolean: bool | None = None
    value_integer: Any = None
    value_range: Range | None = None
    value_date_time: str | None = None
    value_time: str | None = None
    value_ratio: Any = None
    value_period: Any = None
    value_sampled_data: Any = None
    data_absent_reason: CodeableConcept | None = None
    interpretation: list[CodeableConcept] | None = None


class Observation(Resource):
    status: str | None = None
    category: list[CodeableConcept] | None = None
    code: CodeableConcept | None = None
    subject: Reference | None = None
    effective_date_time: str | None = None
    effective_period: Period | None = None
    effective_instant: str | None = None
    issued: str | None = None
    value_quantity: Quantity | None = None
    value_codeable_concept: CodeableConcept | None = None
    value_string: str | None = None
    value_boolean: bool | None = None
    value_integer: Any = None
    value_range: Range | None = None
    value_date_time: str | None = None
    value_time: str | None = None
    value_ratio: Any = None
    value_period: Any = None
    value_sampled_data: Any = None
    data_absent_reason: CodeableConcept | None = None
    interpretation: list[CodeableConcept] | None = None
    note: list[Annotation] | None = None
    method: CodeableConcept | None = None
    specimen: Reference | None = None
    has_member: list[Reference] | None = None
    derived_from: list[Reference] | None = None
    component: list[ObservationComponent] | None = None


class ResponseAnswer(Element):
    value_boolean: bool | None = None
    value_decimal: Any = None
    value_integer: Any = None
    value_date: str | None = None
    value_date_time: str | None = None
    value_time: str | None = None
    value_string: str | None = None
    value_uri: str | None = None
    value_coding: Coding | None = None
    value_quantity: Quantity | None = None
    item: "list[ResponseItem] | None" = None


class ResponseItem(Element):
    link_id: str | None = None
    definition: str | None = None
    text: str | None = None
    answer: list[ResponseAnswer] | None = None
    item: "list[ResponseItem] | None" = None


class QuestionnaireResponse(Resource):
    status: str | None = None
    questionnaire: str | None = None
    subject: Reference | None = None
    authored: str | None = None
    item: list[ResponseItem] | None = None


# --- problems, visits, documents, plans ---


class Condition(Resource):
    clinical_status: CodeableConcept | None = None
    verification_status: CodeableConcept | None = None
    category: list[CodeableConcept] | None = None
    severity: CodeableConcept | None = None
    code: CodeableConcept | None = None
    subject: Reference | None = None
    encounter: Reference | None = None
    onset_date_time: str | None = None
    onset_period: Period | None = None
    abatement_date_time: str | None = None
    abatement_period: Period | None = None
    recorded_date: str | None = None


class EncounterParticipant(Element):
    individual: Reference | None = None


class Hospitalization(Element):
    discharge_disposition: CodeableConcept | None = None


class Encounter(Resource):
    status: str | None = None
    encounter_class: Coding | None = field(default=None, name="class")
    type: list[CodeableConcept] | None = None
    subject: Reference | None = None
    participant: list[EncounterParticipant] | None = None
    period: Period | None = None
    reason_code: list[CodeableConcept] | None = None
    hospitalization: Hospitalization | None = None
    service_provider: Reference | None = None


class AppointmentParticipant(Element):
    actor: Reference | None = None
    status: str | None = None


class Appointment(Resource):
    status: str | None = None
    start: str | None = None
    description: str | None = None
    service_type: list[CodeableConcept] | None = None
    appointment_type: CodeableConcept | None = None
    participant: list[AppointmentParticipant] | None = None


class Attachment(Element):
    title: str | None = None


class DocumentContent(Element):
    attachment: Attachment | None = None


class DocumentContext(Element):
    period: Period | None = None


class DocumentReference(Resource):
    status: str | None = None
    doc_status: str | None = None
    type: CodeableConcept | None = None
    category: list[CodeableConcept] | None = None
    subject: Reference | None = None
    date: str | None = None
    description: str | None = None
    content: list[DocumentContent] | None = None
    context: DocumentContext | None = None


class ProcedurePerformer(Element):
    actor: Reference | None = None


class Procedure(Resource):
    status: str | None = None
    code: CodeableConcept | None = None
    subject: Reference | None = None
    performed_date_time: str | None = None
    performed_period: Period | None = None
    outcome: CodeableConcept | None = None
    note: list[Annotation] | None = None
    performer: list[ProcedurePerformer] | None = None


class Flag(Resource):
    identifier: list[Identifier] | None = None
    status: str | None = None
    category: list[CodeableConcept] | None = None
    code: CodeableConcept | None = None
    subject: Reference | None = None
    period: Period | None = None


class PlanActivityDetail(Element):
    code: CodeableConcept | None = None


class PlanActivity(Element):
    detail: PlanActivityDetail | None = None


class CarePlan(Resource):
    status: str | None = None
    intent: str | None = None
    category: list[CodeableConcept] | None = None
    title: str | None = None
    description: str | None = None
    subject: Reference | None = None
    period: Period | None = None
    created: str | None = None
    author: Reference | None = None
    activity: list[PlanActivity] | None = None


class GoalTarget(Element):
    due_date: str | None = None


class Goal(Resource):
    lifecycle_status: str | None = None
    category: list[CodeableConcept] | None = None
    description: CodeableConcept | None = None
    subject: Reference | None = None
    start_date: str | None = None
    status_date: str | None = None
    target: list[GoalTarget] | None = None
    expressed_by: Reference | None = None


class Consent(Resource):
    status: str | None = None
    scope: CodeableConcept | None = None
    category: list[CodeableConcept] | None = None
    patient: Reference | None = None
    date_time: str | None = None
    performer: list[Reference] | None = None


class ServiceRequest(Resource):
    status: str | None = None
    intent: str | None = None
    category: list[CodeableConcept] | None = None
    code: CodeableConcept | None = None
    subject: Reference | None = None
    occurrence_period: Period | None = None
    occurrence_date_time: str | None = None
    authored_on: str | None = None
    requester: Reference | None = None
    do_not_perform: bool | None = None


class DiagnosticReport(Resource):
    status: str | None = None
    category: list[CodeableConcept] | None = None
    code: CodeableConcept | None = None
    subject: Reference | None = None
    effective_date_time: str | None = None
    effective_period: Period | None = None
    issued: str | None = None
    performer: list[Reference] | None = None


class Device(Element):
    resource_type: str | None = None
    id: str | None = None
    type: CodeableConcept | None = None


class DeviceUseStatement(Resource):
    status: str | None = None
    subject: Reference | None = None
    timing_period: Period | None = None
    timing_date_time: str | None = None
    recorded_on: str | None = None
    source: Reference | None = None
    device: Reference | None = None
    reason_code: list[CodeableConcept] | None = None


# --- messages about the answer itself ---


class OutcomeIssue(Element):
    severity: str | None = None
    code: str | None = None
    details: CodeableConcept | None = None
    diagnostics: str | None = None


class OperationOutcome(Resource):
    issue: list[OutcomeIssue] | None = None
