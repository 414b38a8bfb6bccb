"""Acetaminophen a day over all products: in opioid tablets, and in tablets of its own.

What cannot be computed is named, so that a sum is then "at least" so much. A medicine that is still listed without a length of
supply may long be gone: it is named too, and not added.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from app.domain.feeds import Feed
from app.domain.med import Product, Supply
from app.domain.medication import Dosage, Medication
from app.domain.outcome import No
from app.med.directions import read_directions
from app.med.drug import Drug
from app.med.exact import as_decimal
from app.med.plan import Plan, plan_from
from app.rules.case import Case, once
from app.rules.evidence.found import Found, day_of
from app.rules.evidence.medicines import fill_covers, is_inpatient, is_within, order_covers
from app.rules.evidence.opioids import found_of, in_force, medications_of
from app.terminology.recognise import NotAnOpioid, Recognised, recognise
from app.terminology.therapies import therapies_coded

MG_PER_GRAM = 1000
NAME = "acetaminophen"
_NAMED = re.compile(r"\b(?:acetaminophen|paracetamol|apap|tylenol)\b", re.IGNORECASE)
_STRENGTH = re.compile(r"acetaminophen\s+(\d+(?:\.\d+)?)\s*mg(/ml)?\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Part:
    """The acetaminophen of one medicine. `mg` a day; None: it holds some, and how much is taken cannot be computed."""

    mg: Decimal | None
    found: Found


@dataclass(frozen=True, slots=True)
class Intake:
    """All parts. `unsure` are medicines that are listed and may no longer be taken: not added."""

    parts: tuple[Part, ...]
    unsure: tuple[Found, ...]

    @property
    def grams(self) -> Decimal:
        """The known part, in g a day."""
        return sum((part.mg for part in self.parts if part.mg is not None), Decimal(0)) / MG_PER_GRAM

    @property
    def unknown(self) -> tuple[Found, ...]:
        return tuple(part.found for part in self.parts if part.mg is None)


@once
def acetaminophen_intake(case: Case) -> Intake:
    """What is in force on the day."""
    alone = list(_alone(case))
    parts = (*_in_opioids(case), *(part for part, is_certain in alone if is_certain))
    return Intake(tuple(parts), tuple(part.found for part, is_certain in alone if not is_certain))


# --- in opioid tablets -----------------------------------------------------------------------------------------------


def _in_opioids(case: Case) -> Iterator[Part]:
    """Tablets a day (the opioid's mg a day over its strength) times the acetaminophen in one."""
    known = medications_of(case)
    for supply in in_force(case):
        medications = [known[source] for source in supply.sources if source in known]
        strengths = [each for medication in medications for each in _strengths(medication)]
        if strengths:
            yield Part(_taken(supply, strengths), found_of(supply))


def _strengths(medication: Medication) -> tuple[Decimal | None, ...]:
    """mg (or mg/mL) of acetaminophen in one piece; None when the medication names it without an amount."""
    recognised = recognise(medication)
    if isinstance(recognised, Recognised) and recognised.product:
        others = recognised.product.other_ingredients
        return tuple(each.strength for each in others if _NAMED.search(each.name))
    names = (medication.concept.text, *(each.display for each in medication.concept.codings))
    return (None,) if any(name and _NAMED.search(name) for name in names) else ()


def _taken(supply: Supply, strengths: list[Decimal | None]) -> Decimal | None:
    strength = supply.working.strength if supply.working else None
    if supply.daily_dose is None or strength is None or strength.value == 0 or None in strengths:
        return None
    pieces = Fraction(supply.daily_dose.value) / Fraction(strength.value)
    return as_decimal(pieces * Fraction(max(each for each in strengths if each is not None)))


# --- alone -----------------------------------------------------------------------------------------------------------


def _alone(case: Case) -> Iterator[tuple[Part, bool]]:
    filled = {order for fill in case.record.dispenses for order in fill.prescriptions}
    for order in case.record.orders:
        covers = order_covers(order, case.as_of)
        is_out = order.reference in filled or order.status == "on-hold" or is_inpatient(order.category_codes)
        if covers is not None and not is_out and _is_alone(order.medication):
            found = Found(
                order.reference, day_of(order.authored_on, case.as_of), _label(order.medication), Feed.MEDICATIONS
            )
            yield _part(case, order.medication, order.dosages, found), covers
    directions = {order.reference: order.dosages for order in case.record.orders}
    for fill in case.record.dispenses:
        covers = fill_covers(fill, case.as_of)
        if covers is not None and not is_inpatient(fill.category_codes) and _is_alone(fill.medication):
            day = day_of(fill.handed_over_on or fill.prepared_on, case.as_of)
            ordered = next((directions[each] for each in fill.prescriptions if each in directions), ())
            found = Found(fill.reference, day, _label(fill.medication), Feed.DISPENSES)
            yield _part(case, fill.medication, fill.dosages or ordered, found), covers
    for said in case.record.statements:
        if said.status == "active" and is_within(said, case.as_of) and _is_alone(said.medication):
            day = day_of(said.asserted_on or (said.effective.start if said.effective else None), case.as_of)
            found = Found(said.reference, day, _label(said.medication), Feed.MEDICATIONS)
            yield _part(case, said.medication, said.dosages, found), True


def _label(medication: Medication) -> str:
    return medication.concept.label or NAME


def _is_alone(medication: Medication) -> bool:
    """A product with acetaminophen that is no opioid."""
    if not isinstance(recognise(medication), NotAnOpioid):
        return False
    concepts = (medication.concept, *(each.concept for each in medication.ingredients if each.is_active))
    texts = (text for each in concepts for text in (each.text, *(coding.display for coding in each.codings)) if text)
    coded = any(drug.concept == NAME for each in concepts for drug in therapies_coded(each))
    return coded or any(_NAMED.search(text) for text in texts)


def _part(case: Case, medication: Medication, dosages: tuple[Dosage, ...], found: Found) -> Part:
    """The directions' highest dose of the day."""
    drug = _drug(medication)
    directions = read_directions(dosages, drug) if drug else No("the strength is not known")
    plan = No("") if isinstance(directions, No) else plan_from(directions, found.day)
    return Part(as_decimal(plan.dose_on(case.as_of).high) if isinstance(plan, Plan) else None, found)


def _drug(medication: Medication) -> Drug | None:
    """The product as the reader of directions needs it, from the strength that its name states."""
    texts = (medication.concept.text, *(each.display for each in medication.concept.codings))
    stated = next((match for text in texts if text and (match := _STRENGTH.search(text))), None)
    if stated is None:
        return None
    is_liquid = stated[2] is not None
    return Drug(
        ingredient=NAME,
        product=Product(None, medication.concept.label),
        strength=Fraction(stated[1]),
        strength_unit="mg/mL" if is_liquid else "mg",
        piece="mL" if is_liquid else "tablet",
        route="oral",
        dose_form=None,
    )
