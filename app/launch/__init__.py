"""SMART App Launch: from the EHR's launch to an open session with tokens that are good now.

Only configured EHRs can open Sextant, and nothing is requested before `iss` matches one of them.
"""

from app.launch.backend import BackendClient, BackendTokens
from app.launch.cookies import COOKIE_NAME, browser_in, set_cookie_header
from app.launch.errors import CookieNotKept, UnknownEhr
from app.launch.flow import CALLBACK_PATH, LaunchFlow, Redirect
from app.launch.registration import EhrRegistration
from app.launch.session_tokens import SessionTokens
from app.launch.signing_keys import JWKS_PATH, SigningKeys, keys_of_file

__all__ = [
    "CALLBACK_PATH",
    "COOKIE_NAME",
    "JWKS_PATH",
    "BackendClient",
    "BackendTokens",
    "CookieNotKept",
    "EhrRegistration",
    "LaunchFlow",
    "Redirect",
    "SessionTokens",
    "SigningKeys",
    "UnknownEhr",
    "browser_in",
    "keys_of_file",
    "set_cookie_header",
]
