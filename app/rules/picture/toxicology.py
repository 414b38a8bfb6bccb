"""Urine tests side by side: the newest collection days by drug class, each cell with what may explain it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from app.domain.feeds import Feed
from app.rules.case import Case
from app.rules.evidence.found import Found, newest
from app.rules.evidence.processes import said
from app.rules.evidence.substances import EXPLAINS_ALSO, SCREENS
from app.rules.evidence.toxicology import (
    SURPRISES,
    Outcome,
    Specimen,
    Verdict,
    is_explained,
    is_to_be_talked_over,
    open_surprises,
    results,
    specimen_of,
    supplies,
    verdicts_on,
)
from app.rules.evidence.urine import awaited, ordered, tested_classes, urine_tests
from app.rules.picture.explanations import Explanation, explanations_of
from app.rules.picture.nothing import Nothing, Unknown, nothing_seen, partly_read

DAYS_SHOWN = 4


@dataclass(frozen=True, slots=True)
class Cell:
    """One drug class of one collection day. `verdict` None: the laboratory still works on it.

    `is_open`: an unexpected result that nothing has explained or answered yet; `is_due_for_talk`: of those, one that is to be
    talked over now. `explained_by`: a person's word.
    """

    drug_class: str
    day: date
    verdict: Verdict | None
    explanations: tuple[Explanation, ...] = ()
    is_open: bool = False
    is_due_for_talk: bool = False
    explained_by: Found | None = None

    @property
    def is_unexpected(self) -> bool:
        return self.verdict is not None and self.verdict.outcome in SURPRISES

    @property
    def is_plain(self) -> bool:
        """Not detected, as expected, and about nothing that was supplied: the usual answer of a panel."""
        told = self.verdict
        return bool(told and told.outcome is Outcome.EXPECTED and not told.detected and not told.bears_on_supply)


@dataclass(frozen=True, slots=True)
class Collection:
    """One collection day: its specimen and its cells by drug class. `not_judged`: classes that the policy does not judge."""

    day: date
    specimen: Specimen
    cells: tuple[Cell, ...]
    not_judged: tuple[str, ...]

    def cell(self, drug_class: str) -> Cell | None:
        """The cell of one class; None when it was not tested for."""
        return next((each for each in self.cells if each.drug_class == drug_class), None)


@dataclass(frozen=True, slots=True)
class ToxicologyTable:
    """Newest day first. `supplied`: classes of the medicines in force, tested or not. `earlier_days` counts days of the window
    that are not shown. `unknown` is set when no day is there; `only_done`, `ordered`: a test without a result, an open request.
    `partly_read` says what could not be read beside what is shown."""

    collections: tuple[Collection, ...]
    supplied: tuple[str, ...]
    earlier_days: int
    unknown: Unknown | None
    only_done: Found | None
    ordered: Found | None
    partly_read: str

    @property
    def classes(self) -> tuple[str, ...]:
        """Every class of the table: what is supplied first, then by name."""
        named = {cell.drug_class for each in self.collections for cell in each.cells}
        return (*self.supplied, *sorted(named - set(self.supplied)))


def toxicology_table(case: Case) -> ToxicologyTable:
    """The newest collection days within the window of the policy."""
    window = case.policy.rules.udt_result.window.value
    days = sorted({each.day for each in results(case)} | {day for _, day in _awaited(case)}, reverse=True)
    done = newest(each for each in urine_tests(case) if each.day and case.days_since(each.day) <= window)
    return ToxicologyTable(
        collections=tuple(_collection(case, day) for day in days[:DAYS_SHOWN]),
        supplied=_classes_supplied(case) if days else (),
        earlier_days=max(0, len(days) - DAYS_SHOWN),
        unknown=None if days else _unknown(case, done),
        only_done=done if done and done.day and not any(day >= done.day for day in days) else None,
        ordered=newest(ordered(case)),
        partly_read=partly_read(case, (Feed.LABS, Feed.MEDICATIONS)),
    )


def _awaited(case: Case) -> Iterator[tuple[str, date]]:
    """Classes and collection days on which the laboratory still works: what the policy judges, within its window."""
    section = case.policy.rules.udt_result
    for name, found in awaited(case):
        if found.day and case.days_since(found.day) <= section.window.value and name in section.judged.value:
            yield name, found.day


def _unknown(case: Case, done: Found | None) -> Unknown:
    """No result that can be judged: the laboratory feed is down, the report is elsewhere, or nothing was tested."""
    if done:
        return Unknown(Nothing.UNREADABLE, "no result on record that can be judged")
    words = case.policy.rules.udt_result.window.words
    return nothing_seen(
        case, (Feed.LABS,), f"no urine drug test result in {words}", case.policy.recorded_here.udt.value
    )


def _collection(case: Case, day: date) -> Collection:
    cells = {each.drug_class: _cell(case, each) for each in verdicts_on(case, day)}
    for name, waiting_since in _awaited(case):
        if waiting_since == day:
            cells.setdefault(name, Cell(name, day, None))
    seen = {name for name, tested_on in tested_classes(case) if tested_on == day}
    unjudged = sorted(seen - set(case.policy.rules.udt_result.judged.value))
    return Collection(day, specimen_of(case, day), tuple(cells[name] for name in sorted(cells)), tuple(unjudged))


def _cell(case: Case, verdict: Verdict) -> Cell:
    explained = newest(each for each in said(case, "udt_result") if each.day)
    is_open = any(each.drug_class == verdict.drug_class and each.day == verdict.day for each in open_surprises(case))
    is_unexpected = verdict.outcome in SURPRISES
    return Cell(
        verdict.drug_class,
        verdict.day,
        verdict,
        explanations_of(case, verdict),
        is_open and is_unexpected,
        is_open and is_to_be_talked_over(case, verdict),
        explained if is_unexpected and is_explained(verdict, explained) else None,
    )


def _classes_supplied(case: Case) -> tuple[str, ...]:
    """Test classes that look for a medicine in force today, in the policy's order."""
    drugs = {each.ingredient for each in supplies(case) if each.covers(case.as_of)}
    return tuple(name for name in case.policy.rules.udt_result.judged.value if _looks_for(name, drugs))


def _looks_for(drug_class: str, drugs: set[str]) -> bool:
    """The class is the one that the drug is looked for in. The opiates screen may also find what has a class of its own."""
    screen = SCREENS.get(drug_class)
    if screen is None:
        return False
    also = EXPLAINS_ALSO.get(drug_class, screen.may_find)
    return bool(drugs & (screen.finds | also))
