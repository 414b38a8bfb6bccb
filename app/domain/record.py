"""PatientRecord: everything that was read of one person, together with what could not be read, and why."""

from dataclasses import dataclass, field

from app.domain.chart import (
    Appointment,
    CareTeam,
    Condition,
    Document,
    Encounter,
    Observation,
    Patient,
    Plan,
    Procedure,
    QuestionnaireResponse,
    RecordedFact,
)
from app.domain.feeds import Feeds
from app.domain.flag import ChartFlag
from app.domain.medication import Dispense, Order, Statement


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A resource that was there and could not be read. `hint` is whatever name it gave itself (a medicine's text),
    so that an opioid among them is still seen; it is shown on the page and never logged. `in_part`: only elements of it
    were lost, the rest counts."""

    reference: str
    resource_type: str
    reason: str
    hint: str | None = None
    in_part: bool = False


@dataclass(frozen=True, slots=True)
class PatientRecord:
    """One person's chart as read. `reference` is "Patient/id", or None for a file whose records name no subject."""

    reference: str | None
    patient: Patient | None = None
    orders: tuple[Order, ...] = ()
    dispenses: tuple[Dispense, ...] = ()
    statements: tuple[Statement, ...] = ()
    observations: tuple[Observation, ...] = ()
    questionnaire_responses: tuple[QuestionnaireResponse, ...] = ()
    conditions: tuple[Condition, ...] = ()
    encounters: tuple[Encounter, ...] = ()
    appointments: tuple[Appointment, ...] = ()
    documents: tuple[Document, ...] = ()
    procedures: tuple[Procedure, ...] = ()
    plans: tuple[Plan, ...] = ()
    care_teams: tuple[CareTeam, ...] = ()
    flags: tuple[ChartFlag, ...] = ()
    facts: tuple[RecordedFact, ...] = ()
    feeds: Feeds = field(default_factory=Feeds)
    unreadable: tuple[Unreadable, ...] = ()
