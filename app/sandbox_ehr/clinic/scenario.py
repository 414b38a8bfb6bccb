"""What a scenario is: a person, a chart relative to a day, and the answer worked out by hand."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any, Literal
from zlib import crc32
from zoneinfo import ZoneInfo

Resource = dict[str, Any]
Status = Literal["red", "yellow", "green", "grey", "not_applicable"]

CLINIC_ZONE = ZoneInfo("America/Los_Angeles")


@dataclass(frozen=True)
class Person:
    """Who the patient is. The birth date follows from `age` on the day the chart is built for."""

    given: str
    family: str
    sex: Literal["female", "male", "other", "unknown"] | None
    age: int | None
    birthday: tuple[int, int] = (4, 12)
    seen_by: str = "dr-reyes"
    died_days_ago: int | None = None


@dataclass(frozen=True)
class HandWorked:
    """The dose worked out on paper: cdc-2022 with the research factors on, in MME a day.

    `mme_per_day` None means that opioid entries are in force and none can be computed. With `complete` False a
    number means "at least". `cdc_2016` is given where the older factor set says something else.
    """

    mme_per_day: str | None
    complete: bool
    arithmetic: str
    cdc_2016: str | None = None


class Chart:
    """The chart under construction: turns days ago into dates and hands out stable ids."""

    def __init__(self, patient: str, as_of: date, seen_by: str) -> None:
        self.patient = patient
        self.as_of = as_of
        self.seen_by = seen_by
        self._used: dict[str, int] = {}

    def day(self, days_ago: int) -> str:
        """The date so many days before the day of the chart; negative for days to come."""
        return (self.as_of - timedelta(days=days_ago)).isoformat()

    def at(self, days_ago: int, clock: str) -> str:
        """An instant on that day at a wall-clock time of the clinic, with its offset."""
        day = self.as_of - timedelta(days=days_ago)
        return datetime.combine(day, time.fromisoformat(clock), CLINIC_ZONE).isoformat()

    def numbered(self, kind: str) -> str:
        """The next id of a kind: `steady-low-dose-visit-1`, `-visit-2` ..."""
        self._used[kind] = self._used.get(kind, 0) + 1
        return f"{self.patient}-{kind}-{self._used[kind]}"

    def keyed(self, key: str) -> str:
        """The id of something that other entries refer to by its key."""
        return f"{self.patient}-{key}"

    @property
    def subject(self) -> Resource:
        """A reference to the patient."""
        return {"reference": f"Patient/{self.patient}"}


Entry = Callable[[Chart], list[Resource]]


@dataclass(frozen=True)
class Scenario:
    """One named patient of the clinic.

    `only_files` holds entries that a strict server refuses; they are written to files and never sent to a server,
    and none of them changes the dose. `statuses` lists the rules whose answer is certain, for a site where every
    concept is recorded in the EHR and every feed is available.
    """

    name: str
    title: str
    shows: str
    person: Person
    med: HandWorked
    chart: tuple[Entry, ...]
    statuses: Mapping[str, Status] = field(default_factory=dict)
    only_files: tuple[Entry, ...] = ()
    dirty: str = ""

    def for_servers(self, as_of: date) -> list[Resource]:
        """The chart as a strict server takes it; the patient comes first."""
        return self._write(as_of, self.chart)

    def for_files(self, as_of: date) -> list[Resource]:
        """The chart with its untidy entries."""
        return self._write(as_of, self.chart + self.only_files)

    def _write(self, as_of: date, entries: tuple[Entry, ...]) -> list[Resource]:
        chart = Chart(self.name, as_of, self.person.seen_by)
        written = [patient(chart, self.person)]
        for entry in entries:
            written.extend(entry(chart))
        return written


def patient(chart: Chart, person: Person) -> Resource:
    """The Patient resource; absent facts are left out, as an EHR does."""
    resource: Resource = {
        "resourceType": "Patient",
        "id": chart.patient,
        "identifier": [
            {
                "type": {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/v2-0203", "code": "MR"}]},
                "system": "https://harborview.example/mrn",
                "value": record_number(chart.patient),
            }
        ],
        "active": True,
        "name": [{"use": "official", "family": person.family, "given": [person.given]}],
        "generalPractitioner": [{"reference": f"Practitioner/{person.seen_by}"}],
        "managingOrganization": {"reference": "Organization/harborview"},
    }
    if person.sex is not None:
        resource["gender"] = person.sex
    if person.age is not None:
        resource["birthDate"] = _birth_date(chart.as_of, person.age, person.birthday).isoformat()
    if person.died_days_ago is not None:
        resource["deceasedDateTime"] = chart.day(person.died_days_ago)
    return resource


def record_number(patient: str) -> str:
    """A medical record number that looks like one, the same for the same person every time."""
    return f"{100000 + crc32(patient.encode()) % 900000}"


def _birth_date(as_of: date, age: int, birthday: tuple[int, int]) -> date:
    had_it = (as_of.month, as_of.day) >= birthday
    return date(as_of.year - age - (0 if had_it else 1), *birthday)
