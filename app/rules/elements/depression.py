"""Depression: a validated questionnaire (PHQ-2, then PHQ-9) at the start and once a year; every 3 months while positive.

When item 9 of the newest PHQ-9 (thoughts of being better off dead) is above zero and no suicide-risk assessment or safety
plan was made the same day, or the PHQ-9 is 15 or more and nobody has followed it up since, or nothing was ever asked,
then it is to be acted on (red). A PHQ-9 from 10 to 14, a positive PHQ-2 without a PHQ-9, or an old answer is yellow. In
date and below 10 is green. An incomplete form is not known (grey). Item 9 always stands on its own.
"""

from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from app.domain.feeds import Feed
from app.domain.finding import Finding, Status
from app.rules.case import Case
from app.rules.evidence.followup import followed_up, safety_assessments
from app.rules.evidence.scores import Score, latest, tidy
from app.rules.interval import length_of
from app.rules.rule import Applies, Rule
from app.rules.screening import Screening, in_date, incomplete, never_asked

RULE = Rule(
    id="depression",
    version="1",
    title="Depression",
    source="CDC 2022; PHQ-9 bands",
    applies=Applies.LTOT,
    words=__doc__,
)
ASSESS = "Assess the risk of suicide today and make a safety plan together"
FOLLOW_UP = "Arrange follow-up for depression"


@dataclass(frozen=True, slots=True)
class _Newest:
    """The newest answer of any of the three forms, and the newest PHQ-9."""

    score: Score
    phq9: Score | None


def evaluate(case: Case) -> Finding:
    """Item 9 first, then the severity, then what is due."""
    section, cut = case.policy.rules.depression, case.policy.scores
    scores = [score for name in ("PHQ-2", "PHQ-4", "PHQ-9") if (score := latest(case, name))]
    phq9 = latest(case, "PHQ-9")
    is_positive = phq9 is not None and phq9.total is not None and phq9.total >= cut.phq9_positive.value
    shorter = section.interval_positive if is_positive else None
    length = length_of(section.interval, section.warning, shorter)
    used = (cut.phq9_item9, cut.phq9_positive, cut.phq9_severe, cut.phq2_positive)
    screening = Screening(case, RULE, "PHQ-9", "phq", length, Status.RED, used)
    if not scores:
        return never_asked(screening)
    found = _Newest(max(scores, key=_telling), phq9)
    return _alarm(screening, phq9) or _value(screening, found)


def _telling(score: Score) -> tuple[date, int]:
    """The newest; of one day the one that says most."""
    has_pair = "3" in score.items and "4" in score.items
    return score.day, {"PHQ-9": 3, "PHQ-4": 2 if has_pair else 0, "PHQ-2": 1}[score.instrument]


def _alarm(screening: Screening, phq9: Score | None) -> Finding | None:
    """What cannot wait: item 9, then a high score that nobody followed up. Age alone ends neither; a newer PHQ-9 does."""
    case, cut = screening.case, screening.case.policy.scores
    if phq9 is None:
        return None
    if phq9.items.get("9", Decimal(0)) >= cut.phq9_item9.value:
        return _item_nine(screening, phq9)
    if phq9.total is not None and phq9.total >= cut.phq9_severe.value and followed_up(case, phq9.day) is None:
        return _severe(screening, phq9)
    return None


def _item_nine(screening: Screening, phq9: Score) -> Finding | None:
    assessed = [each for each in safety_assessments(screening.case) if each.day and each.day >= phq9.day]
    shown = f"PHQ-9 item 9 is {tidy(phq9.items['9'])} on {phq9.day}"
    first = min(assessed, key=lambda each: (each.day, each.reference or ""), default=None)
    if first is None:
        reason = f"{shown}; no suicide-risk assessment of that day is on record"
        return screening.say(Status.RED, reason, (phq9.found,), next_step=ASSESS, missing=_unseen(screening.case))
    if first.day == phq9.day:
        total, severe = phq9.total, screening.case.policy.scores.phq9_severe.value
        if total is not None and total >= severe and followed_up(screening.case, phq9.day) is None:
            return _severe(screening, phq9)
        reason = f"{shown}; assessed the same day"
        return screening.say(Status.YELLOW, reason, (phq9.found, first), next_step=FOLLOW_UP)
    reason = f"{shown}; assessed later, on {first.day}"
    return screening.say(Status.YELLOW, reason, (phq9.found, first), next_step=FOLLOW_UP)


def _severe(screening: Screening, phq9: Score) -> Finding:
    reason = f"PHQ-9 {tidy(phq9.total or Decimal(0))} on {phq9.day}; no follow-up since is on record"
    missing = (*_no_item_nine(phq9), *_unseen(screening.case))
    return screening.say(Status.RED, reason, (phq9.found,), next_step=FOLLOW_UP, missing=missing)


def _unseen(case: Case) -> tuple[str, ...]:
    where = (Feed.ENCOUNTERS, Feed.PROCEDURES, Feed.CARE_PLANS)
    return tuple(each.value for each in case.record.feeds.incomplete(where))


def _no_item_nine(phq9: Score) -> tuple[str, ...]:
    return () if "9" in phq9.items else ("item 9",)


def _value(screening: Screening, found: _Newest) -> Finding:
    score = found.score
    if score.instrument == "PHQ-9":
        return _phq9(screening, score)
    is_positive = _short_form_is_positive(screening.case, score)
    if is_positive is None:
        return incomplete(screening, score)
    shown = f"{score.instrument} {tidy(score.total or Decimal(0))} on {score.day}"
    if is_positive:
        reason = f"{shown} is positive; no PHQ-9 since is on record"
        return screening.say(Status.YELLOW, reason, (score.found,), next_step=screening.to_do)
    return in_date(screening, f"{shown} is negative", score.day, (score.found,))


def _short_form_is_positive(case: Case, score: Score) -> bool | None:
    """PHQ-2 by its total; PHQ-4 by its pair, or by a total so low that no pair can be positive."""
    cut = case.policy.scores
    if score.instrument == "PHQ-2":
        return None if score.total is None else score.total >= cut.phq2_positive.value
    if "3" in score.items and "4" in score.items:
        return score.items["3"] + score.items["4"] >= cut.phq4_pair.value
    is_low = score.total is not None and score.total < cut.phq4_pair.value
    return False if is_low else None


def _phq9(screening: Screening, score: Score) -> Finding:
    cut = screening.case.policy.scores
    if score.total is None:
        return incomplete(screening, score)
    shown = f"PHQ-9 {tidy(score.total)} on {score.day}"
    missing = _no_item_nine(score)
    if score.total >= cut.phq9_positive.value:
        seen = followed_up(screening.case, score.day)
        words = f"; followed up on {seen.day}" if seen else ""
        due = screening.length.due(score.day)
        return screening.say(
            Status.YELLOW,
            f"{shown}, {cut.phq9_positive.value} or more{words}",
            (score.found, seen),
            next_step=FOLLOW_UP,
            missing=missing,
            due=due,
        )
    finding = in_date(screening, f"{shown}, below {cut.phq9_positive.value}", score.day, (score.found,))
    return _with_missing(finding, missing)


def _with_missing(finding: Finding, missing: tuple[str, ...]) -> Finding:
    return replace(finding, missing=(*finding.missing, *missing))
