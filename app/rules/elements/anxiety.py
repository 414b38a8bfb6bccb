"""Anxiety: the GAD-7 at the start and once a year.

When the newest GAD-7 is 15 or more and nobody has followed it up since, then it is to be acted on (red). From 10 up, an
answer older than a year (or due within 60 days), or never asked, is yellow. In date and below 10 is green. An incomplete
form, or questionnaires that cannot be read, are not known (grey).
"""

from app.domain.finding import Finding, Status
from app.rules.case import Case
from app.rules.evidence.followup import followed_up
from app.rules.evidence.scores import latest, tidy
from app.rules.interval import length_of
from app.rules.rule import Applies, Rule
from app.rules.screening import Screening, in_date, incomplete, never_asked

RULE = Rule(
    id="anxiety",
    version="1",
    title="Anxiety",
    source="GAD-7 bands; yearly",
    applies=Applies.LTOT,
    words=__doc__,
)


def evaluate(case: Case) -> Finding:
    """Judge the newest GAD-7."""
    section, cut = case.policy.rules.anxiety, case.policy.scores
    length = length_of(section.interval, section.warning)
    used = (cut.gad7_positive, cut.gad7_severe)
    screening = Screening(case, RULE, "GAD-7", "gad7", length, Status.YELLOW, used)
    score = latest(case, "GAD-7")
    if score is None:
        return never_asked(screening)
    if score.total is None:
        return incomplete(screening, score)
    shown = f"GAD-7 {tidy(score.total)} on {score.day}"
    if score.total < cut.gad7_positive.value:
        return in_date(screening, f"{shown}, below {cut.gad7_positive.value}", score.day, (score.found,))
    seen = followed_up(case, score.day)
    if score.total >= cut.gad7_severe.value and seen is None:
        reason = f"{shown}; no follow-up since is on record"
        return screening.say(Status.RED, reason, (score.found,), next_step="Arrange follow-up for anxiety")
    words = f"; followed up on {seen.day}" if seen else ""
    reason = f"{shown}, {cut.gad7_positive.value} or more{words}"
    return screening.say(Status.YELLOW, reason, (score.found, seen), next_step="Talk about anxiety and its treatment")
