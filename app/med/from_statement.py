"""The course of a statement: what somebody says is taken, from the stated start to the stated end."""

from datetime import date

from app.domain.medication import Statement
from app.domain.outcome import No
from app.med.course import Course
from app.med.days import Days, believed, covered_days, later_of
from app.med.durations import days_after
from app.med.entries import Entry
from app.med.parts import directions_of, remarks, with_route
from app.med.plan import Plan, Span
from app.med.prescriptions import Prescriber, day_of

ENDED = frozenset({"completed", "stopped"})


def statement_course(entry: Entry, statement: Statement, as_of: date) -> Course:
    """What the statement covers and says. It counts only where no order or fill of the product does."""
    drug = with_route(entry.drug, statement.dosages)
    told = directions_of(statement.dosages, statement.unreadable, drug)
    plan, span = told.laid_out(_start(statement))
    return Course(
        sources=(statement.reference,),
        drug=drug,
        prescriber=Prescriber(None, None),
        days=_days(statement, plan, span, as_of).within(span),
        plan=plan,
        quantity=No("a statement has no quantity"),
        is_statement=True,
        has_ended=statement.status in ENDED,
        notes=remarks(statement.status, statement.unreadable, drug),
    )


def _start(statement: Statement) -> date | None:
    begun = statement.effective.start if statement.effective else None
    return day_of(begun or statement.asserted_on)


def _days(statement: Statement, plan: Plan | No, span: Span, as_of: date) -> Days:
    """To the stated end; a statement that has ended without saying when, to its last change; else as for an order, counted
    from the day it was made."""
    starts, said_on = later_of(_start(statement), span.starts), day_of(statement.asserted_on)
    end = statement.effective.end if statement.effective else None
    if end is not None:
        ends = days_after(end.latest, 1)
        return Days(starts, max(ends, starts or ends))
    if statement.status in ENDED:
        known = statement.last_updated.date() if statement.last_updated else as_of
        return Days(starts, max(known, starts or known), is_guess=True).noting(f"{statement.status}; end not known")
    if starts is not None and said_on is not None and said_on > starts and span.ends is None:
        return believed(starts, said_on)
    return covered_days(starts, None, span, None, plan if isinstance(plan, Plan) else None)
