"""What may explain a urine test result, before anybody concludes anything. Each sentence with its source.

General knowledge of toxicology where no guideline is named; it is on the sign-off list, as `evidence.substances` is.
"""

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from types import MappingProxyType
from typing import NamedTuple

from app.domain.feeds import Feed
from app.rules.case import Case
from app.rules.evidence.substances import METABOLITES, SCREENS
from app.rules.evidence.toxicology import Doubt, Outcome, Verdict, specimen_of, supplies
from app.rules.evidence.visits import admissions
from app.rules.picture.nothing import how_they_ended

CDC = "CDC 2022, recommendation 10"
KNOWLEDGE = "general knowledge of toxicology, not signed off"
OURS = "this chart"


class Explanation(NamedTuple):
    """One possible explanation: a phrase, and where it comes from."""

    words: str
    source: str


LOOKS_ALIKE: Mapping[str, str] = MappingProxyType(
    {
        "opiates": "poppy seeds, or another medicine that the screen takes for an opiate (levofloxacin, ofloxacin)",
        "amphetamines": "another medicine that the screen takes for it (bupropion, labetalol, pseudoephedrine, trazodone)",
        "benzodiazepines": "another medicine that the screen takes for it (sertraline, efavirenz)",
        "methadone": "another medicine that the screen takes for it (diphenhydramine, quetiapine)",
        "phencyclidine": "another medicine that the screen takes for it (dextromethorphan, venlafaxine)",
    }
)
"""Test class → what its screens are known to mistake."""
OTHERWISE_ALIKE = "another medicine that the screen takes for it"

WHY_UNTOLD: Mapping[Doubt, Explanation] = MappingProxyType(
    {
        Doubt.NOT_VALID: Explanation(
            "the specimen is not valid: its creatinine or pH is outside what urine has", KNOWLEDGE
        ),
        Doubt.DILUTE: Explanation(
            "the specimen is dilute: a medicine may be there below the limit of the test", KNOWLEDGE
        ),
        Doubt.NO_RESULT: Explanation("the laboratory gave no result that can be read", OURS),
        Doubt.AS_NEEDED: Explanation("the medicine is taken as needed: none may have been due", CDC),
        Doubt.NOT_READ: Explanation("a medicine may explain it: medicines could not be read in full", OURS),
        Doubt.MAY_MISS: Explanation("this screen may or may not find the medicine that was prescribed", CDC),
    }
)


def explanations_of(case: Case, verdict: Verdict) -> tuple[Explanation, ...]:
    """Possible explanations of a surprise or of what cannot be told, those of this chart first. None when as expected."""
    if verdict.outcome is Outcome.DETECTED:
        found = (*_of_this_chart(case, verdict), *_detected(verdict))
    elif verdict.outcome is Outcome.NOT_DETECTED:
        found = (*_weak_specimen(case, verdict), *_not_detected(verdict))
    else:
        found = (WHY_UNTOLD[verdict.doubt],) if verdict.doubt else ()
    return tuple(dict.fromkeys(found))


def _of_this_chart(case: Case, verdict: Verdict) -> Iterator[Explanation]:
    """An earlier supply, a stay in hospital, or (for a class that medicines explain) prescriptions that this chart would not
    show."""
    for ingredient, ended in sorted(_earlier_supplies(case, verdict).items()):
        yield Explanation(f"an earlier supply of {ingredient} (until {ended})", OURS)
    window = verdict.day - timedelta(days=case.policy.rules.udt_result.supply_before.value)
    for first, last, _ in admissions(case):
        if first <= verdict.day and last >= window:
            yield Explanation(f"a medicine given during the hospital stay of {first}", OURS)
    unseen = case.record.feeds.incomplete((Feed.DISPENSES, Feed.PDMP))
    if unseen and verdict.drug_class in SCREENS:
        yield Explanation(f"a prescription from elsewhere ({how_they_ended(case, unseen)})", OURS)


def _earlier_supplies(case: Case, verdict: Verdict) -> dict[str, date]:
    """Medicines that would explain it and whose supply ended before the window: the last day of each."""
    ended: dict[str, date] = {}
    for each in supplies(case):
        if each.ends and each.ends <= verdict.day and _would_explain(each.ingredient, verdict):
            ended[each.ingredient] = max(each.ends - timedelta(days=1), ended.get(each.ingredient, date.min))
    return ended


def _would_explain(ingredient: str, verdict: Verdict) -> bool:
    if verdict.is_definitive:
        return bool(METABOLITES.get(ingredient, frozenset()) & set(verdict.words.split(", ")))
    screen = SCREENS.get(verdict.drug_class)
    return screen is not None and ingredient in screen.finds | screen.may_find


def _detected(verdict: Verdict) -> Iterator[Explanation]:
    if not verdict.is_definitive:
        alike = LOOKS_ALIKE.get(verdict.drug_class, OTHERWISE_ALIKE)
        yield Explanation(alike, KNOWLEDGE)
        yield Explanation("a screen can be wrong until a definitive test confirms it", CDC)
    yield Explanation("a laboratory error or a mix-up of specimens", CDC)
    yield Explanation("a medicine or substance that this chart does not show: ask", CDC)


def _weak_specimen(case: Case, verdict: Verdict) -> Iterator[Explanation]:
    if specimen_of(case, verdict.day).is_dilute:
        yield WHY_UNTOLD[Doubt.DILUTE]


def _not_detected(verdict: Verdict) -> Iterator[Explanation]:
    """Timing first, as the guideline asks."""
    yield Explanation("timing: the last dose was some days before, or doses were stretched or ran out early", CDC)
    yield Explanation("the amount was below the limit of the test, or the body clears it fast", KNOWLEDGE)
    if not verdict.is_definitive:
        yield Explanation("a screen can miss it until a definitive test looks for it", CDC)
    yield Explanation("a laboratory error or a mix-up of specimens", CDC)
    yield Explanation("not taken as planned, for a reason to ask about (side effects, cost, less pain)", CDC)
