"""SMART App Launch: from the EHR's launch to an open session with tokens that are good now.

Only configured EHRs can open Sextant, and nothing is requested before `iss` matches one of them.
"""

from app.launch.cookies import COOKIE_NAME, browser_in, set_cookie_header
from app.launch.errors import CookieNotKept, UnknownEhr
from app.launch.flow import CALLBACK_PATH, LaunchFlow, Redirect
from app.launch.registration import EhrRegistration
from app.launch.session_tokens import SessionTokens

__all__ = [
    "CALLBACK_PATH",
    "COOKIE_NAME",
    "CookieNotKept",
    "EhrRegistration",
    "LaunchFlow",
    "Redirect",
    "SessionTokens",
    "UnknownEhr",
    "browser_in",
    "set_cookie_header",
]
