"""The day on which the synthetic clinic stands in tests that run real servers: today, where the clinic is."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

CLINIC_ZONE = ZoneInfo("America/Los_Angeles")


def clinic_today() -> date:
    """The servers ask their own clock, so the charts must be built for the same day."""
    return datetime.now(CLINIC_ZONE).date()
