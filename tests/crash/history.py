"""The chart's own history against Sextant's audit log, outbox and ledger: each version has its line, each line its version.

Pure: what the chart, the log and the ledger say comes in as values, so that each way to go wrong can be fed to it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from app.domain.audit import Action, AuditEntry
from app.domain.flag import LastWritten
from app.domain.outbox import OutboxRow

DECISION = "https://sextant.example/StructureDefinition/decision"
MAKES = ("created", "updated", "inactivated", "withdrawn")
"""Outcomes by which an audit line claims a version for its row. `signed` in its detail claims a Provenance beside it."""


@dataclass(frozen=True)
class Version:
    """One version of one resource, as the server's `_history` shows it."""

    resource: Mapping[str, Any]

    @property
    def reference(self) -> str:
        """Like "Flag/12"."""
        return f"{self.resource['resourceType']}/{self.resource['id']}"

    @property
    def name(self) -> str:
        """Like "Flag/12/_history/2"."""
        return f"{self.reference}/_history/{self.resource['meta']['versionId']}"

    @property
    def number(self) -> int:
        """Its place among the versions of its resource."""
        return int(self.resource["meta"]["versionId"])

    @property
    def is_withdrawn(self) -> bool:
        """Marked as entered in error."""
        return bool(self.resource.get("status") == "entered-in-error")

    @property
    def decision(self) -> str:
        """The confirmation that it carries; empty when none."""
        mine = (e.get("valueString") for e in self.resource.get("extension") or () if e.get("url") == DECISION)
        return next((str(each) for each in mine if each), "")


@dataclass(frozen=True)
class Chart:
    """Every version of everything that Sextant may write. `others` are the names of those by the seed or by people."""

    versions: Sequence[Version]
    others: Collection[str] = field(default_factory=frozenset)

    @property
    def ours(self) -> list[Version]:
        """What nobody but Sextant can have written."""
        return [each for each in self.versions if each.name not in self.others]

    def named(self, name: str) -> Version | None:
        """One version; None when the history has none of that name."""
        return next((version for version in self.versions if version.name == name), None)

    def claimed(self, claim: Claim) -> Version | None:
        """What a line claims. One that names no version (a person was faster than the look that found our work) means the
        first of ours under its decision."""
        if not claim.name.endswith("/"):
            return self.named(claim.name)
        reference, decision = claim.line.target, claim.line.detail.get("decision")
        mine = [each for each in self.ours if (each.reference, each.decision) == (reference, decision)]
        return min(mine, key=lambda each: each.number, default=None)

    def newest(self, reference: str) -> Version | None:
        """What stands in the chart."""
        own = [each for each in self.versions if each.reference == reference]
        return max(own, key=lambda each: each.number, default=None)

    def is_withdrawn(self, reference: str) -> bool:
        """Whether the resource ended as a twin entered in error."""
        last = self.newest(reference)
        return last is not None and last.is_withdrawn


@dataclass(frozen=True)
class Claim:
    """That one audit line says of one version: this was written. `kind` is made, signed, or (a twin) withdrawn."""

    name: str
    kind: str
    line: AuditEntry

    @property
    def by(self) -> tuple[str, str]:
        """Row of the outbox, and which try of it."""
        return self.line.detail.get("row", ""), self.line.detail.get("attempt", "")


def claims_of(lines: Sequence[AuditEntry]) -> list[Claim]:
    """Every version that the log says was written."""
    return [claim for line in lines if line.action is Action.WRITE for claim in _claims(line)]


def _claims(line: AuditEntry) -> Iterator[Claim]:
    if line.outcome in MAKES:
        yield Claim(_named(line), "withdrawn" if line.outcome == "withdrawn" else "made", line)
    yield from (Claim(name, "signed", line) for name in line.detail.get("signed", "").split())


def _named(line: AuditEntry) -> str:
    return f"{line.target}/_history/{line.detail.get('version', '')}"


def disagreements(
    chart: Chart, lines: Sequence[AuditEntry], ledger: Sequence[LastWritten], rows: Sequence[OutboxRow]
) -> list[str]:
    """Every place where chart, audit log, ledger and outbox differ, a sentence each."""
    return [
        *_unaudited(chart, lines),
        *_never_written(chart, lines),
        *_undecided(chart, rows),
        *_forgotten(chart, rows),
        *_repeated(chart),
        *_ledger(chart, ledger),
    ]


def _unaudited(chart: Chart, lines: Sequence[AuditEntry]) -> Iterator[str]:
    """Each version of ours is claimed once; a later try that met it again, or a line that found it there, explains it too."""
    claims: dict[str, list[Claim]] = {}
    for claim in claims_of(lines):
        found = chart.claimed(claim)
        claims.setdefault(found.name if found else claim.name, []).append(claim)
    met = {(_named(line), line.detail.get("decision")) for line in lines if line.outcome == "already_there"}
    for version in chart.ours:
        mine = claims.get(version.name, [])
        if not mine and (version.name, version.decision) not in met:
            yield f"unaudited: {version.name} was written and no line says so"
        if len({claim.by[0] for claim in mine}) > 1 or len({claim.by for claim in mine}) < len(mine):
            yield f"audited twice: {len(mine)} lines say that they wrote {version.name}"


def _never_written(chart: Chart, lines: Sequence[AuditEntry]) -> Iterator[str]:
    """What a line claims is in the history, by Sextant, under the decision of that line."""
    for claim in claims_of(lines):
        found = chart.claimed(claim)
        if found is None or found.name in chart.others:
            yield f"lost: a line says that {claim.name} was {claim.kind}, and the history has no such version of ours"
        elif claim.kind == "withdrawn" and not found.is_withdrawn:
            yield f"lost: {claim.name} was to be withdrawn and stands"
        elif claim.kind != "withdrawn" and found.decision != claim.line.detail.get("decision"):
            yield f"audited wrongly: {claim.name} carries another decision than the line that claims it"


def _undecided(chart: Chart, rows: Sequence[OutboxRow]) -> Iterator[str]:
    decisions = {row.intent.decision for row in rows}
    for version in chart.ours:
        if version.decision not in decisions and not version.is_withdrawn:
            yield f"undecided: {version.name} carries a decision that nobody made"


def _forgotten(chart: Chart, rows: Sequence[OutboxRow]) -> Iterator[str]:
    """What the outbox says was written is in the history, by Sextant."""
    ours: set[tuple[str, str | None]] = {(version.reference, str(version.number)) for version in chart.ours}
    ours |= {(version.reference, None) for version in chart.ours}
    for row in rows:
        done = row.written
        if done is not None and done.outcome in MAKES and (done.reference, done.version) not in ours:
            yield f"lost: row {row.id} says {done.outcome} {done.reference}, and the history has no such version of ours"


def _repeated(chart: Chart) -> Iterator[str]:
    """A decision makes one version of a Flag or note, and one Provenance. Twins that were withdrawn do not count."""
    standing = [v for v in chart.ours if not v.is_withdrawn and not chart.is_withdrawn(v.reference)]
    about = [v for v in standing if not _is_about_a_twin(v, chart)]
    counts = Counter((v.decision, v.resource["resourceType"]) for v in about)
    yield from (
        f"duplicated: {count} versions of {kind} by one decision" for (_, kind), count in counts.items() if count > 1
    )


def _is_about_a_twin(version: Version, chart: Chart) -> bool:
    targets = [str(each.get("reference")) for each in version.resource.get("target") or ()]
    return any(chart.is_withdrawn(target.partition("/_history")[0]) for target in targets)


def _ledger(chart: Chart, ledger: Sequence[LastWritten]) -> Iterator[str]:
    """The ledger names our newest version of everything that we wrote and that was not withdrawn, and nothing else.

    Where a person changed it since and it still said what was wanted, the ledger may name that later version.
    """
    noted = {each.reference: each for each in ledger}
    for reference in sorted({v.reference for v in chart.ours if not v.reference.startswith("Provenance/")}):
        newest = max((v for v in chart.ours if v.reference == reference), key=lambda each: each.number)
        line = noted.get(reference)
        if line is None and not chart.is_withdrawn(reference):
            yield f"ledger: {newest.name} is ours and not in it"
        elif line is not None and not _is_of_a_later(line, newest, chart):
            yield from _differs(line, newest)
    for line in ledger:
        if line.reference is not None and chart.newest(line.reference) is None:
            yield f"ledger: it names {line.reference}, which is not in the chart"


def _is_of_a_later(line: LastWritten, newest: Version, chart: Chart) -> bool:
    later = (v for v in chart.versions if v.reference == newest.reference and v.number > newest.number)
    return line.version in {str(each.number) for each in later if each.name in chart.others}


def _differs(line: LastWritten, newest: Version) -> Iterator[str]:
    if line.version not in (None, str(newest.number)) or line.status != _standing(newest):
        yield f"ledger: it says version {line.version}, {line.status}, of {newest.name}, {_standing(newest)}"
    elif line.status == "active" and _text(newest) not in (None, line.text):
        yield f"ledger: it has another text than {newest.name}"


def _standing(version: Version) -> str:
    """As the ledger says it, which knows active and inactive: a note is current, or was taken back as an error."""
    return "active" if version.resource.get("status") in ("active", "current") else "inactive"


def _text(version: Version) -> str | None:
    """What a Flag reads; a note's text is an attachment."""
    return (version.resource.get("code") or {}).get("text")
