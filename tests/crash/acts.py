"""What a person does in a trial: one click in one open chart, what stood there before, and what must hold after a crash."""

from __future__ import annotations

import asyncio
import re
from dataclasses import dataclass, field
from typing import Protocol

import httpx

from app.domain.audit import Action
from app.domain.outcome import Ok
from app.domain.session import LaunchSession
from app.main import services
from app.usecases.preview_changes import Preview
from app.usecases.work_outbox import WorkOutbox
from app.web.services import WebServices
from tests.clinic_day import clinic_today
from tests.crash.clinic import Json, old_flag
from tests.crash.compare import Arena, Asked, compare
from tests.crash.points import ENTRY_POINTS, POINTS
from tests.crash.program import quick_parts

ANY = "random"
"""Not a point: killed at a random moment instead."""


@dataclass(frozen=True)
class Click:
    """A form that is sent once. `rules` are those that its lines are about."""

    path: str
    fields: dict[str, str | list[str]] = field(default_factory=dict)
    rules: frozenset[str] = frozenset()


class Act(Protocol):
    """One thing that a person does."""

    @property
    def name(self) -> str:
        """As the report calls it."""

    @property
    def ehr(self) -> str:
        """The key of the EHR in which the chart is opened."""

    @property
    def lines(self) -> int:
        """How often it passes a point that every line passes."""

    @property
    def points(self) -> tuple[str, ...]:
        """Where it is killed, a trial each."""

    def prepare(self, where: Arena, patient: str) -> None:
        """What stands in the chart before Sextant is opened."""

    def begin(self, where: Arena, session: LaunchSession) -> None:
        """What was done in Sextant before, without any crash."""

    def click(self, browser: httpx.Client, page: str) -> Click:
        """The form, from the page that offers it."""

    def faults(self, where: Arena, session: LaunchSession, asked: Asked, is_answered: bool) -> list[str]:
        """Every promise that did not hold, once nothing is open any more."""


@dataclass(frozen=True)
class Confirm:
    """The lines of a preview are confirmed. In the chart before: one old Flag to be changed and one to be ended."""

    name: str = "write"
    ehr: str = "sandbox"
    lines: int = 2
    points: tuple[str, ...] = (*POINTS, ANY, ANY, ANY)
    shows: str = "preview"
    sends: str = "write"

    def prepare(self, where: Arena, patient: str) -> None:
        """See Act."""
        where.hapi.transaction(*old_flags(where, patient))

    def begin(self, where: Arena, session: LaunchSession) -> None:
        """See Act."""

    def click(self, browser: httpx.Client, page: str) -> Click:
        """See Act."""
        shown = browser.get(f"{page}/{self.shows}").raise_for_status().text
        rules = re.findall(r'name="rule" value="([^"]+)"', shown)
        assert rules, f"{self.shows} offers nothing"
        about = frozenset(rule.partition(" ")[0] for rule in rules)
        return Click(self.sends, {"digest": hidden(shown, "digest"), "rule": rules}, about)

    def faults(self, where: Arena, session: LaunchSession, asked: Asked, is_answered: bool) -> list[str]:
        """See Act."""
        return compare(where, session, asked, asyncio.run(self._left(where, session)))

    async def _left(self, where: Arena, session: LaunchSession) -> set[str]:
        """The rules for which a new preview proposes something."""
        parts = quick_parts(where.environment)
        try:
            return {change.rule for change in (await self.shown(services(parts), session)).plan.to_write}
        finally:
            parts.storage.close()

    async def shown(self, site: WebServices, session: LaunchSession) -> Preview:
        """What the page of this act shows."""
        return await site.preview_changes(session)


@dataclass(frozen=True)
class ConfirmOverTwins(Confirm):
    """The same where the chart has the old Flag twice, as two writers without conditional create leave it."""

    name: str = "twins"
    points: tuple[str, ...] = ("on_the_wire", "after_send", "inside_settle", ANY)

    def prepare(self, where: Arena, patient: str) -> None:
        """See Act."""
        old = old_flags(where, patient)
        where.hapi.transaction(*old, {**old[-1], "id": f"{old[-1]['id']}-twin"})


@dataclass(frozen=True)
class ConfirmNote(Confirm):
    """An EHR that takes no Flags: one note of the visit."""

    name: str = "note"
    ehr: str = "notes"
    lines: int = 1
    points: tuple[str, ...] = ("inside_decision", "on_the_wire", "after_send", "inside_settle", ANY)

    def prepare(self, where: Arena, patient: str) -> None:
        """See Act."""


@dataclass(frozen=True)
class TakeBack(Confirm):
    """What was written a moment ago is taken back."""

    name: str = "undo"
    points: tuple[str, ...] = ("inside_decision", "after_decision", "on_the_wire", "after_send", "inside_settle", ANY)
    shows: str = "undo"
    sends: str = "undo"

    def prepare(self, where: Arena, patient: str) -> None:
        """See Act."""

    def begin(self, where: Arena, session: LaunchSession) -> None:
        """See Act."""
        asyncio.run(self._write(where, session))

    async def _write(self, where: Arena, session: LaunchSession) -> None:
        parts = quick_parts(where.environment)
        try:
            site = services(parts)
            preview = await site.preview_changes(session)
            rules = {change.rule for change in preview.plan.to_write}
            result = await site.write_back(session, preview.plan.digest, rules)
            assert {each.outcome for each in result.written} == {"created"}, result.written
            await WorkOutbox(parts.sender()).all_due()
        finally:
            parts.storage.close()

    async def shown(self, site: WebServices, session: LaunchSession) -> Preview:
        """What can be taken back."""
        return await site.preview_undo(session)


@dataclass(frozen=True)
class TakeBackNote(TakeBack):
    """The note of the visit is taken back."""

    name: str = "undo note"
    ehr: str = "notes"
    lines: int = 1
    points: tuple[str, ...] = ("inside_decision", "on_the_wire", "after_send", ANY)


@dataclass(frozen=True)
class Record:
    """A fact is entered."""

    name: str = "record"
    ehr: str = "sandbox"
    lines: int = 1
    points: tuple[str, ...] = ENTRY_POINTS

    def prepare(self, where: Arena, patient: str) -> None:
        """See Act."""

    def begin(self, where: Arena, session: LaunchSession) -> None:
        """See Act."""

    def click(self, browser: httpx.Client, page: str) -> Click:
        """See Act."""
        return Click("record/naloxone", {"fact.naloxone": "has", "day": clinic_today().isoformat()})

    def faults(self, where: Arena, session: LaunchSession, asked: Asked, is_answered: bool) -> list[str]:
        """All or nothing, the log with it; the same form sent again leaves one entry."""
        stored = len(where.parts.storage.facts.facts(session.ehr, session.patient))
        faults = entry_faults(where, session, Action.RECORD_FACT, stored, is_answered)
        again = services(where.parts).record_facts(session, {"naloxone": "has"}, clinic_today().isoformat(), "")
        stored = len(where.parts.storage.facts.facts(session.ehr, session.patient))
        repeated = (
            [] if isinstance(again, Ok) and stored == 1 else [f"duplicated: {stored} entries after sending it again"]
        )
        return [*faults, *repeated, *compare(where, session, asked, ())]


@dataclass(frozen=True)
class PutAside:
    """A finding is put aside."""

    name: str = "dismiss"
    ehr: str = "sandbox"
    lines: int = 1
    points: tuple[str, ...] = ENTRY_POINTS

    def prepare(self, where: Arena, patient: str) -> None:
        """See Act."""

    def begin(self, where: Arena, session: LaunchSession) -> None:
        """See Act."""

    def click(self, browser: httpx.Client, page: str) -> Click:
        """See Act."""
        form = browser.get(f"{page}/later/naloxone").raise_for_status().text
        reason, until = "Arranged for a later visit", clinic_today().isoformat()
        return Click("later/naloxone", {"shown": hidden(form, "shown"), "reason": reason, "until": until})

    def faults(self, where: Arena, session: LaunchSession, asked: Asked, is_answered: bool) -> list[str]:
        """All or nothing, the log with it."""
        stored = len(where.parts.storage.dismissals.dismissals(session.ehr, session.patient))
        faults = entry_faults(where, session, Action.DISMISS, stored, is_answered)
        return [*faults, *compare(where, session, asked, ())]


ACTS: tuple[Act, ...] = (
    Confirm(),
    TakeBack(),
    Record(),
    ConfirmNote(),
    PutAside(),
    ConfirmOverTwins(),
    TakeBackNote(),
)


def entry_faults(where: Arena, session: LaunchSession, action: Action, stored: int, is_answered: bool) -> list[str]:
    """As many entries as lines in the log, never two, and one where the person was told so."""
    lines = sum(line.action is action for line in where.parts.storage.audit.entries(session.patient))
    faults = [] if stored == lines else [f"unaudited: {stored} entries, {lines} lines in the log"]
    faults += [f"duplicated: {stored} entries"] if stored > 1 else []
    return [*faults, "lost: an entry that was answered"] if is_answered and not stored else faults


def old_flags(where: Arena, patient: str) -> list[Json]:
    """Two Flags of ours as an earlier visit left them."""
    identify = services(where.parts).preview_changes.identify
    return [
        old_flag(patient, rule, identify(patient, rule), f"{gap} (Sextant, as of 2026-01-01)")
        for rule, gap in (("naloxone", "Naloxone is not on record"), ("med", "Opioid dose to be looked at"))
    ]


def hidden(page: str, name: str) -> str:
    """The value of a hidden field."""
    found = re.search(rf'name="{name}" value="([^"]+)"', page)
    assert found, f"the page has no {name}"
    return found[1]
