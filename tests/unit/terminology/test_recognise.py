"""What a chart's medication is: which product, which opioid, or none."""

from decimal import Decimal
from itertools import permutations

import pytest

from app.domain.codes import NDC, NOTHING_CODED, RXNORM, Coding, Concept
from app.domain.medication import Ingredient, Medication
from app.domain.quantities import Quantity, Ratio
from app.terminology.opioids import opioid_ingredient, opioid_table
from app.terminology.product_names import opioids_named, read_name
from app.terminology.recognise import Basis, NotAnOpioid, PossiblyOpioid, Recognised, recognise

OXYCODONE_10 = "1049683"
OXYCODONE_5 = "1049621"


def medication(*codes: tuple[str, str | None], text: str | None = None, form: str | None = None) -> Medication:
    codings = tuple(Coding(RXNORM, code, display) for code, display in codes)
    return Medication(Concept(codings, text), Concept((), form) if form else NOTHING_CODED)


def recognised(found: object) -> Recognised:
    assert isinstance(found, Recognised), found
    return found


def strength(found: object) -> str | None:
    product = recognised(found).product
    return f"{product.strength} {product.strength_unit}" if product else None


# --- codes


def test_the_product_is_chosen_among_ingredient_and_product_codes_in_any_order() -> None:
    codes = [("7804", "oxycodone"), ("82063", None), (OXYCODONE_10, None), ("218986", "Oxycontin")]
    found = {recognise(medication(*order)) for order in permutations(codes)}
    assert {strength(each) for each in found} == {"10 mg"}
    assert {recognised(each).rxcui for each in found} == {OXYCODONE_10}
    assert {recognised(each).basis for each in found} == {Basis.PRODUCT_CODE}


def test_generic_and_brand_of_one_product_agree() -> None:
    table = opioid_table().products
    brands = [
        each for each in table.values() if each.brand == "Roxicodone" and each.strength == 5 and each.unit == "tablet"
    ]
    brand = brands[0].rxcui
    assert brand is not None
    assert strength(recognise(medication((brand.value, None), (OXYCODONE_5, None)))) == "5 mg"


def test_two_products_with_different_strengths_are_not_guessed_between() -> None:
    found = recognised(recognise(medication((OXYCODONE_10, None), (OXYCODONE_5, None))))
    assert found.product is None
    assert found.ingredient == "oxycodone"
    assert "different doses" in (found.why_not or "")


def test_a_name_settles_two_products() -> None:
    found = recognise(medication((OXYCODONE_10, None), (OXYCODONE_5, None), text="oxycodone 5 mg tablet"))
    assert strength(found) == "5 mg"


def test_a_name_that_contradicts_the_only_code_is_noted() -> None:
    found = recognised(recognise(medication((OXYCODONE_10, None), text="oxycodone 5 mg tablet")))
    assert strength(found) == "10 mg"
    assert found.notes == ("The name says oxycodone 5 mg tablet",)


def test_an_ingredient_code_has_no_strength() -> None:
    found = recognised(recognise(medication(("7052", "morphine"))))
    assert (found.product, found.ingredient, found.basis) == (None, "morphine", Basis.INGREDIENT_CODE)
    assert found.route is None


def test_an_ingredient_code_takes_the_route_from_the_form() -> None:
    assert recognised(recognise(medication(("7052", None), form="oral solution"))).route == "oral"


def test_a_form_group_code_says_the_route() -> None:
    assert recognised(recognise(medication(("106841", None)))).route == "oral"


def test_an_ingredient_code_and_a_full_name_give_the_product() -> None:
    found = recognised(recognise(medication(("7804", "Oxycodone"), text="oxyCODONE 10 mg immediate release tablet")))
    assert (strength(found), found.basis) == ("10 mg", Basis.NAME)


def test_every_opioid_code_is_recognised() -> None:
    table = opioid_table()
    for code in (*table.products, *table.concepts):
        assert recognised(recognise(medication((code, None)))).ingredient == opioid_ingredient(code)


# --- names


@pytest.mark.parametrize(
    ("name", "expected", "unit", "route"),
    [
        ("12 HR oxycodone hydrochloride 10 MG Extended Release Oral Tablet", "10 mg", "tablet", "oral"),
        ("oxycodone hydrochloride 17 MG Oral Tablet", "17 mg", "tablet", "oral"),
        ("72 HR fentanyl 0.033 MG/HR Transdermal System", "33 mcg/h", "patch", "transdermal"),
        ("oxycodone-acetaminophen 5-325 mg tablet", "5 mg", "tablet", "oral"),
        ("HYDROcodone-acetaminophen (NORCO) 5-325 mg per tablet", "5 mg", "tablet", "oral"),
        ("HYDROCODONE/APAP 5/325 TAB", "5 mg", "tablet", "oral"),
        ("hydrocodone 325-10 mg tablet", "10 mg", "tablet", "oral"),
        ("Percocet 10 mg-325 mg tablet", "10 mg", "tablet", "oral"),
        ("acetaminophen-codeine 300-30 mg", "30 mg", "tablet", "oral"),
        ("Tylenol #3 300-30 mg tablet", "30 mg", "tablet", "oral"),
        ("morphine 10 mg/5 mL oral solution", "2 mg/mL", "mL", "oral"),
        ("morphine sulfate 100 mg/5 mL (20 mg/mL) oral concentrate", "20 mg/mL", "mL", "oral"),
        ("hydrocodone-acetaminophen 7.5-325 mg/15 mL oral solution", "0.5 mg/mL", "mL", "oral"),
        ("fentaNYL (DURAGESIC) 25 mcg/hr", "25 mcg/h", "patch", "transdermal"),
        ("fentanyl 12 mcg/hr patch 72 hr", "12 mcg/h", "patch", "transdermal"),
        ("fentanyl citrate 200 mcg buccal tablet", "0.2 mg", "tablet", "buccal"),
        ("fentanyl 400 mcg/actuation nasal spray", "0.4 mg/actuat", "spray", "nasal"),
        ("buprenorphine-naloxone 8-2 mg SL film", "8 mg", "film", "sublingual"),
        ("Belbuca 150 mcg buccal film", "0.15 mg", "film", "buccal"),
        ("HYDROmorphone 2 mg/mL injection", "2 mg/mL", "mL", "injectable"),
        ("oxycodone 5 mg", "5 mg", "tablet", "oral"),
        ("carisoprodol-aspirin-codeine 200-325-16 mg tablet", "16 mg", "tablet", "oral"),
    ],
)
def test_a_name_is_read(name: str, expected: str, unit: str, route: str) -> None:
    found = recognised(recognise(medication(text=name)))
    assert found.product is not None
    assert (strength(found), found.product.unit, found.route) == (expected, unit, route)
    assert (found.basis, found.rxcui) == (Basis.NAME, None)


@pytest.mark.parametrize(
    "name",
    [
        "Percocet",
        "Norco 325",
        "oxycodone",
        "morphine 15 mg",
        "fentanyl 100 mcg",
        "MS Contin",
        "butorphanol 10 mg/mL nasal spray",
        "oxycodone 1,000 mg",
        "oxycodone 5 mg and morphine 15 mg tablets",
        "tramadol 50",
    ],
)
def test_a_name_without_an_unambiguous_strength_is_an_opioid_without_one(name: str) -> None:
    found = recognised(recognise(medication(text=name)))
    assert found.product is None
    assert found.why_not


def test_extended_release_is_read_from_the_name() -> None:
    extended = recognised(recognise(medication(text="morphine (MS CONTIN) 15 mg 12 hr tablet"))).product
    immediate = recognised(recognise(medication(text="morphine 15 mg tablet"))).product
    assert extended is not None
    assert immediate is not None
    assert (extended.is_er_la, immediate.is_er_la) == (True, False)


def test_every_product_of_the_table_is_read_from_its_name() -> None:
    """Except packs and the two tablets that hold two salts of oxycodone, which are refused."""
    refused = []
    for product in opioid_table().products.values():
        reading = read_name(product.name)
        assert reading is not None
        if reading.product is None:
            refused.append(product)
        else:
            assert reading.product.has_same_dose_as(product), product.name
    assert all(product.pack_quantity or "terephthalate" in product.name for product in refused)
    assert len(refused) == 6


# --- strengths stated in Medication.ingredient


def stated(code: str, name: str, top: str, unit: str, bottom: str, per: str) -> Ingredient:
    ratio = Ratio(Quantity(Decimal(top), unit, None, unit), Quantity(Decimal(bottom), per, None, per))
    return Ingredient(Concept((Coding(RXNORM, code, name),)), ratio)


@pytest.mark.parametrize(
    ("ingredient", "form", "expected"),
    [
        (stated("7804", "oxycodone", "5", "mg", "1", "tablet"), None, "5 mg"),
        (stated("7804", "oxycodone", "5", "mg", "1", "1"), "Oral tablet", "5 mg"),
        (stated("7052", "morphine", "10", "mg", "5", "mL"), "Oral solution", "2 mg/mL"),
        (stated("4337", "fentanyl", "25", "ug/h", "1", "1"), "patch", "25 mcg/h"),
        (stated("4337", "fentanyl", "25", "ug", "1", "h"), "patch", "25 mcg/h"),
        (stated("4337", "fentanyl", "200", "ug", "1", "lozenge"), None, "0.2 mg"),
    ],
)
def test_a_stated_strength_is_read(ingredient: Ingredient, form: str | None, expected: str) -> None:
    found = recognise(
        Medication(Concept((), "Compounded"), Concept((), form) if form else NOTHING_CODED, (ingredient,))
    )
    assert strength(found) == expected
    assert recognised(found).basis is Basis.STATED_STRENGTH


def test_a_stated_strength_in_no_form_is_not_a_product() -> None:
    found = recognised(
        recognise(
            Medication(Concept((), "Compounded"), NOTHING_CODED, (stated("7804", "oxycodone", "5", "mg", "1", "1"),))
        )
    )
    assert (found.product, found.basis) == (None, Basis.INGREDIENT_CODE)


# --- not opioids


@pytest.mark.parametrize(
    "name",
    [
        "naloxone 4 mg nasal spray",
        "naltrexone 50 mg tablet",
        "loperamide 2 mg capsule",
        "diphenoxylate-atropine 2.5-0.025 mg tablet",
        "lisinopril 10 mg tablet",
        "apomorphine 10 mg injection",
        "Narcan 4 mg",
        "methylnaltrexone 12 mg",
        "dextromethorphan 30 mg/5 mL",
        "opioid overdose reversal kit",
        "non-opioid pain cream",
    ],
)
def test_not_an_opioid(name: str) -> None:
    assert isinstance(recognise(medication(text=name)), NotAnOpioid)


def test_naloxone_by_code_is_not_an_opioid() -> None:
    assert isinstance(recognise(medication(("7242", None))), NotAnOpioid)
    assert opioids_named("pentazocine / naloxone") == ("pentazocine",)


def test_an_ndc_with_a_name_is_recognised_and_one_without_is_possible() -> None:
    named = Medication(Concept((Coding(NDC, "00406055201", "HYDROCODONE/APAP 5/325 TAB"),)))
    assert recognised(recognise(named)).ingredient == "hydrocodone"
    bare = recognise(Medication(Concept((Coding(NDC, "00406055201"),))))
    assert isinstance(bare, PossiblyOpioid)
    assert not bare.is_named


def test_a_text_that_speaks_of_an_opioid_is_possible() -> None:
    found = recognise(medication(text="opioid rotation per clinic"))
    assert isinstance(found, PossiblyOpioid)
    assert found.is_named


def test_nothing_at_all_is_possible_not_absent() -> None:
    assert isinstance(recognise(Medication(is_resolved=False)), PossiblyOpioid)
