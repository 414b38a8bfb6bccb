"""The worker: sends what is due, row after row, until it is told to stop. Several may run, in one process or in many."""

import asyncio
import logging
import os
import secrets
import socket
from dataclasses import dataclass, field

from app.domain.errors import SextantError
from app.usecases.send_outbox import SendOutbox

log = logging.getLogger("sextant.outbox")


def worker_name() -> str:
    """Who holds a lease: machine, process and a random part."""
    return f"{socket.gethostname()[:40]} {os.getpid()} {secrets.token_hex(4)}"


@dataclass(frozen=True, slots=True)
class WorkOutbox:
    """Use case: the worker. `idle_seconds` between looks when nothing is due."""

    send: SendOutbox
    idle_seconds: float = 2.0
    name: str = field(default_factory=worker_name)

    async def until(self, stop: asyncio.Event) -> None:
        """Work until `stop` is set; a row in hand is finished first. A busy database is waited for."""
        while not stop.is_set():
            if not await self._one():
                await _sleep_or(stop, self.idle_seconds)

    async def all_due(self) -> int:
        """Send everything that is due now; how many rows."""
        sent = 0
        while await self.send.next_due(self.name):
            sent += 1
        return sent

    async def _one(self) -> bool:
        try:
            return await self.send.next_due(self.name)
        except SextantError as error:
            log.warning("the outbox waits: %s", type(error).__name__)
            return False
        except Exception as error:
            # Nobody starts a worker inside `serve` again: whatever it is, the rows must not lie until a restart.
            log.error("the outbox waits: unexpected %s", type(error).__name__)
            return False


async def _sleep_or(stop: asyncio.Event, seconds: float) -> None:
    try:
        async with asyncio.timeout(seconds):
            await stop.wait()
    except TimeoutError:
        return
