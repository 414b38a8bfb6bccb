"""Agreement: a signed care agreement (informed consent) for long-term opioid therapy, renewed once a year.

When a person on long-term opioid therapy has no signed agreement, or the last one is more than 12 months old, then it
is overdue (red); in the last 60 days before that it is due soon (yellow); else it is in date (green). When documents
cannot be searched, it is not known (grey), unless one in date was seen anywhere.
"""

from app.domain.feeds import Feed
from app.domain.finding import Finding
from app.rules.case import Case
from app.rules.done_item import Item, Judged, judge
from app.rules.evidence.processes import agreements
from app.rules.interval import length_for_tier
from app.rules.rule import Applies, Rule
from app.rules.tier import tier

RULE = Rule(
    id="agreement",
    version="1",
    title="Care agreement",
    source="CDC 2022 (no interval); yearly as in Washington practice",
    applies=Applies.LTOT,
    words=__doc__,
)
ITEM = Item(
    name="Care agreement",
    concept="agreement",
    to_do="Go through the care agreement together and sign it",
    needs=(Feed.DOCUMENTS,),
    optional=(Feed.PROCEDURES, Feed.CARE_PLANS, Feed.SURVEYS),
)


def evaluate(case: Case) -> Finding:
    """Judge the newest signed agreement."""
    length = length_for_tier(case.policy.rules.agreement, tier(case).level)
    return judge(Judged(case, RULE, ITEM, agreements(case), length))
