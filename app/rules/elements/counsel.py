"""Safety talk: benefits and risks, safe storage and driving are talked about at the start and once a year.

When a person on long-term opioid therapy has had no such talk, or the last one is more than 12 months ago, then it is
overdue (red); in the last 60 days before that it is due soon (yellow); else it is in date (green). Never on record is not
known (grey) unless this clinic records such talks in the chart.
"""

from app.domain.feeds import Feed
from app.domain.finding import Finding
from app.rules.case import Case
from app.rules.done_item import Item, Judged, judge
from app.rules.evidence.found import Found
from app.rules.evidence.processes import done, said
from app.rules.interval import length_for_tier
from app.rules.rule import Applies, Rule
from app.rules.tier import tier

RULE = Rule(
    id="counsel",
    version="1",
    title="Opioid safety talk",
    source="CDC 2022, recommendations 2 and 8 (no interval)",
    applies=Applies.LTOT,
    words=__doc__,
)
ITEM = Item(
    name="Opioid safety talk",
    concept="counsel",
    to_do="Talk about benefits and risks, safe storage and driving, and record it",
    needs=(Feed.PROCEDURES,),
)
OPIOID_SAFETY_COUNSELING = "460831000124102"


def evaluate(case: Case) -> Finding:
    """Judge the newest talk."""
    length = length_for_tier(case.policy.rules.counsel, tier(case).level)
    return judge(Judged(case, RULE, ITEM, _talks(case), length))


def _talks(case: Case) -> tuple[Found, ...]:
    """By the code for it, or a person's word. A leaflet's title is no talk."""
    coded = (each for each in done(case, "risk_counseling") if each.fact_value == OPIOID_SAFETY_COUNSELING)
    return (*coded, *said(case, "counsel"))
