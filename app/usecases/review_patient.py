"""Read one chart through an open launch and review it: one audit row for every chart that is read, good or bad."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from app.domain.audit import Action, AuditEntry
from app.domain.errors import SextantError
from app.domain.feeds import Feed
from app.domain.finding import Review
from app.domain.record import PatientRecord
from app.domain.session import LaunchSession
from app.ports import Clock, Ehrs, UnitOfWork
from app.rules import Policy, review
from app.rules.ranking import PageOrder, page_order
from app.rules.ranking import Row as RankedRow

__all__ = ["RankedRow", "ReviewPatient", "ReviewedChart"]


@dataclass(frozen=True, slots=True)
class ReviewedChart:
    """What was read, what was concluded, in which order it is shown, and when it was read."""

    record: PatientRecord
    review: Review
    order: PageOrder
    read_at: datetime


@dataclass(frozen=True, slots=True)
class ReviewPatient:
    """Use case: the review of the launch's patient, today."""

    ehrs: Ehrs
    policy: Policy
    clock: Clock
    unit_of_work: UnitOfWork

    async def __call__(self, session: LaunchSession) -> ReviewedChart:
        """Raises LaunchAgain when the session's token is over; feeds that are down are in the review, not raised."""
        read_at = self.clock.now()
        try:
            record = await self.ehrs.connect(session).source.read(session.patient)
        except SextantError as error:
            self._audit(session, read_at, "error", {"error": type(error).__name__})
            raise
        self._audit(session, read_at, "ok", feed_summary(record))
        answer = review(record, self.policy, self.clock.today())
        return ReviewedChart(record, answer, page_order(answer, self.policy), read_at)

    def _audit(self, session: LaunchSession, at: datetime, outcome: str, detail: Mapping[str, str]) -> None:
        entry = AuditEntry(
            at=at,
            action=Action.READ_CHART,
            outcome=outcome,
            user=session.user,
            patient=session.patient,
            ehr=session.ehr,
            launch=session.launch,
            target=session.patient,
            detail=detail,
        )
        with self.unit_of_work() as work:
            work.audit.append(entry)


def feed_summary(record: PatientRecord) -> dict[str, str]:
    """Feed states by name: which part of the chart was seen, without saying what stood in it."""
    return {feed.value: record.feeds.of(feed).status.value for feed in Feed}
