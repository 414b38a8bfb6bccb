"""Renewals do not add to what they replace: the earlier course ends where the later one begins.

Replaced is: what a later order names (`priorPrescription`, `basedOn`); an earlier fill of the same prescription; and the
same product of the same prescriber, when the later one begins in the last week of the earlier or when nobody stated how
long the earlier lasts. Two that begin on the same day, or are prescribed by different people, add up.
"""

from dataclasses import replace
from datetime import date

from app.med.course import Course

SHORTLY_BEFORE_THE_END_DAYS = 7
"""An early fill or renewal; the same seven days as in the overlap rule (rulings, section 4)."""


def without_replaced(courses: tuple[Course, ...], as_of: date) -> tuple[Course, ...]:
    """Each course, ended where another takes its place. Those that never get a day of their own join their successor."""
    ended = [_ended_by_others(course, courses, as_of) for course in courses]
    into = {id(course): by for course, (_, by) in zip(courses, ended, strict=True) if by is not None}
    joined: dict[int, list[Course]] = {}
    for course in courses:
        successor = _last_successor(course, into)
        if successor is not None:
            joined.setdefault(id(successor), []).append(course)
    kept = [(course, now) for course, (now, _) in zip(courses, ended, strict=True) if not _is_joined(course, joined)]
    return tuple(_joined(now, joined.get(id(course), [])) for course, now in kept)


def _last_successor(course: Course, into: dict[int, Course]) -> Course | None:
    """The end of the chain; None for a course with no successor, and for circles, which chart errors make."""
    seen, here = {id(course)}, into.get(id(course))
    while here is not None and id(here) in into:
        if id(here) in seen:
            return None
        seen.add(id(here))
        here = into[id(here)]
    return None if here is None or id(here) in seen else here


def _is_joined(course: Course, joined: dict[int, list[Course]]) -> bool:
    return any(each is course for group in joined.values() for each in group)


def _ended_by_others(course: Course, courses: tuple[Course, ...], as_of: date) -> tuple[Course, Course | None]:
    """The course with its end, and the one that absorbed it when nothing of its own days is left."""
    later = [each for each in courses if each is not course and _replaces(each, course, as_of)]
    if not later:
        return course, None
    first = min(later, key=lambda each: (_begin(each, as_of), each.sources))
    begins = _begin(first, as_of)
    if course.days.starts is None or begins <= course.days.starts:
        return course, first
    ended = course.replaced_from(begins)
    if course.days.has_known_length:
        return ended, None
    return replace(ended, days=ended.days.noting(f"taken as replaced from {begins} on: the same product again")), None


def _begin(course: Course, as_of: date) -> date:
    return course.days.starts or as_of


def _replaces(later: Course, earlier: Course, as_of: date) -> bool:
    if later.is_statement or earlier.is_statement or _has_no_days(later):
        return False
    if _names(later, earlier):
        return _begin(later, as_of) >= _begin(earlier, as_of) and not later.has_ended
    begins, began = later.days.starts, earlier.days.starts
    if begins is None or began is None or begins <= began:
        return False
    if later.order is not None and later.order is earlier.order:
        return True
    return (
        not later.has_ended
        and later.drug.likeness == earlier.drug.likeness
        and later.drug.ingredient is not None
        and later.prescriber.may_be(earlier.prescriber)
        and _is_renewal_date(begins, earlier)
    )


def _is_renewal_date(begins: date, earlier: Course) -> bool:
    ends = earlier.days.ends
    return ends is None or not earlier.days.has_known_length or (ends - begins).days <= SHORTLY_BEFORE_THE_END_DAYS


def _has_no_days(course: Course) -> bool:
    starts, ends = course.days.starts, course.days.ends
    return starts is not None and ends is not None and ends <= starts


def _names(later: Course, earlier: Course) -> bool:
    """The later order says that it renews, or is an instance of, the earlier."""
    if later.order is None or earlier.order is None or later.order is earlier.order:
        return False
    named = {later.order.prior_prescription, *later.order.based_on}
    return earlier.order.reference in named


def _joined(course: Course, absorbed: list[Course]) -> Course:
    """One row for an order and what it was made from on the same day."""
    if not absorbed:
        return course
    more = tuple(source for each in absorbed for source in each.sources)
    return replace(course, sources=course.sources + more)
