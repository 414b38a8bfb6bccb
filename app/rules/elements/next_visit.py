"""Next visit: booked before the next reassessment is due.

When nothing is booked and the next visit is due within 30 days or overdue, then it is to be booked now (red); with more
time left it is to be booked (yellow), as it is when the appointment is later than the due day. Booked in time (the due
day included) is green. On the day of a visit the one after it is meant. Without appointments or visits: not known (grey).
"""

from datetime import date, timedelta

from app.domain.feeds import Feed
from app.domain.finding import Finding, Status
from app.rules.case import Case
from app.rules.evidence.found import Found, evidence_of, newest
from app.rules.evidence.visits import appointments, visit_today, visits
from app.rules.interval import length_for_tier
from app.rules.rule import Applies, Rule, answer, unread
from app.rules.tier import tier

RULE = Rule(
    id="next_visit",
    version="1",
    title="Next visit",
    source="CDC 2022, recommendation 7",
    applies=Applies.LTOT,
    words=__doc__,
)
NEEDS = (Feed.ENCOUNTERS, Feed.APPOINTMENTS)
BOOK = "Book the next visit"


def evaluate(case: Case) -> Finding:
    """The first booked day after today against the day the next visit is due."""
    seen = visit_today(case) or newest(each for each in visits(case) if each.day)
    booked = next(((day, found) for day, found in appointments(case) if day > case.as_of), None)
    unseen = case.record.feeds.incomplete(NEEDS)
    due = _due(case, seen)
    if booked and due and booked[0] <= due:
        return _booked(case, Status.GREEN, booked[0], due, (seen, booked[1]))
    if unseen:
        return unread(case, RULE, unseen, "Whether the next visit is booked in time is not known")
    if booked:
        return _booked(case, Status.YELLOW, booked[0], due, (seen, booked[1]))
    return _nothing_booked(case, due, seen)


def _due(case: Case, seen: Found | None) -> date | None:
    """The last day for the next visit; None when there was none yet."""
    length = length_for_tier(case.policy.rules.last_visit, tier(case).level)
    return length.due(seen.day) if seen and seen.day else None


def _booked(case: Case, status: Status, day: date, due: date | None, found: tuple[Found | None, ...]) -> Finding:
    is_late = status is Status.YELLOW
    late = f"after it is due ({due})" if due else "and no visit is on record yet"
    words = f"booked for {day}, {late}" if is_late else f"booked for {day}, in time (due by {due})"
    return answer(
        case,
        RULE,
        status,
        f"The next visit is {words}.",
        due=due,
        evidence=evidence_of(found),
        next_step="Offer an earlier appointment" if is_late else None,
        used=(case.policy.rules.last_visit.interval, case.policy.rules.last_visit.interval_high),
    )


def _nothing_booked(case: Case, due: date | None, seen: Found | None) -> Finding:
    section = case.policy.rules.next_visit
    is_soon = due is None or due <= case.as_of + timedelta(days=section.book_within.value)
    words = (
        f"it is due by {due}" if due and due >= case.as_of else f"it was due {due}" if due else "none is on record yet"
    )
    return answer(
        case,
        RULE,
        Status.RED if is_soon else Status.YELLOW,
        f"No next visit is booked; {words}.",
        due=due,
        evidence=evidence_of((seen,)),
        next_step=BOOK,
        used=(section.book_within, case.policy.rules.last_visit.interval),
    )
