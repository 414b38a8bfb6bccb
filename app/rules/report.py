"""The review as JSON (the contract of `sextant review --json`), and a finding explained in words.

No key is ever left out; days are ISO dates; `med` is exactly the answer of `sextant med --json`.
"""

from datetime import date

from app.domain.dismissal import Dismissal
from app.domain.feeds import Feed
from app.domain.finding import Evidence, Exclusion, Finding, LtotState, Review, Tier
from app.med.report import as_json as med_as_json
from app.rules.catalogue import entry_of


def as_json(review: Review) -> dict[str, object]:
    """One person's review."""
    return {
        "patient": review.patient,
        "as_of": review.as_of.isoformat(),
        "pack": review.pack,
        "ltot": _ltot(review.ltot),
        "tier": _tier(review.tier),
        "exclusions": [_exclusion(each) for each in review.exclusions],
        "med": med_as_json(review.med),
        "findings": [finding_as_json(each) for each in review.findings],
        "feeds": {feed.value: review.feeds.of(feed).status.value for feed in Feed},
    }


def finding_as_json(finding: Finding) -> dict[str, object]:
    """One finding."""
    return {
        "rule": finding.rule,
        "version": finding.version,
        "status": finding.status.value,
        "place": finding.place.value,
        "reason": finding.reason,
        "due": _day(finding.due),
        "evidence": [_evidence(each) for each in finding.evidence],
        "next_step": finding.next_step,
        "source": finding.source,
        "missing": list(finding.missing),
        "dismissed": _dismissed(finding.dismissed),
    }


def _dismissed(dismissal: Dismissal | None) -> dict[str, object] | None:
    if dismissal is None:
        return None
    return {
        "reason": dismissal.reason,
        "by": dismissal.by,
        "at": dismissal.at.isoformat(),
        "until": dismissal.until.isoformat(),
    }


def _ltot(state: LtotState) -> dict[str, object]:
    return {
        "definition": state.definition,
        "meets": state.meets,
        "covered_days": state.covered_days,
        "window_days": state.window_days,
        "since": _day(state.since),
        "state": state.state,
    }


def _tier(tier: Tier) -> dict[str, object]:
    reasons = [{"text": each.text, "evidence": [_evidence(one) for one in each.evidence]} for each in tier.reasons]
    return {"level": tier.level, "reasons": reasons}


def _exclusion(exclusion: Exclusion) -> dict[str, object]:
    return {
        "kind": exclusion.kind,
        "active": exclusion.active,
        "overridden": exclusion.overridden,
        "evidence": [_evidence(each) for each in exclusion.evidence],
    }


def _evidence(evidence: Evidence) -> dict[str, object]:
    entered = {"entered_by": evidence.entered_by} if evidence.entered_by else {}
    return {"reference": evidence.reference, "date": evidence.date, "value": evidence.value, **entered}


def _day(day: date | None) -> str | None:
    return day.isoformat() if day else None


# --- in words --------------------------------------------------------------------------------------------------------


def explain(review: Review, rule: str) -> str:
    """Why one rule says what it says: the rule in words, the inputs, the pack's values, the result.

    Raises KeyError when the review has no such finding.
    """
    finding = review.by_rule[rule]
    parts = (
        f"{finding.title} ({finding.rule}, version {finding.version}), as of {review.as_of}",
        f"The rule:\n{_indented(entry_of(rule).rule.words or '')}",
        f"Source: {finding.source}",
        f"Inputs:\n{_inputs(finding)}",
        f"Values of the pack {review.pack}:\n{_values(finding)}",
        f"Result: {_result(finding)}",
    )
    return "\n\n".join(parts) + "\n"


def _indented(text: str) -> str:
    return "\n".join(f"  {line}" if line else "" for line in text.strip().splitlines())


def _inputs(finding: Finding) -> str:
    lines = [f"  {_source(each)}, {each.date or 'without a date'}: {each.value}" for each in finding.evidence]
    lines += [f"  not available: {each}" for each in finding.missing]
    return "\n".join(lines) or "  nothing was found"


def _source(evidence: Evidence) -> str:
    if evidence.entered_by:
        return f"entered by {evidence.entered_by}"
    return evidence.reference or "worked out here"


def _values(finding: Finding) -> str:
    lines = [f"  {each.path} = {each.value} ({each.source})" for each in finding.pack_values]
    return "\n".join(lines) or "  none"


def _result(finding: Finding) -> str:
    due = f" Due: {finding.due}." if finding.due else ""
    step = f" Next: {finding.next_step}." if finding.next_step else ""
    return f"{finding.status.value.replace('_', ' ')}. {finding.reason}{due}{step}"
