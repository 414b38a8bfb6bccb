"""The preview of what would be written, and what the EHR answered afterwards."""

from dataclasses import dataclass, replace

from app.domain.finding import Review, Status
from app.domain.flag import VISIT_NOTE, ChangeKind, FlagChange, FlagIntent, Intent, NoteIntent, Written
from app.usecases.carry_out import TAKEN_BACK
from app.usecases.preview_changes import Preview, PreviewedChange
from app.usecases.send_outbox import NO_LONGER_WANTED
from app.web.presenters.words import counted, plain, sentence

VERBS = {
    ChangeKind.CREATE: "Create Flag:",
    ChangeKind.UPDATE: "Change Flag:",
    ChangeKind.INACTIVATE: "End Flag:",
    ChangeKind.NOTE: "Write note:",
}
TAKE_BACK_NOTE = "Take back note:"
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
NO_LONGER_ASKED_FOR = "Not written: no longer asked for as it was confirmed."
AS_OTHERS_WILL_READ_IT = "As others will read it in the chart"
AS_IT_STANDS = "As it stands in the chart"
NOT_THERE = "Not in the chart: nothing to take back."


@dataclass(frozen=True, slots=True)
class ChangeLine:
    """One line of the preview. `line` is its name in the form, `label` says what `text` is; `taken_back` says who took the same
    back today, or is empty."""

    line: str
    verb: str
    title: str
    reason: str
    label: str
    text: str
    destination: str
    json: str
    taken_back: str = ""


@dataclass(frozen=True, slots=True)
class AnswerLine:
    """One line of the result."""

    word: str
    title: str
    reference: str
    detail: str


def change_lines(preview: Preview) -> tuple[ChangeLine, ...]:
    """The lines of a preview, in the plan's order."""
    review, taken_back = preview.chart.review, preview.taken_back
    return tuple(change_line(line, review, taken_back.get(line.change.rule, "")) for line in preview.changes)


def change_line(line: PreviewedChange, review: Review, taken_back_by: str = "") -> ChangeLine:
    """One line: what, why, and exactly what is sent."""
    return ChangeLine(
        line=line.change.line,
        verb=_verb(line.change.kind, line.change.rule),
        title=title_of(line.change.rule, review),
        reason=reason_of(line, review),
        label=AS_IT_STANDS if line.change.kind is ChangeKind.INACTIVATE else AS_OTHERS_WILL_READ_IT,
        text=line.write.text,
        destination=line.write.destination,
        json=everything_sent(line),
        taken_back=f"Taken back today by {taken_back_by}." if taken_back_by else "",
    )


def verb_of(intent: Intent) -> str:
    """What a confirmed change would do: "Create Flag:"."""
    return _verb(intent.change.kind, intent.rule) if isinstance(intent, FlagIntent | NoteIntent) else ""


def _verb(kind: ChangeKind, rule: str) -> str:
    return TAKE_BACK_NOTE if kind is ChangeKind.INACTIVATE and rule == VISIT_NOTE else VERBS[kind]


@dataclass(frozen=True, slots=True)
class WithheldLine:
    """One line of what is confirmed and will not be sent. `line` is its name in the form."""

    line: str
    verb: str
    title: str
    reason: str
    text: str


def withheld_lines(preview: Preview) -> tuple[WithheldLine, ...]:
    """What a plan keeps from being sent."""
    review = preview.chart.review
    return tuple(
        WithheldLine(each.line, _verb(each.kind, each.rule), title_of(each.rule, review), each.reason, each.text)
        for each in preview.plan.withheld
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
        AnswerLine(_answer_word(item), title_of(item.rule, review), item.reference or "", _answer_detail(item))
        for item in written
    )


def taken_back_lines(written: tuple[Written, ...], review: Review) -> tuple[AnswerLine, ...]:
    """The same after taking back: nothing there to end is not "already in the chart"."""
    shown = zip(written, answer_lines(written, review), strict=True)
    return tuple(replace(line, word=NOT_THERE) if is_nothing_there(item) else line for item, line in shown)


def is_nothing_there(item: Written) -> bool:
    """Whether a look at the chart found nothing to take back."""
    return item.outcome == "already_there" and item.reference is None


def _answer_word(item: Written) -> str:
    if item.detail == TAKEN_BACK:
        return TAKEN_BACK
    if item.outcome == "superseded" and item.detail == NO_LONGER_WANTED:
        return NO_LONGER_ASKED_FOR
    if item.outcome == "inactivated" and item.rule == VISIT_NOTE:
        return "Marked as entered in error."
    return OUTCOMES[item.outcome]


def _answer_detail(item: Written) -> str:
    return "" if item.detail == TAKEN_BACK else item.detail


def can_undo(written: tuple[Written, ...]) -> bool:
    """Whether something stands in the chart now, or may yet, that can be taken back."""
    return any(item.outcome in ("created", "updated", "unknown", "waiting") for item in written)


def title_of(rule: str, review: Review) -> str:
    """What a rule is called on the page."""
    finding = review.finding(rule)
    return finding.title if finding else "this visit" if rule == VISIT_NOTE else rule


def everything_sent(line: PreviewedChange) -> str:
    """The resource, and the statement of who wrote it where the EHR takes one."""
    return "\n".join(part for part in (line.write.resource_json, line.write.provenance_json) if part)


def button_words(preview: Preview) -> str:
    """What the one button does, true whatever is unticked: "Write the ticked Flags", or "Write the ticked changes" when some of
    them change or end a Flag."""
    one, many = _names(preview)
    return f"Write the ticked {one if len(preview.changes) == 1 else many}"


def offer_words(preview: Preview) -> str:
    """What the visit page offers to preview; empty when there is nothing to write."""
    return f"Preview {counted_lines(preview)}" if preview.changes else ""


def beside_offer(preview: Preview) -> str:
    """What stands beside the button, or in place of it: what is in the chart already, and that not every check goes there."""
    if preview.sink_note and not preview.changes:
        return ""
    planned = [each for each in preview.plan.changes if isinstance(each, FlagChange) and each.rule]
    red = {each.rule for row in preview.chart.order.rows if row.status is Status.RED for each in row.findings}
    sentences = ["You see the exact text before anything is written."]
    if not preview.changes:
        sentences = ["Nothing to write to the chart now."]
    if standing := sum(_stands(each) for each in planned):
        sentences += [f"{counted(standing, 'Flag of Sextant stands', 'Flags of Sextant stand')} in the chart."]
    if red - {each.rule for each in planned}:
        sentences += ["The policy says which checks are written there."]
    return " ".join(sentences)


def _stands(change: FlagChange) -> bool:
    flag = change.existing
    return flag is not None and flag.status == "active" and flag.identifier is not None


def counted_lines(preview: Preview) -> str:
    """New Flags and notes by their names, anything else as changes."""
    return counted(len(preview.changes), *_names(preview))


def _names(preview: Preview) -> tuple[str, str]:
    kinds = {line.change.kind for line in preview.changes}
    names = {ChangeKind.CREATE: ("Flag", "Flags"), ChangeKind.NOTE: ("note", "notes")}
    return names.get(kinds.pop(), ("change", "changes")) if len(kinds) == 1 else ("change", "changes")
