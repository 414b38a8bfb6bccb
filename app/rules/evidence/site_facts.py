"""What the site's code map says that the chart shows: local codes and names that stand for a fact, in whatever row they are.

Same rank and same shape as a person's word, with the resource as its reference. Rows count as they would for a standard code:
results that are final, procedures that were completed, documents that are current, plans that are under way or done.
"""

from collections.abc import Iterator, Mapping
from datetime import date

from app.domain.chart import ObservationValue
from app.domain.codes import Concept
from app.domain.feeds import Feed
from app.rules.case import Case, once
from app.rules.evidence.admissible import PLAN_FEEDS
from app.rules.evidence.answers import number_in
from app.rules.evidence.found import Found, day_of, first_day_of, last_day_of
from app.rules.facts import CONCEPTS, NUMBER
from app.rules.site_codes import FACT

RESULT = frozenset({"final", "amended", "corrected", "appended"})
PLANNED = RESULT | {"active", "completed", "on-hold", "accepted", "in-progress"}
HAPPENED = frozenset({"finished", "arrived", "triaged", "in-progress", "onleave"})
NO_VALUE = ObservationValue()


def shown(case: Case, concept: str) -> tuple[Found, ...]:
    """The rows that stand for one fact; empty where the site has no map."""
    return _by_concept(case).get(concept, ()) if case.policy.codes else ()


@once
def _by_concept(case: Case) -> Mapping[str, tuple[Found, ...]]:
    found: dict[str, tuple[Found, ...]] = {}
    for code, value, row in (*_results(case), *_answers(case), *_acts(case), *_documents(case), *_listed(case)):
        concept, _, stated = code.partition("=")
        fact = _as_fact(concept, stated, value, row)
        if fact:
            found[concept] = (*found.get(concept, ()), fact)
    return found


def _as_fact(concept: str, stated: str, value: ObservationValue, row: Found) -> Found | None:
    """A number is the chart's own, and only a whole one is one."""
    if CONCEPTS[concept] is not NUMBER:
        return Found(row.reference, row.day, row.value, row.feed, fact_value=stated)
    number = number_in(value)
    if number is None or number != int(number) or number < 0:
        return None
    return Found(row.reference, row.day, f"{row.value} {int(number)}", row.feed, fact_value=str(int(number)))


Row = tuple[str, ObservationValue, Found]
"""The code under the fact system, a value where the row has one, and the row as evidence."""


def _codes(concept: Concept) -> tuple[str, ...]:
    return concept.codes(FACT)


def _rows(concept: Concept, reference: str, day: date | None, feed: Feed, value: ObservationValue) -> Iterator[Row]:
    for code in _codes(concept):
        name = concept.label or code.partition("=")[0].replace("_", " ")
        yield code, value, Found(reference, day, name, feed)


def _results(case: Case) -> Iterator[Row]:
    for each in case.record.observations:
        if each.status in RESULT:
            day = day_of(each.effective or each.issued, case.as_of)
            yield from _rows(each.concept, each.reference, day, Feed.SURVEYS, each.value)
            for part in each.components:
                yield from _rows(part.concept, each.reference, day, Feed.SURVEYS, part.value)


def _answers(case: Case) -> Iterator[Row]:
    for form in case.record.questionnaire_responses:
        day = day_of(form.authored_on, case.as_of)
        for answer in form.answers:
            system, _, code = (answer.definition or "").partition("/")
            if system == FACT:
                name = answer.text or answer.link_id or code
                value = answer.values[0] if answer.values else NO_VALUE
                yield code, value, Found(form.reference, day, name, Feed.SURVEYS)


def _acts(case: Case) -> Iterator[Row]:
    for each in case.record.procedures:
        if each.status == "completed":
            day = last_day_of(each.performed, case.as_of)
            yield from _rows(each.concept, each.reference, day, Feed.PROCEDURES, NO_VALUE)
    for met in case.record.encounters:
        if met.status in HAPPENED:
            for kind in met.types:
                yield from _rows(kind, met.reference, first_day_of(met.period, case.as_of), Feed.ENCOUNTERS, NO_VALUE)


def _documents(case: Case) -> Iterator[Row]:
    """By the type of document, or by its title."""
    for each in case.record.documents:
        titled = Concept(case.policy.codes.meaning(Concept(text=each.title)))
        codes = dict.fromkeys((*_codes(each.concept), *_codes(titled)))
        if each.status in {"current", None}:
            name = each.title or each.concept.label or "document"
            day = day_of(each.dated, case.as_of)
            for code in codes:
                yield code, NO_VALUE, Found(each.reference, day, name, Feed.DOCUMENTS)


def _listed(case: Case) -> Iterator[Row]:
    for each in case.record.plans:
        day = day_of(each.dated, case.as_of) or first_day_of(each.period, case.as_of)
        titled = Concept(case.policy.codes.meaning(Concept(text=each.title)), each.title)
        if each.status in PLANNED:
            for concept in dict.fromkeys((*each.concepts, titled)):
                yield from _rows(concept, each.reference, day, PLAN_FEEDS.get(each.kind, Feed.CARE_PLANS), NO_VALUE)
    for listed in case.record.conditions:
        if listed.clinical_status in {"active", None}:
            day = day_of(listed.onset or listed.recorded_on, case.as_of)
            yield from _rows(listed.concept, listed.reference, day, Feed.CONDITIONS, NO_VALUE)
