"""What another pack would change: whose findings get another colour, and which of its values alone would do that.

Each changed finding is asked again with one differing value at a time put into the first pack: values that make the change
by themselves are its cause. Where no single value does, the change needs several, and all that differ are named.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from app.domain.finding import Finding, Review
from app.domain.record import PatientRecord
from app.rules import Policy, review
from app.rules.policy import Setting

OFF = "off"
"""Stands for the colour of a rule that a pack does not have on."""
NOT_OF_FINDINGS = ("page.", "write_back.")
"""Parts of a pack that change no finding."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One value that differs. `before` and `after` are values with their units."""

    path: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Change:
    """One finding that gets another colour. `is_alone`: each of `values` makes the change by itself."""

    rule: str
    before: str
    after: str
    reason_before: str
    reason_after: str
    values: tuple[Difference, ...]
    is_alone: bool


@dataclass(frozen=True, slots=True)
class PackComparison:
    """Use case: two packs, asked about chart after chart on one day."""

    before: Policy
    after: Policy
    as_of: date

    def differences(self) -> tuple[Difference, ...]:
        """Every value that differs and may change a finding, by path."""
        return tuple(_difference(old, new) for old, new in self._differing())

    def changes(self, record: PatientRecord) -> tuple[Change, ...]:
        """One person's findings that change colour, in the order of the rules."""
        old, new = (review(record, policy, self.as_of) for policy in (self.before, self.after))
        rules = dict.fromkeys((*old.by_rule, *new.by_rule))
        changed = [rule for rule in rules if _colour(old, rule) != _colour(new, rule)]
        alone = self._what_each_value_does(record) if changed else {}
        return tuple(self._change(rule, old, new, alone) for rule in changed)

    def _differing(self) -> Iterator[tuple[Setting[Any], Setting[Any]]]:
        old = {setting.path: setting for setting in self.before.settings()}
        for new in sorted(self.after.settings(), key=lambda setting: setting.path):
            is_ours = not new.path.startswith(NOT_OF_FINDINGS) and not new.path.endswith(".place")
            is_off = new.path.endswith(".place") and OFF in (new.value, old[new.path].value)
            if (is_ours or is_off) and new.value != old[new.path].value:
                yield old[new.path], new

    def _what_each_value_does(self, record: PatientRecord) -> dict[str, Review]:
        """Path of a differing value → the review with only that value changed."""
        return {new.path: review(record, self.before.with_setting(new), self.as_of) for _, new in self._differing()}

    def _change(self, rule: str, old: Review, new: Review, alone: dict[str, Review]) -> Change:
        after = _colour(new, rule)
        causes = {path for path, answer in alone.items() if _colour(answer, rule) == after}
        named = tuple(each for each in self.differences() if not causes or each.path in causes)
        return Change(
            rule, _colour(old, rule), after, _reason(old, rule), _reason(new, rule), named, is_alone=bool(causes)
        )


def _colour(answer: Review, rule: str) -> str:
    finding = answer.finding(rule)
    return finding.status.value if finding else OFF


def _reason(answer: Review, rule: str) -> str:
    finding: Finding | None = answer.finding(rule)
    return finding.reason if finding else "This rule is off."


def _difference(old: Setting[Any], new: Setting[Any]) -> Difference:
    return Difference(old.path, old.words, new.words)


def comparison_as_json(patient: str | None, changes: tuple[Change, ...]) -> dict[str, object]:
    """The shape of `sextant packs diff --json`: one person."""
    return {"patient": patient, "changes": [_change_as_json(each) for each in changes]}


def _change_as_json(change: Change) -> dict[str, object]:
    return {
        "rule": change.rule,
        "before": change.before,
        "after": change.after,
        "reason_before": change.reason_before,
        "reason_after": change.reason_after,
        "each_alone": change.is_alone,
        "values": [{"path": each.path, "before": each.before, "after": each.after} for each in change.values],
    }
