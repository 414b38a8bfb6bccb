"""What stands behind one finding: the rule in words, whom it is for, each value of the pack with source and sign-off."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from app.domain.finding import Finding, PackValue
from app.rules import NOT_SIGNED_OFF, Policy
from app.rules.catalogue import entry_of
from app.rules.policy import Setting


@dataclass(frozen=True, slots=True)
class ExplainedValue:
    """One value of the pack that the rule used. `checked_by` is a person's name, or empty while nobody has signed it off."""

    path: str
    value: str
    source: str
    valid_from: date | None
    checked_by: str


@dataclass(frozen=True, slots=True)
class Explanation:
    """`words` is the rule as its authors wrote it, paragraphs apart by an empty line; `applies` says whom it is for."""

    words: str
    applies: str
    values: tuple[ExplainedValue, ...]


@dataclass(frozen=True, slots=True)
class ExplainFinding:
    """Use case: why does it say so?"""

    policy: Policy

    def __call__(self, finding: Finding) -> Explanation:
        """The explanation; values that no longer stand in the pack are shown as the finding has them."""
        rule = entry_of(finding.rule).rule
        settings = {setting.path: setting for setting in self.policy.settings()}
        return Explanation(
            words=(rule.words or "").strip(),
            applies=rule.applies.value,
            values=tuple(explained(each, settings.get(each.path)) for each in finding.pack_values),
        )


def explained(used: PackValue, setting: Setting[Any] | None) -> ExplainedValue:
    """A value as the finding names it, with what the pack says about it."""
    is_signed = setting is not None and setting.checked_by != NOT_SIGNED_OFF
    return ExplainedValue(
        path=used.path,
        value=used.value,
        source=used.source,
        valid_from=setting.valid_from if setting else None,
        checked_by=setting.checked_by if setting and is_signed else "",
    )
