"""The charts of one INPUT as a verb reads them, remembering on the way what could not be read in each."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from app.cli.terminal import opened
from app.cli.wiring import FileReading
from app.domain.chart import Observation
from app.domain.medication import Dispense, Order, Statement
from app.domain.record import PatientRecord, Unreadable

_KINDS_NO_RULE_READS = frozenset({"valueRatio", "valuePeriod", "valueSampledData"})
"""Values that are in order and that Sextant has no use for: nothing is wrong with the input."""


@dataclass
class Charts:
    """A FileReading whose `unreadable` also names entries and elements, once `records` has been read through."""

    reading: FileReading
    noted: list[Unreadable] = field(default_factory=list)

    @property
    def records(self) -> Iterator[PatientRecord]:
        """One record a person."""
        for record in self.reading.records:
            self.noted += unreadable_in(record)
            yield record

    @property
    def unreadable(self) -> Sequence[Unreadable]:
        """Files and lines that gave nothing, then entries and elements of the charts that were read."""
        return (*self.reading.unreadable, *self.noted)


def charts_of(read: Callable[[], FileReading]) -> Charts:
    """Open INPUT; an error of ours becomes its sentence on standard error and exit 2."""
    return Charts(opened(read))


def unreadable_in(record: PatientRecord) -> Iterator[Unreadable]:
    """Every entry of a chart that could not be read or not wholly, each once; no patient data but its reference."""
    yield from record.unreadable
    medicines: Iterable[tuple[str, Order | Statement | Dispense]] = (
        *(("MedicationRequest", each) for each in record.orders),
        *(("MedicationStatement", each) for each in record.statements),
        *(("MedicationDispense", each) for each in record.dispenses),
    )
    for kind, medicine in medicines:
        names = (*medicine.unreadable, *(name for dosage in medicine.dosages for name in dosage.unreadable))
        yield from _elements(medicine.reference, kind, names)
    for observation in record.observations:
        yield from _elements(observation.reference, "Observation", _damaged(observation))


def _damaged(observation: Observation) -> list[str]:
    return [name for name in observation.unreadable if name.rpartition(".")[2] not in _KINDS_NO_RULE_READS]


def _elements(reference: str, kind: str, names: Iterable[str]) -> Iterator[Unreadable]:
    named = ", ".join(dict.fromkeys(names))
    if named:
        yield Unreadable(reference, kind, f"Its {named} could not be read; the rest counts.", in_part=True)
