"""Settings from the environment: `SEXTANT_SECRET_KEY`, `SEXTANT_BASE_URL`, ... Nothing else is read, and no secret has a
default. The EHRs are a JSON list, in `SEXTANT_EHRS` or in the file that `SEXTANT_EHRS_FILE` names.
"""

import hashlib
import hmac
import json
import re
from pathlib import Path
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict, SettingsError

from app.domain.errors import AskAnAdministrator
from app.domain.outbox import Writing
from app.domain.outcome import No
from app.domain.scopes import split_scopes
from app.domain.session import Secret
from app.fhir_adapters.profiles import PROFILES
from app.launch import BackendClient, EhrRegistration
from app.launch.iss import normalise_iss

HOW_TO_MAKE_A_KEY = 'Make one with: python3 -c "import secrets; print(secrets.token_urlsafe(32))"'

_SHORTEST_KEY = 43  # 32 random bytes in base64url; in hexadecimal they are 64
_FEWEST_DIFFERENT = 12  # hexadecimal has 16 letters: a shorter alphabet is a typed text, not a random one
_ORIGIN = re.compile(r"https?://(?:\*\.)?[a-z0-9.-]+(?::\d{1,5})?|https?://\[[0-9a-f:]+\](?::\d{1,5})?")


class EhrConfig(BaseModel):
    """One EHR. `iss`, `client_id`, `client_secret`, `scopes`, `allowed_hosts`, `issuer`: see `launch.EhrRegistration`.

    `frame_ancestors` are the origins of the EHR's pages that may show Sextant in a frame ("https://ehr.example:8443");
    none: no frame at all. `zone` is the zone in which the EHR writes times that have none; None: the clinic's.

    `writing` is this site's switch: on, dry_run (shows what would be written, writes nothing) or off. `backend_client_id` is
    Sextant's client for Backend Services, if it is registered: then confirmed writes whose launch is over need nobody at a
    screen. `backend_scopes` empty: what the make of EHR takes, as `system/` scopes. `resources` is the file of this site's own
    directory of services, instead of the common one.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    key: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,39}$")]
    name: Annotated[str, Field(min_length=1)]
    iss: str
    client_id: Annotated[str, Field(min_length=1)]
    client_secret: SecretStr | None = None
    adapter: Literal["generic", "hapi", "epic", "oracle"] = "generic"
    scopes: tuple[str, ...] = ()
    allowed_hosts: tuple[str, ...] = ()
    issuer: str | None = None
    frame_ancestors: tuple[str, ...] = ()
    is_loopback_development: bool = False
    zone: str | None = None
    writing: Writing = Writing.ON
    backend_client_id: str | None = None
    backend_scopes: tuple[str, ...] = ()
    resources: Path | None = None

    @field_validator("scopes", "backend_scopes", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        return split_scopes(value) if isinstance(value, str) else value

    @field_validator("frame_ancestors")
    @classmethod
    def _are_origins(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        # Goes into a Content-Security-Policy: nothing but origins may pass.
        if not all(_ORIGIN.fullmatch(origin) for origin in value):
            raise ValueError("write each as scheme://host or scheme://host:port, without a path")
        return value

    @field_validator("zone")
    @classmethod
    def _is_zone(cls, value: str | None) -> str | None:
        return None if value is None else _known_zone(value)

    def registration(self) -> EhrRegistration:
        """What launch needs of it. Raises AskAnAdministrator."""
        return EhrRegistration(
            key=self.key,
            name=self.name,
            iss=self.iss,
            client_id=self.client_id,
            client_secret=Secret(self.client_secret.get_secret_value()) if self.client_secret else None,
            scopes=self.scopes,
            allowed_hosts=self.allowed_hosts,
            issuer=self.issuer,
            is_loopback_development=self.is_loopback_development,
            write_scopes=PROFILES[self.adapter].write_scopes,
        )

    def backend(self) -> BackendClient | None:
        """Sextant's client for unattended work there, if one is registered."""
        if self.backend_client_id is None:
            return None
        written = (scope.replace("patient/", "system/", 1) for scope in PROFILES[self.adapter].write_scopes)
        return BackendClient(self.backend_client_id, self.backend_scopes or tuple(written))


class Settings(BaseSettings):
    """Sextant's settings. `base_url` is its public address (https; http on this machine only), `zone` the clinic's.

    `zone` is UTC unless it is set: a guess at a clinic's zone would silently move its days.

    `flag_key` names our Flags in the charts: another key would not know them again. Not set: it is derived from the secret
    key, which then must not change. `signing_keys_file` is our private JWK set, for Backend Services. `writing` is the switch
    of all sites together (an EHR's own may only be stricter); `outbox_lease_seconds` is how long a crashed sender keeps others
    from its row. `resources` is the file of the directory of services (docs/resources.md); without one none are offered.
    """

    model_config = SettingsConfigDict(env_prefix="SEXTANT_", frozen=True, extra="ignore", hide_input_in_errors=True)

    secret_key: SecretStr
    base_url: str
    database_url: SecretStr = SecretStr("sqlite:///.sextant/sextant.db")
    zone: str = "UTC"
    pack: str = "us-default-2026"
    code_map: Path | None = None
    resources: Path | None = None
    flag_key: SecretStr | None = None
    signing_keys_file: Path | None = None
    writing: Writing = Writing.ON
    outbox_lease_seconds: Annotated[float, Field(ge=1, le=3600)] = 120
    ehrs: Annotated[tuple[EhrConfig, ...], NoDecode] = ()
    ehrs_file: Path | None = None

    @field_validator("secret_key", "flag_key")
    @classmethod
    def _is_random(cls, value: SecretStr | None) -> SecretStr | None:
        if value is None:
            return None
        text = value.get_secret_value()
        if len(text) < _SHORTEST_KEY or len(set(text)) < _FEWEST_DIFFERENT:
            raise ValueError(f"it needs 32 random bytes. {HOW_TO_MAKE_A_KEY}")
        return value

    @field_validator("resources", mode="before")
    @classmethod
    def _is_set(cls, value: object) -> object:
        return value or None  # an empty variable is none, not the folder in which Sextant was started

    @field_validator("base_url")
    @classmethod
    def _is_public_address(cls, value: str) -> str:
        found = normalise_iss(value)
        if isinstance(found, No) or found.value.url != found.value.origin:
            raise ValueError("write scheme://host or scheme://host:port, without a path")
        if found.value.scheme != "https" and not found.value.is_loopback:
            raise ValueError("it must be https (http is for this machine only, as http://localhost:8200)")
        return found.value.url

    @field_validator("zone")
    @classmethod
    def _is_zone(cls, value: str) -> str:
        return _known_zone(value)

    @field_validator("ehrs", mode="before")
    @classmethod
    def _is_json(cls, value: object) -> object:
        if not isinstance(value, str):
            return value
        try:
            return json.loads(value)
        except ValueError:
            raise ValueError("it must be a JSON list of EHRs") from None

    @property
    def clinic_zone(self) -> ZoneInfo:
        """The zone of clinical days."""
        return ZoneInfo(self.zone)

    @property
    def frame_ancestors(self) -> tuple[str, ...]:
        """The origins of all EHRs' pages, each once."""
        return tuple(dict.fromkeys(origin for ehr in self.ehrs for origin in ehr.frame_ancestors))

    def registrations(self) -> tuple[EhrRegistration, ...]:
        """All EHRs as launch knows them."""
        return tuple(ehr.registration() for ehr in self.ehrs)

    def writing_at(self, ehr: EhrConfig) -> Writing:
        """The stricter of the common switch and the site's own."""
        strictest = (Writing.OFF, Writing.DRY_RUN, Writing.ON)
        return min(self.writing, ehr.writing, key=strictest.index)

    def flag_secret(self) -> bytes:
        """The key of our Flags' identifiers: `flag_key`, else one derived from the secret key."""
        if self.flag_key is not None:
            return self.flag_key.get_secret_value().encode()
        secret = self.secret_key.get_secret_value().encode()
        return hmac.new(secret, b"sextant: identifiers of Flags, 1", hashlib.sha256).digest()

    def key_text(self) -> Secret:
        """The secret key in the type that the rest of Sextant takes."""
        return Secret(self.secret_key.get_secret_value())


def load_settings() -> Settings:
    """Settings from the environment, checked. Raises AskAnAdministrator that names every setting to mend, and no value."""
    try:
        settings = Settings()  # type: ignore[call-arg]  # its values come from the environment
        if settings.ehrs_file is not None:
            settings = _with_ehrs_of_file(settings, settings.ehrs_file)
    except ValidationError as error:
        raise AskAnAdministrator(_what_to_mend(error)) from None
    except SettingsError:
        raise AskAnAdministrator("A SEXTANT_ setting cannot be read.") from None
    if not settings.ehrs:
        raise AskAnAdministrator("No EHR is set up: set SEXTANT_EHRS or SEXTANT_EHRS_FILE.")
    _check_apart(settings.registrations())
    return settings


def _with_ehrs_of_file(settings: Settings, file: Path) -> Settings:
    if settings.ehrs:
        raise AskAnAdministrator("Set SEXTANT_EHRS or SEXTANT_EHRS_FILE, not both.")
    try:
        text = file.read_text(encoding="utf8")
    except (OSError, UnicodeDecodeError):
        raise AskAnAdministrator("The file of SEXTANT_EHRS_FILE cannot be read.") from None
    return Settings(ehrs=text)  # type: ignore[arg-type, call-arg]  # the text is decoded by the same validator


def _check_apart(registrations: tuple[EhrRegistration, ...]) -> None:
    for what, values in (
        ("key", [r.key for r in registrations]),
        ("iss", [r.iss for r in registrations]),
    ):
        if len(set(values)) != len(values):
            raise AskAnAdministrator(f"SEXTANT_EHRS: two EHRs have the same {what}.")


def _what_to_mend(error: ValidationError) -> str:
    lines = [
        f"{_setting_name(each['loc'])}: {_remedy(each['loc'], each['type'], each['msg'])}" for each in error.errors()
    ]
    return "Settings need attention. " + " ".join(f"{line.rstrip('.')}." for line in lines)


def _setting_name(location: tuple[int | str, ...]) -> str:
    first, *rest = location
    return ".".join([f"SEXTANT_{str(first).upper()}", *map(str, rest)])


def _remedy(location: tuple[int | str, ...], kind: str, message: str) -> str:
    if kind == "missing":
        return f"it is not set. {HOW_TO_MAKE_A_KEY}" if location == ("secret_key",) else "it is not set"
    return message.removeprefix("Value error, ")


def _known_zone(name: str) -> str:
    try:
        return ZoneInfo(name).key
    except (OSError, ValueError):  # ZoneInfoNotFoundError is a KeyError
        raise ValueError("write a zone name, as America/Chicago") from None
    except KeyError:
        raise ValueError("no such zone; write a name as America/Chicago") from None
