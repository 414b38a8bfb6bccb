"""What orders, fills and statements have in common on the way to a course: route, directions, plan, quantity, notes."""

from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction

from app.domain.medication import Dosage
from app.domain.outcome import No
from app.domain.quantities import Quantity
from app.med.directions import Directions, read_directions
from app.med.drug import Drug
from app.med.durations import days_of
from app.med.plan import Plan, Span, plan_from, span_of
from app.med.quantity import QuantityDose, quantity_dose
from app.med.routes import route_of

EACH_FOR_THE_WHOLE = "numbered directions that each last the whole supply: counted as taken together"
INJECTABLE = "injectable"


@dataclass(frozen=True, slots=True)
class Told:
    """Directions as read, and the instructions they were read from (whose bounds hold even when nothing else does)."""

    read: Directions | No
    dosages: tuple[Dosage, ...]

    @property
    def interval_days(self) -> Fraction | None:
        return self.read.interval_days if isinstance(self.read, Directions) else None

    @property
    def is_stepwise(self) -> bool:
        return isinstance(self.read, Directions) and self.read.is_stepwise

    def for_supply_of(self, days: Fraction | No | None) -> "Told":
        """Numbered directions that each last a whole supply are not steps: a chart numbered morning and evening."""
        if isinstance(self.read, No) or not self.read.is_stepwise or not isinstance(days, Fraction):
            return self
        if not all(line.length is not None and line.length >= days for line in self.read.lines):
            return self
        together = replace(self.read, is_stepwise=False, notes=(*self.read.notes, EACH_FOR_THE_WHOLE))
        return replace(self, read=together)

    def laid_out(self, anchor: date | None, *, is_repeated: bool = False) -> tuple[Plan | No, Span]:
        """On the calendar from `anchor`. `is_repeated`: a length that stands for one supply comes again with each refill,
        so it is left to the supply."""
        if isinstance(self.read, No):
            return self.read, span_of(self.read, self.dosages, anchor, ignore_length=is_repeated)
        plan = plan_from(self.read, anchor, ignore_length=is_repeated and not self.read.is_stepwise)
        return plan, span_of(plan, self.dosages, anchor)


def directions_of(dosages: tuple[Dosage, ...], unreadable: tuple[str, ...], drug: Drug) -> Told:
    """The directions of one entry. An instruction that was there and could not be opened spoils the whole."""
    if any(name.startswith("dosage") for name in unreadable):
        return Told(No("some directions could not be read"), dosages)
    return Told(read_directions(dosages, drug), dosages)


def with_route(drug: Drug, dosages: tuple[Dosage, ...]) -> Drug:
    """The route that the directions state, where the medication does not, and they agree."""
    routes = {route for dosage in dosages if (route := route_of(dosage.route)) is not None}
    if drug.route is None:
        return drug.by_route(routes.pop()) if len(routes) == 1 else drug
    if INJECTABLE in routes and drug.route != INJECTABLE:
        return replace(drug, notes=(*drug.notes, f"the directions say injection, the product is {drug.route}"))
    return drug


def quantity_of(quantity: Quantity | None, days_supply: Quantity | None, drug: Drug, told: Told) -> QuantityDose | No:
    """The second source; for patches with the wear that the directions state."""
    return quantity_dose(quantity, days_supply, drug, told.interval_days if drug.is_patch else None)


def supply_length(days_supply: Quantity | None) -> tuple[Fraction | None, tuple[str, ...]]:
    """A supply length in days, and a note when one is stated that cannot be used."""
    days = days_of(days_supply)
    return (None, (f"supply length not used: {days.reason}",)) if isinstance(days, No) else (days, ())


def remarks(status: str | None, unreadable: tuple[str, ...], drug: Drug) -> tuple[str, ...]:
    """What the entry as a whole has to say."""
    status_unknown = ("status unknown: counted",) if status in (None, "unknown") else ()
    return drug.notes + status_unknown + tuple(f"{name} could not be read" for name in unreadable)
