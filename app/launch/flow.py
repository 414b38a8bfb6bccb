"""The EHR launch from end to end: start, finish, find again, end."""

import asyncio
import hmac
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from app.domain.audit import Action, AuditEntry
from app.domain.ehr_style import EhrStyle
from app.domain.errors import AskAnAdministrator, LaunchAgain, NotPermitted, SextantError, WrongUsage
from app.domain.outcome import No
from app.domain.session import LaunchSession, PendingLaunch, SignedInUser
from app.launch.authorize import authorize_url, new_pending
from app.launch.callback import read_callback, take_pending
from app.launch.cookies import is_browser_id
from app.launch.discovery import Discovery
from app.launch.ehr_style import StyleSource
from app.launch.errors import STALE
from app.launch.id_token import IdTokenVerifier, is_clinician
from app.launch.pkce import random_id
from app.launch.registration import EhrRegistration, find_by_iss
from app.launch.session_tokens import RenewalLocks, SessionTokens
from app.launch.tokens import TokenAnswer, TokenEndpoint
from app.outbound import OutboundClient
from app.ports import AuditLog, Clock, SessionStore, TokenSource

CALLBACK_PATH = "/callback"
_LONGEST_LAUNCH = 4096


@dataclass(frozen=True, slots=True)
class Redirect:
    """Where to send the browser, and the browser id to set as its cookie (`cookies.set_cookie_header`)."""

    url: str
    browser: str


@dataclass(frozen=True, slots=True)
class RegisteredEhr:
    """One configured EHR and our ways to it."""

    registration: EhrRegistration
    discovery: Discovery
    token_endpoint: TokenEndpoint
    id_tokens: IdTokenVerifier
    styles: StyleSource


class LaunchFlow:
    """EHR launches of all configured EHRs.

    `base_url` is Sextant's public address; its callback is fixed (`base_url` + "/callback"), as registered at the EHR.
    `clients` has one outgoing client per EHR key; they are used within each registration's own fence. `on_open` is told of
    every launch that has been opened.
    """

    def __init__(
        self,
        registrations: Iterable[EhrRegistration],
        base_url: str,
        clients: Mapping[str, OutboundClient],
        sessions: SessionStore,
        audit: AuditLog,
        clock: Clock,
        on_open: Callable[[LaunchSession], object] | None = None,
    ) -> None:
        self._on_open = on_open
        self._redirect_uri = base_url.rstrip("/") + CALLBACK_PATH
        self._sessions = sessions
        self._audit = audit
        self._clock = clock
        self._locks = RenewalLocks()
        self._ehrs = {r.key: self._registered(r, clients[r.key]) for r in registrations}

    async def start(self, iss: str | None, launch: str | None, browser: str | None) -> Redirect:
        """Answer the EHR's launch. `browser` is the id in our cookie, if there is one; it is kept, so that charts that
        are open already stay open.

        Raises UnknownEhr before any request, WrongUsage without `iss` or `launch`, TryAgainLater, AskAnAdministrator.
        """
        if not iss or not launch or len(launch) > _LONGEST_LAUNCH:
            raise WrongUsage("Sextant opens from a patient's chart in the EHR.")
        registration = find_by_iss([ehr.registration for ehr in self._ehrs.values()], iss)
        configuration = await self._ehrs[registration.key].discovery.configuration()
        known_browser = browser if browser and is_browser_id(browser) else random_id()
        pending = new_pending(registration, configuration, known_browser, self._clock.now())
        self._sessions.add_pending(pending)
        return Redirect(authorize_url(registration, configuration, pending, launch, self._redirect_uri), known_browser)

    async def finish(self, query: Mapping[str, str], browser: str | None) -> LaunchSession:
        """The EHR's answer, made into an open session under a new launch id.

        Raises LaunchAgain (stale; CookieNotKept without a cookie), NotPermitted (not authorised), AskAnAdministrator
        (misconfigured, or a token that does not hold), TryAgainLater.
        """
        pending = take_pending(query, browser, self._sessions, self._clock.now())
        try:
            session = await self._open(query, pending)
        except SextantError as error:
            self._audit.append(self._entry(Action.LAUNCH, "refused", pending.ehr, reason=type(error).__name__))
            raise
        self._audit.append(self._entry(Action.LAUNCH, "ok", session.ehr, session))
        if self._on_open is not None:
            self._on_open(session)
        return session

    def session(self, launch_id: str, browser: str | None) -> LaunchSession:
        """The open session of a launch, for the browser that opened it. Raises LaunchAgain for anybody else."""
        found = self._sessions.find(launch_id) if is_browser_id(launch_id) else None
        if found is None or not hmac.compare_digest(found.browser.encode(), (browser or "").encode()):
            raise LaunchAgain(STALE)
        return found

    async def end(self, launch_id: str, browser: str | None) -> None:
        """Forget the session, then tell the EHR. Raises LaunchAgain when it is not this browser's."""
        session = self.session(launch_id, browser)
        self._sessions.end(launch_id)
        self._audit.append(self._entry(Action.END_SESSION, "ok", session.ehr, session))
        if session.ehr in self._ehrs:
            await self._ehrs[session.ehr].token_endpoint.revoke(session.tokens)

    def tokens(self, session: LaunchSession) -> TokenSource:
        """The bearer tokens of an open session, for the readers and sinks of its EHR."""
        return SessionTokens(session, self._ehr(session.ehr).token_endpoint, self._sessions, self._clock, self._locks)

    def registration(self, key: str) -> EhrRegistration:
        """A configured EHR. Raises AskAnAdministrator when it is no longer configured."""
        return self._ehr(key).registration

    async def _open(self, query: Mapping[str, str], pending: PendingLaunch) -> LaunchSession:
        ehr = self._ehr(pending.ehr)
        configuration = await ehr.discovery.configuration()
        callback = read_callback(query, pending, configuration.issuer)
        answer = await ehr.token_endpoint.exchange(callback.code, pending)
        user, style = await asyncio.gather(_clinician(ehr, answer, pending.nonce), ehr.styles.fetch(answer.style_url))
        session = self._session_of(pending, answer, user, style)
        self._sessions.open(session)
        return session

    def _session_of(
        self, pending: PendingLaunch, answer: TokenAnswer, user: SignedInUser, style: EhrStyle | None
    ) -> LaunchSession:
        return LaunchSession(
            launch=random_id(),
            browser=pending.browser,
            ehr=pending.ehr,
            patient=answer.patient,
            user=user.reference,
            tokens=answer.tokens,
            created_at=self._clock.now(),
            encounter=answer.encounter,
            user_name=user.name,
            needs_patient_banner=answer.needs_patient_banner,
            form_token=random_id(),
            style=style,
        )

    def _registered(self, registration: EhrRegistration, client: OutboundClient) -> RegisteredEhr:
        fenced = client.within(registration.fence())
        discovery = Discovery(registration, fenced, self._clock)
        endpoint = TokenEndpoint(registration, discovery, fenced, self._redirect_uri, self._clock)
        verifier = IdTokenVerifier(registration, discovery, fenced, self._clock)
        return RegisteredEhr(registration, discovery, endpoint, verifier, StyleSource(registration, client))

    def _ehr(self, key: str) -> RegisteredEhr:
        if key not in self._ehrs:
            raise AskAnAdministrator(f"The EHR {key} is no longer in Sextant's settings.")
        return self._ehrs[key]

    def _entry(
        self, action: Action, outcome: str, ehr: str, session: LaunchSession | None = None, reason: str | None = None
    ) -> AuditEntry:
        return AuditEntry(
            at=self._clock.now(),
            action=action,
            outcome=outcome,
            user=session.user if session else None,
            patient=session.patient if session else None,
            ehr=ehr,
            launch=session.launch if session else None,
            reason=reason,
        )


async def _clinician(ehr: RegisteredEhr, answer: TokenAnswer, nonce: str) -> SignedInUser:
    checked = await ehr.id_tokens.check(answer.id_token.reveal(), nonce)
    if isinstance(checked, No):
        raise AskAnAdministrator(f"The EHR's statement of who is signed in was refused: {checked.reason}.")
    if not is_clinician(checked.value):
        raise NotPermitted("Sextant is for clinic staff: the EHR says that somebody else is signed in.")
    return checked.value
