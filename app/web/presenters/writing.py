"""The preview of what would be written, and what the EHR answered afterwards."""

from dataclasses import dataclass

from app.domain.finding import Finding, Review
from app.domain.flag import ChangeKind, Written
from app.usecases.preview_changes import Preview, PreviewedChange
from app.web.presenters.visit import evidence_words
from app.web.presenters.words import STATES, State, short_date

VERBS = {
    ChangeKind.CREATE: "Create Flag:",
    ChangeKind.UPDATE: "Change Flag:",
    ChangeKind.INACTIVATE: "End Flag:",
}
OUTCOMES = {
    "created": "Created.",
    "updated": "Changed.",
    "inactivated": "Ended.",
    "already_there": "Already in the chart, nothing changed.",
    "conflict": "Not written: somebody changed this Flag meanwhile.",
    "refused": "Not written: the EHR refused it.",
    "unknown": "Not known yet: the EHR did not answer.",
}


@dataclass(frozen=True, slots=True)
class ChangeLine:
    """One line of the preview."""

    rule: str
    verb: str
    title: str
    reason: str
    text: str
    destination: str
    json: str


@dataclass(frozen=True, slots=True)
class AnswerLine:
    """One line of the result."""

    word: str
    title: str
    reference: str
    detail: str


@dataclass(frozen=True, slots=True)
class EvidenceLine:
    """One input of a finding with its reference."""

    words: str
    reference: str


@dataclass(frozen=True, slots=True)
class WhyView:
    """Everything behind one finding."""

    rule: str
    version: str
    state: State
    title: str
    reason: str
    next_step: str
    due: str
    evidence: tuple[EvidenceLine, ...]
    missing: tuple[str, ...]
    pack_values: tuple[object, ...]
    source: str


def change_lines(preview: Preview) -> tuple[ChangeLine, ...]:
    """The lines of a preview, in the plan's order."""
    return tuple(change_line(line, preview.chart.review) for line in preview.changes)


def change_line(line: PreviewedChange, review: Review) -> ChangeLine:
    """One line: what, why, and exactly what is sent."""
    return ChangeLine(
        rule=line.change.rule,
        verb=VERBS[line.change.kind],
        title=title_of(line.change.rule, review),
        reason=line.change.reason,
        text=line.write.text,
        destination=line.write.destination,
        json=line.write.resource_json,
    )


def answer_lines(written: tuple[Written, ...], review: Review) -> tuple[AnswerLine, ...]:
    """What the EHR answered, each with its id."""
    return tuple(
        AnswerLine(OUTCOMES[item.outcome], title_of(item.rule, review), item.reference or "", item.detail)
        for item in written
    )


def title_of(rule: str, review: Review) -> str:
    """What a rule is called on the page."""
    finding = review.finding(rule)
    return finding.title if finding else rule


def why_view(finding: Finding, review: Review) -> WhyView:
    """Everything that a finding rests on."""
    return WhyView(
        rule=finding.rule,
        version=finding.version,
        state=STATES[finding.status],
        title=finding.title,
        reason=finding.reason,
        next_step=finding.next_step or "",
        due=short_date(finding.due, review.as_of),
        evidence=tuple(EvidenceLine(evidence_words(e, review.as_of), e.reference or "") for e in finding.evidence),
        missing=finding.missing,
        pack_values=finding.pack_values,
        source=finding.source,
    )
