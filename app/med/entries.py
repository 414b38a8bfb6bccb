"""Which entries of the chart are opioids, and which of those are set aside before any dose is worked out."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from app.domain.codes import Concept
from app.domain.med import Product, Supply, SupplyState
from app.domain.medication import Dispense, Medication, Order, Statement, SupplyRequest
from app.domain.record import PatientRecord, Unreadable
from app.med.drug import Drug, drug_of

Source = Order | Dispense | Statement

ON_HOLD = "on hold"
INPATIENT = "inpatient or discharge order"

_INPATIENT = frozenset({"inpatient", "discharge"})
_OUTPATIENT = frozenset({"outpatient", "community"})
_UNSIGNED_INTENTS = frozenset({"proposal", "option"})
_NEVER_GIVEN = frozenset({"preparation", "cancelled", "on-hold", "declined"})
_NEEDS_HAND_OVER = frozenset({"in-progress", "stopped"})
_MEDICINES = frozenset({"MedicationRequest", "MedicationDispense", "MedicationStatement"})


@dataclass(frozen=True, slots=True)
class Entry:
    """One order, fill or statement of an opioid. `aside` says why it bears on no day at all; None: it may."""

    source: Source
    drug: Drug
    aside: str | None = None

    @property
    def reference(self) -> str:
        return self.source.reference


@dataclass(frozen=True, slots=True)
class Entries:
    """All opioid entries that a review of this day may look at. `later` counts those dated after it."""

    orders: tuple[Entry, ...]
    fills: tuple[Entry, ...]
    statements: tuple[Entry, ...]
    unreadable: tuple[Unreadable, ...]
    later: int = 0
    of_others: int = 0


def find_entries(record: PatientRecord, as_of: date, *, include_drafts: bool) -> Entries:
    """The opioid entries of one person, as a review on `as_of` may see them."""
    sources: tuple[Source, ...] = (*map(_as_reported, record.orders), *record.dispenses, *record.statements)
    opioids = [(source, drug) for source in sources if (drug := _opioid(source, record)) is not None]
    own = [(source, drug) for source, drug in opioids if not _is_of_another(source, record)]
    seen = [(source, drug) for source, drug in own if not is_dated_after(source, as_of)]
    entries = [Entry(source, drug, aside_reason(source, include_drafts=include_drafts)) for source, drug in seen]
    return Entries(
        orders=tuple(each for each in entries if isinstance(each.source, Order)),
        fills=tuple(each for each in entries if isinstance(each.source, Dispense)),
        statements=tuple(each for each in entries if isinstance(each.source, Statement)),
        unreadable=tuple(_unreadable_opioids(record)),
        later=len(own) - len(seen),
        of_others=len(opioids) - len(own),
    )


def _as_reported(order: Order) -> Order | Dispense:
    """Some PDMP gateways report a fill as a MedicationRequest; its source says so. What was handed out is a fill."""
    if order.source is None or "pdmp" not in order.source.lower():
        return order
    supply = order.supply or SupplyRequest()
    return Dispense(
        reference=order.reference,
        status="completed" if order.status in ("active", None) else order.status,
        medication=order.medication,
        subject=order.subject,
        quantity=supply.quantity,
        days_supply=supply.days_supply,
        handed_over_on=supply.validity.start if supply.validity and supply.validity.start else order.authored_on,
        prescriber=order.requester,
        prescriber_name=order.requester_name,
        dosages=order.dosages,
        is_pdmp=True,
        last_updated=order.last_updated,
        unreadable=order.unreadable,
    )


def _opioid(source: Source, record: PatientRecord) -> Drug | None:
    """The opioid, or None. A fill that says nothing about its medicine is what its order says."""
    drug = drug_of(source.medication)
    if drug is None or drug.ingredient is not None or not isinstance(source, Dispense):
        return drug
    orders = [order for order in record.orders if order.reference in source.prescriptions]
    return None if orders and all(drug_of(order.medication) is None for order in orders) else drug


def _is_of_another(source: Source, record: PatientRecord) -> bool:
    return source.subject is not None and record.reference is not None and source.subject != record.reference


def is_dated_after(source: Source, as_of: date) -> bool:
    """Written or handed over after the day asked about: not yet known on that day."""
    if isinstance(source, Order):
        dated = source.authored_on
    elif isinstance(source, Dispense):
        dated = source.handed_over_on or source.prepared_on
    else:
        begun = source.effective.start if source.effective else None
        dated = begun or source.asserted_on
    return dated is not None and dated.earliest > as_of


def aside_reason(source: Source, *, include_drafts: bool) -> str | None:
    """Why an entry bears on no day; None when it may."""
    if source.status == "entered-in-error":
        return "entered in error"
    if isinstance(source, Order):
        return _order_aside(source, include_drafts=include_drafts)
    if isinstance(source, Dispense):
        return _fill_aside(source)
    return {"not-taken": "recorded as not taken", "intended": "intended, not yet taken", "on-hold": "on hold"}.get(
        source.status or ""
    )


def _order_aside(order: Order, *, include_drafts: bool) -> str | None:
    if order.do_not_perform:
        return "an instruction not to give it"
    is_unsigned = order.status == "draft" or order.intent in _UNSIGNED_INTENTS
    if is_unsigned and not include_drafts:
        return "draft or proposal, not signed"
    if _is_inpatient(order.category_codes):
        return INPATIENT
    return ON_HOLD if order.status == "on-hold" else None


def _fill_aside(fill: Dispense) -> str | None:
    if _is_inpatient(fill.category_codes):
        return "given in hospital"
    needs_date = fill.status in _NEEDS_HAND_OVER and fill.handed_over_on is None
    return "not handed over" if fill.status in _NEVER_GIVEN or needs_date else None


def _is_inpatient(categories: tuple[str, ...]) -> bool:
    named = {each.lower() for each in categories}
    return bool(named & _INPATIENT) and not named & _OUTPATIENT


def _unreadable_opioids(record: PatientRecord) -> Iterator[Unreadable]:
    """Medicine entries that could not be read and are, or may be, opioids. One without a name may be anything."""
    for entry in record.unreadable:
        named = Medication(Concept(text=entry.hint))
        is_opioid = bool(entry.hint) and drug_of(named) is not None
        if is_opioid or (entry.resource_type in _MEDICINES and not entry.hint):
            yield entry


def set_aside(entry: Entry) -> Supply:
    """The row of an entry that bears on no day: shown, never counted."""
    prescriber, prescriber_name = _prescriber(entry.source)
    return Supply(
        sources=(entry.reference,),
        ingredient=entry.drug.ingredient,
        product=entry.drug.product,
        state=SupplyState.NOT_COUNTED,
        reason=entry.aside,
        prescriber=prescriber,
        prescriber_name=prescriber_name,
        is_long_acting=entry.drug.is_long_acting,
        route=entry.drug.route,
    )


def _prescriber(source: Source) -> tuple[str | None, str | None]:
    if isinstance(source, Order):
        return source.requester, source.requester_name
    return (source.prescriber, source.prescriber_name) if isinstance(source, Dispense) else (None, None)


def could_not_be_read(entry: Unreadable) -> Supply:
    """The row of an entry that could not be read: it may be in force, and nothing can be computed."""
    drug = drug_of(Medication(Concept(text=entry.hint)))
    return Supply(
        sources=(entry.reference,),
        ingredient=drug.ingredient if drug else None,
        product=drug.product if drug else Product(None, entry.hint),
        state=SupplyState.NOT_COMPUTABLE,
        reason=f"the entry could not be read: {entry.reason}",
        in_force=True,
    )
