"""Alcohol: the AUDIT-C at the start and once a year; with opioids alcohol slows breathing more.

When the newest AUDIT-C is positive (4 or more in men, 3 or more in women, and in people whose sex is not recorded) and there
was no brief intervention since, within 12 months, then it is to be acted on (red); with one it is yellow, as is an answer
older than a year (or due within 60 days). Negative and in date is green. Never asked is yellow in a clinic that records it,
elsewhere not known (grey), as is an incomplete form.
"""

from app.domain.feeds import Feed
from app.domain.finding import Finding, Status
from app.rules.case import Case
from app.rules.evidence.found import Found, newest
from app.rules.evidence.people import is_recorded_male
from app.rules.evidence.processes import said
from app.rules.evidence.scores import Score, latest, tidy
from app.rules.evidence.therapies import therapies
from app.rules.interval import length_of
from app.rules.policy import Count
from app.rules.reading import missing, not_read
from app.rules.rule import Applies, Rule
from app.rules.screening import Screening, in_date, incomplete, never_asked

RULE = Rule(
    id="alcohol",
    version="1",
    title="Alcohol",
    source="CDC 2022, recommendation 8; AUDIT-C",
    applies=Applies.LTOT,
    words=__doc__,
)
TALK = "Talk about alcohol (brief intervention) and record it"
WHERE = (Feed.PROCEDURES, Feed.CONDITIONS, Feed.ENCOUNTERS)
"""Where brief interventions are recorded."""


def evaluate(case: Case) -> Finding:
    """Judge the newest AUDIT-C."""
    section, limit = case.policy.rules.alcohol, cut_off(case)
    length = length_of(section.interval, section.warning)
    screening = Screening(case, RULE, "AUDIT-C", "alcohol", length, Status.YELLOW, (limit, section.intervention_valid))
    score = latest(case, "AUDIT-C")
    if score is None:
        return never_asked(screening)
    if score.total is None:
        return incomplete(screening, score)
    shown = f"AUDIT-C {tidy(score.total)} on {score.day}"
    if score.total < limit.value:
        return in_date(screening, f"{shown}, below {limit.value}", score.day, (score.found,))
    return _positive(screening, score, f"{shown}, {limit.value} or more")


def cut_off(case: Case) -> Count:
    """The lower one unless the person is recorded male."""
    cut = case.policy.scores
    return cut.audit_c_positive if is_recorded_male(case) else cut.audit_c_positive_women


def _positive(screening: Screening, score: Score, shown: str) -> Finding:
    case = screening.case
    intervention = _intervention(case, score)
    if intervention:
        reason = f"{shown}; brief intervention on {intervention.day}"
        return screening.say(Status.YELLOW, reason, (score.found, intervention), next_step="Ask how it is going")
    unseen = not_read(case, (), WHERE)
    return screening.say(
        Status.RED,
        f"{shown}; no brief intervention since is on record",
        (score.found,),
        next_step=TALK,
        missing=missing(case, *WHERE),
        is_known_in_part=bool(unseen),
    )


def _intervention(case: Case, score: Score) -> Found | None:
    """The newest one on or after the day of the score, within the year. Teaching alone is none."""
    valid = case.policy.rules.alcohol.intervention_valid.value
    done = (each.found for each in therapies(case, "alcohol_brief_intervention") if not each.is_weak)
    since = (each for each in (*done, *said(case, "alcohol_intervention")) if each.day and each.day >= score.day)
    return newest(each for each in since if each.day and case.days_since(each.day) <= valid)
