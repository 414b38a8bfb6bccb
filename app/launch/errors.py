"""Errors that only launch has, and what each OAuth error code asks of the person in front of the screen."""

from app.domain.errors import AskAnAdministrator, LaunchAgain, NotPermitted, SextantError, TryAgainLater


class UnknownEhr(AskAnAdministrator):
    """A launch came from an address that is not configured. Nothing was requested from it."""


class CookieNotKept(LaunchAgain):
    """The browser did not send our cookie back: inside a frame, some drop it. A window of its own helps."""


STALE = "This launch is over or was used before. Open Sextant from the chart again."
"""One sentence for every stale launch: which check it was helps nobody but an intruder."""

_REMEDIES: dict[str, tuple[type[SextantError], str]] = {
    "access_denied": (NotPermitted, "The EHR did not authorise this launch (access_denied)."),
    "login_required": (LaunchAgain, "The EHR asks you to sign in there first. Then open Sextant from the chart again."),
    "interaction_required": (LaunchAgain, "The EHR has a question for you. Sign in there, then open Sextant again."),
    "consent_required": (LaunchAgain, "The EHR asks for consent first. Sign in there, then open Sextant again."),
    "invalid_grant": (LaunchAgain, STALE),
    "server_error": (TryAgainLater, "The EHR's sign-in has a problem of its own. Try again in a minute."),
    "temporarily_unavailable": (TryAgainLater, "The EHR's sign-in is not available now. Try again in a minute."),
    "invalid_client": (
        AskAnAdministrator,
        "The EHR does not accept Sextant's client id or secret (invalid_client). Ask your administrator to compare both "
        "with the registration.",
    ),
    "unauthorized_client": (
        AskAnAdministrator,
        "Sextant's registration at the EHR does not cover this kind of launch (unauthorized_client).",
    ),
    "invalid_scope": (
        AskAnAdministrator,
        "The EHR does not know or allow a scope that Sextant asks for (invalid_scope). Ask your administrator to set the "
        "scopes that are registered.",
    ),
    "invalid_request": (
        AskAnAdministrator,
        "The EHR could not read the request (invalid_request). Ask your administrator to compare the redirect address "
        "with the registration.",
    ),
    "unsupported_response_type": (
        AskAnAdministrator,
        "The EHR does not offer SMART launches (unsupported_response_type).",
    ),
    "unsupported_grant_type": (AskAnAdministrator, "The EHR does not offer SMART launches (unsupported_grant_type)."),
}


def remedy_for_oauth_error(code: object) -> SextantError:
    """The error that an OAuth `error` code asks for. The server's own description is never repeated: it is free text."""
    kind, sentence = _REMEDIES.get(
        code if isinstance(code, str) else "",
        (AskAnAdministrator, "The EHR answered the launch with an error that Sextant does not know."),
    )
    return kind(sentence)
