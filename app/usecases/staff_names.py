"""What people of the clinic are called, as the chart itself names them.

Many EHRs say who is signed in only by reference. A name is taken from a chart row only where one person and one name stand
side by side, so that nobody is ever shown under another's name.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from app.domain.chart import FactEntry, RecordedFact, Withdrawal
from app.domain.dismissal import Dismissal
from app.domain.record import PatientRecord

Names = Mapping[str, str]
"""Reference ("Practitioner/d1") → name."""


def staff_names(record: PatientRecord) -> Names:
    """The names that one chart gives; of several for one person, the first."""
    found: dict[str, str] = {}
    for reference, name in _pairs(record):
        found.setdefault(reference, name)
    return found


def _pairs(record: PatientRecord) -> Iterator[tuple[str, str]]:
    person = record.patient
    rows = [(each.participants, each.participant_names) for each in record.encounters]
    rows += [(each.practitioners, each.practitioner_names) for each in record.appointments]
    rows += [(person.general_practitioners, person.general_practitioner_names)] if person else []
    yield from ((people[0], names[0]) for people, names in rows if len(people) == len(names) == 1)
    yield from (
        (each.requester, each.requester_name) for each in record.orders if each.requester and each.requester_name
    )


def fact_by_name(fact: RecordedFact, names: Names) -> RecordedFact:
    """The fact with the name of who entered it, where the chart knows it."""
    return replace(fact, entered_by=names.get(fact.entered_by, fact.entered_by))


def entry_by_name(entry: FactEntry, names: Names) -> FactEntry:
    """The same for an entry and its withdrawal."""
    gone = entry.withdrawal
    return FactEntry(
        fact_by_name(entry.fact, names), Withdrawal(names.get(gone.by, gone.by), gone.at) if gone else None
    )


def dismissal_by_name(dismissal: Dismissal, names: Names) -> Dismissal:
    """The dismissal with the name of who made it, where the chart knows it."""
    return replace(dismissal, by=names.get(dismissal.by, dismissal.by))
