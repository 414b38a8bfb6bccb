"""One finding, one row: state, what, why with its evidence days, and the next step."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from app.domain.finding import Evidence, Finding, Status
from app.usecases.dismiss_finding import may_be_put_aside
from app.usecases.record_fact import questions_about
from app.usecases.review_patient import RankedRow
from app.web.presenters.words import STATES, State, clipped, counted, plain, sentence, short_date, state_of

EVIDENCE_SHOWN = 2
NAMES_SHOWN = 5


@dataclass(frozen=True, slots=True)
class Row:
    """One finding, one row: state, what (bold), why, next step. `is_joined`: the reason goes on where the title ends.

    `evidence` is what the reason does not name already, short. `folded` holds the findings of a shared cause. A row carries
    only the actions that lead somewhere: `can_record` a person's word, `can_wait` until later, `has_resources` near here.
    """

    rule: str
    state: State
    title: str
    why: str
    next_step: str
    is_joined: bool = False
    evidence: str = ""
    partly_known: bool = False
    can_record: bool = False
    can_wait: bool = False
    has_resources: bool = False
    folded: tuple["Row", ...] = ()


def task_row(row: RankedRow, today: date, offered: frozenset[str] = frozenset()) -> Row:
    """One row of the visit: a finding, or several that share a cause. `offered`: rules for which the site has services."""
    if not row.is_folded:
        return row_of(row.findings[0], today, offered)
    folded = rows_of(row.findings, today, offered)
    names = ", ".join(each.title for each in folded)
    return Row(
        rule=folded[0].rule,
        state=STATES[row.status],
        title=row.title,
        why=sentence(f"{'Cannot be told: ' if row.status is Status.GREY else ''}{names}"),
        next_step=folded[0].next_step,
        folded=folded,
    )


def rows_of(findings: tuple[Finding, ...], today: date, offered: frozenset[str] = frozenset()) -> tuple[Row, ...]:
    """Several findings as rows."""
    return tuple(row_of(finding, today, offered) for finding in findings)


def row_of(finding: Finding, today: date, offered: frozenset[str] = frozenset()) -> Row:
    """One finding as its row. A reason that begins with the title goes on from it, so that nothing is said twice."""
    reason, rest = reason_with_days(finding, today)
    is_joined = reason.lower().startswith(f"{finding.title.lower()} ")
    why = reason[len(finding.title) + 1 :] if is_joined else reason
    return Row(
        rule=finding.rule,
        state=state_of(finding, today),
        title=finding.title,
        why=clipped(why),
        next_step=sentence(finding.next_step or ""),
        is_joined=is_joined,
        evidence=short_evidence(rest, today),
        partly_known=finding.is_known_in_part,
        can_record=bool(questions_about(finding.rule)) and may_be_put_aside(finding),
        can_wait=may_be_put_aside(finding),
        has_resources=finding.rule in offered,
    )


def reason_with_days(finding: Finding, today: date) -> tuple[str, tuple[Evidence, ...]]:
    """The reason with the day behind each thing that it names, and the evidence that it does not name."""
    reason, rest = plain(finding.reason, today), []
    for item in finding.evidence:
        name, day = plain(item.value, today), evidence_day(item, today)
        if name in reason and is_whole_day(item.date) and item.date != today.isoformat() and day not in reason:
            reason = with_day(reason, name, day)
        elif name not in reason and day not in reason:
            rest.append(item)
    return reason, tuple(rest)


def with_day(reason: str, name: str, day: str) -> str:
    """The day behind the first mention of a name; after a comma when that stands in brackets already."""
    before, _, after = reason.partition(name)
    is_in_brackets = before.count("(") > before.count(")")
    return f"{before}{name}{f', {day}' if is_in_brackets else f' ({day})'}{after}"


def short_evidence(evidence: tuple[Evidence, ...], today: date) -> str:
    """At most two pieces, and how many more there are."""
    shown = [evidence_words(item, today) for item in evidence[:EVIDENCE_SHOWN]]
    more = len(evidence) - len(shown)
    return "; ".join([*shown, *([f"{more} more"] if more else [])])


def evidence_words(item: Evidence, today: date) -> str:
    """Fact, day, and who said so."""
    said = f", entered by {item.entered_by}" if item.entered_by else ""
    return f"{plain(item.value, today)} ({evidence_day(item, today)}{said})"


def evidence_day(item: Evidence, today: date) -> str:
    """The day as people read it, or as far as the chart gives it."""
    if item.date and is_whole_day(item.date):
        return short_date(date.fromisoformat(item.date[:10]), today)
    return item.date or "no date"


def is_whole_day(text: str | None) -> bool:
    """Whether a date text names a day (not only a year or a month)."""
    try:
        return bool(text and date.fromisoformat(text[:10]))
    except ValueError:
        return False


def in_date_words(rows: tuple[Row, ...]) -> str:
    """The one line of what is in date: a few names, and how many more."""
    return some_names([row.title for row in rows])


def some_names(names: Sequence[str]) -> str:
    """The first names, and how many more."""
    more = len(names) - NAMES_SHOWN
    return " · ".join([*names[:NAMES_SHOWN], *([counted(more, "more", "more")] if more > 0 else [])])
