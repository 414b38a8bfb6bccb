"""What runs in the processes that are killed: the real application and the real worker, with one point armed in them.

Imported once by multiprocessing's fork server; each process is forked from there and opens everything of its own.
"""

import asyncio
import logging
import os
import threading
from dataclasses import replace
from datetime import timedelta
from unittest import mock

from app.main import serve_with_worker
from app.settings import load_settings
from app.usecases.pace import Pace
from app.usecases.work_outbox import WorkOutbox
from app.wiring import Parts, open_parts
from tests.crash.points import Fuse, with_fuse

QUICK = Pace(
    lease=timedelta(seconds=2),
    first_wait=timedelta(milliseconds=100),
    longest_wait=timedelta(seconds=1),
    most_attempts=100,
)
"""A clinic waits minutes; a trial cannot."""


_opening = threading.Lock()


def quick_parts(environment: dict[str, str]) -> Parts:
    """The wiring of a trial, without any point. Settings come from the one environment of the process: one at a time."""
    lease = timedelta(seconds=float(environment.get("SEXTANT_OUTBOX_LEASE_SECONDS", QUICK.lease.total_seconds())))
    with _opening, mock.patch.dict(os.environ, environment):
        return replace(open_parts(load_settings()), pace=replace(QUICK, lease=lease))


def run_application(environment: dict[str, str], port: int, fuse: Fuse) -> None:
    """Serve until killed."""
    logging.disable(logging.INFO)
    asyncio.run(serve_with_worker(with_fuse(quick_parts(environment), fuse), "127.0.0.1", port))


def run_worker(environment: dict[str, str], fuse: Fuse) -> None:
    """Work until nothing is due, or until killed."""
    logging.disable(logging.INFO)
    asyncio.run(WorkOutbox(with_fuse(quick_parts(environment), fuse).sender()).all_due())


def run_worker_until_killed(environment: dict[str, str]) -> None:
    """Work for ever."""
    logging.disable(logging.INFO)

    async def work() -> None:
        await WorkOutbox(quick_parts(environment).sender(), idle_seconds=0.05).until(asyncio.Event())

    asyncio.run(work())
