"""Naloxone: offered to everybody who takes opioids, and at home for everybody at raised risk.

When a person has an opioid in force, a reason for raised risk (50 MME a day or more, a sedating medicine, earlier
overdose, substance use, excess alcohol, sleep apnea, lung disease, a mental-health condition, tapering) and no access
to naloxone on record in the last 12 months, then it is to be offered now (red). On long-term therapy without such a
reason, or access confirmed long ago, or declined, it is yellow. Access in the last 12 months is green. It is sold
over the counter, so no prescription does not mean none at home: ask.
"""

from app.domain.feeds import Feed
from app.domain.finding import Finding, Status
from app.rules.case import Case
from app.rules.done_item import NEVER_RECORDED, NOT_SEEN_HERE
from app.rules.evidence.found import Found, evidence_of, newest
from app.rules.evidence.medicines import reversal_agents
from app.rules.evidence.overdose_risk import raised_risks, risk_settings, unread_risks
from app.rules.evidence.processes import said
from app.rules.interval import Length, ago, length_of
from app.rules.ltot import is_long_term
from app.rules.rule import Applies, Rule, answer, unread

RULE = Rule(
    id="naloxone",
    version="1",
    title="Naloxone access",
    source="CDC 2022, recommendation 8; HHS naloxone guidance 2018",
    applies=Applies.OPIOID,
    words=__doc__,
    is_safety_fact=True,
)
OFFER = "Ask about naloxone at home; offer it and teach its use"


def evaluate(case: Case) -> Finding:
    """Access first; then how much it matters for this person."""
    section = case.policy.rules.naloxone
    length = length_of(section.access_valid, section.warning)
    access = newest(each for each in naloxone_access(case) if each.day)
    declined = newest(each for each in said(case, "naloxone") if each.fact_value == "declined")
    if access and access.day and not (declined and declined.day and declined.day > access.day):
        status = length.status(access.day, case.as_of)
        if status is not Status.RED:
            return _accessible(case, access, status, length)
    elif declined and declined.day and length.status(declined.day, case.as_of) is not Status.RED:
        return _declined(case, declined, length)
    return _without_access(case, access, length)


def naloxone_access(case: Case) -> tuple[Found, ...]:
    """Naloxone or nalmefene ordered, handed over, at home, or a person's word that it is there."""
    entered = tuple(each for each in said(case, "naloxone") if each.fact_value in {"has", "otc"})
    return (*reversal_agents(case), *entered)


def _accessible(case: Case, access: Found, status: Status, length: Length) -> Finding:
    assert access.day is not None
    due = length.due(access.day)
    soon = f"; ask again by {due}" if status is Status.YELLOW else ""
    return answer(
        case,
        RULE,
        status,
        f"Naloxone access is on record from {access.day}, {ago(case, access.day)}{soon}.",
        due=due,
        evidence=(access.evidence,),
        next_step=OFFER if status is Status.YELLOW else None,
        missing=_missing(case),
        used=length.used,
    )


def _declined(case: Case, declined: Found, length: Length) -> Finding:
    assert declined.day is not None
    due = length.due(declined.day)
    return answer(
        case,
        RULE,
        Status.YELLOW,
        f"Naloxone was offered and declined on {declined.day}; ask again by {due}.",
        due=due,
        evidence=(declined.evidence,),
        next_step="Offer naloxone again when it fits",
        used=length.used,
    )


def _without_access(case: Case, access: Found | None, length: Length) -> Finding:
    """No access in time: what it means depends on the risk, and on whether access would be seen."""
    if not case.feed(Feed.MEDICATIONS).is_complete:
        return unread(case, RULE, (Feed.MEDICATIONS,), "Whether naloxone is at hand is not known")
    setting = case.policy.recorded_here.naloxone
    if access is None and not setting.value:
        reason, step = "Naloxone access: not recorded where Sextant can see.", OFFER
        return answer(case, RULE, Status.GREY, reason, next_step=step, used=(setting,), fold=NOT_SEEN_HERE)
    risks = raised_risks(case)
    since = f"access was last on record on {access.day}" if access and access.day else "no access is on record"
    if risks:
        return _act(case, risks, since, access, length)
    unseen = unread_risks(case)
    if unseen:
        return _risk_unknown(case, unseen, f"Naloxone: {since}; whether the risk is raised is not known")
    return _look(case, since, access, length)


def _risk_unknown(case: Case, unseen: tuple[Feed, ...], so: str) -> Finding:
    """Conditions were not read, or the dose could not be computed. Offering it harms nobody."""
    if not all(case.feed(feed).is_complete for feed in unseen):
        return unread(case, RULE, unseen, so, used=risk_settings(case))
    return answer(
        case,
        RULE,
        Status.GREY,
        f"{so}: the dose could not be computed.",
        next_step=OFFER,
        missing=("the dose of an opioid entry",),
        used=risk_settings(case),
        fold="supply",
    )


def _act(case: Case, risks: tuple[tuple[str, Found], ...], since: str, access: Found | None, length: Length) -> Finding:
    words = ", ".join(dict.fromkeys(word for word, _ in risks))
    return answer(
        case,
        RULE,
        Status.RED,
        f"Raised risk ({words}) and {since} in {length.days} days."
        if access is None
        else f"Raised risk ({words}); {since}, more than {length.days} days ago.",
        due=length.due(access.day) if access and access.day else None,
        evidence=evidence_of((*(found for _, found in risks), access)),
        next_step=OFFER,
        missing=_missing(case),
        used=(*length.used, *risk_settings(case)),
    )


def _look(case: Case, since: str, access: Found | None, length: Length) -> Finding:
    """No raised risk: due on long-term therapy, nothing to do on a short course."""
    long_term = is_long_term(case)
    if long_term is None:
        so = f"Naloxone: {since}; whether this is long-term therapy is not known"
        return unread(case, RULE, (Feed.MEDICATIONS,), so)
    if not long_term:
        reason, status = f"No raised risk was found and the course is short; {since}.", Status.GREEN
    else:
        reason, status = f"On long-term therapy; {since}.", Status.YELLOW
    return answer(
        case,
        RULE,
        status,
        reason,
        due=length.due(access.day) if access and access.day else None,
        evidence=evidence_of((access,)),
        next_step=OFFER if status is Status.YELLOW else None,
        missing=_missing(case),
        used=(*length.used, *risk_settings(case)),
        fold=NEVER_RECORDED if access is None and status is Status.YELLOW else None,
    )


def _missing(case: Case) -> tuple[str, ...]:
    return tuple(feed.value for feed in case.record.feeds.incomplete((Feed.CONDITIONS, Feed.DISPENSES)))
