"""Which Flags the findings ask for."""

from collections.abc import Callable
from typing import Protocol

from app.domain.finding import Finding, Review, Status
from app.domain.flag import WantedFlag
from app.flags.text import flag_text

Identify = Callable[[str, str], str]
"""(patient, rule) → the value of our Flag's identifier."""
Fingerprint = Callable[[Finding], str]
"""The facts behind a finding, as a text that changes when they do."""
CATEGORIES = {"sedative": "drug", "naloxone": "safety", "med": "drug", "change_watch": "safety"}
"""Categories of HL7's flag-category; everything else is "clinical"."""


class WritePolicy(Protocol):
    """What a pack says about writing (a `Policy` is one)."""

    def writes(self, rule: str, status: Status) -> bool:
        """Whether a finding of this rule and status asks for a Flag."""

    def flag_text(self, rule: str) -> str:
        """The words of its Flag."""


def not_told(_: Finding) -> str:
    """No fingerprint: then every gap counts as one on new facts."""
    return ""


def wanted(
    review: Review, policy: WritePolicy, identify: Identify, fingerprint: Fingerprint = not_told
) -> tuple[WantedFlag, ...]:
    """The Flags that a review asks for, in the order of its findings. Nobody in particular gets none: without a patient
    reference there is no chart to write to. A finding that was put aside asks for nothing."""
    patient = review.patient
    if patient is None:
        return ()
    asking = (each for each in review.findings if each.dismissed is None and policy.writes(each.rule, each.status))
    return tuple(_flag(each, review, policy, identify(patient, each.rule), fingerprint(each)) for each in asking)


def _flag(finding: Finding, review: Review, policy: WritePolicy, identifier: str, fingerprint: str) -> WantedFlag:
    references = (each.reference for each in finding.evidence if each.reference)
    return WantedFlag(
        rule=finding.rule,
        rule_version=finding.version,
        identifier=identifier,
        text=flag_text(policy.flag_text(finding.rule), review.as_of),
        level=finding.status.value,
        category=CATEGORIES.get(finding.rule, "clinical"),
        since=review.as_of,
        evidence=tuple(dict.fromkeys(references)),
        fingerprint=fingerprint,
    )
