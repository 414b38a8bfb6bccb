"""The one cookie. It proves only that a request comes from the browser that started a launch; which chart is meant stands
in the path, so that several charts side by side in one browser never mix.

Sextant runs in a frame inside another site: of the cookies there, Chromium keeps only those with `SameSite=None`,
`Secure` and `Partitioned`. `__Host-` binds it to this very host. Over plain http browsers take a Secure cookie on
localhost only. The header is written by hand because Starlette's `set_cookie(partitioned=True)` needs Python 3.14.
"""

import re

COOKIE_NAME = "__Host-sextant"

_BROWSER_ID = re.compile(r"[A-Za-z0-9_-]{43}")


def set_cookie_header(browser: str) -> str:
    """The value of a `Set-Cookie` header; ends with the browser's session."""
    return f"{COOKIE_NAME}={browser}; Path=/; Secure; HttpOnly; SameSite=None; Partitioned"


def browser_in(cookie_header: str | None) -> str | None:
    """The browser id in a `Cookie` header, or None when there is none or it is not one of ours."""
    pairs = (pair.strip().partition("=") for pair in (cookie_header or "").split(";"))
    return next((value for name, _, value in pairs if name == COOKIE_NAME and is_browser_id(value)), None)


def is_browser_id(text: str) -> bool:
    """Whether a text has the shape of the ids that we give out."""
    return _BROWSER_ID.fullmatch(text) is not None
