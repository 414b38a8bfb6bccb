"""A plan that first sees that a person took our Flag down remembers on which facts, with a line in the audit log."""

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from app.domain.audit import Action
from app.domain.errors import TryAgainLater
from app.domain.feeds import Feed, Feeds, FeedState, FeedStatus
from app.domain.flag import ChangeKind, ChartFlag, FlagChange
from app.domain.record import PatientRecord
from app.ports import MedicinesIn
from app.rules.dismissal import fingerprint
from app.usecases.preview_changes import SEEN_AGAIN, SEEN_ENDED
from tests.unit.usecases.outbox_desk import Desk, desk, flag, session
from tests.unit.usecases.test_reading_is_audited import preview_changes

ACTIVE = ChartFlag("Flag/9", "active", "Naloxone: offer", "Patient/p1", "lane-1", "naloxone", version="1")


@pytest.fixture
def written(tmp_path: Path) -> Iterator[Desk]:
    """A Flag that Sextant wrote."""
    with desk(tmp_path) as opened:
        opened.confirm()
        yield opened


def planned(at: Desk, *flags: ChartFlag, feed: FeedStatus = FeedStatus.AVAILABLE) -> str:
    """Preview a chart with these Flags; the facts of the rule on this day."""

    async def read(_: MedicinesIn | None) -> PatientRecord:
        whole = Feeds({each: FeedState(FeedStatus.AVAILABLE) for each in Feed})
        return PatientRecord("Patient/p1", flags=flags, feeds=whole.with_state(Feed.FLAGS, FeedState(feed)))

    review = asyncio.run(preview_changes(at.storage, read)(session())).chart.review
    finding = review.finding("naloxone")
    assert finding is not None
    return fingerprint(finding)


def remembered(at: Desk) -> str:
    line = at.storage.ledger.find("clinic", "lane-1")
    assert line is not None
    return line.seen_ended_with


def told(at: Desk) -> list[tuple[str | None, str | None]]:
    lines = (line for line in at.storage.audit.entries() if line.action is Action.SEE_BY_HAND)
    return [(line.target, line.reason) for line in lines]


def test_the_first_sight_is_remembered_and_audited_once(written: Desk) -> None:
    facts = planned(written)
    assert remembered(written) == facts
    planned(written)
    assert told(written) == [("Flag/9", SEEN_ENDED)]


def test_a_flag_that_stands_again_is_audited_too(written: Desk) -> None:
    planned(written)
    planned(written, ACTIVE)
    assert remembered(written) == ""
    assert told(written) == [("Flag/9", SEEN_ENDED), ("Flag/9", SEEN_AGAIN)]


def test_what_sextant_wrote_while_the_chart_was_read_was_not_taken_down(tmp_path: Path) -> None:
    """The Flags had been searched when another request's Flag was created."""
    with desk(tmp_path) as at:

        async def read(_: MedicinesIn | None) -> PatientRecord:
            await at.carry_out(session(), {"k1": flag()})
            return PatientRecord("Patient/p1", feeds=Feeds({each: FeedState(FeedStatus.AVAILABLE) for each in Feed}))

        asyncio.run(preview_changes(at.storage, read)(session()))
        assert (remembered(at), told(at)) == ("", [])


def test_what_sextant_may_have_ended_itself_is_nobodys_yet(written: Desk) -> None:
    end = replace(flag(), change=FlagChange(ChangeKind.INACTIVATE, "naloxone", "The gap is closed", existing=ACTIVE))
    written.ehrs.sink().answers = [TryAgainLater("lost")]
    assert [each.outcome for each in written.confirm("k2", end)] == ["unknown"]
    planned(written, replace(ACTIVE, status="inactive", version="2"))
    assert (remembered(written), told(written)) == ("", [])


@pytest.mark.parametrize("feed", [FeedStatus.FAILED, FeedStatus.PARTIAL, FeedStatus.NOT_GRANTED])
def test_where_not_all_flags_were_read_nobody_has_seen_anything(written: Desk, feed: FeedStatus) -> None:
    planned(written, feed=feed)
    assert (remembered(written), told(written)) == ("", [])
