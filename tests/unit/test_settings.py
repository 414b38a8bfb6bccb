"""Settings: what is refused, and that no message repeats a secret."""

import json
import os
import traceback
from pathlib import Path

import pytest

from app.domain.errors import AskAnAdministrator
from app.settings import Settings, load_settings

KEY = "for-tests-only-0123456789-abcdefghijklmnopqrstuvwxyz"
EHR = {"key": "clinic", "name": "Clinic EHR", "iss": "https://EHR.example:443/fhir/", "client_id": "sextant"}


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """A good environment, to be spoilt by a test; nothing of the developer's own is in it."""
    for name in [name for name in os.environ if name.startswith("SEXTANT_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("SEXTANT_SECRET_KEY", KEY)
    monkeypatch.setenv("SEXTANT_BASE_URL", "https://sextant.example/")
    monkeypatch.setenv("SEXTANT_EHRS", json.dumps([EHR]))
    return monkeypatch


def refusal() -> str:
    with pytest.raises(AskAnAdministrator) as caught:
        load_settings()
    assert KEY not in "".join(traceback.format_exception(caught.value))
    return str(caught.value)


def test_defaults(environment: pytest.MonkeyPatch) -> None:
    settings = load_settings()
    assert (settings.zone, settings.pack) == ("UTC", "us-default-2026")
    assert settings.base_url == "https://sextant.example"
    assert settings.database_url.get_secret_value() == "sqlite:///.sextant/sextant.db"
    registration = settings.registrations()[0]
    assert registration.iss == "https://ehr.example/fhir"
    assert registration.client_secret is None
    assert settings.frame_ancestors == ()


def test_a_whole_ehr(environment: pytest.MonkeyPatch) -> None:
    more = {
        "client_secret": "hush hush hush",
        "scopes": "launch openid fhirUser patient/*.rs",
        "allowed_hosts": ["login.example"],
        "issuer": "https://login.example/oauth2",
        "frame_ancestors": ["https://ehr.example:8443", "https://*.ehr.example"],
        "adapter": "hapi",
        "zone": "America/Chicago",
    }
    environment.setenv("SEXTANT_EHRS", json.dumps([EHR | more]))
    settings = load_settings()
    registration = settings.registrations()[0]
    assert registration.scopes == ("launch", "openid", "fhirUser", "patient/*.rs")
    assert registration.client_secret is not None
    assert registration.client_secret.reveal() == "hush hush hush"
    assert settings.frame_ancestors == ("https://ehr.example:8443", "https://*.ehr.example")
    assert "hush" not in repr(settings) + str(settings) + repr(registration)
    assert KEY not in repr(settings)


def test_the_ehrs_may_stand_in_a_file(environment: pytest.MonkeyPatch, tmp_path: Path) -> None:
    file = tmp_path / "ehrs.json"
    file.write_text(json.dumps([EHR, EHR | {"key": "other", "iss": "https://other.example/r4"}]))
    environment.delenv("SEXTANT_EHRS")
    environment.setenv("SEXTANT_EHRS_FILE", str(file))
    assert [ehr.key for ehr in load_settings().ehrs] == ["clinic", "other"]
    environment.setenv("SEXTANT_EHRS", json.dumps([EHR]))
    assert "not both" in refusal()
    environment.delenv("SEXTANT_EHRS")
    file.unlink()
    assert "cannot be read" in refusal()


def test_a_missing_key_says_how_to_make_one(environment: pytest.MonkeyPatch) -> None:
    environment.delenv("SEXTANT_SECRET_KEY")
    assert "SEXTANT_SECRET_KEY: it is not set" in refusal()
    assert "token_urlsafe(32)" in refusal()


@pytest.mark.parametrize("key", ["", "changeme", "x" * 64, "abcabcabc" * 8, "Summer2026!"])
def test_a_key_that_is_not_random_is_refused_and_not_repeated(environment: pytest.MonkeyPatch, key: str) -> None:
    environment.setenv("SEXTANT_SECRET_KEY", key)
    assert "token_urlsafe(32)" in refusal()
    assert not key or key not in refusal()


@pytest.mark.parametrize(
    "address",
    ["http://sextant.example", "https://sextant.example/app", "sextant.example", "https://u:p@sextant.example", ""],
)
def test_the_public_address_is_https_and_an_origin(environment: pytest.MonkeyPatch, address: str) -> None:
    environment.setenv("SEXTANT_BASE_URL", address)
    assert refusal().startswith("Settings need attention. SEXTANT_BASE_URL:")


def test_plain_http_is_for_this_machine(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("SEXTANT_BASE_URL", "http://localhost:8200")
    assert load_settings().base_url == "http://localhost:8200"


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"client_id": ""}, "SEXTANT_EHRS.0.client_id"),
        ({"key": "Clinic One"}, "SEXTANT_EHRS.0.key"),
        ({"adapter": "unheard-of"}, "SEXTANT_EHRS.0.adapter"),
        ({"zone": "Mars/Olympus"}, "SEXTANT_EHRS.0.zone"),
        ({"frame_ancestors": ["https://ehr.example/app"]}, "SEXTANT_EHRS.0.frame_ancestors"),
        ({"frame_ancestors": ["https://ehr.example; script-src *"]}, "SEXTANT_EHRS.0.frame_ancestors"),
        ({"frame_ancestors": ["*"]}, "SEXTANT_EHRS.0.frame_ancestors"),
        ({"client_sekret": "hush"}, "SEXTANT_EHRS.0.client_sekret"),
        ({"iss": "http://ehr.example/fhir"}, "EHR clinic"),
        ({"iss": "https://10.0.0.7/fhir"}, "EHR clinic"),
        ({"iss": "https://ehr.example/fhir?x=1"}, "EHR clinic"),
        ({"allowed_hosts": ["login.example/path?x"]}, "EHR clinic"),
        ({"is_loopback_development": True}, "EHR clinic"),
    ],
)
def test_a_bad_ehr_is_named(environment: pytest.MonkeyPatch, change: dict[str, object], named: str) -> None:
    environment.setenv("SEXTANT_EHRS", json.dumps([EHR | {"client_secret": "very hidden"} | change]))
    assert named in refusal()
    assert "very hidden" not in refusal()
    assert "hush" not in refusal()


@pytest.mark.parametrize("text", ["{", "[1]", '"clinic"', "clinic"])
def test_a_list_that_is_none_is_named(environment: pytest.MonkeyPatch, text: str) -> None:
    environment.setenv("SEXTANT_EHRS", text)
    assert "SEXTANT_EHRS" in refusal()


def test_no_ehr_at_all(environment: pytest.MonkeyPatch) -> None:
    environment.delenv("SEXTANT_EHRS")
    assert "No EHR is set up" in refusal()


@pytest.mark.parametrize(
    ("second", "named"),
    [
        (EHR | {"iss": "https://other.example"}, "same key"),
        (EHR | {"key": "b", "iss": "https://ehr.example/fhir"}, "same iss"),
    ],
)
def test_two_ehrs_must_differ(environment: pytest.MonkeyPatch, second: dict[str, str], named: str) -> None:
    environment.setenv("SEXTANT_EHRS", json.dumps([EHR, second]))
    assert named in refusal()


def test_an_unknown_zone_is_refused(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("SEXTANT_ZONE", "Pacific Time")
    assert "SEXTANT_ZONE" in refusal()


def test_settings_cannot_be_changed(environment: pytest.MonkeyPatch) -> None:
    settings: Settings = load_settings()
    with pytest.raises(ValueError, match="frozen"):
        settings.zone = "UTC"


def test_the_flags_key_is_its_own_or_derived_and_never_the_secret_key(environment: pytest.MonkeyPatch) -> None:
    derived = load_settings().flag_secret()
    assert derived == load_settings().flag_secret()
    assert derived != KEY.encode()
    environment.setenv("SEXTANT_FLAG_KEY", "a-key-of-its-own-0123456789-abcdefghijklmnopqr")
    own = load_settings().flag_secret()
    environment.setenv("SEXTANT_SECRET_KEY", f"another-{KEY}")
    assert load_settings().flag_secret() == own, "a new secret key leaves the Flags known"
    environment.setenv("SEXTANT_FLAG_KEY", "short")
    assert "SEXTANT_FLAG_KEY" in refusal()


@pytest.mark.parametrize(
    ("common", "own", "effective"),
    [
        ("on", "on", "on"),
        ("on", "off", "off"),
        ("off", "on", "off"),
        ("dry_run", "on", "dry_run"),
        ("dry_run", "off", "off"),
    ],
)
def test_the_stricter_switch_counts(environment: pytest.MonkeyPatch, common: str, own: str, effective: str) -> None:
    environment.setenv("SEXTANT_WRITING", common)
    environment.setenv("SEXTANT_EHRS", json.dumps([EHR | {"writing": own}]))
    settings = load_settings()
    assert settings.writing_at(settings.ehrs[0]).value == effective


def test_a_backend_client_has_the_scopes_of_what_is_written(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("SEXTANT_EHRS", json.dumps([EHR | {"adapter": "oracle", "backend_client_id": "b1"}]))
    backend = load_settings().ehrs[0].backend()
    assert backend is not None
    assert backend.scopes == ("system/DocumentReference.cru", "system/Provenance.c")
    environment.setenv("SEXTANT_EHRS", json.dumps([EHR]))
    assert load_settings().ehrs[0].backend() is None
