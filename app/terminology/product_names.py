"""Reading an opioid's strength from the name of a product, as RxNorm and as EHRs write it.

"12 HR oxycodone hydrochloride 10 MG Extended Release Oral Tablet" follows RxNorm's own grammar and is read even when no
table lists it. "oxycodone-acetaminophen (PERCOCET) 5-325 mg tablet" is an EHR's spelling: it is read only when every
product of the table that fits gives the same dose. A name without a strength never gets one, and never by brand alone.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import lru_cache

from app.terminology.opioids import DoseForm, OpioidProduct, OtherIngredient, opioid_table

NUMBER = r"(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?|\.\d+"
_BRAND_IN_BRACKETS = re.compile(r"\s*\[[^\]]*\]")
_RXNORM_PREFIX = re.compile(
    rf"^(?:(?P<hours>\d+) hr |(?P<volume>{NUMBER}) (?P<unit>ml|actuat) |abuse-deterrent |matrix delivery )"
)
_RXNORM_PART = re.compile(
    rf"(?P<name>\S.*?) (?P<number>{NUMBER}) (?P<unit>mg/ml|mg/hr|mg/actuat|mcg/hr|mg|mcg)(?: (?P<rest>.+))?"
)
# A comma-free number with its unit, the way EHRs write strengths; "hr" alone is a duration, not a strength.
_STRENGTHS = re.compile(
    rf"(?P<numbers>(?:{NUMBER})(?:\s*(?:mg|mcg|ug|gm?))?(?:\s*[-/]\s*(?:{NUMBER})(?![\d.]|\s*ml)(?:\s*(?:mg|mcg|ug|gm?))?)*)"
    rf"(?:\s*/\s*(?P<volume>{NUMBER})?\s*(?P<per>ml|hrs?|hours?|h|actuat(?:ion)?|spray)\b)?"
)
_ONE_STRENGTH = re.compile(rf"(?P<number>{NUMBER})\s*(?P<unit>mg|mcg|ug|gm?)?")
_DURATION = re.compile(r"(?<![/\d.])\s*\b(?P<hours>\d+)[ -]?(?:hr|hrs|hour|hours|h)\b(?!\s*/)")
_WORD = re.compile(r"[a-z][a-z'&]*|#\d+|\d+")

_TO_MG = {"mg": Decimal(1), "mcg": Decimal("0.001"), "ug": Decimal("0.001"), "g": Decimal(1000), "gm": Decimal(1000)}
_PARTNERS = {
    "acetaminophen": "acetaminophen", "apap": "acetaminophen", "acetaminop": "acetaminophen", "acetamin": "acetaminophen",
    "paracetamol": "acetaminophen", "ibuprofen": "ibuprofen", "ibu": "ibuprofen", "aspirin": "aspirin", "asa": "aspirin",
    "naloxone": "naloxone", "nalox": "naloxone", "naltrexone": "naltrexone", "caffeine": "caffeine", "caff": "caffeine",
    "butalbital": "butalbital", "carisoprodol": "carisoprodol", "guaifenesin": "guaifenesin", "gg": "guaifenesin",
    "promethazine": "promethazine", "homatropine": "homatropine", "chlorpheniramine": "chlorpheniramine",
    "pseudoephedrine": "pseudoephedrine", "phenylephrine": "phenylephrine", "belladonna": "belladonna alkaloids",
    "celecoxib": "celecoxib",
}  # fmt: skip
# Word in a name -> what one unit is called; the route follows from the table's products of that unit.
_FORM_WORDS = {
    "tablet": "tablet", "tablets": "tablet", "tab": "tablet", "tabs": "tablet", "tbl": "tablet",
    "caplet": "tablet", "caplets": "tablet",
    "capsule": "capsule", "capsules": "capsule", "cap": "capsule", "caps": "capsule", "solution": "mL", "soln": "mL",
    "sol": "mL", "liquid": "mL", "elixir": "mL", "syrup": "mL", "concentrate": "mL", "conc": "mL", "suspension": "mL",
    "susp": "mL", "patch": "patch", "patches": "patch", "film": "film", "films": "film", "strip": "film",
    "lozenge": "lozenge", "lollipop": "lozenge", "spray": "spray", "suppository": "suppository", "supp": "suppository",
    "suppositories": "suppository", "implant": "implant",
}  # fmt: skip
_ROUTE_WORDS = {
    "oral": "oral", "po": "oral", "orally": "oral", "mouth": "oral", "transdermal": "transdermal", "td": "transdermal",
    "buccal": "buccal", "sublingual": "sublingual", "sl": "sublingual", "nasal": "nasal", "rectal": "rectal",
    "injection": "injectable", "injectable": "injectable", "inj": "injectable", "iv": "injectable", "im": "injectable",
    "intravenous": "injectable", "subcutaneous": "injectable", "syringe": "injectable", "vial": "injectable",
    "pca": "injectable", "infusion": "injectable", "epidural": "injectable", "intrathecal": "injectable",
    "patch": "transdermal", "suppository": "rectal", "elixir": "oral", "syrup": "oral", "concentrate": "oral",
}  # fmt: skip
_EXTENDED_WORDS = frozenset({"er", "xr", "sr", "cr", "xl", "la", "extended", "sustained", "controlled", "contin"})
_IMMEDIATE_WORDS = frozenset({"ir", "immediate"})
_TOLERANCE = Decimal("0.005")


@dataclass(frozen=True, slots=True)
class NameReading:
    """What a name says. `ingredients` are the opioids named; `product` is set only when the strength is unambiguous.

    `route` is stated or None; `why_not` is a plain sentence when an opioid is named but no product could be read.
    """

    ingredients: tuple[str, ...]
    product: OpioidProduct | None = None
    route: str | None = None
    why_not: str | None = None


@lru_cache(maxsize=4096)
def read_name(text: str) -> NameReading | None:
    """Read a product name. None when no opioid is named in it."""
    ingredients = opioids_named(text)
    if not ingredients:
        return None
    if text.lstrip().startswith("{"):
        return NameReading(ingredients, why_not="the name is of a pack")
    by_grammar = _read_rxnorm(text)
    if by_grammar:
        return NameReading((by_grammar.ingredient,), by_grammar, by_grammar.route)
    if len(ingredients) > 1:
        return NameReading(ingredients, why_not=f"the name holds more than one opioid: {', '.join(ingredients)}")
    return _read_spelling(text, ingredients[0])


# --- which opioids are named -----------------------------------------------------------------------------------------


@lru_cache(maxsize=1)
def _names_by_words() -> dict[str, dict[tuple[str, ...], str]]:
    """First word -> {all words of a name: ingredient}."""
    index: dict[str, dict[tuple[str, ...], str]] = {}
    for name in opioid_table().names:
        words = tuple(_WORD.findall(name.name))
        index.setdefault(words[0], {})[words] = name.ingredient
    return index


@lru_cache(maxsize=8192)
def opioids_named(text: str) -> tuple[str, ...]:
    """The opioid ingredients that a text names (generic, salt, brand or alias; whole words), in order, each once."""
    words = tuple(_WORD.findall(text.lower()))
    index = _names_by_words()
    found: dict[str, None] = {}
    for place, word in enumerate(words):
        for name, ingredient in index.get(word, {}).items():
            if words[place : place + len(name)] == name:
                found[ingredient] = None
    return tuple(found)


# --- RxNorm's own grammar --------------------------------------------------------------------------------------------


def _read_rxnorm(text: str) -> OpioidProduct | None:
    """[12 HR] ingredient 10 MG / ingredient 325 MG Dose Form [Brand]: None unless the whole text is of that shape."""
    bare = _BRAND_IN_BRACKETS.sub("", " ".join(text.lower().split()))
    hours: int | None = None
    while prefix := _RXNORM_PREFIX.match(bare):
        hours = int(prefix["hours"]) if prefix["hours"] else hours
        bare = bare[prefix.end() :]
    parts = [_RXNORM_PART.fullmatch(part) for part in bare.split(" / ")]
    matched = [part for part in parts if part]
    if len(matched) != len(parts) or any(part["rest"] for part in matched[:-1]):
        return None
    form = _forms_by_name().get(matched[-1]["rest"] or "")
    opioids = [part for part in matched if opioids_named(part["name"])]
    if form is None or len(opioids) != 1:
        return None
    return _from_parts(text, opioids[0], [part for part in matched if part is not opioids[0]], form, hours)


@lru_cache(maxsize=1)
def _forms_by_name() -> dict[str, DoseForm]:
    return {form.name.lower(): form for form in opioid_table().dose_forms.values()}


def _from_parts(
    text: str, opioid: re.Match[str], others: Iterable[re.Match[str]], form: DoseForm, hours: int | None
) -> OpioidProduct | None:
    strength = _in_table_units(_number(opioid["number"]), opioid["unit"])
    if strength[0] <= 0 or not form.takes(strength[1]):
        return None
    ingredient = opioids_named(opioid["name"])[0]
    other = tuple(_other(part) for part in others)
    return OpioidProduct(
        rxcui=None,
        name=text.strip(),
        tty=None,
        ingredient=ingredient,
        ingredient_rxcui=opioid_table().ingredients.get(ingredient),
        strength=strength[0],
        strength_unit=strength[1],
        unit=form.unit,
        dose_form=form.name,
        route=form.route,
        is_extended_release=form.is_extended_release,
        is_er_la=_is_er_la(ingredient, form, other),
        other_ingredients=other,
        duration_h=hours,
    )


def _other(part: re.Match[str]) -> OtherIngredient:
    strength = _in_table_units(_number(part["number"]), part["unit"])
    return OtherIngredient(part["name"], *strength)


def _is_er_la(ingredient: str, form: DoseForm, others: tuple[OtherIngredient, ...]) -> bool:
    """Extended release, oral methadone, or a buprenorphine buccal film without naloxone (the table's own rule)."""
    is_long_acting_film = ingredient == "buprenorphine" and form.name == "Buccal Film" and not others
    return form.is_extended_release or (ingredient == "methadone" and form.route == "oral") or is_long_acting_film


def _number(text: str) -> Decimal:
    return Decimal(text.replace(",", ""))


def _in_table_units(number: Decimal, unit: str) -> tuple[Decimal, str]:
    """A strength in the table's unit: mg, mg/mL, mg/actuat, or mcg/h."""
    amount, _, per = unit.partition("/")
    mg = number * _TO_MG[amount]
    if per == "hr":
        return _plain(mg * 1000), "mcg/h"
    return _plain(mg), {"": "mg", "ml": "mg/mL", "actuat": "mg/actuat"}[per]


def _plain(number: Decimal) -> Decimal:
    """0.200 -> 0.2, 1E+2 -> 100: one spelling of each number."""
    return number.normalize() + 0


# --- EHR spellings ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Spelling:
    """The parts of an EHR's name that bear on the strength. `amounts` are in `unit` of the product table."""

    ingredient: str
    words: frozenset[str]
    partners: frozenset[str]
    amounts: tuple[Decimal, ...]
    strength_unit: str
    unit: str | None
    route: str | None
    is_extended: bool | None


def _read_spelling(text: str, ingredient: str) -> NameReading:
    spelling = _spelling(text, ingredient)
    if isinstance(spelling, str):
        return NameReading((ingredient,), route=_stated_route(text), why_not=spelling)
    fitting = _fitting_products(spelling)
    if not fitting:
        unlisted = _unlisted(text, spelling)
        why = None if unlisted else "no product of the table has this strength and form"
        return NameReading((ingredient,), unlisted, spelling.route, why)
    if not all(each.has_same_dose_as(fitting[0]) for each in fitting):
        return NameReading((ingredient,), None, spelling.route, "the name fits products with different doses or routes")
    like = _most_like(fitting, spelling)
    return NameReading((ingredient,), replace(like, rxcui=None, tty=None, name=text.strip()), like.route)


def _stated_route(text: str) -> str | None:
    routes = {_ROUTE_WORDS[word] for word in _WORD.findall(text.lower()) if word in _ROUTE_WORDS}
    return next(iter(routes)) if len(routes) == 1 else None


def _spelling(text: str, ingredient: str) -> _Spelling | str:
    """The bearing parts, or a sentence that says why there is no strength to read."""
    lower = " ".join(
        text.lower().replace("micrograms", "mcg").replace("microgram", "mcg").replace("milligrams", "mg").split()
    )
    without_hours = _DURATION.sub(" ", lower)
    groups = [found for found in _STRENGTHS.finditer(_without_aliases(without_hours)) if _has_unit(found)]
    if not groups:
        return "the name gives no strength"
    # "100 mg/5 mL (20 mg/mL)" says one thing twice.
    read = list(dict.fromkeys(_amounts(group) for group in groups))
    units = {each[1] for each in read}
    if len(units) != 1:
        return "the name gives strengths in different units"
    words = frozenset(_WORD.findall(lower))
    forms = {_FORM_WORDS[word] for word in words if word in _FORM_WORDS}
    is_extended = says_extended(lower) if units != {"mcg/h"} else True
    return _Spelling(
        ingredient,
        words,
        frozenset(_PARTNERS[word] for word in words if word in _PARTNERS),
        tuple(amount for amounts, _ in read for amount in amounts),
        next(iter(units)),
        next(iter(forms)) if len(forms) == 1 else None,
        _stated_route(lower),
        is_extended,
    )


def _without_aliases(text: str) -> str:
    """'tylenol #3 300-30 mg': the 3 belongs to the name."""
    return re.sub(r"#\s*\d+", " ", text)


def _has_unit(group: re.Match[str]) -> bool:
    """ "5 mg", and also "5-325" or "5/325", as combinations are written."""
    return bool(re.search(r"mg|mcg|ug|gm?|[-/]", group["numbers"]))


def _amounts(group: re.Match[str]) -> tuple[tuple[Decimal, ...], str]:
    """The amounts of one strength group in table units; a unit that is left out is the one to its right."""
    found = list(_ONE_STRENGTH.finditer(group["numbers"]))
    unit = "mg"
    amounts: list[Decimal] = []
    for each in reversed(found):
        unit = each["unit"] or unit
        amounts.append(_plain(_number(each["number"]) * _TO_MG[unit]))
    amounts.reverse()
    per, volume = group["per"] or "", _number(group["volume"]) if group["volume"] else Decimal(1)
    if per == "ml":
        return tuple(_plain(amount / volume) for amount in amounts), "mg/mL"
    if per.startswith("h"):
        return tuple(_plain(amount * 1000 / volume) for amount in amounts), "mcg/h"
    return tuple(amounts), "mg/actuat" if per else "mg"


def _fitting_products(spelling: _Spelling) -> tuple[OpioidProduct, ...]:
    rows = opioid_table().by_ingredient.get(spelling.ingredient, ())
    fit = (row for row in rows if _has_form(row, spelling) and _has_strength(row, spelling))
    return tuple(row for row in fit if not row.pack_quantity and row.typical_use != "veterinary")


def _has_form(row: OpioidProduct, spelling: _Spelling) -> bool:
    is_spray = spelling.strength_unit == "mg" and row.strength_unit == "mg/actuat" and spelling.unit == "spray"
    return (
        (row.strength_unit == spelling.strength_unit or is_spray)
        and spelling.unit in (None, row.unit)
        and spelling.route in (None, row.route)
    )


def _has_strength(row: OpioidProduct, spelling: _Spelling) -> bool:
    """All stated amounts are the product's; the partners named are its partners. One amount is the opioid's."""
    partners = {each.name.partition(" ")[0] for each in row.other_ingredients}
    named = {partner.partition(" ")[0] for partner in spelling.partners}
    if named - partners or (len(spelling.amounts) == 1 and partners and not named and not _names_brand(row, spelling)):
        return False
    if len(spelling.amounts) == 1:
        return _is_near(row.strength, spelling.amounts[0])
    strengths = [row.strength, *(each.strength for each in row.other_ingredients)]
    if None in strengths or len(strengths) != len(spelling.amounts):
        return False
    pairs = zip(sorted(each for each in strengths if each is not None), sorted(spelling.amounts), strict=True)
    return all(_is_near(one, other) for one, other in pairs)


def _names_brand(row: OpioidProduct, spelling: _Spelling) -> bool:
    return bool(row.brand) and set(_WORD.findall((row.brand or "").lower())) <= spelling.words


def _is_near(listed: Decimal, stated: Decimal) -> bool:
    """RxNorm rounds 10 mg/15 mL to 0.667 mg/mL."""
    return abs(listed - stated) <= listed * _TOLERANCE


def _most_like(fitting: tuple[OpioidProduct, ...], spelling: _Spelling) -> OpioidProduct:
    """Of rows that give one dose: extended release as the name says, current and generic first, then the oldest code."""

    def rank(row: OpioidProduct) -> tuple[bool, bool, bool, int]:
        is_branded_otherwise = bool(row.brand) != _names_brand(row, spelling)
        says_otherwise = row.is_extended_release != bool(spelling.is_extended) and row.unit != "patch"
        # A brand that exists in one release form only settles it, whether or not the name says so.
        return is_branded_otherwise, says_otherwise, not row.is_current, int(row.rxcui.value) if row.rxcui else 0

    return min(fitting, key=rank)


def _unlisted(text: str, spelling: _Spelling) -> OpioidProduct | None:
    """A single-ingredient product with one strength and a form that settles the route, which no table row has."""
    if len(spelling.amounts) != 1 or spelling.partners or spelling.unit is None:
        return None
    rows = opioid_table().by_ingredient.get(spelling.ingredient, ())
    like = [
        row
        for row in rows
        if row.unit == spelling.unit
        and row.strength_unit == spelling.strength_unit
        and not row.other_ingredients
        and spelling.route in (None, row.route)
        and spelling.is_extended in (None, row.is_extended_release)
    ]
    if not like or len({row.route for row in like}) != 1:
        return None
    return replace(
        like[0],
        rxcui=None,
        tty=None,
        name=text.strip(),
        strength=spelling.amounts[0],
        brand=None,
        dose_form=like[0].dose_form if len({row.dose_form for row in like}) == 1 else None,
        is_extended_release=bool(spelling.is_extended),
        is_er_la=bool(spelling.is_extended) or like[0].ingredient == "methadone",
        duration_h=None,
        unit_volume=None,
        unit_volume_unit=None,
        is_current=False,
    )


# --- single words, for Medication.form and the like -------------------------------------------------------------------


def form_word(text: str) -> str | None:
    """What one unit is called ("tablet", "mL", "patch") by the words of a form or name; None when unsaid or unclear."""
    units = {_FORM_WORDS[word] for word in _WORD.findall(text.lower()) if word in _FORM_WORDS}
    return next(iter(units)) if len(units) == 1 else None


def says_extended(text: str) -> bool | None:
    """Whether a name says extended release ("ER", "12 hr") or immediate release; None when it says neither."""
    words = set(_WORD.findall(text.lower()))
    if words & _EXTENDED_WORDS or _DURATION.search(text.lower()):
        return True
    return False if words & _IMMEDIATE_WORDS else None


def stated_route(text: str) -> str | None:
    """The route that a text states in words ("oral", "patch", "injection"); None when unsaid or contradictory."""
    return _stated_route(text)
