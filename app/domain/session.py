"""Launches: one that waits for the EHR's answer, and one that is open. They are separate types on purpose: nothing
that accepts an open session can be given a pending one."""

from dataclasses import dataclass, field
from datetime import datetime

from app.domain.ehr_style import EhrStyle


@dataclass(frozen=True, slots=True)
class Secret:
    """A text that does not print itself. Read it with `.reveal()` at the point of use only."""

    _text: str = field(repr=False)

    def reveal(self) -> str:
        """The text itself."""
        return self._text

    def __str__(self) -> str:
        return "(secret)"


@dataclass(frozen=True, slots=True)
class PendingLaunch:
    """Between our redirect to the EHR's authorize endpoint and its callback; used once, within ten minutes."""

    state: str
    browser: str
    ehr: str
    nonce: str
    code_verifier: Secret
    requested_scopes: tuple[str, ...]
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Tokens:
    """What the token endpoint gave. Instants are aware; from `renew_at` (None: at the end) it is renewed before use."""

    access: Secret
    expires_at: datetime
    scopes: tuple[str, ...]
    refresh: Secret | None = None
    renew_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class SignedInUser:
    """Who the EHR says is at the screen. `reference` is relative ("Practitioner/d1"), or absolute when the EHR keeps its
    people on another server; `name` is as the EHR calls them, if it does."""

    reference: str
    name: str | None = None


@dataclass(frozen=True, slots=True)
class LaunchSession:
    """An open launch: one person's chart in one EHR, opened by one user in one browser.

    `patient`, `encounter` and `user` are relative references ("Patient/p1", "Practitioner/d1"); `user` is absolute when the
    EHR keeps its people on another server.
    """

    launch: str
    browser: str
    ehr: str
    patient: str
    user: str
    tokens: Tokens
    created_at: datetime
    encounter: str | None = None
    user_name: str | None = None
    needs_patient_banner: bool = True
    form_token: str = ""
    """Sent with every form of this launch and checked on POST (our cookie's SameSite=None protects nothing)."""
    style: EhrStyle | None = None
    """How the EHR would like the pages to look, if it said so at the launch."""
