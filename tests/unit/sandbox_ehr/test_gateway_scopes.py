"""Scopes are read in both grammars, cut down to the registration, and bound to one patient."""

from __future__ import annotations

import pytest

from app.sandbox_ehr.scopes import GrantedScopes, cut_down, parse

SURVEY = "http://terminology.hl7.org/CodeSystem/observation-category|survey"


@pytest.mark.parametrize(
    ("text", "letters"),
    [
        ("patient/Observation.rs", "rs"),
        ("patient/Observation.read", "rs"),
        ("patient/Flag.write", "cud"),
        ("patient/*.*", "cruds"),
        (f"patient/Observation.rs?category={SURVEY}", "rs"),
    ],
)
def test_letters(text: str, letters: str) -> None:
    scope = parse(text)
    assert scope is not None
    assert scope.letters == letters
    assert str(scope) == text


@pytest.mark.parametrize(
    "text",
    ["patient/Observation.", "patient/Observation.sr", "patient/observation.r", "launch", "patient/Observation",
     "patient/Observation.rs?code=x", "patient/Observation.rs?category:in=x", "nurse/Observation.rs"],
)  # fmt: skip
def test_what_cannot_be_honoured_is_no_scope(text: str) -> None:
    assert parse(text) is None


@pytest.mark.parametrize(
    ("asked", "registered", "granted"),
    [
        ("launch openid", "launch", "launch"),
        ("patient/Flag.cruds", "patient/Flag.rs", "patient/Flag.rs"),
        ("patient/*.rs", "patient/Flag.cruds patient/Patient.r", "patient/Flag.rs patient/Patient.r"),
        ("patient/Flag.rs", "patient/*.cruds", "patient/Flag.rs"),
        ("patient/Observation.read", "patient/Observation.rs", "patient/Observation.read"),
        (
            "patient/Observation.rs",
            "patient/Observation.rs?category=survey",
            "patient/Observation.rs?category=survey",
        ),
        (
            "patient/Observation.rs?category=laboratory",
            "patient/Observation.rs?category=survey",
            "",
        ),
        ("patient/Flag.rs", "patient/Observation.rs", ""),
        ("user/Observation.rs system/*.rs", "user/Observation.rs system/*.rs", ""),
        ("user/Practitioner.rs", "user/Practitioner.rs", "user/Practitioner.rs"),
        ("patient/Flag.rs patient/Flag.rs nonsense", "patient/Flag.rs", "patient/Flag.rs"),
    ],
)
def test_cut_down(asked: str, registered: str, granted: str) -> None:
    assert " ".join(cut_down(asked.split(), registered.split())) == granted


def test_a_category_limits_which_resources_are_reached() -> None:
    scopes = GrantedScopes((f"patient/Observation.rs?category={SURVEY}",))
    system, code = SURVEY.split("|")
    survey = {"resourceType": "Observation", "category": [{"coding": [{"system": system, "code": code}]}]}
    assert scopes.allows("Observation", "s")
    assert scopes.reach(survey, "r")
    assert not scopes.reach(survey, "u")
    assert not scopes.reach({"resourceType": "Observation"}, "r")
    assert not scopes.reach({**survey, "category": [{"text": "survey"}]}, "r")
