"""A course: one order, fill or statement with the days it covers, its directions on the calendar and its second source."""

from dataclasses import dataclass, replace
from datetime import date

from app.domain.medication import Order
from app.domain.outcome import No
from app.med.days import Days
from app.med.drug import Drug
from app.med.durations import days_after
from app.med.plan import Plan
from app.med.prescriptions import Prescriber
from app.med.quantity import QuantityDose


@dataclass(frozen=True, slots=True)
class Course:
    """One order, fill or statement, ready to be asked what it amounts to on a day. `order` is the order behind it;
    `has_ended`: an order or statement that was stopped, completed or cancelled."""

    sources: tuple[str, ...]
    drug: Drug
    prescriber: Prescriber
    days: Days
    plan: Plan | No
    quantity: QuantityDose | No
    order: Order | None = None
    is_statement: bool = False
    has_ended: bool = False
    notes: tuple[str, ...] = ()

    @property
    def as_needed(self) -> bool:
        return isinstance(self.plan, Plan) and self.plan.directions.as_needed

    def covers(self, day: date, as_of: date) -> bool:
        """Whether it is in force on the day. What began on an unknown day is known to be in force on `as_of` only."""
        starts = self.days.starts or as_of
        ends = self.days.ends or days_after(max(as_of, starts), 1)
        return starts <= day < ends

    def is_unsure_on(self, as_of: date) -> bool:
        """Still listed on the day asked about, for longer than it can be believed."""
        begins = self.days.unsure_from
        return begins is not None and begins <= as_of and self.days.unsure_until is None

    def replaced_from(self, day: date) -> "Course":
        """The same, ended by what takes its place on this day."""
        return replace(self, days=self.days.until(day))
