"""Change watch: a sudden stop or drop of the opioid supply is dangerous; the answer is to reach the person, never to
wait.

When somebody who was on long-term opioid therapy has no supply for more than 7 days, or the dose of the last 14 days
is more than 25 % below that of 4 to 6 weeks ago, and no plan for it is on record, then contact the patient (red).
Without fills on record, an order that merely ran out is yellow, as is a drop of 10 to 25 % after a year or more. A
planned change, a switch to buprenorphine and a hospital stay are no alarm (green). Unread medications: not known
(grey).
"""

from datetime import timedelta
from decimal import Decimal

from app.domain.feeds import Feed
from app.domain.finding import Finding, Status
from app.rules.case import Case
from app.rules.evidence.found import Found, evidence_of
from app.rules.evidence.opioids import coverage, found_of, in_force, is_moud
from app.rules.evidence.scores import tidy
from app.rules.evidence.supply_change import Gap, current_taper, gap_now, mean_dose, recent_stay
from app.rules.ltot import met_on, therapy_began
from app.rules.rule import Applies, Rule, answer, unread

RULE = Rule(
    id="change_watch",
    version="1",
    title="Sudden dose change",
    source="CDC 2022, recommendation 5; HHS 2019; FDA 2019",
    applies=Applies.OWN,
    words=__doc__,
    is_safety_fact=True,
)
CONTACT = "Contact the patient today: ask about supply, pain and withdrawal, and agree on a plan"
CHECK = "Check whether the supply was renewed; contact the patient"
ENDED_IN_EHR = frozenset({"stopped", "cancelled"})


def evaluate(case: Case) -> Finding:
    """Was there long-term therapy to watch; what explains a change; then stop and drop."""
    watched = _was_long_term(case)
    if not watched:
        if not case.feed(Feed.MEDICATIONS).is_complete:
            return unread(case, RULE, (Feed.MEDICATIONS,), "Whether the supply changed suddenly is not known")
        return answer(case, RULE, Status.NOT_APPLICABLE, "No long-term opioid therapy in the last 90 days to watch.")
    gap = gap_now(case)
    if gap is not None and gap.days > case.policy.rules.change_watch.grace.value:
        return _explained(case) or _stopped(case, gap)
    if gap is not None:
        return _calm(
            case,
            f"The supply ran out on {gap.since}; a fill may be up to {case.policy.rules.change_watch.grace.words} late",
        )
    if not coverage(case).days_between(case.as_of, case.as_of):
        return _unsure(case, "Whether there is a supply now is not known: an opioid entry states no length")
    return _drop(case)


def _was_long_term(case: Case) -> bool:
    """Met the definition 28 days ago or more, within the last 90 days: an acute course that ends is no stop."""
    section = case.policy.rules.change_watch
    if not coverage(case).intervals:
        return False
    days = range(section.met_before.value, section.met_within.value + 1)
    return any(met_on(case, case.as_of - timedelta(days=back)) for back in days)


# --- what explains a change -----------------------------------------------------------------------------------------


def _explained(case: Case) -> Finding | None:
    plan = current_taper(case)
    if plan:
        return _calm(case, "The change is planned", plan)
    switch = next((each for each in in_force(case) if each.ingredient == "buprenorphine"), None)
    if switch:
        return _calm(case, "Buprenorphine is in force: the dose falls by design", found_of(switch))
    stay = recent_stay(case)
    return _calm(case, "There was a hospital stay", stay) if stay else None


# --- stop and drop --------------------------------------------------------------------------------------------------


def _stopped(case: Case, gap: Gap) -> Finding:
    """Red when fills show it or an order was ended; an order that merely ran out may have been renewed elsewhere."""
    if not case.feed(Feed.MEDICATIONS).is_complete:
        return unread(case, RULE, (Feed.MEDICATIONS,), f"No supply since {gap.since} was seen; one may exist")
    section = case.policy.rules.change_watch
    sources = {source for each in gap.last for source in each.sources}
    is_filled = any(source.startswith("MedicationDispense/") for source in sources)
    is_ended = any(each.reference in sources and each.status in ENDED_IN_EHR for each in case.record.orders)
    is_alarm = is_filled or is_ended
    words = "possible abrupt stop" if is_alarm else "supply ran out: check"
    return answer(
        case,
        RULE,
        Status.RED if is_alarm else Status.YELLOW,
        f"No opioid supply since {gap.since} ({gap.days} days), and no plan is on record: {words}.",
        evidence=evidence_of(found_of(each) for each in gap.last),
        next_step=CONTACT if is_alarm else CHECK,
        missing=_missing(case),
        used=(section.grace, section.met_before, section.met_within),
    )


def _drop(case: Case) -> Finding:
    section = case.policy.rules.change_watch
    recent = mean_dose(case, section.recent.value - 1, 0)
    earlier = mean_dose(case, section.earlier_from.value, section.earlier_to.value + 1)
    if recent.mean is None or earlier.mean is None:
        return _calm(case, "No two stretches of supply to compare")
    fall = (earlier.mean - recent.mean) * 100 / earlier.mean
    is_large = fall > section.drop_red.value
    if not is_large and not (fall >= section.drop_yellow.value and _is_long(case)):
        return _calm(case, f"The dose is steady: {tidy(earlier.mean)} before, {tidy(recent.mean)} MME/day now")
    if not (recent.is_complete and earlier.is_complete):
        return _unsure(case, "The dose seems to have fallen, but some opioid entry could not be computed")
    return _explained(case) or _dropped(case, earlier.mean, recent.mean, is_large)


def _is_long(case: Case) -> bool:
    began = therapy_began(case)
    return began is not None and case.days_since(began) >= case.policy.rules.change_watch.long_therapy.value


def _dropped(case: Case, earlier: Decimal, recent: Decimal, is_large: bool) -> Finding:
    section = case.policy.rules.change_watch
    percent = tidy((earlier - recent) * 100 / earlier)
    supplies = [each for each in in_force(case) if not is_moud(case, each)]
    words = "possible abrupt change" if is_large else "a change to talk over"
    return answer(
        case,
        RULE,
        Status.RED if is_large else Status.YELLOW,
        f"The dose fell by {percent} % ({tidy(earlier)} to {tidy(recent)} MME/day), and no plan is on record: {words}.",
        evidence=evidence_of(found_of(each) for each in supplies),
        next_step=CONTACT if is_large else "Talk over the change, and record the plan",
        missing=_missing(case),
        used=(section.drop_red, section.drop_yellow, section.recent, section.earlier_from, section.earlier_to),
    )


def _calm(case: Case, reason: str, found: Found | None = None) -> Finding:
    section = case.policy.rules.change_watch
    used = (section.grace, section.drop_red, section.drop_yellow, section.plan_valid)
    return answer(
        case, RULE, Status.GREEN, f"{reason}.", evidence=evidence_of((found,)), missing=_missing(case), used=used
    )


def _unsure(case: Case, reason: str) -> Finding:
    return answer(
        case,
        RULE,
        Status.GREY,
        f"{reason}.",
        next_step="Look at the opioid entries in the chart",
        missing=("the dose of an opioid entry",),
    )


def _missing(case: Case) -> tuple[str, ...]:
    return tuple(feed.value for feed in case.record.feeds.incomplete((Feed.DISPENSES,)))
