"""Who is "ours": the clinicians in charge of the person, as the chart names them.

A clinician may stand as Practitioner here and as PractitionerRole there; where references differ, equal names count.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from app.rules.case import Case, once


@dataclass(frozen=True, slots=True)
class Clinicians:
    """Some clinicians, by reference and by name."""

    references: frozenset[str]
    names: frozenset[str]

    def __bool__(self) -> bool:
        return bool(self.references or self.names)

    def has(self, reference: str | None, name: str | None = None) -> bool:
        """Whether one clinician is among them."""
        return reference in self.references or (name is not None and plain_name(name) in self.names)

    def has_any(self, references: Iterable[str], names: Iterable[str] = ()) -> bool:
        """Whether one of several is among them."""
        return any(self.has(each) for each in references) or any(self.has(None, each) for each in names)


def plain_name(name: str) -> str:
    """A name as it is compared."""
    return " ".join(name.casefold().replace(".", " ").split())


def clinicians(references: Iterable[str], names: Iterable[str]) -> Clinicians:
    """A practice is no clinician."""
    people = (each for each in references if not each.startswith("Organization/"))
    return Clinicians(frozenset(people), frozenset(plain_name(each) for each in names if each.strip()))


@once
def assigned(case: Case) -> Clinicians:
    """The clinician in charge: the one the chart names as general practitioner, else the care team."""
    person = case.record.patient
    if person is None:
        return team(case)
    named = clinicians(person.general_practitioners, person.general_practitioner_names)
    return named if named.references else team(case)


@once
def team(case: Case) -> Clinicians:
    """Everybody of ours: general practitioners and members of active care teams."""
    person = case.record.patient
    teams = [each for each in case.record.care_teams if each.status in {"active", None}]
    references = [member for each in teams for member in each.members]
    names = [name for each in teams for name in each.member_names]
    if person:
        references += person.general_practitioners
        names += person.general_practitioner_names
    return clinicians(references, names)


@once
def prescribers(case: Case) -> Clinicians:
    """Those who prescribed the opioids in force."""
    known = case.med.in_force
    return clinicians(
        [each.prescriber for each in known if each.prescriber],
        [each.prescriber_name for each in known if each.prescriber_name],
    )
