"""Charts that no clinic would keep: anything beside anything, odd dates, odd statuses, feeds that are down."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from random import Random

from app.domain.chart import ObservationValue, Procedure
from app.domain.codes import Concept
from app.domain.dates import Period, on
from app.domain.feeds import Feed, FeedStatus
from app.domain.medication import Dosage, Medication
from app.domain.record import PatientRecord
from app.rules.facts import CONCEPTS
from tests.spec.rules import chart as clinic
from tests.spec.rules.chart import Part


def words(text: str) -> list[str]:
    """Words apart."""
    return text.split()


MEDICINES = (
    clinic.MORPHINE,
    clinic.MORPHINE_ER,
    clinic.METHADONE,
    clinic.SUBOXONE,
    clinic.LORAZEPAM,
    clinic.ZOLPIDEM,
    clinic.GABAPENTIN,
    clinic.CYCLOBENZAPRINE,
    clinic.NARCAN,
    clinic.medicine("856999", "acetaminophen 325 MG / hydrocodone bitartrate 10 MG Oral Tablet"),
    clinic.medicine("197696", "72 HR fentanyl 0.075 MG/HR Transdermal System"),
    Medication(Concept(text="ibuprofen 600 MG Oral Tablet")),
    Medication(Concept(text="senna 8.6 MG Oral Tablet")),
    Medication(Concept(text="oxycodone")),
    Medication(Concept(text="pain medicine")),
    Medication(),
)
CONDITIONS = tuple(
    clinic.icd(code, code)
    for code in words(
        "F11.20 F11.21 F11.90 F10.20 F33.1 F43.10 F41.1 G47.33 J44.9 K74.60 N18.4 C34.90 C34.91 D57.1 D57.3 Z51.5 "
        "Z66 Z79.891 Z33.1 T40.2X1A T42.4X1A R45.851 I10 O80 Z85.118 K70.30"
    )
)
CODES = words(
    "91147-9 75893-8 91145-3 91146-1 55758-7 44261-6 44260-8 70272-0 70274-6 102017-1 102011-4 91392-1 75626-2 82667-7 68518-0 "
    "19295-5 58430-0 14314-9 14315-6 13648-1 19643-6 2161-8 2756-5 2965-2 98979-8 33914-3 82810-3 2106-3 6301-6 8632-2"
)
PROCEDURES = words(
    "461621000124108 408957008 306265007 874903005 460831000124102 454281000124100 225337009 385763009 103735009 310627008"
)
TITLES = (
    "Opioid treatment agreement",
    "PDMP report",
    "Urine drug screen",
    "Pain plan",
    "unsigned agreement",
    "Photo",
    "",
)
PLANS = ("CarePlan", "Goal", "Consent", "ServiceRequest", "DiagnosticReport", "DeviceUseStatement")
STATUSES = ("active", "completed", "stopped", "cancelled", "on-hold", "draft", "entered-in-error", "unknown", None)
RESULTS = ("final", "preliminary", "amended", "corrected", "cancelled", "entered-in-error", "registered")
TEXTS = ("positive", "NEGATIVE", "Detected", "none detected", "see note", "3", "<5", "about 4", "")


def random_chart(chance: Random) -> PatientRecord:
    """One chart: up to 25 rows of any kind, any day from three years back to two months ahead."""
    parts = [chance.choice(MAKERS)(chance) for _ in range(chance.randrange(26))]
    if chance.random() < 0.6:
        parts.append(clinic.on_opioids(chance.choice((15, 45, 50, 89, 90, 200)), since=chance.randrange(20, 400)))
    chart = clinic.person(
        *parts,
        born=chance.choice(("1950-03-01", "1970-05-05", "1990-02-28", "2008-03-01", "2012-01-01", None)),
        sex=chance.choice(("female", "male", "other", None)),
        deceased=chance.random() < 0.02,
        gp=chance.choice((clinic.DOCTOR, None)),
    )
    return replace(chart, feeds=clinic.with_feeds(chart.feeds, **_feeds(chance)))


def _feeds(chance: Random) -> dict[str, str]:
    """Mostly all there; sometimes some are not."""
    if chance.random() < 0.5:
        return {}
    return {feed.value: chance.choice(list(FeedStatus)).value for feed in Feed if chance.random() < 0.3}


def _ago(chance: Random) -> int:
    return chance.choice((chance.randrange(-60, 60), chance.randrange(0, 400), chance.randrange(0, 1100)))


def _order(chance: Random) -> Part:
    take = chance.choice(
        (clinic.mg(chance.choice((5, 15, 30)), chance.randrange(1, 5)), Dosage(text="as directed"), None)
    )
    days = chance.choice((None, 1, 3, 7, 27, 28, 30, 90))
    status, by = chance.choice(STATUSES), chance.choice(("Practitioner/a", "Practitioner/b", clinic.DOCTOR))
    ended = _ago(chance) if chance.random() < 0.3 else None
    refills, category = chance.randrange(4), chance.choice((("community",), ("inpatient",), ()))
    return clinic.order(
        chance.choice(MEDICINES),
        ago=_ago(chance),
        days=days,
        refills=refills,
        take=take,
        status=status or "unknown",
        by=by,
        ended_ago=ended,
        category=category,
    )


def _fill(chance: Random) -> Part:
    days = chance.choice((None, 5, 28, 30, 90))
    return clinic.fill(chance.choice(MEDICINES), ago=_ago(chance), days=days, pdmp=chance.random() < 0.2)


def _value(chance: Random) -> ObservationValue:
    yes = clinic.snomed(chance.choice(("77386006", "60001007", "260373001", "260415000")))
    return chance.choice(
        (
            clinic.number(chance.choice(("0", "1", "3", "7.5", "12", "20", "35", "59", "61", "140"))),
            clinic.text(chance.choice(TEXTS)),
            ObservationValue(concept=yes),
            ObservationValue(absent_reason="unknown"),
            ObservationValue(is_true=chance.random() < 0.5),
        )
    )


def _observation(chance: Random) -> Part:
    code = chance.choice(CODES)
    return clinic.seen(clinic.loinc(code), _value(chance), ago=_ago(chance), status=chance.choice(RESULTS))


def _condition(chance: Random) -> Part:
    return clinic.has(
        chance.choice(CONDITIONS),
        ago=_ago(chance),
        status=chance.choice(("active", "resolved", "remission", "inactive", None)),
        verified=chance.choice(("confirmed", "provisional", "refuted", "entered-in-error", None)),
        category=chance.choice((("problem-list-item",), ("encounter-diagnosis",), ())),
    )


def _procedure(chance: Random) -> Part:
    performed = chance.choice((Period(on(clinic.back(_ago(chance)))), Period(), None))
    code = clinic.snomed(chance.choice(PROCEDURES))
    number = chance.randrange(10**9)
    return "procedures", Procedure(f"Procedure/{number}", chance.choice(STATUSES), code, clinic.WHO, performed)


def _document(chance: Random) -> Part:
    return clinic.document(chance.choice(TITLES), ago=_ago(chance), status=chance.choice(("current", "superseded")))


def _plan(chance: Random) -> Part:
    kind, title = chance.choice(PLANS), chance.choice(("Pain care", "Taper plan", "Walk more", "CPAP", *TITLES))
    return clinic.plan(kind, title, ago=_ago(chance), status=chance.choice(STATUSES) or "active")


def _visit(chance: Random) -> Part:
    kind, status = chance.choice(("AMB", "VR", "EMER", "IMP", "")), chance.choice(("finished", "planned", "cancelled"))
    return clinic.visit(ago=_ago(chance), kind=kind, status=status)


def _booked(chance: Random) -> Part:
    return clinic.booked(in_days=chance.randrange(-30, 120), status=chance.choice(("booked", "noshow", "cancelled")))


def _fact(chance: Random) -> Part:
    concept = chance.choice(list(CONCEPTS))
    value = chance.choice(CONCEPTS[concept] or ("0", "3", "8"))
    return clinic.entered(concept, value, ago=_ago(chance))


def _said(chance: Random) -> Part:
    return clinic.takes(chance.choice(MEDICINES), since=_ago(chance), status=chance.choice(("active", "stopped")))


MAKERS: Sequence[Callable[[Random], Part]] = (
    _order,
    _order,
    _order,
    _fill,
    _fill,
    _observation,
    _observation,
    _observation,
    _condition,
    _condition,
    _procedure,
    _document,
    _plan,
    _visit,
    _booked,
    _fact,
    _said,
)
DAY: date = clinic.DAY
