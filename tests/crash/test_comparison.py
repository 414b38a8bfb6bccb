"""The comparison itself: each way in which chart, audit log, outbox and ledger can differ is named, and a whole one passes."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

import pytest

from app.domain.audit import Action, AuditEntry
from app.domain.flag import (
    ChangeKind,
    FlagChange,
    FlagIntent,
    Intent,
    LastWritten,
    ProvenanceIntent,
    WithdrawIntent,
    Written,
)
from app.domain.outbox import OutboxRow, RowState
from tests.crash.history import DECISION, Chart, Version, disagreements

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
PATIENT = "Patient/p"
OLD, NEW = "Flag/1/_history/1", "Flag/2/_history/1"


@dataclass
class Account:
    """What four places say about one person. As made by `whole`, they agree."""

    versions: list[Version] = field(default_factory=list)
    lines: list[AuditEntry] = field(default_factory=list)
    ledger: list[LastWritten] = field(default_factory=list)
    rows: list[OutboxRow] = field(default_factory=list)

    def faults(self) -> list[str]:
        return disagreements(Chart(self.versions, {OLD}), self.lines, self.ledger, self.rows)

    def write(self, row: int, kind: str, outcome: str, version: Version, intent: Intent) -> None:
        """One row that was sent and settled, and what it left behind."""
        done = Written("med", outcome, version.reference, str(version.number))
        self.versions.append(version)
        self.rows.append(row_of(row, intent, done))
        self.lines.append(line_of(row, outcome, version, intent.decision, kind))


def version(kind: str, number: str, of: int, decision: str = "", status: str = "active", **more: Any) -> Version:
    extension = [{"url": DECISION, "valueString": decision}] if decision else []
    return Version(
        {
            "resourceType": kind,
            "id": number,
            "meta": {"versionId": str(of)},
            "status": status,
            "code": {"text": "a gap"},
            "extension": extension,
            **more,
        }
    )


def signature(number: str, target: str, decision: str) -> Version:
    return version("Provenance", number, 1, decision, target=[{"reference": target}])


def row_of(number: int, intent: Intent, written: Written | None) -> OutboxRow:
    return OutboxRow(number, f"k{number}", "l", "l", "ehr", PATIENT, intent, RowState.SETTLED, 1, NOW, written=written)


def line_of(
    row: int, outcome: str, about: Version, decision: str, kind: str, attempt: int = 1, **more: str
) -> AuditEntry:
    detail = {"rule": "med", "change": kind, "decision": decision, "version": str(about.number), "row": str(row)}
    detail |= {"attempt": str(attempt), **more}
    return AuditEntry(NOW, Action.WRITE, outcome, patient=PATIENT, target=about.reference, detail=detail)


def flag_intent(kind: ChangeKind, decision: str) -> FlagIntent:
    return FlagIntent(FlagChange(kind, "med", "why"), PATIENT, decision=decision)


def whole() -> Account:
    """A Flag that was ended with its Provenance in one transaction; one that was made, its Provenance owed, and its twin
    withdrawn."""
    account = Account([version("Flag", "1", 1)])
    ended = version("Flag", "1", 2, "d1", status="inactive")
    account.write(1, "inactivate", "inactivated", ended, flag_intent(ChangeKind.INACTIVATE, "d1"))
    account.versions.append(signature("5", "Flag/1", "d1"))
    account.lines[-1] = with_detail(account.lines[-1], signed="Provenance/5/_history/1")
    account.write(2, "create", "created", version("Flag", "2", 1, "d2"), flag_intent(ChangeKind.CREATE, "d2"))
    owed = ProvenanceIntent("Flag/2", "med", "CREATE", PATIENT, None, NOW, decision="d2")
    account.write(3, "provenance", "created", signature("6", "Flag/2", "d2"), owed)
    account.write(4, "create", "created", version("Flag", "3", 1, "d3"), flag_intent(ChangeKind.CREATE, "d3"))
    twin = WithdrawIntent("Flag/3", "Flag/2", "0", "med", PATIENT, "d2")
    account.write(5, "withdraw", "withdrawn", version("Flag", "3", 2, "d3", status="entered-in-error"), twin)
    account.ledger = [
        LastWritten("i1", "naloxone", "a gap", "inactive", reference="Flag/1", version="2"),
        LastWritten("i2", "med", "a gap", "active", reference="Flag/2", version="1"),
    ]
    return account


def with_detail(line: AuditEntry, **more: str) -> AuditEntry:
    return replace(line, detail={**line.detail, **more})


def lines_about(account: Account, *targets: str) -> list[AuditEntry]:
    return [line for line in account.lines if line.target in targets]


def extra_version(account: Account) -> None:
    account.versions.append(version("Flag", "2", 2, "d2"))


def version_of_nobodys(account: Account) -> None:
    account.versions.append(version("DocumentReference", "9", 1, status="current"))


def missing_line(account: Account) -> None:
    account.lines = [line for line in account.lines if line.target != "Flag/1"]


def missing_line_of_a_provenance(account: Account) -> None:
    account.lines = [line for line in account.lines if line.target != "Provenance/6"]


def unnamed_provenance(account: Account) -> None:
    account.lines[0] = replace(account.lines[0], detail={**account.lines[0].detail, "signed": ""})


def unaudited_withdrawal(account: Account) -> None:
    account.lines = [line for line in account.lines if line.outcome != "withdrawn"]


def lost_write(account: Account) -> None:
    account.versions = [each for each in account.versions if each.name != NEW]


def lost_write_of_a_row(account: Account) -> None:
    """No line either: only the outbox knows."""
    lost_write(account)
    account.lines = [line for line in account.lines if line.target != "Flag/2"]


def twin_that_stands(account: Account) -> None:
    account.versions[-1] = version("Flag", "3", 2, "d3")


def line_on_what_stood_before(account: Account) -> None:
    account.lines.append(line_of(9, "updated", account.versions[0], "d9", "update"))


def duplicate(account: Account) -> None:
    """One decision made two Flags, both told of."""
    twice = version("Flag", "8", 1, "d2")
    account.versions.append(twice)
    account.lines.append(line_of(2, "created", twice, "d2", "create", attempt=2))
    account.ledger.append(LastWritten("i8", "med", "a gap", "active", reference="Flag/8", version="1"))


def second_provenance(account: Account) -> None:
    twice = signature("7", "Flag/2", "d2")
    account.versions.append(twice)
    account.lines.append(line_of(6, "created", twice, "d2", "provenance"))


def line_told_twice(account: Account) -> None:
    account.lines.append(lines_about(account, "Flag/2")[0])


def line_of_two_rows(account: Account) -> None:
    account.lines.append(with_detail(lines_about(account, "Flag/2")[0], row="77"))


def line_of_another_decision(account: Account) -> None:
    account.lines[1] = with_detail(account.lines[1], decision="d1")


def nobody_decided(account: Account) -> None:
    account.rows = [row for row in account.rows if row.intent.decision != "d1"]


def ledger_behind(account: Account) -> None:
    account.ledger[0] = replace(account.ledger[0], version="1")


def ledger_says_active(account: Account) -> None:
    account.ledger[0] = replace(account.ledger[0], status="active")


def ledger_reads_otherwise(account: Account) -> None:
    account.ledger[1] = replace(account.ledger[1], text="another gap")


def ledger_without_a_line(account: Account) -> None:
    account.ledger.pop()


def ledger_of_nothing(account: Account) -> None:
    account.ledger.append(LastWritten("i9", "med", "a gap", "active", reference="Flag/99", version="1"))


def test_what_agrees_has_no_fault() -> None:
    assert whole().faults() == []


@pytest.mark.parametrize(
    ("spoil", "word"),
    [
        (extra_version, "unaudited: Flag/2/_history/2"),
        (version_of_nobodys, "unaudited: DocumentReference/9/_history/1"),
        (missing_line, "unaudited: Flag/1/_history/2"),
        (missing_line_of_a_provenance, "unaudited: Provenance/6/_history/1"),
        (unnamed_provenance, "unaudited: Provenance/5/_history/1"),
        (unaudited_withdrawal, "unaudited: Flag/3/_history/2"),
        (lost_write, "lost: a line says that Flag/2/_history/1 was made"),
        (lost_write_of_a_row, "lost: row 2 says created Flag/2"),
        (twin_that_stands, "lost: Flag/3/_history/2 was to be withdrawn"),
        (line_on_what_stood_before, "lost: a line says that Flag/1/_history/1 was made"),
        (duplicate, "duplicated: 2 versions of Flag"),
        (second_provenance, "duplicated: 2 versions of Provenance"),
        (line_told_twice, "audited twice: 2 lines"),
        (line_of_two_rows, "audited twice: 2 lines"),
        (line_of_another_decision, "audited wrongly: Flag/2/_history/1"),
        (nobody_decided, "undecided: Flag/1/_history/2"),
        (ledger_behind, "ledger: it says version 1"),
        (ledger_says_active, "ledger: it says version 2, active"),
        (ledger_reads_otherwise, "ledger: it has another text"),
        (ledger_without_a_line, "ledger: Flag/2/_history/1 is ours"),
        (ledger_of_nothing, "ledger: it names Flag/99"),
    ],
)
def test_each_way_to_go_wrong_is_named(spoil: Callable[[Account], None], word: str) -> None:
    account = whole()
    spoil(account)
    assert any(fault.startswith(word) for fault in account.faults()), account.faults()


def test_a_version_that_a_later_look_found_is_explained() -> None:
    """The sender was killed after the EHR had stored the Provenance: the next one finds it there."""
    account = whole()
    account.lines = [
        replace(line, outcome="already_there") if line.target == "Provenance/6" else line for line in account.lines
    ]
    assert account.faults() == []


def test_what_was_found_there_explains_nothing_of_another_decision() -> None:
    account = whole()
    account.lines = [
        with_detail(replace(line, outcome="already_there"), decision="d1") if line.target == "Provenance/6" else line
        for line in account.lines
    ]
    assert any(fault.startswith("unaudited: Provenance/6") for fault in account.faults())


def test_a_row_that_two_senders_had_in_turn_may_tell_of_one_version_twice() -> None:
    """The lease ran out while the first one waited for the EHR: both met the same version, in two tries of one row."""
    account = whole()
    account.lines.append(with_detail(lines_about(account, "Flag/2")[0], attempt="2"))
    assert account.faults() == []


def test_a_version_whose_own_row_was_superseded_is_a_fault_whoever_found_it() -> None:
    """The EHR never answered the first decision, and the second one took its place without a look for what it wrote."""
    account = whole()
    made = lines_about(account, "Flag/2")[0]
    account.rows[1] = replace(account.rows[1], written=Written("med", "superseded"))
    not_known = replace(made, outcome="unknown", target=None)
    found = with_detail(replace(made, outcome="conflict"), decision="d9", row="9")
    account.lines = [*(line for line in account.lines if line is not made), not_known, found]
    account.ledger.pop()
    assert account.faults() == [
        "unaudited: Flag/2/_history/1 was written and no line says so",
        "ledger: Flag/2/_history/1 is ours and not in it",
    ]


def test_a_line_without_a_version_claims_the_first_one_of_its_decision() -> None:
    """Our own work was met again after a person had edited it: the version that stands is theirs."""
    account = whole()
    account.versions.append(version("Flag", "2", 2, "d2"))
    account.lines = [with_detail(each, version="") if each.target == "Flag/2" else each for each in account.lines]
    account.ledger[1] = replace(account.ledger[1], version=None)
    chart = Chart(account.versions, {OLD, "Flag/2/_history/2"})
    assert disagreements(chart, account.lines, account.ledger, account.rows) == []
