"""Last visit: benefit and risk are weighed again at least every 3 months, in the practice, at home or by video.

When a person on long-term opioid therapy was last seen by the prescriber or care team more than 90 days ago (60 days at
higher risk of harm), then a visit is overdue (red); in the last 30 days before that it is due soon (yellow); else it is
in date (green). A visit today counts. Without the list of visits: not known (grey).
"""

from app.domain.feeds import Feed
from app.domain.finding import Finding, Status
from app.rules.case import Case
from app.rules.done_item import Item, Judged, judge
from app.rules.evidence.visits import visit_today, visits
from app.rules.interval import length_for_tier
from app.rules.rule import Applies, Rule, answer
from app.rules.tier import tier

RULE = Rule(
    id="last_visit",
    version="1",
    title="Last visit",
    source="CDC 2022, recommendation 7",
    applies=Applies.LTOT,
    words=__doc__,
)
ITEM = Item(name="Visit", concept="visit", to_do="See the patient, or call", needs=(Feed.ENCOUNTERS,))


def evaluate(case: Case) -> Finding:
    """A visit today settles it; else the newest visit is judged."""
    today = visit_today(case)
    length = length_for_tier(case.policy.rules.last_visit, tier(case).level)
    if today:
        return answer(
            case,
            RULE,
            Status.GREEN,
            "The visit is today.",
            due=length.due(case.as_of),
            evidence=(today.evidence,),
            used=length.used,
        )
    return judge(Judged(case, RULE, ITEM, visits(case), length))
