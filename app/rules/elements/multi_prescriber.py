"""Many prescribers or pharmacies: a sign that care is spread out; ask what need is not met.

When four or more people prescribed opioids and four or more pharmacies gave them out within 180 days, it is to be
talked over (red). Three or more of either within 90 days is yellow; fewer is green. Without PDMP data only the red
can be seen; anything less is not known (grey), and what was seen is told.
"""

from dataclasses import dataclass
from datetime import date, timedelta

from app.domain.feeds import Feed
from app.domain.finding import Evidence, Finding, Status
from app.domain.med import Supply
from app.rules.case import Case
from app.rules.evidence.clinicians import plain_name
from app.rules.evidence.found import Found, evidence_of
from app.rules.evidence.opioids import is_for_taking, is_moud
from app.rules.evidence.opioids import name_of as opioid_name
from app.rules.rule import Applies, Rule, answer, feed_words
from app.terminology.recognise import Recognised, recognise

RULE = Rule(
    id="multi_prescriber",
    version="1",
    title="Several prescribers",
    source="PQA, opioids from multiple providers",
    applies=Applies.OPIOID,
    words=__doc__,
)
TALK = "Ask who else prescribes and why; agree on one prescriber and one pharmacy"


@dataclass(frozen=True, slots=True)
class _Hand:
    """One prescription or fill: who prescribed, or which pharmacy gave it out, and when."""

    who: str
    day: date
    found: Found


@dataclass(frozen=True, slots=True)
class _Counts:
    """Distinct prescribers and pharmacies within some days."""

    prescribers: int
    pharmacies: int

    @property
    def words(self) -> str:
        return f"{_plural(self.prescribers, 'prescriber')} and {_plural(self.pharmacies, 'pharmacy')}"


def _plural(number: int, word: str) -> str:
    many = word[:-1] + "ies" if word.endswith("y") else word + "s"
    return f"{number} {word if number == 1 else many}"


def evaluate(case: Case) -> Finding:
    """Count hands within the two windows."""
    section = case.policy.rules.multi_prescriber
    long = _counts(case, section.window_many.value)
    limit = section.many.value
    if long.prescribers >= limit and long.pharmacies >= limit:
        return _say(case, Status.RED, f"{long.words} in {section.window_many.words}", section.window_many.value)
    short = _counts(case, section.window_some.value)
    seen = f"{short.words} in {section.window_some.words}"
    if not case.feed(Feed.PDMP).is_complete:
        words = feed_words(case, Feed.PDMP)
        return answer(
            case,
            RULE,
            Status.GREY,
            f"{seen} were seen in this chart; others are not known. {words}.",
            evidence=_evidence(case, section.window_some.value),
            next_step="Check the PDMP",
            missing=(Feed.PDMP.value,),
            fold=f"feed:{Feed.PDMP.value}",
        )
    some = section.some.value
    is_some = short.prescribers >= some or short.pharmacies >= some
    return _say(case, Status.YELLOW if is_some else Status.GREEN, seen, section.window_some.value)


def _say(case: Case, status: Status, reason: str, window: int) -> Finding:
    section = case.policy.rules.multi_prescriber
    return answer(
        case,
        RULE,
        status,
        f"{reason}.",
        evidence=_evidence(case, window),
        next_step=None if status is Status.GREEN else TALK,
        used=(section.many, section.some, section.window_many, section.window_some),
    )


def _counts(case: Case, window: int) -> _Counts:
    people = {each.who for each in _prescribers(case) if case.days_since(each.day) <= window}
    places = {each.who for each in _pharmacies(case) if case.days_since(each.day) <= window}
    return _Counts(len(people), len(places))


def _prescribers(case: Case) -> list[_Hand]:
    found = []
    for each in case.med.supplies:
        who = plain_name(each.prescriber_name) if each.prescriber_name else each.prescriber
        if who and each.starts and each.starts <= case.as_of and is_for_taking(each) and not is_moud(case, each):
            reference = each.sources[0] if each.sources else None
            shown = f"{opioid_name(each)}, prescribed by {each.prescriber_name or each.prescriber}"
            found.append(_Hand(who, _last_given(case, each), Found(reference, each.starts, shown)))
    return found


def _last_given(case: Case, supply: Supply) -> date:
    """The day of a fill; an order without fills is refilled until it ends."""
    is_filled = any(source.startswith("MedicationDispense/") for source in supply.sources)
    if is_filled and supply.starts:
        return supply.starts
    return min(case.as_of, supply.ends - timedelta(days=1)) if supply.ends else case.as_of


def _pharmacies(case: Case) -> list[_Hand]:
    found = []
    for each in case.record.dispenses:
        handed = each.handed_over_on or each.prepared_on
        who = plain_name(each.performer_name) if each.performer_name else each.performer
        if who and handed and isinstance(recognise(each.medication), Recognised):
            day = min(handed.day, case.as_of)
            shown = f"given out by {each.performer_name or each.performer}"
            found.append(_Hand(who, day, Found(each.reference, day, shown)))
    return found


def _evidence(case: Case, window: int) -> tuple[Evidence, ...]:
    hands = (*_prescribers(case), *_pharmacies(case))
    return evidence_of(each.found for each in hands if case.days_since(each.day) <= window)
