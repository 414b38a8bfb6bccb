"""The review: one record, one policy, one day in; everything that Sextant concludes out. Pure, and the only way in.

The dose is computed once. Then each rule is asked in turn; for people whom it does not concern the review answers itself:
deceased, under age, excluded, no opioid in force, not on long-term therapy, or not known to be.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date

from app.domain.feeds import Feed
from app.domain.finding import Exclusion, Finding, Place, Review, Status
from app.domain.med import MedTotal
from app.domain.record import PatientRecord
from app.med import total
from app.rules.case import Case
from app.rules.catalogue import CATALOGUE, entry_of
from app.rules.evidence.admissible import admissible, as_read
from app.rules.evidence.opioids import has_opioid
from app.rules.evidence.starts import has_start
from app.rules.ltot import is_long_term, ltot_state
from app.rules.policy import Policy
from app.rules.rule import Applies, Entry, Rule, answer, unread
from app.rules.scope import KIND_WORDS, Age, age_group, exclusions, is_deceased
from app.rules.site_codes import translated
from app.rules.tier import tier


def review(record: PatientRecord, policy: Policy, as_of: date, *, with_drafts: bool = False) -> Review:
    """Review one chart as of a day. `with_drafts` adds draft and proposed orders as would-be supplies.

    Never raises for what a chart may hold: what cannot be read is part of the answer.
    """
    return review_case(case_of(record, policy, as_of, with_drafts=with_drafts))


def review_case(case: Case) -> Review:
    """The same for a case that was already made, so that what is shown beside the review rests on the same inputs."""
    record, policy = case.record, case.policy
    return Review(
        patient=record.reference,
        as_of=case.as_of,
        pack=policy.id,
        ltot=ltot_state(case),
        tier=tier(case),
        exclusions=exclusions(case),
        med=case.med,
        findings=tuple(_finding(case, entry) for entry in CATALOGUE if policy.place(entry.rule.id) is not Place.OFF),
        feeds=record.feeds,
    )


def finding_for(case: Case, rule: str) -> Finding:
    """The answer for one rule alone. KeyError when there is no such rule."""
    return _finding(case, entry_of(rule))


def case_of(record: PatientRecord, policy: Policy, as_of: date, *, with_drafts: bool = False) -> Case:
    """What every rule is given: the believable record in codes that finders know, and the dose."""
    record = translated(record, policy.codes)
    med = _med(as_read(record), policy, as_of, with_drafts)
    return Case(admissible(record, as_of, with_drafts=with_drafts), policy, as_of, med)


def _med(record: PatientRecord, policy: Policy, as_of: date, with_drafts: bool) -> MedTotal:
    dose = policy.dose
    return total(
        record,
        as_of,
        dose.factor_set.value,
        research_factors=dose.research_factors.value,
        headline="quantity" if dose.headline.value == "quantity" else "signature",
        include_drafts=with_drafts,
    )


def _finding(case: Case, entry: Entry) -> Finding:
    """The answer for one rule: the review's own where the rule does not apply, else the rule's."""
    rule = entry.rule
    outside = _outside(case, rule) or _not_concerned(case, rule)
    finding = outside or entry.evaluate(case)
    if age_group(case) is Age.UNKNOWN and finding.status is not Status.NOT_APPLICABLE:
        return _unsure_of_age(finding)
    return finding


def _outside(case: Case, rule: Rule) -> Finding | None:
    """People to whom no rule applies, or only the drug-safety facts."""
    if is_deceased(case):
        return answer(case, rule, Status.NOT_APPLICABLE, "Recorded as deceased.")
    for each in exclusions(case):
        if each.active and not each.overridden and (each.kind == "under_18" or not rule.is_safety_fact):
            return _excluded(case, rule, each)
    return None


def _excluded(case: Case, rule: Rule, exclusion: Exclusion) -> Finding:
    words = KIND_WORDS[exclusion.kind]
    reason = f"The guideline does not apply: {words}."
    return answer(case, rule, Status.NOT_APPLICABLE, reason, evidence=exclusion.evidence)


def _not_concerned(case: Case, rule: Rule) -> Finding | None:
    """People whom this rule does not concern, or of whom it is not known."""
    gate = _GATES.get(rule.applies)
    concerned = gate(case) if gate else True
    if concerned:
        return None
    if concerned is False:
        return answer(case, rule, Status.NOT_APPLICABLE, _WHY_NOT[rule.applies](case))
    if not case.feed(Feed.MEDICATIONS).is_complete:
        return unread(case, rule, (Feed.MEDICATIONS,), _UNKNOWN[rule.applies])
    return answer(
        case,
        rule,
        Status.GREY,
        f"{_UNKNOWN[rule.applies]}: an entry that is or may be an opioid could not be read in full.",
        next_step="Look at the opioid entry in the chart",
        missing=("an opioid entry",),
        fold="supply",
    )


def _not_long_term(case: Case) -> str:
    state = ltot_state(case)
    if state.state in {"not_ours", "acute_only"}:
        return f"Not on long-term opioid therapy here ({state.state.replace('_', ' ')}, as entered)."
    return f"Not on long-term opioid therapy ({state.covered_days or 0} of {state.window_days} days covered)."


def _no_opioid(_: Case) -> str:
    return "No opioid is in force."


def _not_started(case: Case) -> str:
    return f"No opioid was started in the last {case.policy.start.current.value} days by a person without any before."


_GATES: Mapping[Applies, Callable[[Case], bool | None]] = {
    Applies.LTOT: is_long_term,
    Applies.OPIOID: has_opioid,
    Applies.START: has_start,
}
_WHY_NOT: Mapping[Applies, Callable[[Case], str]] = {
    Applies.LTOT: _not_long_term,
    Applies.OPIOID: _no_opioid,
    Applies.START: _not_started,
}
_UNKNOWN: Mapping[Applies, str] = {
    Applies.LTOT: "Long-term use could not be worked out",
    Applies.OPIOID: "Whether an opioid is in force is not known",
    Applies.START: "Whether an opioid was started is not known",
}


def _unsure_of_age(finding: Finding) -> Finding:
    """Without a birth date nobody can say whether the adult guideline applies: what it would say is shown, not claimed."""
    return replace(
        finding,
        status=Status.GREY,
        reason=f"Age is not known, so the adult guideline may not apply. For an adult: {finding.reason}",
        next_step="Add the birth date to the chart",
        missing=(*finding.missing, "birth date"),
        fold="birth_date",
    )
