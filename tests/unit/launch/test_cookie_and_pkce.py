"""The cookie's header text, and PKCE by the specification's own example."""

import pytest

from app.domain.session import Secret
from app.launch import COOKIE_NAME, browser_in, set_cookie_header
from app.launch.pkce import new_code_verifier, random_id, s256_challenge

ID = "Ab-_" + "x" * 39


def test_the_cookie_works_in_a_frame_and_binds_to_this_host() -> None:
    first, *attributes = set_cookie_header(ID).split("; ")
    assert first == f"__Host-sextant={ID}"
    assert set(attributes) == {"Path=/", "Secure", "HttpOnly", "SameSite=None", "Partitioned"}
    assert COOKIE_NAME.startswith("__Host-")


@pytest.mark.parametrize(
    "header", [f"__Host-sextant={ID}", f"a=1; __Host-sextant={ID}; b=2", f"a=1;__Host-sextant={ID}"]
)
def test_the_browser_is_found_among_other_cookies(header: str) -> None:
    assert browser_in(header) == ID


@pytest.mark.parametrize(
    "header",
    [
        None,
        "",
        "sextant=1",
        "__Host-sextant=",
        "__Host-sextant=short",
        f"x__Host-sextant={ID}",
        f"__Host-sextant={ID}!",
    ],
)
def test_anything_else_is_no_browser_of_ours(header: str | None) -> None:
    assert browser_in(header) is None


def test_the_challenge_of_rfc_7636_appendix_b() -> None:
    verifier = Secret("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk")
    assert s256_challenge(verifier) == "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"


def test_random_values_are_long_enough_and_differ() -> None:
    assert len({random_id() for _ in range(1000)}) == 1000
    assert len(random_id()) == 43
    assert 43 <= len(new_code_verifier().reveal()) <= 128
