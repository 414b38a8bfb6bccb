"""The `iss` of a launch against the list of configured EHRs."""

import pytest

from app.domain.errors import AskAnAdministrator
from app.domain.outcome import No, Ok
from app.launch import EhrRegistration, UnknownEhr
from app.launch.iss import normalise_iss
from app.launch.registration import find_by_iss

CLINIC = EhrRegistration("clinic", "Clinic", "https://ehr.example/r4", "c")
LOCAL = EhrRegistration("local", "Local", "http://127.0.0.1:8100/fhir", "c", is_loopback_development=True)


@pytest.mark.parametrize(
    "iss",
    [
        "https://ehr.example/r4",
        "https://ehr.example/r4/",
        "HTTPS://EHR.Example/r4",
        "https://ehr.example:443/r4",
        "https://ehr.example:443/r4/",
    ],
)
def test_other_spellings_of_a_configured_base_match(iss: str) -> None:
    assert find_by_iss([LOCAL, CLINIC], iss) is CLINIC


@pytest.mark.parametrize(
    "iss",
    {
        "https://other.example/r4": "another host",
        "https://ehr.example": "no path",
        "https://ehr.example/R4": "a path is case-sensitive",
        "https://ehr.example/r4//": "two slashes",
        "https://ehr.example/r4/sub": "deeper",
        "https://ehr.example:8443/r4": "another port",
        "http://ehr.example/r4": "no TLS",
        "https://ehr.example.evil.example/r4": "a host that begins like ours",
        "https://ehr.example@evil.example/r4": "our host as a user name",
        "https://user:pw@ehr.example/r4": "user and password",
        "https://@ehr.example/r4": "an empty user",
        "https://ehr.example/r4?x=1": "a query",
        "https://ehr.example/r4?": "an empty query",
        "https://ehr.example/r4#": "an empty fragment",
        "https://ehr.example/r4#x": "a fragment",
        "https://ehr.example/x/../r4": "dot segments",
        "https://ehr.example/x/%2e%2E/r4": "encoded dot segments",
        "https://ehr.example/x/%252e%252e/r4": "doubly encoded dot segments",
        "https://ehr.example\\@evil.example/r4": "a backslash",
        "https://ehr.example/r4 ": "a space",
        "https://ehr.example/r4\n": "a line break",
        "https://ehr.example/r\u0000": "a null",
        "https://ehr.еxample/r4": "a letter of another alphabet",
        "https://169.254.169.254/r4": "an address as numbers",
        "https://2852039166/r4": "one number",
        "https://0x7f.1/r4": "hexadecimal",
        "https://[::1]/r4": "IPv6",
        "https:///r4": "no host",
        "https://ehr.example:99999/r4": "no such port",
        "https://ehr.example:0/r4": "port nought",
        "https://[::1/r4": "an open bracket",
        "file:///etc/passwd": "another scheme",
        "javascript:alert(1)": "a script",
        "ehr.example/r4": "no scheme",
        "": "nothing",
        "https://ehr.example/" + "a" * 3000: "very long",
    },
)
def test_everything_else_is_an_unknown_ehr(iss: str) -> None:
    with pytest.raises(UnknownEhr) as refused:
        find_by_iss([LOCAL, CLINIC], iss)
    assert "evil" not in str(refused.value)


def test_a_number_address_is_for_loopback_development() -> None:
    assert find_by_iss([CLINIC, LOCAL], "http://127.0.0.1:8100/fhir/") is LOCAL


@pytest.mark.parametrize(
    "iss",
    ["http://ehr.example/fhir", "https://10.0.0.1/fhir", "https://[fe80::1]/fhir", "https://3232235777/fhir", "x"],
)
def test_an_ehr_cannot_be_registered_at_a_bad_address(iss: str) -> None:
    with pytest.raises(AskAnAdministrator, match="EHR bad"):
        EhrRegistration("bad", "Bad", iss, "c")


@pytest.mark.parametrize(
    "iss", ["http://ehr.example/fhir", "https://ehr.example", "http://10.0.0.1/fhir", "http://0.0.0.0/x"]
)
def test_loopback_development_is_on_this_machine(iss: str) -> None:
    with pytest.raises(AskAnAdministrator, match="this machine"):
        EhrRegistration("bad", "Bad", iss, "c", is_loopback_development=True)


def test_the_parts_of_a_base() -> None:
    found = normalise_iss("http://LOCALHOST:80/a/")
    assert isinstance(found, Ok)
    assert (found.value.url, found.value.origin, found.value.is_loopback) == (
        "http://localhost/a",
        "http://localhost",
        True,
    )
    assert isinstance(normalise_iss("http://a..b/"), No)


@pytest.mark.parametrize("path", ["x/../r4", "./r4", "%2e%2e/r4", "x/%252E%252e/r4", "x%2f..%2fr4", "x/..%5cr4"])
def test_dot_segments_are_refused_in_every_spelling(path: str) -> None:
    assert normalise_iss(f"https://ehr.example/{path}") == No("The address has dot segments.")
