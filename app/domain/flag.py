"""Flags: what stands in the chart, what Sextant wants to stand there, and the change between the two."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from app.domain.dates import Period

FLAG_IDENTIFIER_SYSTEM = "https://sextant.example/identifier/flag"
"""Namespace of our Flag identifiers; the value is an HMAC and carries no patient data."""
RULE_SYSTEM = "https://sextant.example/CodeSystem/rule"
"""Namespace of our rule ids."""


@dataclass(frozen=True, slots=True)
class ChartFlag:
    """A Flag as it stands in the chart. `identifier` is ours (our system's value) or None for somebody else's Flag."""

    reference: str
    status: str | None
    text: str | None
    subject: str | None = None
    identifier: str | None = None
    rule: str | None = None
    level: str | None = None
    period: Period | None = None
    version: str | None = None


@dataclass(frozen=True, slots=True)
class WantedFlag:
    """A Flag that a finding asks for. `text` is exactly what others will read; `evidence` are resource references.

    `fingerprint` stands for the facts behind it: it changes when the finding rests on something else, not from day to day.
    """

    rule: str
    rule_version: str
    identifier: str
    text: str
    level: str
    category: str
    since: date
    evidence: tuple[str, ...] = ()
    fingerprint: str = ""


PERHAPS = "perhaps"
"""The EHR never answered: the Flag may read as sent, and may be as it was before (`LastWritten.version`, if there was one)."""


@dataclass(frozen=True, slots=True)
class LastWritten:
    """What Sextant last wrote under one identifier, by its own ledger: the chart may say something else since.

    `status` is active, inactive or `PERHAPS`; `fingerprint` that of the finding at the time; `version` the chart's own, if it
    told. `seen_ended_with` is the fingerprint of the finding when Sextant first saw that a person had ended the Flag or taken
    it out of the chart; empty as long as it has not seen that.
    """

    identifier: str
    rule: str
    text: str
    status: str
    fingerprint: str = ""
    reference: str | None = None
    version: str | None = None
    seen_ended_with: str = ""


class ChangeKind(StrEnum):
    """What may happen to one Flag."""

    CREATE = "create"
    UPDATE = "update"
    INACTIVATE = "inactivate"
    NOTE = "note"
    LEAVE = "leave"


@dataclass(frozen=True, slots=True)
class FlagChange:
    """One line of the plan: what will happen to the Flag of one rule, and why.

    INACTIVATE without `existing` ends the Flag that `wanted` describes, once it stands in the chart: Sextant may be writing it
    this moment, or was never told whether it is there.
    """

    kind: ChangeKind
    rule: str
    reason: str
    wanted: WantedFlag | None = None
    existing: ChartFlag | None = None

    @property
    def line(self) -> str:
        """What a form calls this line."""
        return self.rule


@dataclass(frozen=True, slots=True)
class WantedNote:
    """One readable note about a visit, for an EHR that takes no Flags. `rules` are the gaps that it names."""

    identifier: str
    title: str
    text: str
    day: date
    rules: tuple[str, ...]
    fingerprint: str = ""


VISIT_NOTE = "visit_note"
"""Stands where a rule's id stands: in forms, in the audit log and in the outbox."""


@dataclass(frozen=True, slots=True)
class NoteChange:
    """The one line of a plan for an EHR that takes notes. `last` is the note of the same visit, when there is one.

    `kind` NOTE writes or corrects `note`; INACTIVATE takes it back: the note that stands in the chart as `last` says is marked
    as entered in error, and `note` is what Sextant wrote in it.
    """

    reason: str
    note: WantedNote
    last: LastWritten | None = None
    kind: ChangeKind = ChangeKind.NOTE
    rule: str = VISIT_NOTE

    @property
    def line(self) -> str:
        """What a form calls this line: two visits on one day have a note each to take back."""
        return self.rule if self.kind is ChangeKind.NOTE else f"{self.rule} {self.note.identifier[:12]}"


Change = FlagChange | NoteChange


@dataclass(frozen=True, slots=True)
class Withheld:
    """A change that a person confirmed and that has not been sent: once this line is confirmed, it never will be.

    `row` is its number in the outbox, `kind` what it would have done, `text` what others would have read.
    """

    row: int
    rule: str
    kind: ChangeKind
    text: str
    reason: str

    @property
    def line(self) -> str:
        """What a form calls this line."""
        return f"row {self.row}"


@dataclass(frozen=True, slots=True)
class FlagPlan:
    """The whole plan for one person. `digest` fingerprints it: a confirmation is only good for the plan it was shown.

    `withheld` is only there in a plan that takes back.
    """

    changes: tuple[Change, ...]
    digest: str
    withheld: tuple[Withheld, ...] = ()

    @property
    def to_write(self) -> tuple[Change, ...]:
        """The lines that would change the chart."""
        return tuple(c for c in self.changes if c.kind is not ChangeKind.LEAVE)


@dataclass(frozen=True, slots=True)
class FlagIntent:
    """A change that a person confirmed, on its way to the chart.

    `decision` names the confirmation: it travels with the Flag, so that after a crash Sextant knows its own work again.
    """

    change: FlagChange
    patient: str
    author: str | None = None
    encounter: str | None = None
    decided_on: date | None = None
    decided_at: datetime | None = None
    decision: str = ""

    @property
    def rule(self) -> str:
        """Whose Flag it is."""
        return self.change.rule

    @property
    def lane(self) -> str:
        """Intents of one lane are carried out one after another, in the order in which they were confirmed."""
        wanted, existing = self.change.wanted, self.change.existing
        named = wanted.identifier if wanted else existing.identifier if existing else None
        return named or self.rule


@dataclass(frozen=True, slots=True)
class NoteIntent:
    """A note that a person confirmed, on its way to the chart. `visit_at` is when the chart was opened: the note's date."""

    change: NoteChange
    patient: str
    visit_at: datetime
    author: str | None = None
    encounter: str | None = None
    decided_at: datetime | None = None
    decision: str = ""

    @property
    def rule(self) -> str:
        """Always `VISIT_NOTE`."""
        return self.change.rule

    @property
    def lane(self) -> str:
        """One note a visit."""
        return self.change.note.identifier


@dataclass(frozen=True, slots=True)
class ProvenanceIntent:
    """The statement of who wrote `target` and from what, still owed to the chart. `activity` is CREATE or UPDATE."""

    target: str
    rule: str
    activity: str
    patient: str
    author: str | None
    recorded: datetime
    evidence: tuple[str, ...] = ()
    decision: str = ""

    @property
    def lane(self) -> str:
        """Nothing else concerns it."""
        return f"provenance {self.decision}"


@dataclass(frozen=True, slots=True)
class WithdrawIntent:
    """A twin of our Flag or note, made by two writers at once, that is still to be marked as entered in error.

    `keeps` is the one that stays; empty when both go, with a note that is taken back. `reads` fingerprints what others read in
    the twin: one that reads otherwise by then was edited by a person and is left for people.
    """

    target: str
    keeps: str
    reads: str
    rule: str
    patient: str
    decision: str = ""

    @property
    def lane(self) -> str:
        """Nothing else concerns it."""
        return f"twin {self.target}"


FollowUp = ProvenanceIntent | WithdrawIntent
"""What a written Flag or note still asks for. Nobody confirms it by itself: it stands behind the line of its row."""

Intent = FlagIntent | NoteIntent | FollowUp


@dataclass(frozen=True, slots=True)
class Written:
    """What became of one intent.

    `outcome`: created, updated, inactivated, already_there, conflict, refused; from the outbox also unknown (tried again by
    itself), waiting (until somebody opens this chart), superseded, expired, dry_run. `owes_provenance`: the chart takes a
    Provenance that may be missing. `twins` are those of our Flag or note that are still to be withdrawn; `withdrawn` is
    the one that was (outcome withdrawn). `signed` are the Provenances ("Provenance/7/_history/1") that were stored in one
    transaction with it.
    """

    rule: str
    outcome: str
    reference: str | None = None
    version: str | None = None
    detail: str = ""
    owes_provenance: bool = False
    withdrawn: tuple[str, ...] = ()
    signed: tuple[str, ...] = ()
    twins: tuple[WithdrawIntent, ...] = ()
