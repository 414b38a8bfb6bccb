"""Headers of every answer, and the check of every POST.

The session cookie must be `SameSite=None` to work inside the EHR's frame, so it protects no form: each form carries a token
of its launch, and the browser's own word about where the request comes from is checked as well.
"""

import hmac
from collections.abc import Sequence

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.domain.errors import LaunchAgain
from app.domain.session import LaunchSession


def content_security_policy(frame_ancestors: Sequence[str]) -> str:
    """Nothing from elsewhere, no script at all; framed by the configured EHRs only."""
    ancestors = " ".join(frame_ancestors) or "'none'"
    return (
        "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; "
        f"frame-ancestors {ancestors}"
    )


class SecurityHeaders:
    """ASGI middleware: the same fences around every answer. `static` files may be cached, nothing else may."""

    def __init__(self, app: ASGIApp, frame_ancestors: Sequence[str]) -> None:
        self._app = app
        self._policy = content_security_policy(frame_ancestors)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                self._add(MutableHeaders(scope=message), scope["path"])
            await send(message)

        await self._app(scope, receive, send_with_headers)

    def _add(self, headers: MutableHeaders, path: str) -> None:
        headers["Content-Security-Policy"] = self._policy
        headers["Referrer-Policy"] = "same-origin"  # with no-referrer, browsers send our own forms as Origin: null
        headers["X-Content-Type-Options"] = "nosniff"
        headers["Cache-Control"] = "public, max-age=3600" if path.startswith("/static/") else "no-store"


def check_form(session: LaunchSession, form_token: str, headers: Headers, own_origin: str) -> None:
    """Raises LaunchAgain unless this POST comes from a page of ours, of this very launch."""
    same_site = headers.get("sec-fetch-site", "same-origin") == "same-origin"
    same_origin = headers.get("origin", own_origin) == own_origin
    same_token = hmac.compare_digest(session.form_token.encode(), form_token.encode())
    if not (session.form_token and same_site and same_origin and same_token):
        raise LaunchAgain("This form did not come from the page that was shown. Open Sextant from the chart again.")
