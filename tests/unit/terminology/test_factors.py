"""The conversion factors, line by line, against the published tables."""

from decimal import Decimal

import pytest

from app.domain.errors import AskAnAdministrator
from app.terminology.factors import Factor, NeverCounted, NoFactor, factor_for, factor_set

ORAL = [
    # ingredient      2022     2016    research
    ("codeine", "0.15", "0.15", None),
    ("hydrocodone", "1", "1", None),
    ("hydromorphone", "5", "4", None),
    ("morphine", "1", "1", None),
    ("oxycodone", "1.5", "1.5", None),
    ("oxymorphone", "3", "3", None),
    ("methadone", "4.7", "tiers", None),
    ("tapentadol", "0.4", None, "0.4"),
    ("tramadol", "0.2", None, "0.1"),
    ("dihydrocodeine", None, None, "0.25"),
    ("levorphanol", None, None, "11"),
    ("levomethadyl", None, None, "8"),
    ("meperidine", None, None, "0.1"),
    ("pentazocine", None, None, "0.37"),
    ("propoxyphene", None, None, "0.23"),
    ("benzhydrocodone", None, None, "1.22"),
]


def value(found: object) -> str | None:
    if not isinstance(found, Factor):
        return None
    return "tiers" if found.tiers else str(found.value)


@pytest.mark.parametrize(("ingredient", "in_2022", "in_2016", "research"), ORAL)
def test_oral_factors(ingredient: str, in_2022: str | None, in_2016: str | None, research: str | None) -> None:
    assert value(factor_for(ingredient, route="oral", set_id="cdc-2022")) == in_2022
    assert value(factor_for(ingredient, route="oral", set_id="cdc-2016")) == in_2016
    with_research = factor_for(ingredient, route="oral", set_id="cdc-2016", research=True)
    assert value(with_research) == (in_2016 or research)
    assert isinstance(with_research, Factor)
    assert with_research.is_outside_table is (in_2016 is None)


@pytest.mark.parametrize(
    ("form", "route", "factor"),
    [
        ("Buccal Tablet", "buccal", "0.13"),
        ("Sublingual Tablet", "sublingual", "0.13"),
        ("Oral Lozenge", "buccal", "0.13"),
        ("Oral Lozenge", "oral", "0.13"),
        ("Buccal Film", "buccal", "0.18"),
        ("Mucosal Spray", "sublingual", "0.18"),
        ("Metered Dose Nasal Spray", "nasal", "0.16"),
    ],
)
def test_transmucosal_fentanyl_is_per_mcg_and_research_only(form: str, route: str, factor: str) -> None:
    found = factor_for("fentanyl", route=route, dose_form=form, research=True)
    assert isinstance(found, Factor)
    assert (str(found.value), found.per, found.is_outside_table) == (factor, "mcg", True)
    assert isinstance(factor_for("fentanyl", route=route, dose_form=form), NoFactor)


@pytest.mark.parametrize("set_id", ["cdc-2022", "cdc-2016"])
def test_a_fentanyl_patch_is_per_mcg_an_hour(set_id: str) -> None:
    found = factor_for("fentanyl", route="transdermal", set_id=set_id)
    assert isinstance(found, Factor)
    assert (str(found.value), found.per, found.is_outside_table) == ("2.4", "mcg/h", False)


@pytest.mark.parametrize(
    ("daily", "factor"),
    [("0.5", "4"), ("20", "4"), ("20.5", "8"), ("40", "8"), ("40.01", "10"), ("60", "10"), ("61", "12"), ("200", "12")],
)
def test_methadone_2016_has_no_gap_between_tiers(daily: str, factor: str) -> None:
    found = factor_for("methadone", route="oral", set_id="cdc-2016")
    assert isinstance(found, Factor)
    assert found.at(Decimal(daily)) == Decimal(factor)


def test_a_tier_for_nothing_is_refused_rather_than_guessed() -> None:
    found = factor_for("methadone", route="oral", set_id="cdc-2016")
    assert isinstance(found, Factor)
    with pytest.raises(ValueError, match="above zero"):
        found.at(Decimal(0))


@pytest.mark.parametrize("route", ["transdermal", "sublingual", "buccal", "injectable", None])
@pytest.mark.parametrize("research", [False, True])
def test_buprenorphine_is_never_counted(route: str | None, research: bool) -> None:
    assert isinstance(factor_for("buprenorphine", route=route, research=research), NeverCounted)


@pytest.mark.parametrize("ingredient", ["morphine", "hydromorphone", "fentanyl", "meperidine", "nalbuphine"])
def test_injections_are_never_counted(ingredient: str) -> None:
    assert isinstance(factor_for(ingredient, route="injectable", research=True), NeverCounted)


@pytest.mark.parametrize(
    ("ingredient", "route", "form"),
    [
        ("opium", "oral", "Oral Solution"),
        ("sufentanil", "sublingual", None),
        ("pholcodine", "oral", None),
        ("fentanyl", "buccal", None),
        ("fentanyl", None, None),
        ("morphine", None, None),
        ("morphine", "topical", None),
    ],
)
def test_without_a_fitting_row_there_is_a_reason_and_no_number(
    ingredient: str, route: str | None, form: str | None
) -> None:
    found = factor_for(ingredient, route=route, dose_form=form, research=True)
    assert isinstance(found, NoFactor)
    assert ingredient in found.reason


def test_a_drug_sold_for_one_route_only_needs_no_route() -> None:
    assert value(factor_for("oxycodone", route=None)) == "1.5"
    assert value(factor_for("hydrocodone", route=None)) == "1"


def test_a_dose_form_alone_settles_the_route() -> None:
    assert value(factor_for("morphine", route=None, dose_form="Oral Tablet")) == "1"
    assert isinstance(factor_for("morphine", route=None, dose_form="Injection"), NeverCounted)


def test_opium_counts_as_a_suppository_only() -> None:
    assert value(factor_for("opium", route="rectal", dose_form="Rectal Suppository", research=True)) == "1"


def test_sets_are_dated_and_sourced() -> None:
    for set_id in ("cdc-2022", "cdc-2016", "research"):
        found = factor_set(set_id)
        assert found.source
        assert found.valid_from.year in {2016, 2018, 2022}
        assert found.checked_by == "not signed off"


def test_an_unknown_set_is_refused() -> None:
    with pytest.raises(AskAnAdministrator, match="no such set"):
        factor_set("cdc-1999")
