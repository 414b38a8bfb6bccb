"""SMART scopes: what is a scope, what it reaches, and how it is spelled for old servers."""

import pytest

from app.domain.scopes import GrantedScopes, Reach, as_v1, parse_scope, split_scopes

SURVEY = "http://terminology.hl7.org/CodeSystem/observation-category|survey"


@pytest.mark.parametrize(
    ("text", "level", "resource_type", "letters"),
    [
        ("patient/Observation.rs", "patient", "Observation", "rs"),
        ("patient/Flag.cruds", "patient", "Flag", "cruds"),
        ("user/*.s", "user", "*", "s"),
        ("system/Patient.r", "system", "Patient", "r"),
        ("patient/Flag.read", "patient", "Flag", "rs"),
        ("patient/Flag.write", "patient", "Flag", "cud"),
        ("patient/*.*", "patient", "*", "cruds"),
    ],
)
def test_scopes_of_both_versions_are_read(text: str, level: str, resource_type: str, letters: str) -> None:
    scope = parse_scope(text)
    assert scope is not None
    assert (scope.level, scope.resource_type, scope.letters) == (level, resource_type, frozenset(letters))


@pytest.mark.parametrize(
    "text",
    ["launch", "openid", "launch/patient", "patient/Flag.", "patient/Flag.sr", "patient/Flag.rr", "patient/flag.r",
     "patient/Flag.rs?", "patient/Flag.rs?category", "Patient/Flag.rs", "patient/Flag.rsx", "patient/Flag.rs ", ""],
)  # fmt: skip
def test_other_texts_are_no_resource_scopes(text: str) -> None:
    scope = parse_scope(text)
    assert scope is None or scope.query == (("category", ""),)


def test_letters_of_several_scopes_add_up() -> None:
    granted = GrantedScopes(("patient/Flag.rs", "patient/Flag.cu"))
    assert granted.allows("Flag", "cru")
    assert not granted.allows("Flag", "d")
    assert granted.reach("Condition", "s") is Reach.NOTHING


def test_a_narrowed_scope_reaches_a_part_only() -> None:
    granted = GrantedScopes((f"patient/Observation.rs?category={SURVEY}",))
    assert granted.reach("Observation", "rs") is Reach.PART
    assert not granted.allows("Observation", "rs")
    assert granted.allows_search("Observation", (("category", SURVEY), ("date", "ge2026-01-01")))
    assert granted.allows_search("Observation", (("category", "survey"),))
    assert not granted.allows_search("Observation", (("category", "laboratory"),))
    assert not granted.allows_search("Observation", (("category", "survey,laboratory"),))
    assert not granted.allows_search("Observation", (("category", "http://other.example|survey"),))
    assert not granted.allows_search("Observation")
    assert granted.narrowings("Observation", "s") == ((("category", SURVEY),),)


def test_the_whole_type_allows_every_search() -> None:
    granted = GrantedScopes(("launch", "patient/*.rs"))
    assert granted.allows_search("Observation")
    assert granted.allows_search("Flag", (("patient", "p1"),))
    assert granted.has("launch")
    assert not granted.has("openid")


def test_reading_one_resource_is_not_searching() -> None:
    granted = GrantedScopes(("patient/Medication.r",))
    assert granted.allows("Medication", "r")
    assert not granted.allows_search("Medication")


@pytest.mark.parametrize(
    ("v2", "v1"),
    [
        ("patient/Observation.rs", "patient/Observation.read"),
        ("patient/Medication.r", "patient/Medication.read"),
        ("patient/Flag.cruds", "patient/Flag.*"),
        ("patient/Flag.cru", "patient/Flag.*"),
        ("patient/DocumentReference.c", "patient/DocumentReference.write"),
        ("launch", "launch"),
    ],
)
def test_old_servers_are_asked_in_v1(v2: str, v1: str) -> None:
    assert as_v1(v2) == v1


def test_a_scope_string_is_split_once_each() -> None:
    assert split_scopes(" openid  patient/Flag.rs openid ") == ("openid", "patient/Flag.rs")
