"""The error tree, named by remedy: whoever catches one knows what to tell the person in front of the screen.

An expected "no" is a value (`outcome.No`), not an exception. Messages never carry names, birth dates, drugs,
queries or bodies: they may be logged.
"""


class SextantError(Exception):
    """Root of everything that Sextant raises on purpose. `str(error)` is safe to log and to show."""


class TryAgainLater(SextantError):
    """The other side is busy, slow or down; the same request may work in a minute."""


class LaunchAgain(SextantError):
    """The launch or session is over or was never ours: open Sextant from the chart again."""


class NotPermitted(SextantError):
    """The EHR or the user's role does not allow this; repeating changes nothing."""


class AskAnAdministrator(SextantError):
    """Set-up is wrong: a setting, a registration, a pack. The message says which and how to mend it."""


class RecordUnreadable(SextantError):
    """An input could not be read at all (not JSON, not FHIR, truncated)."""


class WrongUsage(SextantError):
    """The caller asked for something that does not exist or does not fit; the message says what would."""
