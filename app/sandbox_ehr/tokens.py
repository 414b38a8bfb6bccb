"""What the authorization server remembers: launches, codes, access and refresh tokens. In memory only."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import TypeVar

T = TypeVar("T")

LAUNCH_SECONDS = 600
CODE_SECONDS = 60


@dataclass(frozen=True)
class Launch:
    """What the chart page handed over: who is open, in which visit, and who is looking."""

    patient: str
    encounter: str | None
    user: str  # relative reference, "Practitioner/17"


@dataclass(frozen=True)
class Authorization:
    """One approved request, from code to last refresh."""

    client_id: str
    launch: Launch
    scopes: tuple[str, ...]
    redirect_uri: str
    code_challenge: str
    nonce: str | None
    family: str


@dataclass(frozen=True)
class Issued:
    """Answer to a successful token request."""

    access_token: str
    refresh_token: str | None
    expires_in: int
    authorization: Authorization


class TokenDesk:
    """Issues and looks up everything that expires. Times are epoch seconds from `clock`."""

    def __init__(self, access_seconds: int = 3600, clock: Callable[[], float] = time.time) -> None:
        self.access_seconds = access_seconds
        self._clock = clock
        self._launches: dict[str, tuple[float, Launch]] = {}
        self._codes: dict[str, tuple[float, Authorization]] = {}
        self._spent_codes: dict[str, str] = {}
        self._access: dict[str, tuple[float, Authorization]] = {}
        self._refresh: dict[str, Authorization] = {}
        self._spent_refresh: dict[str, str] = {}

    def open_launch(self, launch: Launch) -> str:
        """A launch token, good for ten minutes and for more than one use: a reader may reload the frame."""
        return self._store(self._launches, LAUNCH_SECONDS, launch)

    def launch(self, token: str) -> Launch | None:
        return self._live(self._launches, token)

    def issue_code(self, authorization: Authorization) -> str:
        return self._store(self._codes, CODE_SECONDS, authorization)

    def redeem(self, code: str, client_id: str, redirect_uri: str, verifier: str) -> Issued | None:
        """Tokens for a code: once, within a minute, same client and address, and the verifier fits (S256)."""
        if code in self._spent_codes:
            self._revoke_family(self._spent_codes[code])  # RFC 6749 section 4.1.2: a replay ends them all
            return None
        authorization = self._live(self._codes, code)
        if authorization is None:
            return None
        del self._codes[code]
        self._spent_codes[code] = authorization.family
        same = (authorization.client_id, authorization.redirect_uri) == (client_id, redirect_uri)
        return self._issue(authorization) if same and _fits(verifier, authorization.code_challenge) else None

    def refresh(self, token: str, client_id: str, scopes: tuple[str, ...] | None = None) -> Issued | None:
        """New tokens for a refresh token, which is then spent; `scopes` must be a subset of the granted."""
        if token in self._spent_refresh:
            self._revoke_family(self._spent_refresh[token])
            return None
        authorization = self._refresh.get(token)
        if authorization is None or authorization.client_id != client_id:
            return None
        if scopes is not None and not set(scopes) <= set(authorization.scopes):
            return None
        del self._refresh[token]
        self._spent_refresh[token] = authorization.family
        return self._issue(replace(authorization, scopes=scopes or authorization.scopes))

    def bearer(self, access_token: str) -> Authorization | None:
        """The authorization behind a live access token."""
        return self._live(self._access, access_token)

    def revoke(self, token: str, client_id: str) -> None:
        """Ends the token's whole family, if it is this client's. Unknown tokens are nobody's business."""
        known = self._refresh.get(token) or self._access.get(token, (0.0, None))[1]
        if known and known.client_id == client_id:
            self._revoke_family(known.family)

    def take_away(self, issued: Issued, scopes: Iterable[str]) -> None:
        """Leaves these tokens without the scopes that start with one of these texts."""
        expires, held = self._access[issued.access_token]
        left = tuple(text for text in held.scopes if not text.startswith(tuple(scopes)))
        narrowed = replace(held, scopes=left)
        self._access[issued.access_token] = (expires, narrowed)
        if issued.refresh_token:
            self._refresh[issued.refresh_token] = narrowed

    def expire_access_tokens(self) -> None:
        """Ends every access token now, as the passing of time would; refresh tokens stay."""
        self._access.clear()

    def _issue(self, authorization: Authorization) -> Issued:
        lasting = {"online_access", "offline_access"} & set(authorization.scopes)
        refresh = secrets.token_urlsafe(32) if lasting else None
        if refresh:
            self._refresh[refresh] = authorization
        access = self._store(self._access, self.access_seconds, authorization)
        return Issued(access, refresh, self.access_seconds, authorization)

    def _store(self, shelf: dict[str, tuple[float, T]], seconds: int, value: T) -> str:
        token = secrets.token_urlsafe(32)
        shelf[token] = (self._clock() + seconds, value)
        return token

    def _live(self, shelf: dict[str, tuple[float, T]], token: str) -> T | None:
        expires, value = shelf.get(token, (0.0, None))
        return value if expires > self._clock() else None

    def _revoke_family(self, family: str) -> None:
        self._access = {t: kept for t, kept in self._access.items() if kept[1].family != family}
        self._refresh = {t: kept for t, kept in self._refresh.items() if kept.family != family}


def _fits(verifier: str, challenge: str) -> bool:
    digest = hashlib.sha256(verifier.encode()).digest()
    return hmac.compare_digest(base64.urlsafe_b64encode(digest).rstrip(b"=").decode(), challenge)
