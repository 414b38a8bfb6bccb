"""Care beside opioids: treatments of pain without them, bowel care, breathing aids, checks of falls and thinking, ...

Medicines count by ingredient and alone only (acetaminophen in an opioid tablet is no therapy of its own); procedures and orders
by code, and by the plain name of a therapy, because most claims carry codes that no table of ours holds.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

from app.domain.codes import RXNORM, Coding, Concept
from app.domain.feeds import Feed
from app.domain.medication import Dispense, Medication, Order, Statement
from app.rules.case import Case, once
from app.rules.evidence.admissible import PLAN_FEEDS, PROPOSED
from app.rules.evidence.found import Found, day_of, first_day_of, last_day_of
from app.rules.evidence.medicines import bounds_of, fill_covers, is_inpatient, is_within, length_in_days, order_covers
from app.rules.evidence.processes import day_of_plan, title_of
from app.terminology.drug_classes import drug_classes
from app.terminology.recognise import NotAnOpioid, recognise
from app.terminology.therapies import PAIN_THERAPIES, Therapy, therapies_coded, therapy_drugs_named

NOT_OPIOID_THERAPIES = (*sorted(PAIN_THERAPIES), "skeletal_muscle_relaxant")
"""What counts as treatment of pain without opioids."""
WEAK = frozenset({"advice", "education", "assessment", "titration"})
"""Talking about it, or measuring for it, is not yet the therapy; a referral counts."""
DONE = frozenset({"completed", "in-progress"})
ORDERED = frozenset({"active", "completed"})
RESULT = frozenset({"final", "amended", "corrected"})
_CLASS_THERAPIES = {
    "gabapentinoid": "gabapentinoid",
    "skeletal_muscle_relaxant": "skeletal_muscle_relaxant",
    "opioid_induced_constipation": "laxative",
}
_NAMES: Mapping[str, re.Pattern[str]] = {
    "physical_therapy": re.compile(r"\bphysical therap\w*|\bphysiotherap\w*|\boccupational therap\w*", re.IGNORECASE),
    "acupuncture": re.compile(r"\bacupuncture\b", re.IGNORECASE),
    "cbt_for_pain": re.compile(r"\bcognitive[ -]behaviou?r\w*|\bCBT\b"),
    "chiropractic_manipulation": re.compile(r"\bchiropract\w*", re.IGNORECASE),
    "exercise_therapy": re.compile(r"\bexercise (?:therap\w*|program\w*|class\w*)|\byoga\b|\btai chi\b", re.IGNORECASE),
    "massage": re.compile(r"\bmassage\b", re.IGNORECASE),
    "interdisciplinary_pain_program": re.compile(r"\bpain (?:rehabilitation|program)\w*", re.IGNORECASE),
    "cpap_therapy": re.compile(r"\b(?:cpap|bipap|positive airway pressure)\b", re.IGNORECASE),
    "bowel_advice": re.compile(
        r"\b(?:bowel|constipation)\b.{0,40}\b(?:plan|regimen|advice|program|protocol|education|counsel\w*)",
        re.IGNORECASE,
    ),
    "fall_risk_assessment": re.compile(r"\bfalls?\b.{0,15}\b(?:risk|screen\w*|assessment|prevention)", re.IGNORECASE),
    "cognitive_assessment": re.compile(
        r"\b(?:mini-?cog|moca|slums|mmse)\b|\bcognitive (?:screen\w*|assessment|test\w*)", re.IGNORECASE
    ),
}
_WEAK_NAMES = re.compile(r"\b(?:evaluation|assessment|education|titration|declin\w*|refus\w*)\b", re.IGNORECASE)
_WEIGHED = frozenset(_NAMES) - {"bowel_advice", "fall_risk_assessment", "cognitive_assessment"}
_ON_THE_SKIN = re.compile(
    r"\b(?:topical|transdermal|patch|cream|gel|ointment|lotion|roll-?on|medicated|external)\b", re.IGNORECASE
)
_EYE_OR_EAR = re.compile(r"\b(?:ophthalmic|eye|otic|ear)\b", re.IGNORECASE)
_BOWEL_PREPARATION = re.compile(
    r"\b(?:sodium (?:sulfate|bicarbonate|chloride)|potassium chloride|kit)\b", re.IGNORECASE
)
_ASPIRIN = re.compile(r"(\d+)\s*mg\b", re.IGNORECASE)
_ASPIRIN_FOR_PAIN = 300
"""mg: the daily tablet for the heart is 75 to 100, so a tablet of 300 or more is taken as a pain tablet."""


@dataclass(frozen=True, slots=True)
class Given:
    """One therapy. `found` names when it was begun or done; `last` is the last day on which it was in use."""

    concept: str
    subtype: str
    found: Found
    last: date | None

    @property
    def is_weak(self) -> bool:
        return self.subtype in WEAK


def therapies(case: Case, *concepts: str) -> tuple[Given, ...]:
    """Every trace of some therapies, newest use last; undated ones first."""
    wanted = (each for concept in concepts for each in _by_concept(case).get(concept, ()))
    return tuple(sorted(wanted, key=lambda each: (each.last or date.min, each.found.reference or "", each.concept)))


def newest_use(case: Case, found: Iterable[Given], within: int) -> Given | None:
    """The one used last, if that was within so many days."""
    used = [each for each in found if each.last and case.days_since(each.last) <= within]
    return max(used, key=lambda each: (each.last or date.min, each.found.reference or ""), default=None)


@once
def not_opioid_therapies(case: Case) -> tuple[Given, ...]:
    """Treatments of pain without opioids that were given, ordered or referred to."""
    return tuple(each for each in therapies(case, *NOT_OPIOID_THERAPIES) if not each.is_weak)


@once
def _by_concept(case: Case) -> Mapping[str, tuple[Given, ...]]:
    found: dict[str, list[Given]] = {}
    for each in (*_medicines(case), *_acts(case)):
        found.setdefault(each.concept, []).append(each)
    return {concept: tuple(dict.fromkeys(each)) for concept, each in found.items()}


# --- medicines -------------------------------------------------------------------------------------------------------


def _medicines(case: Case) -> Iterator[Given]:
    for order in case.record.orders:
        if not is_inpatient(order.category_codes):
            day, last = day_of(order.authored_on, case.as_of), _order_last(order, case.as_of)
            yield from _drug(order.medication, order.reference, day, last, Feed.MEDICATIONS)
    for fill in case.record.dispenses:
        if not is_inpatient(fill.category_codes):
            day = day_of(fill.handed_over_on or fill.prepared_on, case.as_of)
            yield from _drug(fill.medication, fill.reference, day, _fill_last(fill, case.as_of), Feed.DISPENSES)
    for said in case.record.statements:
        day = day_of(said.asserted_on or (said.effective.start if said.effective else None), case.as_of)
        yield from _drug(said.medication, said.reference, day, _said_last(said, case.as_of), Feed.MEDICATIONS)


def _order_last(order: Order, as_of: date) -> date | None:
    """The day of the review when the order covers it; else the last day it covered, else the day it was written."""
    if order_covers(order, as_of):
        return as_of
    start, end = bounds_of(order)
    if order.status in {"stopped", "cancelled"}:
        stopped = order.last_updated.date() if order.last_updated else start
        end = min(each for each in (end, stopped + timedelta(days=1)) if each) if stopped else end
    return min(end - timedelta(days=1), as_of) if end else start


def _fill_last(fill: Dispense, as_of: date) -> date | None:
    handed = fill.handed_over_on or fill.prepared_on
    length = length_in_days(fill.days_supply)
    if handed is None:
        return None
    if fill_covers(fill, as_of):
        return as_of
    return min(handed.day + timedelta(days=length - 1), as_of) if length else handed.day


def _said_last(said: Statement, as_of: date) -> date | None:
    if said.status == "active" and is_within(said, as_of):
        return as_of
    return last_day_of(said.effective, as_of) or day_of(said.asserted_on, as_of)


def _drug(medication: Medication, reference: str, day: date | None, last: date | None, feed: Feed) -> Iterator[Given]:
    for concept, subtype in _meanings(medication):
        yield Given(concept, subtype, Found(reference, day, medication.concept.label or concept, feed), last)


@lru_cache(maxsize=8192)
def _meanings(medication: Medication) -> tuple[tuple[str, str], ...]:
    """(concept, subtype) of a medication that is no opioid, by ingredient code, else by name, and by drug class."""
    if not isinstance(recognise(medication), NotAnOpioid):
        return ()
    concepts = [medication.concept, *(each.concept for each in medication.ingredients if each.is_active)]
    named = " / ".join(text for concept in concepts for text in _texts(concept))
    coded = [each for concept in concepts for each in therapies_coded(_only_rxnorm(concept))]
    drugs = coded or [each for concept in concepts for text in _texts(concept) for each in therapy_drugs_named(text)]
    fitting = [(each.concept, each.subtype) for each in drugs if _is_fitting(each, named)]
    classed = [
        _CLASS_THERAPIES[each.drug_class] for each in drug_classes(medication) if each.drug_class in _CLASS_THERAPIES
    ]
    return tuple(dict.fromkeys((*fitting, *((concept, "") for concept in classed))))


def _texts(concept: Concept) -> tuple[str, ...]:
    return tuple(text for text in (concept.text, *(each.display for each in concept.codings)) if text)


def _only_rxnorm(concept: Concept) -> Concept:
    return Concept(tuple(Coding(RXNORM, code) for code in concept.codes(RXNORM)))


def _is_fitting(drug: Therapy, name: str) -> bool:
    """Whether the form makes sense for the therapy: no eye drops, no bowel preparation, no daily aspirin for the heart."""
    if _EYE_OR_EAR.search(name):
        return False
    if drug.concept == "topical_analgesic":
        return bool(_ON_THE_SKIN.search(name))
    if drug.concept == "laxative":
        return not (_BOWEL_PREPARATION.search(name) or _ON_THE_SKIN.search(name))
    if drug.name == "aspirin":
        strength = _ASPIRIN.search(name)
        return strength is not None and int(strength[1]) >= _ASPIRIN_FOR_PAIN
    return True


# --- procedures, orders, devices, findings ----------------------------------------------------------------------------


def _acts(case: Case) -> Iterator[Given]:
    yield from _procedures(case)
    yield from _plans(case)
    yield from _documents(case)
    yield from _observations(case)
    yield from _diagnoses(case)


def _procedures(case: Case) -> Iterator[Given]:
    for each in case.record.procedures:
        if each.status in DONE:
            last = case.as_of if each.status == "in-progress" else last_day_of(each.performed, case.as_of)
            day = first_day_of(each.performed, case.as_of)
            yield from _act((each.concept,), Found(each.reference, day, "", Feed.PROCEDURES), last)


def _plans(case: Case) -> Iterator[Given]:
    """Orders and referrals, devices in use. What is only proposed does not count."""
    for each in case.record.plans:
        is_order = each.kind == "ServiceRequest" and each.status in ORDERED and each.intent not in PROPOSED
        is_device = each.kind == "DeviceUseStatement" and each.status == "active"
        if is_order or is_device:
            day = day_of_plan(each, case.as_of)
            titled = (Concept(text=each.title),) if each.title else ()
            found = Found(each.reference, day, "", PLAN_FEEDS.get(each.kind, Feed.CARE_PLANS))
            yield from _act((*each.concepts, *titled), found, case.as_of if is_device else day)


def _documents(case: Case) -> Iterator[Given]:
    for each in case.record.documents:
        if each.status in {"current", None}:
            day = day_of(each.dated, case.as_of)
            yield from _act((Concept(text=title_of(each)),), Found(each.reference, day, "", Feed.DOCUMENTS), day)


def _observations(case: Case) -> Iterator[Given]:
    for each in case.record.observations:
        if each.status in RESULT:
            day = day_of(each.effective or each.issued, case.as_of)
            yield from _coded(each.concept, Found(each.reference, day, "", Feed.PROCEDURES), day)


def _diagnoses(case: Case) -> Iterator[Given]:
    """Codes that stand where diagnoses do: counselling as the reason of a visit, dependence on a breathing aid."""
    for each in case.record.conditions:
        if each.clinical_status in {"active", None} or each.categories == ("encounter-diagnosis",):
            day = day_of(each.onset or each.recorded_on, case.as_of)
            yield from _coded(each.concept, Found(each.reference, day, "", Feed.CONDITIONS), day)
    for met in case.record.encounters:
        day = last_day_of(met.period, case.as_of)
        for concept in (*met.reasons, *met.types):
            yield from _coded(concept, Found(met.reference, day, "", Feed.ENCOUNTERS), day)


def _act(concepts: tuple[Concept, ...], found: Found, last: date | None) -> Iterator[Given]:
    for concept in concepts:
        known = tuple(_coded(concept, found, last))
        yield from known or _named(concept, found, last)


def _coded(concept: Concept, found: Found, last: date | None) -> Iterator[Given]:
    for each in therapies_coded(concept):
        if each.kind != "drug_ingredient":
            yield Given(each.concept, each.subtype, _called(found, concept.label or each.name), last)


def _named(concept: Concept, found: Found, last: date | None) -> Iterator[Given]:
    """By a therapy's plain name; a mere evaluation for it is weak."""
    name = " / ".join(dict.fromkeys(_texts(concept)))
    for therapy, pattern in _NAMES.items():
        if pattern.search(name):
            is_weak = therapy in _WEIGHED and bool(_WEAK_NAMES.search(name))
            yield Given(therapy, "assessment" if is_weak else "", _called(found, concept.label or therapy), last)


def _called(found: Found, name: str) -> Found:
    return Found(found.reference, found.day, name, found.feed)
