"""More than one opioid at a time: two long-acting opioids together are dangerous; a long-acting with a short-acting, or
two short-acting ones, are to be weighed.

When two different long-acting opioids are in force on the same day, it is to be talked over (red). A long-acting with
a short-acting one is a fact beside the dose (yellow), two different short-acting ones are yellow; one opioid is
green. Several strengths of one drug are one, and an overlap of up to 7 days (an early fill) does not count. Unread
medications: grey.
"""

from itertools import combinations

from app.domain.feeds import Feed
from app.domain.finding import Finding, Status
from app.domain.med import Supply
from app.rules.case import Case
from app.rules.evidence.found import evidence_of
from app.rules.evidence.opioids import analgesics_in_force, found_of, name_of
from app.rules.rule import Applies, Rule, answer, unread

RULE = Rule(
    id="overlap_opioids",
    version="1",
    title="Several opioids together",
    source="CDC 2022, recommendation 3; CMS Part D",
    applies=Applies.OPIOID,
    words=__doc__,
    is_safety_fact=True,
)
WEIGH = "Weigh whether both are needed; change nothing abruptly"


def evaluate(case: Case) -> Finding:
    """The most dangerous pair decides."""
    supplies = [each for each in analgesics_in_force(case) if each.ingredient]
    pairs = [pair for pair in combinations(supplies, 2) if _is_pair(case, *pair)]
    if any(one.is_long_acting and other.is_long_acting for one, other in pairs):
        return _say(case, Status.RED, "Two long-acting opioids", pairs)
    if not case.feed(Feed.MEDICATIONS).is_complete:
        return unread(case, RULE, (Feed.MEDICATIONS,), "Whether several opioids are taken together is not known")
    if any(one.is_long_acting == other.is_long_acting for one, other in pairs):
        return _say(case, Status.YELLOW, "Two short-acting opioids", pairs)
    if pairs:
        return _say(case, Status.YELLOW, "A long-acting with a short-acting opioid", pairs, standing=True)
    if len(supplies) < len(analgesics_in_force(case)):
        return _unsure(case)
    return answer(
        case, RULE, Status.GREEN, "No two opioids overlap.", used=(case.policy.rules.overlap_opioids.early_fill,)
    )


def _is_pair(case: Case, one: Supply, other: Supply) -> bool:
    """Two different drugs, or one drug in both formulations, together for longer than an early fill explains."""
    if one.ingredient == other.ingredient and one.is_long_acting == other.is_long_acting:
        return False
    starts = [each.starts for each in (one, other) if each.starts]
    ends = [each.ends for each in (one, other) if each.ends]
    if not starts or not ends:
        return True
    return (min(ends) - max(starts)).days > case.policy.rules.overlap_opioids.early_fill.value


def _say(
    case: Case, status: Status, reason: str, pairs: list[tuple[Supply, Supply]], *, standing: bool = False
) -> Finding:
    supplies = tuple(dict.fromkeys(each for pair in pairs for each in pair))
    names = ", ".join(dict.fromkeys(name_of(each) for each in supplies))
    return answer(
        case,
        RULE,
        status,
        f"{reason} on the same day: {names}.",
        evidence=evidence_of(found_of(each) for each in supplies),
        next_step=WEIGH,
        used=(case.policy.rules.overlap_opioids.early_fill,),
        standing=standing,
    )


def _unsure(case: Case) -> Finding:
    return answer(
        case,
        RULE,
        Status.GREY,
        "An entry that may be an opioid could not be read in full.",
        next_step="Look at the opioid entry in the chart",
        missing=("an opioid entry",),
    )
