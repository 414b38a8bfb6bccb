"""Every literal code of the clinic has the form and the check digit of its system."""

import re
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest

from app.sandbox_ehr.clinic import codes, generate_charts, resources
from app.sandbox_ehr.clinic.codes import ICD10, LOINC, NDC, RXNORM, SNOMED, Code

LITERALS = {name: code for name, code in vars(codes).items() if isinstance(code, Code)}


def dihedral(a: int, b: int) -> int:
    """The product of two elements of the dihedral group D5, numbered as Verhoeff did."""
    if a < 5:
        return (a + b) % 5 if b < 5 else 5 + (a + b - 5) % 5
    return 5 + (a - 5 - b) % 5 if b < 5 else (a - b) % 5


def verhoeff_holds(digits: str) -> bool:
    permutation = (1, 5, 7, 6, 2, 8, 3, 0, 9, 4)
    check = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit)
        for _ in range(place % 8):
            value = permutation[value]
        check = dihedral(check, value)
    return check == 0


def luhn_holds(digits: str) -> bool:
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (2 if place % 2 else 1)
        total += value - 9 if value > 9 else value
    return total % 10 == 0


def is_well_formed(code: Code) -> bool:
    if code.system == LOINC and code.code.startswith("LA"):
        return bool(re.fullmatch(r"LA\d{1,6}-\d", code.code))  # the digit of answer codes follows another rule
    if code.system == LOINC:
        return bool(re.fullmatch(r"\d{1,6}-\d", code.code)) and luhn_holds(code.code.replace("-", ""))
    if code.system == SNOMED:
        return bool(re.fullmatch(r"\d{6,18}", code.code)) and verhoeff_holds(code.code)
    if code.system == ICD10:
        return bool(re.fullmatch(r"[A-Z]\d[0-9A-Z](\.[0-9A-Z]{1,4})?", code.code))
    if code.system == RXNORM:
        return bool(re.fullmatch(r"[1-9]\d{2,6}", code.code))
    return code.system == NDC and bool(re.fullmatch(r"\d{11}", code.code))


def test_the_check_digits_catch_a_slip() -> None:
    assert is_well_formed(Code(LOINC, "44261-6", ""))
    assert not is_well_formed(Code(LOINC, "44261-7", ""))
    assert not is_well_formed(Code(LOINC, "44621-6", ""))
    assert is_well_formed(Code(SNOMED, "461621000124108", ""))
    assert not is_well_formed(Code(SNOMED, "461621000124180", ""))
    assert not is_well_formed(Code(SNOMED, "77386007", ""))


@pytest.mark.parametrize("code", LITERALS.values(), ids=LITERALS.keys())
def test_a_literal_code_is_well_formed_and_named(code: Code) -> None:
    assert is_well_formed(code)
    assert code.display


def test_no_code_stands_twice_under_two_names() -> None:
    seen: dict[tuple[str, str], str] = {}
    for code in LITERALS.values():
        key = (code.system, code.code)
        assert seen.setdefault(key, code.display) == code.display


def codings(node: Any) -> Iterator[Code]:
    if isinstance(node, list):
        for item in node:
            yield from codings(item)
    elif isinstance(node, dict):
        if isinstance(node.get("system"), str) and isinstance(node.get("code"), str) and "value" not in node:
            yield Code(node["system"], node["code"], str(node.get("display", "")))
        for item in node.values():
            yield from codings(item)


@pytest.mark.parametrize("system", [LOINC, SNOMED, ICD10, RXNORM, NDC])
def test_what_the_charts_carry_is_well_formed_too(system: str) -> None:
    used = {code for resource in resources(date(2026, 3, 1), patients=20) for code in codings(resource)}
    used |= {code for chart in generate_charts(20, 60, date(2026, 3, 1)) for code in codings(chart)}
    of_system = {code for code in used if code.system == system}
    assert of_system
    assert [code for code in of_system if not is_well_formed(code)] == []
