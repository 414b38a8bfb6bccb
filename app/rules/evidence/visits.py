"""Visits: who was seen when, by somebody of ours, in the practice, at home or by video; and what is booked.

Inpatient, emergency and observation stays are no visits. Where the participants or the care team are not known, any visit
counts.
"""

from collections.abc import Iterator
from datetime import date

from app.domain.chart import Appointment, Encounter
from app.domain.feeds import Feed
from app.rules.case import Case, once
from app.rules.evidence.clinicians import Clinicians, prescribers, team
from app.rules.evidence.found import Found, first_day_of
from app.rules.evidence.processes import said

HAPPENED = frozenset({"finished", "arrived", "triaged", "in-progress", "onleave"})
NOT_A_VISIT = frozenset(
    {"IMP", "ACUTE", "NONAC", "EMER", "OBSENC", "SS", "PRENC", "INPATIENT", "EMERGENCY", "OBSERVATION", "FLD"}
)
BOOKED = frozenset({"booked", "arrived", "checked-in"})


def is_outpatient(encounter: Encounter) -> bool:
    """Ambulatory, virtual, home or unspecified."""
    return (encounter.encounter_class or "").strip().upper() not in NOT_A_VISIT


def outpatient_contacts(case: Case) -> Iterator[Found]:
    """Every visit with anybody."""
    for each in case.record.encounters:
        day = first_day_of(each.period, case.as_of)
        if each.status in HAPPENED and is_outpatient(each) and day:
            label = next((label for kind in each.types if (label := kind.label)), None) or "visit"
            yield Found(each.reference, day, label, Feed.ENCOUNTERS)


@once
def visits(case: Case) -> tuple[Found, ...]:
    """Visits with the care team or the prescriber, and what people entered."""
    ours = {each.reference for each in case.record.encounters if _is_with_us(case, each)}
    seen = (each for each in outpatient_contacts(case) if each.reference in ours)
    return (*seen, *said(case, "visit"))


def _is_with_us(case: Case, encounter: Encounter) -> bool:
    return _is_ours(case, encounter.participants, encounter.participant_names)


def _is_ours(case: Case, references: tuple[str, ...], names: tuple[str, ...]) -> bool:
    """True for our clinicians and the prescriber, and where nobody is known on one of the two sides."""
    ours: tuple[Clinicians, ...] = (team(case), prescribers(case))
    if not (references or names) or not any(ours):
        return True
    return any(each.has_any(references, names) for each in ours)


@once
def appointments(case: Case) -> tuple[tuple[date, Found], ...]:
    """What is booked with us from today on, soonest first."""
    found = [(day, _booked(each, day)) for each in case.record.appointments if (day := _day_booked(case, each))]
    return tuple(sorted(found, key=lambda each: (each[0], each[1].reference or "")))


def _day_booked(case: Case, each: Appointment) -> date | None:
    if each.status not in BOOKED or each.start is None or each.start.day < case.as_of:
        return None
    return each.start.day if _is_ours(case, each.practitioners, each.practitioner_names) else None


def _booked(each: Appointment, day: date) -> Found:
    return Found(each.reference, day, each.description or "appointment", Feed.APPOINTMENTS)


def visit_today(case: Case) -> Found | None:
    """The visit of this very day: under way, or booked for today."""
    seen = next((each for each in visits(case) if each.day == case.as_of), None)
    return seen or next((found for day, found in appointments(case) if day == case.as_of), None)


# --- follow-up after a score ------------------------------------------------------------------------------------------


def admissions(case: Case) -> Iterator[tuple[date, date, Found]]:
    """Inpatient stays: first and last day (today while it lasts)."""
    for each in case.record.encounters:
        start = first_day_of(each.period, case.as_of)
        is_inside = (each.encounter_class or "").strip().upper() in {"IMP", "ACUTE", "NONAC", "OBSENC", "INPATIENT"}
        if is_inside and start and each.status in HAPPENED:
            end = each.period.end.day if each.period and each.period.end else case.as_of
            yield start, min(end, case.as_of), Found(each.reference, start, "hospital stay", Feed.ENCOUNTERS)
