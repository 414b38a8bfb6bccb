"""What may count as evidence on a day: this person's, not entered in error, not from the future, and really read.

Rows of a feed that failed, was not granted or is not offered are left out: the page of that chart would not have them.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime
from typing import Protocol, TypeVar

from app.domain.chart import Document, Encounter, Observation, Plan, QuestionnaireResponse, RecordedFact
from app.domain.dates import PartialDate
from app.domain.feeds import Feed, FeedStatus
from app.domain.medication import Dispense, Order, Statement
from app.domain.record import PatientRecord

NEVER = frozenset({"entered-in-error", "cancelled", "noshow", "nullified"})
DRAFT = frozenset({"draft"})
PROPOSED = frozenset({"proposal", "option"})
NOT_GIVEN_OUT = frozenset({"declined", "preparation", "on-hold"})
NEEDS_HAND_OVER = frozenset({"in-progress", "stopped"})
READ = frozenset({FeedStatus.AVAILABLE, FeedStatus.PARTIAL})
PLAN_FEEDS = {"DiagnosticReport": Feed.LABS}


class Row(Protocol):
    """What all chart rows have."""

    @property
    def reference(self) -> str: ...

    @property
    def subject(self) -> str | None: ...


R = TypeVar("R", bound=Row)


def admissible(record: PatientRecord, as_of: date, *, with_drafts: bool = False) -> PatientRecord:
    """The record with only what may be believed on `as_of`. Appointments keep their future."""
    return replace(
        record,
        orders=tuple(
            each for each in _rows(record, Feed.MEDICATIONS, record.orders) if _is_order(each, as_of, with_drafts)
        ),
        dispenses=tuple(each for each in _of(record, fills_read(record)) if _is_fill(each, as_of)),
        statements=tuple(each for each in _rows(record, Feed.MEDICATIONS, record.statements) if _is_said(each, as_of)),
        observations=tuple(each for each in _of(record, record.observations) if _is_seen(each, as_of)),
        questionnaire_responses=tuple(
            each for each in _rows(record, Feed.SURVEYS, record.questionnaire_responses) if _is_filled_in(each, as_of)
        ),
        conditions=tuple(
            each
            for each in _rows(record, Feed.CONDITIONS, record.conditions)
            if each.verification_status not in {"entered-in-error", "refuted"}
            and not _is_future(each.onset or each.recorded_on, as_of)
        ),
        encounters=tuple(each for each in _rows(record, Feed.ENCOUNTERS, record.encounters) if _is_met(each, as_of)),
        appointments=tuple(
            each for each in _rows(record, Feed.APPOINTMENTS, record.appointments) if each.status not in NEVER
        ),
        documents=tuple(each for each in _rows(record, Feed.DOCUMENTS, record.documents) if _is_filed(each, as_of)),
        procedures=tuple(
            each
            for each in _rows(record, Feed.PROCEDURES, record.procedures)
            if each.status not in NEVER and not (each.performed and _is_future(each.performed.start, as_of))
        ),
        plans=tuple(each for each in _of(record, record.plans) if _is_planned(record, each, as_of)),
        care_teams=tuple(each for each in _of(record, record.care_teams) if each.status not in NEVER),
        facts=tuple(sorted((each for each in record.facts if each.day.earliest <= as_of), key=_fact_order)),
    )


def as_read(record: PatientRecord) -> PatientRecord:
    """The record without medicines of feeds that gave none: what the dose engine is given."""
    has_orders = is_read(record, Feed.MEDICATIONS)
    return replace(
        record,
        orders=record.orders if has_orders else (),
        statements=record.statements if has_orders else (),
        dispenses=fills_read(record),
    )


def fills_read(record: PatientRecord) -> tuple[Dispense, ...]:
    """Fills of the EHR and fills that a PDMP reports, each by its own feed."""
    read = {is_pdmp: is_read(record, Feed.PDMP if is_pdmp else Feed.DISPENSES) for is_pdmp in (False, True)}
    return tuple(each for each in record.dispenses if read[each.is_pdmp])


def is_read(record: PatientRecord, feed: Feed) -> bool:
    """True when the feed gave rows, all or some."""
    return record.feeds.of(feed).status in READ


def _rows(record: PatientRecord, feed: Feed, rows: tuple[R, ...]) -> Iterable[R]:
    return _of(record, rows) if is_read(record, feed) else ()


def _of(record: PatientRecord, rows: tuple[R, ...]) -> Iterable[R]:
    """Rows about this person; a row that names nobody belongs to the record that it came in. Sorted, so that the order in
    which a chart was sent never changes a word."""
    own = (row for row in rows if row.subject is None or record.reference is None or row.subject == record.reference)
    return sorted(own, key=lambda row: row.reference)


def _fact_order(fact: RecordedFact) -> tuple[date, datetime, str, str, str]:
    return fact.day.day, fact.entered_at, fact.concept, fact.value, fact.entered_by


def _is_future(when: PartialDate | None, as_of: date) -> bool:
    return when is not None and when.earliest > as_of


def _is_order(order: Order, as_of: date, with_drafts: bool) -> bool:
    """A cancelled order may have been supplied before it was cancelled."""
    is_never = order.status in NEVER - {"cancelled"}
    if is_never or order.do_not_perform or _is_future(order.authored_on, as_of):
        return False
    return with_drafts or not (order.status in DRAFT or order.intent in PROPOSED)


def _is_fill(fill: Dispense, as_of: date) -> bool:
    handed = fill.handed_over_on or fill.prepared_on
    is_unsure = fill.status in NEEDS_HAND_OVER and fill.handed_over_on is None
    return fill.status not in NEVER | NOT_GIVEN_OUT and not is_unsure and not _is_future(handed, as_of)


def _is_said(statement: Statement, as_of: date) -> bool:
    start = statement.effective.start if statement.effective else statement.asserted_on
    return statement.status not in NEVER | {"not-taken"} and not _is_future(start, as_of)


def _is_seen(seen: Observation, as_of: date) -> bool:
    return seen.status not in NEVER and not _is_future(seen.effective or seen.issued, as_of)


def _is_filled_in(form: QuestionnaireResponse, as_of: date) -> bool:
    return form.status in {"completed", "amended"} and not _is_future(form.authored_on, as_of)


def _is_met(encounter: Encounter, as_of: date) -> bool:
    start = encounter.period.start if encounter.period else None
    return encounter.status not in NEVER | {"planned"} and not _is_future(start, as_of)


def _is_filed(document: Document, as_of: date) -> bool:
    is_final = document.doc_status not in {"preliminary", "entered-in-error"}
    return document.status not in NEVER and is_final and not _is_future(document.dated, as_of)


def _is_planned(record: PatientRecord, plan: Plan, as_of: date) -> bool:
    """Orders for what is to come are dated when they were made; a goal's target may lie ahead."""
    if plan.status in NEVER or not is_read(record, PLAN_FEEDS.get(plan.kind, Feed.CARE_PLANS)):
        return False
    made = plan.dated or (plan.period.start if plan.period else None)
    return plan.kind == "Goal" or not _is_future(made, as_of)
