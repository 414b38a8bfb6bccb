"""Questionnaire scores by day: from observations (a total, components, members, single items) or from filled-in forms.

One form a day and instrument: a form and the observations made from it are never both counted. A day on which an item is
missing and no total is stated gives an incomplete score, which is unknown, not low. PEG totals that a site stores as sums
(0 to 30) are converted to the mean, and say so.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from functools import lru_cache

from app.domain.chart import Observation, ObservationValue, QuestionnaireResponse
from app.domain.codes import LOINC, Coding, Concept
from app.domain.feeds import Feed
from app.rules.case import Case, once
from app.rules.evidence.admissible import is_read
from app.rules.evidence.answers import number_in
from app.rules.evidence.found import Found, day_of
from app.terminology.assessments import AssessmentItem, assessment_items, items_of

FINAL = frozenset({"final", "amended", "corrected"})
PEG_ITEMS = 3
PEG_HIGHEST_MEAN = Decimal(10)
_INSTRUMENTS = ("PEG", "PHQ-2", "PHQ-4", "PHQ-9", "GAD-7", "PC-PTSD-5", "ORT", "AUDIT-C", "DAST-10")


@dataclass(frozen=True, slots=True)
class Score:
    """One instrument on one day. `total` is in the instrument's own scale (PEG: the mean); None when incomplete.

    `items` are the single answers by the item's name; `missing` names those that are not there. `note` says how the total came
    about when it was not simply stated.
    """

    instrument: str
    day: date
    total: Decimal | None
    items: Mapping[str, Decimal]
    missing: tuple[str, ...]
    references: tuple[str, ...]
    note: str = ""

    @property
    def found(self) -> Found:
        shown = "incomplete" if self.total is None else f"{tidy(self.total)}"
        note = f" ({self.note})" if self.note else ""
        reference = self.references[0] if self.references else None
        return Found(reference, self.day, f"{self.instrument} {shown}{note}", Feed.SURVEYS)


def tidy(number: Decimal) -> str:
    """To one decimal, without a trailing zero: 5.67 -> 5.7, 6.00 -> 6."""
    text = f"{number:.1f}"
    return text.removesuffix(".0")


def scores(case: Case, instrument: str) -> tuple[Score, ...]:
    """All scores of one instrument, oldest first."""
    return _all_scores(case).get(instrument, ())


def latest(case: Case, instrument: str) -> Score | None:
    """The newest score of one instrument."""
    found = scores(case, instrument)
    return found[-1] if found else None


@dataclass(frozen=True, slots=True)
class _Entry:
    """One coded answer or total."""

    item: AssessmentItem
    day: date
    number: Decimal | None
    reference: str
    is_form: bool
    order: str


@once
def _all_scores(case: Case) -> Mapping[str, tuple[Score, ...]]:
    by_day: dict[tuple[str, date, bool], list[_Entry]] = {}
    for entry in (*_from_observations(case), *_from_forms(case)):
        by_day.setdefault((entry.item.instrument, entry.day, entry.is_form), []).append(entry)
    sums = _stored_as_sums(by_day.values())
    found: dict[tuple[str, date], Score] = {}
    for (instrument, day, _), entries in sorted(by_day.items(), key=lambda each: each[0]):
        score = _score(instrument, day, entries, sums) or _first_two(instrument, day, entries)
        known = found.get((score.instrument, day)) if score else None
        if score and (known is None or _detail(score) > _detail(known)):
            found[score.instrument, day] = score
    return _sorted(found.values())


def _detail(score: Score) -> tuple[bool, int]:
    """Of a form and observations of one day the one that says more is taken: complete first, then with more items."""
    return score.total is not None, len(score.items)


def _sorted(found: Iterable[Score]) -> dict[str, tuple[Score, ...]]:
    by_instrument: dict[str, tuple[Score, ...]] = {}
    for score in sorted(found, key=lambda each: (each.instrument, each.day)):
        by_instrument[score.instrument] = (*by_instrument.get(score.instrument, ()), score)
    return by_instrument


# --- entries ---------------------------------------------------------------------------------------------------------


def _meant(concept: Concept) -> tuple[AssessmentItem, ...]:
    """Items by LOINC, else by a local code that the table knows."""
    codes = concept.codes(LOINC) or tuple(each.code for each in concept.codings if each.code)
    return tuple(item for code in codes for item in assessment_items(code) if item.instrument in _INSTRUMENTS)


def _from_observations(case: Case) -> Iterator[_Entry]:
    if not is_read(case.record, Feed.SURVEYS):
        return
    for each in case.record.observations:
        day = day_of(each.effective or each.issued, case.as_of)
        if each.status not in FINAL or day is None:
            continue
        for concept, value in _values(each):
            for item in _meant(concept):
                yield _entry(item, day, value, each.reference, False)


def _values(each: Observation) -> Iterator[tuple[Concept, ObservationValue]]:
    """The observation's own value and those of its components; members are observations of their own."""
    yield each.concept, each.value
    for part in each.components:
        yield part.concept, part.value


def _entry(item: AssessmentItem, day: date, value: ObservationValue, reference: str, is_form: bool) -> _Entry:
    number = number_in(value)
    if number is not None and not _is_believable(item, number):
        number = None
    return _Entry(item, day, number, reference, is_form, f"{number}")


def _is_believable(item: AssessmentItem, number: Decimal) -> bool:
    if item.instrument == "PEG" and item.is_total:
        return 0 <= number <= PEG_HIGHEST_MEAN * PEG_ITEMS
    return item.accepts(number)


def _from_forms(case: Case) -> Iterator[_Entry]:
    for form in case.record.questionnaire_responses:
        day = day_of(form.authored_on, case.as_of)
        if day is not None:
            yield from _answers(form, day)


def _answers(form: QuestionnaireResponse, day: date) -> Iterator[_Entry]:
    for answer in form.answers:
        for item in _meant_by_link(answer.link_id) or _meant_by_link(answer.definition):
            for value in answer.values[:1]:
                yield _entry(item, day, value, form.reference, True)


def _meant_by_link(link: str | None) -> tuple[AssessmentItem, ...]:
    """ "/44250-9", "http://loinc.org/44250-9" and "44250-9" are the same item."""
    code = (link or "").rstrip("/").rsplit("/", 1)[-1].rsplit("#", 1)[-1]
    return _meant(Concept((Coding(LOINC, code),))) if code else ()


# --- scores ----------------------------------------------------------------------------------------------------------


def _stored_as_sums(groups: Iterable[list[_Entry]]) -> frozenset[str]:
    """Codes under which this chart stores PEG sums: one value above 10 shows it, and then all are sums."""
    return frozenset(
        entry.item.loinc.value
        for group in groups
        for entry in group
        if entry.item.instrument == "PEG" and entry.item.is_total and (entry.number or 0) > PEG_HIGHEST_MEAN
    )


def _score(instrument: str, day: date, entries: list[_Entry], sums: frozenset[str]) -> Score | None:
    """The score of one day, or None when these answers belong to another instrument that shares them."""
    numbered = [each.item.item for each in entries if each.item.item.isdigit()]
    totals = [each for each in entries if each.item.is_total]
    if not totals and not _is_this_form(instrument, set(numbered)):
        return None
    items = _items(entries)
    names = _item_names(instrument)
    references = tuple(sorted({each.reference for each in entries}))
    score = Score(instrument, day, None, items, tuple(n for n in names if n not in items), references)
    return _with_total(score, totals, sums)


def _first_two(instrument: str, day: date, entries: list[_Entry]) -> Score | None:
    """The first two questions of the PHQ-9 and no others: that is a PHQ-2."""
    items = _items(entries)
    if instrument != "PHQ-9" or set(items) != {"1", "2"}:
        return None
    references = tuple(sorted({each.reference for each in entries}))
    return Score("PHQ-2", day, items["1"] + items["2"], items, (), references)


def _is_this_form(instrument: str, present: set[str]) -> bool:
    """True when some answer is of this instrument alone, or all of its items are there."""
    if present and present.issuperset(_item_names(instrument)):
        return True
    return any(item.item in present and _is_only_here(item) for item in items_of(instrument))


def _is_only_here(item: AssessmentItem) -> bool:
    return len({each.instrument for each in assessment_items(item.loinc.value)}) == 1


@lru_cache(maxsize=32)
def _item_names(instrument: str) -> tuple[str, ...]:
    """The scored items ("10" of the PHQ-9 asks about difficulty and is not scored)."""
    scored = (each for each in items_of(instrument) if each.item.isdigit() and each.maximum is not None)
    return tuple(each.item for each in scored if not (instrument == "PC-PTSD-5" and each.item == "0"))


def _items(entries: list[_Entry]) -> dict[str, Decimal]:
    """Item → points. Two answers to one item on one day: the higher, so that a doubled row never hides anything."""
    items: dict[str, Decimal] = {}
    for each in entries:
        if each.item.item.isdigit() and each.number is not None:
            items[each.item.item] = max(each.number, items.get(each.item.item, each.number))
    return items


def _with_total(score: Score, totals: list[_Entry], sums: frozenset[str]) -> Score:
    names = _item_names(score.instrument)
    if names and all(name in score.items for name in names):
        return replace(score, total=_from_items(score))
    if score.instrument == "PC-PTSD-5" and score.items.get("0") == 0:
        return replace(score, total=Decimal(0), missing=(), note="no traumatic event")
    stated = [each for each in totals if each.number is not None]
    if not stated:
        return score
    best = max(stated, key=lambda each: (each.number or Decimal(0), each.reference))
    number = best.number or Decimal(0)
    if score.instrument == "PEG" and best.item.loinc.value in sums:
        return replace(score, total=number / PEG_ITEMS, note=f"converted from a sum of {tidy(number)}")
    return replace(score, total=number)


def _from_items(score: Score) -> Decimal:
    total = sum((score.items[name] for name in _item_names(score.instrument)), Decimal(0))
    return total / PEG_ITEMS if score.instrument == "PEG" else total
