"""Services near a clinic, and which of them help with which finding.

Two tables meet here: the kinds (resource_kinds.toml, ours, with sources) say which findings call for which kind of service; the
site's own directory (resource_directory.py) says which services of a kind there are and how people get there.
"""

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

from app.domain.errors import AskAnAdministrator
from app.domain.finding import Finding, Status
from app.rules.catalogue import CATALOGUE

KINDS = Path(__file__).parent / "resource_kinds.toml"
JUST_ASK = "Ask the "
"""How the next step of a questionnaire that is merely due begins: the answers are wanted first, not a service."""

GAPS = frozenset({Status.RED, Status.YELLOW})

_RULE = re.compile(r"(?P<rule>[a-z0-9_]+)(?P<red>:red)?")


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of service. `rules`: the findings that call for it, each with the statuses in which it does.

    `told` are the rules whose findings go along in a referral text, `tells_dose` says whether the dose does; a `sensitive`
    kind (substance use, mental health) tells neither. `asks` is what a referral asks for.
    """

    id: str
    name: str
    asks: str
    rules: Mapping[str, frozenset[Status]]
    told: tuple[str, ...]
    tells_dose: bool
    sensitive: bool
    source: str
    valid_from: date
    checked_by: str


@dataclass(frozen=True, slots=True)
class Service:
    """One entry of a site's directory. Texts are the site's own; `place`, `phone` and `link` may be empty, not all of them.

    `also_for` are findings beside those of its kind; `asks` replaces the kind's sentence. `checked` is the day on which
    `checked_by` last made sure that the entry is true.
    """

    kind: Kind
    name: str
    offers: str
    for_whom: str
    phone: str
    place: str
    link: str
    wait: str
    hours: str
    telehealth: str
    languages: str
    coverage: str
    checked: date
    checked_by: str
    also_for: tuple[str, ...] = ()
    asks: str = ""

    def helps_with(self, finding: Finding) -> bool:
        """Whether this finding, as it stands now, calls for it."""
        statuses = GAPS if finding.rule in self.also_for else self.kind.rules.get(finding.rule, frozenset())
        return finding.is_gap and finding.status in statuses and not is_question_only(finding)

    def is_sensitive(self, finding: Finding) -> bool:
        """Whether a referral for this finding is about substance use or mental health: by the kind, or by the finding."""
        return self.kind.sensitive or finding.rule in kind_table().sensitive_rules


@dataclass(frozen=True, slots=True)
class Directory:
    """A site's services, in the order of the kinds and, within a kind, of the file. `check_again_after_months`: older entries
    are shown as to be checked."""

    title: str
    note: str
    check_again_after_months: int
    services: tuple[Service, ...] = field(default=())

    def for_finding(self, finding: Finding) -> tuple[Service, ...]:
        """The services that help with one finding; none when it is no gap."""
        return tuple(each for each in self.services if each.helps_with(finding))

    def is_to_be_checked(self, service: Service, today: date) -> bool:
        """Whether the last check is too long ago; so is one that lies ahead, because it cannot have been made."""
        return service.checked > today or months_after(service.checked, self.check_again_after_months) < today


def is_question_only(finding: Finding) -> bool:
    """Whether the finding only says that a questionnaire is due."""
    return (finding.next_step or "").startswith(JUST_ASK)


def months_after(day: date, months: int) -> date:
    """The same day of a later month; the first of the month after where there is no such day."""
    years, month = divmod(day.month - 1 + months, 12)
    try:
        return day.replace(year=day.year + years, month=month + 1)
    except ValueError:
        return date(day.year + years, month + 2, 1)  # never past December: that has 31 days


# --- the table of kinds ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class KindTable:
    """The kinds by id, in the order in which they are offered, and the rules whose findings are sensitive."""

    kinds: Mapping[str, Kind]
    sensitive_rules: frozenset[str]


@lru_cache(maxsize=1)
def kind_table() -> KindTable:
    """The table that is shipped."""
    return kinds_from(KINDS.read_text(encoding="utf-8"))


def kinds() -> Mapping[str, Kind]:
    """Its kinds."""
    return kind_table().kinds


def kinds_from(text: str) -> KindTable:
    """A table of kinds. Raises AskAnAdministrator when it has a gap, a rule that nobody has, or tells too much."""
    raw = tomllib.loads(text)
    sensitive = frozenset(raw["sensitive_rules"])
    _check_rules("sensitive_rules", sensitive)
    found = [_kind(row, sensitive) for row in raw["kind"]]
    return KindTable({each.id: each for each in found}, sensitive)


def _kind(row: Mapping[str, Any], sensitive: frozenset[str]) -> Kind:
    name = f"kind {row.get('id', '?')}"
    for each in ("id", "name", "asks", "source", "checked_by", "rules", "valid_from"):
        if not row.get(each):
            raise _refuse(name, f"{each} is empty", "fill it in")
    called = dict(_called(each) for each in row["rules"])
    _check_rules(name, {*called, *row["told"]})
    if row["sensitive"] and (row["told"] or row["tells_dose"]):
        raise _refuse(name, "it is sensitive and tells more than its finding", "empty told and tells_dose")
    if not row["sensitive"] and sensitive & {*called, *row["told"]}:
        raise _refuse(name, "a sensitive finding would go along", "mark it sensitive, or remove the rule")
    return Kind(**{**row, "rules": called, "told": tuple(row["told"])})


def _called(text: str) -> tuple[str, frozenset[Status]]:
    """ "med:red" → ("med", {red}); "peg" → ("peg", {red, yellow})."""
    found = _RULE.fullmatch(text)
    if found is None:
        raise _refuse("rules", f"{text!r} is no rule", "write peg, or med:red")
    return found["rule"], frozenset({Status.RED}) if found["red"] else GAPS


def _check_rules(name: str, rules: Iterable[str]) -> None:
    for strange in sorted(set(rules) - {entry.rule.id for entry in CATALOGUE}):
        raise _refuse(name, f"there is no rule {strange}", "correct it")


def _refuse(name: str, what: str, remedy: str) -> AskAnAdministrator:
    """The error to raise."""
    return AskAnAdministrator(f"{KINDS.name}, {name}: {what}. Remedy: {remedy}.")
