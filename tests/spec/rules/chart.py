"""Charts in a few words, for tables that a nurse can read. Days are counted back from the day of the review: `ago=400`.

`person(on_opioids(), udt(ago=400))` is a woman of 55 on long-term morphine whose last urine test is 400 days old, in an
EHR where every feed works. Nothing here is FHIR: these are the values that readers give to the rules.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import count
from typing import Any

from app.domain.chart import (
    Answer,
    Appointment,
    CareTeam,
    Condition,
    Document,
    Encounter,
    Observation,
    ObservationComponent,
    ObservationValue,
    Patient,
    Plan,
    Procedure,
    QuestionnaireResponse,
    RecordedFact,
)
from app.domain.codes import HCPCS, ICD10CM, LOINC, RXNORM, SNOMED, UCUM, Coding, Concept
from app.domain.dates import PartialDate, Period, on
from app.domain.feeds import Feed, Feeds, FeedState, FeedStatus
from app.domain.finding import Finding, Review
from app.domain.medication import (
    Dispense,
    Dosage,
    DoseAndRate,
    Medication,
    Order,
    Repeat,
    Statement,
    SupplyRequest,
    Timing,
)
from app.domain.quantities import Quantity
from app.domain.record import PatientRecord
from app.rules import Policy, review
from app.rules.pack import shipped_pack

DAY = date(2026, 3, 1)
WHO = "Patient/p1"
DOCTOR = "Practitioner/dr-lee"
_numbers = count(1)

Part = tuple[str, Any]
"""A field of the record and one row for it."""


def back(ago: int) -> date:
    """The day that lies so many days before the review (negative: after it)."""
    return DAY - timedelta(days=ago)


def _id(kind: str) -> str:
    return f"{kind}/{next(_numbers):07}"


def coded(system: str, code: str, text: str | None = None) -> Concept:
    """A concept of one coding."""
    return Concept((Coding(system, code, text),), text)


def snomed(code: str, text: str | None = None) -> Concept:
    return coded(SNOMED, code, text)


def loinc(code: str, text: str | None = None) -> Concept:
    return coded(LOINC, code, text)


def icd(code: str, text: str | None = None) -> Concept:
    return coded(ICD10CM, code, text)


def hcpcs(code: str, text: str | None = None) -> Concept:
    return coded(HCPCS, code, text)


# --- the person and the EHR ------------------------------------------------------------------------------------------

ALL_FEEDS = Feeds({feed: FeedState(FeedStatus.AVAILABLE) for feed in Feed if feed is not Feed.PDMP})
"""Everything is connected but the PDMP, as in most clinics."""


def person(
    *parts: Part | Iterable[Part],
    born: str | None = "1970-05-05",
    sex: str | None = "female",
    deceased: bool = False,
    gp: str | None = DOCTOR,
    **feeds: str,
) -> PatientRecord:
    """A chart. Feeds by name: `labs="failed"`, `pdmp="available"`."""
    patient = Patient(
        WHO,
        birth_date=on(date.fromisoformat(born)) if born else None,
        sex=sex,
        deceased=deceased,
        general_practitioners=(gp,) if gp else (),
    )
    record = PatientRecord(WHO, patient, feeds=with_feeds(ALL_FEEDS, **feeds))
    rows: dict[str, Any] = {}
    for name, row in _flat(parts):
        rows[name] = (*rows.get(name, ()), row)
    return replace(record, **rows)


def _flat(parts: Iterable[Part | Iterable[Part]]) -> Iterable[Part]:
    for part in parts:
        if isinstance(part, tuple) and len(part) == 2 and isinstance(part[0], str):
            yield part
        else:
            yield from _flat(part)


def with_feeds(feeds: Feeds, **states: str) -> Feeds:
    """Feeds with some changed, by name."""
    for name, status in states.items():
        feeds = feeds.with_state(Feed(name), FeedState(FeedStatus(status)))
    return feeds


# --- medicines -------------------------------------------------------------------------------------------------------


def medicine(rxcui: str, name: str) -> Medication:
    return Medication(coded(RXNORM, rxcui, name))


MORPHINE = medicine("892582", "morphine sulfate 15 MG Oral Tablet")
MORPHINE_ER = medicine("891888", "morphine sulfate 30 MG Extended Release Oral Tablet")
METHADONE = medicine("864706", "methadone hydrochloride 10 MG Oral Tablet")
SUBOXONE = medicine("1010604", "buprenorphine 8 MG / naloxone 2 MG Sublingual Film")
LORAZEPAM = medicine("197901", "lorazepam 1 MG Oral Tablet")
ZOLPIDEM = medicine("854873", "zolpidem tartrate 10 MG Oral Tablet")
GABAPENTIN = medicine("310431", "gabapentin 300 MG Oral Capsule")
CYCLOBENZAPRINE = medicine("828348", "cyclobenzaprine hydrochloride 10 MG Oral Tablet")
PHENOBARBITAL = medicine("312362", "phenobarbital 30 MG Oral Tablet")
NARCAN = medicine("1725059", "naloxone hydrochloride 40 MG/ML Nasal Spray")


def mg(amount: float | str | Decimal, times: int = 1, *, as_needed: bool = False) -> Dosage:
    """So many mg, so many times a day."""
    dose = DoseAndRate("ordered", Quantity(Decimal(str(amount)), "mg", UCUM, "mg"))
    every = Repeat(frequency=times, period=Quantity(Decimal(1)), period_unit="d")
    return Dosage(timing=Timing(every), as_needed=as_needed, doses=(dose,))


def order(
    what: Medication,
    *,
    ago: int = 10,
    days: int | None = 30,
    refills: int = 0,
    take: Dosage | None = None,
    status: str = "active",
    intent: str = "order",
    by: str = DOCTOR,
    ended_ago: int | None = None,
    category: tuple[str, ...] = ("community",),
    subject: str = WHO,
) -> Part:
    """A prescription written `ago` days ago for `days` days, with refills."""
    length = Quantity(Decimal(days), "days", UCUM, "d") if days is not None else None
    ended = back(ended_ago) if ended_ago is not None else None
    row = Order(
        _id("MedicationRequest"),
        status,
        intent,
        what,
        subject,
        category,
        authored_on=on(back(ago)),
        requester=by,
        dosages=(take,) if take else (),
        supply=SupplyRequest(days_supply=length, repeats=refills or None),
        last_updated=datetime(ended.year, ended.month, ended.day, 12, tzinfo=UTC) if ended else None,
    )
    return "orders", row


def on_opioids(mme: float | str = 30, *, since: int = 100, of: Medication = MORPHINE) -> Part:
    """Steady therapy: prescribed `since` days ago and refilled until well after the review."""
    return order(of, ago=since, days=30, refills=11 + since // 30, take=mg(mme))


def short_course(mme: float | str = 30, *, ago: int = 3, days: int = 7) -> Part:
    """An opioid for a few days."""
    return order(MORPHINE, ago=ago, days=days, take=mg(mme))


def unreadable_opioid(*, ago: int = 10) -> Part:
    """An opioid whose directions say nothing that can be computed."""
    return order(MORPHINE, ago=ago, days=None, take=Dosage(text="as directed"))


def fill(
    what: Medication,
    *,
    ago: int = 10,
    days: int | None = 30,
    status: str = "completed",
    pdmp: bool = False,
    **more: Any,
) -> Part:
    """A dispense handed over `ago` days ago."""
    length = Quantity(Decimal(days), "days", UCUM, "d") if days is not None else None
    row = Dispense(
        _id("MedicationDispense"),
        status,
        what,
        WHO,
        days_supply=length,
        handed_over_on=on(back(ago)),
        is_pdmp=pdmp,
        **more,
    )
    return "dispenses", row


def takes(what: Medication, *, since: int = 30, status: str = "active") -> Part:
    """A line on the medication list: the person says so."""
    row = Statement(_id("MedicationStatement"), status, what, WHO, effective=Period(on(back(since))))
    return "statements", row


# --- questionnaires and laboratory -----------------------------------------------------------------------------------


def seen(
    what: Concept,
    value: ObservationValue,
    *,
    ago: int,
    status: str = "final",
    subject: str = WHO,
    parts: tuple[ObservationComponent, ...] = (),
    **more: Any,
) -> Part:
    """An observation."""
    row = Observation(
        _id("Observation"), status, what, value, subject, effective=on(back(ago)), components=parts, **more
    )
    return "observations", row


def number(value: float | str | Decimal) -> ObservationValue:
    return ObservationValue(quantity=Quantity(Decimal(str(value))))


def text(value: str) -> ObservationValue:
    return ObservationValue(text=value)


PEG_MEAN, PEG_PAIN, PEG_ENJOYMENT, PEG_ACTIVITY = "91147-9", "75893-8", "91145-3", "91146-1"


def peg(pain: float | str, enjoyment: float | str, activity: float | str, *, ago: int) -> tuple[Part, ...]:
    """All three items, as observations."""
    items = ((PEG_PAIN, pain), (PEG_ENJOYMENT, enjoyment), (PEG_ACTIVITY, activity))
    return tuple(seen(loinc(code), number(value), ago=ago) for code, value in items)


def peg_mean(value: float | str, *, ago: int) -> Part:
    """Only the total is recorded."""
    return seen(loinc(PEG_MEAN), number(value), ago=ago)


def form(answers: dict[str, float], *, ago: int, status: str = "completed") -> Part:
    """A filled-in form: LOINC of the item → answer."""
    rows = tuple(
        Answer(f"/{code}", None, None, (ObservationValue(number=Decimal(str(value))),))
        for code, value in answers.items()
    )
    return (
        "questionnaire_responses",
        QuestionnaireResponse(_id("QuestionnaireResponse"), status, None, WHO, on(back(ago)), rows),
    )


def udt(*, ago: int, code: str = "19295-5", result: str = "negative", status: str = "final", **more: Any) -> Part:
    """A urine drug screen (opiates, unless another code is given)."""
    return seen(loinc(code), text(result), ago=ago, status=status, **more)


# --- the rest of the chart -------------------------------------------------------------------------------------------


def has(
    what: Concept,
    *,
    ago: int = 1000,
    status: str | None = "active",
    verified: str | None = "confirmed",
    category: tuple[str, ...] = ("problem-list-item",),
    **more: Any,
) -> Part:
    """A condition."""
    row = Condition(_id("Condition"), what, WHO, status, verified, category, onset=on(back(ago)), **more)
    return "conditions", row


OUD = icd("F11.20", "Opioid dependence, uncomplicated")
COPD = icd("J44.9", "COPD")
SLEEP_APNEA = icd("G47.33", "Obstructive sleep apnea")
DEPRESSION = icd("F33.1", "Major depressive disorder, recurrent, moderate")
LUNG_CANCER = icd("C34.90", "Malignant neoplasm of bronchus or lung")
SICKLE_CELL = icd("D57.1", "Sickle-cell disease without crisis")
SICKLE_TRAIT = icd("D57.3", "Sickle-cell trait")


def procedure(code: str, *, ago: int, status: str = "completed", name: str | None = None) -> Part:
    """A SNOMED-coded procedure."""
    row = Procedure(_id("Procedure"), status, snomed(code, name), WHO, Period(on(back(ago)), on(back(ago))))
    return "procedures", row


PDMP_REVIEW, PAIN_MANAGEMENT, PAIN_REFERRAL = "461621000124108", "408957008", "306265007"


def pdmp_review(*, ago: int, status: str = "completed") -> Part:
    return procedure(PDMP_REVIEW, ago=ago, status=status, name="Review of PDMP record")


def benefit_risk_review(*, ago: int) -> Part:
    return procedure(PAIN_MANAGEMENT, ago=ago, name="Chronic pain control management")


def document(title: str, *, ago: int, code: str | None = None, status: str = "current", **more: Any) -> Part:
    """A document by its title, or by a LOINC type."""
    what = loinc(code) if code else Concept()
    return "documents", Document(_id("DocumentReference"), status, what, WHO, title=title, dated=on(back(ago)), **more)


def agreement(*, ago: int) -> Part:
    """A signed agreement on file."""
    return document("Opioid treatment agreement", ago=ago, code="94136-9")


def plan(kind: str, title: str, *, ago: int, status: str = "active", what: Concept | None = None) -> Part:
    """A CarePlan, Goal, Consent or ServiceRequest."""
    row = Plan(_id(kind), kind, status, (what,) if what else (), WHO, title, dated=on(back(ago)))
    return "plans", row


def visit(*, ago: int, kind: str = "AMB", status: str = "finished", **more: Any) -> Part:
    """An encounter."""
    row = Encounter(
        _id("Encounter"),
        status,
        kind,
        WHO,
        period=Period(on(back(ago)), on(back(ago))),
        participants=more.pop("participants", (DOCTOR,)),
        **more,
    )
    return "encounters", row


def booked(*, in_days: int, status: str = "booked", practitioners: tuple[str, ...] = (DOCTOR,)) -> Part:
    """An appointment to come."""
    return "appointments", Appointment(_id("Appointment"), status, on(back(-in_days)), WHO, practitioners)


def care_team(*members: str) -> Part:
    return "care_teams", CareTeam(_id("CareTeam"), "active", WHO, members)


def entered(concept: str, value: str, *, ago: int = 0, by: str = "Nurse Kim") -> Part:
    """A person's word."""
    day = back(ago)
    at = datetime(day.year, day.month, day.day, 9, tzinfo=UTC)
    return "facts", RecordedFact(WHO, concept, value, on(day), by, at)


def year(text: str) -> PartialDate:
    """A year without month and day."""
    return PartialDate(text, "year", date(int(text), 1, 1), date(int(text), 12, 31))


# --- the examples ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Example:
    """One line of a table: who, the chart, the status expected, and words that the reason must hold."""

    who: str
    chart: PatientRecord
    status: str
    because: str
    pack: str = "us-default-2026"

    def __str__(self) -> str:
        return self.who


def policy(pack: str = "us-default-2026") -> Policy:
    return shipped_pack(pack)


def reviewed(chart: PatientRecord, pack: str = "us-default-2026", *, with_drafts: bool = False) -> Review:
    """The whole review on the day."""
    return review(chart, policy(pack), DAY, with_drafts=with_drafts)


def found(rule: str, chart: PatientRecord, pack: str = "us-default-2026") -> Finding:
    """The finding of one rule on the day."""
    finding = reviewed(chart, pack).finding(rule)
    assert finding is not None, f"{rule} gave no finding"
    return finding


def check(rule: str, example: Example) -> None:
    """The example's status and reason are what the rule says."""
    finding = found(rule, example.chart, example.pack)
    assert (finding.status.value, finding.reason) == (example.status, finding.reason), finding.reason
    assert example.because.lower() in finding.reason.lower(), finding.reason


# --- scores by their totals ------------------------------------------------------------------------------------------

PHQ9, PHQ2, PHQ4, GAD7, PTSD5, ORT, AUDIT_C = (
    "44261-6",
    "55758-7",
    "70272-0",
    "70274-6",
    "102017-1",
    "91392-1",
    "75626-2",
)
PHQ9_ITEMS = ("44250-9", "44255-8", "44259-0", "44254-1", "44251-7", "44258-2", "44252-5", "44253-3", "44260-8")
PHQ9_ITEM9 = PHQ9_ITEMS[-1]


def total(code: str, points: float | str, *, ago: int, **more: Any) -> Part:
    """The total of one questionnaire."""
    return seen(loinc(code), number(points), ago=ago, **more)


def phq9(*answers: int, ago: int) -> Part:
    """All nine answers as a form."""
    return form(dict(zip(PHQ9_ITEMS, answers, strict=True)), ago=ago)
