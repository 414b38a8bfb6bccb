"""Deciding what a chart's medication is: which opioid product, an opioid without a strength, or no opioid.

Charts send several codings for one thing (an ingredient *and* a product, and codes of other systems): exactly one
product-level code is chosen, and two that give different doses are never added or guessed between. Order of trust: the
product code, a strength stated in Medication.ingredient, the product's name. Whatever is used is named in `basis`.
"""

from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum
from functools import lru_cache

from app.domain.codes import NDC, RXNORM, Concept, RxNorm
from app.domain.medication import Ingredient, Medication
from app.domain.quantities import Quantity
from app.terminology.drug_classes import is_other_drug
from app.terminology.opioids import OpioidConcept, OpioidProduct, OtherIngredient, concept, opioid_table, product
from app.terminology.product_names import form_word, opioids_named, read_name, stated_route
from app.terminology.therapies import therapies_coded


class Basis(StrEnum):
    """What the recognition rests on."""

    PRODUCT_CODE = "product code"
    STATED_STRENGTH = "strength stated in the medication's ingredient"
    NAME = "product name"
    INGREDIENT_CODE = "ingredient code"
    NAME_ONLY = "name without a strength"


@dataclass(frozen=True, slots=True)
class Recognised:
    """An opioid. `product` None: the strength is not known, so only a dose in mg or mcg can be computed; `why_not` then
    says why. `route` is the product's, or what code, form or name say; None when nothing does. `label` is the name as
    the chart states it. `rxcui` is the code that was used (product or ingredient level), None for names."""

    ingredient: str
    ingredient_rxcui: RxNorm | None
    product: OpioidProduct | None
    basis: Basis
    label: str | None
    rxcui: str | None = None
    route: str | None = None
    dose_form: str | None = None
    why_not: str | None = None
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class NotAnOpioid:
    """Not an opioid as far as codes and names say."""


@dataclass(frozen=True, slots=True)
class PossiblyOpioid:
    """May be an opioid: show it, do not compute. `is_named` True: the text speaks of an opioid without saying which;
    False: there is neither a name nor a code that we know, so it could be anything."""

    reason: str
    is_named: bool
    label: str | None


Recognition = Recognised | NotAnOpioid | PossiblyOpioid

NOT_AN_OPIOID = NotAnOpioid()
_CLASS_WORDS = ("opioid", "opiate", "narcotic")
_NOT_FOR_TAKING = (
    "antagonist",
    "reversal",
    "overdose",
    "withdrawal",
    "constipation",
    "non-opioid",
    "nonopioid",
    "non-narcotic",
    "nonnarcotic",
)


@lru_cache(maxsize=8192)
def recognise(medication: Medication) -> Recognition:
    """What one medication is. Never raises: anything that cannot be told is a value with its reason."""
    products = _products(medication.concept)
    texts = _texts(medication)
    if products:
        return _with_form(_from_codes(products, texts), medication)
    by_strength = _from_stated_strength(medication)
    if by_strength:
        return by_strength
    by_name = _from_names(texts)
    coded = _coded_concept(medication)
    if by_name and by_name.product:
        return by_name
    if coded:
        return _with_form(_from_concept(coded, by_name, texts), medication)
    if by_name:
        return _with_form(by_name, medication)
    return _otherwise(medication, texts)


def _texts(medication: Medication) -> tuple[str, ...]:
    """Every name the chart gives, the medication's own text first."""
    displays = [coding.display for coding in medication.concept.codings]
    return tuple(dict.fromkeys(text for text in (medication.concept.text, *displays) if text and text.strip()))


# --- product codes ---------------------------------------------------------------------------------------------------


def _products(coded: Concept) -> tuple[OpioidProduct, ...]:
    found = (product(code.strip()) for code in dict.fromkeys(coded.codes(RXNORM)))
    return tuple(each for each in found if each)


def _from_codes(products: tuple[OpioidProduct, ...], texts: tuple[str, ...]) -> Recognised:
    named = _named_product(texts)
    if all(each.has_same_dose_as(products[0]) for each in products):
        chosen = min(products, key=_rank)
        notes = () if named is None or named.has_same_dose_as(chosen) else (f"The name says {named.name}",)
        return _of_product(chosen, texts, notes)
    settled = [each for each in products if named is not None and each.has_same_dose_as(named)]
    if settled:
        return _of_product(min(settled, key=_rank), texts, ("Two product codes disagree; the name settles which",))
    return replace(
        _of_product(min(products, key=_rank), texts, ()),
        product=None,
        rxcui=None,
        route=_agreed(each.route for each in products),
        dose_form=None,
        why_not="the codes name products with different doses: " + " and ".join(sorted(each.name for each in products)),
    )


def _rank(each: OpioidProduct) -> tuple[bool, bool, int]:
    """Single products before packs, generic before brand, then the lowest code: the same choice in any order."""
    return each.pack_quantity is not None, each.tty != "SCD", int(each.rxcui.value) if each.rxcui else 0


def _agreed(values: object) -> str | None:
    found = set(values)  # type: ignore[call-overload]
    only = found.pop() if len(found) == 1 else None
    return only if isinstance(only, str) else None


def _of_product(chosen: OpioidProduct, texts: tuple[str, ...], notes: tuple[str, ...]) -> Recognised:
    return Recognised(
        ingredient=chosen.ingredient,
        ingredient_rxcui=chosen.ingredient_rxcui,
        product=chosen,
        basis=Basis.PRODUCT_CODE,
        label=texts[0] if texts else chosen.name,
        rxcui=chosen.rxcui.value if chosen.rxcui else None,
        route=chosen.route,
        dose_form=chosen.dose_form,
        notes=notes,
    )


def _named_product(texts: tuple[str, ...]) -> OpioidProduct | None:
    """The one product that the names describe; None when none does or two differ in dose."""
    readings = (read_name(text) for text in texts)
    found = [reading.product for reading in readings if reading and reading.product]
    return found[0] if found and all(each.has_same_dose_as(found[0]) for each in found) else None


# --- Medication.ingredient.strength ----------------------------------------------------------------------------------


def _from_stated_strength(medication: Medication) -> Recognised | None:
    """One active opioid ingredient with a readable strength, in a form that is known."""
    opioids = [(each, _ingredient_of(each.concept)) for each in medication.ingredients if each.is_active]
    found = [(each, name) for each, name in opioids if name]
    if len(found) != 1:
        return None
    stated, ingredient = found[0]
    texts = _texts(medication)
    form = _form(medication, (*_units_of(stated), *texts))
    strength = _strength(stated, form)
    if strength is None:
        return None
    label = texts[0] if texts else stated.concept.label
    others = tuple(_other(each, form) for each, name in opioids if not name and each.concept.label)
    made = replace(_made_product(ingredient or "", label, strength, form, texts), other_ingredients=others)
    return Recognised(
        ingredient=made.ingredient,
        ingredient_rxcui=made.ingredient_rxcui,
        product=made,
        basis=Basis.STATED_STRENGTH,
        label=label,
        route=made.route or None,
        dose_form=made.dose_form,
    )


def _ingredient_of(coded: Concept) -> str | None:
    by_code = _agreed(found.ingredient for code in coded.codes(RXNORM) if (found := concept(code) or product(code)))
    if by_code:
        return by_code
    named = {
        name for text in (coded.text, *(each.display for each in coded.codings)) if text for name in opioids_named(text)
    }
    return named.pop() if len(named) == 1 else None


def _units_of(stated: Ingredient) -> tuple[str, ...]:
    """ "5 mg per 1 tablet" says the form in its denominator."""
    below = stated.strength.denominator if stated.strength else None
    return tuple(text for text in (below.unit, below.code) if text) if below else ()


def _other(each: Ingredient, form: tuple[str, str] | None) -> OtherIngredient:
    strength = _strength(each, form)
    return OtherIngredient((each.concept.label or "").lower(), *(strength or (None, None)))


_MILLIGRAMS = {
    "mg": Decimal(1),
    "g": Decimal(1000),
    "ug": Decimal("0.001"),
    "mcg": Decimal("0.001"),
    "\u03bcg": Decimal("0.001"),
}
_PER_ML = {"ml": Decimal(1), "l": Decimal(1000)}


def _spelled(quantity: Quantity | None) -> str:
    return ((quantity.code or quantity.unit or "") if quantity else "").strip().lower()


def _strength(stated: Ingredient, form: tuple[str, str] | None) -> tuple[Decimal, str] | None:
    """A strength in table units, from "5 mg per 1 tablet", "10 mg per 5 mL", "25 mcg per hour"; None when unreadable."""
    if stated.strength is None or stated.strength.numerator is None or stated.strength.numerator.value is None:
        return None
    top, bottom = stated.strength.numerator, stated.strength.denominator
    amount, _, per = _spelled(top).partition("/")
    factor = _MILLIGRAMS.get(amount)
    count = bottom.value if bottom and bottom.value is not None else Decimal(1)
    per = per or _spelled(bottom)
    if factor is None or top.value is None or top.value <= 0 or count <= 0 or top.comparator:
        return None
    mg = top.value * factor / count
    if per in _PER_ML:
        return mg / _PER_ML[per], "mg/mL"
    if per in {"h", "hr", "hour"}:
        return mg * 1000, "mcg/h"
    return (
        (mg, "mg/actuat" if form and form[0] == "spray" else "mg") if form and form[0] not in {"mL", "patch"} else None
    )


def _form(medication: Medication, texts: tuple[str, ...]) -> tuple[str, str] | None:
    """(unit, words) from Medication.form or the names: the first that says what one unit is."""
    form = medication.form
    for text in (form.text, *(each.display for each in form.codings), *texts):
        unit = form_word(text) if text else None
        if unit and text:
            return unit, text
    return None


def _made_product(
    ingredient: str,
    label: str | None,
    strength: tuple[Decimal, str],
    form: tuple[str, str] | None,
    texts: tuple[str, ...],
) -> OpioidProduct:
    amount, unit = strength
    counted = "mL" if unit == "mg/mL" else "patch" if unit == "mcg/h" else (form[0] if form else "tablet")
    spoken = " ".join((form[1] if form else "", *texts))
    rows = [row for row in opioid_table().by_ingredient.get(ingredient, ()) if row.unit == counted and row.is_current]
    route = stated_route(spoken) or _agreed(row.route for row in rows) or ""
    is_long = (
        any(word in spoken.lower().split() for word in ("er", "extended", "xr", "sr", "12", "24")) or counted == "patch"
    )
    return OpioidProduct(
        rxcui=None,
        name=label or ingredient,
        tty=None,
        ingredient=ingredient,
        ingredient_rxcui=opioid_table().ingredients.get(ingredient),
        strength=amount.normalize() + 0,
        strength_unit=unit,
        unit=counted,
        dose_form=_agreed(row.dose_form for row in rows if row.route == route and row.is_extended_release == is_long),
        route=route,
        is_extended_release=is_long,
        is_er_la=is_long or (ingredient == "methadone" and route == "oral"),
    )


# --- ingredient codes and names --------------------------------------------------------------------------------------


def _coded_concept(medication: Medication) -> OpioidConcept | None:
    codes = [medication.concept, *(each.concept for each in medication.ingredients if each.is_active)]
    found = [each for coded in codes for code in coded.codes(RXNORM) if (each := concept(code.strip()))]
    # One that says the form beats one that does not; ingredients beat brands.
    return min(
        found, key=lambda each: (each.route is None, not each.is_ingredient, int(each.rxcui.value)), default=None
    )


def _from_concept(coded: OpioidConcept, by_name: Recognised | None, texts: tuple[str, ...]) -> Recognised:
    conflict = by_name is not None and by_name.ingredient != coded.ingredient
    return Recognised(
        ingredient=coded.ingredient,
        ingredient_rxcui=opioid_table().ingredients.get(coded.ingredient),
        product=None,
        basis=Basis.INGREDIENT_CODE,
        label=texts[0] if texts else coded.name,
        rxcui=coded.rxcui.value,
        route=coded.route or (by_name.route if by_name else None),
        dose_form=coded.dose_form,
        why_not=(by_name.why_not if by_name else None) or "the code names the drug without a strength",
        notes=(f"Code and name disagree: {coded.name}",) if conflict else (),
    )


def _from_names(texts: tuple[str, ...]) -> Recognised | None:
    readings = [(text, reading) for text in texts if (reading := read_name(text))]
    if not readings:
        return None
    text, first = readings[0]
    found = [reading.product for _, reading in readings if reading.product]
    chosen = _named_product(texts)
    why = None if chosen else ("the names describe different products" if found else first.why_not)
    return Recognised(
        ingredient=chosen.ingredient if chosen else first.ingredients[0],
        ingredient_rxcui=opioid_table().ingredients.get(chosen.ingredient if chosen else first.ingredients[0]),
        product=chosen,
        basis=Basis.NAME if chosen else Basis.NAME_ONLY,
        label=text,
        route=chosen.route if chosen else first.route,
        dose_form=chosen.dose_form if chosen else None,
        why_not=why,
    )


def _with_form(found: Recognised, medication: Medication) -> Recognised:
    """Fill in the route from Medication.form where code and name leave it open."""
    if found.route is not None or found.product is not None:
        return found
    form = _form(medication, ())
    return replace(found, route=stated_route(form[1])) if form else found


# --- neither code nor name -------------------------------------------------------------------------------------------


def _otherwise(medication: Medication, texts: tuple[str, ...]) -> Recognition:
    codes = medication.concept.codes(RXNORM)
    if any(is_other_drug(code) for code in codes) or therapies_coded(medication.concept):
        return NOT_AN_OPIOID
    spoken = " ".join(texts).lower()
    if any(word in spoken for word in _CLASS_WORDS) and not any(word in spoken for word in _NOT_FOR_TAKING):
        return PossiblyOpioid("the name speaks of an opioid without saying which", True, texts[0])
    if texts or medication.ingredients:
        return NOT_AN_OPIOID
    ndc = medication.concept.codes(NDC)
    kind = "a package code (NDC) without a name" if ndc else "a code that is in no table of ours, without a name"
    if not medication.is_resolved:
        kind = "a reference that could not be followed, without a name"
    return PossiblyOpioid(f"the chart gives {kind}", False, next(iter((*codes, *ndc)), None))
