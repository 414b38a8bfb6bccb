"""Everything behind one finding: the rule in words, the values of the policy, the inputs with reference and date."""

from dataclasses import dataclass
from datetime import date

from app.domain.finding import Finding, Review
from app.usecases.dismiss_finding import may_be_put_aside
from app.usecases.explain_finding import ExplainedValue, Explanation
from app.usecases.record_fact import questions_about
from app.web.presenters.rows import evidence_day
from app.web.presenters.words import State, long_date, medicine_words, plain, sentence, state_of


@dataclass(frozen=True, slots=True)
class EvidenceLine:
    """One input of a finding: what, which day, and the resource or the person it comes from."""

    what: str
    day: str
    reference: str


@dataclass(frozen=True, slots=True)
class ValueLine:
    """One value of the policy: its name, the value with unit, its source, and who signed it off."""

    name: str
    path: str
    value: str
    source: str
    valid_from: str
    checked_by: str


@dataclass(frozen=True, slots=True)
class WhyView:
    """Everything that templates/why.html shows. `rule_words` are the paragraphs of the rule."""

    rule: str
    version: str
    state: State
    title: str
    reason: str
    next_step: str
    due: str
    overdue: str
    evidence: tuple[EvidenceLine, ...]
    missing: tuple[str, ...]
    rule_words: tuple[str, ...]
    applies: str
    values: tuple[ValueLine, ...]
    source: str
    pack: str
    as_of: str
    can_record: bool
    can_wait: bool


def why_view(finding: Finding, review: Review, explanation: Explanation) -> WhyView:
    """Everything that a finding rests on."""
    today = review.as_of
    overdue = finding.days_overdue or 0
    return WhyView(
        rule=finding.rule,
        version=finding.version,
        state=state_of(finding, today),
        title=finding.title,
        reason=plain(finding.reason, today),
        next_step=sentence(finding.next_step or ""),
        due=long_date(finding.due) if finding.due else "",
        overdue=f"{overdue} days ago" if overdue else "",
        evidence=tuple(
            EvidenceLine(
                what=medicine_words(each.value),
                day=evidence_day(each, today),
                reference=each.reference or (f"entered by {each.entered_by}" if each.entered_by else "worked out"),
            )
            for each in finding.evidence
        ),
        missing=tuple(each.replace("_", " ") for each in finding.missing),
        rule_words=paragraphs(explanation.words),
        applies=explanation.applies,
        values=tuple(value_line(each) for each in explanation.values),
        source=finding.source,
        pack=review.pack,
        as_of=long_date(today),
        can_record=bool(questions_about(finding.rule)),
        can_wait=may_be_put_aside(finding),
    )


CONCEPTS = {
    "alcohol_use_disorder": "alcohol use disorder",
    "bipolar": "bipolar disorder",
    "copd_or_respiratory": "COPD or another lung disease",
    "opioid_overdose": "an opioid overdose",
    "opioid_use_unspecified": "opioid use, not specified",
    "ptsd": "PTSD",
    "substance_use_disorder_other": "another substance use disorder",
    "suicide_attempt_or_ideation": "a suicide attempt or thoughts of suicide",
}
"""Concepts of a policy's lists whose keys do not read as words."""


def in_words(value: str) -> str:
    """A policy's value with the keys of its lists as words."""
    parts = value.split(", ")
    return ", ".join(CONCEPTS.get(each, each.replace("_", " ")) for each in parts)


def value_line(value: ExplainedValue) -> ValueLine:
    """One value; its name is the last word of its path."""
    return ValueLine(
        name=value.path.rsplit(".", 1)[-1].replace("_", " "),
        path=value.path,
        value=in_words(value.value),
        source=value.source,
        valid_from=from_day(value.valid_from),
        checked_by=f"signed off by {value.checked_by}" if value.checked_by else "not signed off",
    )


def from_day(day: date | None) -> str:
    """ "since 1 Jan 2026"; empty when unknown."""
    return f"since {long_date(day)}" if day else ""


def paragraphs(text: str) -> tuple[str, ...]:
    """Paragraphs of a header, their lines joined."""
    return tuple(" ".join(part.split()) for part in text.split("\n\n") if part.strip())
