"""Classes of drugs that matter beside an opioid: benzodiazepines and other sedatives, reversal agents, MOUD.

A product is found by RxCUI; an ingredient by its RxCUI or, for a text, by name as a whole word. A combination belongs to
the class of each of its ingredients. `opioid_antagonist_reversal` is naloxone or nalmefene alone, so that a
buprenorphine-naloxone film never counts as naloxone in the house.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from app.domain.codes import RXNORM, RxNorm
from app.domain.medication import Medication
from app.terminology.opioids import product
from app.terminology.product_names import read_name
from app.terminology.tables import DATA, Row, read_rows

CLASSES = frozenset(
    {
        "barbiturate",
        "benzodiazepine",
        "gabapentinoid",
        "moud",
        "opioid_antagonist_reversal",
        "opioid_induced_constipation",
        "opioid_withdrawal",
        "other_cns_depressant",
        "skeletal_muscle_relaxant",
        "stimulant",
        "z_drug",
    }
)
REVERSAL = "opioid_antagonist_reversal"
MOUD = "moud"
_COLUMNS = "level rxcui name class subclass ingredient ingredient_rxcui route combined_with"
_BRAND = re.compile(r"\[([^\]]+)\]$")
_WORD = re.compile(r"[a-z][a-z0-9'-]*")


@dataclass(frozen=True, slots=True)
class DrugClass:
    """Membership of one class. `subclass` narrows it ("also_analgesic" for methadone in `moud`: not MOUD by itself).
    `route` is "" when not stated."""

    drug_class: str
    subclass: str
    ingredient: str
    ingredient_rxcui: RxNorm | None
    route: str


@dataclass(frozen=True, slots=True)
class DrugClassTable:
    """`by_code`: product or ingredient RxCUI -> memberships. `by_name`: ingredient name in lower case -> memberships."""

    by_code: Mapping[str, tuple[DrugClass, ...]]
    by_name: Mapping[str, tuple[DrugClass, ...]]


def load_drug_classes(directory: Path = DATA) -> DrugClassTable:
    """Read the class table. Raises AskAnAdministrator naming file, line and remedy."""
    by_code: dict[str, tuple[DrugClass, ...]] = {}
    by_name: dict[str, tuple[DrugClass, ...]] = {}
    for row in read_rows("rxnorm/drug_classes.csv", _COLUMNS, directory):
        member = _member(row)
        is_product = row.choice("level", frozenset({"product", "ingredient"})) == "product"
        code = row.code("rxcui", RxNorm) if is_product else row.optional_code("rxcui", RxNorm)
        if code:
            _add(by_code, code.value, member, row)
        if not is_product:
            _add(by_name, member.ingredient.lower(), member, row)
        elif brand := _BRAND.search(row.optional("name") or ""):
            name = brand[1].lower()
            by_name[name] = tuple(dict.fromkeys((*by_name.get(name, ()), member)))
    return DrugClassTable(by_code, by_name)


def _member(row: Row) -> DrugClass:
    return DrugClass(
        row.choice("class", CLASSES),
        row.optional("subclass") or "",
        row.text("ingredient"),
        row.optional_code("ingredient_rxcui", RxNorm),
        row.optional("route") or "",
    )


def _add(index: dict[str, tuple[DrugClass, ...]], key: str, member: DrugClass, row: Row) -> None:
    if member in index.get(key, ()):
        raise row.error(f"{key} is listed twice in {member.drug_class}", "keep one of the two lines")
    index[key] = (*index.get(key, ()), member)


@lru_cache(maxsize=1)
def drug_class_table() -> DrugClassTable:
    """The shipped table, read once."""
    return load_drug_classes()


def is_other_drug(rxcui: str) -> bool:
    """Whether the code is a product or ingredient of one of these classes (some are opioids as well: methadone)."""
    return rxcui in drug_class_table().by_code


@lru_cache(maxsize=8192)
def drug_classes(medication: Medication) -> tuple[DrugClass, ...]:
    """The classes of a medication: by code of the product or its ingredients where there is one, else by name.

    Buprenorphine is in `moud` with subclass "oud_formulation", or "oud_formulation_only" when the chart does not say which
    product it is; its patches and its film without naloxone are for pain and in no class.
    """
    table = drug_class_table()
    concepts = [medication.concept, *(each.concept for each in medication.ingredients if each.is_active)]
    codes = [code.strip() for coded in concepts for code in coded.codes(RXNORM)]
    texts = [text for coded in concepts for text in (coded.text, *(each.display for each in coded.codings)) if text]
    found = [member for code in codes for member in table.by_code.get(code, ())]
    if not found and not any(product(code) for code in codes):
        found = [member for text in texts for member in classes_named(text)]
    if _is_pain_buprenorphine(codes, texts):
        found = [member for member in found if member.ingredient != "buprenorphine"]
    if _is_opioid_with_antagonist(texts):
        found = [member for member in found if member.drug_class != REVERSAL]
    return tuple(dict.fromkeys(found))


def _is_pain_buprenorphine(codes: list[str], texts: list[str]) -> bool:
    coded = [each for code in codes if (each := product(code))]
    named = [reading.product for text in texts if (reading := read_name(text)) and reading.product]
    return any(each.ingredient == "buprenorphine" and each.typical_use == "analgesic" for each in (*coded, *named))


def _is_opioid_with_antagonist(texts: list[str]) -> bool:
    """A reversal agent counts alone only: in buprenorphine-naloxone and pentazocine-naloxone it guards the tablet."""
    return any(read_name(text) for text in texts)


@lru_cache(maxsize=8192)
def classes_named(text: str) -> tuple[DrugClass, ...]:
    """The classes of the ingredients or brands that a text names as whole words ("LORazepam 1 mg tablet")."""
    words = [part for word in _WORD.findall(text.lower()) for part in dict.fromkeys((word, *word.split("-")))]
    names = drug_class_table().by_name
    runs = (" ".join(words[place : place + length]) for length in (3, 2, 1) for place in range(len(words)))
    return tuple(dict.fromkeys(member for run in runs for member in names.get(run, ())))
