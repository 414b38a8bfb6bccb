"""Findings that a clinician put aside for a while: shown as dismissed, never as in date, and back when the facts change.

A dismissal holds for the finding as it was: its fingerprint is made of the rule and its version, the status, and what the
finding rests on. A newer test, another dose, a step from yellow to red: each makes another fingerprint, and the finding is
back. A refill of the same medicine does not, nor does the mere passing of days.
"""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta

from app.domain.dismissal import Dismissal
from app.domain.finding import Evidence, Finding, Review, Status
from app.rules.policy import Policy

DISMISSIBLE = frozenset({Status.RED, Status.YELLOW, Status.GREY})
_SUPPLIES = frozenset({"MedicationRequest", "MedicationDispense", "MedicationStatement"})


def with_dismissals(review: Review, dismissals: Iterable[Dismissal]) -> Review:
    """The review with each finding marked that is dismissed on its day; of several dismissals the latest holds."""
    standing = {(each.rule, each.fingerprint): each for each in dismissals if each.until >= review.as_of}
    if not standing:
        return review
    return replace(review, findings=tuple(_marked(each, standing) for each in review.findings))


def _marked(finding: Finding, standing: dict[tuple[str, str], Dismissal]) -> Finding:
    found = standing.get((finding.rule, fingerprint(finding)))
    return replace(finding, dismissed=found) if found and finding.status in DISMISSIBLE else finding


def fingerprint(finding: Finding) -> str:
    """What a dismissal holds on to (SHA-256, hexadecimal): the same facts give the same value on any day."""
    facts = sorted({_fact(each) for each in finding.evidence})
    whole = [finding.rule, finding.version, finding.status.value, *facts]
    return hashlib.sha256(json.dumps(whole).encode()).hexdigest()


def _fact(evidence: Evidence) -> str:
    """One input without what changes while nothing happens: the entry of a refill, the day of something worked out today."""
    kind = (evidence.reference or "").partition("/")[0]
    if kind in _SUPPLIES:
        parts = ["supply", evidence.value]
    elif evidence.reference is None and evidence.entered_by is None:
        parts = ["worked out", evidence.value]
    else:
        parts = [evidence.reference or "", evidence.date or "", evidence.value, evidence.entered_by or ""]
    return json.dumps(parts)


def usual_day(finding: Finding, policy: Policy, today: date) -> date:
    """The day that is offered first."""
    return min(today + timedelta(days=policy.dismissal.usual.value), latest_day(finding, policy, today))


def latest_day(finding: Finding, policy: Policy, today: date) -> date:
    """The last day until which a finding may be put aside: sooner for one that asks to act now."""
    rules = policy.dismissal
    longest = rules.longest_red if finding.status is Status.RED else rules.longest
    return today + timedelta(days=longest.value)
