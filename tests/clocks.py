"""A clock for tests: it stands still until it is moved."""

from datetime import UTC, date, datetime, timedelta

NINE = datetime(2026, 5, 4, 9, 0, tzinfo=UTC)


class SetClock:
    """A clock that stands still until it is moved."""

    def __init__(self, now: datetime = NINE) -> None:
        self.present = now

    def now(self) -> datetime:
        """The instant it was set to."""
        return self.present

    def today(self) -> date:
        """Its day."""
        return self.present.date()

    def day_of(self, instant: datetime) -> date:
        """The day of an instant in UTC."""
        return instant.astimezone(UTC).date()

    def forward(self, step: timedelta) -> None:
        """Move on."""
        self.present += step
