"""A chart that is being opened: its dose first, when the rest takes longer, then all of it.

The reading is a task of its own, so it ends and is audited even when nobody waits for it any more: the browser may go away in
the middle of the page.
"""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

from app.usecases.preview_changes import Preview
from app.usecases.review_patient import DoseFirst, DoseIn

_UNDER_WAY: set["asyncio.Task[Preview]"] = set()
"""The event loop itself does not keep tasks alive."""


class OpenedChart:
    """One opening; make it inside the event loop. `read` is told whom to tell when the dose is in."""

    def __init__(self, read: Callable[[DoseIn], Coroutine[Any, Any, Preview]]) -> None:
        self._dose: asyncio.Future[Callable[[], DoseFirst]] = asyncio.get_running_loop().create_future()
        self._whole = asyncio.create_task(read(self._dose.set_result))
        _UNDER_WAY.add(self._whole)
        self._whole.add_done_callback(_ended)

    async def dose_first(self, grace: float) -> DoseFirst | None:
        """The dose, when the rest is still not in `grace` seconds after it. None: all is in, or the reading broke off."""
        await asyncio.wait((self._dose, self._whole), return_when=asyncio.FIRST_COMPLETED)
        await asyncio.wait((self._whole,), timeout=grace)
        return None if self._whole.done() else self._dose.result()()

    async def whole(self) -> Preview:
        """Everything. Raises what the reading raised; whoever stops waiting does not stop the reading."""
        return await asyncio.shield(self._whole)


def _ended(task: "asyncio.Task[Preview]") -> None:
    """Also looks at how it ended: the event loop would print an error that nobody has seen, and chart data with it."""
    _UNDER_WAY.discard(task)
    if not task.cancelled():
        task.exception()
