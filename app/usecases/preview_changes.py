"""Work out what would be created, changed or ended in the chart, and show exactly what would be sent. Nothing is written."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from app.domain.audit import Action, AuditEntry
from app.domain.feeds import Feed, FeedStatus
from app.domain.flag import Change, FlagIntent, FlagPlan, LastWritten, NoteChange, NoteIntent
from app.domain.session import LaunchSession
from app.flags import plan, plan_note, seen_by_hand, taken_back_today, wanted
from app.ports import Clock, EhrConnection, Ehrs, Ledger, Outbox, PreviewedWrite, Takes
from app.rules import Policy
from app.rules.dismissal import fingerprint
from app.usecases.review_patient import DoseIn, ReviewedChart, ReviewPatient
from app.usecases.staff_names import staff_names

Identify = Callable[[str, str], str]
"""(patient, rule) → the value of our Flag's identifier; carries no patient data."""

FLAGS_UNREAD = "The chart's Flags could not be read whole, so nothing can be written now: try again in a minute."
SEEN_ENDED = "it was ended or taken out of the chart, by the ledger not by Sextant: seen for the first time"
SEEN_AGAIN = "it stands in the chart again"


@dataclass(frozen=True, slots=True)
class PreviewedChange:
    """One line of the plan with what would be sent for it."""

    change: Change
    write: PreviewedWrite


@dataclass(frozen=True, slots=True)
class Preview:
    """The plan for one person, and where it would go. `sink_note` says why nothing can be written, if so.

    `is_whole` False: the chart's Flags could not be read whole, so there is no plan. `taken_back` says by rule who took its
    Flag back today.
    """

    chart: ReviewedChart
    plan: FlagPlan
    changes: tuple[PreviewedChange, ...]
    sink_note: str
    is_whole: bool = True
    taken_back: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PreviewChanges:
    """Use case: the plan for the launch's patient, from a chart read this moment."""

    review_patient: ReviewPatient
    ehrs: Ehrs
    policy: Policy
    clock: Clock
    identify: Identify
    ledger: Ledger
    outbox: Outbox

    async def __call__(self, session: LaunchSession, dose_in: DoseIn | None = None) -> Preview:
        """Reads the chart anew, so that the plan rests on what stands in it now; `dose_in` as in ReviewPatient."""
        known = self._answered_lines(session)
        chart = await self.review_patient(session, dose_in)
        ehr = self.ehrs.connect(session)
        shown = self.shown(session, chart, ehr, self.plan_for(session, chart, ehr))
        if shown.is_whole and ehr.takes is Takes.FLAGS and has_all_flags(chart):
            self._remember(session, chart, known)
        return replace(shown, taken_back=self._taken_back(session, chart))

    def _answered_lines(self, session: LaunchSession) -> Sequence[LastWritten]:
        """The ledger, without what Sextant itself may have changed since, where the EHR has not answered yet."""
        unanswered = {row.intent.lane for row in self.outbox.rows_of(session.ehr, session.patient) if row.may_be_there}
        known = self.ledger.of(session.ehr, session.patient)
        return [line for line in known if line.identifier not in unanswered]

    def _remember(self, session: LaunchSession, chart: ReviewedChart, known: Sequence[LastWritten]) -> None:
        """What a person took down, when it is first seen. `known` is the ledger before the chart was read: what Sextant wrote
        while it was read is missing in that chart, and nobody took it down."""
        now = {line.identifier for line in self._answered_lines(session)}
        written = [line for line in known if line.identifier in now]
        for before, after in seen_by_hand(chart.review, chart.record.flags, written, fingerprint):
            self.ledger.remember(session.ehr, before, after, self._seen(session, after))

    def _seen(self, session: LaunchSession, line: LastWritten) -> AuditEntry:
        return AuditEntry(
            at=self.clock.now(),
            action=Action.SEE_BY_HAND,
            outcome="ok",
            user=session.user,
            patient=session.patient,
            ehr=session.ehr,
            launch=session.launch,
            target=line.reference,
            reason=SEEN_ENDED if line.seen_ended_with else SEEN_AGAIN,
            detail={"rule": line.rule},
        )

    def _taken_back(self, session: LaunchSession, chart: ReviewedChart) -> Mapping[str, str]:
        """By rule, who took its Flag or note back today."""
        rows = self.outbox.rows_of(session.ehr, session.patient)
        names = staff_names(chart.record)
        taken = taken_back_today(rows, self.clock.today(), self.clock.day_of)
        return {rule: names.get(row.user or "", row.user or "") for rule, row in taken.items()}

    def shown(self, session: LaunchSession, chart: ReviewedChart, ehr: EhrConnection, made: FlagPlan) -> Preview:
        """A plan with exactly what would be sent for each of its lines, or with why nothing can be."""
        if ehr.sink is None:
            return Preview(chart, made, (), ehr.sink_note)
        if ehr.takes is Takes.FLAGS and not has_all_flags(chart):
            return Preview(chart, FlagPlan((), made.digest), (), FLAGS_UNREAD, is_whole=False)
        lines = tuple(
            PreviewedChange(change, ehr.sink.preview(self.intent(session, made.digest, change)))
            for change in made.to_write
        )
        return Preview(chart, made, lines, ehr.sink_note)

    def plan_for(self, session: LaunchSession, chart: ReviewedChart, ehr: EhrConnection) -> FlagPlan:
        """What the findings want against what stands in the chart and what the ledger says that we wrote."""
        review, written = chart.review, self.ledger.of(session.ehr, session.patient)
        flags = wanted(review, self.policy, self.identify, fingerprint)
        if ehr.takes is Takes.NOTE:
            return plan_note(flags, review, self.identify, session.encounter, written)
        return plan(flags, chart.record.flags, review, self.policy, written)

    def intent(self, session: LaunchSession, digest: str, change: Change) -> FlagIntent | NoteIntent:
        """The change as this user would make it, on this preview."""
        now = self.clock.now()
        decision = hashlib.sha256(key_of(session, digest, change).encode()).hexdigest()[:32]
        who, where = session.user, session.encounter
        if isinstance(change, NoteChange):
            return NoteIntent(change, session.patient, session.created_at, who, where, now, decision)
        return FlagIntent(change, session.patient, who, where, self.clock.today(), now, decision)


def has_all_flags(chart: ReviewedChart) -> bool:
    """Whether "no such Flag" may be believed: otherwise a plan would write what stands there already."""
    return chart.record.feeds.of(Feed.FLAGS).status is FeedStatus.AVAILABLE


def key_of(session: LaunchSession, digest: str, change: Change) -> str:
    """Idempotency key: the same confirmed line of the same plan is one row, however often it is sent."""
    return f"{session.launch}:{digest}:{change.line}"
