"""The opioid tables: products with a strength, concepts without one, names, and dose forms (all RxNorm).

Strength is per unit of the product as RxNorm states it: mg a tablet, mg/mL, mg a spray ("mg/actuat"), mcg/h for patches.
`app.terminology.recognise` decides which row a chart's medication means.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from pathlib import Path

from app.domain.codes import RxNorm
from app.terminology.tables import DATA, Row, put_once, read_rows

STRENGTH_UNITS = frozenset({"mg", "mg/mL", "mcg/h", "mg/actuat"})
ROUTES = frozenset(
    {"oral", "transdermal", "buccal", "sublingual", "nasal", "rectal", "injectable", "implant", "topical"}
)
UNITS = frozenset({"tablet", "capsule", "mL", "patch", "film", "lozenge", "spray", "suppository", "implant"})
PRODUCT_TYPES = frozenset({"SCD", "SBD", "GPCK", "BPCK"})
INGREDIENT_TYPES = frozenset({"IN", "PIN", "MIN"})
CONCEPT_TYPES = INGREDIENT_TYPES | {"BN", "SCDC", "SBDC", "SCDF", "SBDF", "SCDG", "SBDG"}
NAME_KINDS = frozenset({"ingredient", "salt", "brand", "alias"})
SCHEDULES = frozenset({"I", "II", "III", "IV", "V", "none"})

# A patch in mg a spray is the iontophoretic one (Ionsys).
_FITTING_UNITS = {
    "mL": frozenset({"mg/mL"}),
    "patch": frozenset({"mcg/h", "mg/actuat"}),
    "spray": frozenset({"mg/actuat"}),
}

_PRODUCT_COLUMNS = (
    "rxcui tty name ingredient ingredient_rxcui strength strength_unit unit_volume unit_volume_unit duration_h "
    "dose_form route is_extended_release is_er_la other_ingredients brand schedule typical_use pack_quantity "
    "is_current"
)


@dataclass(frozen=True, slots=True)
class DoseForm:
    """An RxNorm dose form: its route, and what one of it is called in directions ("tablet", "mL", "patch")."""

    name: str
    route: str
    unit: str
    is_extended_release: bool

    def takes(self, strength_unit: str) -> bool:
        """Whether a strength in this unit makes sense: a liquid is mg/mL, a patch mcg/h, a spray mg a spray."""
        fitting = _FITTING_UNITS.get(self.unit, frozenset({"mg"}))
        # RxNorm gives a few syringes and depots their content in mg.
        return strength_unit in fitting or (self.route == "injectable" and strength_unit == "mg")


@dataclass(frozen=True, slots=True)
class OtherIngredient:
    """A non-opioid in the same product. `strength` is None where RxNorm gives none; unit mg or mg/mL."""

    name: str
    strength: Decimal | None
    unit: str | None


@dataclass(frozen=True, slots=True)
class OpioidProduct:
    """One opioid product with its strength.

    `strength` is in `strength_unit` per `unit` ("tablet", "mL", "patch", "spray"). `rxcui` is None for a product that was
    read from a name. `unit_volume` is the stated content of one container (mL, or sprays when its unit is "actuat").
    `is_extended_release` is the formulation; `is_er_la` adds oral methadone and long-acting buprenorphine films.
    `duration_h` is RxNorm's "12 HR", "72 HR" prefix. `pack_quantity` is set for packs only.
    `is_current`: in RxNorm's prescribable content of autumn 2025; older rows serve old charts.
    """

    rxcui: RxNorm | None
    name: str
    tty: str | None
    ingredient: str
    ingredient_rxcui: RxNorm | None
    strength: Decimal
    strength_unit: str
    unit: str
    dose_form: str | None
    route: str
    is_extended_release: bool
    is_er_la: bool
    other_ingredients: tuple[OtherIngredient, ...] = ()
    brand: str | None = None
    schedule: str | None = None
    typical_use: str | None = None
    duration_h: int | None = None
    unit_volume: Decimal | None = None
    unit_volume_unit: str | None = None
    pack_quantity: Decimal | None = None
    is_current: bool = False

    @property
    def wear_hours(self) -> int | None:
        """How long one patch is worn by its label; None for other forms and for patches that do not say."""
        return self.duration_h if self.unit == "patch" else None

    def has_same_dose_as(self, other: "OpioidProduct") -> bool:
        """True when a dose in either product's units gives the same amount by the same route."""
        return self._dose_key() == other._dose_key()

    def _dose_key(self) -> tuple[str, Decimal, str, str]:
        return self.ingredient, self.strength, self.strength_unit, self.route


@dataclass(frozen=True, slots=True)
class OpioidConcept:
    """An RxNorm concept that is an opioid without a computable strength: ingredient, brand, form group."""

    rxcui: RxNorm
    tty: str
    name: str
    ingredient: str
    dose_form: str | None
    route: str | None

    @property
    def is_ingredient(self) -> bool:
        return self.tty in INGREDIENT_TYPES


@dataclass(frozen=True, slots=True)
class OpioidName:
    """A spoken name: ingredient, salt, brand or alias, in lower case."""

    name: str
    kind: str
    ingredient: str


@dataclass(frozen=True, slots=True)
class OpioidTable:
    """All that is known about opioids. By ingredient name: `routes` (of products sold today), `by_ingredient`."""

    products: Mapping[str, OpioidProduct]
    concepts: Mapping[str, OpioidConcept]
    names: tuple[OpioidName, ...]
    dose_forms: Mapping[str, DoseForm]
    ingredients: Mapping[str, RxNorm | None]
    routes: Mapping[str, frozenset[str]]
    by_ingredient: Mapping[str, tuple[OpioidProduct, ...]]


def load_opioid_table(directory: Path = DATA) -> OpioidTable:
    """Read and cross-check all opioid files. Raises AskAnAdministrator naming file, line and remedy."""
    forms = _dose_forms(directory)
    products = _products(directory, forms)
    concepts = _concepts(directory, products, forms)
    names = _names(directory)
    ingredients: dict[str, RxNorm | None] = {name.ingredient: None for name in names}
    ingredients |= {each.ingredient: each.ingredient_rxcui for each in products.values()}
    by_ingredient: dict[str, list[OpioidProduct]] = {}
    for product in products.values():
        by_ingredient.setdefault(product.ingredient, []).append(product)
    return OpioidTable(
        products=products,
        concepts=concepts,
        names=names,
        dose_forms=forms,
        ingredients=ingredients,
        routes={key: frozenset(each.route for each in rows if each.is_current) for key, rows in by_ingredient.items()},
        by_ingredient={key: tuple(rows) for key, rows in by_ingredient.items()},
    )


def _dose_forms(directory: Path) -> dict[str, DoseForm]:
    forms: dict[str, DoseForm] = {}
    for row in read_rows("rxnorm/dose_forms.csv", "dose_form route unit is_extended_release", directory):
        form = DoseForm(
            row.text("dose_form"),
            row.choice("route", ROUTES),
            row.choice("unit", UNITS),
            row.flag("is_extended_release"),
        )
        put_once(forms, form.name, form, row)
    return forms


def _products(directory: Path, forms: Mapping[str, DoseForm]) -> dict[str, OpioidProduct]:
    products: dict[str, OpioidProduct] = {}
    for row in read_rows("rxnorm/opioid_products.csv", _PRODUCT_COLUMNS, directory):
        product = _product(row, forms)
        put_once(products, row.text("rxcui"), product, row)
    return products


def _product(row: Row, forms: Mapping[str, DoseForm]) -> OpioidProduct:
    form = forms.get(row.text("dose_form"))
    if form is None or form.route != row.choice("route", ROUTES):
        raise row.error("dose form and route do not fit dose_forms.csv")
    volume, volume_unit = row.optional_number("unit_volume"), row.optional("unit_volume_unit")
    if (volume is None) != (volume_unit is None):
        raise row.error("unit_volume and unit_volume_unit must both be given or both be empty")
    duration = row.optional_number("duration_h")
    return OpioidProduct(
        rxcui=row.code("rxcui", RxNorm),
        name=row.text("name"),
        tty=row.choice("tty", PRODUCT_TYPES),
        ingredient=row.text("ingredient"),
        ingredient_rxcui=row.optional_code("ingredient_rxcui", RxNorm),
        strength=row.amount("strength"),
        strength_unit=_strength_unit(row, form),
        unit=form.unit,
        dose_form=form.name,
        route=form.route,
        is_extended_release=row.flag("is_extended_release"),
        is_er_la=row.flag("is_er_la"),
        other_ingredients=tuple(_other_ingredients(row)),
        brand=row.optional("brand"),
        schedule=row.choice("schedule", SCHEDULES) if row.optional("schedule") else None,
        typical_use=row.text("typical_use"),
        duration_h=None if duration is None else int(duration),
        unit_volume=volume,
        unit_volume_unit=volume_unit,
        pack_quantity=row.optional_number("pack_quantity"),
        is_current=row.flag("is_current"),
    )


def _strength_unit(row: Row, form: DoseForm) -> str:
    unit = row.choice("strength_unit", STRENGTH_UNITS)
    if not form.takes(unit):
        raise row.error(f"strength unit {unit} does not fit the dose form {form.name}")
    return unit


def _other_ingredients(row: Row) -> list[OtherIngredient]:
    found = []
    for part in (row.optional("other_ingredients") or "").split("; "):
        words = part.split(" ")
        if not part:
            continue
        if len(words) < 3 or words[-1] not in STRENGTH_UNITS or not words[-2].replace(".", "", 1).isdigit():
            raise row.error(f"other_ingredients holds {part!r}, not 'name number unit'")
        found.append(OtherIngredient(" ".join(words[:-2]), Decimal(words[-2]), words[-1]))
    return found


def _concepts(
    directory: Path, products: Mapping[str, OpioidProduct], forms: Mapping[str, DoseForm]
) -> dict[str, OpioidConcept]:
    concepts: dict[str, OpioidConcept] = {}
    for row in read_rows("rxnorm/opioid_concepts.csv", "rxcui tty name ingredient dose_form route", directory):
        concept = OpioidConcept(
            row.code("rxcui", RxNorm),
            row.choice("tty", CONCEPT_TYPES),
            row.text("name"),
            row.text("ingredient"),
            row.choice("dose_form", frozenset(forms)) if row.optional("dose_form") else None,
            row.choice("route", ROUTES) if row.optional("route") else None,
        )
        if concept.rxcui.value in products:
            raise row.error("the code is a product as well", "keep it in one of the two files")
        put_once(concepts, concept.rxcui.value, concept, row)
    return concepts


def _names(directory: Path) -> tuple[OpioidName, ...]:
    names: dict[str, OpioidName] = {}
    for file in ("rxnorm/opioid_names.csv", "rxnorm/opioid_aliases.csv"):
        for row in read_rows(file, "name kind ingredient rxcui", directory):
            name = OpioidName(row.text("name"), row.choice("kind", NAME_KINDS), row.text("ingredient"))
            row.optional_code("rxcui", RxNorm)
            if name.name != name.name.lower():
                raise row.error("names are written in lower case")
            put_once(names, name.name, name, row)
    return tuple(names.values())


@lru_cache(maxsize=1)
def opioid_table() -> OpioidTable:
    """The shipped tables, read once."""
    return load_opioid_table()


def product(rxcui: str) -> OpioidProduct | None:
    """The opioid product of a product-level RxCUI, or None."""
    return opioid_table().products.get(rxcui)


def concept(rxcui: str) -> OpioidConcept | None:
    """The opioid concept without strength (ingredient, brand, form group) of an RxCUI, or None."""
    return opioid_table().concepts.get(rxcui)


def opioid_ingredient(rxcui: str) -> str | None:
    """The opioid ingredient's name for any opioid RxCUI, product or not; None when it is no opioid that we know."""
    found = product(rxcui) or concept(rxcui)
    return found.ingredient if found else None
