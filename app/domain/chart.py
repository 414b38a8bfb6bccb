"""The rest of the chart: people, observations, conditions, visits, documents and plans, as the EHR states them."""

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from app.domain.codes import NOTHING_CODED, Concept
from app.domain.dates import PartialDate, Period
from app.domain.quantities import Quantity, Range
from app.domain.taper import TaperPlan


@dataclass(frozen=True, slots=True)
class Patient:
    """`sex` is administrative gender unless the US Core birth-sex extension is present."""

    reference: str
    name: str | None = None
    birth_date: PartialDate | None = None
    sex: str | None = None
    medical_record_number: str | None = None
    deceased: bool = False
    deceased_on: PartialDate | None = None
    general_practitioners: tuple[str, ...] = ()
    general_practitioner_names: tuple[str, ...] = ()
    managing_organization: str | None = None


@dataclass(frozen=True, slots=True)
class ObservationValue:
    """A value or why there is none. At most one of the value fields is set."""

    quantity: Quantity | None = None
    number: Decimal | None = None
    concept: Concept | None = None
    text: str | None = None
    is_true: bool | None = None
    range: Range | None = None
    absent_reason: str | None = None


@dataclass(frozen=True, slots=True)
class ObservationComponent:
    """One `Observation.component`."""

    concept: Concept
    value: ObservationValue
    interpretations: tuple[Concept, ...] = ()


@dataclass(frozen=True, slots=True)
class Observation:
    """`effective` is when it was observed or collected (for a Period, its start in `effective`, its end apart)."""

    reference: str
    status: str | None
    concept: Concept
    value: ObservationValue
    subject: str | None = None
    categories: tuple[str, ...] = ()
    effective: PartialDate | None = None
    effective_end: PartialDate | None = None
    issued: PartialDate | None = None
    interpretations: tuple[Concept, ...] = ()
    components: tuple[ObservationComponent, ...] = ()
    members: tuple[str, ...] = ()
    derived_from: tuple[str, ...] = ()
    method: Concept = NOTHING_CODED
    specimen: str | None = None
    notes: tuple[str, ...] = ()
    unreadable: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Condition:
    """`clinical_status` and `verification_status` are the plain codes ("active", "confirmed")."""

    reference: str
    concept: Concept
    subject: str | None = None
    clinical_status: str | None = None
    verification_status: str | None = None
    categories: tuple[str, ...] = ()
    severity: Concept = NOTHING_CODED
    onset: PartialDate | None = None
    abated: PartialDate | None = None
    recorded_on: PartialDate | None = None
    encounter: str | None = None


@dataclass(frozen=True, slots=True)
class Encounter:
    """`encounter_class` is the ActCode (AMB, VR, HH, IMP, EMER ...)."""

    reference: str
    status: str | None
    encounter_class: str | None
    subject: str | None = None
    types: tuple[Concept, ...] = ()
    period: Period | None = None
    participants: tuple[str, ...] = ()
    participant_names: tuple[str, ...] = ()
    reasons: tuple[Concept, ...] = ()
    discharge_disposition: Concept = NOTHING_CODED
    service_provider: str | None = None


@dataclass(frozen=True, slots=True)
class Appointment:
    """A booked slot; `start` is an instant in the clinic's zone."""

    reference: str
    status: str | None
    start: PartialDate | None
    subject: str | None = None
    practitioners: tuple[str, ...] = ()
    practitioner_names: tuple[str, ...] = ()
    description: str | None = None


@dataclass(frozen=True, slots=True)
class Document:
    """A DocumentReference: what kind of document, its title, its day. The content is not fetched."""

    reference: str
    status: str | None
    concept: Concept
    subject: str | None = None
    categories: tuple[Concept, ...] = ()
    title: str | None = None
    dated: PartialDate | None = None
    doc_status: str | None = None


@dataclass(frozen=True, slots=True)
class Procedure:
    """Something done (or `not-done`) for the person."""

    reference: str
    status: str | None
    concept: Concept
    subject: str | None = None
    performed: Period | None = None
    outcome: Concept = NOTHING_CODED
    notes: tuple[str, ...] = ()
    performers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Plan:
    """A CarePlan, Goal, Consent, ServiceRequest, DeviceUseStatement or DiagnosticReport (`kind` says which)."""

    reference: str
    kind: str
    status: str | None
    concepts: tuple[Concept, ...] = ()
    subject: str | None = None
    title: str | None = None
    period: Period | None = None
    dated: PartialDate | None = None
    intent: str | None = None
    authors: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Answer:
    """One answered item of a questionnaire: its link id, definition, and the answer as a value."""

    link_id: str | None
    definition: str | None
    text: str | None
    values: tuple[ObservationValue, ...] = ()


@dataclass(frozen=True, slots=True)
class QuestionnaireResponse:
    """A filled-in form, flattened to its answered items."""

    reference: str
    status: str | None
    questionnaire: str | None
    subject: str | None = None
    authored_on: PartialDate | None = None
    answers: tuple[Answer, ...] = ()


@dataclass(frozen=True, slots=True)
class CareTeam:
    """Who looks after the person, by reference, with what each is called."""

    reference: str
    status: str | None
    subject: str | None = None
    members: tuple[str, ...] = ()
    member_names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RecordedFact:
    """A person's word, entered in Sextant: evidence of the same rank as a resource, shown as "entered by".

    `taper` is the plan in numbers that came with a "taper_plan", if any. `number` is its place in the store (None until it
    is stored): what a withdrawal names.
    """

    patient: str
    concept: str
    value: str
    day: PartialDate
    entered_by: str
    entered_at: datetime
    note: str | None = None
    taper: TaperPlan | None = None
    number: int | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """A recorded fact taken back: by whom, and when. The fact stays in the store, and is no evidence any more."""

    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class FactEntry:
    """A recorded fact as it stands now: in force when `withdrawal` is None."""

    fact: RecordedFact
    withdrawal: Withdrawal | None = None
