"""The opioid of one entry, as the dose needs it: strength per piece, how it is counted, by what route."""

import re
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import lru_cache

from app.domain.med import Amount, Product
from app.domain.medication import Medication
from app.med.exact import as_decimal, exact
from app.terminology.factors import Factor, NeverCounted, NoFactor, factor_for
from app.terminology.opioids import concept, opioid_table
from app.terminology.recognise import NotAnOpioid, PossiblyOpioid, Recognised, recognise

_WORD = re.compile(r"[a-z]+")


@dataclass(frozen=True, slots=True)
class Drug:
    """One opioid. `strength` is in `strength_unit` per `piece` ("tablet", "mL", "patch", "spray"); None when only the
    ingredient is known, and `why_no_strength` then says why. `others` are the strengths (mg or mg/mL) of what else is in
    the product, and `is_combination` is also true where only the name tells of it. `ingredient` None: it may be an opioid,
    which one is not known.
    """

    ingredient: str | None
    product: Product
    strength: Fraction | None
    strength_unit: str | None
    piece: str | None
    route: str | None
    dose_form: str | None
    why_no_strength: str | None = None
    others: tuple[Fraction, ...] = ()
    is_combination: bool = False
    container_ml: Fraction | None = None
    wear_days: Fraction | None = None
    is_long_acting: bool = False
    notes: tuple[str, ...] = ()

    def __hash__(self) -> int:
        """Cheap on purpose: drugs are keys of every cache, and a name nearly always tells them apart."""
        return hash((self.ingredient, self.product.rxcui, self.product.name, self.route))

    @property
    def is_patch(self) -> bool:
        """Counted by the number worn at once, in mcg/h."""
        return self.strength_unit == "mcg/h" or (self.strength is None and self.route == "transdermal")

    @property
    def amount(self) -> Amount | None:
        """The strength for the working."""
        if self.strength is None or self.strength_unit is None:
            return None
        return strength_as_amount(self.strength, self.strength_unit)

    @property
    def likeness(self) -> tuple[str | None, Fraction | None, str | None, bool, bool]:
        """Equal for two entries of the same product, brand or generic. A combination is not the plain drug."""
        return self.ingredient, self.strength, self.strength_unit, self.is_long_acting, self.is_combination

    def by_route(self, route: str | None) -> "Drug":
        """The same with the route that the directions state, where the medication itself does not."""
        return self if route is None or self.route is not None else replace(self, route=route)

    def is_like(self, other: "Drug") -> bool:
        """The same product; a bare ingredient is like every product of it."""
        if self.strength is None or other.strength is None:
            return self.ingredient is not None and self.ingredient == other.ingredient
        return self.likeness == other.likeness


@lru_cache(maxsize=4096)
def strength_as_amount(strength: Fraction, unit: str) -> Amount:
    return Amount(as_decimal(strength), unit)


@lru_cache(maxsize=8192)
def drug_of(medication: Medication) -> Drug | None:
    """What the medication is, or None when it is no opioid. An entry that may be one has no ingredient."""
    found = recognise(medication)
    if isinstance(found, NotAnOpioid):
        return None
    if isinstance(found, PossiblyOpioid):
        return unknown_drug(found.label, found.reason)
    return _from_recognised(found)


def unknown_drug(label: str | None, reason: str) -> Drug:
    """Something that is or may be an opioid and cannot be computed."""
    return Drug(None, Product(None, label), None, None, None, None, None, why_no_strength=reason)


def _from_recognised(found: Recognised) -> Drug:
    product = found.product
    named = Product(found.rxcui, found.label or (product.name if product else None))
    if product is None:
        return Drug(
            ingredient=found.ingredient,
            product=named,
            strength=None,
            strength_unit=None,
            piece=None,
            route=found.route,
            dose_form=found.dose_form,
            why_no_strength=found.why_not,
            is_combination=names_a_combination(named),
            notes=found.notes,
        )
    others = (each.strength for each in product.other_ingredients)
    is_in_ml = product.unit_volume_unit == "mL"
    return Drug(
        ingredient=found.ingredient,
        product=named,
        strength=exact(product.strength),
        strength_unit=product.strength_unit,
        piece=product.unit,
        route=product.route or found.route,
        dose_form=product.dose_form,
        others=tuple(number for other in others if (number := exact(other)) is not None),
        is_combination=bool(product.other_ingredients),
        container_ml=exact(product.unit_volume) if is_in_ml else None,
        wear_days=Fraction(product.wear_hours, 24) if product.wear_hours else None,
        is_long_acting=product.is_er_la,
        notes=found.notes,
    )


def names_a_combination(product: Product) -> bool:
    """Whether a medicine without a known strength holds something else besides the opioid: by its code's name ("acetaminophen /
    hydrocodone"), or by a brand that stands for combinations (Percocet)."""
    coded = concept(product.rxcui) if product.rxcui else None
    names = " ".join(name for name in (product.name, coded.name if coded else None) if name).lower()
    return " / " in names or not combination_brands().isdisjoint(_WORD.findall(names))


@lru_cache(maxsize=1)
def combination_brands() -> frozenset[str]:
    """Brands of which every product in the table holds something else besides the opioid."""
    products = [each for each in opioid_table().products.values() if each.brand]
    plain = {each.brand for each in products if not each.other_ingredients}
    return frozenset(each.brand.lower() for each in products if each.brand and each.brand not in plain)


@lru_cache(maxsize=4096)
def factor_of(drug: Drug, factor_set: str, research: bool) -> Factor | NeverCounted | NoFactor:
    """The row of the factor table for this drug, or why there is none."""
    if drug.ingredient is None:
        return NoFactor(drug.why_no_strength or "it is not known which opioid this is")
    return factor_for(drug.ingredient, route=drug.route, dose_form=drug.dose_form, set_id=factor_set, research=research)
