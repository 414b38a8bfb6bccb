"""How long a row is leased, how long sending may take, and how tries are spaced: all that is tuned about the outbox."""

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True)
class Pace:
    """Waits double from `first_wait` to `longest_wait`, each shortened by up to half at random, so that rows which failed
    together do not come back together. `sending` ends before the lease does: whoever still sends still has the row. What was
    confirmed more than `good_for` ago is not sent any more: the facts may be others by now."""

    lease: timedelta = timedelta(seconds=120)
    first_wait: timedelta = timedelta(seconds=5)
    longest_wait: timedelta = timedelta(minutes=15)
    most_attempts: int = 10
    good_for: timedelta = timedelta(days=3)
    jitter: Callable[[], float] = random.random
    """A number from 0 to 1."""

    @property
    def sending(self) -> timedelta:
        """The longest that one try may take."""
        return self.lease * 0.75

    @property
    def settling(self) -> timedelta:
        """How long what was not answered may still be on its way into the chart, before it counts as not there."""
        return min(timedelta(seconds=2), self.sending / 4)

    def before_next(self, attempts: int) -> timedelta:
        """The wait after so many tries, at least one."""
        doublings: int = 2 ** min(attempts - 1, 20)
        return min(self.first_wait * doublings, self.longest_wait) * (1 - self.jitter() / 2)
