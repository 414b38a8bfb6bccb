"""Opioid risk assessment: a tool (ORT, ORT-OUD or another) before the start and once a year; no tool finds people without risk.

When the ORT is 8 or more, or the ORT-OUD 3 or more, and no plan was documented in 12 months, then it is to be talked over
(red), as it is when nothing was ever recorded in a clinic that records it. An ORT of 4 to 7, a high one with a plan, or an
assessment older than a year (or due within 60 days) is yellow. Low and in date is green. Never recorded elsewhere, or done
without its score, is not known (grey).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from app.domain.feeds import Feed
from app.domain.finding import Finding, Status
from app.rules.case import Case
from app.rules.evidence.found import Found, newest
from app.rules.evidence.processes import documented_plans, done, said
from app.rules.evidence.scores import latest, tidy
from app.rules.interval import length_of
from app.rules.rule import Applies, Rule
from app.rules.screening import Screening, in_date, never_asked

RULE = Rule(
    id="risk_tool",
    version="1",
    title="Opioid risk assessment",
    source="CDC 2022, recommendation 8; ORT 2005, ORT-OUD 2019",
    applies=Applies.LTOT,
    words=__doc__,
)
TALK = "Talk over what raises the risk of harm and record a plan"


@dataclass(frozen=True, slots=True)
class _Result:
    """One assessment. `points` None: done, without a score that can be read."""

    tool: str
    points: Decimal | None
    day: date
    found: Found


def evaluate(case: Case) -> Finding:
    """Judge the newest assessment."""
    section, cut = case.policy.rules.risk_tool, case.policy.scores
    length = length_of(section.interval, section.warning)
    used = (cut.ort_moderate, cut.ort_high, cut.ort_oud_high)
    screening = Screening(case, RULE, "opioid risk assessment", "risk_tool", length, Status.RED, used)
    last = max(_results(case), key=lambda each: (each.day, each.points is not None, each.tool), default=None)
    if last is None:
        return never_asked(screening)
    if last.points is None:
        reason = f"An opioid risk assessment was done on {last.day}; its score is not recorded"
        return screening.say(Status.GREY, reason, (last.found,), missing=("score",), next_step="Record the score")
    return _judge(screening, last, last.points)


def _judge(screening: Screening, last: _Result, points: Decimal) -> Finding:
    cut = screening.case.policy.scores
    shown = f"{last.tool} {tidy(points)} on {last.day}"
    high = cut.ort_high.value if last.tool == "ORT" else cut.ort_oud_high.value
    if points >= high:
        plan = _plan(screening.case)
        if plan is None:
            return screening.say(Status.RED, f"{shown} (high); no plan is on record", (last.found,), next_step=TALK)
        reason = f"{shown} (high); a plan is documented on {plan.day}"
        return screening.say(Status.YELLOW, reason, (last.found, plan), next_step="Keep the plan under review")
    if last.tool == "ORT" and points >= cut.ort_moderate.value:
        return screening.say(Status.YELLOW, f"{shown} (moderate)", (last.found,), next_step=TALK)
    return in_date(screening, f"{shown} (low)", last.day, (last.found,))


def _plan(case: Case) -> Found | None:
    last = newest(each for each in documented_plans(case) if each.day)
    valid = case.policy.rules.risk_tool.plan_valid.value
    return last if last and last.day and case.days_since(last.day) <= valid else None


def _results(case: Case) -> Iterator[_Result]:
    score = latest(case, "ORT")
    if score:
        yield _Result("ORT", score.total, score.day, score.found)
    for concept, tool in (("ort", "ORT"), ("ort_oud", "ORT-OUD")):
        for each in said(case, concept):
            if each.day and (each.fact_value or "").isdigit():
                yield _Result(tool, Decimal(each.fact_value or 0), each.day, each)
    for each in done(case, "opioid_risk_assessment"):
        if each.day and each.feed is not Feed.SURVEYS:
            yield _Result("", None, each.day, each)
