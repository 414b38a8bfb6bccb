"""Treatment goals: what the treatment is for, in pain and in daily life, agreed before and looked at again once a year.

When a person on long-term opioid therapy has no goals on record, then they are to be agreed (red, where this clinic records
goals in the chart; elsewhere not known, grey). When the newest are more than 12 months old, or will be within 60 days, they
are to be looked at again (yellow); else green. When care plans could not be read, it is not known (grey).
"""

from dataclasses import replace

from app.domain.feeds import Feed
from app.domain.finding import Finding, Status
from app.rules.case import Case
from app.rules.done_item import Item, Judged, judge
from app.rules.evidence.goals import goals
from app.rules.interval import length_of
from app.rules.rule import Applies, Rule

RULE = Rule(
    id="goals",
    version="1",
    title="Treatment goals",
    source="CDC 2022, recommendation 2 (no interval)",
    applies=Applies.LTOT,
    words=__doc__,
)
ITEM = Item(
    name="Goal of treatment",
    concept="goals",
    to_do="Agree on goals for pain and daily life, and on what to do if they are not met",
    needs=(Feed.CARE_PLANS,),
    optional=(Feed.DOCUMENTS,),
)


def evaluate(case: Case) -> Finding:
    """Old goals are looked at again; only none at all is a gap to act on."""
    section = case.policy.rules.goals
    judged = Judged(case, RULE, ITEM, goals(case), length_of(section.interval, section.warning))
    finding = judge(judged)
    is_old = finding.status is Status.RED and judged.last is not None
    return replace(finding, status=Status.YELLOW) if is_old else finding
