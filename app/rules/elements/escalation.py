"""Dose increase: pause and weigh benefit and risk before 50 MME a day is crossed, and see the person 1 to 4 weeks after.

When the dose rose across 50, 90 or 120 MME a day in the last 90 days and 28 days later no review or plan is on
record, it is overdue (red); until then, after a review, or after a rise of 20 % or more in the last 60 days, it is
yellow; stable or falling is green. A dose that could not be computed is not known (grey).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise

from app.domain.feeds import Feed
from app.domain.finding import Finding, Status
from app.domain.med import Segment
from app.rules.case import Case
from app.rules.evidence.found import Found, evidence_of
from app.rules.evidence.processes import documented_plans
from app.rules.evidence.scores import tidy
from app.rules.rule import Applies, Rule, answer, unread

RULE = Rule(
    id="escalation",
    version="1",
    title="Dose increase",
    source="CDC 2022, recommendations 4 and 7",
    applies=Applies.OPIOID,
    words=__doc__,
)
REVIEW = "Weigh benefit and risk of the higher dose together and record it"


@dataclass(frozen=True, slots=True)
class _Rise:
    """The dose before and after, and the day it rose. `crossed`: the highest level that lies between."""

    day: date
    before: Decimal
    after: Decimal
    crossed: Decimal | None

    @property
    def words(self) -> str:
        return f"The dose rose from {tidy(self.before)} to {tidy(self.after)} MME/day on {self.day}"


def evaluate(case: Case) -> Finding:
    """The newest crossing without a review decides, then other rises."""
    section = case.policy.rules.escalation
    rises = [each for each in _rises(case) if case.days_since(each.day) <= section.window.value]
    crossings = [each for each in rises if each.crossed is not None]
    unreviewed = [each for each in crossings if _review(case, each) is None]
    overdue = [each for each in unreviewed if case.days_since(each.day) > section.review_within.value]
    if overdue:
        last = overdue[-1]
        due = last.day + timedelta(days=section.review_within.value)
        reason = f"{last.words}, across {last.crossed}; no review in {section.review_within.words} is on record"
        return _say(case, Status.RED, reason, due=due)
    if not (case.med.complete and case.feed(Feed.MEDICATIONS).is_complete):
        return _unsure(case)
    if unreviewed:
        last = unreviewed[-1]
        due = last.day + timedelta(days=section.review_within.value)
        return _say(case, Status.YELLOW, f"{last.words}, across {last.crossed}; a review is due by {due}", due=due)
    return _recent(case, rises)


def _recent(case: Case, rises: list[_Rise]) -> Finding:
    """No crossing is open: a rise or crossing of the last 60 days still stands out."""
    section = case.policy.rules.escalation
    recent = [each for each in rises if case.days_since(each.day) < section.stable.value]
    notable = [each for each in recent if each.crossed is not None or _is_large(case, each)]
    if not notable:
        return _say(case, Status.GREEN, f"No rise of {section.rise.words} or more in {section.stable.words}")
    last = notable[-1]
    review = _review(case, last)
    words = f"; reviewed on {review.day}" if review else ""
    return _say(case, Status.YELLOW, f"{last.words}{words}", review)


def _is_large(case: Case, rise: _Rise) -> bool:
    return (rise.after - rise.before) * 100 >= rise.before * case.policy.rules.escalation.rise.value


def _rises(case: Case) -> Iterator[_Rise]:
    """Each step up between covered stretches, oldest first; a first supply is a start and no rise, and a stretch of a few
    days (two fills that overlap) is passed over unless it lasts until today."""
    steps = list(_steps(case))
    for before, after in pairwise(steps):
        is_new = (after.starts - before.ends).days >= case.policy.ltot.new_start_after.value
        if after.mme > before.mme and not is_new:
            yield _Rise(after.starts, before.mme, after.mme, _crossed(case, before.mme, after.mme))


def _steps(case: Case) -> Iterator[Segment]:
    shortest = case.policy.rules.escalation.shortest.value
    for each in case.med.timeline:
        if each.mme > 0 and each.starts <= case.as_of:
            is_now = each.starts <= case.as_of < each.ends
            if is_now or (each.ends - each.starts).days > shortest:
                yield each


def _crossed(case: Case, before: Decimal, after: Decimal) -> Decimal | None:
    section = case.policy.rules.escalation
    levels = (section.level_first.value, section.level_second.value, section.level_third.value)
    return max((level for level in levels if before < level <= after), default=None)


def _review(case: Case, rise: _Rise) -> Found | None:
    """A review or plan from four weeks before the rise on."""
    earliest = rise.day - timedelta(days=case.policy.rules.escalation.review_within.value)
    later = [each for each in documented_plans(case) if each.day and each.day >= earliest]
    return min(later, key=lambda each: (each.day or date.max, each.reference or ""), default=None)


def _say(case: Case, status: Status, reason: str, found: Found | None = None, *, due: date | None = None) -> Finding:
    section = case.policy.rules.escalation
    return answer(
        case,
        RULE,
        status,
        f"{reason}.",
        due=due,
        evidence=evidence_of((found,)),
        next_step=None if status is Status.GREEN else REVIEW,
        missing=tuple(
            f.value for f in case.record.feeds.incomplete((Feed.DOCUMENTS, Feed.PROCEDURES, Feed.CARE_PLANS))
        ),
        used=(section.level_first, section.level_second, section.level_third, section.review_within, section.rise),
    )


def _unsure(case: Case) -> Finding:
    if not case.feed(Feed.MEDICATIONS).is_complete:
        return unread(case, RULE, (Feed.MEDICATIONS,), "Whether the dose rose is not known")
    return answer(
        case,
        RULE,
        Status.GREY,
        "Whether the dose rose is not known: some opioid entry could not be computed.",
        next_step="Look at the opioid entries in the chart",
        missing=("the dose of an opioid entry",),
    )
