"""Steps of care that the chart shows as done: agreement, PDMP check, plans, counselling, by code or by title.

Codes are looked for in procedures, documents, consents, plans, reports, forms and observations; titles in documents, consents,
reports and forms. A person's word counts beside them.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date

from app.domain.chart import Document, Plan, RecordedFact
from app.domain.codes import Concept
from app.domain.feeds import Feed
from app.rules.case import Case, once
from app.rules.evidence.admissible import PLAN_FEEDS
from app.rules.evidence.found import Found, day_of, first_day_of, last_day_of
from app.rules.evidence.site_facts import shown
from app.rules.fact_words import brief_plan_words, words_of
from app.terminology.processes import processes_coded, processes_titled

DONE = frozenset({"completed"})
DOCUMENT = frozenset({"current", None})
RESULT = frozenset({"final", "amended", "corrected", "appended"})
PLAN_STATUSES: Mapping[str, frozenset[str | None]] = {
    "Consent": frozenset({"active"}),
    "CarePlan": frozenset({"active", "completed", "on-hold"}),
    "ServiceRequest": frozenset({"active", "completed"}),
    "Goal": frozenset({"active", "on-hold", "completed"}),
    "DiagnosticReport": frozenset(RESULT),
    "DeviceUseStatement": frozenset({"active", "completed"}),
}
_TITLED_PLANS = frozenset({"Consent", "DiagnosticReport"})
_ABOUT_THE_PAIN = re.compile(r"\b(?:pain|opioids?|pregnan\w*)\b", re.IGNORECASE)


def said(case: Case, concept: str) -> tuple[Found, ...]:
    """What people entered about one concept, and what the site's code map says that the chart shows of it."""
    return (*_entered(case, concept), *shown(case, concept))


def _entered(case: Case, concept: str) -> Iterator[Found]:
    return (
        Found(
            None,
            min(fact.day.day, case.as_of),
            _words(fact),
            None,
            fact.entered_by,
            fact.value,
        )
        for fact in case.record.facts
        if fact.concept == concept
    )


def _words(fact: RecordedFact) -> str:
    """What was entered, the numbers of a plan, and the note."""
    more = [*([brief_plan_words(fact.taper)] if fact.taper else []), *([fact.note] if fact.note else [])]
    return words_of(fact.concept, fact.value) + (f" ({'; '.join(more)})" if more else "")


def done(case: Case, process: str) -> tuple[Found, ...]:
    """Every trace of one process of the terminology ("treatment_agreement"), in no particular order."""
    return _by_process(case).get(process, ())


@once
def _by_process(case: Case) -> Mapping[str, tuple[Found, ...]]:
    found: dict[str, list[Found]] = {}
    for process, each in _traces(case):
        found.setdefault(process, []).append(each)
    return {process: tuple(dict.fromkeys(each)) for process, each in found.items()}


def _traces(case: Case) -> Iterator[tuple[str, Found]]:
    yield from _procedures(case)
    yield from _documents(case)
    yield from _plans(case)
    yield from _forms(case)
    yield from _observations(case)


def _procedures(case: Case) -> Iterator[tuple[str, Found]]:
    for each in case.record.procedures:
        if each.status in DONE:
            day = last_day_of(each.performed, case.as_of)
            yield from _coded(each.concept, each.reference, day, Feed.PROCEDURES)


def _documents(case: Case) -> Iterator[tuple[str, Found]]:
    for each in case.record.documents:
        if each.status in DOCUMENT:
            day = day_of(each.dated, case.as_of)
            yield from _coded(each.concept, each.reference, day, Feed.DOCUMENTS, title_of(each))
            yield from _titled(_titles(each), each.reference, day, Feed.DOCUMENTS)


def title_of(document: Document) -> str:
    """What a person would call the document."""
    return document.title or document.concept.label or "document"


def _titles(document: Document) -> tuple[str, ...]:
    """The title and the names of its type; a match in any of them counts, an exclusion in the title takes it back."""
    return tuple(text for text in (document.title, document.concept.text, *_displays(document.concept)) if text)


def _displays(concept: Concept) -> tuple[str, ...]:
    return tuple(each.display for each in concept.codings if each.display)


def _plans(case: Case) -> Iterator[tuple[str, Found]]:
    for each in case.record.plans:
        if each.status not in PLAN_STATUSES.get(each.kind, frozenset()):
            continue
        feed = PLAN_FEEDS.get(each.kind, Feed.CARE_PLANS)
        day = day_of_plan(each, case.as_of)
        for concept in each.concepts:
            yield from _coded(concept, each.reference, day, feed, each.title)
        if each.kind in _TITLED_PLANS:
            yield from _titled(_plan_titles(each), each.reference, day, feed)


def _plan_titles(plan: Plan) -> tuple[str, ...]:
    texts = (plan.title, *(text for concept in plan.concepts for text in (concept.text, *_displays(concept))))
    return tuple(text for text in texts if text)


def day_of_plan(plan: Plan, as_of: date) -> date | None:
    """The day a plan was made."""
    return day_of(plan.dated, as_of) or first_day_of(plan.period, as_of)


def _forms(case: Case) -> Iterator[tuple[str, Found]]:
    for each in case.record.questionnaire_responses:
        name = (each.questionnaire or "").rsplit("/", 1)[-1].split("|")[0].replace("-", " ").replace("_", " ")
        if name:
            yield from _titled((name,), each.reference, day_of(each.authored_on, case.as_of), Feed.SURVEYS)


def _observations(case: Case) -> Iterator[tuple[str, Found]]:
    for each in case.record.observations:
        if each.status in RESULT:
            day = day_of(each.effective or each.issued, case.as_of)
            yield from _coded(each.concept, each.reference, day, Feed.PROCEDURES)


def _coded(
    concept: Concept, reference: str, day: date | None, feed: Feed, title: str | None = None
) -> Iterator[tuple[str, Found]]:
    for code in processes_coded(concept):
        yield (
            code.process,
            Found(reference, day, title or concept.label or code.display, feed, fact_value=code.code.value),
        )


def _titled(titles: Iterable[str], reference: str, day: date | None, feed: Feed) -> Iterator[tuple[str, Found]]:
    """A process counts when a title matches it and the joined titles do not speak against it ("unsigned ...")."""
    texts = tuple(dict.fromkeys(titles))
    if not texts:
        return
    together = set(processes_titled(" / ".join(texts)))
    for text in texts:
        for process in processes_titled(text):
            if process in together:
                yield process, Found(reference, day, text, feed)


# --- the concepts that rules name -------------------------------------------------------------------------------------


@once
def agreements(case: Case) -> tuple[Found, ...]:
    """Signed agreements."""
    return (*done(case, "treatment_agreement"), *said(case, "agreement"))


@once
def pdmp_checks(case: Case) -> tuple[Found, ...]:
    """Reviews of the prescription monitoring record."""
    return (*done(case, "pdmp_check"), *said(case, "pdmp_check"))


@once
def benefit_risk_reviews(case: Case) -> tuple[Found, ...]:
    """Documented weighing of benefit and harm: a pain plan of care, pain control management, or a person's word."""
    plans = [each for each in done(case, "pain_treatment_plan") if not _is_goal(case, each)]
    managed = [each for each in done(case, "pain_management") if each.fact_value == "408957008"]
    return (*plans, *managed, *said(case, "benefit_risk_review"))


def _is_goal(case: Case, found: Found) -> bool:
    return found.reference is not None and found.reference.startswith("Goal/")


@once
def documented_plans(case: Case) -> tuple[Found, ...]:
    """A benefit-risk review, or an active care plan for pain, opioids or pregnancy, or a person's word."""
    return (*benefit_risk_reviews(case), *_care_plans(case), *said(case, "documented_plan"))


def _care_plans(case: Case) -> Iterator[Found]:
    for each in case.record.plans:
        if each.kind == "CarePlan" and each.status == "active":
            about = next((text for text in _plan_titles(each) if _ABOUT_THE_PAIN.search(text)), None)
            if about:
                yield Found(each.reference, day_of_plan(each, case.as_of), about, Feed.CARE_PLANS)


@once
def pain_consults(case: Case) -> tuple[Found, ...]:
    """Consultation with, or referral to, a pain specialist."""
    return (*done(case, "pain_specialist_referral"), *said(case, "pain_consult"))
