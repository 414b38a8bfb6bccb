"""A POST must come from a page of ours, of this very launch."""

from datetime import UTC, datetime

import pytest
from starlette.datastructures import Headers

from app.domain.errors import LaunchAgain
from app.domain.session import LaunchSession, Secret, Tokens
from app.web.security import check_form, content_security_policy

OURS = "https://sextant.example"
NOW = datetime(2026, 3, 1, tzinfo=UTC)
SESSION = LaunchSession(
    "l", "b", "ehr", "Patient/p", "Practitioner/d", Tokens(Secret("t"), NOW, ()), NOW, form_token="right"
)


@pytest.mark.parametrize(
    "headers",
    [{}, {"origin": OURS}, {"sec-fetch-site": "same-origin", "origin": OURS}],
)
def test_our_own_form_is_taken(headers: dict[str, str]) -> None:
    check_form(SESSION, "right", Headers(headers), OURS)


@pytest.mark.parametrize(
    ("token", "headers"),
    [
        ("wrong", {}),
        ("", {}),
        ("right", {"origin": "https://elsewhere.example"}),
        ("right", {"origin": "null"}),
        ("right", {"sec-fetch-site": "cross-site"}),
        ("right", {"sec-fetch-site": "same-site"}),
    ],
)
def test_any_other_is_refused(token: str, headers: dict[str, str]) -> None:
    with pytest.raises(LaunchAgain):
        check_form(SESSION, token, Headers(headers), OURS)


def test_a_session_without_a_form_token_takes_no_form() -> None:
    bare = LaunchSession("l", "b", "ehr", "Patient/p", "Practitioner/d", Tokens(Secret("t"), NOW, ()), NOW)
    with pytest.raises(LaunchAgain):
        check_form(bare, "", Headers({}), OURS)


def test_only_configured_ehrs_may_frame_a_page_and_no_script_runs() -> None:
    policy = content_security_policy(["https://ehr.example:8443"])
    assert "frame-ancestors https://ehr.example:8443" in policy
    assert "default-src 'none'" in policy
    assert "script-src" not in policy
    assert "frame-ancestors 'none'" in content_security_policy([])
