"""Urine drug test: considered at the start of long-term opioid therapy and at least once a year, for everybody alike.

When a person on long-term opioid therapy has no urine drug test, or the last one is more than 12 months old, then it
is due now (red); in the last 60 days before that it is due soon (yellow); else it is in date (green). Screening and
definitive tests count the same; a test that was only ordered does not. Without laboratory data: not known (grey).
"""

from app.domain.feeds import Feed
from app.domain.finding import Finding
from app.rules.case import Case
from app.rules.done_item import Item, Judged, judge
from app.rules.evidence.urine import urine_tests
from app.rules.interval import length_for_tier
from app.rules.rule import Applies, Rule
from app.rules.tier import tier

RULE = Rule(
    id="udt_check",
    version="1",
    title="Urine drug test",
    source="CDC 2022, recommendation 10; yearly as in CDC opioid CDS and PQA",
    applies=Applies.LTOT,
    words=__doc__,
)
ITEM = Item(
    name="Urine drug test",
    concept="udt",
    to_do="Talk about a urine drug test and order one",
    needs=(Feed.LABS,),
    optional=(Feed.PROCEDURES, Feed.DOCUMENTS),
)


def evaluate(case: Case) -> Finding:
    """Judge the newest completed test."""
    length = length_for_tier(case.policy.rules.udt_check, tier(case).level)
    return judge(Judged(case, RULE, ITEM, urine_tests(case), length))
