"""What the EHR's own screens read from the store."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from app.sandbox_ehr.chart_rows import Person, person, signed_name
from app.sandbox_ehr.upstream import Upstream

PEOPLE_LISTED = 100
_GONE = ("cancelled", "entered-in-error", "noshow")


@dataclass(frozen=True)
class Slot:
    """One line of the schedule; `time` as the appointment writes it, in the clinic's zone."""

    time: str
    person: Person
    reason: str
    clinician: str
    status: str


@dataclass(frozen=True)
class ChartData:
    """Reads for one store. `today` is the clinic's day."""

    upstream: Upstream
    today: date

    async def schedule(self, day: date) -> list[Slot]:
        appointments = await self._appointments(day)
        people = await self._named("Patient", (_actor(a, "Patient") for a in appointments))
        staff = await self._named("Practitioner", (_actor(a, "Practitioner") for a in appointments))
        return [
            Slot(
                str(appointment["start"])[11:16],
                person(people[_actor(appointment, "Patient")], self.today),
                str(appointment.get("description") or ""),
                signed_name(staff.get(_actor(appointment, "Practitioner"), {})),
                str(appointment.get("status", "")),
            )
            for appointment in appointments
            if _actor(appointment, "Patient") in people
        ]

    async def people(self, query: str) -> list[Person]:
        """The first hundred by family name; `query` is a name or a record number."""
        listed = [("_sort", "family"), ("_count", str(PEOPLE_LISTED))]
        named = [("name", query)] if query else []
        found = await self.upstream.search("Patient", [*listed, *named], pages=1)
        if query and not found:
            found = await self.upstream.search("Patient", [*listed, ("identifier", query)], pages=1)
        return [person(patient, self.today) for patient in found]

    async def patient(self, patient_id: str) -> Person | None:
        found = await self.upstream.read("Patient", patient_id)
        return person(found, self.today) if found else None

    async def of_patient(self, kind: str, patient_id: str, *more: tuple[str, str]) -> list[dict[str, Any]]:
        return await self.upstream.search(kind, [("patient", patient_id), ("_count", "200"), *more])

    async def visit_today(self, patient_id: str) -> str | None:
        """The encounter that an app is launched in: the one in progress, else today's."""
        visits = await self.of_patient("Encounter", patient_id)
        running = [visit for visit in visits if visit.get("status") in ("in-progress", "arrived", "triaged")]
        today = [v for v in visits if str((v.get("period") or {}).get("start", ""))[:10] == str(self.today)]
        return next((str(visit["id"]) for visit in (*running, *today)), None)

    async def clinician(self) -> dict[str, Any] | None:
        """Who sits at the screen: whoever has most appointments today, else the store's first."""
        actors = [_actor(each, "Practitioner") for each in await self._appointments(self.today)]
        seen = Counter(filter(None, actors))
        for practitioner_id, _ in seen.most_common(1):
            found = await self.upstream.read("Practitioner", practitioner_id)
            if found:
                return found
        practitioners = await self.upstream.search("Practitioner", [("_count", "1")], pages=1)
        return practitioners[0] if practitioners else None

    async def _appointments(self, day: date) -> list[dict[str, Any]]:
        # A day either side: stores compare instants, and an evening here is tomorrow in UTC.
        first, last = day - timedelta(days=1), day + timedelta(days=2)
        params = [("date", f"ge{first}"), ("date", f"lt{last}"), ("_count", "200")]
        found = await self.upstream.search("Appointment", params)
        on_day = [a for a in found if str(a.get("start", ""))[:10] == str(day) and a.get("status") not in _GONE]
        return sorted(on_day, key=lambda appointment: str(appointment["start"]))

    async def _named(self, kind: str, ids: Iterable[str]) -> dict[str, dict[str, Any]]:
        wanted = sorted(filter(None, set(ids)))
        if not wanted:
            return {}
        params = [("_id", ",".join(wanted)), ("_count", str(len(wanted)))]
        return {found["id"]: found for found in await self.upstream.search(kind, params)}


def _actor(appointment: Mapping[str, Any], kind: str) -> str:
    for participant in appointment.get("participant") or ():
        reference = str((participant.get("actor") or {}).get("reference", ""))
        if f"{kind}/" in reference:
            return reference.split(f"{kind}/")[-1]
    return ""
