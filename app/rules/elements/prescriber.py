"""Prescriber: one clinician is accountable for a person's long-term opioid therapy.

When none of our clinicians prescribed the opioids of the last 90 days, or two or more people outside the care team
did, then it is to be settled (red). When the clinician in charge is not the one who prescribed last, or prescribed
less than half, it is yellow. In charge, prescribed last and at least half: green. Without a care team, or without
prescribers on the prescriptions: not known (grey).
"""

from dataclasses import dataclass
from datetime import date, timedelta

from app.domain.feeds import Feed
from app.domain.finding import Finding, Status
from app.domain.med import Supply
from app.rules.case import Case
from app.rules.evidence.clinicians import assigned, plain_name, team
from app.rules.evidence.found import evidence_of
from app.rules.evidence.opioids import found_of, is_for_taking, is_moud
from app.rules.rule import Applies, Rule, answer

RULE = Rule(
    id="prescriber",
    version="1",
    title="Accountable prescriber",
    source="Six Building Blocks, block 3; numbers are ours",
    applies=Applies.LTOT,
    words=__doc__,
)
SETTLE = "Agree on one clinician who prescribes and reviews"


@dataclass(frozen=True, slots=True)
class _Share:
    """One supply with the days of the window that it covers."""

    supply: Supply
    days: int

    @property
    def who(self) -> str | None:
        """The same person has the same name, else the same reference."""
        name = self.supply.prescriber_name
        return plain_name(name) if name else self.supply.prescriber


def evaluate(case: Case) -> Finding:
    """The prescribers of the last 90 days of supply against the care team."""
    if not team(case):
        return _unknown(case, "No care team or general practitioner is recorded", "care team")
    shares = _shares(case)
    named = [each for each in shares if each.who]
    if not named:
        return _unknown(case, "No prescriber is recorded on the opioid prescriptions", "prescriber")
    outside = {each.who for each in named if not _is_in_team(case, each)}
    if len(outside) >= case.policy.rules.prescriber.outside.value:
        return _say(case, Status.RED, f"{len(outside)} people outside the care team prescribed opioids", shares)
    if not any(_is_in_team(case, each) for each in named):
        if len(named) < len(shares):
            return _unknown(case, "Some opioid prescriptions name no prescriber", "prescriber")
        return _say(case, Status.RED, "None of our clinicians prescribed the opioids", shares)
    return _in_charge(case, shares, named)


def _in_charge(case: Case, shares: list[_Share], named: list[_Share]) -> Finding:
    last = max(named, key=lambda each: (each.supply.starts or date.min, each.supply.sources))
    if not _is_assigned(case, last):
        who = last.supply.prescriber_name or last.supply.prescriber
        return _say(case, Status.YELLOW, f"The clinician in charge is not the one who prescribed last ({who})", shares)
    own = sum(each.days for each in named if _is_assigned(case, each))
    whole = sum(each.days for each in shares)
    percent = case.policy.rules.prescriber.share.value
    if own * 100 < whole * percent:
        return _say(
            case, Status.YELLOW, f"The clinician in charge prescribed less than {percent} % of the supply", shares
        )
    return _say(case, Status.GREEN, "The clinician in charge prescribes the opioids", shares)


def _shares(case: Case) -> list[_Share]:
    """Supplies that touch the window."""
    first = case.as_of - timedelta(days=case.policy.rules.prescriber.window.value - 1)
    until = case.as_of + timedelta(days=1)
    found = []
    for each in case.med.supplies:
        if each.starts is None or not is_for_taking(each) or is_moud(case, each):
            continue
        days = (min(each.ends or until, until) - max(each.starts, first)).days
        if days > 0:
            found.append(_Share(each, days))
    return found


def _is_in_team(case: Case, share: _Share) -> bool:
    return team(case).has(share.supply.prescriber, share.supply.prescriber_name)


def _is_assigned(case: Case, share: _Share) -> bool:
    return assigned(case).has(share.supply.prescriber, share.supply.prescriber_name)


def _say(case: Case, status: Status, reason: str, shares: list[_Share]) -> Finding:
    section = case.policy.rules.prescriber
    return answer(
        case,
        RULE,
        status,
        f"{reason} ({section.window.words}).",
        evidence=evidence_of(found_of(each.supply) for each in shares),
        next_step=None if status is Status.GREEN else SETTLE,
        missing=tuple(feed.value for feed in case.record.feeds.incomplete((Feed.DISPENSES, Feed.PDMP))),
        used=(section.window, section.outside, section.share),
    )


def _unknown(case: Case, reason: str, missing: str) -> Finding:
    return answer(
        case, RULE, Status.GREY, f"{reason}.", next_step="Record who is in charge of the opioids", missing=(missing,)
    )
