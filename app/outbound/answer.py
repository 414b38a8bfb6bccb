"""What came back over HTTP, and which remedy a status code means."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import msgspec

from app.domain.errors import LaunchAgain, NotPermitted, RecordUnreadable, SextantError, TryAgainLater, WrongUsage


@dataclass(frozen=True, slots=True)
class Answer:
    """One HTTP answer, whatever its status. Header names are lower case. The body never prints."""

    status: int
    body: bytes = field(repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)

    @property
    def is_ok(self) -> bool:
        """A 2xx status."""
        return 200 <= self.status < 300

    def json(self) -> object:
        """The body as plain JSON values. Raises RecordUnreadable when it is not JSON."""
        try:
            return msgspec.json.decode(self.body)
        except (msgspec.DecodeError, UnicodeDecodeError):
            raise RecordUnreadable("The answer was not JSON.") from None


JsonAnswer = Answer
"""The same thing where JSON was asked for: the status decides, the body may still be anything."""


def remedy_for(answer: Answer) -> SextantError | None:
    """The error that a status asks for, None for 2xx. For FHIR requests; a token endpoint has its own vocabulary."""
    status = answer.status
    if answer.is_ok:
        return None
    if status == 401:
        return LaunchAgain("The EHR no longer accepts this launch; open Sextant from the chart again.")
    if status == 403:
        return NotPermitted("The EHR does not permit this request (403).")
    if status == 429:
        return TryAgainLater("The EHR asks for fewer requests (429); try again in a minute.")
    if status >= 500:
        return TryAgainLater(f"The EHR has a problem of its own ({status}); try again later.")
    if 300 <= status < 400:
        return NotPermitted(f"The EHR answered with a redirect ({status}); it was not followed.")
    return WrongUsage(f"The EHR did not accept the request ({status}).")
