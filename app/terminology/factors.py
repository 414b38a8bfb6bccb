"""Conversion factors: dated sets, one row per drug and form, and the drugs that are never converted.

Source of every number: the `source` line of its file under data/factors. Rulings: research factors only on request and
marked; buprenorphine and injections are listed but never counted; without a factor a dose is not computable, not zero.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from pathlib import Path
from typing import Any

from app.terminology.opioids import opioid_table
from app.terminology.tables import DATA, read_toml, refuse

CDC_2022 = "cdc-2022"
CDC_2016 = "cdc-2016"
RESEARCH = "research"
DEFAULT_SET = CDC_2022
FACTOR_SETS = (CDC_2022, CDC_2016)

PER_UNITS = frozenset({"mg", "mcg", "mcg/h"})
ROUTES = frozenset({"oral", "rectal", "nasal", "transdermal", "buccal", "sublingual"})
_SET_KEYS = {"id", "title", "valid_from", "source", "checked_by", "factor"}
_ROW_KEYS = {"row", "ingredient", "routes", "forms", "per", "factor", "tiers", "source"}

BUPRENORPHINE = "buprenorphine"


@dataclass(frozen=True, slots=True)
class Tier:
    """A factor for daily totals above `above`, up to and including `up_to` (None: no upper bound)."""

    above: Decimal
    up_to: Decimal | None
    value: Decimal

    def holds(self, daily_total: Decimal) -> bool:
        return self.above < daily_total and (self.up_to is None or daily_total <= self.up_to)


@dataclass(frozen=True, slots=True)
class Factor:
    """One row of a factor table.

    `per` is the unit that the dose must have: "mg" or "mcg" a day, or "mcg/h" of all patches worn at once. `value` is None
    when the row has `tiers`: use `at(total)`, with the person's daily total of this ingredient. `is_outside_table` marks
    a research factor, to be shown as "outside the CDC table".
    """

    ingredient: str
    row: str
    per: str
    value: Decimal | None
    tiers: tuple[Tier, ...]
    routes: frozenset[str]
    forms: frozenset[str]
    set_id: str
    source: str
    valid_from: date
    checked_by: str
    is_outside_table: bool

    def at(self, daily_total: Decimal) -> Decimal:
        """The factor for a daily total of this ingredient, in `per`. ValueError for a total that is not above zero."""
        if self.value is not None:
            return self.value
        found = next((tier.value for tier in self.tiers if tier.holds(daily_total)), None)
        if found is None:
            raise ValueError("a tiered factor needs a daily total above zero")
        return found

    def is_for(self, route: str | None, dose_form: str | None) -> bool:
        return dose_form in self.forms if self.forms else route in self.routes


@dataclass(frozen=True, slots=True)
class NeverCounted:
    """Present, and deliberately not converted in any set. `reason` is one plain sentence."""

    reason: str


@dataclass(frozen=True, slots=True)
class NoFactor:
    """The sets in use hold no factor that fits: the dose is not computable. `reason` is one plain sentence."""

    reason: str


@dataclass(frozen=True, slots=True)
class FactorSet:
    """A dated table. `rows` maps an ingredient to its rows; `checked_by` is a name or "not signed off"."""

    id: str
    title: str
    valid_from: date
    source: str
    checked_by: str
    rows: Mapping[str, tuple[Factor, ...]]


def load_factor_set(set_id: str, directory: Path = DATA) -> FactorSet:
    """Read one set. Raises AskAnAdministrator on unknown keys, gaps, bad numbers, units or tiers with holes."""
    file = f"factors/{set_id}.toml"
    content = read_toml(file, directory)
    if set(content) != _SET_KEYS or content["id"] != set_id:
        raise refuse(file, None, f"needs exactly {sorted(_SET_KEYS)} and id {set_id!r}", "correct the file")
    if not isinstance(content["valid_from"], date) or not all(
        isinstance(content[key], str) and content[key] for key in ("title", "source", "checked_by")
    ):
        raise refuse(file, None, "title, source, checked_by or valid_from is empty", "fill it in")
    rows: dict[str, tuple[Factor, ...]] = {}
    for entry in content["factor"]:
        factor = _factor(file, entry, content)
        rows[factor.ingredient] = (*rows.get(factor.ingredient, ()), factor)
    for each in rows.values():
        _refuse_overlap(file, each)
    return FactorSet(set_id, content["title"], content["valid_from"], content["source"], content["checked_by"], rows)


def _factor(file: str, entry: Mapping[str, Any], content: Mapping[str, Any]) -> Factor:
    label = entry.get("row") or "(row without a label)"
    routes, forms = frozenset(entry.get("routes", ())), frozenset(entry.get("forms", ()))
    known_forms = opioid_table().dose_forms
    if (
        set(entry) - _ROW_KEYS
        or entry.get("ingredient") not in opioid_table().ingredients
        or entry.get("per") not in PER_UNITS
        or bool(routes) == bool(forms)
        or routes - ROUTES
        or any(form not in known_forms for form in forms)
        or ("factor" in entry) == ("tiers" in entry)
    ):
        what = f"row {label!r} needs a known ingredient and unit, known routes or forms, and a factor or tiers"
        raise refuse(file, None, what, "correct the row")
    return Factor(
        ingredient=entry["ingredient"],
        row=label,
        per=entry["per"],
        value=_number(file, label, entry["factor"]) if "factor" in entry else None,
        tiers=_tiers(file, label, entry.get("tiers", [])),
        routes=routes,
        forms=forms,
        set_id=content["id"],
        source=entry.get("source", content["source"]),
        valid_from=content["valid_from"],
        checked_by=content["checked_by"],
        is_outside_table=content["id"] == RESEARCH,
    )


def _number(file: str, label: str, text: object) -> Decimal:
    """Numbers are written as strings: a TOML float would lose its exact decimals."""
    try:
        value = Decimal(text) if isinstance(text, str) else Decimal(0)
    except InvalidOperation:
        value = Decimal(0)
    if not value.is_finite() or value <= 0:
        raise refuse(file, None, f"row {label!r} holds {text!r}", 'write a number above zero in quotes ("0.15")')
    return value


def _tiers(file: str, label: str, entries: list[Mapping[str, str]]) -> tuple[Tier, ...]:
    tiers: list[Tier] = []
    reached: Decimal | None = Decimal(0)
    for entry in entries:
        above = Decimal(entry["above"])
        up_to = _number(file, label, entry["up_to"]) if "up_to" in entry else None
        if above != reached or (up_to is not None and up_to <= above):
            raise refuse(file, None, f"row {label!r}: tiers leave a gap or overlap", "let each start where one ends")
        tiers.append(Tier(above, up_to, _number(file, label, entry["factor"])))
        reached = up_to
    if tiers and reached is not None:
        raise refuse(file, None, f"row {label!r}: the last tier is bounded", "leave `up_to` out of the last tier")
    return tuple(tiers)


def _refuse_overlap(file: str, rows: tuple[Factor, ...]) -> None:
    covered = [key for row in rows for key in (*row.routes, *row.forms)]
    if len(covered) != len(set(covered)):
        raise refuse(file, None, f"{rows[0].ingredient} has two rows for one form", "keep one of the rows")


@lru_cache
def factor_set(set_id: str = DEFAULT_SET) -> FactorSet:
    """A set by its id ("cdc-2022", "cdc-2016", "research"); AskAnAdministrator when there is no such set."""
    if set_id not in (*FACTOR_SETS, RESEARCH):
        raise refuse(f"factors/{set_id}.toml", None, "no such set", f"use one of {', '.join(FACTOR_SETS)}")
    return load_factor_set(set_id)


@lru_cache(maxsize=1024)
def factor_for(
    ingredient: str,
    *,
    route: str | None,
    dose_form: str | None = None,
    set_id: str = DEFAULT_SET,
    research: bool = False,
) -> Factor | NeverCounted | NoFactor:
    """The factor for one opioid ingredient by route ("oral", "transdermal", ...) and RxNorm dose form.

    `route` None means that the chart does not say; the factor is then given only when this ingredient exists for one
    route alone (oxycodone is only sold for oral use, morphine may be injected). `research` adds the research factors
    behind the set.
    """
    if ingredient == BUPRENORPHINE:
        return NeverCounted("Buprenorphine is not converted: its effect levels off, and CDC leaves it out on purpose")
    form = opioid_table().dose_forms.get(dose_form or "")
    route = route or (form.route if form else _only_route(ingredient))
    if route == "injectable":
        return NeverCounted("Injections are not converted: CDC gives no factors for them")
    for each in (set_id, RESEARCH) if research else (set_id,):
        fitting = _fitting(factor_set(each).rows.get(ingredient, ()), route, dose_form)
        if fitting is not None:
            return fitting
    return NoFactor(_why_none(ingredient, route, dose_form, set_id, research))


def _only_route(ingredient: str) -> str | None:
    """The route of every product of this ingredient that is sold in the US today, when there is just one."""
    routes = opioid_table().routes.get(ingredient, frozenset())
    return next(iter(routes)) if len(routes) == 1 else None


def _fitting(rows: tuple[Factor, ...], route: str | None, dose_form: str | None) -> Factor | None:
    return next((row for row in rows if row.is_for(route, dose_form)), None)


def _why_none(ingredient: str, route: str | None, dose_form: str | None, set_id: str, research: bool) -> str:
    if set_id not in FACTOR_SETS:
        return f"no such factor set: {set_id}"
    rows = [row for each in (set_id, RESEARCH) for row in factor_set(each).rows.get(ingredient, ())]
    if rows and route is None:
        return f"No factor without a route or form: {ingredient} has a factor for {_kinds(rows)} only"
    if not research and _fitting(factor_set(RESEARCH).rows.get(ingredient, ()), route, dose_form):
        return f"{set_id} has no factor for this form of {ingredient}; a research factor exists and was not asked for"
    names = f"{set_id} and the research factors have" if research else f"{set_id} has"
    form = dose_form or (f"{route} use" if route else "it")
    return f"{names} no factor for {ingredient} ({form})"


def _kinds(rows: list[Factor]) -> str:
    kinds = {kind.lower() for row in rows for kind in (*row.routes, *row.forms)}
    return ", ".join(sorted(kinds))
