"""Follow-up after a start: somebody sees the person within 1 to 4 weeks; by telephone or video counts.

When an opioid was started in the last 90 days and nobody of the care team has seen the person since, then it is overdue
(red) after 28 days; after 14 when it is long-acting or 50 MME a day or more, and after 3 when it is methadone. In the last
7 days before that it is due (yellow), before them green, as it is once there was a visit. Without visits to read: not known.
"""

from dataclasses import dataclass
from datetime import date, timedelta

from app.domain.feeds import Feed
from app.domain.finding import Finding, Status
from app.rules.case import Case
from app.rules.evidence.found import Found
from app.rules.evidence.opioids import name_of
from app.rules.evidence.starts import Start, first_dose, long_acting_start, methadone_start, naive_start
from app.rules.evidence.visits import visit_today, visits
from app.rules.policy import Days
from app.rules.reading import missing, no_start, unsure_start
from app.rules.rule import Applies, Rule, answer, unread

RULE = Rule(
    id="start_followup",
    version="1",
    title="Follow-up after start",
    source="CDC 2022, recommendation 7",
    applies=Applies.OWN,
    words=__doc__,
)
STEP = "Arrange a visit, also by telephone or video, to ask about benefit and harm"
RANK = (Status.RED, Status.GREY, Status.YELLOW, Status.GREEN)


@dataclass(frozen=True, slots=True)
class _Due:
    """One start with the day by which somebody should have seen the person, and why so soon. `or_sooner`: the limit that
    would hold if the dose, which is not known, were high."""

    start: Start
    limit: Days
    why: str
    or_sooner: Days | None = None

    @property
    def day(self) -> date:
        return self.start.day + timedelta(days=self.limit.value)


def evaluate(case: Case) -> Finding:
    """Every current start is judged; the most pressing one is the answer."""
    due = [each for each in (_first(case), _long_acting(case), _methadone(case)) if each]
    if due:
        judged = [(_judge(case, each), each.day) for each in due]
        return min(judged, key=lambda each: (RANK.index(each[0].status), each[1]))[0]
    return no_start(case, RULE, "an opioid")


def _first(case: Case) -> _Due | None:
    start = naive_start(case)
    if start is None:
        return None
    section = case.policy.rules.start_followup
    dose = first_dose(case, start)
    if any(each.is_long_acting for each in start.supplies):
        return _Due(start, section.limit_sooner, "long-acting")
    if dose.mme >= section.high_dose.value:
        return _Due(start, section.limit_sooner, f"{section.high_dose.words} or more")
    if not dose.is_complete:
        return _Due(start, section.limit, "dose not known", section.limit_sooner)
    return _Due(start, section.limit, "")


def _long_acting(case: Case) -> _Due | None:
    start = long_acting_start(case)
    return _Due(start, case.policy.rules.start_followup.limit_sooner, "long-acting") if start else None


def _methadone(case: Case) -> _Due | None:
    start = methadone_start(case)
    return _Due(start, case.policy.rules.start_followup.limit_methadone, "methadone") if start else None


def _judge(case: Case, due: _Due) -> Finding:
    contact = _contact(case, due.start)
    if contact:
        return _seen(case, due, contact)
    if not due.start.is_certain:
        return unsure_start(case, RULE, due.start)
    left = (due.day - case.as_of).days
    if left < 0 and not case.feed(Feed.ENCOUNTERS).is_complete:
        so = f"Whether anybody saw the person since the start on {due.start.day} is not known"
        return unread(case, RULE, (Feed.ENCOUNTERS,), so, evidence=due.start.evidence, due=due.day)
    return _not_seen(case, due, left)


def _contact(case: Case, start: Start) -> Found | None:
    """The first visit after the start; the visit at which it was started is none."""
    since = [each for each in visits(case) if each.day and each.day > start.day]
    first = min(since, key=lambda each: (each.day or case.as_of, each.reference or ""), default=None)
    return first or (visit_today(case) if start.day < case.as_of else None)


def _seen(case: Case, due: _Due, contact: Found) -> Finding:
    assert contact.day is not None
    days = (contact.day - due.start.day).days
    return answer(
        case,
        RULE,
        Status.GREEN,
        f"Seen on {contact.day}, {days} day{'s' if days > 1 else ''} after {_names(due)} was started.",
        evidence=(*due.start.evidence, contact.evidence),
        used=(due.limit, case.policy.start.current),
    )


def _not_seen(case: Case, due: _Due, left: int) -> Finding:
    section = case.policy.rules.start_followup
    status = _status(case, due, due.limit)
    if due.or_sooner and _status(case, due, due.or_sooner) is not status:
        return _limit_unknown(case, due, due.or_sooner)
    why = f" ({due.why})" if due.why else ""
    was_is = "was due by" if left < 0 else "is due by"
    return answer(
        case,
        RULE,
        status,
        f"{_names(due)} was started on {due.start.day}{why}; a visit {was_is} {due.day}, and none is on record since.",
        due=due.day,
        evidence=due.start.evidence,
        next_step=None if status is Status.GREEN else STEP,
        missing=(*missing(case, Feed.ENCOUNTERS), *(("dose of an entry",) if due.why == "dose not known" else ())),
        used=(due.limit, section.warning, case.policy.start.current),
    )


def _status(case: Case, due: _Due, limit: Days) -> Status:
    left = limit.value - case.days_since(due.start.day)
    if left < 0:
        return Status.RED
    return Status.YELLOW if left <= case.policy.rules.start_followup.warning.value else Status.GREEN


def _limit_unknown(case: Case, due: _Due, sooner: Days) -> Finding:
    """The dose decides which limit holds, and it is not known."""
    section = case.policy.rules.start_followup
    first = due.start.day + timedelta(days=sooner.value)
    return answer(
        case,
        RULE,
        Status.GREY,
        f"{_names(due)} was started on {due.start.day}; a visit is due by {due.day}, or by {first} if the dose, which is not "
        f"known, is {section.high_dose.words} or more.",
        due=due.day,
        evidence=due.start.evidence,
        next_step=STEP,
        missing=("dose of an entry",),
        used=(due.limit, sooner, section.high_dose, section.warning),
    )


def _names(due: _Due) -> str:
    return ", ".join(dict.fromkeys(name_of(each) for each in due.start.supplies))
