"""A person's word about a person: what can be recorded, recording it, taking it back, and everything that was entered.

Each entry and each withdrawal is stored in one transaction with its line in the audit log; the next review uses it at once.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from types import MappingProxyType

from app.domain.audit import Action, AuditEntry
from app.domain.chart import FactEntry, RecordedFact, Withdrawal
from app.domain.dates import on
from app.domain.outcome import Ok
from app.domain.record import PatientRecord
from app.domain.session import LaunchSession
from app.domain.taper import TaperPlan
from app.ports import Clock, UnitOfWork
from app.rules.fact_words import BY_RULE, OF_THE_PERSON, TITLES, WORDS, plan_words, words_of
from app.rules.facts import CONCEPTS, LARGEST
from app.rules.taper import CONCEPT as PLAN
from app.usecases.refused import Problem, Refused
from app.usecases.staff_names import entry_by_name, staff_names
from app.usecases.taper_entry import LABELS, UNITS, field_of, taper_from

__all__ = [
    "NO_NUMBERS",
    "TAPER_FIELDS",
    "TAPER_UNITS",
    "Problem",
    "Question",
    "RecordFacts",
    "Refused",
    "field_of",
    "plan_words",
    "questions_about",
    "questions_of",
    "words_of",
]

TAPER_FIELDS, TAPER_UNITS = LABELS, UNITS
NO_NUMBERS: Mapping[str, str] = MappingProxyType({})

LONGEST_NOTE = 500
OLDEST = timedelta(days=366 * 20)
"""Further back than this a date is taken for a slip of the pen."""


@dataclass(frozen=True, slots=True)
class Question:
    """One thing that a person may record. `choices` are value and words; without any, a whole number up to `largest`.
    `takes_plan`: the numbers of a plan may be given with it."""

    concept: str
    title: str
    choices: tuple[tuple[str, str], ...]
    largest: int | None = None
    takes_plan: bool = False


def questions_about(rule: str) -> tuple[Question, ...]:
    """What the page of one rule asks for; empty for a rule that has nothing of its own to record."""
    return tuple(_question(concept) for concept in BY_RULE.get(rule, ()))


def questions_of(rest_of: str | None = None) -> tuple[Question, ...]:
    """What concerns the person as a whole; with `rest_of`, everything that the page of that rule does not ask."""
    if rest_of is None:
        return tuple(_question(concept) for concept in OF_THE_PERSON)
    asked = {*BY_RULE.get(rest_of, ()), *OF_THE_PERSON}
    return tuple(_question(concept) for concept in CONCEPTS if concept not in asked)


def _question(concept: str) -> Question:
    return Question(concept, TITLES[concept], tuple(WORDS[concept].items()), LARGEST.get(concept), concept == PLAN)


@dataclass(frozen=True, slots=True)
class RecordFacts:
    """Use case: what a signed-in person states about the launch's patient."""

    clock: Clock
    unit_of_work: UnitOfWork

    def __call__(
        self,
        session: LaunchSession,
        stated: Mapping[str, str],
        day: str,
        note: str,
        numbers: Mapping[str, str] = NO_NUMBERS,
    ) -> Ok[tuple[RecordedFact, ...]] | Refused:
        """Store one fact for each concept of `stated` (value "" is left out), all of one day ("2026-03-01") and one note.
        `numbers` are those of a plan for a slower dose (see TAPER_FIELDS), which may be left empty.

        The same word of the same person about the same day is stored once, however often the form is sent.
        """
        chosen = {concept: value.strip() for concept, value in stated.items() if value.strip()}
        today, plan = self.clock.today(), taper_from(numbers, self.clock.today())
        plan_problems = plan.problems if isinstance(plan, Refused) else _plan_problems(chosen, plan.value)
        problems = (*_problems_of(chosen), *plan_problems, *_day_problems(day, today), *_note_problems(note))
        if problems or isinstance(plan, Refused):
            return Refused(problems)
        facts = tuple(
            RecordedFact(
                patient=session.patient,
                concept=concept,
                value=str(int(value)) if not CONCEPTS[concept] else value,
                day=on(date.fromisoformat(day.strip())),
                entered_by=name_of(session),
                entered_at=self.clock.now(),
                note=note.strip() or None,
                taper=plan.value if concept == PLAN else None,
            )
            for concept, value in chosen.items()
        )
        self._store(session, facts)
        return Ok(facts)

    def _store(self, session: LaunchSession, facts: Sequence[RecordedFact]) -> None:
        with self.unit_of_work() as work:
            known = {_word(each) for each in work.facts.facts(session.ehr, session.patient)}
            for fact in facts:
                if _word(fact) not in known:
                    detail = {"concept": fact.concept} | ({"numbers": "yes"} if fact.taper else {})
                    work.facts.add(session.ehr, fact, entry_of(session, Action.RECORD_FACT, self.clock, detail))

    def entered(self, session: LaunchSession, record: PatientRecord) -> Sequence[FactEntry]:
        """Everything that was ever entered about the launch's patient, oldest first, under the names that the chart gives."""
        names = staff_names(record)
        with self.unit_of_work() as work:
            return tuple(entry_by_name(each, names) for each in work.facts.entries(session.ehr, session.patient))

    def withdraw(self, session: LaunchSession, number: int) -> None:
        """Take one entry back. Raises WrongUsage when there is none of that number about the launch's patient."""
        audit = entry_of(session, Action.WITHDRAW_FACT, self.clock, {"fact": str(number)})
        with self.unit_of_work() as work:
            work.facts.withdraw(session.ehr, session.patient, number, Withdrawal(name_of(session), audit.at), audit)


def name_of(session: LaunchSession) -> str:
    """Who is at the screen, as the EHR calls them."""
    return session.user_name or session.user


def entry_of(session: LaunchSession, action: Action, clock: Clock, detail: Mapping[str, str]) -> AuditEntry:
    """The audit line of something that a person did in Sextant itself."""
    return AuditEntry(
        at=clock.now(),
        action=action,
        outcome="ok",
        user=session.user,
        patient=session.patient,
        ehr=session.ehr,
        launch=session.launch,
        target=session.patient,
        detail=detail,
    )


def _word(fact: RecordedFact) -> tuple[object, ...]:
    return (fact.concept, fact.value, fact.day, fact.entered_by, fact.note, fact.taper)


def _problems_of(chosen: Mapping[str, str]) -> tuple[Problem, ...]:
    if not chosen:
        return (Problem("facts", "Choose what to record."),)
    return tuple(problem for concept, value in chosen.items() if (problem := _problem_of(concept, value)))


def _plan_problems(chosen: Mapping[str, str], plan: TaperPlan | None) -> tuple[Problem, ...]:
    """Numbers alone do not say that the plan was made together."""
    if plan is None or PLAN in chosen:
        return ()
    words = next(iter(WORDS[PLAN].values()))
    return (Problem(PLAN, f"{TITLES[PLAN]}: choose “{words}” too, or clear the numbers."),)


def _problem_of(concept: str, value: str) -> Problem | None:
    if concept not in CONCEPTS:
        return Problem("facts", "Choose one of the entries that are listed.")
    if CONCEPTS[concept]:
        return None if value in CONCEPTS[concept] else Problem(concept, "Choose one of the entries that are listed.")
    largest = LARGEST.get(concept)
    is_whole = value.isascii() and value.isdigit() and len(value) <= 3
    if is_whole and (largest is None or int(value) <= largest):
        return None
    scale = f" from 0 to {largest}" if largest is not None else ""
    return Problem(concept, f"{TITLES[concept]}: write a whole number{scale}.")


def _day_problems(text: str, today: date) -> tuple[Problem, ...]:
    try:
        day = date.fromisoformat(text.strip())
    except ValueError:
        return (Problem("day", "Write the day as 2026-03-01."),)
    if day > today:
        return (Problem("day", "This day is still to come. Record what has happened."),)
    if day < today - OLDEST:
        return (Problem("day", "This day is more than 20 years ago. Check the year."),)
    return ()


def _note_problems(note: str) -> tuple[Problem, ...]:
    if len(note.strip()) > LONGEST_NOTE:
        return (Problem("note", f"The note is longer than {LONGEST_NOTE} characters. Shorten it."),)
    return ()
