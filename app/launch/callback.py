"""The EHR's redirect back to us. `state` is checked before anything else is looked at."""

import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from app.domain.errors import AskAnAdministrator, LaunchAgain
from app.domain.session import PendingLaunch, Secret
from app.launch.cookies import is_browser_id
from app.launch.errors import STALE, CookieNotKept, remedy_for_oauth_error
from app.ports import SessionStore

PENDING_LIFETIME = timedelta(minutes=10)
_LONGEST_CODE = 4096


@dataclass(frozen=True, slots=True)
class Callback:
    """A callback that belongs to a launch of this browser: what was pending, and the code to exchange."""

    pending: PendingLaunch
    code: Secret


def take_pending(query: Mapping[str, str], browser: str | None, sessions: SessionStore, now: datetime) -> PendingLaunch:
    """The launch that this callback answers; it can be taken once, also when a later check refuses it.

    Raises LaunchAgain when the state is unknown, used, older than ten minutes or another browser's; CookieNotKept when the
    browser sent no cookie at all.
    """
    state = query.get("state", "")
    pending = sessions.take_pending(state) if is_browser_id(state) else None  # one shape for all our random ids
    if pending is None:
        raise LaunchAgain(STALE)
    if browser is None:
        raise CookieNotKept(
            "The browser did not keep Sextant's cookie inside the EHR's frame. Open Sextant in a new window."
        )
    if (
        not hmac.compare_digest(pending.browser.encode(), browser.encode())
        or now - pending.created_at > PENDING_LIFETIME
    ):
        raise LaunchAgain(STALE)
    return pending


def read_callback(query: Mapping[str, str], pending: PendingLaunch, issuer: str | None) -> Callback:
    """The code of a callback whose state is good. Raises the error that the EHR's `error` asks for.

    An `iss` here (RFC 9207) is the authorization server's name, never the FHIR base.
    """
    stated = query.get("iss")
    if stated is not None and issuer is not None and stated != issuer:
        raise AskAnAdministrator("The answer names another sign-in server than the EHR's own. Nothing was opened.")
    if "error" in query:
        raise remedy_for_oauth_error(query["error"])
    code = query.get("code", "")
    if not code or len(code) > _LONGEST_CODE:
        raise AskAnAdministrator("The EHR's answer has no code that could be exchanged.")
    return Callback(pending, Secret(code))
