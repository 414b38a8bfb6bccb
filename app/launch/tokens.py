"""The EHR's token endpoint: exchange a code, renew, revoke; and what its answers mean.

Errors are told apart by the body's `error`, not by the status: servers answer 400, 401 or 403 for the same thing.
"""

import logging
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import quote_plus

from app.domain.errors import AskAnAdministrator, LaunchAgain, RecordUnreadable, SextantError, TryAgainLater
from app.domain.scopes import split_scopes
from app.domain.session import PendingLaunch, Secret, Tokens
from app.launch.discovery import Discovery
from app.launch.ehr_style import style_address
from app.launch.errors import remedy_for_oauth_error
from app.launch.registration import EhrRegistration
from app.outbound import Answer, OutboundClient
from app.ports import Clock

log = logging.getLogger("sextant.launch")

UNSTATED_LIFE = timedelta(hours=1)
"""When a server does not say how long its token lives; a 401 renews it earlier."""

# FHIR allows 64 characters; a few EHRs give longer ids.
_ID = re.compile(r"(?!\.{1,2}$)[A-Za-z0-9._-]{1,128}")


@dataclass(frozen=True, slots=True)
class TokenAnswer:
    """The answer to a code: `patient` and `encounter` are relative references, `id_token` is not yet verified,
    and nobody has looked yet where `style_url` leads."""

    tokens: Tokens
    patient: str
    id_token: Secret
    encounter: str | None = None
    needs_patient_banner: bool = True
    style_url: str | None = None


class TokenEndpoint:
    """The token endpoint of one EHR."""

    def __init__(
        self,
        registration: EhrRegistration,
        discovery: Discovery,
        client: OutboundClient,
        redirect_uri: str,
        clock: Clock,
    ) -> None:
        self._registration = registration
        self._discovery = discovery
        self._client = client
        self._redirect_uri = redirect_uri
        self._clock = clock

    async def exchange(self, code: Secret, pending: PendingLaunch) -> TokenAnswer:
        """Redeem a code. Raises LaunchAgain (code used or too old, no patient), AskAnAdministrator, TryAgainLater."""
        form = {
            "grant_type": "authorization_code",
            "code": code.reveal(),
            "redirect_uri": self._redirect_uri,
            "code_verifier": pending.code_verifier.reveal(),
        }
        configuration = await self._discovery.configuration()
        answer = await self._post(configuration.token_endpoint, form)
        return read_token_answer(members_of(answer), pending.requested_scopes, self._clock.now())

    async def renew(self, tokens: Tokens) -> Tokens:
        """Trade the refresh token. Scopes are those granted before when the answer does not state them.

        Raises LaunchAgain when there is no refresh token or the EHR no longer takes it.
        """
        if tokens.refresh is None:
            raise LaunchAgain("The EHR's permission has ended. Open Sextant from the chart again.")
        form = {"grant_type": "refresh_token", "refresh_token": tokens.refresh.reveal()}
        configuration = await self._discovery.configuration()
        answer = await self._post(configuration.token_endpoint, form)
        return read_tokens(members_of(answer), tokens.scopes, self._clock.now(), earlier_refresh=tokens.refresh)

    async def revoke(self, tokens: Tokens) -> None:
        """Tell the EHR that the tokens are no longer needed, if it wants to know. Never raises: our side is over anyway."""
        token, hint = (tokens.refresh, "refresh_token") if tokens.refresh else (tokens.access, "access_token")
        try:
            endpoint = (await self._discovery.configuration()).revocation_endpoint
            if endpoint is not None:
                await self._post(endpoint, {"token": token.reveal(), "token_type_hint": hint})
        except SextantError as error:
            log.warning("a token could not be revoked: %s", type(error).__name__)

    async def _post(self, url: str, form: Mapping[str, str]) -> Answer:
        secret = self._registration.client_secret
        if secret is None:
            return await self._client.post_form(url, {**form, "client_id": self._registration.client_id})
        # RFC 6749 section 2.3.1: both halves are form-encoded before they are joined.
        halves = quote_plus(self._registration.client_id), quote_plus(secret.reveal())
        return await self._client.post_form(url, form, basic=halves)


def read_token_answer(members: Mapping[str, object], asked: tuple[str, ...], now: datetime) -> TokenAnswer:
    """The whole answer to a code. Raises LaunchAgain without a patient, AskAnAdministrator without an id_token."""
    tokens = read_tokens(members, asked, now)
    patient = _reference(members, "Patient", "patient")
    if patient is None:
        raise LaunchAgain("The EHR did not say whose chart is open. Open Sextant from a patient's chart.")
    id_token = members.get("id_token")
    if not isinstance(id_token, str) or not id_token:
        raise AskAnAdministrator(
            "The EHR did not say who is signed in. Ask your administrator to register the scopes openid and fhirUser."
        )
    return TokenAnswer(
        tokens=tokens,
        patient=patient,
        id_token=Secret(id_token),
        encounter=_reference(members, "Encounter", "encounter"),
        needs_patient_banner=members.get("need_patient_banner") is not False,
        style_url=style_address(members.get("smart_style_url")),
    )


def read_tokens(
    members: Mapping[str, object], asked: tuple[str, ...], now: datetime, *, earlier_refresh: Secret | None = None
) -> Tokens:
    """The token part of an answer; `earlier_refresh` stays good when no new one comes (some servers send none)."""
    access, kind = members.get("access_token"), members.get("token_type")
    if not isinstance(access, str) or not access.isascii() or not access.isprintable() or not access:
        raise _unusable("access_token")
    if not isinstance(kind, str) or kind.lower() != "bearer":
        raise _unusable("token_type")
    refresh = members.get("refresh_token")
    life = _life(members.get("expires_in"))
    return Tokens(
        access=Secret(access),
        expires_at=now + life,
        scopes=_granted(members.get("scope"), asked),
        refresh=Secret(refresh) if isinstance(refresh, str) and refresh else earlier_refresh,
        renew_at=now + life * 4 / 5,
    )


def members_of(answer: Answer) -> Mapping[str, object]:
    """The members of a good answer; a bad one is raised as what its `error` asks for."""
    try:
        body = answer.json()
    except RecordUnreadable:
        body = None
    error = body.get("error") if isinstance(body, dict) else None
    if error is None and (answer.status == 429 or answer.status >= 500):
        raise TryAgainLater(f"The EHR's sign-in has a problem of its own ({answer.status}). Try again in a minute.")
    if error is not None or not answer.is_ok:
        log.warning("the token endpoint refused with status %d", answer.status)
        raise remedy_for_oauth_error(error)
    if not isinstance(body, dict):
        raise _unusable("JSON object")
    return body


def _reference(members: Mapping[str, object], resource_type: str, name: str) -> str | None:
    """Context parameters are ids; a full relative reference is understood too. None when absent."""
    value = members.get(name)
    if value is None or value == "":
        return None
    found = value.removeprefix(f"{resource_type}/") if isinstance(value, str) else ""
    if not _ID.fullmatch(found):
        raise _unusable(name)
    return f"{resource_type}/{found}"


def _granted(scope: object, asked: tuple[str, ...]) -> tuple[str, ...]:
    # RFC 6749 section 5.1: absent means "as asked".
    if scope is None:
        return asked
    if not isinstance(scope, str):
        raise _unusable("scope")
    return split_scopes(scope)


def _life(expires_in: object) -> timedelta:
    if expires_in is None:
        return UNSTATED_LIFE
    if isinstance(expires_in, str) and re.fullmatch(r"\d{1,9}", expires_in):
        expires_in = int(expires_in)  # a few servers send the number as text
    if isinstance(expires_in, bool) or not isinstance(expires_in, int | float) or not 0 < expires_in < 1e9:
        raise _unusable("expires_in")
    return timedelta(seconds=expires_in)


def _unusable(name: str) -> AskAnAdministrator:
    return AskAnAdministrator(f"The EHR's token answer has no usable {name}.")
