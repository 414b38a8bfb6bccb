"""What comes to the top of the page: a few rows, the most dangerous first; all the rest stays one line away.

Rows that share a cause fold into one ("Not yet recorded: ...", "PDMP data: not connected: 3 checks").
"""

from collections.abc import Iterable
from dataclasses import dataclass

from app.domain.finding import Finding, Place, Review, Status
from app.rules.policy import Policy

_SHOWN = frozenset({Status.RED, Status.YELLOW, Status.GREY})
_FOLD_WORDS = {
    "never_recorded": "Not yet recorded",
    "not_recorded_here": "Not recorded where Sextant can see",
    "birth_date": "Age not known",
    "supply": "An opioid entry could not be read in full",
}


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the visit: one finding, or several of one cause (then `title` names the cause)."""

    status: Status
    title: str
    reason: str
    findings: tuple[Finding, ...]

    @property
    def is_folded(self) -> bool:
        return len(self.findings) > 1


@dataclass(frozen=True, slots=True)
class PageOrder:
    """All findings of a review, each in exactly one of these."""

    rows: tuple[Row, ...]
    standing: tuple[Finding, ...]
    background: tuple[Finding, ...]
    green: tuple[Finding, ...]
    not_applicable: tuple[Finding, ...]
    dismissed: tuple[Finding, ...] = ()


def visit_rows(review: Review, policy: Policy) -> tuple[Row, ...]:
    """The task rows of the visit: by the pack's order of danger, then by days overdue."""
    shown = [each for each in review.findings if is_task(each)]
    shown.sort(key=lambda each: _danger(each, policy))
    groups = _folded(shown)
    _add_same_cause(groups, review.findings)
    return tuple(_row(tuple(group)) for group in groups.values())


def _danger(finding: Finding, policy: Policy) -> tuple[bool, int, int, str]:
    """Most dangerous first. A check that could not be made, or a questionnaire that was never asked, says nothing yet: it
    comes after what is known."""
    is_silent = finding.fold is not None and (finding.status is Status.GREY or finding.rule == "depression")
    return is_silent, policy.order_of(finding.rule), -(finding.days_overdue or 0), finding.rule


def page_order(review: Review, policy: Policy) -> PageOrder:
    """Where each finding goes."""
    rows = visit_rows(review, policy)
    shown = {each.rule for row in rows for each in row.findings}
    dismissed = tuple(each for each in review.findings if each.dismissed)
    rest = [each for each in review.findings if each.rule not in shown and each.dismissed is None]
    gaps = [each for each in rest if each.status in _SHOWN]
    return PageOrder(
        rows=rows,
        standing=tuple(each for each in gaps if each.standing),
        background=tuple(each for each in gaps if not each.standing),
        green=_by_weight((each for each in rest if each.status is Status.GREEN), policy),
        not_applicable=tuple(each for each in rest if each.status is Status.NOT_APPLICABLE),
        dismissed=dismissed,
    )


def _by_weight(findings: Iterable[Finding], policy: Policy) -> tuple[Finding, ...]:
    """Checks of the visit first, in the pack's order of danger."""
    return tuple(
        sorted(findings, key=lambda each: (each.place is not Place.VISIT, policy.order_of(each.rule), each.rule))
    )


def is_task(finding: Finding) -> bool:
    """Whether a finding asks for something at this visit; one that was put aside does not."""
    is_asked = finding.place is Place.VISIT and finding.status in _SHOWN
    return is_asked and not finding.standing and finding.dismissed is None


_Groups = dict[tuple[str, Status], list[Finding]]


def _folded(findings: Iterable[Finding]) -> _Groups:
    """Groups of one cause and colour, each where its most dangerous member stands."""
    groups: _Groups = {}
    for each in findings:
        groups.setdefault((each.fold or f"rule:{each.rule}", each.status), []).append(each)
    return groups


def _add_same_cause(groups: _Groups, findings: Iterable[Finding]) -> None:
    """A feed that could not be read is told once, with every check that waits for it, whatever its place."""
    for each in findings:
        is_waiting = each.status is Status.GREY and (each.fold or "").startswith("feed:")
        group = groups.get((each.fold or "", each.status))
        if is_waiting and group and each not in group and each.place is Place.BACKGROUND and not each.dismissed:
            group.append(each)


def _row(group: tuple[Finding, ...]) -> Row:
    first = group[0]
    if len(group) == 1:
        return Row(first.status, first.title, first.reason, group)
    names = ", ".join(each.title for each in group)
    return Row(first.status, _cause(first), f"{names}: {len(group)} checks.", group)


def _cause(finding: Finding) -> str:
    """The words of a shared cause; for a feed, the sentence that the finding itself gives."""
    words = _FOLD_WORDS.get(finding.fold or "")
    return words or finding.reason.rstrip(".").rsplit(". ", 1)[-1]
