"""PTSD: the PC-PTSD-5 at the start and once a year.

When the newest PC-PTSD-5 is positive (4 or more in men, 3 or more otherwise) and nobody has followed it up since, then it
is to be acted on (red). A 3 in men, a positive one that was followed up, an answer older than a year (or due within 60
days), or never asked, is yellow. In date and below 3 is green. An incomplete form is not known (grey).
"""

from app.domain.finding import Finding, Status
from app.rules.case import Case
from app.rules.evidence.followup import followed_up
from app.rules.evidence.people import is_recorded_male
from app.rules.evidence.scores import latest, tidy
from app.rules.interval import length_of
from app.rules.rule import Applies, Rule
from app.rules.screening import Screening, in_date, incomplete, never_asked

RULE = Rule(
    id="ptsd",
    version="1",
    title="PTSD",
    source="PC-PTSD-5, Prins 2016 and Bovin 2021; yearly",
    applies=Applies.LTOT,
    words=__doc__,
)


def evaluate(case: Case) -> Finding:
    """Judge the newest PC-PTSD-5 by the cut-off for the recorded sex; the lower one when it is not recorded."""
    section, cut = case.policy.rules.ptsd, case.policy.scores
    positive = cut.pc_ptsd5_positive if is_recorded_male(case) else cut.pc_ptsd5_positive_women
    length = length_of(section.interval, section.warning)
    used = (positive, cut.pc_ptsd5_positive_women)
    screening = Screening(case, RULE, "PC-PTSD-5", "pc_ptsd5", length, Status.YELLOW, used)
    score = latest(case, "PC-PTSD-5")
    if score is None:
        return never_asked(screening)
    if score.total is None:
        return incomplete(screening, score)
    shown = f"PC-PTSD-5 {tidy(score.total)} on {score.day}"
    if score.total < cut.pc_ptsd5_positive_women.value:
        words = f"{shown}, below {cut.pc_ptsd5_positive_women.value}"
        return in_date(screening, words, score.day, (score.found,))
    seen = followed_up(case, score.day)
    if score.total >= positive.value and seen is None:
        reason = f"{shown} is positive; no follow-up since is on record"
        return screening.say(Status.RED, reason, (score.found,), next_step="Arrange follow-up for PTSD")
    words = f"; followed up on {seen.day}" if seen else ""
    reason = f"{shown}, {cut.pc_ptsd5_positive_women.value} or more{words}"
    return screening.say(Status.YELLOW, reason, (score.found, seen), next_step="Talk about the answers")
