"""The preview of what would be written, and what the EHR answered afterwards."""

from dataclasses import dataclass

from app.domain.finding import Review
from app.domain.flag import VISIT_NOTE, ChangeKind, Written
from app.usecases.preview_changes import Preview, PreviewedChange
from app.web.presenters.words import counted, plain, sentence

VERBS = {
    ChangeKind.CREATE: "Create Flag:",
    ChangeKind.UPDATE: "Change Flag:",
    ChangeKind.INACTIVATE: "End Flag:",
    ChangeKind.NOTE: "Write note:",
}
OUTCOMES = {
    "created": "Created.",
    "updated": "Changed.",
    "inactivated": "Ended.",
    "already_there": "Already in the chart, nothing changed.",
    "conflict": "Not written: somebody changed this Flag meanwhile.",
    "refused": "Not written: the EHR refused it.",
    "unknown": "Not known yet: the EHR did not answer.",
    "waiting": "Not written yet: it waits until somebody opens this chart again.",
    "superseded": "Not written: a newer decision about the same Flag was confirmed.",
    "expired": "Not written: it was confirmed too long ago.",
    "dry_run": "Nothing was written: this site only tries Sextant out.",
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


def change_lines(preview: Preview) -> tuple[ChangeLine, ...]:
    """The lines of a preview, in the plan's order."""
    return tuple(change_line(line, preview.chart.review) for line in preview.changes)


def change_line(line: PreviewedChange, review: Review) -> ChangeLine:
    """One line: what, why, and exactly what is sent."""
    return ChangeLine(
        rule=line.change.rule,
        verb=VERBS[line.change.kind],
        title=title_of(line.change.rule, review),
        reason=reason_of(line, review),
        text=line.write.text,
        destination=line.write.destination,
        json=everything_sent(line),
    )


@dataclass(frozen=True, slots=True)
class LeftLine:
    """One Flag that stays as it is, and why."""

    title: str
    reason: str


def left_lines(preview: Preview) -> tuple[LeftLine, ...]:
    """What a plan leaves alone."""
    review = preview.chart.review
    left = (change for change in preview.plan.changes if change.kind is ChangeKind.LEAVE)
    return tuple(LeftLine(title_of(each.rule, review), sentence(each.reason)) for each in left)


def reason_of(line: PreviewedChange, review: Review) -> str:
    """Why: the sentence of the finding, which says more than that a Flag is new; else that of the plan."""
    finding = review.finding(line.change.rule)
    is_new = line.change.kind is ChangeKind.CREATE
    return plain(finding.reason if finding and is_new else sentence(line.change.reason), review.as_of)


def answer_lines(written: tuple[Written, ...], review: Review) -> tuple[AnswerLine, ...]:
    """What the EHR answered, each with its id."""
    return tuple(
        AnswerLine(OUTCOMES[item.outcome], title_of(item.rule, review), item.reference or "", item.detail)
        for item in written
    )


def can_undo(written: tuple[Written, ...]) -> bool:
    """Whether something new stands in the chart now that can be taken back: notes cannot."""
    return any(item.outcome in ("created", "updated") and item.rule != VISIT_NOTE for item in written)


def title_of(rule: str, review: Review) -> str:
    """What a rule is called on the page."""
    finding = review.finding(rule)
    return finding.title if finding else "this visit" if rule == VISIT_NOTE else rule


def everything_sent(line: PreviewedChange) -> str:
    """The resource, and the statement of who wrote it where the EHR takes one."""
    return "\n".join(part for part in (line.write.resource_json, line.write.provenance_json) if part)


def button_words(preview: Preview) -> str:
    """What the one button does: "Write 3 Flags", or "Write 3 changes" when some of them change or end a Flag."""
    return f"Write {counted_lines(preview)}"


def offer_words(preview: Preview) -> str:
    """What the visit page offers to preview; empty when there is nothing to write."""
    return f"Preview {counted_lines(preview)}" if preview.changes else ""


def counted_lines(preview: Preview) -> str:
    """New Flags and notes by their names, anything else as changes."""
    kinds = {line.change.kind for line in preview.changes}
    names = {ChangeKind.CREATE: ("Flag", "Flags"), ChangeKind.NOTE: ("note", "notes")}
    one, many = names.get(kinds.pop(), ("change", "changes")) if len(kinds) == 1 else ("change", "changes")
    return counted(len(preview.changes), one, many)
