"""Which links may be followed: a table of what EHRs and attackers write."""

import pytest

from app.domain.errors import AskAnAdministrator, NotPermitted
from app.outbound import OriginFence

FENCE = OriginFence(["https://ehr.example/tenant/fhir"])

INSIDE = {
    "https://ehr.example/tenant/fhir/Observation?page=2": "an absolute next link",
    "https://EHR.example:443/tenant/fhir?_getpages=1": "the default port and another case, at the base itself",
    "Observation?cursor=abc": "a relative link (Canvas)",
    "/tenant/fhir/Observation?cursor=abc": "a link from the root of the host",
    "?_getpages=1&_getpagesoffset=20": "only a query",
}
OUTSIDE = {
    "https://evil.example/tenant/fhir/Observation": "another host",
    "https://ehr.example.evil.example/tenant/fhir": "a host that begins like ours",
    "https://ehr.example/other/fhir/Observation": "another tenant on the same host",
    "https://ehr.example/tenant/fhir2": "a path that begins like ours",
    "https://ehr.example/tenant/fhir/../admin": "dot segments",
    "https://ehr.example/tenant/fhir/%2e%2e/%2e%2e/admin": "encoded dot segments",
    "http://ehr.example/tenant/fhir/Observation": "no TLS",
    "https://ehr.example:8443/tenant/fhir/Observation": "another port",
    "https://user@ehr.example/tenant/fhir/Observation": "a user in the address",
    "//evil.example/tenant/fhir": "a scheme-relative link",
    "https://evil.example\\@ehr.example/tenant/fhir": "a backslash that parsers disagree about",
    "file:///etc/passwd": "another scheme",
    "https://ehr.example:notaport/tenant/fhir": "a port that is none",
}


@pytest.mark.parametrize("link", INSIDE, ids=INSIDE.values())
def test_links_inside_the_base_are_followed(link: str) -> None:
    resolved = FENCE.resolve(link).lower()
    assert resolved.startswith(("https://ehr.example/tenant/fhir", "https://ehr.example:443/tenant/fhir"))


@pytest.mark.parametrize("link", OUTSIDE, ids=OUTSIDE.values())
def test_links_outside_the_base_are_refused(link: str) -> None:
    with pytest.raises(NotPermitted) as refused:
        FENCE.resolve(link)
    assert "evil" not in str(refused.value), "the message may be shown and logged"


@pytest.mark.parametrize(
    "base",
    [
        "http://ehr.example/fhir",
        "https://user:pw@ehr.example",
        "https://ehr.example/?q=1",
        "ftp://ehr.example",
        "fhir",
        "",
    ],
)
def test_bad_bases_are_a_matter_of_set_up(base: str) -> None:
    with pytest.raises(AskAnAdministrator):
        OriginFence([base])


def test_http_is_for_a_loopback_development_ehr_only() -> None:
    with pytest.raises(AskAnAdministrator):
        OriginFence(["http://127.0.0.1:8080/fhir"])
    with pytest.raises(AskAnAdministrator):
        OriginFence(["http://ehr.example/fhir"], loopback_development=True)
    fence = OriginFence(["http://127.0.0.1:8080/fhir"], loopback_development=True)
    assert fence.resolve("Patient/1") == "http://127.0.0.1:8080/fhir/Patient/1"
